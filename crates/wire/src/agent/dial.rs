//! Dials the hub: TCP, TLS, HTTP/2, each failure told apart.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{AlertDescription, CertificateError, ClientConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::Status;
use tonic::transport::{Channel, Endpoint, Uri};

use super::LinkFault;
use super::noting::{Noted, NotingStream};
use crate::Clock;
use crate::tls::{ClockTime, provider};

/// The agent receives calls and pins, which are small, and evidence pages of 2 MiB at most.
const WINDOW_BYTES: u32 = 4 * 1024 * 1024;
/// Only a label inside HTTP/2: where to connect and whom to trust was decided before.
const AUTHORITY: &str = "http://guantong-hub";

/// Where to and how.
pub(super) struct Dial<'a> {
    pub(super) address: &'a str,
    pub(super) server_name: &'a str,
    pub(super) verifier: Arc<dyn ServerCertVerifier>,
    /// Certificate and key, PEM; none when joining.
    pub(super) identity: Option<(&'a str, &'a str)>,
    pub(super) clock: Clock,
    pub(super) within: Duration,
    pub(super) keepalive: Duration,
}

/// A connection, and what TLS noted about it.
pub(super) struct Dialled {
    pub(super) channel: Channel,
    noted: Noted,
}

impl Dialled {
    /// What a failed request means, taking into account what TLS noted.
    pub(super) fn fault(&self, status: &Status) -> LinkFault {
        let alert = *self.noted.lock();
        match alert {
            Some(alert) if is_about_our_certificate(alert) => {
                LinkFault::CertificateRejected { cause: format!("{alert:?}") }
            }
            _ => LinkFault::from_status(status),
        }
    }
}

fn is_about_our_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError
            | AlertDescription::CertificateRequired
    )
}

pub(super) async fn dial(dial: Dial<'_>) -> Result<Dialled, LinkFault> {
    let config = client_config(&dial)?;
    let server_name = ServerName::try_from(dial.server_name.to_owned())
        .map_err(|error| LinkFault::Config { what: "server name", why: error.to_string() })?;
    let late = || LinkFault::Unreachable {
        address: dial.address.to_owned(),
        cause: format!("no answer within {} ms", dial.within.as_millis()),
    };
    let connecting = async {
        let unreachable = |error: io::Error| LinkFault::Unreachable {
            address: dial.address.to_owned(),
            cause: error.to_string(),
        };
        let socket = TcpStream::connect(dial.address).await.map_err(unreachable)?;
        socket.set_nodelay(true).map_err(unreachable)?;
        TlsConnector::from(Arc::new(config))
            .connect(server_name, socket)
            .await
            .map_err(|error| tls_fault(&dial, &error))
    };
    let stream = tokio::time::timeout(dial.within, connecting).await.map_err(|_| late())??;
    let noted = Noted::default();
    let stream = NotingStream::new(stream, noted.clone());
    let channel =
        http2(stream, dial.keepalive).await.map_err(|error| LinkFault::Lost { cause: error.to_string() })?;
    Ok(Dialled { channel, noted })
}

async fn http2(stream: NotingStream, keepalive: Duration) -> Result<Channel, tonic::transport::Error> {
    // The channel may ask for one connection, this one. When it breaks, the link is over; the agent
    // dials again as a whole, and does not hide a new connection under an old link.
    let once = Arc::new(Mutex::new(Some(TokioIo::new(stream))));
    let connector = tower::service_fn(move |_: Uri| {
        let taken = once.lock().take();
        async move { taken.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected)) }
    });
    Endpoint::from_static(AUTHORITY)
        .http2_keep_alive_interval(keepalive)
        .keep_alive_timeout(keepalive)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES * 2)
        .connect_with_connector(connector)
        .await
}

fn client_config(dial: &Dial<'_>) -> Result<ClientConfig, LinkFault> {
    let tls =
        |error: rustls::Error| LinkFault::Tls { address: dial.address.to_owned(), cause: error.to_string() };
    let builder = ClientConfig::builder_with_details(provider(), Arc::new(ClockTime(dial.clock.clone())))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(tls)?
        .dangerous()
        .with_custom_certificate_verifier(dial.verifier.clone());
    let mut config = match dial.identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let unusable = |what: &'static str| move |why: String| LinkFault::Config { what, why };
            let chain = CertificateDer::pem_slice_iter(certificate.as_bytes())
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| unusable("certificate")(error.to_string()))?;
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
                .map_err(|error| unusable("key")(error.to_string()))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| unusable("certificate")(error.to_string()))?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

fn tls_fault(dial: &Dial<'_>, error: &io::Error) -> LinkFault {
    let address = dial.address.to_owned();
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return LinkFault::Tls { address, cause: error.to_string() };
    };
    match tls {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                LinkFault::RootMismatch { address }
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                LinkFault::NameMismatch { address, server_name: dial.server_name.to_owned() }
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => LinkFault::CertificateTime { address },
            other => LinkFault::Tls { address, cause: other.to_string() },
        },
        other => LinkFault::Tls { address, cause: other.to_string() },
    }
}
