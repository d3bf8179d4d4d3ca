//! Information systems.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, has, id, on_both};

const PATH: &str = "/api/v1/systems";

on_both! {
    /// The own operator registers and changes a system; what is left out of a change stays.
    async fn registers_and_changes(world: World) {
        let input = json!({"name": "人口系统", "purpose": "户籍管理", "built_year": 2012, "cost_yuan": 1_200_000});
        let (status, made) = world.send(Some(&world.operator()), "POST", PATH, input).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let (_, next) = world.send(Some(&world.operator()), "POST", PATH, json!({"name": "新人口系统"})).await;
        let change = json!({"state": "retired", "replaced_by": id(&next)});
        let path = format!("{PATH}/{}", id(&made));
        let (status, changed) = world.send(Some(&world.operator()), "PATCH", &path, change).await;
        assert_eq!(status, StatusCode::OK, "{changed}");
        assert_eq!((&changed["purpose"], &changed["state"]), (&json!("户籍管理"), &json!("retired")));
        let query = format!("{PATH}?organisation_id={}&sort=-name&page_size=1", world.police.id);
        let (_, list) = world.send(Some(&world.head()), "GET", &query, Value::Null).await;
        assert_eq!((&list["total"], list["items"].as_array().unwrap().len()), (&json!(2), 1));
        assert_eq!(list["items"][0]["organisation_name"], world.police.name);
    }

    /// The inventory holds what a system costs, who uses it and how it ended, and sorts and narrows by it.
    async fn is_an_inventory(world: World) {
        for (name, cost, state) in [("旧系统", 900_000, "retired"), ("新系统", 100_000, "running")] {
            let input = json!({"name": name, "yearly_cost_yuan": cost, "user_count": 30, "state": state,
                "retired_year": 2024, "note": "年度清查"});
            let (status, made) = world.send(Some(&world.operator()), "POST", PATH, input).await;
            assert_eq!((status, &made["user_count"]), (StatusCode::CREATED, &json!(30)), "{made}");
        }
        let reader = world.user(Role::DepartmentHead, &world.welfare);
        let (_, list) = world.send(Some(&reader), "GET", &format!("{PATH}?sort=-yearly_cost_yuan"), Value::Null).await;
        assert_eq!(list["items"][0]["name"], "旧系统");
        let (_, list) = world.send(Some(&reader), "GET", &format!("{PATH}?state=running"), Value::Null).await;
        assert_eq!(list["total"], 1);
        let path = format!("{PATH}/{}", id(&list["items"][0]));
        let change = json!({"note": " ", "user_count": -1});
        let (_, answer) = world.send(Some(&world.operator()), "PATCH", &path, change).await;
        assert!(has(&answer, "user_count", "catalog.system.user_count"), "{answer}");
        let (_, read) = world.send(Some(&reader), "GET", &path, Value::Null).await;
        assert_eq!((&read["yearly_cost_yuan"], &read["note"]), (&json!(100_000), &json!("年度清查")));
    }

    /// Another department, another role, a wrong year and the same name twice are refused.
    async fn refuses(world: World) {
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        let input = json!({"name": "系统", "organisation_id": world.police.id});
        let (status, answer) = world.send(Some(&stranger), "POST", PATH, input.clone()).await;
        assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "actor.organisation"));
        let (status, _) = world.send(Some(&world.head()), "POST", PATH, input.clone()).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let wrong = json!({"name": "系统", "built_year": 12, "cost_yuan": -1});
        let (status, answer) = world.send(Some(&world.operator()), "POST", PATH, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "built_year", "catalog.system.built_year"));
        assert!(has(&answer, "cost_yuan", "catalog.system.cost"));
        let (status, _) = world.send(Some(&world.operator()), "POST", PATH, input.clone()).await;
        assert_eq!(status, StatusCode::CREATED);
        let (status, answer) = world.send(Some(&world.operator()), "POST", PATH, input).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "database.duplicate"));
    }
}
