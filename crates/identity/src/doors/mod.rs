//! The doors by which a caller proves who it is.

pub mod assertion;
pub mod console;
pub mod national;
pub mod token;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use kernel::{Actor, Error, Result};

use crate::Identity;
use crate::model::ClientEntry;

/// Path of the token endpoint, where a client proves itself by the request's own content.
pub const TOKEN_PATH: &str = "/api/v1/oauth/token";

/// A proved caller.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Who.
    pub actor: Actor,
    /// Proved how.
    pub door: Door,
}

/// How a caller proved who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// Console session.
    Session,
    /// OAuth 2 access token.
    Token,
    /// Signed headers of the national platform.
    Signature {
        /// Resource code that the signature covers.
        resource: String,
    },
}

/// Resource code that a signed call was signed for. Whoever serves the call must check that it is the one asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedResource(pub String);

impl Identity {
    /// Proves who calls. `None` when the request carries no proof, or a session that has ended.
    ///
    /// `body` is the whole body, needed for signed headers only.
    ///
    /// # Errors
    /// `identify.*` when a proof is there and wrong.
    pub async fn authenticate(&self, parts: &Parts, body: Option<&Bytes>) -> Result<Option<Proof>> {
        if parts.uri.path() == TOKEN_PATH {
            return Ok(None);
        }
        if national::is_used(&parts.headers) {
            return national::prove(self, &parts.headers, body).await.map(Some);
        }
        if let Some(token) = bearer(&parts.headers)? {
            return token::prove(self, token).await.map(Some);
        }
        console::prove(self, parts).await
    }

    /// The actor a client system is, unless it or its organisation is disabled.
    async fn client_actor(&self, entry: &ClientEntry) -> Result<Actor> {
        let organisation = self.acting(&entry.organisation_id).await?.filter(|_| !entry.disabled);
        let organisation = organisation.ok_or_else(|| {
            Error::unauthenticated(
                "identify.client_disabled",
                "此应用系统或其所属机构已停用，请联系本部门开发人员或平台运维。",
                "This client system or its organisation is disabled; ask your department's developer or the platform \
                 operator.",
            )
        })?;
        Ok(Actor::Client { id: entry.id.clone(), client_id: entry.client_id.clone(), organisation })
    }
}

/// The access token of the request, if there is one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().ok().and_then(|text| text.split_once(' '));
    match text {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(Error::unauthenticated(
            "identify.scheme",
            "请求头 Authorization 的格式不对，应为“Bearer 访问令牌”。",
            "Header Authorization must be \"Bearer\" and an access token.",
        )),
    }
}
