//! Copies that one department has held at the hub, to count enterprises and to compare two registers of them.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::super::Say;
use super::super::seed::{Seeded, until};
use super::special::{Line, file};
use super::{Past, id};

/// How one copy is held.
struct Held {
    line: Line,
    name: &'static str,
    cron: &'static str,
}

const BASIS: &str = "《中华人民共和国安全生产法》第六十五条";

const HELD: &[Held] = &[
    Held {
        line: (
            "emergency",
            "market",
            "SG-QYDJ-001",
            "YJ-AQJC-001",
            BASIS,
            &[
                "credit_code",
                "enterprise_name",
                "legal_representative",
                "status",
                "enterprise_type",
                "industry",
            ],
        ),
        name: "市场主体留存（行业和状态统计）",
        cron: "30 1 * * *",
    },
    Held {
        line: (
            "emergency",
            "tax",
            "SW-NSR-001",
            "YJ-AQJC-001",
            BASIS,
            &["credit_code", "enterprise_name", "legal_representative", "tax_kind", "tax_status", "industry"],
        ),
        name: "税务登记留存（与市场主体比对）",
        cron: "0 3 * * 1",
    },
];

/// Requests the copies and carries the requests to their grants; gives the grants in the order of [`HELD`].
pub async fn ask(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<Vec<String>> {
    let mut grants = Vec::new();
    for held in HELD {
        let filed = file(past, seeded, held.line, 4 * 365, |body| {
            body["shapes"] = json!(["query", "hold"]);
        })
        .await?;
        filed.until(past, "delivered").await?;
        grants.push(filed.grant().await?.context("a grant")?);
    }
    Ok(grants)
}

/// Takes each copy once.
pub async fn begin(seeded: &Seeded, grants: &[String], say: &Say) -> anyhow::Result<()> {
    let mut rows = 0;
    for (held, grant) in HELD.iter().zip(grants) {
        let (consumer, _, _, matter, basis, items) = held.line;
        let consumer = seeded.department(consumer)?;
        let columns: Vec<Value> = items.iter().map(|item| json!({"item": item})).collect();
        let body = json!({
            "name": held.name, "grant_id": grant, "hold": true, "columns": columns, "keys": ["credit_code"],
            "method": "full", "schedule": {"kind": "cron", "cron": held.cron},
            "purpose": {"matter": matter, "basis": basis},
        });
        let made = consumer.operator.post("/api/v1/subscriptions", &body).await;
        let subscription = id(&made.with_context(|| held.name)?)?;
        let path = format!("/api/v1/subscriptions/{subscription}");
        consumer.operator.post(&format!("{path}/run"), &json!({})).await.with_context(|| held.name)?;
        let mut seen = Value::Null;
        let taken = until("a copy to be taken", async || {
            seen = consumer.operator.get(&path).await?;
            ensure!(seen["last_run"]["state"] != "failed", "{}: {}", held.name, seen["notice"]);
            Ok(seen["last_success_ms"].is_i64())
        });
        taken.await.with_context(|| held.name)?;
        rows += seen["last_run"]["figures"]["delivered"].as_u64().unwrap_or(0);
    }
    say.line(
        &format!("{} 个留存副本已在平台就绪，共 {rows} 行，可用于统计和比对。", HELD.len()),
        &format!("{} held copies with {rows} rows stand at the hub, to be counted and compared.", HELD.len()),
    );
    Ok(())
}
