//! Silence escalates by itself, once for each rung, and a restart changes nothing in that.

use kernel::Role;
use serde_json::{Value, json};

use crate::world::{DAY, HOUR, World, id, on_both};

const RUNGS: [&str; 4] = [
    "sharing.request.reminded",
    "sharing.request.head_told",
    "sharing.request.authority_told",
    "sharing.request.overdue",
];

fn rungs(line: &[String]) -> Vec<&str> {
    line.iter().map(String::as_str).filter(|kind| RUNGS.contains(kind)).collect()
}

on_both! {
    /// Nobody answers: reminder two working days before, the head at the due day, the authority a day later, counted as
    /// overdue two days after that. Each comes once, on its day, with notice, to-do and evidence.
    async fn silence_climbs_the_ladder(world: World) {
        let request = world.signed(world.body()).await;
        let path = format!("/api/v1/requests/{request}");
        let (clerk, head) = (world.clerk(), world.head_of(&world.police));
        // Monday the 2nd, ten o'clock: due at the end of Monday the 16th, reminded after Thursday the 12th.
        assert_eq!(world.pass(10 * DAY).await, 0, "Thursday the 12th");
        assert!(rungs(&world.line(&clerk, &path).await).is_empty());
        world.pass(14 * HOUR).await;
        assert_eq!(rungs(&world.line(&clerk, &path).await), RUNGS[..1]);
        assert!(world.notices(Some(&world.police), Role::DepartmentOperator).await.contains(&RUNGS[0].to_owned()));
        assert!(world.waits(&head).await.is_empty(), "the head is not yet troubled");
        world.pass(3 * DAY).await;
        assert_eq!(rungs(&world.line(&clerk, &path).await), RUNGS[..1], "the weekend does not count");
        world.pass(DAY).await;
        assert_eq!(rungs(&world.line(&clerk, &path).await), RUNGS[..2], "Tuesday the 17th");
        assert!(world.seen(&clerk, &request).await["clock"]["late"].as_bool().unwrap());
        assert_eq!(world.waits(&head).await, ["sharing.request.check"]);
        assert!(world.waits(&world.business()).await.is_empty());
        world.pass(DAY).await;
        assert_eq!(rungs(&world.line(&clerk, &path).await), RUNGS[..3]);
        assert_eq!(world.waits(&world.business()).await, ["sharing.request.urge"]);
        assert!(world.notices(None, Role::BusinessOperator).await.contains(&RUNGS[2].to_owned()));
        world.pass(DAY).await;
        assert_eq!(rungs(&world.line(&clerk, &path).await), RUNGS[..3]);
        world.pass(DAY).await;
        assert_eq!(rungs(&world.line(&clerk, &path).await), RUNGS);
        let seen = world.seen(&clerk, &request).await;
        assert_eq!((&seen["clock"]["escalation"], &seen["clock"]["overdue"]), (&json!(4), &json!(1)));
        assert!(world.notices(Some(&world.welfare), Role::DepartmentHead).await.contains(&RUNGS[3].to_owned()));
        world.pass(60 * DAY).await;
        assert_eq!(rungs(&world.line(&clerk, &path).await), RUNGS, "and no further");
        let evidence = world.evidence().await;
        for rung in RUNGS {
            assert_eq!(evidence.iter().filter(|kind| *kind == rung).count(), 1, "{rung}");
        }
    }

    /// A hub that was down while a clock ran out climbs every rung once when it is back, in order.
    async fn a_restart_loses_and_repeats_nothing(world: World) {
        let request = world.signed(world.body()).await;
        let path = format!("/api/v1/requests/{request}");
        world.pass(10 * DAY + 14 * HOUR).await;
        let world = world.restart().await;
        assert_eq!(world.work().await, 0, "what was done is not done again");
        world.clock.advance_ms(30 * DAY);
        let world = world.restart().await;
        world.work().await;
        assert_eq!(rungs(&world.line(&world.clerk(), &path).await), RUNGS);
        let world = world.restart().await;
        world.work().await;
        assert_eq!(rungs(&world.line(&world.clerk(), &path).await), RUNGS);
    }

    /// Who acts in time is left alone: an answered request escalates no more, and delivery has its own clock.
    async fn an_answer_ends_the_clock(world: World) {
        let approved = world.approved(world.body()).await;
        let path = format!("/api/v1/requests/{}", id(&approved));
        world.pass(17 * DAY).await;
        assert!(rungs(&world.line(&world.clerk(), &path).await).is_empty(), "the reply was given");
        // Twenty working days after Monday the 2nd of March is Monday the 30th.
        world.pass(12 * DAY).await;
        assert_eq!(rungs(&world.line(&world.clerk(), &path).await), RUNGS[..2]);
        world.pin(approved["grant_id"].as_str().unwrap()).await;
        world.pass(60 * DAY).await;
        assert_eq!(rungs(&world.line(&world.clerk(), &path).await), RUNGS[..2], "delivered late, but delivered");
    }

    /// While the consumer fills gaps nobody is reminded; the clock begins anew afterwards.
    async fn no_clock_runs_while_gaps_are_filled(world: World) {
        let request = world.signed(world.body()).await;
        let path = format!("/api/v1/requests/{request}");
        world.pass(8 * DAY).await;
        world.act(&world.clerk(), &request, "gaps", json!({"gaps": [{"text": "请附文件"}]})).await;
        world.pass(11 * DAY).await;
        assert!(rungs(&world.line(&world.clerk(), &path).await).is_empty());
        world.act(&world.asker(), &request, "complete", Value::Null).await;
        world.act(&world.head_of(&world.welfare), &request, "sign", Value::Null).await;
        let seen = world.seen(&world.clerk(), &request).await;
        assert_eq!((&seen["clock"]["passed_days"], &seen["clock"]["days"]), (&json!(0), &json!(10)));
        world.pass(40 * DAY).await;
        assert_eq!(rungs(&world.line(&world.clerk(), &path).await), RUNGS);
    }

    /// A node may promise to be quicker than the law: its own value counts for clocks that start from then on.
    async fn a_node_sets_its_own_clock(world: World) {
        let row = kernel::settings::Model {
            key: "sharing.reply_conditional_days".to_owned(),
            value: "3".to_owned(),
            changed_ms: 0,
            changed_by: "test".to_owned(),
        };
        kernel::settings::put(&world.kernel().db, row).await.unwrap();
        let request = world.signed(world.body()).await;
        let seen = world.seen(&world.clerk(), &request).await;
        assert_eq!(seen["clock"]["days"], 3);
    }
}
