//! Suspension for breach, report, resumption or end; and no stop without cause.

use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, on_both, places};

async fn granted(world: &World) -> (String, String) {
    let approved = world.approved(world.body()).await;
    let grant = approved["grant_id"].as_str().unwrap().to_owned();
    world.pin(&grant).await;
    (grant.clone(), format!("/api/v1/grants/{grant}"))
}

on_both! {
    /// A provider cannot stop a service without one of the causes, and the consumer's people are told with cause and reason.
    async fn no_stop_without_cause(world: World) {
        let (_, path) = granted(&world).await;
        let head = world.head_of(&world.police);
        for verb in ["suspend", "revoke"] {
            for body in [json!({"reason": "不方便"}), json!({"cause": "mood", "reason": "不方便"})] {
                let answer = world.refused(&head, &format!("{path}/{verb}"), body, (422, "input.invalid")).await;
                assert_eq!(places(&answer), ["cause"]);
            }
        }
        assert_eq!(world.get(&head, &path).await["state"], "active");
        let stop = json!({"cause": "source_stopped", "reason": "系统迁移"});
        let stopped = world.ok(&head, "POST", &format!("{path}/suspend"), stop).await;
        assert_eq!((&stopped["state"], &stopped["cause"]), (&json!("suspended"), &json!("source_stopped")));
        for role in [Role::DepartmentOperator, Role::DepartmentDeveloper] {
            let told = world.notices(Some(&world.welfare), role).await;
            assert!(told.contains(&"sharing.grant.suspended".to_owned()), "{role:?} {told:?}");
        }
        // No breach, so no report is needed, and nothing to end for breach.
        let end = json!({"reason": "终止"});
        world.refused(&head, &format!("{path}/terminate"), end, (409, "grant.no_breach")).await;
        let resumed = world.ok(&head, "POST", &format!("{path}/resume"), json!({"reason": "迁移完成"})).await;
        assert_eq!(resumed["state"], "active");
    }

    /// After a breach the consumer reports; only then the provider resumes. A second breach starts afresh.
    async fn a_breach_is_rectified(world: World) {
        let (grant, path) = granted(&world).await;
        let (head, asker) = (world.head_of(&world.police), world.asker());
        let report = json!({"text": "已收回三个越权账号，并培训全体经办"});
        world.refused(&asker, &format!("{path}/rectification"), report.clone(), (409, "grant.not_suspended")).await;
        let breach = json!({"cause": "beyond_purpose", "reason": "抽查发现用于招商"});
        world.ok(&head, "POST", &format!("{path}/suspend"), breach.clone()).await;
        assert_eq!(world.waits(&asker).await, ["sharing.grant.rectify"]);
        let why = json!({"reason": "恢复"});
        world.refused(&head, &format!("{path}/resume"), why.clone(), (409, "grant.not_rectified")).await;
        world.refused(&world.clerk(), &format!("{path}/rectification"), report.clone(), (403, "actor.organisation")).await;
        let answer = world.refused(&asker, &format!("{path}/rectification"), json!({"text": ""}), (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["text"]);
        let reported = world.ok(&asker, "POST", &format!("{path}/rectification"), report).await;
        assert_eq!(reported["rectification"], "已收回三个越权账号，并培训全体经办");
        assert!(world.waits(&asker).await.is_empty());
        assert_eq!(world.waits(&head).await, ["sharing.grant.judge"]);
        assert_eq!(world.ok(&head, "POST", &format!("{path}/resume"), why.clone()).await["state"], "active");
        let again = world.ok(&head, "POST", &format!("{path}/suspend"), breach).await;
        assert!(again["rectification"].is_null(), "the old report does not answer a new breach");
        let ended = world.ok(&head, "POST", &format!("{path}/terminate"), json!({"reason": "再次违规"})).await;
        assert_eq!(ended["state"], "revoked");
        assert!(world.sharing().book().await.unwrap().get(&grant.clone().into()).is_none());
        assert!(world.waits(&asker).await.is_empty() && world.waits(&head).await.is_empty());
        assert_eq!(
            world.line(&asker, &path).await,
            [
                "sharing.grant.created",
                "sharing.grant.suspended",
                "sharing.grant.rectified",
                "sharing.grant.resumed",
                "sharing.grant.suspended",
                "sharing.grant.terminated",
            ]
        );
        // The request behind the grant tells the same story.
        let request = world.get(&asker, &path).await["request_id"].as_str().unwrap().to_owned();
        let line = world.line(&asker, &format!("/api/v1/requests/{request}")).await;
        assert_eq!(line.last().unwrap(), "sharing.grant.terminated");
        let hidden = world.send(&world.head_of(&world.health), "GET", &format!("{path}/timeline"), &Value::Null).await;
        assert_eq!((hidden.0.as_u16(), code(&hidden.1)), (404, "grant.not_found"));
    }
}
