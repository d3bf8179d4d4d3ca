//! Which hub the agent trusts: one root and nothing else, no roots of the system.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::LinkFault;
use crate::join::fingerprint;
use crate::tls::provider;

/// Checks a hub against one root certificate.
pub(super) fn root(root_pem: &str) -> Result<Arc<dyn ServerCertVerifier>, LinkFault> {
    let failed = |why: String| LinkFault::Config { what: "root certificate", why };
    let der =
        CertificateDer::from_pem_slice(root_pem.as_bytes()).map_err(|error| failed(error.to_string()))?;
    Ok(webpki(&der).map_err(|error| failed(error.to_string()))?)
}

/// Checks a hub against the fingerprint of its root: the root must come along in the handshake.
pub(super) fn pinned(fingerprint: &str) -> Arc<dyn ServerCertVerifier> {
    Arc::new(FingerprintVerifier { fingerprint: fingerprint.to_owned() })
}

fn webpki(root: &CertificateDer<'_>) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone().into_owned())?;
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| Error::General(error.to_string()))
}

#[derive(Debug)]
struct FingerprintVerifier {
    fingerprint: String,
}

impl ServerCertVerifier for FingerprintVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let root = intermediates
            .iter()
            .find(|certificate| fingerprint(certificate) == self.fingerprint)
            .ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        webpki(root)?.verify_server_cert(end_entity, &[], server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(rustls::PeerIncompatible::Tls12NotOffered))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
