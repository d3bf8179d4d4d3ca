//! Logging in and out, and what ends a session.

use axum::http::{StatusCode, header};
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{PASSWORD, World, on_both};

on_both! {
    /// The cookie proves the user, carries what keeps it safe, and is gone after log-out, at once.
    async fn in_and_out(world: World) {
        world.identity.bootstrap("wang.li", PASSWORD, Role::DepartmentOperator, &world.police.id).await.unwrap();
        let answer = world.try_log_in(" Wang.Li ", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.body["user"]["role"], "department_operator");
        assert_eq!(answer.body["user"]["organisation"]["credit_code"], world.police.credit_code);
        let set = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        for part in ["guantong_session=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28800"] {
            assert!(set.contains(part), "{set}");
        }
        let cookie = answer.cookie();
        let read = world.console(&cookie, "GET", "/api/v1/session", Value::Null).await;
        assert_eq!(read.body["user"]["username"], "wang.li");
        let out = world.console(&cookie, "DELETE", "/api/v1/session", Value::Null).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        assert!(out.cookie().ends_with('='));
        let after = world.console(&cookie, "GET", "/api/v1/session", Value::Null).await;
        assert!(after.is(401, "identify.not_logged_in"), "{}", after.body);
        let kinds = world.evidence().await;
        assert_eq!(kinds[kinds.len() - 3..], ["identity.user.created", "identity.login", "identity.logout"]);
    }

    /// A session ends with its hours, also while it is still in memory.
    async fn expires(world: World) {
        let (_, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        world.clock.advance_ms(8 * 3_600_000 - 1_000);
        assert_eq!(world.console(&cookie, "GET", "/probe", Value::Null).await.status, StatusCode::OK);
        world.clock.advance_ms(1_000);
        assert_eq!(world.console(&cookie, "GET", "/probe", Value::Null).await.status, StatusCode::UNAUTHORIZED);
    }

    /// A write with the cookie alone, as another site could cause it, is refused; reads are not.
    async fn writes_need_the_header(world: World) {
        let (_, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let bare = [("cookie", cookie.as_str())];
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let answer = world.send(method, "/probe", &bare, Value::Null).await;
            assert!(answer.is(403, "identify.console_header"), "{method}");
        }
        assert_eq!(world.send("GET", "/probe", &bare, Value::Null).await.status, StatusCode::OK);
        let wrong = [("cookie", cookie.as_str()), ("x-guantong-console", "0")];
        assert_eq!(world.send("POST", "/probe", &wrong, Value::Null).await.status, StatusCode::FORBIDDEN);
    }

    /// A made-up cookie is nobody, and an old one does not stand in the way of logging in.
    async fn unknown_sessions_are_nobody(world: World) {
        let (_, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        for wrong in [
            "guantong_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            "guantong_session=' OR '1'='1' -- --------".to_owned(),
            format!("{cookie}x"),
        ] {
            let answer = world.console(&wrong, "GET", "/probe", Value::Null).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong}");
        }
        world.clock.advance_ms(9 * 3_600_000);
        let body = json!({"username": "wang", "password": PASSWORD});
        let again = world.send("POST", "/api/v1/session", &[("cookie", &cookie)], body).await;
        assert_eq!(again.status, StatusCode::OK);
    }

    /// Changing the password needs the present one, refuses a weak one, and ends the other sessions only.
    async fn password_change_ends_other_sessions(world: World) {
        let (_, here) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let there = world.log_in("wang").await;
        assert_eq!(world.console(&there, "GET", "/probe", Value::Null).await.status, StatusCode::OK);
        let path = "/api/v1/session/password";
        let wrong = world.console(&here, "POST", path, json!({"current": "x", "new": "Another-2026-y"})).await;
        assert!(wrong.is(401, "identify.wrong_password"), "{}", wrong.body);
        let weak = world.console(&here, "POST", path, json!({"current": PASSWORD, "new": "wang"})).await;
        assert!(weak.has("new", "identity.password.length"), "{}", weak.body);
        let same = world.console(&here, "POST", path, json!({"current": PASSWORD, "new": PASSWORD})).await;
        assert!(same.has("new", "identity.password.same"), "{}", same.body);
        let done = world.console(&here, "POST", path, json!({"current": PASSWORD, "new": "Another-2026-y"})).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(world.console(&here, "GET", "/probe", Value::Null).await.status, StatusCode::OK);
        assert_eq!(world.console(&there, "GET", "/probe", Value::Null).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.try_log_in("wang", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.try_log_in("wang", "Another-2026-y").await.status, StatusCode::OK);
    }

    /// Disabling the organisation ends what its people may do at once, and tells them at log-in.
    async fn disabled_organisation(world: World) {
        let (_, cookie) = world.user("li", Role::DepartmentHead, &world.welfare).await;
        assert_eq!(world.console(&cookie, "GET", "/probe", Value::Null).await.status, StatusCode::OK);
        world.disable_welfare().await;
        assert_eq!(world.console(&cookie, "GET", "/probe", Value::Null).await.status, StatusCode::UNAUTHORIZED);
        assert!(world.try_log_in("li", PASSWORD).await.is(403, "identify.user_disabled"));
    }
}
