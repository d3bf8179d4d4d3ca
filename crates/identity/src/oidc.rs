//! OpenID Connect as a relying party: authorisation code with PKCE, nonce and state. What the provider says is believed
//! only under its signature, for us, in time and for the log-in we began.

use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::config::OidcProvider;
use kernel::{Error, Kernel, Result, entropy};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse as _,
};
use serde_json::{Map, Value};

use crate::challenges::Held;

/// How long a person may take at the provider.
pub const LIFETIME_MS: i64 = 10 * 60_000;
/// Largest answer of a provider.
const LARGEST: usize = 1 << 20;
/// Path at which the provider sends the browser back.
pub const CALLBACK: &str = "/api/v1/session/oidc/callback";

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A log-in that waits for the provider.
#[derive(Debug, Clone)]
pub struct Begun {
    pub provider: String,
    /// Hash of the token in the browser that began it, so that nobody is logged in with another's answer.
    pub browser: String,
    pub return_to: String,
    nonce: String,
    verifier: String,
}

/// Log-ins that wait for the provider, by the hash of their state.
pub type Pending = Held<Begun>;

/// Where the browser goes, and what must come back.
pub struct Start {
    pub url: String,
    pub state: String,
    pub begun: Begun,
}

/// Claims of a verified identity token.
#[derive(Debug)]
pub struct Claims {
    pub subject: String,
    all: Map<String, Value>,
}

impl Claims {
    /// A claim in text form.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
}

#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    #[error(transparent)]
    Response(#[from] openidconnect::http::Error),
    #[error("the answer is larger than {LARGEST} bytes")]
    TooLarge,
}

async fn send(client: reqwest::Client, request: HttpRequest) -> std::result::Result<HttpResponse, HttpError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = openidconnect::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LARGEST {
            return Err(HttpError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(response.body(body)?)
}

/// One client for all providers. It follows no redirects: a provider's answers come from where it is configured.
fn http() -> Result<reqwest::Client> {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client.clone());
    }
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(|error| Error::internal("identity.oidc", error))?;
    Ok(CLIENT.get_or_init(|| client).clone())
}

fn unreachable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unavailable(
        "identify.oidc_unreachable",
        "统一身份认证服务暂时无法连接，请稍后重试，或用本平台的用户名和密码登录。",
        "The log-in service cannot be reached; try again later or log in with your user name and password here.",
    )
    .caused_by(error)
}

fn refused(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unauthenticated(
        "identify.oidc_token",
        "统一身份认证返回的凭据未通过核验，没有登录。请重新登录；仍不成功请联系平台运维。",
        "What the log-in service gave did not verify; you were not logged in. Try again, else ask the platform operator.",
    )
    .caused_by(error)
}

async fn client(kernel: &Kernel, provider: &OidcProvider) -> Result<Client> {
    let configured = |error: url::ParseError| Error::internal("identity.oidc_configuration", error);
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(configured)?;
    let http = http()?;
    let ask = move |request: HttpRequest| send(http.clone(), request);
    let metadata = CoreProviderMetadata::discover_async(issuer, &ask).await.map_err(unreachable)?;
    let secret =
        Some(provider.client_secret.clone()).filter(|secret| !secret.is_empty()).map(ClientSecret::new);
    let back = RedirectUrl::new(format!("{}{CALLBACK}", kernel.config.public_url())).map_err(configured)?;
    Ok(CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), secret)
        .set_redirect_uri(back))
}

/// Begins a log-in at a provider.
pub async fn begin(
    kernel: &Kernel,
    (name, provider): (&str, &OidcProvider),
    browser: String,
    return_to: String,
) -> Result<Start> {
    let client = client(kernel, provider).await?;
    let fresh = || entropy::token::<32>(&*kernel.entropy);
    let (state, nonce, verifier) = (fresh(), fresh(), fresh());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
    let (given_state, given_nonce) = (state.clone(), nonce.clone());
    let request = client.authorize_url(
        CoreAuthenticationFlow::AuthorizationCode,
        move || CsrfToken::new(given_state),
        move || Nonce::new(given_nonce),
    );
    let scopes = provider.scopes.iter().cloned().map(Scope::new);
    let (url, _, _) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
    let begun = Begun { provider: name.to_owned(), browser, return_to, nonce, verifier };
    Ok(Start { url: url.into(), state, begun })
}

/// Exchanges the code and verifies the identity token.
pub async fn finish(kernel: &Kernel, provider: &OidcProvider, begun: &Begun, code: String) -> Result<Claims> {
    let client = client(kernel, provider).await?;
    let http = http()?;
    let ask = move |request: HttpRequest| send(http.clone(), request);
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(unreachable)?
        .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()))
        .request_async(&ask)
        .await
        .map_err(refused)?;
    let token = tokens.id_token().ok_or_else(|| refused("the answer holds no identity token"))?;
    let clock = kernel.clock.clone();
    let verifier = client
        .id_token_verifier()
        // Never by our own secret, and never none.
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
            CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EcdsaP384Sha384,
            CoreJwsSigningAlgorithm::EdDsa,
        ])
        .set_time_fn(move || chrono::DateTime::from_timestamp_millis(clock.now_ms()).unwrap_or_default());
    let claims = token.claims(&verifier, &Nonce::new(begun.nonce.clone())).map_err(refused)?;
    let subject = claims.subject().as_str().to_owned();
    Ok(Claims { subject, all: payload(&token.to_string())? })
}

/// The payload of a token that has been verified; holds the claims that the library has no names for.
fn payload(token: &str) -> Result<Map<String, Value>> {
    let middle = token.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(middle).map_err(refused)?;
    serde_json::from_slice(&bytes).map_err(refused)
}
