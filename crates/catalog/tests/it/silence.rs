//! Silence escalates by itself, step by step.

use kernel::Role;
use kernel::working_time::due_ms;
use serde_json::json;

use crate::world::{World, id, mount, on_both};

async fn to(world: &World, ms: i64) {
    world.wait_ms(ms - world.kernel.now_ms()).await;
}

async fn reminders(world: &World) -> Vec<String> {
    let kinds = world.evidence().await;
    kinds.into_iter().filter(|kind| kind.starts_with("catalog.review.")).collect()
}

on_both! {
    /// An unreviewed entry reminds the reviewer when it is due, and reaches the platform and the provider's head a
    /// working day later; each step once, each with evidence.
    async fn of_a_reviewer(world: World) {
        let platform = world.user(Role::PlatformOperator, &world.welfare);
        let resource = id(&world.draft().await);
        let signed = world.signed(&resource).await;
        let due = signed["flow"]["due_ms"].as_i64().unwrap();
        to(&world, due - 1).await;
        assert!(reminders(&world).await.is_empty());
        to(&world, due).await;
        assert_eq!(reminders(&world).await, ["catalog.review.reminded"]);
        assert!(world.notices(&world.business()).await.ends_with(&["catalog.reminder".to_owned()]));
        assert!(world.notices(&platform).await.is_empty());
        // Approved but not published is still silence towards the law's clock.
        world.step(&world.business(), &resource, "approve", json!({})).await;
        to(&world, due_ms(due, 1)).await;
        assert_eq!(reminders(&world).await, ["catalog.review.reminded", "catalog.review.escalated"]);
        assert_eq!(world.notices(&platform).await, ["catalog.escalation"]);
        assert!(world.notices(&world.head()).await.contains(&"catalog.escalation".to_owned()));
        to(&world, due_ms(due, 9)).await;
        assert_eq!(reminders(&world).await.len(), 2);
    }

    /// A head who does not sign is reminded, then the authority is told; who acts in time hears nothing.
    async fn of_a_head(world: World) {
        let resource = id(&world.draft().await);
        let submitted = world.step(&world.operator(), &resource, "submit", json!({})).await;
        let due = submitted["flow"]["due_ms"].as_i64().unwrap();
        to(&world, due).await;
        assert_eq!(world.notices(&world.head()).await, ["catalog.to_sign", "catalog.reminder"]);
        to(&world, due_ms(due, 1)).await;
        assert_eq!(world.notices(&world.business()).await, ["catalog.escalation"]);
        world.step(&world.head(), &resource, "return", crate::world::returned()).await;
        world.publish(&resource).await;
        to(&world, due_ms(due, 20)).await;
        assert_eq!(reminders(&world).await.len(), 2, "what was done in time is not silence");
    }

    /// The same for a mount that nobody reviews.
    async fn of_a_mount(world: World) {
        let platform = world.user(Role::PlatformOperator, &world.police);
        let resource = id(&world.draft().await);
        let path = format!("/api/v1/resources/{resource}/mount");
        let (_, entered) = world.send(Some(&world.operator()), "PUT", &path, mount()).await;
        let due = entered["mount_change"]["flow"]["due_ms"].as_i64().unwrap();
        assert_eq!(due, due_ms(world.kernel.now_ms(), 2));
        to(&world, due).await;
        to(&world, due_ms(due, 1)).await;
        assert_eq!(reminders(&world).await, ["catalog.review.reminded", "catalog.review.escalated"]);
        assert_eq!(world.notices(&platform).await, ["catalog.escalation"]);
    }
}
