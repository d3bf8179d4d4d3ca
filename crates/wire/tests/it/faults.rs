//! Broken links.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use wire::Refusal;
use wire::agent::{LinkFault, connect};
use wire::hub::{DisconnectReason, HubLinkOptions, LinkError};
use wire::proto::hub_message;

use crate::gate::Event;
use crate::proxy::Proxy;
use crate::world::{LONG, START_MS, Setup, World, echo, hello, json_of};

fn disconnected(id: &str, reason: DisconnectReason) -> Event {
    Event::Disconnect(id.to_owned(), reason)
}

/// Cut in mid-answer: every open call fails at once, well before its time is over; the agent hears of
/// it too, connects again, and is called again.
#[tokio::test(flavor = "multi_thread")]
async fn cut_in_mid_answer_then_reconnect() {
    let mut world = World::start().await;
    let proxy = Proxy::to(&world.address).await;
    let mut options = world.join("a1").await;
    let direct = options.clone();
    options.link_address = proxy.address.clone();
    let mut link = connect(&options, hello()).await.unwrap();
    assert!(matches!(world.event().await, Event::Hello(..)));

    let callers: Vec<_> = (0..8)
        .map(|_| {
            let agents = world.agents.clone();
            tokio::spawn(async move { agents.call("a1", Bytes::from_static(b"q"), LONG * 60).await })
        })
        .collect();
    for _ in 0..8 {
        assert!(matches!(link.incoming.next().await.unwrap(), hub_message::Body::Call(_)));
    }
    world.time.fetch_add(5_000, Ordering::SeqCst);
    proxy.cut();
    for caller in callers {
        let outcome = tokio::time::timeout(LONG, caller).await.unwrap().unwrap();
        assert_eq!(outcome.unwrap_err(), LinkError::LinkLost { agent: "a1".to_owned() });
    }
    let fault = link.incoming.next().await.unwrap_err();
    assert!(matches!(fault, LinkFault::Lost { .. }) && fault.is_transient(), "{fault:?}");
    assert_eq!(world.event().await, disconnected("a1", DisconnectReason::Lost));
    let away = world.agents.call("a1", Bytes::new(), LONG).await.unwrap_err();
    assert_eq!(away, LinkError::NotConnected { agent: "a1".to_owned(), since_ms: START_MS + 5_000 });

    echo(connect(&direct, hello()).await.unwrap());
    let reply = world.agents.call("a1", Bytes::from_static(b"again"), LONG).await.unwrap();
    assert_eq!(json_of(&reply), b"again");
}

/// A peer that falls silent without closing is noticed by both sides through keepalive, without a call
/// having to run into its own timeout.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_peer_is_noticed() {
    let keepalive = Duration::from_millis(200);
    let link = HubLinkOptions { keepalive, ..HubLinkOptions::default() };
    let world = World::with(Setup { link, ..Setup::default() }).await;
    let proxy = Proxy::to(&world.address).await;
    let mut options = world.join("a1").await;
    options.link_address = proxy.address.clone();
    options.keepalive = keepalive;
    let mut link = connect(&options, hello()).await.unwrap();
    let agents = world.agents.clone();
    let caller = tokio::spawn(async move { agents.call("a1", Bytes::new(), LONG * 60).await });
    link.incoming.next().await.unwrap();
    proxy.freeze();
    let outcome = tokio::time::timeout(LONG, caller).await.unwrap().unwrap();
    assert_eq!(outcome.unwrap_err(), LinkError::LinkLost { agent: "a1".to_owned() });
    let fault = tokio::time::timeout(LONG, link.incoming.next()).await.unwrap().unwrap_err();
    assert!(fault.is_transient(), "{fault:?}");
}

/// The newer link of an agent wins; the old one is told why, its open calls fail, and the end of the old
/// one does not make the agent look away.
#[tokio::test(flavor = "multi_thread")]
async fn second_link_replaces_first() {
    let mut world = World::start().await;
    let options = world.join("a1").await;
    let mut first = connect(&options, hello()).await.unwrap();
    assert!(matches!(world.event().await, Event::Hello(..)));
    let agents = world.agents.clone();
    let caller = tokio::spawn(async move { agents.call("a1", Bytes::new(), LONG).await });
    first.incoming.next().await.unwrap();
    echo(connect(&options, hello()).await.unwrap());
    assert_eq!(caller.await.unwrap().unwrap_err(), LinkError::LinkLost { agent: "a1".to_owned() });
    let fault = first.incoming.next().await.unwrap_err();
    assert_eq!(fault.code(), "link.replaced");
    assert!(!fault.is_transient());
    let mut told = [world.event().await, world.event().await];
    told.sort_by_key(|event| matches!(event, Event::Disconnect(..)));
    assert!(matches!(told[0], Event::Hello(..)));
    assert_eq!(told[1], disconnected("a1", DisconnectReason::Replaced));
    assert!(world.agents.status("a1").connected);
    world.agents.call("a1", Bytes::new(), LONG).await.unwrap();
}

/// The hub can send an agent away, with its reason.
#[tokio::test]
async fn disconnect_tells_why() {
    let mut world = World::start().await;
    let mut link = world.agent("a1").await;
    assert!(matches!(world.event().await, Event::Hello(..)));
    let why = Refusal::new("agents.disabled", "该前置机已停用。", "This agent is disabled.");
    assert!(world.agents.disconnect("a1", why.clone()));
    assert!(!world.agents.disconnect("a1", why.clone()));
    assert_eq!(link.incoming.next().await.unwrap_err(), LinkFault::Refused(why));
    assert_eq!(world.event().await, disconnected("a1", DisconnectReason::Closed));
}

/// An agent that drops its link is seen to leave, though clones of its sender live on.
#[tokio::test]
async fn an_agent_that_leaves_is_noticed() {
    let mut world = World::start().await;
    let link = world.agent("a1").await;
    assert!(matches!(world.event().await, Event::Hello(..)));
    let sender = link.sender.clone();
    drop(link);
    assert_eq!(world.event().await, disconnected("a1", DisconnectReason::Lost));
    assert!(!world.agents.status("a1").connected);
    let gone = async {
        while !sender.is_closed() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, gone).await.unwrap();
}

/// A hub that stops tells its agents to come back, and ends though links were open.
#[tokio::test]
async fn an_orderly_stop() {
    let mut world = World::start().await;
    let mut link = world.agent("a1").await;
    let agent = tokio::spawn(async move { link.incoming.next().await.unwrap_err() });
    world.stop().await.unwrap();
    let fault = tokio::time::timeout(LONG, agent).await.unwrap().unwrap();
    assert_eq!(fault.code(), "link.hub_stopping");
    assert!(fault.is_transient());
    let away = world.agents.call("a1", Bytes::new(), LONG).await.unwrap_err();
    assert_eq!(away.code(), "link.not_connected");
}
