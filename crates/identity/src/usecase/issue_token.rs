//! Issues access tokens (RFC 6749, client credentials) for a secret or a signed assertion (RFC 7523).

use std::sync::Arc;

use kernel::Result;
use subtle::ConstantTimeEq as _;

use crate::Identity;
use crate::doors::{assertion, token};
use crate::model::ClientEntry;

/// Type of a signed assertion, as RFC 7523 names it.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client sends to the token endpoint.
#[derive(Default)]
pub struct TokenRequest {
    /// Must be `client_credentials`.
    pub grant_type: Option<String>,
    /// Public client id.
    pub client_id: Option<String>,
    /// Secret.
    pub client_secret: Option<String>,
    /// Type of the assertion.
    pub client_assertion_type: Option<String>,
    /// Assertion.
    pub client_assertion: Option<String>,
}

/// Errors that RFC 6749 gives names to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OauthError {
    /// The request lacks something or says it twice.
    InvalidRequest(&'static str),
    /// The client is not there, disabled, or its proof is wrong.
    InvalidClient(&'static str),
    /// Another grant type than client credentials.
    UnsupportedGrantType,
}

/// One answer for an unknown client and a wrong secret, so that client ids cannot be tried out.
const WRONG: OauthError = OauthError::InvalidClient("unknown client or wrong secret");

impl Identity {
    /// Issues an access token. The outer error is ours, the inner one the client's.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn issue_token(
        &self,
        request: &TokenRequest,
    ) -> Result<std::result::Result<String, OauthError>> {
        if request.grant_type.as_deref().is_none_or(str::is_empty) {
            return Ok(Err(OauthError::InvalidRequest("grant_type is missing")));
        }
        if request.grant_type.as_deref() != Some("client_credentials") {
            return Ok(Err(OauthError::UnsupportedGrantType));
        }
        let client = match (&request.client_secret, &request.client_assertion) {
            (Some(_), Some(_)) => {
                return Ok(Err(OauthError::InvalidRequest(
                    "give client_secret or client_assertion, not both",
                )));
            }
            (None, None) => {
                return Ok(Err(OauthError::InvalidRequest("client_secret or client_assertion is missing")));
            }
            (Some(secret), None) => self.by_secret(request, secret).await?,
            (None, Some(assertion)) => self.by_assertion(request, assertion).await?,
        };
        let client = match client {
            Ok(client) => client,
            Err(error) => return Ok(Err(error)),
        };
        // Told only after the proof was right.
        if client.disabled || self.acting(&client.organisation_id).await?.is_none() {
            return Ok(Err(OauthError::InvalidClient("the client or its organisation is disabled")));
        }
        token::issue(self, &client).map(Ok)
    }

    async fn by_secret(
        &self,
        request: &TokenRequest,
        secret: &str,
    ) -> Result<std::result::Result<Arc<ClientEntry>, OauthError>> {
        let Some(client_id) = &request.client_id else {
            return Ok(Err(OauthError::InvalidRequest("client_id is missing")));
        };
        let Some(client) = self.entry(client_id).await? else { return Ok(Err(WRONG)) };
        let right = client
            .secret
            .as_ref()
            .is_some_and(|known| bool::from(known.expose().as_bytes().ct_eq(secret.as_bytes())));
        Ok(if right { Ok(client) } else { Err(WRONG) })
    }

    async fn by_assertion(
        &self,
        request: &TokenRequest,
        assertion: &str,
    ) -> Result<std::result::Result<Arc<ClientEntry>, OauthError>> {
        if request.client_assertion_type.as_deref() != Some(JWT_BEARER) {
            return Ok(Err(OauthError::InvalidRequest(
                "client_assertion_type must be jwt-bearer (RFC 7523)",
            )));
        }
        if assertion.len() > 8192 {
            return Ok(Err(OauthError::InvalidRequest("client_assertion is too long")));
        }
        let claimed = assertion::claimed_client(assertion);
        let Some(claimed) = claimed else {
            return Ok(Err(OauthError::InvalidClient("client_assertion is no JWT with sub")));
        };
        if request.client_id.as_ref().is_some_and(|id| *id != claimed) {
            return Ok(Err(OauthError::InvalidClient("client_id is not the sub of the assertion")));
        }
        let Some(client) = self.entry(&claimed).await? else { return Ok(Err(WRONG)) };
        match assertion::verify(self, &client, assertion).await? {
            Ok(()) => Ok(Ok(client)),
            Err(why) => Ok(Err(OauthError::InvalidClient(why))),
        }
    }
}
