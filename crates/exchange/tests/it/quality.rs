//! Quality reports while the agent is away: who may have one taken, and when it is tried again. That reports are right is
//! shown where agents run, in the system tests.

use exchange::quality::{LOOK_DAYS, QUALITY_LOOK};
use kernel::Role;
use kernel::follow_up;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::Value;

use crate::world::{DAY, MONDAY, World, on_both};

impl World {
    /// When looks are due, and how often the work failed.
    async fn looks(&self) -> Vec<(i64, i32)> {
        let looks = follow_up::Entity::find().filter(follow_up::Column::Kind.eq(QUALITY_LOOK));
        looks.all(&self.kernel.db).await.unwrap().iter().map(|row| (row.due_ms, row.attempts)).collect()
    }

    async fn set_days(&self, days: i64) {
        let row = kernel::settings::Model {
            key: LOOK_DAYS.key.to_owned(),
            value: days.to_string(),
            changed_ms: 0,
            changed_by: "system".to_owned(),
        };
        kernel::settings::put(&self.kernel.db, row).await.unwrap();
    }

    async fn sql(&self, statement: &str) {
        self.kernel.db.execute_unprepared(statement).await.unwrap();
    }
}

on_both! {
    /// Before the first look there is a clear answer; who may look is told whose agent is away.
    async fn nothing_was_taken_yet(world: World) {
        let path = format!("/api/v1/resources/{}/quality", world.resource);
        let (status, answer) = world.send(&world.asker(), "GET", &path, &Value::Null).await;
        assert_eq!((status.as_u16(), answer["error"]["code"].as_str()), (404, Some("quality.not_taken")), "{answer}");
        let (status, answer) = world.send(&world.head(), "POST", &path, &Value::Null).await;
        assert_eq!((status.as_u16(), answer["error"]["code"].as_str()), (503, Some("link.not_connected")), "{answer}");
        assert_eq!(answer["error"]["provider"], "公安前置机");
        for other in [world.asker(), world.user(Role::BusinessOperator, &world.welfare), world.user(Role::DepartmentDeveloper, &world.police)] {
            let (status, answer) = world.send(&other, "POST", &path, &Value::Null).await;
            assert_eq!(status.as_u16(), 403, "{other:?}: {answer}");
        }
    }

    /// An agent that is away is asked again, ever less often and at least daily, and no work is ever given up.
    async fn an_agent_that_is_away_is_asked_again(world: World) {
        world.work().await;
        assert_eq!(world.looks().await, [(MONDAY + 60_000, 0)]);
        let mut last = MONDAY;
        for _ in 0..30 {
            let looks = world.looks().await;
            let [(due, 0)] = looks[..] else { panic!("{looks:?}") };
            assert!(due - last <= DAY, "{} ms", due - last);
            last = due;
            world.clock.advance_ms(due - kernel::clock::Clock::now_ms(&*world.clock));
            world.work().await;
        }
        assert_eq!(world.looks().await, [(last + DAY, 0)]);
        assert!(!world.log().await.iter().any(|(kind, _)| kind == "exchange.quality.reported"));
    }

    /// The setting decides whether a report has grown old. At 0 it never does, and that is asked again.
    async fn a_report_is_taken_again_when_old(world: World) {
        world.work().await;
        let report = format!(
            "{{\"resource_id\":\"{}\",\"taken_ms\":{MONDAY},\"rows\":9,\"rows_exact\":true,\"sampled_rows\":9,\"items\":[]}}",
            world.resource
        );
        let due = MONDAY + 30 * DAY;
        world.sql(&format!("UPDATE exchange_quality SET taken_ms = {MONDAY}, due_ms = {due}, report = '{report}', failures = 0")).await;
        world.sql(&format!("UPDATE follow_up SET due_ms = {due}, subject = '{}@{due}@again' WHERE kind = '{QUALITY_LOOK}'", world.resource)).await;
        world.set_days(45).await;
        world.clock.advance_ms(30 * DAY);
        world.work().await;
        assert_eq!(world.looks().await, [(due + 15 * DAY, 0)], "not yet");
        world.set_days(0).await;
        world.clock.advance_ms(15 * DAY);
        world.work().await;
        let later = due + 105 * DAY;
        assert_eq!(world.looks().await, [(later, 0)], "never");
        world.set_days(45).await;
        world.clock.advance_ms(90 * DAY);
        world.work().await;
        assert_eq!(world.looks().await, [(later + 60_000, 0)], "it was tried, and the agent was away");
        let seen = world.ok(&world.asker(), "GET", &format!("/api/v1/resources/{}/quality", world.resource), Value::Null).await;
        assert_eq!((&seen["taken_ms"], &seen["rows"]), (&MONDAY.into(), &9.into()), "the old report stands meanwhile");
    }

    /// A node that wants no looks by themselves has none, not even the first; when it wants them again that one is made up for.
    async fn a_node_may_want_no_looks(world: World) {
        world.set_days(0).await;
        world.work().await;
        assert_eq!(world.looks().await, [(MONDAY + 90 * DAY, 0)]);
        world.set_days(365).await;
        world.clock.advance_ms(90 * DAY);
        world.work().await;
        assert_eq!(world.looks().await, [(MONDAY + 90 * DAY + 60_000, 0)], "tried, and the agent was away");
    }

    /// At a node that had mounts before there were reports, the first look is taken by itself.
    async fn what_was_mounted_before_is_looked_at(world: World) {
        world.work().await;
        world.sql("DROP TABLE exchange_quality").await;
        world.sql("DELETE FROM seaql_migrations WHERE version = 'exchange_0002_quality'").await;
        world.sql(&format!("DELETE FROM follow_up WHERE kind = '{QUALITY_LOOK}'")).await;
        let world = world.restart().await;
        world.work().await;
        assert_eq!(world.looks().await, [(MONDAY + 60_000, 0)]);
    }
}
