//! Return flow: a lower region is given back its own rows, and no others.

use serde_json::{Value, json};

use super::stage::{Stage, number};
use crate::world::{Who, run, until};

const TEMPLATES: &str = "/api/v1/subscriptions/templates";

/// Numbers of the rows at the target.
async fn there(stage: &Stage) -> Vec<String> {
    sqlx::query_scalar("SELECT resident_id FROM back ORDER BY 1")
        .fetch_all(&stage.target)
        .await
        .unwrap_or_default()
}

/// A town office is offered the county's register with its own region filled in. A request that widens the region is refused, and so is
/// a subscription that says it is a return flow under a grant of more. Under the right grant the town's rows come, none of
/// another town ever does, and a row that moves to another town is taken away.
#[test]
fn only_the_own_region_comes_back() {
    run(async {
        let stage = Stage::raise(30).await;
        let (operator, admin) = (stage.operator(), stage.seeded.as_(Who::Platform));
        // Of the same county there is nothing that stands above.
        assert_eq!(operator.get(TEMPLATES).await.ok(), json!([]));
        let town = json!({"region": "513428100", "kind": "town"});
        let path = format!("/api/v1/organisations/{}", stage.seeded.consumer);
        admin.send(reqwest::Method::PATCH, &path, Some(&town)).await.ok();
        stage.at_source("UPDATE rkxx SET qh = '513428101201'").await;
        let own: Vec<String> = (0..7).map(number).collect();
        for (row, number) in own.iter().enumerate() {
            let village = 200 + row % 3;
            stage
                .at_source(&format!("UPDATE rkxx SET qh = '513428100{village}' WHERE sfzh = '{number}'"))
                .await;
        }
        let offered = operator.get(TEMPLATES).await.ok();
        let one = &offered[0];
        assert_eq!((&one["item"], &one["prefix"]), (&json!("region"), &json!("513428100")), "{offered}");
        let asked = &one["request"];
        assert_eq!(asked["method"], "batch", "{offered}");
        assert_eq!(
            asked["row_filter"]["all"],
            json!([{"item": "region", "op": "prefix", "values": ["513428100"]}]),
            "{offered}"
        );

        for wider in ["513428", "5134281", "513428101"] {
            let mut body = asked.clone();
            body["row_filter"]["all"][0]["values"] = json!([wider]);
            let refused = operator.post("/api/v1/requests", &body).await;
            refused.refused(422, "input.invalid");
            assert!(refused.body.to_string().contains("return_flow.rows"), "{}", refused.body);
        }
        let drafted = operator.post("/api/v1/requests", asked).await.ok();
        assert_eq!(drafted["content"]["template"], "return_flow", "{drafted}");
        assert_eq!(operator.get(TEMPLATES).await.ok()[0]["request_id"], drafted["id"]);

        // The grant of the stage is of every row.
        let like = |grant: &str| -> Value {
            let mut body = stage.body("back");
            body["grant_id"] = json!(grant);
            body["template"] = json!("return_flow");
            body
        };
        operator.post("/api/v1/subscriptions", &like(&stage.grant)).await.refused(403, "return_flow.grant");

        let grant = stage
            .seeded
            .grant(|body| {
                body["shapes"] = json!(["batch"]);
                body["items"] = json!([{"item": "resident_id"}, {"item": "name"}, {"item": "sex"},
                    {"item": "birth_date"}, {"item": "mobile", "masked": true}, {"item": "region"}]);
                body["row_filter"] = asked["row_filter"].clone();
            })
            .await;
        let offered = operator.get(TEMPLATES).await.ok();
        assert_eq!(
            (&offered[0]["grant_id"], &offered[0]["request_id"]),
            (&json!(grant), &Value::Null),
            "{offered}"
        );
        assert_eq!(offered[0]["subscription"]["method"], "changes", "{offered}");

        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        stage.at_source("ALTER TABLE rkxx REPLICA IDENTITY FULL").await;
        let mut body = offered[0]["subscription"].clone();
        body["agent_id"] = json!(stage.consumer_agent);
        body["target"] = json!("hall");
        body["table"] = json!("back");
        let made = operator.post("/api/v1/subscriptions", &body).await.ok();
        assert_eq!(made["input"]["template"], "return_flow", "{made}");
        assert_eq!(made["rows"], asked["row_filter"], "{made}");
        let mut wanted = own.clone();
        wanted.sort();
        until("the own rows to arrive", async || (there(&stage).await == wanted).then_some(())).await;

        // One moves away, one moves in, and of another town something changes.
        stage.at_source(&format!("UPDATE rkxx SET qh = '513428102201' WHERE sfzh = '{}'", own[0])).await;
        stage.at_source(&format!("UPDATE rkxx SET xm = '王五' WHERE sfzh = '{}'", number(20))).await;
        stage.at_source(&format!("UPDATE rkxx SET qh = '513428100201' WHERE sfzh = '{}'", number(21))).await;
        let mut wanted: Vec<String> = own.iter().skip(1).cloned().chain([number(21)]).collect();
        wanted.sort();
        until("the moves to be followed", async || (there(&stage).await == wanted).then_some(())).await;
    });
}
