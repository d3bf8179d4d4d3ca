//! Who gets a link and who does not.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tonic::Code;
use wire::agent::{LinkFault, connect, make_csr, renew};
use wire::hub::{HubCa, HubLinkOptions, LinkError};
use wire::proto::RenewRequest;
use wire::proto::link_client::LinkClient;

use crate::raw;
use crate::world::{DAY_MS, LONG, START_MS, Setup, World, hello};

/// Without a certificate neither the link nor a renewal is served.
#[tokio::test]
async fn without_certificate_nothing_but_joining() {
    let world = World::start().await;
    let mut client = LinkClient::new(raw::channel(&world.address).await);
    let opened = client.open(tokio_stream::empty()).await.unwrap_err();
    assert_eq!(opened.code(), Code::Unauthenticated);
    assert!(opened.message().starts_with("link.certificate_required"));
    let renewed = client.renew(RenewRequest::default()).await.unwrap_err();
    assert_eq!(renewed.code(), Code::Unauthenticated);
}

/// Whoever shows no certificate and does not join is let go, so that places do not run out: with room for
/// one connection, an agent gets in behind a stranger who would stay for ever.
#[tokio::test]
async fn strangers_do_not_take_up_places() {
    let link = HubLinkOptions {
        max_connections: 1,
        anonymous_for: Duration::from_millis(50),
        ..HubLinkOptions::default()
    };
    let world = World::with(Setup { link, ..Setup::default() }).await;
    let request = make_csr().unwrap();
    let issued = world.ca.issue(&request.csr_der, "a1", START_MS, 10).unwrap();
    let mut stranger = raw::stream(&world.address).await.unwrap();
    let _link = connect(&world.options(issued.pem, request.key_pem), hello()).await.unwrap();
    // What the hub wrote (its HTTP/2 settings, its farewell) is read; then the connection is over.
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(LONG, stranger.read_to_end(&mut rest)).await.unwrap();
    // The agent keeps its place, so another stranger gets none.
    let other = raw::stream(&world.address);
    assert!(tokio::time::timeout(Duration::from_millis(200), other).await.is_err());
    assert!(world.agents.status("a1").connected);
}

/// A certificate from another authority is rejected, though it carries a known id.
#[tokio::test]
async fn certificate_of_another_authority() {
    let world = World::start().await;
    world.join("a1").await;
    let dir = tempfile::tempdir().unwrap();
    let other = HubCa::open_or_create(dir.path(), &[], START_MS).unwrap();
    let request = make_csr().unwrap();
    let issued = other.issue(&request.csr_der, "a1", START_MS, 100).unwrap();
    let fault = connect(&world.options(issued.pem, request.key_pem), hello()).await.err().unwrap();
    assert!(matches!(fault, LinkFault::CertificateRejected { .. }), "{fault:?}");
    assert!(!world.agents.status("a1").connected);
}

/// The hub's own link certificate comes from the right authority but is not for clients.
#[tokio::test]
async fn the_link_certificate_is_not_for_clients() {
    let world = World::start().await;
    let pair = std::fs::read_to_string(world.dir.path().join("link.pem")).unwrap();
    let fault = connect(&world.options(pair.clone(), pair), hello()).await.err().unwrap();
    assert!(matches!(fault, LinkFault::CertificateRejected { .. }), "{fault:?}");
}

/// An agent that trusts another root does not talk to this hub.
#[tokio::test]
async fn root_mismatch_is_named() {
    let world = World::start().await;
    let mut options = world.join("a1").await;
    let dir = tempfile::tempdir().unwrap();
    let other = Arc::new(HubCa::open_or_create(dir.path(), &[], START_MS).unwrap());
    options.hub_root_pem = other.root_pem().to_owned();
    let fault = connect(&options, hello()).await.err().unwrap();
    assert!(matches!(fault, LinkFault::RootMismatch { .. }), "{fault:?}");
    assert_eq!(fault.code(), "link.root_mismatch");
}

/// A name the link certificate does not carry is named as such; one it carries works.
#[tokio::test]
async fn server_name_is_checked() {
    let world = World::start().await;
    let mut options = world.join("a1").await;
    options.server_name = "127.0.0.1".to_owned();
    connect(&options, hello()).await.unwrap();
    options.server_name = "somewhere.else".to_owned();
    let fault = connect(&options, hello()).await.err().unwrap();
    assert!(matches!(fault, LinkFault::NameMismatch { .. }), "{fault:?}");
    options.server_name = "not a name".to_owned();
    assert_eq!(connect(&options, hello()).await.err().unwrap().code(), "link.config");
}

/// A disabled agent is refused with the gate's words, for the link and for renewal, and can return.
#[tokio::test]
async fn disabled_agent_is_refused() {
    let world = World::start().await;
    let options = world.join("a1").await;
    world.gate.disabled.lock().insert("a1".to_owned());
    let fault = connect(&options, hello()).await.err().unwrap();
    assert_eq!(fault.code(), "agents.disabled");
    assert!(fault.zh().contains("停用") && !fault.is_transient());
    let renewal = renew(&options, make_csr().unwrap().csr_der).await.unwrap_err();
    assert_eq!(renewal.code(), "agents.disabled");
    let called = world.agents.call("a1", "{}".into(), LONG).await.unwrap_err();
    assert_eq!(called, LinkError::NotConnected { agent: "a1".to_owned(), since_ms: START_MS });
    world.gate.disabled.lock().clear();
    connect(&options, hello()).await.unwrap();
}

/// Time decides as our clock tells it: the link certificate renews itself, the agent's ends.
#[tokio::test]
async fn certificates_follow_the_injected_clock() {
    let world = World::start().await;
    let options = world.join("a1").await;
    world.time.store(START_MS + 390 * DAY_MS, Ordering::SeqCst);
    connect(&options, hello()).await.unwrap();
    world.time.store(START_MS + 398 * DAY_MS, Ordering::SeqCst);
    let fault = connect(&options, hello()).await.err().unwrap();
    assert!(matches!(fault, LinkFault::CertificateRejected { .. }), "{fault:?}");
    world.time.store(START_MS - 2 * DAY_MS, Ordering::SeqCst);
    let fault = connect(&options, hello()).await.err().unwrap();
    assert!(matches!(fault, LinkFault::CertificateTime { .. }), "{fault:?}");
}

/// Nothing listening, and something else listening, are told apart.
#[tokio::test]
async fn unreachable_and_not_a_hub() {
    let world = World::start().await;
    let mut options = world.join("a1").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    options.link_address = listener.local_addr().unwrap().to_string();
    let web = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let fault = connect(&options, hello()).await.err().unwrap();
    assert!(matches!(fault, LinkFault::Tls { .. }), "{fault:?}");
    web.await.unwrap();
    let fault = connect(&options, hello()).await.err().unwrap();
    assert!(matches!(fault, LinkFault::Unreachable { .. }), "{fault:?}");
    assert!(fault.is_transient() && fault.zh().contains(&options.link_address));
}
