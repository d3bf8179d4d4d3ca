//! What both sides need of TLS: the cryptography, the injected clock, and facts about certificates.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::time_provider::TimeProvider;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::Clock;

/// ring, named here and not left to a process-wide default that another library might set.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: std::sync::LazyLock<Arc<CryptoProvider>> =
        std::sync::LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));
    PROVIDER.clone()
}

/// Lets certificates be checked at the time our clock tells.
pub(crate) struct ClockTime(pub(crate) Clock);

impl std::fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClockTime")
    }
}

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        let ms = u64::try_from((self.0)()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_millis(ms)))
    }
}

/// What we read out of a certificate. Owned, so that no borrowed parser types travel.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// The one common name, if there is exactly one.
    pub(crate) common_name: Option<String>,
    /// Serial number, lower-case hex.
    pub(crate) serial: String,
    /// Last instant of validity, Unix milliseconds.
    pub(crate) not_after_ms: i64,
    /// Host names and addresses.
    pub(crate) names: Vec<String>,
    /// The public key's bits.
    pub(crate) public_key: Vec<u8>,
    der: CertificateDer<'static>,
}

impl Facts {
    pub(crate) fn read(der: &CertificateDer<'_>) -> Result<Self, String> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|error| error.to_string())?;
        let mut common_names = certificate.subject().iter_common_name();
        let common_name = match (common_names.next(), common_names.next()) {
            (Some(name), None) => name.as_str().ok().map(str::to_owned),
            _ => None,
        };
        let names = match certificate.subject_alternative_name() {
            Ok(Some(extension)) => extension.value.general_names.iter().filter_map(name_of).collect(),
            _ => Vec::new(),
        };
        Ok(Self {
            common_name,
            serial: data_encoding::HEXLOWER.encode(certificate.raw_serial()),
            not_after_ms: certificate.validity().not_after.timestamp().saturating_mul(1000),
            names,
            public_key: certificate.public_key().subject_public_key.data.to_vec(),
            der: der.clone().into_owned(),
        })
    }

    /// Whether the given root signed this certificate.
    pub(crate) fn issued_by(&self, root: &CertificateDer<'_>) -> bool {
        let (Ok((_, certificate)), Ok((_, root))) =
            (X509Certificate::from_der(&self.der), X509Certificate::from_der(root))
        else {
            return false;
        };
        certificate.verify_signature(Some(root.public_key())).is_ok()
    }
}

fn name_of(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|b| IpAddr::from(b).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|b| IpAddr::from(b).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Writes a certificate as PEM (RFC 7468).
pub(crate) fn to_pem(der: &CertificateDer<'_>) -> String {
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in BASE64.encode(der).as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}
