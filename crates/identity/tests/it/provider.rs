//! A small OpenID provider on loopback with signed tokens, told by a test what to say.

use std::net::TcpListener;
use std::sync::Arc;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::config::OidcProvider;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

use crate::world::World;

pub const CLIENT: &str = "guantong-test";

/// How the hub of a test knows the provider that may come to listen there.
pub fn configured(listener: &TcpListener) -> OidcProvider {
    OidcProvider {
        issuer: format!("http://{}", listener.local_addr().unwrap()),
        client_id: CLIENT.to_owned(),
        client_secret: "shared-with-the-province".to_owned(),
        name_zh: "省统一身份认证".to_owned(),
        name_en: "Provincial log-in".to_owned(),
        match_claim: "employee_number".to_owned(),
        ..OidcProvider::default()
    }
}

/// What the provider says, and what it was asked.
pub struct Provider {
    issuer: String,
    key: SigningKey,
    /// Key that signs; another than the published one for a forged token.
    pub signing: Mutex<SigningKey>,
    /// Code challenges by code, as the browser brought them.
    challenges: Mutex<HashMap<String, String>>,
    /// Claims of the next token.
    claims: Mutex<Value>,
}

/// What the hub asked of the browser.
pub struct Asked {
    pub state: String,
    pub nonce: String,
    pub challenge: String,
}

impl Asked {
    pub fn read(url: &str) -> Self {
        let url = url::Url::parse(url).unwrap();
        let get = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
        };
        assert_eq!((get("response_type").as_str(), get("client_id").as_str()), ("code", CLIENT));
        assert_eq!(get("code_challenge_method"), "S256");
        assert!(get("scope").contains("openid"));
        Self { state: get("state"), nonce: get("nonce"), challenge: get("code_challenge") }
    }
}

impl Provider {
    pub fn start(world: &World) -> Arc<Self> {
        let listener = world.elsewhere.lock().take().unwrap();
        listener.set_nonblocking(true).unwrap();
        let key = SigningKey::from_bytes(&[9; 32]);
        let provider = Arc::new(Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            signing: Mutex::new(key.clone()),
            key,
            challenges: Mutex::default(),
            claims: Mutex::default(),
        });
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .with_state(provider.clone());
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        provider
    }

    /// The person agrees: gives a code, and what the token will say, `changes` laid over the honest claims.
    pub fn agree(&self, world: &World, asked: &Asked, subject: &str, changes: Value) -> String {
        let now = world.now() / 1000;
        let mut claims = json!({"iss": self.issuer, "sub": subject, "aud": CLIENT, "exp": now + 300, "iat": now,
            "nonce": asked.nonce});
        let changes: Map<String, Value> = serde_json::from_value(changes).unwrap();
        claims.as_object_mut().unwrap().extend(changes);
        *self.claims.lock() = claims;
        let code = format!("code-{}", asked.state);
        self.challenges.lock().insert(code.clone(), asked.challenge.clone());
        code
    }
}

async fn discovery(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let at = &provider.issuer;
    Json(json!({"issuer": at, "authorization_endpoint": format!("{at}/authorize"),
        "token_endpoint": format!("{at}/token"), "jwks_uri": format!("{at}/jwks"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"]}))
}

async fn keys(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let x = URL_SAFE_NO_PAD.encode(provider.key.verifying_key().as_bytes());
    Json(
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "k1", "x": x}]}),
    )
}

async fn token(
    State(provider): State<Arc<Provider>>,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let challenge = provider.challenges.lock().remove(&form["code"]);
    let verifier = form.get("code_verifier").cloned().unwrap_or_default();
    // PKCE: who exchanges the code is who began.
    if challenge != Some(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))) {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"})));
    }
    let pem = provider.signing.lock().to_pkcs8_pem(LineEnding::LF).unwrap();
    let key = EncodingKey::from_ed_pem(pem.as_bytes()).unwrap();
    let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let token = jsonwebtoken::encode(&header, &*provider.claims.lock(), &key).unwrap();
    let body = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token});
    (StatusCode::OK, Json(body))
}
