//! Who sees and does what with requests, lists, and what bad input is told.

use kernel::Role;
use serde_json::{Value, json};

use crate::world::{DAY, World, code, id, on_both, places};

on_both! {
    /// Another department learns nothing of a request, whatever it tries; the overseers read, and do not decide.
    async fn strangers_learn_nothing(world: World) {
        let request = world.signed(world.body()).await;
        let path = format!("/api/v1/requests/{request}");
        for stranger in [world.head_of(&world.health), world.operator_of(&world.health), world.role(Role::PlatformOperator)] {
            assert_eq!(world.get(&stranger, "/api/v1/requests").await["total"], 0, "{stranger:?}");
            for side in ["consumer", "provider"] {
                assert_eq!(world.get(&stranger, &format!("/api/v1/requests?side={side}")).await["total"], 0);
            }
            for part in ["", "/timeline"] {
                let (status, answer) = world.send(&stranger, "GET", &format!("{path}{part}"), &Value::Null).await;
                assert_eq!((status.as_u16(), code(&answer)), (404, "request.not_found"));
            }
            for verb in ["accept", "withdraw", "decision/sign", "deliver"] {
                let body = json!({"reason": "看看"});
                world.refused(&stranger, &format!("{path}/{verb}"), body, (404, "request.not_found")).await;
            }
        }
        let auditor = world.role(Role::SecurityAuditor);
        let seen = world.seen(&auditor, &request).await;
        assert_eq!((&seen["side"], &seen["may"]), (&json!("other"), &json!([])));
        world.refused(&auditor, &format!("{path}/accept"), Value::Null, (403, "actor.role")).await;
        // The data authority may check, but the provider decides.
        assert_eq!(world.seen(&world.business(), &request).await["may"], json!(["accept", "gaps"]));
        world.act(&world.business(), &request, "accept", Value::Null).await;
        let body = json!({"outcome": "approve"});
        world.refused(&world.business(), &format!("{path}/decision"), body, (403, "actor.role")).await;
    }

    /// Lists tell the sides apart, search, filter, sort and page.
    async fn lists(world: World) {
        let draft = world.draft(world.body()).await;
        let simple = world.signed(world.simple_body()).await;
        world.clock.advance_ms(1_000);
        let signed = world.signed(world.body()).await;
        let (asker, clerk) = (world.asker(), world.clerk());
        let ids = |list: &Value| -> Vec<String> { list["items"].as_array().unwrap().iter().map(id).collect() };
        let all = world.get(&asker, "/api/v1/requests?sort=-created_ms").await;
        assert_eq!((ids(&all).len(), ids(&all)[0].clone()), (3, signed.clone()));
        assert_eq!(world.get(&asker, "/api/v1/requests?side=provider").await["total"], 0);
        assert_eq!(world.get(&clerk, "/api/v1/requests?side=provider").await["total"], 2, "the draft is private");
        assert_eq!(world.get(&world.business(), "/api/v1/requests").await["total"], 2);
        let found = world.get(&clerk, "/api/v1/requests?state=checking,deciding").await;
        assert_eq!(ids(&found), [signed.as_str()]);
        let found = world.get(&asker, "/api/v1/requests?q=%E6%B4%BE%E5%87%BA%E6%89%80").await;
        assert_eq!(ids(&found), [simple.as_str()], "by a word of the resource's name");
        let found = world.get(&asker, &format!("/api/v1/requests?resource_id={}&state=draft", world.residents)).await;
        assert_eq!(ids(&found), [draft.as_str()]);
        let sorted = world.get(&asker, "/api/v1/requests?sort=due_ms").await;
        assert_eq!(ids(&sorted), [signed.clone(), simple, draft], "nearest clock first, no clock last");
        let page = world.get(&asker, "/api/v1/requests?page_size=1&page=2&sort=created_ms").await;
        assert_eq!((page["items"].as_array().unwrap().len(), &page["total"]), (1, &json!(3)));
        assert_eq!(world.get(&clerk, "/api/v1/requests?late=true").await["total"], 0);
        world.pass(15 * DAY).await;
        assert_eq!(ids(&world.get(&clerk, "/api/v1/requests?late=true").await), [signed]);
        for wrong in ["state=asleep", "side=middle"] {
            let (status, answer) = world.send(&asker, "GET", &format!("/api/v1/requests?{wrong}"), &Value::Null).await;
            assert_eq!((status.as_u16(), code(&answer)), (400, "request.filter"), "{wrong}");
        }
        assert_eq!(world.get(&asker, "/api/v1/requests?q=%00&resource_id=%00").await["total"], 3);
    }

    /// A draft may be unfinished, but holds nothing that is too long, unreadable or of another kind; and it is for data
    /// of others that can be asked for at all.
    async fn bad_input(world: World) {
        let asker = world.asker();
        let at = "/api/v1/requests";
        let bare = world.ok(&asker, "POST", at, json!({"resource_id": world.residents})).await;
        assert_eq!(bare["state"], "draft");
        assert!(bare["proposed_gaps"].as_array().unwrap().len() > 5, "{bare}");
        let mut bad = world.body();
        bad["basis"] = json!("据".repeat(301));
        bad["scenario"] = json!("a\u{0}b");
        bad["region"] = json!("滨江区");
        bad["matters"] = json!(["", "x".repeat(65)]);
        bad["items"] = json!([{"item": "n\u{1}"}]);
        let answer = world.refused(&asker, at, bad, (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["basis", "scenario", "region", "matters[0]", "matters[1]", "items[0].item"]);
        let mut odd = world.body();
        odd["surprise"] = json!(1);
        world.refused(&asker, at, odd, (400, "input.json")).await;
        let mut method = world.body();
        method["method"] = json!("post");
        world.refused(&asker, at, method, (400, "input.json")).await;
        for missing in ["none", "a\u{0}"] {
            let (status, _) = world.send(&asker, "POST", at, &json!({"resource_id": missing})).await;
            assert!([404, 422].contains(&status.as_u16()), "{missing:?} {status}");
        }
        world.refused(&world.clerk(), at, world.body(), (403, "request.own_resource")).await;
        world.refused(&world.business(), at, world.body(), (403, "actor.role")).await;
        for path in ["/api/v1/requests/%00", "/api/v1/needs/%00"] {
            assert_eq!(world.send(&asker, "GET", path, &Value::Null).await.0, 404, "{path}");
        }
        let withheld = json!({"name": "线索", "abstract": "不共享的线索", "classification": "department", "share_type": "none",
            "no_share_basis": "《中华人民共和国反间谍法》第八条", "update_cycle": "daily",
            "items": [{"item": "resident_id", "element": "person.id", "is_key": true}]});
        let withheld = world.resource(&withheld, false).await;
        world.refused(&asker, at, json!({"resource_id": withheld}), (409, "grant.not_shared")).await;
    }

    /// The lists that forms choose from can be read by everybody at the console.
    async fn choices(world: World) {
        let choices = world.get(&world.asker(), "/api/v1/sharing/choices").await;
        for list in ["refusal_reasons", "breach_causes", "stop_causes"] {
            assert!(choices[list].as_array().unwrap().len() >= 5, "{list}");
        }
        assert_eq!(choices["extension_days"], 10);
    }
}
