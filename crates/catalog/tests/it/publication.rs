//! Draft, published, offline; and the versions that remain.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, has, household, id, on_both};

on_both! {
    /// The head publishes, the reason of a withdrawal is kept, a second publication makes a second version.
    async fn goes_round(world: World) {
        let published = world.published().await;
        let path = format!("/api/v1/resources/{}", id(&published));
        assert_eq!((&published["state"], &published["version"]), (&json!("published"), &json!(1)));
        assert!(published["signed_off_by"].as_str().unwrap().starts_with("user:"));
        let (status, answer) = world.send(Some(&world.head()), "POST", &format!("{path}/publish"), json!({})).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.already_published"));
        let (status, answer) = world.send(Some(&world.head()), "POST", &format!("{path}/withdraw"), json!({})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "reason", "field.required"));
        let reason = json!({"reason": "系统升级"});
        let (_, offline) = world.send(Some(&world.head()), "POST", &format!("{path}/withdraw"), reason.clone()).await;
        assert_eq!((&offline["state"], &offline["state_reason"]), (&json!("offline"), &json!("系统升级")));
        let (status, answer) = world.send(Some(&world.head()), "POST", &format!("{path}/withdraw"), reason).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.not_published"));
        let business = world.user(Role::BusinessOperator, &world.welfare);
        let (_, again) = world.send(Some(&business), "POST", &format!("{path}/publish"), json!({})).await;
        assert_eq!((&again["state"], &again["version"]), (&json!("published"), &json!(2)));
        let kinds = world.evidence().await;
        assert_eq!(
            kinds[kinds.len() - 4..],
            [
                "catalog.resource.created",
                "catalog.resource.published",
                "catalog.resource.withdrawn",
                "catalog.resource.published",
            ]
        );
        assert_eq!(world.mount_follow_ups(&id(&published)).await, 3);
    }

    /// Nothing half-finished is published, and every gap is told at once.
    async fn needs_items_and_a_key(world: World) {
        let mut input = household();
        input["items"] = json!([]);
        input["abstract"] = json!("");
        let (_, empty) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", input).await;
        let path = format!("/api/v1/resources/{}/publish", id(&empty));
        let (status, answer) = world.send(Some(&world.head()), "POST", &path, json!({})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        for (at, code) in [
            ("abstract", "field.required"),
            ("items", "catalog.publish.no_items"),
            ("items", "catalog.publish.no_key"),
        ] {
            assert!(has(&answer, at, code), "{at} {code} in {answer}");
        }
    }

    /// Operators, developers and heads of other departments do not publish.
    async fn only_the_head(world: World) {
        let draft = world.draft().await;
        let path = format!("/api/v1/resources/{}/publish", id(&draft));
        for (actor, expected) in [
            (world.operator(), StatusCode::FORBIDDEN),
            (world.user(Role::DepartmentDeveloper, &world.police), StatusCode::FORBIDDEN),
            (world.user(Role::DepartmentHead, &world.welfare), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(world.send(Some(&actor), "POST", &path, json!({})).await.0, expected, "{actor:?}");
        }
    }

    /// Each change of a published resource keeps a version; what the head signed for only the head changes.
    async fn versions(world: World) {
        let published = world.published().await;
        let path = format!("/api/v1/resources/{}", id(&published));
        let mut input = household();
        input["abstract"] = json!("改写后的摘要");
        let (status, second) = world.send(Some(&world.operator()), "PUT", &path, input.clone()).await;
        assert_eq!((status, &second["version"]), (StatusCode::OK, &json!(2)), "{second}");
        input["items"].as_array_mut().unwrap().push(json!({"item": "address", "element": "address.residence"}));
        let (status, answer) = world.send(Some(&world.operator()), "PUT", &path, input.clone()).await;
        assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "catalog.resource.head_signs"));
        let (status, third) = world.send(Some(&world.head()), "PUT", &path, input).await;
        assert_eq!((status, &third["version"]), (StatusCode::OK, &json!(3)), "{third}");
        let kept = world.catalog.resource_versions(&world.head(), &id(&published).into()).await.unwrap();
        let counts: Vec<_> = kept
            .iter()
            .map(|(version, json)| {
                let snapshot: Value = serde_json::from_str(json).unwrap();
                assert_eq!(snapshot["version"], json!(version));
                snapshot["items"].as_array().unwrap().len()
            })
            .collect();
        assert_eq!(counts, [3, 3, 4]);
        let stranger = world.user(Role::DepartmentHead, &world.welfare);
        assert!(world.catalog.resource_versions(&stranger, &id(&published).into()).await.is_err());
    }
}
