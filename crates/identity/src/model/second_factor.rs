//! The second factor 动态口令: time-based codes (RFC 6238) and recovery codes. Pure.

use data_encoding::BASE32_NOPAD;
use kernel::entropy::{self, Entropy};
use kernel::{Error, Result};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use totp_rs::{Builder, Secret, Totp};

/// Seconds a code lasts. One code before and one after count too, for clocks that are a little off.
const STEP_S: u64 = 30;

/// How a user's second factor stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SecondFactor {
    /// When it was enrolled, Unix milliseconds.
    pub enrolled_ms: Option<i64>,
    /// Recovery codes left.
    pub recovery_codes_left: u64,
    /// True when the user's role must have one.
    pub required: bool,
}

/// What the user's device needs, shown once.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Enrolment {
    /// The secret in base32, for typing.
    pub secret: String,
    /// The same for a link.
    pub otpauth_uri: String,
    /// The same as a picture (SVG).
    pub qr_svg: String,
}

/// Recovery codes, shown once; each counts once in place of a code.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RecoveryCodes {
    /// The codes.
    pub recovery_codes: Vec<String>,
}

fn totp(secret: &str) -> Result<Totp> {
    let wrong = |error: &str| Error::internal("identity.second_factor", error.to_owned());
    let secret = Secret::try_from_base32(secret).map_err(|_| wrong("the stored secret is no base32"))?;
    Builder::new()
        .with_secret(secret)
        .with_step_duration(STEP_S)
        .build()
        .map_err(|error| wrong(&error.to_string()))
}

/// A new secret of 160 bits, in base32.
pub(crate) fn fresh_secret(entropy: &dyn Entropy) -> String {
    BASE32_NOPAD.encode(&entropy::bytes::<20>(entropy))
}

/// The time step whose code this is, if it is one of now or its neighbours.
pub(crate) fn matched_step(secret: &str, code: &str, now_ms: i64) -> Result<Option<i64>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let now_s = u64::try_from(now_ms.div_euclid(1000)).unwrap_or(0);
    Ok(totp(secret)?.check(&code, now_s).and_then(|step| i64::try_from(step).ok()))
}

/// The link that authenticator apps read.
pub(crate) fn otpauth_uri(origin: &str, username: &str, secret: &str) -> Result<String> {
    let failed = || Error::internal("identity.second_factor", "the otpauth link cannot be built");
    // Apps show issuer and account; a colon parts them, so neither may hold one.
    let issuer = format!("贯通 {}", origin.replace(':', "-"));
    let mut link = url::Url::parse("otpauth://totp/").map_err(|_| failed())?;
    link.path_segments_mut().map_err(|()| failed())?.push(&format!("{issuer}:{username}"));
    link.query_pairs_mut()
        .append_pair("secret", secret)
        .append_pair("issuer", &issuer)
        .append_pair("algorithm", "SHA1")
        .append_pair("digits", "6")
        .append_pair("period", &STEP_S.to_string());
    // Apps do not read a plus sign as a space.
    Ok(link.as_str().replace('+', "%20"))
}

/// The link as a picture.
pub(crate) fn qr_svg(link: &str) -> Result<String> {
    let code = QrCode::new(link).map_err(|error| Error::internal("identity.qr", error))?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(220, 220).build())
}

/// A new recovery code of 80 bits, in groups of four.
pub(crate) fn fresh_recovery_code(entropy: &dyn Entropy) -> String {
    let text = BASE32_NOPAD.encode(&entropy::bytes::<10>(entropy));
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
}

/// Hash under which a recovery code is stored, however it was typed.
pub(crate) fn hash_recovery_code(code: &str) -> String {
    let folded: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    hex::encode(Sha256::digest(folded.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 6238 appendix B (SHA-1), cut to six digits, and one step of tolerance either way, no more.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = BASE32_NOPAD.encode(b"12345678901234567890");
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let step = second / 30;
            assert_eq!(matched_step(&secret, code, second * 1000).unwrap(), Some(step));
            assert_eq!(matched_step(&secret, code, (second + 30) * 1000).unwrap(), Some(step));
            assert_eq!(matched_step(&secret, code, (second + 90) * 1000).unwrap(), None);
        }
        assert_eq!(matched_step(&secret, "287 082", 59_000).unwrap(), Some(1));
        assert_eq!(matched_step(&secret, "28708", 59_000).unwrap(), None);
        assert_eq!(matched_step(&secret, "", 59_000).unwrap(), None);
    }

    /// The link names node and user, keeps its parts apart, and fits into a picture.
    #[test]
    fn the_link_is_whole() {
        let link = otpauth_uri("share.example:8080", "wang.li", "ABCDEFGH").unwrap();
        assert!(link.starts_with("otpauth://totp/"), "{link}");
        assert!(link.contains("secret=ABCDEFGH") && link.contains(":wang.li?"), "{link}");
        assert!(!link.contains('+') && link.contains("%20share.example-8080"), "{link}");
        assert!(qr_svg(&link).unwrap().contains("<svg"));
    }

    /// A recovery code counts however it is typed.
    #[test]
    fn recovery_codes_are_folded() {
        assert_eq!(hash_recovery_code("ABCD-EFGH-2345-6777"), hash_recovery_code(" abcdefgh 23456777"));
        assert_ne!(hash_recovery_code("ABCD-EFGH-2345-6777"), hash_recovery_code("ABCD-EFGH-2345-6776"));
    }
}
