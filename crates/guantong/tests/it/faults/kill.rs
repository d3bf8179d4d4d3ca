//! The hub or the agent is killed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::Value;

use super::{Site, intact};
use crate::world::{CLEAN, HubOptions, Session, Who, run, until};

/// Callers at the same time.
const CALLERS: usize = 8;

/// An answered call: its id, index and digest.
type Answered = (String, u64, String);

fn rounds() -> usize {
    std::env::var("GUANTONG_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// Asks until told to stop and keeps what was answered.
async fn ask(
    session: Session,
    question: Value,
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
) -> Vec<Answered> {
    let mut answered = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let body = Some(("application/json", question.to_string().into_bytes()));
        let Ok(answer) = session.try_raw(Method::POST, "/api/v1/query", body).await else { continue };
        if answer.status.is_success() {
            let evidence = &answer.body["evidence"];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let index = evidence["index"].as_u64().unwrap();
            answered.push((text(&answer.body["call"]), index, text(&evidence["digest"])));
            count.fetch_add(1, Ordering::SeqCst);
        } else {
            assert!([502, 503, 504].contains(&answer.status.as_u16()), "{} {}", answer.status, answer.body);
        }
    }
    answered
}

/// The hub is killed again and again in the midst of calls. Every call that was answered has its entry, no call has two,
/// the log verifies, and the agent comes back by itself.
#[test]
fn a_killed_hub_loses_no_answered_call() {
    run(async {
        let mut site = Site::plain(HubOptions::default()).await;
        let grant = site.county.grant(|_| {}).await;
        let question = site.county.question(&grant, CLEAN);
        let session = site.county.as_(Who::ConsumerClient).clone();
        let mut answered: Vec<Answered> = Vec::new();
        for round in 0..rounds() {
            let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
            let callers: Vec<_> = (0..CALLERS)
                .map(|_| {
                    tokio::spawn(ask(
                        session.clone(),
                        question.clone(),
                        Arc::clone(&stop),
                        Arc::clone(&count),
                    ))
                })
                .collect();
            // Each round ends after another number of answers, so that the blow falls elsewhere.
            let enough = 25 + round * 7 % 40;
            until("answers", async || (count.load(Ordering::SeqCst) >= enough).then_some(())).await;
            site.hub.kill().await;
            stop.store(true, Ordering::SeqCst);
            for caller in callers {
                answered.extend(caller.await.unwrap());
            }
            intact(&site.hub.log_dir());
            site.hub.up().await;
        }
        site.hub.kill().await;

        let log_dir = site.hub.log_dir();
        intact(&log_dir);
        let signer = ledger::Signer::from_file(site.hub.data_dir.join("evidence/signing.key")).unwrap();
        let log =
            ledger::Log::open(&log_dir, "test.example/hub", signer, ledger::Options::default()).unwrap();
        let mut calls = HashSet::new();
        let mut entries = HashMap::new();
        for (index, leaf) in log.entries(0..log.size()).enumerate() {
            let entry: Value = serde_json::from_slice(&leaf.unwrap()).unwrap();
            if let Some(call) = entry["call"].as_str() {
                assert!(calls.insert(call.to_owned()), "call {call} stands in the log twice");
            }
            entries.insert(u64::try_from(index).unwrap(), entry);
        }
        for (call, index, digest) in &answered {
            let entry = &entries[index];
            assert_eq!(
                (entry["call"].as_str(), entry["agent_digest"].as_str()),
                (Some(&**call), Some(&**digest))
            );
        }
        assert!(answered.len() >= 25 * rounds());
        intact(&site.dir.path().join("agent/state/record"));
    });
}

/// While the agent is away, callers learn whose it is and since when; it serves again as soon as it is back.
#[test]
fn an_agent_that_is_away_is_named() {
    run(async {
        let mut site = Site::plain(HubOptions::default()).await;
        let grant = site.county.grant(|_| {}).await;
        let question = site.county.question(&grant, CLEAN);
        let answer = site.county.query(&question).await.ok();
        let before = answer["as_of_ms"].as_i64().unwrap();
        site.agent.kill().await;
        site.county.wait_connected(false).await;
        let answer = site.county.query(&question).await;
        let error = answer.refused(503, "fetch.agent_offline");
        assert_eq!((&error["provider"], &error["station"]), (&"云澜县公安局".into(), &"fetch".into()));
        assert!(error["since_ms"].as_i64().unwrap() > before, "{error}");
        assert!(error["zh"].as_str().unwrap().contains("云澜县公安局"), "{error}");
        site.agent.up();
        until("the agent to serve again", async || {
            site.county.query(&question).await.status.is_success().then_some(())
        })
        .await;
        intact(&site.hub.log_dir());
        intact(&site.dir.path().join("agent/state/record"));
    });
}
