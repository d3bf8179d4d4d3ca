//! What the provider decides: reasons of a refusal, narrower scopes, extensions.

use serde_json::{Value, json};

use crate::world::{DAY, MONDAY, World, id, on_both, places};

on_both! {
    /// A refusal needs a reason out of the list and words; then the head signs it, and nothing can be done any more.
    async fn a_refusal_has_reasons(world: World) {
        let request = world.accepted(world.body()).await;
        let path = format!("/api/v1/requests/{request}/decision");
        let clerk = world.clerk();
        for (body, expected) in [
            (json!({"outcome": "refuse"}), vec!["reasons", "text"]),
            (json!({"outcome": "refuse", "reasons": ["do_not_want"], "text": "不想给"}), vec!["reasons[0]"]),
            (json!({"outcome": "refuse", "reasons": ["no_duty"], "text": " "}), vec!["text"]),
        ] {
            let answer = world.refused(&clerk, &path, body, (422, "input.invalid")).await;
            assert_eq!(places(&answer), expected);
        }
        let refusal = json!({"outcome": "refuse", "reasons": ["no_duty"], "text": "该事项不属申请部门职责"});
        world.act(&clerk, &request, "decision", refusal).await;
        let refused = world.act(&world.head_of(&world.police), &request, "decision/sign", Value::Null).await;
        assert_eq!((&refused["state"], &refused["grant_id"]), (&json!("refused"), &Value::Null));
        let seen = world.seen(&world.asker(), &request).await;
        assert_eq!(seen["decision"]["reasons"], json!(["no_duty"]));
        assert_eq!(seen["decision"]["text"], "该事项不属申请部门职责");
        assert_eq!(seen["may"], json!([]));
        assert!(seen["clock"]["stage"].is_null());
    }

    /// The head may give a proposal back; only the head signs, and only the own one.
    async fn the_head_decides(world: World) {
        let request = world.accepted(world.body()).await;
        let (clerk, head) = (world.clerk(), world.head_of(&world.police));
        world.act(&clerk, &request, "decision", json!({"outcome": "approve"})).await;
        let sign = format!("/api/v1/requests/{request}/decision/sign");
        world.refused(&clerk, &sign, Value::Null, (403, "actor.role")).await;
        world.refused(&world.head_of(&world.welfare), &sign, Value::Null, (403, "actor.organisation")).await;
        world.refused(&world.head_of(&world.health), &sign, Value::Null, (404, "request.not_found")).await;
        let back = world.act(&head, &request, "decision/return", json!({"reason": "请缩小范围"})).await;
        assert_eq!((&back["state"], &back["decision"]), (&json!("deciding"), &Value::Null));
        world.refused(&head, &sign, Value::Null, (409, "request.state")).await;
    }

    /// Less than was asked for can be approved: each cut is stated, the consumer accepts it before anything is given,
    /// and the grant holds the narrower scope. More than was asked for cannot.
    async fn a_narrower_scope_is_accepted_first(world: World) {
        let request = world.accepted(world.body()).await;
        let clerk = world.clerk();
        let path = format!("/api/v1/requests/{request}/decision");
        let mut scope = json!({"items": [{"item": "name"}, {"item": "mobile"}], "shapes": ["query"],
            "valid_until_ms": MONDAY + 400 * DAY, "calls_per_day": 100, "calls_per_second": 5});
        let wider = json!({"outcome": "approve", "scope": scope});
        let answer = world.refused(&clerk, &path, wider, (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["items[1]", "valid_until_ms"]);
        scope["items"] = json!([{"item": "name"}, {"item": "mobile", "verify_only": true}]);
        scope["valid_until_ms"] = json!(MONDAY + 100 * DAY);
        scope["condition"] = json!("permit(this is no policy");
        let broken = json!({"outcome": "approve", "scope": scope});
        let (status, answer) = world.send(&clerk, "POST", &path, &broken).await;
        assert_eq!(status, 422, "{answer}");
        scope["condition"] = Value::Null;
        let proposal = json!({"outcome": "approve", "text": "只供核验手机号", "scope": scope});
        let proposed = world.act(&clerk, &request, "decision", proposal).await;
        let cut: Vec<_> =
            proposed["decision"]["differences"].as_array().unwrap().iter().map(|one| one["path"].clone()).collect();
        assert_eq!(cut, ["items", "shapes", "valid_until_ms", "calls_per_day"]);
        let approved = world.act(&world.head_of(&world.police), &request, "decision/sign", Value::Null).await;
        assert_eq!((&approved["state"], &approved["grant_id"]), (&json!("approved"), &Value::Null));
        assert_eq!(world.waits(&world.asker()).await, ["sharing.request.accept_scope"]);
        let accepted = world.act(&world.asker(), &request, "accept-scope", Value::Null).await;
        assert_eq!(accepted["state"], "delivering");
        let grant = accepted["grant_id"].as_str().unwrap();
        let grant = world.get(&world.asker(), &format!("/api/v1/grants/{grant}")).await;
        assert_eq!((&grant["shapes"], &grant["quota_per_day"]), (&json!(["query"]), &json!(100)));
        assert_eq!(grant["items"][1]["verify_only"], true);
        assert_eq!(grant["valid_until_ms"], json!(MONDAY + 100 * DAY));
    }

    /// An extension is asked for once, with a reason, within the ceiling and before the due day; the data authority
    /// consents, the consumer is told, and only then the clock runs longer.
    async fn one_extension_by_consent(world: World) {
        let request = world.signed(world.body()).await;
        let clerk = world.clerk();
        let path = format!("/api/v1/requests/{request}/extension");
        let answer =
            world.refused(&clerk, &path, json!({"days": 11, "reason": ""}), (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["days", "reason"]);
        let asked = world.act(&clerk, &request, "extension", json!({"days": 5, "reason": "需征求分局法制部门意见"})).await;
        assert_eq!((&asked["clock"]["days"], &asked["extension"]["agreed"]), (&json!(10), &Value::Null));
        world.refused(&clerk, &path, json!({"days": 1, "reason": "再延"}), (409, "request.extension_once")).await;
        assert_eq!(world.waits(&world.business()).await, ["sharing.request.extension"]);
        let consent = format!("{path}/consent");
        let agree = json!({"agree": true, "reason": "情况属实"});
        world.refused(&world.head_of(&world.police), &consent, agree.clone(), (403, "actor.role")).await;
        let extended = world.ok(&world.business(), "POST", &consent, agree.clone()).await;
        assert_eq!((&extended["clock"]["days"], &extended["extension"]["agreed"]), (&json!(15), &json!(true)));
        assert_eq!(extended["clock"]["due_ms"], json!(MONDAY + 21 * DAY + 14 * 3_600_000 - 1), "Monday three weeks on");
        world.refused(&world.business(), &consent, agree, (409, "request.no_extension_asked")).await;
        let told = world.notices(Some(&world.welfare), kernel::Role::DepartmentOperator).await;
        assert!(told.contains(&"sharing.request.extension".to_owned()), "{told:?}");
        // The work of the old clock does nothing any more; the reminder comes by the new one.
        world.pass(14 * DAY).await;
        assert_eq!(world.seen(&clerk, &request).await["clock"]["escalation"], 0);
        world.pass(5 * DAY).await;
        assert_eq!(world.seen(&clerk, &request).await["clock"]["escalation"], 1);
    }

    /// What is late or unconditional is not extended, and a declined extension changes nothing.
    async fn no_extension_where_there_is_none(world: World) {
        let mut body = world.simple_body();
        body["basis"] = json!("上级文件");
        let simple = world.signed(body).await;
        let ask = json!({"days": 1, "reason": "人手不足"});
        let path = format!("/api/v1/requests/{simple}/extension");
        world.refused(&world.clerk(), &path, ask.clone(), (409, "request.no_extension")).await;
        let request = world.signed(world.body()).await;
        world.act(&world.clerk(), &request, "extension", ask.clone()).await;
        let no = json!({"agree": false, "reason": "理由不成立"});
        let declined = world.act(&world.business(), &request, "extension/consent", no).await;
        assert_eq!((&declined["clock"]["days"], &declined["extension"]["agreed"]), (&json!(10), &json!(false)));
        let late = world.signed(world.body()).await;
        world.pass(15 * DAY).await;
        let path = format!("/api/v1/requests/{late}/extension");
        world.refused(&world.clerk(), &path, ask, (409, "request.no_extension")).await;
    }

    /// Two people who act on the same request at the same time do not both succeed.
    async fn nothing_is_done_twice(world: World) {
        let request = world.accepted(world.body()).await;
        let path = format!("/api/v1/requests/{request}/decision");
        let (clerk, body) = (world.clerk(), json!({"outcome": "approve"}));
        let (one, other) =
            tokio::join!(world.send(&clerk, "POST", &path, &body), world.send(&clerk, "POST", &path, &body));
        let done = [one.0, other.0].into_iter().filter(|status| status.is_success()).count();
        assert_eq!(done, 1, "{one:?} {other:?}");
        let line = world.line(&clerk, &format!("/api/v1/requests/{request}")).await;
        assert_eq!(line.iter().filter(|kind| *kind == "sharing.request.decision_proposed").count(), 1);
        let _id = id(&world.seen(&clerk, &request).await);
    }
}
