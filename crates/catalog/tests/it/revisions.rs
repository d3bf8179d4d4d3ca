//! A change of a published entry goes its own way, and what was published stays in force until it arrives.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, household, id, mount, on_both};

fn revised() -> Value {
    let mut input = household();
    input["abstract"] = json!("改写后的摘要");
    input["share_type"] = json!("unconditional");
    input["share_condition"] = json!(null);
    input["items"].as_array_mut().unwrap().push(json!({"item": "address", "element": "address.residence"}));
    input["items"].as_array_mut().unwrap().remove(2);
    input
}

on_both! {
    /// While a revision is under way others see the published version and nothing of it; published, it is version 2,
    /// its users are told, and the difference reads in Chinese.
    async fn the_published_version_stays_in_force(world: World) {
        let resource = id(&world.published().await);
        let path = format!("/api/v1/resources/{resource}");
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        world.send(Some(&world.operator()), "PUT", &format!("{path}/mount"), mount()).await;
        world.step(&world.business(), &resource, "mount/approve", json!({})).await;

        let (status, changed) = world.send(Some(&world.operator()), "PUT", &path, revised()).await;
        assert_eq!((status, &changed["state"]), (StatusCode::OK, &json!("published")), "{changed}");
        assert_eq!((&changed["abstract"], &changed["revision_state"]), (&json!("辖区常住人口基本信息"), &json!("draft")));
        assert_eq!(changed["revision"]["entry"]["abstract"], "改写后的摘要");
        let lines: Vec<_> = changed["revision"]["changes"].as_array().unwrap().iter().map(|c| c["zh"].as_str().unwrap()).collect();
        // The assessments were made of the old version; the new one needs its own.
        assert_eq!(
            lines,
            [
                "摘要",
                "共享类型",
                "共享条件",
                "保密风险评估",
                "个人信息保护影响评估",
                "信息项“性别”",
                "信息项“现住址”"
            ]
        );
        world.signed(&resource).await;
        world.step(&world.business(), &resource, "approve", json!({})).await;
        let seen = world.read(&stranger, &resource).await;
        assert_eq!((&seen["version"], &seen["share_type"], seen["items"].as_array().unwrap().len()), (&json!(1), &json!("conditional"), 3));
        assert_eq!((&seen["revision"], &seen["revision_state"]), (&json!(null), &json!(null)));

        let published = world.step(&world.business(), &resource, "publish", json!({})).await;
        assert_eq!((&published["version"], &published["share_type"]), (&json!(2), &json!("unconditional")));
        assert_eq!((&published["revision"], &published["revision_state"]), (&json!(null), &json!(null)));
        assert_eq!(published["mount_state"], "changed", "the mount binds an item that is gone");
        assert_eq!(published["secrecy_assessment"], "不涉及国家秘密");
        assert_eq!(world.notices(&stranger).await, ["catalog.revised"]);

        let (_, versions) = world.send(Some(&stranger), "GET", &format!("{path}/versions"), Value::Null).await;
        assert_eq!((&versions["total"], &versions["items"][0]["version"]), (&json!(2), &json!(2)));
        assert_eq!((&versions["items"][0]["changes"], &versions["items"][0]["created_by"]), (&json!(5), &json!(null)));
        let (_, diff) = world.send(Some(&stranger), "GET", &format!("{path}/versions/1/diff/2"), Value::Null).await;
        let share = diff["changes"].as_array().unwrap().iter().find(|c| c["path"] == "share_type").unwrap();
        assert_eq!((&share["old"], &share["new"]), (&json!("有条件共享"), &json!("无条件共享")));
        let (status, answer) = world.send(Some(&stranger), "GET", &format!("{path}/versions/1/diff/9"), Value::Null).await;
        assert_eq!((status, code(&answer)), (StatusCode::NOT_FOUND, "catalog.version.not_found"));
    }

    /// A revision is not changed while it is judged; returned it is; it can be discarded; one without a difference
    /// is not submitted.
    async fn is_returned_and_discarded(world: World) {
        let resource = id(&world.published().await);
        let path = format!("/api/v1/resources/{resource}");
        let (status, answer) = world.refused(&world.operator(), &resource, "submit", json!({})).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.state"));
        let mut same = household();
        same["secrecy_assessment"] = json!("不涉及国家秘密");
        same["privacy_assessment"] = json!("已评估，按授权最小化提供");
        world.send(Some(&world.operator()), "PUT", &path, same).await;
        let (_, answer) = world.refused(&world.operator(), &resource, "submit", json!({})).await;
        assert_eq!(code(&answer), "catalog.revision.no_change", "{answer}");
        world.send(Some(&world.operator()), "PUT", &path, revised()).await;
        world.step(&world.operator(), &resource, "submit", json!({})).await;
        let (_, answer) = world.send(Some(&world.operator()), "PUT", &path, revised()).await;
        assert_eq!(code(&answer), "catalog.resource.under_way");
        let back = world.step(&world.head(), &resource, "return", crate::world::returned()).await;
        assert_eq!((&back["state"], &back["revision"]["state"]), (&json!("published"), &json!("returned")));
        let (_, list) = world.send(Some(&world.operator()), "GET", "/api/v1/resources?revision_state=returned", Value::Null).await;
        assert_eq!(list["total"], 1);
        let (status, _) = world.send(Some(&world.operator()), "PUT", &path, revised()).await;
        assert_eq!(status, StatusCode::OK);
        let (status, left) = world.send(Some(&world.operator()), "DELETE", &format!("{path}/revision"), Value::Null).await;
        assert_eq!((status, &left["revision"], &left["version"]), (StatusCode::OK, &json!(null), &json!(1)));
        let (_, answer) = world.send(Some(&world.operator()), "DELETE", &format!("{path}/revision"), Value::Null).await;
        assert_eq!(code(&answer), "catalog.revision.none");
    }
}
