//! Joining with a code, and renewing.

use bytes::Bytes;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use wire::agent::{LinkFault, certificate_not_after_ms, connect, make_csr, renew};
use wire::join::{JoinCode, fingerprint};
use x509_parser::prelude::FromDer as _;

use crate::gate::Event;
use crate::world::{DAY_MS, LONG, START_MS, World, echo, hello, json_of};

/// The whole way: code, certificate, link, call.
#[tokio::test(flavor = "multi_thread")]
async fn enrol_then_open_then_call() {
    let mut world = World::start().await;
    let link = world.agent("a-police").await;
    assert_eq!(link.welcome.hub_time_ms, START_MS);
    echo(link);
    assert!(
        matches!(world.event().await, Event::Hello(id, hello) if id == "a-police" && hello.agent_version == "1.0.0")
    );
    let reply = world.agents.call("a-police", Bytes::from_static(b"{\"q\":1}"), LONG).await.unwrap();
    assert_eq!(json_of(&reply), b"{\"q\":1}");
    let status = world.agents.status("a-police");
    assert!(status.connected && status.since_ms == START_MS && status.outstanding == 0);
    assert_eq!(world.agents.connected(), ["a-police"]);
}

/// A code works once; the second try gets the gate's own refusal in both languages.
#[tokio::test]
async fn a_code_works_once() {
    let world = World::start().await;
    let code = world.code("a1");
    world.enrol(code.clone(), make_csr().unwrap().csr_der).await.unwrap();
    let fault = world.enrol(code, make_csr().unwrap().csr_der).await.unwrap_err();
    assert_eq!(fault.code(), "agents.join_code_used");
    assert!(fault.zh().contains("接入码已使用") && fault.en().contains("was used"));
}

/// A request that is not one is refused before the code is used up.
#[tokio::test]
async fn a_faulty_request_does_not_use_up_the_code() {
    let world = World::start().await;
    let code = world.code("a1");
    for faulty in [Vec::new(), b"not a request".to_vec(), vec![0x30; 20_000], tampered()] {
        let fault = world.enrol(code.clone(), faulty).await.unwrap_err();
        assert_eq!(fault.code(), "ca.request_invalid");
    }
    world.enrol(code, make_csr().unwrap().csr_der).await.unwrap();
}

/// A request whose signature does not fit its content.
fn tampered() -> Vec<u8> {
    let mut csr = make_csr().unwrap().csr_der;
    *csr.last_mut().unwrap() ^= 1;
    csr
}

/// A hub with another root is not told the secret, even by an agent that has only the code.
#[tokio::test]
async fn another_hub_is_recognised_by_the_fingerprint() {
    let world = World::start().await;
    let real = world.code("a1");
    let elsewhere = JoinCode::new([9; 20], &fingerprint(b"another root")).unwrap();
    world.gate.secrets.lock().push((elsewhere.secret().to_owned(), "a2".to_owned()));
    let fault = world.enrol(elsewhere.clone(), make_csr().unwrap().csr_der).await.unwrap_err();
    assert!(matches!(fault, LinkFault::RootMismatch { .. }), "{fault:?}");
    let left: Vec<_> = world.gate.secrets.lock().iter().map(|(secret, _)| secret.clone()).collect();
    assert_eq!(left, [real.secret(), elsewhere.secret()]);
}

/// Names in the request mean nothing: the certificate names the agent as the gate does, and only that.
#[tokio::test]
async fn names_in_the_request_are_ignored() {
    let world = World::start().await;
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["hub.example".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "somebody-else");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let csr = params.serialize_request(&key).unwrap().der().to_vec();
    let reply = world.enrol(world.code("a1"), csr).await.unwrap();
    let der = CertificateDer::from_pem_slice(reply.certificate.as_bytes()).unwrap();
    let (_, certificate) = x509_parser::certificate::X509Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.subject().to_string(), "CN=a1");
    assert!(certificate.subject_alternative_name().unwrap().is_none());
    assert!(!certificate.is_ca());
}

/// The old certificate gets a new one for a new key, and the new one opens the link.
#[tokio::test]
async fn renewal_gives_a_certificate_that_works() {
    let mut world = World::start().await;
    let options = world.join("a1").await;
    world.time.fetch_add(300 * DAY_MS, std::sync::atomic::Ordering::SeqCst);
    let request = make_csr().unwrap();
    let reply = renew(&options, request.csr_der).await.unwrap();
    let gained = certificate_not_after_ms(&reply.certificate).unwrap()
        - certificate_not_after_ms(&options.certificate_pem).unwrap();
    assert_eq!(gained, 300 * DAY_MS);
    let renewed = world.options(reply.certificate, request.key_pem);
    connect(&renewed, hello()).await.unwrap();
    let Some(Event::Issued(_, first)) = world.events.recv().await else { panic!("no certificate") };
    let Some(Event::Issued(_, second)) = world.events.recv().await else { panic!("no certificate") };
    assert_ne!(first, second);
}
