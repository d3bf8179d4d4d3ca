//! Who may do what with subscriptions and their runs.

use serde_json::{Value, json};

use super::{Row, Things, anyone_proved, id, users};
use crate::world::Who::*;
use crate::world::{AgentTask, World, until};

/// A subscription of the consumer into an SQLite file, with a run, and another that is ended.
pub(super) struct Made {
    body: Value,
    subscription: String,
    spare: String,
    run: String,
    _agent: AgentTask,
    _dir: tempfile::TempDir,
}

impl Made {
    pub(super) async fn raise(world: &World) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (agent_id, task) = world.take_in(dir.path()).await;
        let grant = world
            .grant(|body| {
                body["shapes"] = json!(["query", "batch"]);
                body["items"] = json!([{"item": "resident_id"}, {"item": "name"}]);
            })
            .await;
        let body = json!({
            "name": "户籍人口入库", "grant_id": grant, "agent_id": agent_id, "target": "hall", "table": "people",
            "columns": [{"item": "resident_id"}, {"item": "name"}], "keys": ["resident_id"], "method": "full",
            "schedule": {"kind": "manual"}, "purpose": {"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"},
        });
        let operator = world.as_(ConsumerOperator);
        let made = operator.post("/api/v1/subscriptions", &body).await.ok();
        let mut other = body.clone();
        other["table"] = json!("others");
        let spare = operator.post("/api/v1/subscriptions", &other).await.ok();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let subscription = text(&made["id"]);
        let begun =
            operator.post(&format!("/api/v1/subscriptions/{subscription}/run"), &json!({})).await.ok();
        let run = text(&begun["run_id"]);
        until("the run to end", async || {
            let seen = operator.get(&format!("/api/v1/runs/{run}")).await.ok();
            (seen["state"] == "succeeded").then_some(())
        })
        .await;
        Self { body, subscription, spare: text(&spare["id"]), run, _agent: task, _dir: dir }
    }
}

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    let made = &things.subscriptions;
    let consumer = vec![ConsumerHead, ConsumerDeveloper, ConsumerOperator];
    let operates = [consumer.as_slice(), &[ConsumerClient]].concat();
    let sees = [
        operates.as_slice(),
        &[Platform, Business, Auditor, ProviderHead, ProviderOperator, ProviderDeveloper],
    ]
    .concat();
    let reason = Some(json!({"reason": "例行"}));
    Some(match operation {
        "list_subscriptions" => (anyone_proved(), None, vec![]),
        "list_return_flows" => (
            [
                consumer.as_slice(),
                &[ProviderHead, ProviderOperator, ProviderDeveloper],
                &[StrangerHead, StrangerOperator, StrangerDeveloper],
            ]
            .concat(),
            None,
            vec![],
        ),
        "show_remount" => (vec![ProviderHead, ProviderOperator], None, id(&world.resource)),
        "propose_remount" => (vec![ProviderHead, ProviderOperator], Some(json!({})), id(&world.resource)),
        "list_flows" => (users(), None, vec![]),
        "create_subscription" | "check_subscription" => {
            let mut body = made.body.clone();
            body["table"] = json!("more");
            (consumer, Some(body), vec![])
        }
        "show_subscription" | "list_runs" => (sees, None, id(&made.subscription)),
        "show_run" => (sees, None, id(&made.run)),
        "list_held_rows" => (operates, None, id(&made.subscription)),
        "pause_subscription" | "resume_subscription" => (operates, reason, id(&made.subscription)),
        "run_subscription" => (operates, Some(json!({})), id(&made.subscription)),
        "compare_subscription" => (operates, Some(json!({})), id(&made.spare)),
        "end_subscription" => (operates, reason, id(&made.spare)),
        _ => return None,
    })
}
