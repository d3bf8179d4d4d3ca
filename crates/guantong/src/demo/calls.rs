//! The sample calls, made over HTTP as the departments' own client systems would.

use anyhow::Context as _;
use county::SampleCall;
use serde_json::{Map, Value, json};

use super::Say;
use super::api::Session;
use super::seed::Seeded;
use crate::out;

fn body(call: &SampleCall) -> (&'static str, Value) {
    let mut body = json!({
        "resource": call.resource,
        "subject": {call.subject.item.as_str(): call.subject.value},
        "purpose": {"matter": call.purpose.matter, "basis": call.purpose.basis},
        "case_no": call.case,
    });
    if call.claims.is_empty() {
        body["items"] = json!(call.items);
        ("/api/v1/query", body)
    } else {
        let claims: Map<_, _> =
            call.claims.iter().map(|claim| (claim.item.clone(), json!(claim.value))).collect();
        body["claims"] = Value::Object(claims);
        ("/api/v1/verify", body)
    }
}

/// Makes every sample call and prints what came; gives how many failed.
pub async fn make(seeded: &Seeded, samples: &[SampleCall], say: &Say) -> anyhow::Result<usize> {
    let mut failed = 0;
    for call in samples {
        let consumer = seeded.department(call.consumer)?;
        let client = consumer.clients.first().context("no client system")?;
        let session = Session::token(&seeded.url, &client.id, &client.secret).await?;
        let (path, body) = body(call);
        let (status, answer) = session.try_post(path, &body).await?;
        say.line(&format!("• {}", call.zh), &format!("• {}", call.en));
        if status.is_success() {
            out::line(&format!("    {}", in_short(&answer)));
        } else {
            failed += 1;
            out::line(&format!("    {status} {answer}"));
        }
    }
    Ok(failed)
}

fn in_short(answer: &Value) -> String {
    let mut parts = Vec::new();
    for row in answer["rows"].as_array().into_iter().flatten() {
        for (name, item) in row["items"].as_object().into_iter().flatten() {
            let shown = item["value"].as_str().unwrap_or("—");
            let state = item["state"].as_str().unwrap_or_default();
            let flag = if state == "valid" { String::new() } else { format!("[{state}]") };
            parts.push(format!("{name}={shown}{flag}"));
        }
    }
    for (name, verdict) in answer["verdicts"].as_object().into_iter().flatten() {
        parts.push(format!("{name}: {}", verdict.as_str().unwrap_or_default()));
    }
    let total: u64 = answer["stations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|station| station["us"].as_u64())
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let ms = total as f64 / 1000.0;
    format!(
        "{}  ← {} · #{} · {ms:.1} ms",
        parts.join(", "),
        answer["provider"]["name"].as_str().unwrap_or_default(),
        answer["evidence"]["index"]
    )
}

/// A `curl` that can be pasted: gets a token and asks.
pub fn curl(seeded: &Seeded, call: &SampleCall) -> Option<String> {
    let consumer = seeded.department(call.consumer).ok()?;
    let client = consumer.clients.first()?;
    let (id, secret) = (&client.id, &client.secret);
    let (path, body) = body(call);
    Some(format!(
        "  TOKEN=$(curl -s {0}/api/v1/oauth/token -d grant_type=client_credentials -d client_id={id} \\\n    \
         -d client_secret={secret} | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n  \
         curl -s {0}{path} -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n    -d '{body}'",
        seeded.url
    ))
}
