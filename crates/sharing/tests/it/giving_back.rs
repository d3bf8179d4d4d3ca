//! The consumer gives back a grant that it no longer needs (归还).

use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, on_both, places};

fn why() -> Value {
    json!({"reason": "低保核对改由省级平台办理，不再使用"})
}

async fn granted(world: &World) -> (String, String) {
    let approved = world.approved(world.body()).await;
    let grant = approved["grant_id"].as_str().unwrap().to_owned();
    world.pin(&grant).await;
    (grant.clone(), format!("/api/v1/grants/{grant}"))
}

on_both! {
    /// It acts at once and for good, with a reason; the provider is told, the agent drops the pin, and time lines and
    /// evidence say so. What is given back was not revoked, and nobody counts its consumer as a user any more.
    async fn acts_at_once(world: World) {
        let (grant, path) = granted(&world).await;
        let (asker, give_back) = (world.asker(), format!("{path}/give-back"));
        let answer = world.refused(&asker, &give_back, json!({"reason": " "}), (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["reason"]);
        let (told_before, pins_before) = (world.waiting(sharing::PIN_CHANGED).await, world.evidence().await.len());
        let given_back = world.ok(&asker, "POST", &give_back, why()).await;
        assert_eq!((&given_back["state"], &given_back["reason"]), (&json!("given_back"), &why()["reason"]));
        assert!(given_back["cause"].is_null());
        assert!(world.sharing().book().await.unwrap().get(&grant.clone().into()).is_none(), "not usable any more");
        assert!(world.waiting(sharing::PIN_CHANGED).await > told_before, "the agent is told");
        assert_eq!(world.evidence().await.len(), pins_before + 1);
        for role in [Role::DepartmentOperator, Role::DepartmentHead] {
            let told = world.notices(Some(&world.police), role).await;
            assert_eq!(told.last().map(String::as_str), Some("sharing.grant.given_back"), "{role:?} {told:?}");
        }
        let line = world.get(&asker, &format!("{path}/timeline")).await;
        let last = line["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["kind"], &last["text"]), (&json!("sharing.grant.given_back"), &why()["reason"]));
        assert_eq!(last["organisation"], json!(world.welfare.name));
        assert!(last["evidence_index"].is_i64(), "{last}");
        let request = given_back["request_id"].as_str().unwrap().to_owned();
        let line = world.line(&world.clerk(), &format!("/api/v1/requests/{request}")).await;
        assert_eq!(line.last().unwrap(), "sharing.grant.given_back");
        assert!(world.sharing().of_resource(&world.residents.clone().into()).await.unwrap().is_empty());
        // It is over: nothing brings it back, and its end does not end it again.
        let (head, stop) = (world.head_of(&world.police), json!({"cause": "abnormal_use", "reason": "核查"}));
        for verb in ["suspend", "resume", "revoke", "terminate"] {
            world.refused(&head, &format!("{path}/{verb}"), stop.clone(), (409, "grant.state")).await;
        }
        world.refused(&asker, &give_back, why(), (409, "grant.state")).await;
        world.pass(400 * crate::world::DAY).await;
        assert_eq!(world.get(&asker, &path).await["state"], "given_back");
        assert_eq!(world.line(&asker, &path).await.last().unwrap(), "sharing.grant.given_back");
        let found = world.get(&asker, "/api/v1/grants?state=given_back").await;
        assert_eq!(found["total"], 1);
    }

    /// Only the consumer's operator and head may; others do not, and strangers learn nothing.
    async fn only_the_consumer(world: World) {
        let (_, path) = granted(&world).await;
        let give_back = format!("{path}/give-back");
        for actor in [world.clerk(), world.head_of(&world.police)] {
            world.refused(&actor, &give_back, why(), (403, "actor.organisation")).await;
        }
        for actor in [world.business(), world.developer_of(&world.welfare)] {
            world.refused(&actor, &give_back, why(), (403, "actor.role")).await;
        }
        let (status, answer) = world.send(&world.head_of(&world.health), "POST", &give_back, &why()).await;
        assert_eq!((status.as_u16(), code(&answer)), (404, "grant.not_found"));
        assert_eq!(world.ok(&world.head_of(&world.welfare), "POST", &give_back, why()).await["state"], "given_back");
    }

    /// A breach is answered before anything is given back; another suspension does not hold it up. What is not yet
    /// delivered is taken back with its request.
    async fn a_breach_is_answered_first(world: World) {
        let (_, path) = granted(&world).await;
        let (head, asker, give_back) = (world.head_of(&world.police), world.asker(), format!("{path}/give-back"));
        let breach = json!({"cause": "beyond_purpose", "reason": "抽查发现用于招商"});
        world.ok(&head, "POST", &format!("{path}/suspend"), breach).await;
        world.refused(&asker, &give_back, why(), (409, "grant.breach_open")).await;
        let report = json!({"text": "已收回越权账号"});
        world.ok(&asker, "POST", &format!("{path}/rectification"), report).await;
        world.refused(&asker, &give_back, why(), (409, "grant.breach_open")).await;
        world.ok(&head, "POST", &format!("{path}/resume"), json!({"reason": "整改到位"})).await;
        let stop = json!({"cause": "source_stopped", "reason": "系统迁移"});
        world.ok(&head, "POST", &format!("{path}/suspend"), stop).await;
        assert_eq!(world.ok(&asker, "POST", &give_back, why()).await["state"], "given_back");

        let waiting = world.approved(world.body()).await;
        let path = format!("/api/v1/grants/{}", waiting["grant_id"].as_str().unwrap());
        world.refused(&asker, &format!("{path}/give-back"), why(), (409, "grant.not_delivered")).await;
    }
}
