//! The agent's key and certificate request.

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::LinkFault;
use crate::tls::Facts;

/// A new key and the request for its certificate.
pub struct CertificateRequest {
    /// Private key, PKCS#8 PEM. Never leaves the agent.
    pub key_pem: String,
    /// PKCS#10 request, DER.
    pub csr_der: Vec<u8>,
}

// The key does not belong into logs.
impl std::fmt::Debug for CertificateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CertificateRequest").finish_non_exhaustive()
    }
}

/// Makes an ECDSA P-256 key and a request. The hub decides on the name in the certificate.
///
/// # Errors
/// The system gave no randomness.
pub fn make_csr() -> Result<CertificateRequest, LinkFault> {
    let failed = |error: rcgen::Error| LinkFault::Config { what: "key", why: error.to_string() };
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "guantong-agent");
    let request = params.serialize_request(&key).map_err(failed)?;
    Ok(CertificateRequest { key_pem: key.serialize_pem(), csr_der: request.der().to_vec() })
}

/// When a certificate ends, Unix milliseconds. An agent renews in the last third.
///
/// # Errors
/// The text holds no certificate.
pub fn certificate_not_after_ms(pem: &str) -> Result<i64, LinkFault> {
    let failed = |why: String| LinkFault::Config { what: "certificate", why };
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| failed(error.to_string()))?;
    Ok(Facts::read(&der).map_err(failed)?.not_after_ms)
}
