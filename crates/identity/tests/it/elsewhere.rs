//! Logging in by a log-in service of others (OpenID Connect), with a real small provider.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use ed25519_dalek::SigningKey;
use kernel::Role;
use serde_json::{Value, json};

use crate::provider::{Asked, Provider};
use crate::world::{Answer, World, on_both};

/// A log-in that was begun in a browser.
struct Begun {
    asked: Asked,
    browser: String,
}

async fn begin(world: &World, return_to: &str) -> Begun {
    let path = "/api/v1/session/oidc/province";
    let answer = world.send("POST", path, &[], json!({"return_to": return_to})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let browser = answer.cookie_named("guantong_oidc").unwrap();
    Begun { asked: Asked::read(answer.body["authorization_url"].as_str().unwrap()), browser }
}

async fn come_back(world: &World, state: &str, code: &str, browser: &str) -> Answer {
    let path = format!("/api/v1/session/oidc/callback?state={state}&code={code}");
    world.send("GET", &path, &[("cookie", browser)], Value::Null).await
}

fn goes_to(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.headers.get(header::LOCATION).unwrap().to_str().unwrap()
}

/// Begins, has the provider say this, and comes back.
async fn whole(world: &World, provider: &Arc<Provider>, subject: &str, changes: Value) -> Answer {
    let begun = begin(world, "/requests").await;
    let code = provider.agree(world, &begun.asked, subject, changes);
    come_back(world, &begun.asked.state, &code, &begun.browser).await
}

/// A head whose account is bound to the provider's subject `u-1`.
async fn bound_head(world: &World) -> kernel::ids::UserId {
    let (_, root) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
    let (id, _) = world.user("head", Role::DepartmentHead, &world.police).await;
    let path = format!("/api/v1/users/{id}/identities/province");
    let bound = world.console(&root, "PUT", &path, json!({"subject": "u-1"})).await;
    assert_eq!(bound.body["items"][0]["subject"], "u-1", "{}", bound.body);
    id
}

on_both! {
    /// A bound account is logged in and comes to the page it wanted; the answer counts once; the service is listed.
    async fn good_path(world: World) {
        let provider = Provider::start(&world);
        let id = bound_head(&world).await;
        let list = world.send("GET", "/api/v1/session/oidc", &[], Value::Null).await;
        assert_eq!(list.body["items"][0], json!({"provider": "province", "zh": "省统一身份认证", "en": "Provincial log-in"}));
        let begun = begin(&world, "/requests?tab=2").await;
        let code = provider.agree(&world, &begun.asked, "u-1", json!({}));
        let done = come_back(&world, &begun.asked.state, &code, &begun.browser).await;
        assert_eq!(goes_to(&done), "/requests?tab=2");
        let session = world.console(&done.cookie(), "GET", "/api/v1/session", Value::Null).await;
        assert_eq!(session.body["user"]["id"], json!(id), "{}", session.body);
        let open = world.console(&done.cookie(), "GET", "/api/v1/session/all", Value::Null).await;
        assert!(open.body.to_string().contains("oidc:province"), "{}", open.body);
        // The same answer once more, as from the browser's history or a thief's.
        provider.agree(&world, &begun.asked, "u-1", json!({}));
        let again = come_back(&world, &begun.asked.state, &code, &begun.browser).await;
        assert_eq!(goes_to(&again), "/login#error=identify.oidc_state");
        assert!(again.cookie_named("guantong_session").is_none());
    }

    /// A token for another log-in, another client, out of time, of another issuer or of another key logs nobody in.
    async fn false_tokens(world: World) {
        let provider = Provider::start(&world);
        bound_head(&world).await;
        let past = world.now() / 1000 - 1;
        for changes in [
            json!({"nonce": "another log-in's"}),
            json!({"nonce": null}),
            json!({"aud": "another-client"}),
            json!({"aud": ["guantong-test", "another-client"]}),
            json!({"exp": past}),
            json!({"iss": "http://127.0.0.1:1"}),
        ] {
            let answer = whole(&world, &provider, "u-1", changes.clone()).await;
            assert_eq!(goes_to(&answer), "/login#error=identify.oidc_token", "{changes}");
            assert!(answer.cookie_named("guantong_session").is_none(), "{changes}");
        }
        *provider.signing.lock() = SigningKey::from_bytes(&[8; 32]);
        let forged = whole(&world, &provider, "u-1", json!({})).await;
        assert_eq!(goes_to(&forged), "/login#error=identify.oidc_token");
    }

    /// An answer in another browser, to a log-in nobody began, or that took too long logs nobody in; nor does a refusal.
    async fn answers_to_nothing(world: World) {
        let provider = Provider::start(&world);
        bound_head(&world).await;
        let begun = begin(&world, "/").await;
        let code = provider.agree(&world, &begun.asked, "u-1", json!({}));
        for browser in ["guantong_oidc=another-browsers", "x=y"] {
            let answer = come_back(&world, &begun.asked.state, &code, browser).await;
            assert_eq!(goes_to(&answer), "/login#error=identify.oidc_state");
        }
        let unknown = come_back(&world, "made-up", &code, &begun.browser).await;
        assert_eq!(goes_to(&unknown), "/login#error=identify.oidc_state");
        let begun = begin(&world, "/").await;
        let code = provider.agree(&world, &begun.asked, "u-1", json!({}));
        world.clock.advance_ms(10 * 60_000);
        let late = come_back(&world, &begun.asked.state, &code, &begun.browser).await;
        assert_eq!(goes_to(&late), "/login#error=identify.oidc_state");
        let begun = begin(&world, "//evil.example").await;
        let path = format!("/api/v1/session/oidc/callback?state={}&error=access_denied", begun.asked.state);
        let refused = world.send("GET", &path, &[("cookie", &begun.browser)], Value::Null).await;
        assert_eq!(goes_to(&refused), "/login#error=identify.oidc_refused");
    }

    /// An unknown subject gets no account. A known staff number binds a department account at the first log-in, and never
    /// one of the three roles.
    async fn unknown_subjects(world: World) {
        let provider = Provider::start(&world);
        bound_head(&world).await;
        let nobody = whole(&world, &provider, "u-2", json!({"employee_number": "E-404"})).await;
        assert_eq!(goes_to(&nobody), "/login#error=identify.oidc_unknown");
        for (name, role, person) in [
            ("operator", Role::DepartmentOperator, "E-7"),
            ("auditor", Role::SecurityAuditor, "E-8"),
            ("twin-a", Role::DepartmentOperator, "E-9"),
            ("twin-b", Role::DepartmentHead, "E-9"),
        ] {
            let person = Some(person);
            let at = &world.police.id;
            world.identity.bootstrap_person(name, crate::world::PASSWORD, role, at, person).await.unwrap();
        }
        for number in ["E-8", "E-9"] {
            let refused = whole(&world, &provider, "u-3", json!({"employee_number": number})).await;
            assert_eq!(goes_to(&refused), "/login#error=identify.oidc_unknown", "{number}");
        }
        let first = whole(&world, &provider, "u-4", json!({"employee_number": "e-7"})).await;
        assert_eq!(goes_to(&first), "/requests");
        let session = world.console(&first.cookie(), "GET", "/api/v1/session", Value::Null).await;
        assert_eq!(session.body["user"]["username"], "operator");
        // From then on the subject counts, whatever the claim says.
        let second = whole(&world, &provider, "u-4", json!({"employee_number": "E-404"})).await;
        assert_eq!(goes_to(&second), "/requests");
        let kinds = world.evidence().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "identity.oidc.bound").count(), 2);
    }

    /// A subject is one user's only, a taken-off binding counts no more, and a provider that is away is said to be.
    async fn bindings(world: World) {
        let (_, root) = world.user("ops-2", Role::PlatformOperator, &world.police).await;
        let id = bound_head(&world).await;
        let (other, _) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let taken = format!("/api/v1/users/{other}/identities/province");
        let taken = world.console(&root, "PUT", &taken, json!({"subject": "u-1"})).await;
        assert!(taken.is(409, "identity.oidc.taken"), "{}", taken.body);
        let path = format!("/api/v1/users/{id}/identities/province");
        let off = world.console(&root, "DELETE", &path, Value::Null).await;
        assert_eq!((off.status, &off.body["items"]), (StatusCode::OK, &json!([])));
        assert!(world.console(&root, "DELETE", &path, Value::Null).await.is(404, "identity.oidc.not_bound"));
        drop(world.elsewhere.lock().take());
        let away = world.send("POST", "/api/v1/session/oidc/province", &[], json!({})).await;
        assert!(away.is(503, "identify.oidc_unreachable"), "{}", away.body);
        let unknown = world.send("POST", "/api/v1/session/oidc/nowhere", &[], json!({})).await;
        assert!(unknown.is(404, "identify.oidc_provider"), "{}", unknown.body);
    }
}
