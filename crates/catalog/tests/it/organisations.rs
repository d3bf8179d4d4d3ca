//! Organisations.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, credit_code, has, id, on_both};

const PATH: &str = "/api/v1/organisations";

fn health() -> Value {
    json!({"name": "卫生健康局", "short_name": "卫健", "short_code": "WJ", "credit_code": credit_code(3),
        "kind": "department", "region": "330108"})
}

on_both! {
    /// The platform operator registers an organisation, everybody logged in reads it, and the log knows.
    async fn registers(world: World) {
        let operator = world.user(Role::PlatformOperator, &world.police);
        let (status, made) = world.send(Some(&operator), "POST", PATH, health()).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        assert_eq!(made["region"], "330108");
        let reader = world.user(Role::DepartmentDeveloper, &world.welfare);
        let (status, list) = world.send(Some(&reader), "GET", &format!("{PATH}?q=卫健"), Value::Null).await;
        assert_eq!((status, &list["total"]), (StatusCode::OK, &json!(1)));
        assert_eq!(list["items"][0]["credit_code"], credit_code(3));
        assert_eq!(world.evidence().await.last().unwrap(), "catalog.organisation.created");
    }

    /// Nobody without the role registers one, and nobody unknown reads the list.
    async fn keeps_others_out(world: World) {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::PlatformOperator) {
            let other = world.user(role, &world.police);
            let (status, answer) = world.send(Some(&other), "POST", PATH, health()).await;
            assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "actor.role"));
        }
        let (status, answer) = world.send(None, "GET", PATH, Value::Null).await;
        assert_eq!((status, code(&answer)), (StatusCode::UNAUTHORIZED, "identify.not_logged_in"));
    }

    /// A wrong check character, an unknown region and parent, and a duplicate are each named at their field.
    async fn names_each_gap(world: World) {
        let operator = world.user(Role::PlatformOperator, &world.police);
        let mut input = health();
        input["credit_code"] = json!("113301060000000301");
        input["region"] = json!("999999");
        input["parent_id"] = json!("nobody");
        input["name"] = json!(" ");
        let (status, answer) = world.send(Some(&operator), "POST", PATH, input).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let paths: Vec<_> = crate::world::fields(&answer).into_iter().map(|(path, _)| path).collect();
        for path in ["credit_code", "region", "parent_id", "name"] {
            assert!(paths.iter().any(|found| found == path), "{path} in {answer}");
        }
        let mut twice = health();
        twice["credit_code"] = json!(world.police.credit_code);
        twice["short_code"] = json!("GA");
        let (status, answer) = world.send(Some(&operator), "POST", PATH, twice).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "credit_code", "catalog.organisation.duplicate"), "{answer}");
        assert!(has(&answer, "short_code", "catalog.organisation.duplicate"), "{answer}");
    }

    /// Disabling an organisation stops it and those below it at once; nobody disables his own.
    async fn disables(world: World) {
        let operator = world.user(Role::PlatformOperator, &world.police);
        let mut input = health();
        input["parent_id"] = json!(world.welfare.id);
        let (_, below) = world.send(Some(&operator), "POST", PATH, input).await;
        let path = format!("{PATH}/{}", world.welfare.id);
        let (status, changed) = world.send(Some(&operator), "PATCH", &path, json!({"disabled": true})).await;
        assert_eq!((status, &changed["disabled"]), (StatusCode::OK, &json!(true)));
        let known = world.catalog.organisations().await.unwrap();
        assert!(!known.is_active(&world.welfare.id));
        assert!(!known.is_active(&id(&below).into()));
        assert!(known.is_active(&world.police.id));
        let own = format!("{PATH}/{}", world.police.id);
        let (status, answer) = world.send(Some(&operator), "PATCH", &own, json!({"disabled": true})).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.organisation.own"));
    }

    /// Offices move in the tree, never below themselves; everything below one is listed.
    async fn is_a_tree(world: World) {
        let operator = world.user(Role::PlatformOperator, &world.police);
        let (_, middle) = world.send(Some(&operator), "POST", PATH, health()).await;
        let below = |id: &str| json!({"parent_id": id});
        let path = |id: &str| format!("{PATH}/{id}");
        let (welfare, police, middle) = (world.welfare.id.to_string(), world.police.id.to_string(), id(&middle));
        let (status, moved) = world.send(Some(&operator), "PATCH", &path(&middle), below(&welfare)).await;
        assert_eq!((status, &moved["parent_id"]), (StatusCode::OK, &json!(welfare)));
        world.send(Some(&operator), "PATCH", &path(&police), below(&middle)).await;
        for (one, above) in [(&welfare, &welfare), (&welfare, &police)] {
            let (status, answer) = world.send(Some(&operator), "PATCH", &path(one), below(above)).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(has(&answer, "parent_id", "catalog.organisation.circle"), "{answer}");
        }
        for (query, expected) in [(format!("under={middle}"), 2), (format!("under={welfare}"), 3), (format!("parent_id={welfare}"), 1)] {
            let (_, list) = world.send(Some(&operator), "GET", &format!("{PATH}?{query}"), Value::Null).await;
            assert_eq!(list["total"], json!(expected), "{query}");
        }
        let (_, top) = world.send(Some(&operator), "PATCH", &path(&police), below("")).await;
        assert_eq!(top["parent_id"], json!(null));
        let (_, answer) = world.send(Some(&operator), "PATCH", &path(&police), json!({"region": "999999"})).await;
        assert!(!crate::world::fields(&answer).is_empty(), "{answer}");
    }
}
