//! The road of a request: both heads sign, gaps are named once, what is unconditional is approved by rule.

use serde_json::{Value, json};

use crate::world::{MONDAY, World, code, id, on_both, places, stations};

on_both! {
    /// From draft to delivery: each side sees what it may, both heads sign, the grant is given in full and the request
    /// is delivered when the agent has pinned it; each step is on the time line with its evidence.
    async fn from_draft_to_delivery(world: World) {
        let request = world.draft(world.body()).await;
        let asker = world.asker();
        let seen = world.seen(&asker, &request).await;
        assert_eq!((&seen["state"], &seen["proposed_gaps"]), (&json!("draft"), &json!([])), "{seen}");
        assert_eq!(seen["may"], json!(["change", "submit", "withdraw"]));
        let path = format!("/api/v1/requests/{request}");
        let hidden = world.send(&world.clerk(), "GET", &path, &Value::Null).await;
        assert_eq!(hidden.0, 404, "what is not signed is the consumer's own");
        world.act(&asker, &request, "submit", Value::Null).await;
        // The operator cannot sign for the head.
        let (status, answer) = world.send(&asker, "POST", &format!("{path}/sign"), &Value::Null).await;
        assert_eq!((status.as_u16(), code(&answer)), (403, "actor.role"));
        let signed = world.act(&world.head_of(&world.welfare), &request, "sign", Value::Null).await;
        assert_eq!(signed["state"], "checking");
        assert_eq!(signed["clock"]["days"], 10);
        let accepted = world.act(&world.clerk(), &request, "accept", Value::Null).await;
        assert_eq!(accepted["state"], "deciding");
        let proposed = world.act(&world.clerk(), &request, "decision", json!({"outcome": "approve"})).await;
        assert_eq!(proposed["state"], "provider_signing");
        assert!(world.seen(&asker, &request).await["decision"].is_null(), "a proposal is not yet an answer");
        let approved = world.act(&world.head_of(&world.police), &request, "decision/sign", Value::Null).await;
        assert_eq!((&approved["state"], &approved["clock"]["stage"]), (&json!("delivering"), &json!("delivery")));
        assert_eq!(approved["clock"]["days"], 20);
        let grant = approved["grant_id"].as_str().unwrap().to_owned();
        let given = world.get(&asker, &format!("/api/v1/grants/{grant}")).await;
        assert_eq!((&given["state"], &given["request_id"]), (&json!("active"), &json!(request)));
        assert_eq!(given["purposes"][0], json!({"matter": "MZ-DB-001", "basis": "《社会救助暂行办法》第十一条"}));
        assert_eq!((&given["quota_per_day"], &given["items"][1]["masked"]), (&json!(500), &json!(true)));
        world.pin(&grant).await;
        let done = world.seen(&asker, &request).await;
        assert_eq!((&done["state"], &done["may"]), (&json!("delivered"), &json!([])));
        assert!(done["clock"]["stage"].is_null());
        let expected = [
            "sharing.request.drafted",
            "sharing.request.submitted",
            "sharing.request.signed",
            "sharing.request.accepted",
            "sharing.request.approved",
            "sharing.grant.created",
            "sharing.request.delivered",
        ];
        assert_eq!(world.line(&asker, &path).await, expected);
        let line = world.get(&asker, &format!("{path}/timeline")).await;
        for event in line["items"].as_array().unwrap() {
            assert!(event["evidence_index"].is_number() && event["zh"] != "", "{event}");
        }
        let evidence = world.evidence().await;
        assert!(expected.iter().all(|kind| evidence.iter().any(|one| one == kind)), "{evidence:?}");
    }

    /// A complete request for unconditionally shared data is approved by the signature of the consumer's head alone,
    /// and the evidence says that a rule decided.
    async fn unconditional_is_approved_by_rule(world: World) {
        let request = world.draft(world.simple_body()).await;
        world.act(&world.asker(), &request, "submit", Value::Null).await;
        let signed = world.act(&world.head_of(&world.welfare), &request, "sign", Value::Null).await;
        assert_eq!((&signed["state"], &signed["unconditional"]), (&json!("delivering"), &json!(true)));
        assert_eq!((&signed["decision"]["by_rule"], &signed["decided_ms"]), (&json!(true), &json!(MONDAY)));
        assert!(signed["grant_id"].is_string());
        let line = world.get(&world.asker(), &format!("/api/v1/requests/{request}/timeline")).await;
        let ruled = line["items"].as_array().unwrap().iter().find(|one| one["kind"] == "sharing.request.approved_by_rule");
        let ruled = ruled.unwrap();
        assert!(ruled["organisation"].is_null() && ruled["role"].is_null(), "the platform acted: {ruled}");
        assert_eq!(ruled["detail"]["rule"], "unconditional_and_complete");
    }

    /// An unconditional request with a gap is not approved by rule: a person looks at it, within one working day.
    async fn an_incomplete_unconditional_request_waits_for_a_person(world: World) {
        let mut body = world.simple_body();
        body["basis"] = json!("领导要求");
        let request = world.signed(body).await;
        let seen = world.seen(&world.clerk(), &request).await;
        assert_eq!((&seen["state"], &seen["clock"]["days"]), (&json!("checking"), &json!(1)));
        assert_eq!(seen["proposed_gaps"][0]["code"], "request.basis_cites_nothing");
    }

    /// The rules find every gap at once; the one notice names them with what a person adds, the clock stands still,
    /// and a second notice is refused. The clock begins anew when the head has signed what was filled in.
    async fn gaps_are_named_once(world: World) {
        let mut body = world.body();
        body["basis"] = json!("");
        body["measures"] = json!("  ");
        body["matters"] = json!([]);
        body["items"] = json!([{"item": "mobile"}, {"item": "sex"}, {"item": "weight"}]);
        body["client_ids"] = json!(["nobody-knows"]);
        let request = world.signed(body).await;
        let clerk = world.clerk();
        let seen = world.seen(&clerk, &request).await;
        let found: Vec<_> = seen["proposed_gaps"].as_array().unwrap().iter().map(|gap| gap["code"].as_str().unwrap()).collect();
        for expected in [
            "field.required",
            "grant.item_withheld",
            "grant.item_unknown",
            "request.rows_too_wide",
            "request.no_matter",
            "request.no_measures",
            "request.client_unknown",
        ] {
            assert!(found.contains(&expected), "{expected} in {found:?}");
        }
        let path = format!("/api/v1/requests/{request}");
        // An incomplete application is neither passed on nor refused before its gaps were named.
        world.refused(&clerk, &format!("{path}/accept"), Value::Null, (409, "request.gaps_first")).await;
        let refusal = json!({"outcome": "refuse", "reasons": ["no_duty"], "text": "与职责无关"});
        world.refused(&clerk, &format!("{path}/decision"), refusal, (409, "request.state")).await;
        let notice = json!({"gaps": [{"path": "scenario", "text": "请写明由哪个科室使用"}], "without": ["request.rows_too_wide"]});
        let told = world.act(&clerk, &request, "gaps", notice).await;
        assert_eq!((&told["state"], &told["clock"]["stage"]), (&json!("incomplete"), &Value::Null));
        let codes: Vec<_> = told["gaps"].as_array().unwrap().iter().map(|gap| gap["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"person") && !codes.contains(&"request.rows_too_wide"), "{codes:?}");
        world.clock.advance_ms(7 * crate::world::DAY);
        let asker = world.asker();
        let mut filled = world.body();
        filled["items"] = json!([{"item": "name"}, {"item": "sex"}]);
        world.ok(&asker, "PUT", &path, filled).await;
        let completed = world.act(&asker, &request, "complete", Value::Null).await;
        assert_eq!(completed["state"], "signing", "what was changed is signed again");
        let again = world.act(&world.head_of(&world.welfare), &request, "sign", Value::Null).await;
        assert_eq!((&again["state"], &again["clock"]["passed_days"]), (&json!("checking"), &json!(0)));
        assert_eq!(again["clock"]["frozen_ms"], json!(7 * crate::world::DAY));
        // One item is still withheld, but a second notice is not allowed; the request is accepted as it is.
        let more = json!({"gaps": [{"text": "再补一项"}]});
        world.refused(&clerk, &format!("{path}/gaps"), more, (409, "request.gaps_once")).await;
        world.act(&clerk, &request, "accept", Value::Null).await;
        // What is withheld cannot be approved even so.
        let (status, answer) = world.send(&clerk, "POST", &format!("{path}/decision"), &json!({"outcome": "approve"})).await;
        assert_eq!((status.as_u16(), places(&answer)), (422, vec!["items[1].item"]), "{answer}");
    }

    /// A notice without a gap is refused, and one that leaves out what blocks still names it.
    async fn a_notice_has_gaps(world: World) {
        let request = world.signed(world.body()).await;
        let path = format!("/api/v1/requests/{request}/gaps");
        let answer = world.refused(&world.clerk(), &path, json!({}), (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["gaps"]);
        let mut body = world.body();
        body["contact"] = json!("");
        let request = world.signed(body).await;
        let told = world.act(&world.clerk(), &request, "gaps", json!({"without": ["field.required"]})).await;
        assert_eq!(told["gaps"][0]["path"], "contact");
    }

    /// The consumer's head may give a draft back with a reason; it is changed and submitted again.
    async fn the_head_gives_back(world: World) {
        let request = world.draft(world.body()).await;
        let (asker, head) = (world.asker(), world.head_of(&world.welfare));
        world.act(&asker, &request, "submit", Value::Null).await;
        let path = format!("/api/v1/requests/{request}");
        let (status, answer) = world.send(&asker, "PUT", &path, &world.body()).await;
        assert_eq!((status.as_u16(), code(&answer)), (409, "request.state"), "what lies with the head is not changed");
        world.refused(&head, &format!("{path}/return"), json!({"reason": " "}), (422, "input.invalid")).await;
        let back = world.act(&head, &request, "return", json!({"reason": "请补充事项"})).await;
        assert_eq!(back["state"], "draft");
        let mut body = world.body();
        body["resource_id"] = json!(world.stations);
        let (status, answer) = world.send(&asker, "PUT", &path, &body).await;
        assert_eq!((status.as_u16(), code(&answer)), (409, "request.resource_fixed"));
        world.ok(&asker, "PUT", &path, world.body()).await;
        world.act(&asker, &request, "submit", Value::Null).await;
        // The way inside the consumer's house is not the provider's to see.
        world.act(&head, &request, "sign", Value::Null).await;
        assert_eq!(world.line(&world.clerk(), &path).await, ["sharing.request.signed"]);
        assert_eq!(world.line(&asker, &path).await.len(), 6);
    }

    /// A request can be withdrawn until it is delivered; a grant that was given for it ends at once.
    async fn withdrawal_takes_the_grant_along(world: World) {
        let approved = world.approved(world.body()).await;
        let grant = approved["grant_id"].as_str().unwrap().to_owned();
        let key = grant.clone().into();
        assert!(world.sharing().book().await.unwrap().get(&key).is_some());
        let request = id(&approved);
        let gone = world.act(&world.asker(), &request, "withdraw", json!({"reason": "业务取消"})).await;
        assert_eq!((&gone["state"], &gone["may"]), (&json!("withdrawn"), &json!([])));
        assert!(world.sharing().book().await.unwrap().get(&key).is_none());
        let path = format!("/api/v1/requests/{request}/withdraw");
        world.refused(&world.asker(), &path, json!({"reason": "再撤"}), (409, "request.state")).await;
        let delivered = world.approved(world.body()).await;
        world.pin(delivered["grant_id"].as_str().unwrap()).await;
        let path = format!("/api/v1/requests/{}/withdraw", id(&delivered));
        world.refused(&world.asker(), &path, json!({"reason": "撤回"}), (409, "request.state")).await;
    }

    /// What is approved before its resource is mounted is delivered by itself once it is.
    async fn delivery_waits_for_the_mount(world: World) {
        let mut entry = stations();
        entry["name"] = json!("警务站名录");
        let resource = world.resource(&entry, false).await;
        let mut body = world.simple_body();
        body["resource_id"] = json!(resource);
        let request = world.signed(body).await;
        let seen = world.seen(&world.asker(), &request).await;
        assert_eq!((&seen["state"], &seen["grant_id"]), (&json!("delivering"), &Value::Null));
        let path = format!("/api/v1/requests/{request}/deliver");
        world.refused(&world.clerk(), &path, Value::Null, (409, "grant.not_mounted")).await;
        world.mount(&resource, &entry).await;
        world.sharing().deliver_waiting(&resource.clone().into()).await.unwrap();
        let seen = world.seen(&world.asker(), &request).await;
        let grant = seen["grant_id"].as_str().unwrap().to_owned();
        world.refused(&world.clerk(), &path, Value::Null, (409, "request.agent_not_ready")).await;
        // A word about an older pin delivers nothing.
        world.sharing().note_pin(&grant.clone().into(), "00", "accepted", "").await.unwrap();
        assert_eq!(world.seen(&world.asker(), &request).await["state"], "delivering");
        world.pin(&grant).await;
        assert_eq!(world.seen(&world.asker(), &request).await["state"], "delivered");
        assert_eq!(world.act(&world.clerk(), &request, "deliver", Value::Null).await["state"], "delivered");
    }
}
