//! Second door: OAuth 2 access tokens, verified in memory.

use jsonwebtoken::{Algorithm, Header, Validation};
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{Door, Proof};
use crate::Identity;
use crate::model::ClientEntry;

/// Seconds an access token lives.
pub const LIFETIME_S: i64 = 600;

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// Node that issued it.
    iss: String,
    /// Public client id.
    sub: String,
    /// Issued at, Unix seconds.
    iat: i64,
    /// Expires at, Unix seconds.
    exp: i64,
    /// Version of the client's secret; a rotation ends every earlier token.
    ver: i32,
}

/// Validation of the signature alone: time is checked against the injected clock.
pub(super) fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

/// Issues an access token.
pub fn issue(identity: &Identity, client: &ClientEntry) -> Result<String> {
    let now = identity.kernel.now_ms().div_euclid(1000);
    let claims = Claims {
        iss: identity.kernel.config.origin.clone(),
        sub: client.client_id.clone(),
        iat: now,
        exp: now + LIFETIME_S,
        ver: client.secret_version,
    };
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &identity.keys.token_signing)
        .map_err(|error| Error::internal("identity.token", error))
}

/// Proves a client system by its access token.
pub async fn prove(identity: &Identity, token: &str) -> Result<Proof> {
    if token.len() > 4096 {
        return Err(wrong());
    }
    let validation = signature_only(Algorithm::HS256);
    let claims = jsonwebtoken::decode::<Claims>(token, &identity.keys.token_verifying, &validation)
        .map_err(|error| wrong().caused_by(error))?
        .claims;
    if claims.iss != identity.kernel.config.origin {
        return Err(wrong());
    }
    if identity.kernel.now_ms() >= claims.exp.saturating_mul(1000) {
        return Err(Error::unauthenticated(
            "identify.token_expired",
            "访问令牌已过期，请用应用标识和密钥重新获取后再调用。",
            "The access token has expired; get a new one and call again.",
        ));
    }
    let entry = identity.entry(&claims.sub).await?.ok_or_else(wrong)?;
    if entry.secret_version != claims.ver {
        return Err(Error::unauthenticated(
            "identify.token_revoked",
            "应用密钥已更换，旧的访问令牌不再有效，请用新密钥重新获取。",
            "The client's secret was rotated and earlier access tokens ended; get a new one with the new secret.",
        ));
    }
    Ok(Proof { actor: identity.client_actor(&entry).await?, door: Door::Token })
}

fn wrong() -> Error {
    Error::unauthenticated(
        "identify.token",
        "访问令牌不是本平台签发的，或已损坏。请重新获取访问令牌。",
        "The access token was not issued by this platform, or is damaged; get a new one.",
    )
}
