//! A resource goes offline with cause, notice and a time of grace, and by the clock.

use axum::http::StatusCode;
use kernel::Role;
use kernel::working_time::due_ms;
use serde_json::{Value, json};

use crate::world::{World, code, has, household, id, on_both};

fn because() -> Value {
    json!({"cause": "system_retired", "reason": "系统升级停用"})
}

on_both! {
    /// The users are told at once, may use it until the day, and it is gone after it; then it goes the way anew.
    async fn goes_by_the_clock(world: World) {
        let resource = id(&world.published().await);
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        let path = format!("/api/v1/resources/{resource}");
        let (status, answer) = world.refused(&world.head(), &resource, "withdraw", json!({"cause": "mood"})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "reason", "field.required") && has(&answer, "cause", "catalog.reason.not_listed"), "{answer}");
        world.send(Some(&world.operator()), "PUT", &path, { let mut i = household(); i["name"] = json!("另名"); i }).await;
        world.clock.advance_ms(1);
        let going = world.step(&world.head(), &resource, "withdraw", because()).await;
        let day = due_ms(world.kernel.now_ms(), 10);
        assert_eq!((&going["state"], &going["flow"]["offline_ms"]), (&json!("going_offline"), &json!(day)));
        assert_eq!((&going["flow"]["offline_cause"], &going["revision"]), (&json!("system_retired"), &json!(null)));
        assert_eq!(world.notices(&stranger).await, ["catalog.offline"]);
        assert_eq!(world.read(&stranger, &resource).await["state"], "going_offline");
        let (status, answer) = world.send(Some(&world.operator()), "PUT", &path, household()).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.under_way"));
        world.wait_ms(day - world.kernel.now_ms() - 1).await;
        assert_eq!(world.read(&stranger, &resource).await["state"], "going_offline");
        let follow_ups = world.mount_follow_ups(&resource).await;
        world.wait_ms(1).await;
        assert_eq!(world.send(Some(&stranger), "GET", &path, Value::Null).await.0, StatusCode::NOT_FOUND);
        let offline = world.read(&world.operator(), &resource).await;
        assert_eq!((&offline["state"], &offline["state_reason"]), (&json!("offline"), &json!("系统升级停用")));
        assert_eq!(world.mount_follow_ups(&resource).await, follow_ups + 1, "grants are told");
        assert_eq!(world.notices(&stranger).await, ["catalog.offline", "catalog.offline"]);
        let (_, list) = world.send(Some(&stranger), "GET", "/api/v1/announcements", Value::Null).await;
        let kinds: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["offline", "going_offline", "published"]);
        let again = world.publish(&resource).await;
        assert_eq!((&again["state"], &again["version"], &again["flow"]["offline_ms"]), (&json!("published"), &json!(2), &json!(null)));
    }

    /// A notice can be taken back; the clock of the old one then does nothing.
    async fn may_be_kept(world: World) {
        let resource = id(&world.published().await);
        let going = world.step(&world.business(), &resource, "withdraw", because()).await;
        let (status, answer) = world.refused(&world.head(), &resource, "withdraw", because()).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.not_published"));
        let kept = world.step(&world.head(), &resource, "keep", json!({"reason": "系统延期停用"})).await;
        assert_eq!((&kept["state"], &kept["flow"]["offline_ms"]), (&json!("published"), &json!(null)));
        let day = going["flow"]["offline_ms"].as_i64().unwrap();
        world.wait_ms(day - world.kernel.now_ms() + 1).await;
        assert_eq!(world.read(&world.head(), &resource).await["state"], "published");
        let (_, answer) = world.refused(&world.head(), &resource, "keep", json!({"reason": "再次"})).await;
        assert_eq!(code(&answer), "catalog.resource.not_going_offline");
        assert_eq!(world.refused(&world.operator(), &resource, "withdraw", because()).await.0, StatusCode::FORBIDDEN);
    }
}
