//! Calls, questions about sources, pins and reports through the open link.

use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use wire::agent::AgentLink;
use wire::hub::{AgentsOptions, HubLinkOptions, LinkError};
use wire::proto::{
    CallReply, CallRequest, EvidenceRequest, ListTables, MetadataReply, PinOffer, PinState, Refused,
    SourceHealth, agent_message, call_reply, hub_message, metadata_request,
};

use crate::gate::Event;
use crate::world::{LONG, Setup, World, answer, echo, hello, json_of};

/// What the hub asks next; a test that waits in vain fails and does not hang.
async fn next(link: &mut AgentLink) -> hub_message::Body {
    tokio::time::timeout(LONG, link.incoming.next()).await.unwrap().unwrap()
}

async fn next_call(link: &mut AgentLink) -> CallRequest {
    match next(link).await {
        hub_message::Body::Call(call) => call,
        other => panic!("no call: {other:?}"),
    }
}

async fn next_cancel(link: &mut AgentLink) -> u64 {
    match next(link).await {
        hub_message::Body::Cancel(cancel) => cancel.id,
        other => panic!("no cancel: {other:?}"),
    }
}

/// A thousand calls at once each get their own answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_calls_at_once() {
    let world = World::start().await;
    echo(world.agent("a1").await);
    let calls = (0..1000).map(|n| {
        let agents = world.agents.clone();
        async move {
            let question = format!("question {n}");
            let reply = agents.call("a1", Bytes::from(question.clone()), LONG).await.unwrap();
            assert_eq!(json_of(&reply), question.as_bytes());
        }
    });
    join_all(calls).await;
    assert_eq!(world.agents.status("a1").outstanding, 0);
}

/// Answers may come in any order; each finds its question.
#[tokio::test]
async fn answers_out_of_order() {
    let world = World::start().await;
    let mut link = world.agent("a1").await;
    let ask = |text: &'static str| world.agents.call("a1", Bytes::from_static(text.as_bytes()), LONG);
    let serve = async {
        let first = next_call(&mut link).await;
        let second = next_call(&mut link).await;
        for call in [second, first] {
            link.sender.reply(answer(call.id, call.call_json)).await.unwrap();
        }
    };
    let (one, two, ()) = tokio::join!(ask("one"), ask("two"), serve);
    assert_eq!(json_of(&one.unwrap()), b"one");
    assert_eq!(json_of(&two.unwrap()), b"two");
}

/// A refusal by the agent is a reply, with its code, source and since-when untouched.
#[tokio::test]
async fn a_refusal_is_a_reply() {
    let world = World::start().await;
    let mut link = world.agent("a1").await;
    let refused = Refused {
        code: "source.down".to_owned(),
        zh: "人口库停机".to_owned(),
        en: "down".to_owned(),
        source: "hr".to_owned(),
        since_ms: 7,
    };
    let reply = CallReply { id: 0, outcome: Some(call_reply::Outcome::Refused(refused)), times: None };
    let serve = async {
        let call = next_call(&mut link).await;
        link.sender.reply(CallReply { id: call.id, ..reply.clone() }).await.unwrap();
    };
    let (got, ()) = tokio::join!(world.agents.call("a1", Bytes::new(), LONG), serve);
    assert_eq!(got.unwrap().outcome, reply.outcome);
}

/// When time is over the caller hears so, the agent is told to stop, and a late answer harms no one.
#[tokio::test]
async fn timeout_sends_cancel() {
    let world = World::start().await;
    let mut link = world.agent("a1").await;
    let brief = Duration::from_millis(30);
    let error = world.agents.call("a1", Bytes::new(), brief).await.unwrap_err();
    assert_eq!(error, LinkError::Timeout { agent: "a1".to_owned(), after: brief });
    let call = next_call(&mut link).await;
    assert_eq!(call.timeout_ms, 30);
    assert_eq!(next_cancel(&mut link).await, call.id);
    link.sender.reply(answer(call.id, Bytes::from_static(b"late"))).await.unwrap();
    assert_eq!(world.agents.status("a1").outstanding, 0);
    echo(link);
    let reply = world.agents.call("a1", Bytes::from_static(b"next"), LONG).await.unwrap();
    assert_eq!(json_of(&reply), b"next");
}

/// A caller that goes away frees its place, and the agent is told to stop.
#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let world = World::start().await;
    let mut link = world.agent("a1").await;
    let agents = world.agents.clone();
    let caller = tokio::spawn(async move { agents.call("a1", Bytes::new(), LONG).await });
    let call = next_call(&mut link).await;
    caller.abort();
    assert_eq!(next_cancel(&mut link).await, call.id);
    assert_eq!(world.agents.status("a1").outstanding, 0);
}

/// Beyond the limit calls are refused at once; a freed place can be used again.
#[tokio::test]
async fn outstanding_calls_are_bounded() {
    let agents = AgentsOptions { max_outstanding: 2 };
    let world = World::with(Setup { agents, ..Setup::default() }).await;
    let mut link = world.agent("a1").await;
    let ask = || {
        let agents = world.agents.clone();
        tokio::spawn(async move { agents.call("a1", Bytes::from_static(b"x"), LONG).await })
    };
    let open = [ask(), ask()];
    let calls = [next_call(&mut link).await, next_call(&mut link).await];
    let error = world.agents.call("a1", Bytes::new(), LONG).await.unwrap_err();
    assert_eq!(error, LinkError::Overloaded { agent: "a1".to_owned() });
    for call in calls {
        link.sender.reply(answer(call.id, call.call_json)).await.unwrap();
    }
    for caller in open {
        caller.await.unwrap().unwrap();
    }
    echo(link);
    world.agents.call("a1", Bytes::new(), LONG).await.unwrap();
}

/// An answer that is too large becomes a refusal that says so; the link and other calls go on. The
/// largest allowed answer passes whole.
#[tokio::test]
async fn oversize_answer_is_refused_cleanly() {
    let world = World::start().await;
    let mut options = world.join("a1").await;
    options.max_answer_bytes = 100_000;
    let mut link = wire::agent::connect(&options, hello()).await.unwrap();
    let serve = async {
        let call = next_call(&mut link).await;
        let whole = link.sender.reply(answer(call.id, vec![b'x'; 100_000].into())).await.unwrap();
        assert!(!whole);
        let call = next_call(&mut link).await;
        assert!(link.sender.reply(answer(call.id, vec![b'x'; 99_900].into())).await.unwrap());
    };
    let ask = async {
        let reply = world.agents.call("a1", Bytes::new(), LONG).await.unwrap();
        let Some(call_reply::Outcome::Refused(refused)) = reply.outcome else { panic!("answered") };
        assert_eq!(refused.code, "link.answer_too_large");
        assert!(refused.zh.contains("100000"));
        let reply = world.agents.call("a1", Bytes::new(), LONG).await.unwrap();
        assert_eq!(json_of(&reply).len(), 99_900);
    };
    tokio::join!(serve, ask);
}

/// An agent that ignores the limit loses its link and nothing else happens: its calls end at once,
/// another agent is served on.
#[tokio::test]
async fn an_agent_that_floods_loses_its_link() {
    let link = HubLinkOptions { max_answer_bytes: 100_000, ..HubLinkOptions::default() };
    let world = World::with(Setup { link, ..Setup::default() }).await;
    let mut rogue = world.agent("rogue").await;
    echo(world.agent("honest").await);
    let serve = async {
        let call = next_call(&mut rogue).await;
        let body = agent_message::Body::Reply(answer(call.id, vec![b'x'; 1_000_000].into()));
        rogue.sender.send(body).await.unwrap();
        rogue.incoming.next().await.unwrap_err()
    };
    let (error, _) = tokio::join!(world.agents.call("rogue", Bytes::new(), LONG), serve);
    assert_eq!(error.unwrap_err(), LinkError::LinkLost { agent: "rogue".to_owned() });
    world.agents.call("honest", Bytes::new(), LONG).await.unwrap();
}

/// Questions about sources have numbers of their own kind: a call's reply cannot answer them.
#[tokio::test]
async fn metadata_round_trip() {
    let world = World::start().await;
    let mut link = world.agent("a1").await;
    let serve = async {
        let hub_message::Body::Metadata(request) = next(&mut link).await else { panic!("no question") };
        assert_eq!(request.source, "hr");
        link.sender.reply(answer(request.id, Bytes::from_static(b"wrong kind"))).await.unwrap();
        let json = Bytes::from_static(b"[\"T_PERSON\"]");
        link.sender.reply_metadata(MetadataReply { id: request.id, json, refused: None }).await.unwrap();
    };
    let what = metadata_request::What::Tables(ListTables {});
    let (reply, ()) = tokio::join!(world.agents.metadata("a1", "hr", what, LONG), serve);
    // The mismatched reply used up the number and answered nothing.
    assert!(matches!(reply, Err(LinkError::LinkLost { .. })), "{reply:?}");
    let serve = async {
        let hub_message::Body::Metadata(request) = next(&mut link).await else { panic!("no question") };
        let json = Bytes::from_static(b"[\"T_PERSON\"]");
        link.sender.reply_metadata(MetadataReply { id: request.id, json, refused: None }).await.unwrap();
    };
    let what = metadata_request::What::Tables(ListTables {});
    let (reply, ()) = tokio::join!(world.agents.metadata("a1", "hr", what, LONG), serve);
    assert_eq!(reply.unwrap().json, Bytes::from_static(b"[\"T_PERSON\"]"));
}

/// Pins arrive in order, and what agents report reaches the gate in order.
#[tokio::test]
async fn pins_and_reports() {
    let mut world = World::start().await;
    let mut link = world.agent("a1").await;
    let offer =
        PinOffer { grant: "g1".to_owned(), pin_json: Bytes::from_static(b"{}"), digest: "d".to_owned() };
    world.agents.offer_pin("a1", offer.clone()).await.unwrap();
    world.agents.revoke_pin("a1", "g1", "expired").await.unwrap();
    assert_eq!(next(&mut link).await, hub_message::Body::Pin(offer));
    assert!(matches!(next(&mut link).await, hub_message::Body::Revoke(r) if r.grant == "g1"));
    let state = PinState { grant: "g1".to_owned(), state: "accepted".to_owned(), ..PinState::default() };
    let health = SourceHealth { name: "hr".to_owned(), up: false, ..SourceHealth::default() };
    link.sender.send(agent_message::Body::PinState(state.clone())).await.unwrap();
    link.sender.send(agent_message::Body::SourceHealth(health.clone())).await.unwrap();
    assert!(matches!(world.event().await, Event::Hello(..)));
    assert_eq!(world.event().await, Event::Pin("a1".to_owned(), state));
    assert_eq!(world.event().await, Event::Health("a1".to_owned(), health));
    let nobody = world.agents.revoke_pin("nobody", "g1", "").await.unwrap_err();
    assert_eq!(nobody.code(), "link.not_connected");
}

/// The agent pages through the hub's evidence.
#[tokio::test]
async fn evidence_pages() {
    let world = World::start().await;
    let mut link = world.agent("a1").await;
    let ask = EvidenceRequest { id: 5, from_index: 30, limit: 3 };
    link.sender.send(agent_message::Body::Evidence(ask)).await.unwrap();
    let hub_message::Body::Evidence(page) = next(&mut link).await else { panic!("no page") };
    assert_eq!((page.id, page.next_index, page.error.as_str()), (5, 33, ""));
    let indices: Vec<_> = page.lines.iter().map(|line| line.index).collect();
    assert_eq!(indices, [30, 31, 32]);
}
