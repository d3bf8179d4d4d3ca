//! The path of a call through all seven stations, on a hub with SQLite and on one with PostgreSQL.

use kernel::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::world::{Backing, CLEAN, DIRTY, ELSEWHERE, WRONG, Who, World, resident_id, run, until};

/// Runs each test on both kinds of hub.
macro_rules! on_both {
    ($($(#[doc = $doc:literal])+ async fn $name:ident($world:ident) $body:block)+) => {
        $($(#[doc = $doc])+ async fn $name($world: &World) $body)+
        /// On a hub with SQLite.
        mod sqlite {
            $(#[test] fn $name() { super::run(async { super::$name(&*super::World::shared(super::Backing::Sqlite).await).await }) })+
        }
        /// On a hub with PostgreSQL.
        mod postgres {
            $(#[test] fn $name() { super::run(async { super::$name(&*super::World::shared(super::Backing::Postgres).await).await }) })+
        }
    };
}

fn item<'a>(answer: &'a Value, name: &str) -> &'a Value {
    &answer["rows"][0]["items"][name]
}

on_both! {
    /// A query brings the granted items, standardised, with source, as-of time, proof and the seven stations in their order.
    async fn a_query_is_answered(world) {
        let grant = world.grant(|_| {}).await;
        let answer = world.query(&world.question(&grant, CLEAN)).await.ok();
        let items = answer["rows"][0]["items"].as_object().unwrap();
        assert_eq!(items.keys().collect::<Vec<_>>(), ["name", "sex", "birth_date", "mobile"], "in the order of the grant");
        for (name, value) in [("name", "张三"), ("sex", "1"), ("birth_date", "1990-03-07")] {
            assert_eq!(item(&answer, name), &json!({"value": value, "state": "valid", "flags": []}));
        }
        assert_eq!(answer["provider"]["name"], "云澜县公安局");
        assert_eq!((&answer["as_of_ms"], &answer["as_of_from_source"]), (&json!(1_767_294_245_000_i64), &json!(true)));
        assert_eq!(answer["evidence"]["digest"].as_str().unwrap().len(), 64);
        let stations: Vec<_> =
            answer["stations"].as_array().unwrap().iter().map(|s| s["station"].as_str().unwrap()).collect();
        assert_eq!(stations, ["identify", "authorise", "fetch", "standardise", "minimise", "record", "deliver"]);
        let nobody_there = world.query(&world.question(&grant, "11010119900307999")).await.ok();
        assert_eq!(nobody_there["rows"], json!([]));
        // The console's people ask the same way.
        world.as_(Who::ConsumerOperator).post("/api/v1/query", &world.question(&grant, CLEAN)).await.ok();
    }

    /// Claims are answered yes, no or unknown; what does not matter for the meaning does not matter for the verdict.
    async fn claims_are_checked(world) {
        let grant = world.grant(|_| {}).await;
        let question = world.question(&grant, DIRTY);
        let claims = json!({"name": "李四", "sex": "2", "birth_date": "1985-03-18", "address": "北京市东城区北河沿大街１号"});
        let answer = world.verify(&question, claims).await.ok();
        let expected = json!({"name": "yes", "sex": "no", "birth_date": "yes", "address": "yes"});
        assert_eq!(answer["verdicts"], expected);
        assert!(answer.get("rows").is_none(), "{answer}");
        let answer = world.verify(&world.question(&grant, WRONG), json!({"birth_date": "1979-02-28"})).await.ok();
        assert_eq!(answer["verdicts"]["birth_date"], "unknown");
    }

    /// What is repaired says so; what cannot be repaired is flagged, never passed on as a value, and shown as written.
    async fn dirty_values_are_flagged(world) {
        let grant = world.grant(|_| {}).await;
        let answer = world.query(&world.question(&grant, DIRTY)).await.ok();
        for (name, value) in [("name", "李四"), ("sex", "1"), ("birth_date", "1985-03-18")] {
            let got = item(&answer, name);
            assert_eq!((&got["value"], &got["state"]), (&json!(value), &json!("repaired")), "{name}: {got}");
            assert!(!got["flags"].as_array().unwrap().is_empty(), "{name}: {got}");
        }
        let answer = world.query(&world.question(&grant, WRONG)).await.ok();
        let date = item(&answer, "birth_date");
        assert_eq!((&date["value"], &date["state"], &date["raw"]), (&Value::Null, &json!("invalid"), &json!("1979-02-30")));
        // A masked item does not show what was written either.
        let mobile = item(&answer, "mobile");
        assert_eq!(mobile["state"], "invalid", "{mobile}");
        assert!(mobile["value"].is_null() && mobile.get("raw").is_none(), "{mobile}");
    }

    /// A masked item leaves masked by the rule of its kind; one that may only be verified cannot be read.
    async fn items_are_minimised(world) {
        let grant = world.grant(|_| {}).await;
        let mut question = world.question(&grant, CLEAN);
        let answer = world.query(&question).await.ok();
        assert_eq!(item(&answer, "mobile")["value"], "139****2233");
        assert!(!answer.to_string().contains("景山"));
        question["items"] = json!(["name"]);
        let answer = world.query(&question).await.ok();
        assert_eq!(answer["rows"][0]["items"].as_object().unwrap().len(), 1);
        question["items"] = json!(["name", "address"]);
        world.query(&question).await.refused(403, "authorise.verify_only");
        question["items"] = json!(["region"]);
        world.query(&question).await.refused(403, "authorise.item");
        let claim = world.verify(&world.question(&grant, CLEAN), json!({"region": "110101"})).await;
        claim.refused(403, "authorise.item");
    }

    /// Rows outside the filter do not exist for the consumer, neither to read nor to check.
    async fn rows_outside_the_filter_are_hidden(world) {
        let filter = json!({"all": [{"item": "region", "op": "prefix", "values": ["1101"]}]});
        let grant = world.grant(|grant| grant["row_filter"] = filter).await;
        assert_eq!(world.query(&world.question(&grant, CLEAN)).await.ok()["rows"].as_array().unwrap().len(), 1);
        let hidden = world.question(&grant, ELSEWHERE);
        assert_eq!(world.query(&hidden).await.ok()["rows"], json!([]));
        assert_eq!(world.verify(&hidden, json!({"name": "赵六"})).await.ok()["verdicts"]["name"], "unknown");
    }

    /// A call without purpose or case number is not served, nor one for a matter, a basis, a shape or a client that the grant does not name.
    async fn purpose_and_case_are_needed(world) {
        let grant = world
            .grant(|grant| {
                grant["shapes"] = json!(["query"]);
                grant["client_ids"] = json!(["mz-system"]);
            })
            .await;
        let right = world.question(&grant, CLEAN);
        world.query(&right).await.ok();
        // A grant that names client systems is theirs alone; a person is told so before the agent is asked.
        let clerk = world.as_(Who::ConsumerOperator);
        clerk.post("/api/v1/query", &right).await.refused(403, "authorise.client");
        let listed = clerk.get("/api/v1/calls/grants").await.ok();
        assert!(listed["items"].as_array().unwrap().iter().all(|one| one["id"] != json!(grant)), "{listed}");
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut question = right.clone();
            change(&mut question);
            question
        };
        let lacking = changed(&|q| { q.as_object_mut().unwrap().remove("purpose"); });
        world.query(&lacking).await.refused(400, "input.json");
        let lacking = changed(&|q| { q.as_object_mut().unwrap().remove("case_no"); });
        world.query(&lacking).await.refused(400, "input.json");
        world.query(&changed(&|q| q["case_no"] = json!("  "))).await.refused(422, "input.invalid");
        world.query(&changed(&|q| q["purpose"]["matter"] = json!(""))).await.refused(422, "input.invalid");
        world.query(&changed(&|q| q["purpose"]["matter"] = json!("QT-001"))).await.refused(403, "authorise.purpose");
        world.query(&changed(&|q| q["purpose"]["basis"] = json!("无"))).await.refused(403, "authorise.purpose");
        world.query(&changed(&|q| q["resource"] = json!("GA-NONE-001"))).await.refused(403, "authorise.no_grant");
        world.verify(&right, json!({"name": "张三"})).await.refused(403, "authorise.shape");
        let (id, secret) = &world.other_client;
        let other = crate::world::Session::client(&world.url, id, secret).await;
        let refused = other.post("/api/v1/query", &right).await;
        assert_eq!(refused.refused(403, "authorise.client")["station"], "authorise");
    }

    /// The day's quota and the second's quota end calls with 429; a call that brought nothing is not charged.
    async fn quotas_end_calls(world) {
        let grant = world.grant(|grant| grant["quota_per_day"] = json!(2)).await;
        let question = world.question(&grant, CLEAN);
        world.query(&question).await.ok();
        let shown = world.as_(Who::ProviderHead).get(&format!("/api/v1/grants/{grant}")).await.ok();
        assert_eq!(shown["used_today"], 1);
        world.query(&question).await.ok();
        world.query(&question).await.refused(429, "authorise.quota_day");

        let grant = world.grant(|grant| grant["quota_per_second"] = json!(1)).await;
        let question = world.question(&grant, CLEAN);
        // Of many calls at once at least two fall into the same second.
        let calls = (0..8).map(|_| world.query(&question));
        let answers = futures::future::join_all(calls).await;
        assert!(answers.iter().any(|answer| answer.status.is_success()));
        let refused: Vec<_> = answers.iter().filter(|answer| !answer.status.is_success()).collect();
        assert!(!refused.is_empty());
        for answer in refused {
            answer.refused(429, "authorise.quota_second");
        }
    }

    /// Suspending, resuming, revoking, withdrawing a client and expiry act on the very next call.
    async fn a_change_acts_on_the_next_call(world) {
        let grant = world.grant(|_| {}).await;
        let question = world.question(&grant, CLEAN);
        world.query(&question).await.ok();
        world.change(&grant, "suspend").await;
        let refused = world.query(&question).await;
        let error = refused.refused(403, "authorise.suspended");
        assert!(error["zh"].as_str().unwrap().contains("例行检查"), "{error}");
        world.change(&grant, "resume").await;
        // The agent drops a suspended grant and is offered it again; until it says so, it refuses.
        until("the resumed grant to serve", async || world.query(&question).await.status.is_success().then_some(())).await;
        world.change(&grant, "revoke").await;
        world.query(&question).await.refused(403, "authorise.no_grant");

        let grant = world.grant(|_| {}).await;
        let question = world.question(&grant, CLEAN);
        world.query(&question).await.ok();
        let path = format!("/api/v1/grants/{grant}/give-back");
        world.as_(Who::ConsumerOperator).post(&path, &json!({"reason": "不再办理此事项"})).await.ok();
        world.query(&question).await.refused(403, "authorise.no_grant");

        let until_ms = SystemClock.now_ms() + 3_000;
        let grant = world.grant(|grant| grant["valid_until_ms"] = json!(until_ms)).await;
        let question = world.question(&grant, CLEAN);
        loop {
            let before = SystemClock.now_ms();
            let answer = world.query(&question).await;
            let after = SystemClock.now_ms();
            if before >= until_ms {
                answer.refused(403, "authorise.expired");
                break;
            } else if after < until_ms {
                answer.ok();
            }
        }
    }

    /// A condition in Cedar holds for each call, and can only narrow.
    async fn a_condition_narrows(world) {
        let grant = world
            .grant(|grant| grant["condition"] = json!("forbid (principal is User, action, resource);"))
            .await;
        let question = world.question(&grant, CLEAN);
        world.query(&question).await.ok();
        let clerk = world.as_(Who::ConsumerOperator).post("/api/v1/query", &question).await;
        clerk.refused(403, "authorise.condition");
        let grant = world.grant(|grant| grant["condition"] = json!("!context.items.contains(\"name\")")).await;
        let mut question = world.question(&grant, CLEAN);
        world.query(&question).await.refused(403, "authorise.condition");
        question["items"] = json!(["sex"]);
        world.query(&question).await.ok();
        let mut widening = world.grant_body();
        widening["condition"] = json!("permit (principal, action, resource);");
        world.as_(Who::ProviderHead).post("/api/v1/grants", &widening).await.refused(422, "policy.permit");
    }

    /// A retry under the same key points to the same entry and is not charged; the key does not serve for another question.
    async fn a_retry_leaves_one_entry(world) {
        let grant = world.grant(|_| {}).await;
        let keyed = world.as_(Who::ConsumerClient).with(&[("idempotency-key", format!("retry-{grant}"))]);
        let question = world.question(&grant, CLEAN);
        let first = keyed.post("/api/v1/query", &question).await.ok();
        let again = keyed.post("/api/v1/query", &question).await.ok();
        assert_eq!(first["call"], again["call"]);
        for same in ["index", "digest"] {
            assert_eq!(first["evidence"][same], again["evidence"][same]);
        }
        assert_eq!(first["rows"], again["rows"]);
        keyed.post("/api/v1/query", &world.question(&grant, DIRTY)).await.refused(409, "call.idempotency_reused");
        let shown = world.as_(Who::ProviderHead).get(&format!("/api/v1/grants/{grant}")).await.ok();
        assert_eq!(shown["used_today"], 1);
        world.index_has(&grant, 1).await;
        let path = format!("/api/v1/evidence?grant={grant}&kind=exchange.query");
        assert_eq!(world.as_(Who::Auditor).get(&path).await.ok()["total"], 1);
    }

    /// The subject may be written as people write it; another spelling finds the same person.
    async fn the_subject_is_found_as_written(world) {
        let grant = world.grant(|_| {}).await;
        let mut question = world.question(&grant, CLEAN);
        question["subject"]["resident_id"] = json!(format!(" {} ", resident_id(CLEAN).to_lowercase()));
        assert_eq!(item(&world.query(&question).await.ok(), "name")["value"], "张三");
        question["subject"]["resident_id"] = json!("110101199003070019999");
        let refused = world.query(&question).await;
        assert!(refused.status.is_client_error(), "{} {}", refused.status, refused.body);
    }
}
