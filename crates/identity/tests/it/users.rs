//! Managing users.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{PASSWORD, World, on_both};

const PATH: &str = "/api/v1/users";

fn new(world: &World) -> Value {
    json!({"username": "Zhao", "display_name": "赵敏", "role": "department_head",
        "organisation_id": world.welfare.id, "password": PASSWORD})
}

on_both! {
    /// The platform operator creates and lists users; nobody sees a password or its hash.
    async fn creates(world: World) {
        let (_, cookie) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
        let made = world.console(&cookie, "POST", PATH, new(&world)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(made.body["username"], "zhao");
        let list = world.console(&cookie, "GET", &format!("{PATH}?q=赵"), Value::Null).await;
        assert_eq!(list.body["total"], json!(1));
        assert_eq!(list.body["items"][0]["organisation"]["name"], world.welfare.name);
        for text in [made.body.to_string(), list.body.to_string()] {
            assert!(!text.contains("argon2") && !text.contains(PASSWORD), "{text}");
        }
        world.log_in("zhao").await;
        let twice = world.console(&cookie, "POST", PATH, new(&world)).await;
        assert!(twice.is(409, "identity.user.username_taken"), "{}", twice.body);
    }

    /// Every other role is kept out.
    async fn roles(world: World) {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::PlatformOperator) {
            let (id, cookie) = world.user(&role.as_str().replace('_', "-"), role, &world.police).await;
            assert!(world.console(&cookie, "GET", PATH, Value::Null).await.is(403, "actor.role"));
            assert!(world.console(&cookie, "POST", PATH, new(&world)).await.is(403, "actor.role"));
            let own = world.console(&cookie, "PATCH", &format!("{PATH}/{id}"), json!({"role": "security_auditor"})).await;
            assert!(own.is(403, "actor.role"));
        }
        assert_eq!(world.send("GET", PATH, &[], Value::Null).await.status, StatusCode::UNAUTHORIZED);
    }

    /// A platform operator makes himself neither auditor nor anything else, and does not lock himself out.
    async fn nobody_changes_his_own_role(world: World) {
        let (id, cookie) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
        let path = format!("{PATH}/{id}");
        for change in [
            json!({"role": "security_auditor"}),
            json!({"organisation_id": world.welfare.id}),
            json!({"disabled": true}),
        ] {
            let answer = world.console(&cookie, "PATCH", &path, change).await;
            assert!(answer.is(403, "identity.user.own_role"), "{}", answer.body);
        }
        let name = world.console(&cookie, "PATCH", &path, json!({"display_name": "运维"})).await;
        assert_eq!((name.status, &name.body["display_name"]), (StatusCode::OK, &json!("运维")));
    }

    /// A disabled user, a new role and a new password act at once on sessions that are open.
    async fn changes_act_at_once(world: World) {
        let (_, cookie) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
        for (name, change) in [
            ("disabled", json!({"disabled": true})),
            ("moved", json!({"role": "department_operator"})),
            ("reset", json!({"password": "Another-2026-y"})),
        ] {
            let (id, session) = world.user(name, Role::DepartmentHead, &world.welfare).await;
            assert_eq!(world.console(&session, "GET", "/probe", Value::Null).await.status, StatusCode::OK);
            let changed = world.console(&cookie, "PATCH", &format!("{PATH}/{id}"), change).await;
            assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
            let after = world.console(&session, "GET", "/probe", Value::Null).await;
            assert_eq!(after.status, StatusCode::UNAUTHORIZED, "{name}");
        }
        assert!(world.try_log_in("disabled", PASSWORD).await.is(403, "identify.user_disabled"));
        assert_eq!(world.try_log_in("reset", "Another-2026-y").await.status, StatusCode::OK);
    }

    /// Every gap of the form is named.
    async fn names_each_gap(world: World) {
        let (_, cookie) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
        let input = json!({"username": "a b", "display_name": "长".repeat(51), "role": "department_head",
            "organisation_id": world.welfare.id, "password": "short"});
        let answer = world.console(&cookie, "POST", PATH, input).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for (path, code) in [
            ("username", "identity.user.username"),
            ("display_name", "field.too_long"),
            ("password", "identity.password.length"),
            ("password", "identity.password.simple"),
        ] {
            assert!(answer.has(path, code), "{path} in {}", answer.body);
        }
        let mut lost = new(&world);
        lost["organisation_id"] = json!("nowhere");
        assert!(world.console(&cookie, "POST", PATH, lost).await.is(404, "organisation.not_found"));
    }
}
