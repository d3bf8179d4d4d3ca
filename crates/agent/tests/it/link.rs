//! A running agent and its hub.

use std::sync::Arc;
use std::time::Duration;

use agent::Agent;
use agent::clock::Entropy;
use agent::compare::{What, compare};
use agent::join::join;
use agent::state::StateDir;
use plan::*;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::proto::metadata_request::What as Ask;
use wire::proto::{ListTables, ProfileTable};

use crate::hub::{Hub, within};
use crate::support::*;

const CALL_WITHIN: Duration = Duration::from_secs(10);

struct Running {
    department: Department,
    agent: Arc<Agent>,
    stop: CancellationToken,
    task: JoinHandle<Result<(), agent::fault::Fault>>,
}

/// Joins and runs an agent.
async fn run(hub: &mut Hub, more: &str) -> Running {
    let department = Department::new(more).await;
    let state = StateDir::open(&department.config.state_dir).expect("a folder");
    join(&hub.web, &hub.code(), &state, &department.shared_clock(), &Entropy::seeded(5))
        .await
        .expect("joined");
    let agent = Arc::new(department.open());
    let stop = CancellationToken::new();
    let task = tokio::spawn(agent::run::run(Arc::clone(&agent), stop.clone()));
    let hello = hub.hello().await;
    assert_eq!(hello.sources.len(), 1);
    Running { department, agent, stop, task }
}

impl Running {
    async fn end(self) {
        self.stop.cancel();
        within(self.task).await.expect("no panic").expect("ended well");
    }
}

async fn offer_accepted(hub: &mut Hub, pin: &Pin) {
    within(hub.agents.offer_pin("agent-1", offer(pin))).await.expect("sent");
    let state = hub.pin_state().await;
    assert_eq!((state.state.as_str(), state.digest), ("accepted", digest(pin)));
}

async fn call(hub: &Hub, call: &Call) -> Result<wire::proto::Answered, wire::proto::Refused> {
    let json = serde_json::to_vec(call).expect("JSON").into();
    outcome(hub.agents.call("agent-1", json, CALL_WITHIN).await.expect("a reply").outcome)
}

/// The whole way: join, connect, offer, call, revoke; and the agent comes back by itself after the hub was away.
#[tokio::test]
async fn a_hub_calls_through_the_link_and_the_link_heals() {
    let mut hub = Hub::start().await;
    let running = run(&mut hub, "accept = \"auto\"").await;
    let pin = pin();
    offer_accepted(&mut hub, &pin).await;
    let question = query(&pin, &["name"]);
    let answered = call(&hub, &question).await.expect("answered");
    assert_eq!(answer(&answered).rows[0].items[0].value.as_deref(), Some("张三丰"));

    hub.restart().await;
    let hello = hub.hello().await;
    assert_eq!(hello.pins.len(), 1, "the agent tells what it holds");
    assert!(call(&hub, &question).await.is_ok());

    within(hub.agents.revoke_pin("agent-1", "g1", "撤销")).await.expect("sent");
    assert_eq!(call(&hub, &question).await.expect_err("revoked").code, "plan.grant_not_pinned");
    assert_eq!(hub.pin_state().await.state, "revoked");
    running.end().await;
}

/// Sixty-four callers at once are all answered, each with an entry of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once_are_answered_each_with_its_entry() {
    let mut hub = Hub::start().await;
    let running = run(&mut hub, "accept = \"auto\"").await;
    let pin = pin();
    offer_accepted(&mut hub, &pin).await;
    let calls: Vec<Call> =
        (0..64).map(|number| Call { call: format!("call-{number}"), ..query(&pin, &["name"]) }).collect();
    let answered = within(futures::future::join_all(calls.iter().map(|one| call(&hub, one)))).await;
    let mut indexes: Vec<u64> = answered.into_iter().map(|one| one.expect("answered").index).collect();
    indexes.sort_unstable();
    indexes.dedup();
    assert_eq!(indexes.len(), 64);
    assert!(running.agent.recorder.verify().expect("verified").is_ok());
    running.end().await;
}

/// The hub may ask what tables there are; what the deny list names does not exist for it.
#[tokio::test]
async fn the_hub_sees_tables_but_not_denied_ones() {
    let mut hub = Hub::start().await;
    let deny = "[[deny]]\ntable = \"GZ\"\n[[deny]]\ntable = \"DB_RY\"\ncolumns = [\"YHKH\"]";
    let running = run(&mut hub, deny).await;
    let ask =
        async |what| within(hub.agents.metadata("agent-1", "mz", what, CALL_WITHIN)).await.expect("a reply");
    let tables = ask(Ask::Tables(ListTables {})).await;
    let tables: serde_json::Value = serde_json::from_slice(&tables.json).expect("JSON");
    let names: Vec<_> =
        tables.as_array().expect("a list").iter().map(|table| table["name"].as_str()).collect();
    assert_eq!(names, [Some("DB_RY")]);
    assert!(!tables.to_string().contains("YHKH") && tables.to_string().contains("SFZH"));
    let profile = ask(Ask::Profile(ProfileTable { table: "DB_RY".into(), sample_rows: 100 })).await;
    let text = String::from_utf8(profile.json.to_vec()).expect("text");
    assert!(text.contains("SFZH") && !text.contains("YHKH"));
    for secret in SECRETS.into_iter().chain([SUBJECT, "张三丰"]) {
        assert!(!text.contains(secret), "{secret} stands in the profile");
    }
    let denied = ask(Ask::Profile(ProfileTable { table: "gz".into(), sample_rows: 100 })).await;
    assert_eq!(denied.refused.expect("refused").code, "agent.denied");
    running.end().await;
}

/// Equal records agree; a forged, a missing and an altered entry of the hub are each found.
#[tokio::test]
async fn compare_finds_where_the_records_differ() {
    let mut hub = Hub::start().await;
    let running = run(&mut hub, "accept = \"auto\"").await;
    let pin = pin();
    offer_accepted(&mut hub, &pin).await;
    let leaf = |call: &str, digest: &str, index: u64| serde_json::json!({"kind": "exchange.query", "call": call, "agent_digest": digest, "agent_index": index});
    for number in 0..5 {
        let id = format!("call-{number}");
        let answered =
            call(&hub, &Call { call: id.clone(), ..query(&pin, &["name"]) }).await.expect("answered");
        let digest = sha256_hex(&answered.answer_json);
        match number {
            3 => hub.record(&leaf(&id, &"0".repeat(64), answered.index)),
            4 => {}
            _ => hub.record(&leaf(&id, &digest, answered.index)),
        }
    }
    hub.record(&serde_json::json!({"kind": "grant.created", "grant": "g1"}));
    hub.record(&leaf("call-never", &"1".repeat(64), 99));
    let comparison = within(compare(&running.agent)).await.expect("compared");
    let found: Vec<_> = comparison.lines.iter().map(|line| (line.what, line.call.as_str())).collect();
    let expected = [(What::Digest, "call-3"), (What::OnlyHub, "call-never"), (What::OnlyHere, "call-4")];
    assert_eq!((comparison.same, found), (3, expected.to_vec()));
    running.end().await;
}

/// A stopped agent finishes what it has in work, leaves a verifiable record, and another can take over at once.
#[tokio::test]
async fn a_stopped_agent_leaves_everything_in_order() {
    let mut hub = Hub::start().await;
    let running = run(&mut hub, "accept = \"auto\"").await;
    let pin = pin();
    offer_accepted(&mut hub, &pin).await;
    assert!(call(&hub, &query(&pin, &["name"])).await.is_ok());
    running.stop.cancel();
    within(running.task).await.expect("no panic").expect("ended well");
    drop(running.agent);
    let again = running.department.open();
    assert!(again.recorder.verify().expect("verified").is_ok());
    assert!(ask(&again, &query(&pin, &["name"])).await.is_ok());
}

/// An agent that was disabled at the hub keeps running and waits; nothing of it ends or panics.
#[tokio::test]
async fn a_disabled_agent_waits() {
    let mut hub = Hub::start().await;
    let running = run(&mut hub, "").await;
    hub.disable_agents();
    let why = wire::Refusal::new("link.agent_disabled", "前置机已停用", "the agent is disabled");
    assert!(hub.agents.disconnect("agent-1", why));
    assert!(!running.task.is_finished());
    running.end().await;
}
