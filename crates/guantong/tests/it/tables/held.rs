//! Copies held at the hub: only where the grant says so, told as such, counted without pointing at anybody, compared by key, and gone
//! with their grant.

use serde_json::{Value, json};

use super::stage::{Stage, number};
use crate::world::{RESOURCE, Who, run, until};

impl Stage {
    /// A grant for queries and copies; its id.
    async fn holding_grant(&self) -> String {
        self.seeded
            .grant(|body| {
                body["shapes"] = json!(["query", "hold"]);
                body["items"] = json!([{"item": "resident_id"}, {"item": "name"}, {"item": "sex"},
                    {"item": "birth_date"}, {"item": "mobile", "masked": true}, {"item": "region"}]);
            })
            .await
    }

    /// What makes a copy under a grant.
    fn holding(&self, grant: &str) -> Value {
        json!({
            "name": "户籍人口留存", "grant_id": grant, "hold": true, "keys": ["resident_id"], "method": "full",
            "columns": [{"item": "resident_id"}, {"item": "name"}, {"item": "sex"}, {"item": "birth_date"},
                {"item": "mobile"}],
            "schedule": {"kind": "manual"}, "purpose": {"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"},
        })
    }

    /// Makes a copy and takes it once; the subscription's id.
    async fn hold(&self, grant: &str) -> String {
        let made = self.operator().post("/api/v1/subscriptions", &self.holding(grant)).await.ok();
        let id = made["id"].as_str().unwrap().to_owned();
        let done = self.run(&id, "run").await;
        assert_eq!(done["state"], "succeeded", "{done}");
        id
    }

    fn ask(&self, grant: &str, row: u32, source: &str) -> Value {
        json!({
            "resource": RESOURCE, "subject": {"resident_id": number(row)}, "grant": grant, "source": source,
            "purpose": {"matter": "MZ-DB-001"}, "case_no": "2026-0001",
        })
    }

    /// Files of all copies, whole or not.
    fn held_files(&self) -> Vec<std::path::PathBuf> {
        let folders = std::fs::read_dir(self.hub.data_dir.join("copies")).into_iter().flatten().flatten();
        folders
            .flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten())
            .map(|file| file.path())
            .collect()
    }
}

/// A copy is refused where the grant does not say so, and where it would not be one; a copy is a shape of its own, so that the grant
/// for tables does not do for it.
#[test]
fn a_copy_needs_a_grant_that_says_so() {
    run(async {
        let stage = Stage::raise(10).await;
        let (operator, path) = (stage.operator(), "/api/v1/subscriptions");
        operator.post(path, &stage.holding(&stage.grant)).await.refused(403, "authorise.shape");
        let grant = stage.holding_grant().await;
        let mut table = stage.body("t");
        table["grant_id"] = json!(grant);
        operator.post(path, &table).await.refused(403, "authorise.shape");
        for (field, value, code) in [
            ("method", json!("changes"), "subscription.hold_full"),
            ("invalid", json!("hold_back"), "subscription.hold_flag"),
            ("target", json!("hall"), "subscription.hold_place"),
        ] {
            let mut body = stage.holding(&grant);
            body[field] = value;
            let answer = operator.post(path, &body).await;
            let refused = answer.refused(422, "input.invalid");
            assert_eq!(refused["fields"][0]["code"], code, "{refused}");
        }
        // Nothing is held yet, and that is what is said.
        let answer = stage.seeded.query(&stage.ask(&grant, 1, "copy")).await;
        answer.refused(404, "copy.none");
    });
}

/// A query says whether the department answered or the copy, and as of when; the copy stands in only when it was allowed to and the
/// department cannot be reached. The entry names the run, whose chunks have entries of their own, and no agent.
#[test]
fn queries_say_where_they_were_answered_from() {
    run(async {
        let mut stage = Stage::raise(3_000).await;
        stage.at_source(&format!("UPDATE rkxx SET csrq = '1979-02-30' WHERE sfzh = '{}'", number(2))).await;
        let grant = stage.holding_grant().await;
        let id = stage.hold(&grant).await;
        let copy = stage.operator().get(&format!("/api/v1/copies/{id}")).await.ok();
        assert_eq!((&copy["current"]["rows"], &copy["previous"]), (&json!(3_000), &Value::Null), "{copy}");
        stage.at_source(&format!("UPDATE rkxx SET xm = '改名' WHERE sfzh = '{}'", number(1))).await;

        let live = stage.seeded.query(&stage.ask(&grant, 1, "live_or_copy")).await.ok();
        assert_eq!(
            (&live["answered_from"], &live["rows"][0]["items"]["name"]["value"]),
            (&json!("live"), &json!("改名"))
        );
        let held = stage.seeded.query(&stage.ask(&grant, 1, "copy")).await.ok();
        assert_eq!(held["answered_from"], "copy");
        assert_eq!(held["as_of_ms"], copy["current"]["as_of_ms"]);
        assert_eq!(held["stations"][2]["where"], "hub", "{held}");
        let items = &held["rows"][0]["items"];
        assert_eq!(
            (&items["name"]["value"], &items["mobile"]["value"]),
            (&json!("张四"), &json!("139****2233"))
        );
        // What the department could not say validly, the copy does not say either; what it has not, it says so.
        let wrong = stage.seeded.query(&stage.ask(&grant, 2, "copy")).await.ok();
        let date = &wrong["rows"][0]["items"]["birth_date"];
        assert_eq!(
            (&date["value"], &date["state"], &date["raw"]),
            (&Value::Null, &json!("invalid"), &json!("1979-02-30"))
        );
        let mut lacking = stage.ask(&grant, 1, "copy");
        lacking["items"] = json!(["region"]);
        stage.seeded.query(&lacking).await.refused(422, "copy.item");
        let nobody = stage.seeded.query(&stage.ask(&grant, 3_001, "copy")).await.ok();
        assert_eq!(nobody["rows"], json!([]));

        let entry = format!("/api/v1/evidence/{}", held["evidence"]["index"]);
        let entry = stage.seeded.as_(Who::ProviderHead).get(&entry).await.ok();
        assert_eq!(entry["entry"]["copy"], copy["current"]["run_id"], "{entry}");
        assert!(entry["entry"].get("agent").is_none_or(Value::is_null), "{entry}");

        drop(stage.provider.take());
        stage.seeded.wait_connected(false).await;
        stage.seeded.query(&stage.ask(&grant, 1, "live")).await.refused(503, "fetch.agent_offline");
        let held = stage.seeded.query(&stage.ask(&grant, 1, "live_or_copy")).await.ok();
        assert_eq!(
            (&held["answered_from"], &held["as_of_ms"]),
            (&json!("copy"), &copy["current"]["as_of_ms"])
        );
    });
}

/// A count shows no group that could point at somebody, nor lets it be worked out; a comparison names the keys of what changed. Both
/// are for the consumer only, and both are recorded.
#[test]
fn counts_and_comparisons_are_recorded() {
    run(async {
        let stage = Stage::raise(300).await;
        stage.at_source(&format!("UPDATE rkxx SET xb = '2' WHERE sfzh = '{}'", number(1))).await;
        let grant = stage.holding_grant().await;
        let id = stage.hold(&grant).await;
        let (count, compare) = (format!("/api/v1/copies/{id}/count"), format!("/api/v1/copies/{id}/compare"));
        let operator = stage.operator();
        let names = operator.post(&count, &json!({"by": ["name"]})).await.ok();
        let groups: Vec<(&str, u64)> = names["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| (group["values"][0].as_str().unwrap(), group["rows"].as_u64().unwrap()))
            .collect();
        assert_eq!(groups, [("张三", 100), ("张五", 100), ("张四", 100)], "{names}");
        assert_eq!((&names["rows"], &names["hidden_groups"]), (&json!(300), &json!(0)));
        // One woman: neither she nor, by subtraction, the others are counted.
        let sexes = operator.post(&count, &json!({"by": ["sex"]})).await.ok();
        assert_eq!((&sexes["groups"], &sexes["hidden_groups"]), (&json!([]), &json!(2)), "{sexes}");
        let her =
            json!({"by": ["name"], "row_filter": {"all": [{"item": "sex", "op": "eq", "values": ["2"]}]}});
        let her = operator.post(&count, &her).await.ok();
        assert_eq!((&her["groups"], &her["rows"]), (&json!([]), &Value::Null), "{her}");
        operator.post(&count, &json!({"by": ["mobile"]})).await.refused(422, "copy.not_clear");
        operator.post(&count, &json!({"by": ["region"]})).await.refused(422, "copy.not_clear");
        let provider = stage.seeded.as_(Who::ProviderOperator);
        provider.post(&count, &json!({"by": ["name"]})).await.refused(403, "actor.role");

        operator.post(&compare, &json!({})).await.refused(404, "copy.no_previous");
        stage.at_source(&format!("UPDATE rkxx SET xm = '改名' WHERE sfzh = '{}'", number(3))).await;
        stage.at_source(&format!("DELETE FROM rkxx WHERE sfzh = '{}'", number(4))).await;
        stage.fill(300, 302).await;
        stage.run(&id, "run").await;
        let changed = operator.post(&compare, &json!({})).await.ok();
        let told =
            ["same", "only_left", "only_right", "different"].map(|name| changed[name].as_u64().unwrap());
        assert_eq!(told, [298, 2, 1, 1], "{changed}");
        assert_eq!(changed["differences"], json!([{"item": "name", "rows": 1}]));
        let mut keys: Vec<&str> =
            changed["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        keys.sort_unstable();
        let mut expected =
            [("+", 300), ("+", 301), ("-", 4), ("~", 3)].map(|(sign, row)| format!("{sign}{}", number(row)));
        expected.sort_unstable();
        assert_eq!(keys, expected);

        for (kind, times) in [("exchange.copy.counted", 3), ("exchange.copy.compared", 1)] {
            let list = format!("/api/v1/evidence?kind={kind}&grant={grant}");
            until("the use of the copy to be in the evidence", async || {
                let seen = stage.seeded.as_(Who::ProviderHead).get(&list).await.ok();
                (seen["total"] == json!(times)).then_some(())
            })
            .await;
        }
    });
}

/// Only the two newest states are kept, their files are nobody else's to read, and all of it goes within a second of the grant, with
/// evidence; so it does when the subscription ends, and when the terms change it is taken anew.
#[test]
fn a_copy_goes_with_its_grant() {
    run(async {
        let stage = Stage::raise(50).await;
        let grant = stage.holding_grant().await;
        let id = stage.hold(&grant).await;
        stage.run(&id, "run").await;
        stage.run(&id, "run").await;
        let files = stage.held_files();
        assert_eq!(files.len(), 2, "{files:?}");
        for file in &files {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Suspended, it is of no use but stays.
        stage.seeded.change(&grant, "suspend").await;
        stage.seeded.query(&stage.ask(&grant, 1, "copy")).await.refused(403, "authorise.suspended");
        stage
            .operator()
            .post(&format!("/api/v1/copies/{id}/count"), &json!({"by": ["sex"]}))
            .await
            .refused(403, "authorise.suspended");
        assert_eq!(stage.held_files().len(), 2);
        stage.seeded.change(&grant, "resume").await;
        stage.seeded.change(&grant, "revoke").await;
        until("the files to be gone", async || stage.held_files().is_empty().then_some(())).await;
        let list = format!("/api/v1/evidence?kind=exchange.copy.deleted&grant={grant}");
        until("the deletion to be in the evidence", async || {
            let seen = stage.seeded.as_(Who::ProviderHead).get(&list).await.ok();
            // The one that was superseded, and the two that went with the grant.
            (seen["total"] == json!(3)).then_some(())
        })
        .await;
        stage.operator().get(&format!("/api/v1/copies/{id}")).await.refused(404, "copy.none");

        let grant = stage.holding_grant().await;
        let id = stage.hold(&grant).await;
        assert_eq!(stage.held_files().len(), 1);
        stage
            .operator()
            .post(&format!("/api/v1/subscriptions/{id}/end"), &json!({"reason": "不再需要"}))
            .await
            .ok();
        until("the file to be gone", async || stage.held_files().is_empty().then_some(())).await;
    });
}
