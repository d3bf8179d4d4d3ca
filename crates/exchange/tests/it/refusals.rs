//! What the hub refuses before any department is asked, each for the reason that helps most.

use serde_json::json;

use crate::world::{DAY, World, on_both};

on_both! {
    /// Without a grant, for another matter, for an item that was not granted or may only be checked: refused at the
    /// station of authorisation, and noted.
    async fn what_no_grant_covers(world: World) {
        let (status, code, error) = world.asked(&world.question()).await;
        assert_eq!((status, code.as_str(), error["station"].as_str()), (403, "authorise.no_grant", Some("authorise")));
        world.grant(10, 10).await;
        let mut other = world.question();
        other["purpose"] = json!({"matter": "GA-HJ-009"});
        assert_eq!(world.asked(&other).await.1, "authorise.purpose");
        let mut more = world.question();
        more["items"] = json!(["name", "resident_id"]);
        assert_eq!(world.asked(&more).await.1, "authorise.item");
        more["items"] = json!(["mobile"]);
        assert_eq!(world.asked(&more).await.1, "authorise.verify_only");
        let mut unknown = world.question();
        unknown["resource"] = json!("GA-NONE-001");
        assert_eq!(world.asked(&unknown).await.1, "authorise.no_grant");
        let noted: Vec<_> = world.log().await.into_iter().filter(|(kind, _)| kind == "exchange.refused").collect();
        assert!(noted.iter().any(|(_, code)| code.as_deref() == Some("authorise.purpose")), "{noted:?}");
    }

    /// A covered call gets as far as the department, and says whose agent is away and since when.
    async fn an_agent_that_is_away(world: World) {
        world.grant(10, 10).await;
        let (status, code, error) = world.asked(&world.question()).await;
        assert_eq!((status, code.as_str()), (503, "fetch.agent_offline"));
        assert_eq!((&error["provider"], &error["source"]), (&json!("滨江区公安分局"), &json!("hk")));
        assert!(error["since_ms"].is_i64() && error["station"] == "fetch", "{error}");
        assert!(!world.log().await.iter().any(|(kind, _)| kind == "exchange.query"), "nothing was delivered");
    }

    /// Suspension, resumption, revocation and the end of validity act on the very next call.
    async fn the_next_call_knows(world: World) {
        let grant = world.grant(10, 10).await;
        let path = format!("/api/v1/grants/{grant}");
        let stop = json!({"cause": "abnormal_use", "reason": "深夜集中调用"});
        let code = async || world.asked(&world.question()).await.1;
        world.ok(&world.head(), "POST", &format!("{path}/suspend"), stop.clone()).await;
        let (_, code_now, error) = world.asked(&world.question()).await;
        assert_eq!(code_now, "authorise.suspended");
        assert!(error["zh"].as_str().unwrap().contains("深夜集中调用"), "{error}");
        world.ok(&world.head(), "POST", &format!("{path}/resume"), json!({"reason": "核查无异常"})).await;
        assert_eq!(code().await, "fetch.agent_offline");
        world.clock.advance_ms(101 * DAY);
        assert_eq!(code().await, "authorise.expired");
        world.ok(&world.head(), "POST", &format!("{path}/revoke"), stop).await;
        assert_eq!(code().await, "authorise.no_grant");
    }

    /// A condition holds by the hour in China: the same question passes in the morning and is refused at night.
    async fn a_condition_holds_by_the_clock(world: World) {
        world.grant_with(10, 10, Some("context.hour >= 8 && context.hour < 18 && context.working_day")).await;
        let code = async || world.asked(&world.question()).await.1;
        assert_eq!(code().await, "fetch.agent_offline", "Monday, ten in the morning");
        world.clock.advance_ms(9 * 3_600_000);
        assert_eq!(code().await, "authorise.condition", "Monday, seven in the evening");
        world.clock.advance_ms(15 * 3_600_000);
        assert_eq!(code().await, "fetch.agent_offline", "Tuesday, ten in the morning");
        world.clock.advance_ms(4 * DAY);
        assert_eq!(code().await, "authorise.condition", "Saturday");
    }
}
