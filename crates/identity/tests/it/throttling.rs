//! Guessing passwords.

use kernel::Role;
use serde_json::json;

use crate::world::{PASSWORD, World, on_both};

on_both! {
    /// After five failures even the right password waits; the message says how long; then it works again.
    async fn waits(world: World) {
        world.user("wang", Role::DepartmentOperator, &world.police).await;
        for left in [4, 3, 2, 1] {
            let answer = world.try_log_in("wang", "wrong").await;
            assert!(answer.is(401, "identify.wrong_password"), "{}", answer.body);
            assert_eq!(answer.body["error"]["attempts_left"], json!(left));
        }
        assert!(world.try_log_in("WANG", "wrong").await.is(429, "identify.throttled"));
        world.clock.advance_ms(5 * 60_000);
        let answer = world.try_log_in("wang", PASSWORD).await;
        assert!(answer.is(429, "identify.throttled"));
        assert!(answer.body["error"]["zh"].as_str().unwrap().contains("10 分钟"), "{}", answer.body);
        assert_eq!(answer.body["error"]["retry_after_s"], json!(601));
        world.clock.advance_ms(10 * 60_000);
        assert_eq!(world.try_log_in("wang", PASSWORD).await.status.as_u16(), 200);
        assert!(world.evidence().await.contains(&"identity.login_failed".to_owned()));
    }

    /// Many names from one address wait as well, and an unknown name answers like a known one.
    async fn per_address(world: World) {
        world.user("wang", Role::DepartmentOperator, &world.police).await;
        let unknown = world.try_log_in("nobody", "wrong").await;
        let known = world.try_log_in("wang", "wrong").await;
        assert_eq!(unknown.body, known.body);
        for guess in 2..50 {
            let answer = world.try_log_in(&format!("guess{guess}"), "wrong").await;
            assert_eq!(answer.status.as_u16(), 401, "{guess}: {}", answer.body);
        }
        assert!(world.try_log_in("guess-more", "wrong").await.is(429, "identify.throttled"));
    }
}
