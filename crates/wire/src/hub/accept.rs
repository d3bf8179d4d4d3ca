//! Accepts connections and carries out their TLS handshakes, beside each other.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;

use super::ca::HubCa;
use super::serve::ServeError;
use super::stream::HubStream;
use crate::Clock;
use crate::tls::{ClockTime, provider};

const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Pause after the system refused a connection, usually for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Bounds on connections.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Connections at one time, with or without a certificate; more wait in the kernel's queue.
    pub(super) connections: usize,
    /// How long one without a certificate may stay.
    pub(super) anonymous_for: Duration,
}

/// The link's certificate, asked from the authority at each handshake so that it renews itself.
struct LinkCertificate {
    ca: Arc<HubCa>,
    clock: Clock,
}

impl fmt::Debug for LinkCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkCertificate")
    }
}

impl ResolvesServerCert for LinkCertificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.ca.link_key((self.clock)()))
    }
}

fn server_config(ca: &Arc<HubCa>, clock: &Clock) -> Result<ServerConfig, ServeError> {
    let tls = |error: &dyn fmt::Display| ServeError::Tls(error.to_string());
    let mut roots = RootCertStore::empty();
    roots.add(ca.root_der().clone()).map_err(|error| tls(&error))?;
    // Joining has no certificate yet; what needs one checks for it (see `identity`).
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .allow_unauthenticated()
        .build()
        .map_err(|error| tls(&error))?;
    let mut config = ServerConfig::builder_with_details(provider(), Arc::new(ClockTime(clock.clone())))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| tls(&error))?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(LinkCertificate { ca: ca.clone(), clock: clock.clone() }));
    config.alpn_protocols = vec![b"h2".to_vec()];
    // Links last for weeks. Without resumption every connection proves its certificate anew.
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// Connections ready for HTTP/2, until the stream is dropped.
pub(super) fn incoming(
    listener: TcpListener,
    ca: &Arc<HubCa>,
    clock: &Clock,
    limits: Limits,
) -> Result<ReceiverStream<io::Result<HubStream>>, ServeError> {
    let acceptor = TlsAcceptor::from(Arc::new(server_config(ca, clock)?));
    let (ready, connections) = mpsc::channel(16);
    tokio::spawn(accept(listener, acceptor, ready, limits));
    Ok(ReceiverStream::new(connections))
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    ready: mpsc::Sender<io::Result<HubStream>>,
    limits: Limits,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            () = ready.closed() => return,
        };
        let Ok(place) = place else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ready.closed() => return,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "link.accept_failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            if let Err(error) = socket.set_nodelay(true) {
                tracing::debug!(%peer, %error, "link.nodelay_failed");
            }
            match tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(socket)).await {
                // The server has stopped when nobody takes the connection.
                Ok(Ok(stream)) => {
                    drop(ready.send(Ok(HubStream::new(stream, place, limits.anonymous_for))).await);
                }
                Ok(Err(error)) => tracing::info!(%peer, %error, "link.handshake_failed"),
                Err(_) => tracing::info!(%peer, "link.handshake_timeout"),
            }
        });
    }
}
