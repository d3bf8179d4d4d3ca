//! The doors of client systems, through the whole hub: signed headers, access tokens, signed assertions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::clock::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::world::{Answer, Backing, CLEAN, RESOURCE, Session, Who, World, run};

type Headers = Vec<(&'static str, String)>;

/// Headers of a signed call, as the national platform's callers make them.
fn signed(world: &World, body: &[u8], nonce: &str, sid: &str, late_ms: i64) -> Headers {
    let (client, secret) = &world.client;
    let rtime = (world.hub.clock.now_ms() - late_ms).to_string();
    let digest = hex::encode(Sha256::digest(body));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{sid}{client}{rtime}{nonce}{digest}").as_bytes());
    vec![
        ("gjgxjhpt_rid", client.clone()),
        ("gjgxjhpt_sid", sid.to_owned()),
        ("gjgxjhpt_rtime", rtime),
        ("gjgxjhpt_nonce", nonce.to_owned()),
        ("gjgxjhpt_digest", digest),
        ("gjgxjhpt_sign", STANDARD.encode(mac.finalize().into_bytes())),
    ]
}

async fn send(world: &World, headers: &Headers, body: &[u8]) -> Answer {
    let body = Some(("application/json", body.to_vec()));
    Session::nobody(&world.url).with(headers).raw(Method::POST, "/api/v1/query", body).await
}

/// A rightly signed call gets its answer; the same call again, an altered body, any altered header, a late call, a
/// missing digest and a signature for another resource are refused, each by its own code, and nothing is delivered.
#[test]
fn signed_headers() {
    run(async {
        let world = World::shared(Backing::Sqlite).await;
        let grant = world.grant(|_| {}).await;
        let body = world.question(&grant, CLEAN).to_string().into_bytes();
        let calls = async || {
            let path = format!("/api/v1/evidence?grant={grant}&kind=exchange.query");
            world.as_(Who::Auditor).get(&path).await.ok()["total"].as_u64().unwrap()
        };

        let right = signed(&world, &body, "nonce-doors-1", RESOURCE, 0);
        let answer = send(&world, &right, &body).await.ok();
        assert_eq!(answer["rows"][0]["items"]["name"]["value"], "张三");
        send(&world, &right, &body).await.refused(401, "identify.replayed");

        let altered = String::from_utf8(body.clone()).unwrap().replace("2026-0001", "2026-9999").into_bytes();
        let headers = signed(&world, &body, "nonce-doors-2", RESOURCE, 0);
        send(&world, &headers, &altered).await.refused(401, "identify.digest");
        for (place, value) in [(0, "mz-other"), (2, "1790000000000"), (3, "nonce-doors-x"), (5, "AAAA")] {
            let mut headers = signed(&world, &body, "nonce-doors-3", RESOURCE, 0);
            headers[place].1 = value.to_owned();
            send(&world, &headers, &body).await.refused(401, "identify.signature");
        }
        let late = signed(&world, &body, "nonce-doors-4", RESOURCE, 5 * 60_000 + 1_000);
        send(&world, &late, &body).await.refused(401, "identify.late");
        let early = signed(&world, &body, "nonce-doors-5", RESOURCE, -(5 * 60_000 + 1_000));
        send(&world, &early, &body).await.refused(401, "identify.late");
        let mut unsigned = signed(&world, &body, "nonce-doors-6", RESOURCE, 0);
        unsigned.retain(|(name, _)| *name != "gjgxjhpt_digest");
        send(&world, &unsigned, &body).await.refused(401, "identify.unsigned_body");
        let other = signed(&world, &body, "nonce-doors-7", "GA-OTHER-001", 0);
        send(&world, &other, &body).await.refused(401, "identify.resource_mismatch");

        world.index_has(&grant, 1).await;
        assert_eq!(calls().await, 1, "only the right call was answered");
    });
}

/// An access token serves for its ten minutes and not longer; one with a forged content or signature serves never.
#[test]
fn access_tokens() {
    run(async {
        // The clock is moved, so this hub is the test's own.
        let world = World::raise(Backing::Sqlite).await;
        let grant = world.grant(|_| {}).await;
        let question = world.question(&grant, CLEAN);
        let (id, secret) = &world.client;
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let token = Session::nobody(&world.url).form("/api/v1/oauth/token", &form).await.ok();
        let token = token["access_token"].as_str().unwrap();
        Session::bearer(&world.url, token).post("/api/v1/query", &question).await.ok();

        let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let claims = String::from_utf8(engine.decode(&parts[1]).unwrap()).unwrap();
        parts[1] = engine.encode(claims.replace(id.as_str(), "wj-system"));
        let unsigned = format!("{}.{}.", engine.encode(r#"{"alg":"none","typ":"JWT"}"#), parts[1]);
        let elsewhere = jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &serde_json::from_str::<Value>(&claims).unwrap(),
            &EncodingKey::from_secret(secret.as_bytes()),
        );
        for forged in
            [parts.join("."), unsigned, elsewhere.unwrap(), "x".repeat(5_000), token.replace('.', "")]
        {
            let answer = Session::bearer(&world.url, &forged).post("/api/v1/query", &question).await;
            answer.refused(401, "identify.token");
        }

        world.hub.clock.advance_ms(10 * 60_000 + 1_000);
        let answer = Session::bearer(&world.url, token).post("/api/v1/query", &question).await;
        answer.refused(401, "identify.token_expired");
    });
}

/// A client proves itself with its own key instead of the secret; the same assertion serves once, and another key's never.
#[test]
fn signed_assertions() {
    run(async {
        let world = World::shared(Backing::Sqlite).await;
        let grant = world.grant(|_| {}).await;
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = key.verifying_key().to_public_key_pem(LineEnding::LF).unwrap();
        let developer = world.as_(Who::ConsumerDeveloper);
        let made = json!({"client_id": "mz-signing", "name": "签名系统", "public_key_pem": public});
        developer.post("/api/v1/clients", &made).await.ok();

        let assertion = |key: &SigningKey, jti: &str| {
            let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
            let claims = json!({"iss": "mz-signing", "sub": "mz-signing", "aud": "test.example/hub", "jti": jti,
                "exp": world.hub.clock.now_ms() / 1000 + 120});
            let signing = EncodingKey::from_ed_pem(pem.as_bytes()).unwrap();
            jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &signing).unwrap()
        };
        let ask = async |assertion: &str| {
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            let form = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", kind),
                ("client_assertion", assertion),
            ];
            Session::nobody(&world.url).form("/api/v1/oauth/token", &form).await
        };
        let once = assertion(&key, "a-1");
        let token = ask(&once).await.ok()["access_token"].as_str().unwrap().to_owned();
        let session = Session::bearer(&world.url, &token);
        session.post("/api/v1/query", &world.question(&grant, CLEAN)).await.ok();
        assert_eq!(ask(&once).await.status, 401);
        assert_eq!(ask(&assertion(&SigningKey::from_bytes(&[8; 32]), "a-2")).await.status, 401);
    });
}
