//! The token endpoint and access tokens.

use axum::http::StatusCode;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::world::{Answer, World, on_both};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client's key pair.
pub struct Key {
    pub public_pem: String,
    pub private_pem: String,
}

pub fn key(seed: u8) -> Key {
    let key = SigningKey::from_bytes(&[seed; 32]);
    Key {
        public_pem: key.verifying_key().to_public_key_pem(LineEnding::LF).unwrap(),
        private_pem: key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string(),
    }
}

fn assertion(key: &Key, claims: &Value) -> String {
    let signing = EncodingKey::from_ed_pem(key.private_pem.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, &signing).unwrap()
}

fn claims(world: &World, jti: &str) -> Value {
    json!({"iss": "mz-dibao", "sub": "mz-dibao", "aud": "guantong.local", "jti": jti,
        "exp": world.now() / 1000 + 120})
}

async fn ask(world: &World, assertion: &str) -> Answer {
    world
        .token(&[
            ("grant_type", "client_credentials"),
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion),
        ])
        .await
}

async fn with_key(world: &World) -> Key {
    let key = key(1);
    world.client_with(json!({"client_id": "mz-dibao", "name": "x", "public_key_pem": key.public_pem})).await;
    key
}

on_both! {
    /// A secret buys a token of ten minutes that names the client and its organisation.
    async fn secret(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        let answer = world
            .token(&[("grant_type", "client_credentials"), ("client_id", "mz-dibao"), ("client_secret", &secret)])
            .await;
        assert_eq!((&answer.body["token_type"], &answer.body["expires_in"]), (&json!("Bearer"), &json!(600)));
        assert_eq!(answer.headers["cache-control"], "no-store");
        let token = answer.body["access_token"].as_str().unwrap();
        let seen = world.with_token(token).await;
        assert_eq!(seen.body["actor"], "client:mz-dibao");
        assert_eq!(seen.body["organisation"]["credit_code"], world.welfare.credit_code);
        world.clock.advance_ms(599_000);
        assert_eq!(world.with_token(token).await.status, StatusCode::OK);
        world.clock.advance_ms(1_000);
        let late = world.with_token(token).await;
        assert!(late.is(401, "identify.token_expired"), "{}", late.body);
        assert_eq!(late.headers["www-authenticate"], "Bearer");
    }

    /// HTTP Basic proves a client too; two proofs at once do not.
    async fn basic(world: World) {
        use base64::Engine as _;
        let (_, secret) = world.client("mz-dibao").await;
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("mz-dibao:{secret}"));
        let authorization = format!("Basic {basic}");
        let headers =
            [("authorization", authorization.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let one = world.raw("POST", "/api/v1/oauth/token", &headers, b"grant_type=client_credentials".to_vec()).await;
        assert_eq!(one.status, StatusCode::OK, "{}", one.body);
        let body = format!("grant_type=client_credentials&client_secret={secret}");
        let two = world.raw("POST", "/api/v1/oauth/token", &headers, body.into_bytes()).await;
        assert_eq!((two.status, &two.body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_request")));
    }

    /// Wrong proofs answer in the form that OAuth libraries read, and tell nothing of which ids exist.
    async fn refusals(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        let wrong = world
            .token(&[("grant_type", "client_credentials"), ("client_id", "mz-dibao"), ("client_secret", "wrong")])
            .await;
        let unknown = world
            .token(&[("grant_type", "client_credentials"), ("client_id", "nobody"), ("client_secret", "wrong")])
            .await;
        assert_eq!((wrong.status, &wrong.body["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")));
        assert_eq!(wrong.body, unknown.body);
        for (parameters, error) in [
            (vec![], "invalid_request"),
            (vec![("grant_type", "password"), ("client_id", "mz-dibao"), ("client_secret", &secret)], "unsupported_grant_type"),
            (vec![("grant_type", "client_credentials")], "invalid_request"),
            (vec![("grant_type", "client_credentials"), ("client_secret", &secret)], "invalid_request"),
            (vec![("grant_type", "client_credentials"), ("client_id", "a"), ("client_id", "b")], "invalid_request"),
        ] {
            let answer = world.token(&parameters).await;
            assert_eq!((answer.status, &answer.body["error"]), (StatusCode::BAD_REQUEST, &json!(error)), "{parameters:?}");
        }
        let text = world.raw("POST", "/api/v1/oauth/token", &[("content-type", "application/json")], b"{}".to_vec()).await;
        assert_eq!(text.body["error"], "invalid_request");
    }

    /// A signed assertion buys a token, once, also after a restart.
    async fn assertion_counts_once(mut_world: World) {
        let mut world = mut_world;
        let key = with_key(&world).await;
        let signed = assertion(&key, &claims(&world, "one"));
        assert_eq!(ask(&world, &signed).await.status, StatusCode::OK);
        assert_eq!(ask(&world, &signed).await.body["error_description"], "the assertion was used before");
        world.restart();
        assert_eq!(ask(&world, &signed).await.body["error_description"], "the assertion was used before");
        let fresh = assertion(&key, &claims(&world, "two"));
        assert_eq!(ask(&world, &fresh).await.status, StatusCode::OK);
    }

    /// Everything that is wrong with an assertion is refused.
    async fn assertion_refusals(world: World) {
        let key = with_key(&world).await;
        let good = claims(&world, "jti");
        let now = world.now() / 1000;
        for (field, value) in [
            ("aud", json!("https://elsewhere.example/oauth/token")),
            ("aud", json!(["a", "b"])),
            ("iss", json!("somebody")),
            ("exp", json!(now)),
            ("exp", json!(now + 301)),
            ("exp", json!(null)),
            ("nbf", json!(now + 120)),
            ("jti", json!("")),
            ("jti", json!("x".repeat(129))),
            ("jti", json!(null)),
            ("sub", json!("nobody")),
        ] {
            let mut bad = good.clone();
            bad[field] = value.clone();
            let answer = ask(&world, &assertion(&key, &bad)).await;
            assert_eq!(answer.body["error"], "invalid_client", "{field} {value}");
        }
        let other = super::key(2);
        assert_eq!(ask(&world, &assertion(&other, &good)).await.body["error"], "invalid_client");
        // A token signed with the public key as an HMAC secret, the classic confusion of algorithms.
        let hmac = EncodingKey::from_secret(key.public_pem.as_bytes());
        let confused = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &good, &hmac).unwrap();
        assert_eq!(ask(&world, &confused).await.body["error"], "invalid_client");
        for text in ["", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtei1kaWJhbyJ9."] {
            let status = ask(&world, text).await.status;
            assert!(status.is_client_error(), "{text}");
        }
        let lists = assertion(&key, &json!({"iss": "mz-dibao", "sub": "mz-dibao", "jti": "last",
            "aud": ["x", "https://guantong.local/api/v1/oauth/token"], "exp": now + 300}));
        assert_eq!(ask(&world, &lists).await.status, StatusCode::OK);
    }

    /// Tokens that were altered, come from elsewhere or from nobody's hub are refused; so is another scheme.
    async fn tokens_are_checked(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        let token = world.access_token("mz-dibao", &secret).await;
        let foreign = jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &json!({"iss": "guantong.local", "sub": "mz-dibao", "iat": 0, "exp": 9_999_999_999_i64, "ver": 1}),
            &EncodingKey::from_secret(b"another hub's key"),
        )
        .unwrap();
        for wrong in [format!("{token}x"), token.replace('.', ""), foreign, String::new(), "x".repeat(10_000)] {
            assert!(world.with_token(&wrong).await.is(401, "identify.token"), "{wrong:.20}");
        }
        let scheme = world.send("GET", "/probe", &[("authorization", "Digest abc")], Value::Null).await;
        assert!(scheme.is(401, "identify.scheme"));
        world.disable_welfare().await;
        assert!(world.with_token(&token).await.is(401, "identify.client_disabled"));
    }
}
