//! Mounting a resource on a table.

use axum::http::StatusCode;
use catalog::model::MountState;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, has, household, id, mount, on_both};

on_both! {
    /// A mount is kept, shown to the own department with the agent's name, hidden from others, and followed up.
    async fn mounts(world: World) {
        let published = world.published().await;
        let resource = id(&published);
        let path = format!("/api/v1/resources/{resource}/mount");
        let before = world.mount_follow_ups(&resource).await;
        let (status, mounted) = world.send(Some(&world.operator()), "PUT", &path, mount()).await;
        assert_eq!(status, StatusCode::OK, "{mounted}");
        assert_eq!(mounted["mount_state"], "mounted");
        assert_eq!(mounted["mount"]["agent_name"], "公安前置机");
        assert_eq!(mounted["mount"]["columns"][2]["code_map"]["M"], "1");
        assert_eq!(world.mount_follow_ups(&resource).await, before + 1);
        let record = world.catalog.mount_of(&resource.clone().into()).await.unwrap().unwrap();
        assert_eq!((record.state, record.mount.table.as_str()), (MountState::Mounted, "T_CZRK"));
        let reader = world.user(Role::DepartmentOperator, &world.welfare);
        let (_, seen) =
            world.send(Some(&reader), "GET", &format!("/api/v1/resources/{resource}"), Value::Null).await;
        assert_eq!((&seen["mount"], &seen["mount_state"]), (&json!(null), &json!("mounted")));
        assert!(!seen.to_string().contains("T_CZRK"));
        assert_eq!(world.evidence().await.last().unwrap(), "catalog.resource.mounted");
    }

    /// Every wrong part of a mount is named.
    async fn names_each_gap(world: World) {
        let resource = id(&world.draft().await);
        let path = format!("/api/v1/resources/{resource}/mount");
        let mut wrong = mount();
        wrong["source"] = json!("");
        wrong["keys"] = json!(["name", "resident_id", "resident_id"]);
        wrong["columns"] = json!([
            {"item": "resident_id", "column": "SFZH"},
            {"item": "resident_id", "column": "SFZH2"},
            {"item": "nothing", "column": ""},
            {"item": "sex", "column": "XB", "code_map": {"男": "M"}},
        ]);
        let (status, answer) = world.send(Some(&world.operator()), "PUT", &path, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        for (at, code) in [
            ("source", "field.required"),
            ("keys[0]", "catalog.mount.key"),
            ("keys[2]", "catalog.mount.key"),
            ("columns[1].item", "catalog.mount.duplicate_item"),
            ("columns[2].item", "catalog.mount.unknown_item"),
            ("columns[2].column", "field.required"),
            ("columns[3].code_map.男", "catalog.mount.code_map_target"),
        ] {
            assert!(has(&answer, at, code), "{at} {code} in {answer}");
        }
        assert!(world.catalog.mount_of(&resource.into()).await.unwrap().is_none());
    }

    /// Another department's agent, another department's operator and the head do not mount.
    async fn keeps_others_out(world: World) {
        let resource = id(&world.published().await);
        let path = format!("/api/v1/resources/{resource}/mount");
        let mut foreign = mount();
        foreign["agent_id"] = json!("agent-of-health");
        let (status, answer) = world.send(Some(&world.operator()), "PUT", &path, foreign).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "agent_id", "catalog.mount.agent"));
        for actor in [world.head(), world.user(Role::DepartmentOperator, &world.welfare)] {
            assert_eq!(world.send(Some(&actor), "PUT", &path, mount()).await.0, StatusCode::FORBIDDEN);
        }
    }

    /// When items change under a mount so that it fits no longer, it is marked and followed up.
    async fn changes_show(world: World) {
        let resource = id(&world.draft().await);
        let path = format!("/api/v1/resources/{resource}");
        world.send(Some(&world.operator()), "PUT", &format!("{path}/mount"), mount()).await;
        let mut input = household();
        input["items"].as_array_mut().unwrap().pop();
        let (_, changed) = world.send(Some(&world.operator()), "PUT", &path, input).await;
        assert_eq!(changed["mount_state"], "changed");
        assert_eq!(world.mount_follow_ups(&resource).await, 2);
        let (_, back) = world.send(Some(&world.operator()), "PUT", &path, household()).await;
        assert_eq!(back["mount_state"], "mounted");
    }
}
