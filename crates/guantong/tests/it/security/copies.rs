//! Who may do what with copies held at the hub.

use serde_json::json;

use super::{Row, Things, anyone_proved, id};
use crate::world::Who::*;
use crate::world::{World, until};

/// A copy of the consumer that was taken twice.
pub(super) struct Made {
    copy: String,
}

impl Made {
    pub(super) async fn raise(world: &World) -> Self {
        let grant = world
            .grant(|body| {
                body["shapes"] = json!(["query", "hold"]);
                body["items"] = json!([{"item": "resident_id"}, {"item": "name"}]);
            })
            .await;
        let body = json!({
            "name": "户籍人口留存", "grant_id": grant, "hold": true, "columns": [{"item": "resident_id"}, {"item": "name"}],
            "keys": ["resident_id"], "method": "full", "schedule": {"kind": "manual"},
            "purpose": {"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"},
        });
        let operator = world.as_(ConsumerOperator);
        let made = operator.post("/api/v1/subscriptions", &body).await.ok();
        let copy = made["id"].as_str().unwrap().to_owned();
        for _ in 0..2 {
            let begun = operator.post(&format!("/api/v1/subscriptions/{copy}/run"), &json!({})).await.ok();
            let run = begun["run_id"].as_str().unwrap().to_owned();
            until("the run to end and make room for another", async || {
                let seen = operator.get(&format!("/api/v1/subscriptions/{copy}")).await.ok();
                let ended = seen["last_run"]["id"] == json!(run) && seen["last_run"]["state"] == "succeeded";
                ended.then_some(())
            })
            .await;
        }
        Self { copy }
    }
}

pub(super) fn expected(operation: &str, _: &World, things: &Things) -> Option<Row> {
    let copy = id(&things.copies.copy);
    // Developers run the subscription and see no data.
    let uses = vec![ConsumerHead, ConsumerOperator, ConsumerClient];
    let others = [Platform, Business, Auditor, ProviderHead, ProviderOperator, ProviderDeveloper];
    Some(match operation {
        "list_copies" => (anyone_proved(), None, vec![]),
        "show_copy" => ([uses.as_slice(), &[ConsumerDeveloper], &others].concat(), None, copy),
        "count_copy" => (uses, Some(json!({"by": ["name"]})), copy),
        "compare_copies" => (uses, Some(json!({})), copy),
        _ => return None,
    })
}
