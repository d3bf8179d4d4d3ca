//! Certificates as the hub writes them: pure functions over keys, names and times.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKey, PublicKeyData, SerialNumber,
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

pub(super) const DAY_MS: i64 = 86_400_000;
/// A department's clock may run behind the hub's; a certificate is good from a day before it was made.
const BACKDATE_MS: i64 = DAY_MS;
const ROOT_DAYS: i64 = 3653;
const SERVER_DAYS: i64 = 397;
const MAX_CSR_BYTES: usize = 16 * 1024;
/// An uncompressed point on P-256.
const P256_POINT_BYTES: usize = 65;

/// A client certificate the hub issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// The certificate, PEM.
    pub pem: String,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Last instant of validity, Unix milliseconds.
    pub not_after_ms: i64,
}

/// A certificate request whose signature was checked. Only its key is kept: names in it are not trusted.
pub(super) struct CheckedRequest(PublicKey);

/// Why a certificate could not be made. The text is for the log.
#[derive(Debug)]
pub(super) struct IssueFailure(pub(super) String);

impl From<rcgen::Error> for IssueFailure {
    fn from(error: rcgen::Error) -> Self {
        Self(error.to_string())
    }
}

pub(super) fn check_request(csr_der: &[u8]) -> Result<CheckedRequest, IssueFailure> {
    if csr_der.is_empty() || csr_der.len() > MAX_CSR_BYTES {
        return Err(IssueFailure(format!("certificate request of {} bytes", csr_der.len())));
    }
    let request = CertificateSigningRequestParams::from_der(&csr_der.into())?;
    let key = request.public_key;
    if key.algorithm() != &rcgen::PKCS_ECDSA_P256_SHA256 || key.der_bytes().len() != P256_POINT_BYTES {
        return Err(IssueFailure("the key is not ECDSA P-256".to_owned()));
    }
    Ok(CheckedRequest(key))
}

/// The hub's root: signs certificates, ten years.
pub(super) fn root(key: &KeyPair, now_ms: i64) -> Result<String, IssueFailure> {
    let mut params = params(HUB_CA_NAME, now_ms, ROOT_DAYS)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(serial(key.public_key_raw(), HUB_CA_NAME, now_ms));
    Ok(params.self_signed(key)?.pem())
}

const HUB_CA_NAME: &str = "Guantong hub CA";

/// The link's own certificate for the given host names and addresses.
pub(super) fn server(
    issuer: &Issuer<'_, KeyPair>,
    key: &KeyPair,
    names: &[String],
    now_ms: i64,
) -> Result<String, IssueFailure> {
    let mut params = params(crate::HUB_NAME, now_ms, SERVER_DAYS)?;
    params.subject_alt_names = CertificateParams::new(names.to_vec())?.subject_alt_names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.serial_number = Some(serial(key.public_key_raw(), crate::HUB_NAME, now_ms));
    Ok(params.signed_by(key, issuer)?.pem())
}

/// An agent's certificate. Its only name is the agent's id.
pub(super) fn client(
    issuer: &Issuer<'_, KeyPair>,
    request: &CheckedRequest,
    agent_id: &str,
    now_ms: i64,
    valid_days: u32,
) -> Result<IssuedCertificate, IssueFailure> {
    if !is_agent_id(agent_id) {
        return Err(IssueFailure(format!("{agent_id:?} cannot be the name in a certificate")));
    }
    let mut params = params(agent_id, now_ms, i64::from(valid_days))?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    let serial = serial(request.0.der_bytes(), agent_id, now_ms);
    let serial_hex = hex(&serial.to_bytes());
    params.serial_number = Some(serial);
    let not_after_ms = params.not_after.unix_timestamp().saturating_mul(1000);
    let pem = params.signed_by(&request.0, issuer)?.pem();
    Ok(IssuedCertificate { pem, serial: serial_hex, not_after_ms })
}

/// Lower-case hex, as serial numbers are written everywhere in the product.
pub(super) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// X.520 allows 64 characters in a common name.
fn is_agent_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn params(common_name: &str, now_ms: i64, days: i64) -> Result<CertificateParams, IssueFailure> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = instant(now_ms.saturating_sub(BACKDATE_MS))?;
    params.not_after = instant(now_ms.saturating_add(days.saturating_mul(DAY_MS)))?;
    Ok(params)
}

fn instant(ms: i64) -> Result<OffsetDateTime, IssueFailure> {
    OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000))
        .map_err(|error| IssueFailure(format!("{ms} ms is no time for a certificate: {error}")))
}

/// Unique for key, name and time; positive and at most 20 bytes, as RFC 5280 (4.1.2.2) asks.
fn serial(key: &[u8], name: &str, now_ms: i64) -> SerialNumber {
    let mut hash = Sha256::new();
    hash.update(now_ms.to_be_bytes());
    hash.update((name.len() as u64).to_be_bytes());
    hash.update(name.as_bytes());
    hash.update(key);
    let digest = hash.finalize();
    let mut bytes: Vec<u8> = digest.iter().take(16).copied().collect();
    if let Some(first) = bytes.first_mut() {
        // The top bit would make it negative, a leading zero would make it shorter than it is written.
        *first = (*first & 0x7f) | 0x40;
    }
    SerialNumber::from(bytes)
}
