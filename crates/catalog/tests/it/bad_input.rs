//! Bad input to each form: empty, huge, wrong encoding, wrong type, unknown field, injected text.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, household, id, mount, on_both};

on_both! {
    /// Whatever is sent, the answer is an error of ours with sentences in both languages, and nothing is changed.
    async fn nothing_breaks(world: World) {
        let draft = id(&world.draft().await);
        let resource = format!("/api/v1/resources/{draft}");
        let forms = [
            ("POST", "/api/v1/organisations".to_owned(), world.user(Role::PlatformOperator, &world.police)),
            ("POST", "/api/v1/systems".to_owned(), world.operator()),
            ("POST", "/api/v1/resources".to_owned(), world.operator()),
            ("PUT", resource.clone(), world.operator()),
            ("PUT", format!("{resource}/mount"), world.operator()),
            ("POST", format!("{resource}/withdraw"), world.head()),
            ("POST", format!("{resource}/return"), world.head()),
            ("POST", format!("{resource}/sign"), world.head()),
            ("POST", format!("{resource}/mount/return"), world.business()),
            ("POST", "/api/v1/negative-list".to_owned(), world.business()),
        ];
        let before = world.evidence().await.len();
        for (method, path, actor) in &forms {
            for body in [
                Vec::new(),
                b"{}".to_vec(),
                b"[]".to_vec(),
                b"null".to_vec(),
                b"{\"name\": 7}".to_vec(),
                b"{\"name\": \"a\", \"surprise\": true}".to_vec(),
                b"{\"name\": \"\xb9\xab\xb0\xb2\"}".to_vec(),
                "[".repeat(100_000).into_bytes(),
                vec![b' '; 3 << 20],
            ] {
                let (status, answer) = world.send_raw(Some(actor), method, path, body.clone()).await;
                let sample = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
                assert!(status.is_client_error(), "{method} {path} {sample}: {status} {answer}");
                for language in ["zh", "en"] {
                    assert!(!answer["error"][language].as_str().unwrap_or_default().is_empty(), "{path} {sample}");
                }
            }
        }
        assert_eq!(world.evidence().await.len(), before);
    }

    /// SQL, HTML and formulas stay text, byte for byte.
    async fn injected_text_stays_text(world: World) {
        for text in ["'; DROP TABLE resource; --", "<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "%_\\"] {
            let mut input = household();
            input["name"] = json!(text);
            input["items"][1]["note"] = json!(text);
            let (status, made) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", input).await;
            assert_eq!(status, StatusCode::CREATED, "{made}");
            let path = format!("/api/v1/resources/{}", id(&made));
            let (_, read) = world.send(Some(&world.operator()), "GET", &path, Value::Null).await;
            assert_eq!((&read["name"], &read["items"][1]["note"]), (&json!(text), &json!(text)));
            let mut hung = mount();
            hung["table"] = json!(text);
            let (_, hung) = world.send(Some(&world.operator()), "PUT", &format!("{path}/mount"), hung).await;
            assert_eq!(hung["mount_change"]["mount"]["table"], json!(text));
        }
        let (status, _) =
            world.send(Some(&world.operator()), "GET", "/api/v1/resources/%27%20OR%20%271%27=%271", Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    /// The null character, which PostgreSQL cannot hold, is nowhere an error of ours.
    async fn null_characters(world: World) {
        let draft = id(&world.draft().await);
        for (method, path, body, expected) in [
            ("GET", "/api/v1/resources/%00".to_owned(), Value::Null, 404),
            ("PUT", "/api/v1/resources/%00".to_owned(), household(), 404),
            ("PATCH", "/api/v1/systems/%00".to_owned(), json!({}), 404),
            ("GET", "/api/v1/resources?q=%00&organisation_id=%00".to_owned(), Value::Null, 200),
            ("GET", "/api/v1/resources?q=a%00".to_owned(), Value::Null, 200),
            ("GET", "/api/v1/resources/%00/versions".to_owned(), Value::Null, 404),
            ("GET", "/api/v1/announcements?q=%00&organisation_id=%00&resource_id=%00".to_owned(), Value::Null, 200),
            ("GET", "/api/v1/systems/%00".to_owned(), Value::Null, 404),
            ("GET", "/api/v1/systems?q=%00&organisation_id=%00".to_owned(), Value::Null, 200),
            ("POST", "/api/v1/systems".to_owned(), json!({"name": "a\u{0}"}), 422),
        ] {
            let (status, answer) = world.send(Some(&world.operator()), method, &path, body).await;
            assert_eq!(status.as_u16(), expected, "{method} {path}: {answer}");
        }
        let mut hung = mount();
        hung["agent_id"] = json!("agent-police\u{0}");
        let (_, answer) = world.send(Some(&world.operator()), "PUT", &format!("/api/v1/resources/{draft}/mount"), hung).await;
        assert!(crate::world::has(&answer, "agent_id", "field.control_character"), "{answer}");
    }

    /// Texts have limits, counted in characters, and control characters are refused.
    async fn texts_have_limits(world: World) {
        let mut input = household();
        input["name"] = json!("长".repeat(101));
        input["category"] = json!("a\u{0}b");
        let (status, answer) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", input).await;
        assert_eq!((status, code(&answer)), (StatusCode::UNPROCESSABLE_ENTITY, "input.invalid"));
        assert!(crate::world::has(&answer, "name", "field.too_long"));
        assert!(crate::world::has(&answer, "category", "field.control_character"));
        let mut many = household();
        many["items"] = (0..301).map(|n| json!({"item": format!("i{n}"), "element": "person.name"})).collect();
        let (_, answer) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", many).await;
        assert!(crate::world::has(&answer, "items", "catalog.items.too_many"));
    }
}
