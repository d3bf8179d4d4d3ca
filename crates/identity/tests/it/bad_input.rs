//! Bad input to each form: empty, huge, wrong encoding, wrong type, unknown field, injected text.

use kernel::Role;
use serde_json::json;

use crate::world::{PASSWORD, World, on_both};

on_both! {
    /// Whatever is sent, the answer is an error of ours with sentences in both languages.
    async fn nothing_breaks(world: World) {
        let (id, operator) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
        let (_, developer) = world.user("dev", Role::DepartmentDeveloper, &world.welfare).await;
        let forms = [
            ("POST", "/api/v1/session".to_owned(), &operator),
            ("POST", "/api/v1/session/password".to_owned(), &operator),
            ("POST", "/api/v1/users".to_owned(), &operator),
            ("PATCH", format!("/api/v1/users/{id}"), &operator),
            ("POST", "/api/v1/clients".to_owned(), &developer),
        ];
        for (method, path, cookie) in &forms {
            let headers =
                [("cookie", cookie.as_str()), ("x-guantong-console", "1"), ("content-type", "application/json")];
            for body in [
                Vec::new(),
                b"[1]".to_vec(),
                b"null".to_vec(),
                b"{\"username\": 7, \"name\": 7, \"current\": 7, \"display_name\": 7}".to_vec(),
                b"{\"surprise\": true}".to_vec(),
                b"{\"name\": \"\xb9\xab\xb0\xb2\"}".to_vec(),
                "[".repeat(100_000).into_bytes(),
                vec![b' '; 3 << 20],
            ] {
                let sample = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
                let answer = world.raw(method, path, &headers, body).await;
                assert!(answer.status.is_client_error(), "{method} {path} {sample}: {}", answer.status);
                for language in ["zh", "en"] {
                    let sentence = answer.body["error"][language].as_str().unwrap_or_default();
                    assert!(!sentence.is_empty(), "{path} {sample}");
                }
            }
        }
    }

    /// Injected SQL logs nobody in, and a very long password is not hashed.
    async fn injection(world: World) {
        world.user("wang", Role::DepartmentOperator, &world.police).await;
        for name in ["' OR '1'='1", "wang' --", "wang\u{0}", "%", ""] {
            assert!(world.try_log_in(name, PASSWORD).await.is(401, "identify.wrong_password"), "{name}");
        }
        assert!(world.try_log_in("wang", &"x".repeat(1 << 20)).await.is(401, "identify.wrong_password"));
        let (_, operator) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
        assert!(world.console(&operator, "PATCH", "/api/v1/users/%00", json!({})).await.is(404, "user.not_found"));
        assert_eq!(world.console(&operator, "GET", "/api/v1/users?q=%00", json!(null)).await.status.as_u16(), 200);
        let (_, developer) = world.user("dev", Role::DepartmentDeveloper, &world.welfare).await;
        for text in ["'; DROP TABLE client_system; --", "<script>alert(1)</script>", "=1+1"] {
            let made = world.console(&developer, "POST", "/api/v1/clients", json!({"name": text})).await;
            assert_eq!(made.body["client"]["name"], text);
        }
    }
}
