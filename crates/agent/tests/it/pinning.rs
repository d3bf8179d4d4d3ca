//! How grants are accepted, wait, and survive.

use agent::pins::Approval;
use plan::*;

use crate::support::*;

/// Under `manual` a grant waits; what the person saw is what is approved; from then on calls are answered, and narrower versions
/// are taken at once while wider ones wait again.
#[tokio::test]
async fn a_person_approves_what_the_person_saw() {
    let department = Department::joined("accept = \"manual\"").await;
    let agent = department.open();
    let pin = pin();
    assert_eq!(offered(&agent, &pin).await, "pending");
    assert_eq!(offered(&agent, &pin).await, "pending", "offered again after a reconnect");
    let call = query(&pin, &["name"]);
    assert_eq!(ask(&agent, &call).await.expect_err("waits").code, "plan.grant_not_pinned");
    let other = agent.book.approve("g1", &"0".repeat(64), Approval::Accept, "li").await;
    assert_eq!(other.expect_err("another version").code, "pin.not_pending");
    let state = agent.book.approve("g1", &digest(&pin), Approval::Accept, "li").await.expect("approved");
    assert_eq!(state.state, "accepted");
    assert!(ask(&agent, &call).await.is_ok());

    let mut narrower = pin.clone();
    narrower.grant.version += 1;
    narrower.grant.items.pop();
    assert_eq!(offered(&agent, &narrower).await, "accepted");
    let mut wider = pin.clone();
    wider.grant.version += 2;
    assert_eq!(offered(&agent, &wider).await, "pending");
    assert!(ask(&agent, &query(&narrower, &["name"])).await.is_ok(), "the narrower one stays in force");
    let refused = agent.book.approve("g1", &digest(&wider), Approval::Refuse, "li").await.expect("decided");
    assert_eq!(refused.state, "refused");
    assert_eq!(offered(&agent, &wider).await, "refused", "the person need not say no twice");

    let kinds: Vec<_> = record(&agent)
        .into_iter()
        .filter(|l| l.kind.starts_with("agent.pin"))
        .map(|l| (l.kind, l.by))
        .collect();
    let expected = [
        ("agent.pin.pending", "hub"),
        ("agent.pin.accepted", "li"),
        ("agent.pin.accepted", "auto"),
        ("agent.pin.pending", "hub"),
        ("agent.pin.refused", "li"),
    ];
    assert_eq!(kinds, expected.map(|(kind, by)| (kind.to_owned(), Some(by.to_owned()))));
}

/// What the hub only suspended comes back unchanged without asking again; what was revoked, or comes back changed, waits.
#[tokio::test]
async fn a_suspended_grant_resumes_unchanged() {
    let department = Department::joined("accept = \"manual\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    agent.book.approve("g1", &digest(&pin), Approval::Accept, "li").await.expect("approved");
    let take_back = async |reason: &str| {
        agent.book.revoke(&wire::proto::PinRevoke { grant: "g1".into(), reason: reason.into() }).await;
    };
    take_back("suspended").await;
    assert!(agent.book.get("g1").is_none());
    assert_eq!(offered(&agent, &pin).await, "accepted");
    take_back("suspended").await;
    let mut changed = pin.clone();
    changed.grant.quota_per_day += 1;
    assert_eq!(offered(&agent, &changed).await, "pending");
    assert_eq!(offered(&agent, &pin).await, "accepted");
    take_back("revoked").await;
    assert_eq!(offered(&agent, &pin).await, "pending");
}

/// Under `auto` a wider version is taken, and the record says in what it is wider.
#[tokio::test]
async fn a_widened_grant_is_recorded_as_such() {
    let department = Department::joined("accept = \"auto\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    let mut wider = pin.clone();
    wider.grant.version += 1;
    wider.grant.items[1].masked = false;
    assert_eq!(offered(&agent, &wider).await, "accepted");
    let last = record(&agent).pop().expect("an entry");
    assert_eq!((last.kind.as_str(), last.why), ("agent.pin.widened", vec!["change.unmasked".to_owned()]));
}

/// Accepted, waiting and revoked pins survive a restart; two agents cannot use one state folder.
#[tokio::test]
async fn pins_survive_a_restart() {
    let department = Department::joined("accept = \"manual\"").await;
    let pin = pin();
    let mut waiting = pin.clone();
    waiting.grant.grant = "g2".into();
    let mut gone = pin.clone();
    gone.grant.grant = "g3".into();
    {
        let agent = department.open();
        for pin in [&pin, &gone] {
            offered(&agent, pin).await;
            agent
                .book
                .approve(&pin.grant.grant, &digest(pin), Approval::Accept, "li")
                .await
                .expect("approved");
        }
        offered(&agent, &waiting).await;
        agent.book.revoke(&wire::proto::PinRevoke { grant: "g3".into(), reason: "r".into() }).await;
        assert_eq!(
            department.try_open().err().map(|fault| fault.code.into_owned()).as_deref(),
            Some("ledger.locked")
        );
    }
    let agent = department.open();
    let states: Vec<_> = agent.hello().await.pins.into_iter().map(|pin| (pin.grant, pin.state)).collect();
    let expected = [("g1", "accepted"), ("g2", "pending"), ("g3", "revoked")];
    assert_eq!(states, expected.map(|(grant, state)| (grant.to_owned(), state.to_owned())));
    assert!(ask(&agent, &query(&pin, &["name"])).await.is_ok());
    assert_eq!(
        ask(&agent, &query(&gone, &["name"])).await.expect_err("revoked").code,
        "plan.grant_not_pinned"
    );
}

/// A grant on a source the agent does not have, and one that is not well formed, are refused with the reason.
#[tokio::test]
async fn offers_that_make_no_sense_are_refused() {
    let department = Department::joined("accept = \"auto\"").await;
    let agent = department.open();
    let mut elsewhere = pin();
    elsewhere.mount.source = "other".into();
    let state = agent.book.offer(&offer(&elsewhere)).await;
    assert!(
        state.state == "refused" && state.reason.contains("other") && state.reason.contains("mz"),
        "{state:?}"
    );
    let mut keyless = pin();
    keyless.mount.keys.clear();
    let state = agent.book.offer(&offer(&keyless)).await;
    assert!(state.state == "refused" && state.reason.contains("mount.keys"), "{state:?}");
    let mut garbage = offer(&pin());
    garbage.pin_json = b"{}".to_vec().into();
    assert_eq!(agent.book.offer(&garbage).await.state, "refused");
}

/// `guantong agent approve` in another process reaches the running agent at once; a wrong token reaches nothing.
#[tokio::test]
async fn a_running_agent_is_approved_from_outside() {
    use agent::ask::{Ask, Told};
    let department = Department::joined("accept = \"manual\"").await;
    let agent = std::sync::Arc::new(department.open());
    let stop = tokio_util::sync::CancellationToken::new();
    let door = tokio::spawn(agent::control::serve(std::sync::Arc::clone(&agent), stop.clone()));
    let mut changes = agent.book.changes();
    let pin = pin();
    offered(&agent, &pin).await;
    let asked = async |ask: Ask| loop {
        if let Some(told) = agent::control::ask(&agent.state, ask.clone()).await.expect("an answer") {
            return told;
        }
        tokio::task::yield_now().await;
    };
    let Told::Pins(pins) = asked(Ask::Pins).await else { panic!("asked for pins") };
    let digest = pins[0].1.pending.as_ref().expect("waits").digest.clone();
    let decide = Ask::Decide { grant: "g1".into(), digest, accept: true, by: "li".into() };
    assert_eq!(asked(decide.clone()).await, Told::Decided("accepted".into()));
    assert_eq!(changes.recv().await.expect("the hub is told").state, "accepted");
    let fault = agent::control::ask(&agent.state, decide).await.expect_err("nothing waits any more");
    assert_eq!(fault.code, "pin.not_pending");
    let Told::Record { size, entries } = asked(Ask::Record { from: 0, limit: 10 }).await else {
        panic!("asked for the record")
    };
    assert_eq!((size, entries.len()), (2, 2));

    let door_file = agent.state.read("control.json").expect("readable").expect("there");
    let mut wrong: serde_json::Value = serde_json::from_str(&door_file).expect("JSON");
    wrong["token"] = "0".repeat(64).into();
    agent.state.write_json("control.json", &wrong).expect("written");
    assert_eq!(agent::control::ask(&agent.state, Ask::Pins).await, Ok(None));
    stop.cancel();
    door.await.expect("no panic").expect("ended");
}

/// What a person approves is narrowed by nothing that came in between: a new offer replaces the waiting one.
#[tokio::test]
async fn a_newer_offer_replaces_the_waiting_one() {
    let department = Department::joined("accept = \"manual\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    let mut newer = pin.clone();
    newer.grant.items.push(GrantedItem { item: "income".into(), masked: false, verify_only: false });
    offered(&agent, &newer).await;
    let old = agent.book.approve("g1", &digest(&pin), Approval::Accept, "li").await;
    assert_eq!(old.expect_err("replaced").code, "pin.not_pending");
    assert!(agent.book.get("g1").is_none());
}
