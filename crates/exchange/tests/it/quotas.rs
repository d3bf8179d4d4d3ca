//! Quotas in the call path, and what a restart leaves of them.

use crate::world::{DAY, World, on_both};

on_both! {
    /// A restart gives no fresh quota: today's answered calls are counted again out of the evidence; yesterday's calls,
    /// refusals and retries are not.
    async fn a_restart_gives_no_fresh_quota(world: World) {
        let grant = world.grant(3, 100).await;
        world.answered(&grant, "exchange.query", 2).await;
        world.clock.advance_ms(DAY);
        world.answered(&grant, "exchange.query", 2).await;
        world.answered(&grant, "exchange.verify", 1).await;
        world.answered(&grant, "exchange.refused", 5).await;
        world.answered(&grant, "exchange.retry", 5).await;
        let world = world.restart().await;
        assert_eq!(world.used(&grant).await, 3);
        let (status, code, _) = world.asked(&world.question()).await;
        assert_eq!((status, code.as_str()), (429, "authorise.quota_day"));
        // With the new day in China the quota is back; what fails now is the agent that is away.
        world.clock.advance_ms(DAY);
        assert_eq!(world.used(&grant).await, 0);
        assert_eq!(world.asked(&world.question()).await.1, "fetch.agent_offline");
    }

    /// A call that brought no answer is not counted against the day, but too many at once are refused all the same.
    async fn no_answer_no_charge(world: World) {
        let grant = world.grant(2, 3).await;
        for _ in 0..3 {
            assert_eq!(world.asked(&world.question()).await.1, "fetch.agent_offline");
        }
        assert_eq!(world.used(&grant).await, 0);
        let (status, code, _) = world.asked(&world.question()).await;
        assert_eq!((status, code.as_str()), (429, "authorise.quota_second"));
        world.clock.advance_ms(1_000);
        assert_eq!(world.asked(&world.question()).await.1, "fetch.agent_offline");
    }
}
