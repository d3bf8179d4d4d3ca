//! Cataloguing, reading and listing resources.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, has, household, id, on_both};

const PATH: &str = "/api/v1/resources";

on_both! {
    /// Codes are made in order, given ones are kept, taken ones refused.
    async fn codes(world: World) {
        assert_eq!(world.draft().await["code"], "GA-0001");
        assert_eq!(world.draft().await["code"], "GA-0002");
        let mut input = household();
        input["code"] = json!("GA-HKRK-001");
        let (status, made) = world.send(Some(&world.operator()), "POST", PATH, input.clone()).await;
        assert_eq!((status, &made["code"]), (StatusCode::CREATED, &json!("GA-HKRK-001")));
        let (status, answer) = world.send(Some(&world.operator()), "POST", PATH, input.clone()).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.code_taken"));
        input["code"] = json!("../x");
        let (_, answer) = world.send(Some(&world.operator()), "POST", PATH, input).await;
        assert!(has(&answer, "code", "catalog.resource.code_shape"));
        let found = world.catalog.resource_by_code("GA-HKRK-001").await.unwrap().unwrap();
        assert_eq!(found.id.as_str(), id(&made));
    }

    /// Others do not know of drafts; the own department and the business operator do.
    async fn drafts_are_for_the_department(world: World) {
        let draft = world.draft().await;
        let path = format!("{PATH}/{}", id(&draft));
        let business = world.user(Role::BusinessOperator, &world.welfare);
        for (actor, expected) in [
            (world.head(), StatusCode::OK),
            (business.clone(), StatusCode::OK),
            (world.user(Role::DepartmentHead, &world.welfare), StatusCode::NOT_FOUND),
            (world.user(Role::SecurityAuditor, &world.welfare), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(world.send(Some(&actor), "GET", &path, Value::Null).await.0, expected, "{actor:?}");
            let (_, list) = world.send(Some(&actor), "GET", PATH, Value::Null).await;
            assert_eq!(list["total"] == json!(1), expected == StatusCode::OK, "{actor:?}");
        }
        // Not even that it exists is told when somebody else tries to change it.
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        assert_eq!(world.send(Some(&stranger), "PUT", &path, household()).await.0, StatusCode::NOT_FOUND);
    }

    /// Filters, search and order of the list.
    async fn lists(world: World) {
        let published = world.published().await;
        world.draft().await;
        let reader = world.operator();
        for (query, expected) in [
            ("", 2),
            ("?state=published", 1),
            ("?state=draft&mount_state=unmounted", 1),
            ("?share_type=none", 0),
            ("?q=ga-0001", 1),
            ("?q=%25", 0),
            ("?q=_", 0),
            ("?q=%27%20OR%201%3D1%20--", 0),
        ] {
            let (status, list) = world.send(Some(&reader), "GET", &format!("{PATH}{query}"), Value::Null).await;
            assert_eq!((status, &list["total"]), (StatusCode::OK, &json!(expected)), "{query}");
        }
        let (_, list) = world.send(Some(&reader), "GET", &format!("{PATH}?sort=-code&page_size=1&page=2"), Value::Null).await;
        assert_eq!(list["items"][0]["id"], published["id"]);
        assert_eq!(list["items"][0]["organisation_name"], world.police.name);
        assert_eq!(list["items"][0]["items"].as_array().unwrap().len(), 3);
        let (status, answer) = world.send(Some(&reader), "GET", &format!("{PATH}?state=nonsense"), Value::Null).await;
        assert_eq!((status, code(&answer)), (StatusCode::BAD_REQUEST, "input.query"));
    }

    /// What was read can be sent back; a stale edit is refused.
    async fn edits(world: World) {
        let draft = world.draft().await;
        let path = format!("{PATH}/{}", id(&draft));
        let mut input = household();
        input["items"] = draft["items"].clone();
        input["updated_ms"] = draft["updated_ms"].clone();
        input["name"] = json!("常住人口");
        let (status, changed) = world.send(Some(&world.operator()), "PUT", &path, input.clone()).await;
        assert_eq!((status, &changed["name"]), (StatusCode::OK, &json!("常住人口")), "{changed}");
        assert_eq!(changed["items"], draft["items"]);
        let (status, answer) = world.send(Some(&world.operator()), "PUT", &path, input.clone()).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.stale"));
        input["updated_ms"] = json!(null);
        input["code"] = json!("GA-9999");
        let (_, answer) = world.send(Some(&world.operator()), "PUT", &path, input).await;
        assert!(has(&answer, "code", "catalog.resource.code_fixed"), "{answer}");
    }

    /// Only the operator of the own department catalogues.
    async fn roles(world: World) {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::DepartmentOperator) {
            let (status, _) = world.send(Some(&world.user(role, &world.police)), "POST", PATH, household()).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{role:?}");
        }
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        let mut input = household();
        input["organisation_id"] = json!(world.police.id);
        assert_eq!(world.send(Some(&stranger), "POST", PATH, input).await.0, StatusCode::FORBIDDEN);
    }
}

/// Elements and code sets are there for whoever is logged in.
#[tokio::test]
async fn standards_are_served() {
    let world = World::new(testbed::Place::sqlite().unwrap()).await;
    let reader = world.operator();
    let (_, list) = world.send(Some(&reader), "GET", "/api/v1/elements?q=person.id", Value::Null).await;
    assert_eq!((&list["total"], &list["items"][0]["grade"]), (&json!(1), &json!(4)));
    let (_, sets) = world.send(Some(&reader), "GET", "/api/v1/code-sets", Value::Null).await;
    assert_eq!(sets["total"], 4);
    let (_, sex) = world.send(Some(&reader), "GET", "/api/v1/code-sets/sex", Value::Null).await;
    assert!(sex["codes"].as_array().unwrap().iter().any(|code| code["code"] == "1"), "{sex}");
    let (status, _) = world.send(Some(&reader), "GET", "/api/v1/code-sets/none", Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = world.send(None, "GET", "/api/v1/elements", Value::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
