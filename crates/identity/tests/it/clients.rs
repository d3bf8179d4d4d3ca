//! Managing client systems.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, on_both};

const PATH: &str = "/api/v1/clients";

on_both! {
    /// The developer registers a client; its secret is shown once and never again.
    async fn the_secret_is_shown_once(world: World) {
        let (_, cookie) = world.user("dev", Role::DepartmentDeveloper, &world.welfare).await;
        let made = world.console(&cookie, "POST", PATH, json!({"name": "低保系统"})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(made.headers["cache-control"], "no-store");
        let secret = made.body["secret"].as_str().unwrap().to_owned();
        let client = &made.body["client"];
        assert!(client["client_id"].as_str().unwrap().starts_with("c-"));
        assert_eq!(client["organisation_name"], world.welfare.name);
        world.access_token(client["client_id"].as_str().unwrap(), &secret).await;
        let list = world.console(&cookie, "GET", PATH, Value::Null).await;
        assert_eq!(list.body["total"], json!(1));
        let path = format!("{PATH}/{}", client["id"].as_str().unwrap());
        let changed = world.console(&cookie, "PATCH", &path, json!({"name": "救助系统"})).await;
        assert_eq!(changed.body["name"], "救助系统");
        for text in [list.body.to_string(), changed.body.to_string()] {
            assert!(!text.contains(&secret) && !text.contains("secret"), "{text}");
        }
    }

    /// Operators and heads choose among the client systems of their own department by name and system; the answer holds
    /// neither keys nor anything of another department.
    async fn are_chosen_by_name(world: World) {
        let (_, operator) = world.user("op", Role::DepartmentOperator, &world.welfare).await;
        let made = world.console(&operator, "POST", "/api/v1/systems", json!({"name": "低保核对系统"})).await;
        let system = made.id();
        let key = crate::oauth::key(1).public_pem;
        world.client_with(json!({"client_id": "mz-dibao", "name": "低保系统", "system_id": system, "public_key_pem": key})).await;
        let (other, _) = world.client("mz-old").await;
        let (_, developer) = world.user("dev", Role::DepartmentDeveloper, &world.welfare).await;
        world.console(&developer, "PATCH", &format!("{PATH}/{other}"), json!({"name": "旧系统", "disabled": true})).await;
        let choices = format!("{PATH}/choices");
        for role in [Role::DepartmentOperator, Role::DepartmentHead, Role::DepartmentDeveloper] {
            let (_, cookie) = world.user(&format!("w-{}", role.as_str().replace('_', "-")), role, &world.welfare).await;
            let answer = world.console(&cookie, "GET", &choices, Value::Null).await;
            assert_eq!(answer.status, StatusCode::OK, "{role:?} {}", answer.body);
            assert_eq!(
                answer.body["items"],
                json!([
                    {"client_id": "mz-dibao", "name": "低保系统", "system_id": system, "system_name": "低保核对系统", "disabled": false},
                    {"client_id": "mz-old", "name": "旧系统", "system_id": null, "system_name": null, "disabled": true},
                ])
            );
        }
        let (_, stranger) = world.user("op-police", Role::DepartmentOperator, &world.police).await;
        assert_eq!(world.console(&stranger, "GET", &choices, Value::Null).await.body["total"], json!(0));
        let (_, auditor) = world.user("auditor", Role::SecurityAuditor, &world.welfare).await;
        assert!(world.console(&auditor, "GET", &choices, Value::Null).await.is(403, "actor.role"));
    }

    /// Other roles and other departments neither see nor touch it.
    async fn keeps_others_out(world: World) {
        let (id, _) = world.client("mz-dibao").await;
        let path = format!("{PATH}/{id}");
        for role in Role::ALL.into_iter().filter(|role| *role != Role::DepartmentDeveloper) {
            let (_, cookie) = world.user(&role.as_str().replace('_', "-"), role, &world.welfare).await;
            assert_eq!(world.console(&cookie, "GET", PATH, Value::Null).await.status, StatusCode::FORBIDDEN);
            let rotate = world.console(&cookie, "POST", &format!("{path}/secret"), json!({})).await;
            assert!(rotate.is(403, "actor.role"), "{role:?} {}", rotate.body);
        }
        let (_, stranger) = world.user("dev-police", Role::DepartmentDeveloper, &world.police).await;
        assert_eq!(world.console(&stranger, "GET", PATH, Value::Null).await.body["total"], json!(0));
        assert!(world.console(&stranger, "PATCH", &path, json!({"disabled": true})).await.is(404, "client.not_found"));
        assert!(world.console(&stranger, "POST", &format!("{path}/secret"), json!({})).await.is(404, "client.not_found"));
        let theirs = json!({"name": "x", "organisation_id": world.welfare.id});
        assert!(world.console(&stranger, "POST", PATH, theirs).await.is(403, "actor.organisation"));
    }

    /// A new secret ends the old one and every token from it at once; so does disabling.
    async fn rotation_and_disabling_act_at_once(world: World) {
        let (_, cookie) = world.user("dev", Role::DepartmentDeveloper, &world.welfare).await;
        let (id, old) = world.client("mz-dibao").await;
        let token = world.access_token("mz-dibao", &old).await;
        assert_eq!(world.with_token(&token).await.status, StatusCode::OK);
        let rotated = world.console(&cookie, "POST", &format!("{PATH}/{id}/secret"), json!({})).await;
        let new = rotated.body["secret"].as_str().unwrap();
        assert!(world.with_token(&token).await.is(401, "identify.token_revoked"));
        let refused = world
            .token(&[("grant_type", "client_credentials"), ("client_id", "mz-dibao"), ("client_secret", &old)])
            .await;
        assert_eq!(refused.body["error"], "invalid_client");
        let token = world.access_token("mz-dibao", new).await;
        assert_eq!(world.with_token(&token).await.status, StatusCode::OK);
        world.console(&cookie, "PATCH", &format!("{PATH}/{id}"), json!({"disabled": true})).await;
        assert!(world.with_token(&token).await.is(401, "identify.client_disabled"));
        let kinds = world.evidence().await;
        assert!(kinds.contains(&"identity.client.secret_rotated".to_owned()), "{kinds:?}");
    }

    /// Wrong ids, keys, private keys, foreign systems and duplicates are named.
    async fn names_each_gap(world: World) {
        let (_, cookie) = world.user("dev", Role::DepartmentDeveloper, &world.welfare).await;
        let input = json!({"name": "", "client_id": "Bad Id", "system_id": "nowhere", "public_key_pem": "no key"});
        let answer = world.console(&cookie, "POST", PATH, input).await;
        for (path, code) in [
            ("name", "field.required"),
            ("client_id", "identity.client.client_id"),
            ("system_id", "identity.client.system"),
            ("public_key_pem", "identity.client.public_key"),
        ] {
            assert!(answer.has(path, code), "{path} in {}", answer.body);
        }
        let private = crate::oauth::key(1).private_pem;
        let answer = world.console(&cookie, "POST", PATH, json!({"name": "x", "public_key_pem": private})).await;
        assert!(answer.has("public_key_pem", "identity.client.public_key"), "{}", answer.body);
        world.client("mz-dibao").await;
        let twice = world.console(&cookie, "POST", PATH, json!({"name": "x", "client_id": "mz-dibao"})).await;
        assert!(twice.is(409, "identity.client.taken"), "{}", twice.body);
    }
}
