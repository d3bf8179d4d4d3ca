//! Signed assertions of client systems (RFC 7523), in place of a secret at the token endpoint.

use jsonwebtoken::decode_header;
use kernel::Result;
use serde::Deserialize;

use super::token::signature_only;
use crate::Identity;
use crate::model::ClientEntry;
use crate::store;

/// Longest life of an assertion.
const LONGEST_MS: i64 = 5 * 60_000;
/// How far the client's clock may be ahead.
const SKEW_MS: i64 = 60_000;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    jti: String,
    #[serde(default)]
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, accepted: &[String]) -> bool {
        match self {
            Self::One(one) => accepted.contains(one),
            Self::Several(several) => several.iter().any(|one| accepted.contains(one)),
        }
    }
}

/// The client id an assertion claims to come from. Nothing is proved by it.
pub fn claimed_client(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    jsonwebtoken::dangerous::insecure_decode::<Subject>(assertion).ok().map(|token| token.claims.sub)
}

/// Who an assertion must be meant for: this node's origin, or its token endpoint under that name.
fn audiences(identity: &Identity) -> [String; 3] {
    let origin = &identity.kernel.config.origin;
    [origin.clone(), format!("https://{origin}"), format!("https://{origin}{}", super::TOKEN_PATH)]
}

/// Verifies an assertion and uses it up.
///
/// The inner error says in English what is wrong with it; the outer one is ours.
pub async fn verify(
    identity: &Identity,
    client: &ClientEntry,
    assertion: &str,
) -> Result<std::result::Result<(), &'static str>> {
    let Some((algorithm, key)) = &client.public_key else {
        return Ok(Err("no public key is registered for this client"));
    };
    if !decode_header(assertion).is_ok_and(|header| header.alg == *algorithm) {
        return Ok(Err("the assertion is no JWT, or its algorithm is not that of the registered key"));
    }
    let Ok(token) = jsonwebtoken::decode::<Claims>(assertion, key, &signature_only(*algorithm)) else {
        return Ok(Err("the signature is wrong, or iss, sub, aud, exp or jti is missing"));
    };
    let claims = token.claims;
    if claims.iss != client.client_id || claims.sub != client.client_id {
        return Ok(Err("iss and sub must be the client id"));
    }
    if !claims.aud.names(&audiences(identity)) {
        return Ok(Err("aud must be this platform's origin or token endpoint"));
    }
    let now = identity.kernel.now_ms();
    let expires = claims.exp.saturating_mul(1000);
    if expires <= now {
        return Ok(Err("the assertion has expired"));
    }
    if expires > now + LONGEST_MS {
        return Ok(Err("exp must lie within 5 minutes"));
    }
    if claims.nbf.is_some_and(|from| from.saturating_mul(1000) > now + SKEW_MS) {
        return Ok(Err("the assertion is not valid yet"));
    }
    if !(1..=128).contains(&claims.jti.len()) || claims.jti.chars().any(char::is_control) {
        return Ok(Err("jti must have 1 to 128 characters"));
    }
    let fresh = store::assertion::take(&identity.kernel.db, &client.id, &claims.jti, expires, now).await?;
    Ok(if fresh { Ok(()) } else { Err("the assertion was used before") })
}
