//! Calls with the signed headers of the national platform.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{Call, World, on_both};

/// The headers with one of them changed, or removed.
fn with(headers: &[(&'static str, String)], name: &str, value: Option<&str>) -> Vec<(&'static str, String)> {
    let kept = headers.iter().filter(|(other, _)| *other != name || value.is_some());
    kept.map(|(other, old)| {
        let new = if *other == name { value.unwrap_or_default().to_owned() } else { old.clone() };
        (*other, new)
    })
    .collect()
}

on_both! {
    /// A signed call proves the client, tells which resource it covers, and leaves the body whole.
    async fn proves(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        let call = Call::new(&world, "mz-dibao", "nonce-0001");
        let answer = world.signed(&call.sign(&secret), &call.body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!((&answer.body["actor"], &answer.body["signed"]), (&json!("client:mz-dibao"), &json!("GA-HKRK-001")));
        assert_eq!(answer.body["body"], call.body);
    }

    /// The same call twice is served once; the same nonce in a new signature as well.
    async fn replayed(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        let call = Call::new(&world, "mz-dibao", "nonce-0001");
        let headers = call.sign(&secret);
        assert_eq!(world.signed(&headers, &call.body).await.status, StatusCode::OK);
        assert!(world.signed(&headers, &call.body).await.is(401, "identify.replayed"));
        world.clock.advance_ms(4 * 60_000);
        assert!(world.signed(&headers, &call.body).await.is(401, "identify.replayed"));
        let again = Call::new(&world, "mz-dibao", "nonce-0001");
        assert!(world.signed(&again.sign(&secret), &again.body).await.is(401, "identify.replayed"));
        let fresh = Call::new(&world, "mz-dibao", "nonce-0002");
        assert_eq!(world.signed(&fresh.sign(&secret), &fresh.body).await.status, StatusCode::OK);
    }

    /// A restart forgets the nonces and yet opens no hole, also for a client whose clock is ahead.
    async fn restart_opens_no_hole(given: World) {
        let mut world = given;
        let (_, secret) = world.client("mz-dibao").await;
        let ahead = Call { rtime: world.now() + 4 * 60_000, ..Call::new(&world, "mz-dibao", "nonce-0001") };
        let headers = ahead.sign(&secret);
        assert_eq!(world.signed(&headers, &ahead.body).await.status, StatusCode::OK);
        world.restart();
        assert!(world.signed(&headers, &ahead.body).await.is(401, "identify.before_restart"));
        world.clock.advance_ms(4 * 60_000 + 3_000);
        assert!(world.signed(&headers, &ahead.body).await.is(401, "identify.before_restart"));
        let fresh = Call::new(&world, "mz-dibao", "nonce-0002");
        assert_eq!(world.signed(&fresh.sign(&secret), &fresh.body).await.status, StatusCode::OK);
        // Another client is not held up by the first one's clock.
        let (_, other) = world.client("mz-other").await;
        let call = Call::new(&world, "mz-other", "nonce-0003");
        assert_eq!(world.signed(&call.sign(&other), &call.body).await.status, StatusCode::OK);
    }

    /// Every altered part breaks the call.
    async fn altered(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        world.client("mz-other").await;
        let call = Call::new(&world, "mz-dibao", "nonce-0001");
        let headers = call.sign(&secret);
        let later = (call.rtime + 1).to_string();
        for (name, value) in [
            ("gjgxjhpt_sid", "GA-HKRK-002"),
            ("gjgxjhpt_rid", "mz-other"),
            ("gjgxjhpt_rid", "nobody"),
            ("gjgxjhpt_rtime", later.as_str()),
            ("gjgxjhpt_nonce", "nonce-9999"),
            ("gjgxjhpt_digest", &"0".repeat(64)),
            ("gjgxjhpt_sign", "AAAA"),
            ("gjgxjhpt_sign", "not base64!"),
        ] {
            let answer = world.signed(&with(&headers, name, Some(value)), &call.body).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}={value}: {}", answer.body);
        }
        let answer = world.signed(&headers, "{\"resource\":\"GA-HKRK-002\"}").await;
        assert!(answer.is(401, "identify.digest"), "{}", answer.body);
        assert!(world.signed(&call.sign("another secret"), &call.body).await.is(401, "identify.signature"));
        // None of the attempts used the nonce up.
        assert_eq!(world.signed(&headers, &call.body).await.status, StatusCode::OK);
    }

    /// A call whose time is off by more than five minutes either way is refused, with the platform's time.
    async fn late(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        for (nonce, off, accepted) in [
            ("nonce-0001", -300_000, true),
            ("nonce-0002", -300_001, false),
            ("nonce-0003", 300_000, true),
            ("nonce-0004", 300_001, false),
        ] {
            let call = Call { rtime: world.now() + off, ..Call::new(&world, "mz-dibao", nonce) };
            let answer = world.signed(&call.sign(&secret), &call.body).await;
            if accepted {
                assert_eq!(answer.status, StatusCode::OK, "{off}: {}", answer.body);
            } else {
                assert!(answer.is(401, "identify.late"), "{off}: {}", answer.body);
                assert_eq!(answer.body["error"]["now_ms"], json!(world.now()));
            }
        }
    }

    /// A call that lacks a part of the signature is refused and the part named; without any it is nobody's.
    async fn unsigned(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        let call = Call::new(&world, "mz-dibao", "nonce-0001");
        let headers = call.sign(&secret);
        for (name, _) in &headers {
            let answer = world.signed(&with(&headers, name, None), &call.body).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert!(answer.body["error"]["zh"].as_str().unwrap().contains(name), "{}", answer.body);
        }
        let bare = with(&headers, "gjgxjhpt_digest", None);
        assert!(world.signed(&bare, &call.body).await.is(401, "identify.unsigned_body"));
        assert!(world.signed(&[], &call.body).await.is(401, "identify.not_logged_in"));
        for (name, value) in [
            ("gjgxjhpt_rtime", "17900000000000"),
            ("gjgxjhpt_rtime", "-790000000000"),
            ("gjgxjhpt_nonce", "short"),
            ("gjgxjhpt_digest", "xyz"),
            ("gjgxjhpt_sid", ""),
        ] {
            let answer = world.signed(&with(&headers, name, Some(value)), &call.body).await;
            assert!(answer.is(401, "identify.signature_header"), "{name}: {}", answer.body);
        }
        let mut twice = headers.clone();
        twice.push(("gjgxjhpt_nonce", "nonce-0002".to_owned()));
        assert!(world.signed(&twice, &call.body).await.is(401, "identify.signature_header"));
    }

    /// A body over the limit is refused before it is hashed; a disabled client after its signature was right.
    async fn limits_and_disabling(world: World) {
        let (_, secret) = world.client("mz-dibao").await;
        let huge = Call { body: "x".repeat(64 * 1024 + 1), ..Call::new(&world, "mz-dibao", "nonce-0001") };
        assert!(world.signed(&huge.sign(&secret), &huge.body).await.is(413, "input.too_large"));
        world.disable_welfare().await;
        let call = Call::new(&world, "mz-dibao", "nonce-0002");
        assert!(world.signed(&call.sign(&secret), &call.body).await.is(401, "identify.client_disabled"));
        assert!(world.signed(&call.sign("wrong"), &call.body).await.is(401, "identify.signature"));
    }
}
