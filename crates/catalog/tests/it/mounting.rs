//! Mounting a resource on a table.

use axum::http::StatusCode;
use catalog::model::MountState;
use kernel::Role;
use serde_json::json;

use crate::world::{World, code, has, household, id, mount, on_both};

on_both! {
    /// A mount waits for the data authority, is shown to the own department only, and hangs once it is approved.
    async fn mounts(world: World) {
        let resource = id(&world.published().await);
        let path = format!("/api/v1/resources/{resource}/mount");
        let before = world.mount_follow_ups(&resource).await;
        let (status, entered) = world.send(Some(&world.operator()), "PUT", &path, mount()).await;
        assert_eq!(status, StatusCode::OK, "{entered}");
        assert_eq!((&entered["mount_state"], &entered["mount"]), (&json!("pending"), &json!(null)));
        assert_eq!(entered["mount_change"]["mount"]["agent_name"], "公安前置机");
        assert_eq!(entered["mount_change"]["mount"]["columns"][2]["code_map"]["M"], "1");
        assert!(world.catalog.mount_of(&resource.clone().into()).await.unwrap().is_none(), "nothing to pin yet");
        assert_eq!(world.mount_follow_ups(&resource).await, before);
        assert_eq!(world.todos(&world.business()).await, ["catalog.mount_review 常住人口信息"]);
        let mounted = world.step(&world.business(), &resource, "mount/approve", json!({})).await;
        assert_eq!((&mounted["mount_state"], &mounted["mount_change"]), (&json!("mounted"), &json!(null)));
        assert_eq!(mounted["mount"]["agent_name"], "公安前置机");
        assert_eq!(world.mount_follow_ups(&resource).await, before + 1);
        let record = world.catalog.mount_of(&resource.clone().into()).await.unwrap().unwrap();
        assert_eq!((record.state, record.mount.table.as_str()), (MountState::Mounted, "T_CZRK"));
        let reader = world.user(Role::DepartmentOperator, &world.welfare);
        let seen = world.read(&reader, &resource).await;
        assert_eq!((&seen["mount"], &seen["mount_state"]), (&json!(null), &json!("mounted")));
        assert!(!seen.to_string().contains("T_CZRK"));
        assert_eq!(world.evidence().await.last().unwrap(), "catalog.mount.approved");
        let (status, answer) = world.refused(&world.business(), &resource, "mount/approve", json!({})).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.mount.nothing_waits"));
    }

    /// While a change of an approved mount waits, and after it was returned, the approved one stays in force.
    async fn the_approved_mount_stays_in_force(world: World) {
        let resource = id(&world.published().await);
        let path = format!("/api/v1/resources/{resource}/mount");
        world.send(Some(&world.operator()), "PUT", &path, mount()).await;
        world.step(&world.business(), &resource, "mount/approve", json!({})).await;
        let follow_ups = world.mount_follow_ups(&resource).await;
        let mut other = mount();
        other["table"] = json!("T_NEW");
        let (_, waits) = world.send(Some(&world.operator()), "PUT", &path, other.clone()).await;
        assert_eq!(waits["mount_state"], "change_pending");
        assert_eq!((&waits["mount"]["table"], &waits["mount_change"]["mount"]["table"]), (&json!("T_CZRK"), &json!("T_NEW")));
        let (_, answer) = world.refused(&world.business(), &resource, "mount/return", json!({"text": "表不对"})).await;
        assert!(has(&answer, "reasons", "catalog.reason.not_listed"), "{answer}");
        let back = world.step(&world.business(), &resource, "mount/return", json!({"reasons": ["mount"], "text": "表不对"})).await;
        assert_eq!((&back["mount_state"], &back["mount"]["table"]), (&json!("mounted"), &json!("T_CZRK")));
        assert_eq!((&back["mount_change"]["state"], &back["mount_change"]["flow"]["text"]), (&json!("returned"), &json!("表不对")));
        assert_eq!(world.todos(&world.operator()).await, ["catalog.returned 常住人口信息"]);
        assert_eq!(world.mount_follow_ups(&resource).await, follow_ups, "pins were left alone");
        world.send(Some(&world.operator()), "PUT", &path, other).await;
        let approved = world.step(&world.business(), &resource, "mount/approve", json!({})).await;
        assert_eq!(approved["mount"]["table"], "T_NEW");
        assert_eq!(world.mount_follow_ups(&resource).await, follow_ups + 1);
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
        world.send(Some(&world.operator()), "PUT", &path, mount()).await;
        for actor in [world.operator(), world.head()] {
            for verb in ["mount/approve", "mount/return"] {
                let body = json!({"reasons": ["mount"], "text": "不"});
                let body = if verb == "mount/approve" { json!({}) } else { body };
                assert_eq!(world.refused(&actor, &resource, verb, body).await.0, StatusCode::FORBIDDEN, "{verb}");
            }
        }
    }

    /// When items change under a mount so that it fits no longer, it is marked and followed up.
    async fn changes_show(world: World) {
        let resource = id(&world.draft().await);
        let path = format!("/api/v1/resources/{resource}");
        world.send(Some(&world.operator()), "PUT", &format!("{path}/mount"), mount()).await;
        world.step(&world.business(), &resource, "mount/approve", json!({})).await;
        let mut input = household();
        input["items"].as_array_mut().unwrap().pop();
        let (_, changed) = world.send(Some(&world.operator()), "PUT", &path, input).await;
        assert_eq!(changed["mount_state"], "changed");
        assert_eq!(world.mount_follow_ups(&resource).await, 2);
        let (_, back) = world.send(Some(&world.operator()), "PUT", &path, household()).await;
        assert_eq!(back["mount_state"], "mounted");
    }
}
