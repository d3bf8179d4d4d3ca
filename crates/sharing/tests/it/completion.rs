//! The consumer's clock after the one notice of gaps (补正期限), and a request that ends by silence (视为撤回).

use kernel::Role;
use serde_json::{Value, json};

use crate::world::{DAY, HOUR, World, code, on_both};

const REMINDED: &str = "sharing.request.completion_reminded";
const LAPSED: &str = "sharing.request.lapsed";

async fn noticed(world: &World) -> (String, String) {
    let request = world.signed(world.body()).await;
    world.act(&world.clerk(), &request, "gaps", json!({"gaps": [{"text": "请附文件"}]})).await;
    (request.clone(), format!("/api/v1/requests/{request}"))
}

fn of_the_clock(line: &[String]) -> Vec<&str> {
    line.iter().map(String::as_str).filter(|kind| [REMINDED, LAPSED].contains(kind)).collect()
}

on_both! {
    /// Ten working days, which both sides see; a reminder two days before; then the request ends by silence, once, told
    /// to both sides, in the time line and the evidence. The provider's clock stands still all the while.
    async fn silence_ends_a_request(world: World) {
        let (request, path) = noticed(&world).await;
        let (asker, clerk) = (world.asker(), world.clerk());
        for actor in [&asker, &clerk] {
            let seen = world.seen(actor, &request).await;
            let completion = &seen["completion"];
            assert_eq!((&completion["days"], &completion["passed_days"], &completion["late"]), (&json!(10), &json!(0), &json!(false)), "{seen}");
            // Monday the 2nd, ten o'clock: due at the end of Monday the 16th.
            assert_eq!(completion["due_ms"].as_i64().unwrap(), crate::world::MONDAY + 14 * DAY + 14 * HOUR - 1);
            assert!(seen["clock"]["stage"].is_null() && seen["clock"]["frozen_from_ms"].is_i64(), "{seen}");
        }
        let todo = world.todos(&asker).await.remove(0);
        assert_eq!((todo.kind.as_str(), todo.due_ms), ("sharing.request.complete", world.seen(&asker, &request).await["completion"]["due_ms"].as_i64()));
        world.pass(10 * DAY).await;
        assert!(of_the_clock(&world.line(&clerk, &path).await).is_empty(), "Thursday the 12th");
        world.pass(14 * HOUR).await;
        assert_eq!(of_the_clock(&world.line(&clerk, &path).await), [REMINDED]);
        for role in [Role::DepartmentOperator, Role::DepartmentHead] {
            assert!(world.notices(Some(&world.welfare), role).await.contains(&REMINDED.to_owned()), "{role:?}");
        }
        assert!(!world.notices(Some(&world.police), Role::DepartmentOperator).await.contains(&REMINDED.to_owned()));
        world.pass(3 * DAY).await;
        assert_eq!(world.seen(&asker, &request).await["state"], "incomplete", "Monday, the last day");
        world.pass(DAY).await;
        let gone = world.seen(&asker, &request).await;
        assert_eq!((&gone["state"], &gone["may"], &gone["completion"]), (&json!("lapsed"), &json!([]), &Value::Null));
        assert_eq!((&gone["clock"]["escalation"], &gone["clock"]["overdue"]), (&json!(0), &json!(0)));
        for (organisation, role) in [(&world.welfare, Role::DepartmentOperator), (&world.welfare, Role::DepartmentHead),
            (&world.police, Role::DepartmentOperator), (&world.police, Role::DepartmentHead)] {
            assert!(world.notices(Some(organisation), role).await.contains(&LAPSED.to_owned()), "{role:?}");
        }
        for actor in [&asker, &clerk] {
            assert!(world.waits(actor).await.is_empty());
        }
        let line = world.get(&clerk, &format!("{path}/timeline")).await;
        let last = line["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["kind"], LAPSED);
        assert!(last["role"].is_null() && last["evidence_index"].is_i64(), "the platform acted: {last}");
        world.refused(&asker, &format!("{path}/complete"), Value::Null, (409, "request.state")).await;
        world.pass(60 * DAY).await;
        assert_eq!(of_the_clock(&world.line(&clerk, &path).await), [REMINDED, LAPSED]);
        let evidence = world.evidence().await;
        assert_eq!(evidence.iter().filter(|kind| *kind == LAPSED).count(), 1);
        let found = world.get(&asker, "/api/v1/requests?state=lapsed").await;
        assert_eq!(found["total"], 1);
    }

    /// The head's signature ends the clock, not the operator's filling; what the head lets lie lapses too, and who gives it
    /// back does not gain time.
    async fn the_signature_ends_the_clock(world: World) {
        let (request, path) = noticed(&world).await;
        let (asker, head) = (world.asker(), world.head_of(&world.welfare));
        world.pass(3 * DAY).await;
        let due = world.seen(&asker, &request).await["completion"]["due_ms"].clone();
        world.act(&asker, &request, "complete", Value::Null).await;
        assert_eq!(world.seen(&asker, &request).await["completion"]["due_ms"], due);
        assert_eq!(world.todos(&head).await[0].due_ms, due.as_i64());
        world.act(&head, &request, "return", json!({"reason": "附件不清楚"})).await;
        assert_eq!(world.seen(&asker, &request).await["completion"]["due_ms"], due);
        world.act(&asker, &request, "complete", Value::Null).await;
        let signed = world.act(&head, &request, "sign", Value::Null).await;
        assert_eq!((&signed["state"], &signed["completion"]), (&json!("checking"), &Value::Null));
        world.pass(13 * DAY).await;
        assert_eq!(world.seen(&asker, &request).await["state"], "checking");
        assert!(of_the_clock(&world.line(&asker, &path).await).is_empty());

        let (request, _) = noticed(&world).await;
        world.act(&asker, &request, "complete", Value::Null).await;
        world.pass(15 * DAY).await;
        assert_eq!(world.seen(&asker, &request).await["state"], "lapsed");
        let (status, answer) = world.send(&head, "POST", &format!("/api/v1/requests/{request}/sign"), &Value::Null).await;
        assert_eq!((status.as_u16(), code(&answer)), (409, "request.state"));
    }

    /// A hub that was down when the time ran out tells it once when it is back; a request taken back in time does not lapse.
    async fn a_restart_tells_it_once(world: World) {
        let (request, path) = noticed(&world).await;
        let (other, other_path) = noticed(&world).await;
        world.act(&world.asker(), &other, "withdraw", json!({"reason": "不再需要"})).await;
        world.clock.advance_ms(30 * DAY);
        let world = world.restart().await;
        world.work().await;
        let world = world.restart().await;
        assert_eq!(world.work().await, 0);
        assert_eq!(of_the_clock(&world.line(&world.clerk(), &path).await), [LAPSED], "the reminder came too late to help");
        assert_eq!(world.seen(&world.asker(), &request).await["state"], "lapsed");
        assert_eq!(world.seen(&world.asker(), &other).await["state"], "withdrawn");
        assert!(of_the_clock(&world.line(&world.clerk(), &other_path).await).is_empty());
    }

    /// A node sets the days, one to thirty; a clock too short for it has no reminder.
    async fn a_node_sets_the_days(world: World) {
        let row = kernel::settings::Model {
            key: "sharing.completion_days".to_owned(),
            value: "2".to_owned(),
            changed_ms: 0,
            changed_by: "test".to_owned(),
        };
        kernel::settings::put(&world.kernel().db, row).await.unwrap();
        let (request, path) = noticed(&world).await;
        assert_eq!(world.seen(&world.asker(), &request).await["completion"]["days"], 2);
        world.pass(2 * DAY).await;
        assert_eq!(world.seen(&world.asker(), &request).await["state"], "incomplete");
        world.pass(DAY).await;
        assert_eq!(of_the_clock(&world.line(&world.asker(), &path).await), [LAPSED]);
    }
}
