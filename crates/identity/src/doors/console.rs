//! First door: the session cookie of the web console.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use kernel::{Actor, Error, Result};
use sha2::{Digest as _, Sha256};

use super::{Door, Proof};
use crate::Identity;
use crate::sessions::Known;
use crate::store;

/// Name of the cookie.
pub const COOKIE: &str = "guantong_session";
/// Header that writes must carry; another site cannot make a browser send it.
pub const HEADER: &str = "x-guantong-console";

/// Paths that concern the own account only; open to who must change his password or enrol a second factor first.
const OWN_ACCOUNT: [&str; 1] = ["/api/v1/session"];
/// How often the time of the last use is written; more often would be a write for each page.
const SEEN_EVERY_MS: i64 = 60_000;

/// Hash under which a session is stored.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Token of the session cookie, if there is one.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && (20..=100).contains(&value.len()))
        .map(|(_, value)| value)
}

/// Proves a console user. An ended session is no proof and no error: the log-in page must still load.
pub async fn prove(identity: &Identity, parts: &Parts) -> Result<Option<Proof>> {
    let Some(token) = token(&parts.headers) else { return Ok(None) };
    let Some(session) = session(identity, token).await? else { return Ok(None) };
    let Some(organisation) = identity.acting(&session.organisation).await? else { return Ok(None) };
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    if !reads && parts.headers.get(HEADER).is_none_or(|value| value != "1") {
        return Err(Error::forbidden(
            "identify.console_header",
            "控制台的写操作须带请求头 X-Guantong-Console: 1，没有处理。请从控制台页面操作。",
            "A write with a session cookie needs header X-Guantong-Console: 1; nothing was done. Use the console.",
        ));
    }
    if let Some(due) =
        session.due.filter(|_| !OWN_ACCOUNT.iter().any(|own| parts.uri.path().starts_with(own)))
    {
        return Err(due.error());
    }
    let Known { user: id, role, on_behalf_of, .. } = session;
    let actor = Actor::User { id, role, organisation, on_behalf_of };
    Ok(Some(Proof { actor, door: Door::Session }))
}

async fn session(identity: &Identity, token: &str) -> Result<Option<Known>> {
    let now = identity.kernel.now_ms();
    let hash = hash(token);
    if let Some(known) = identity.sessions.get(&hash, now) {
        return Ok(Some(known));
    }
    let ticket = identity.sessions.ticket();
    let db = &identity.kernel.db;
    let Some(row) = store::session::by_hash(db, &hash).await? else { return Ok(None) };
    if row.expires_ms <= now {
        return Ok(None);
    }
    let Some(user) = store::user::by_id(db, &row.user_id).await? else { return Ok(None) };
    if user.disabled {
        return Ok(None);
    }
    if now - row.last_seen_ms >= SEEN_EVERY_MS {
        store::session::seen(db, &hash, now).await?;
    }
    let due = identity.due(&user).await?;
    let acting = match &row.acting_for {
        Some(id) => identity.standing_in(&user, id, now).await?,
        None => None,
    };
    let own_role = user.known_role()?;
    let known = match acting {
        Some((delegation, role)) => Known {
            user: user.id,
            role,
            organisation: delegation.organisation_id,
            expires_ms: row.expires_ms.min(delegation.until_ms),
            on_behalf_of: Some(delegation.principal_id),
            due,
        },
        None => Known {
            user: user.id,
            role: own_role,
            organisation: user.organisation_id,
            expires_ms: row.expires_ms,
            on_behalf_of: None,
            due,
        },
    };
    identity.sessions.keep(hash, known.clone(), ticket, now);
    Ok(Some(known))
}
