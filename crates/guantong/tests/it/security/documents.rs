//! Who may do what with documents and their handovers.

use serde_json::{Value, json};

use super::{Row, Things, anyone_proved, id};
use crate::world::Who::*;
use crate::world::World;

/// A grant that lets documents be handed over, and offers of the provider under it.
pub(super) struct Made {
    body: Value,
    grant: String,
    offer: String,
    spare: String,
}

impl Made {
    pub(super) async fn raise(world: &World) -> Self {
        let grant = world
            .grant(|body| {
                body["shapes"] = json!(["file"]);
                body["items"] = json!([{"item": "resident_id"}, {"item": "name"}]);
            })
            .await;
        let body = json!({
            "grant_id": grant, "document": "a.pdf", "case_no": "2026-0007",
            "purpose": {"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"},
        });
        let provider = world.as_(ProviderOperator);
        let offer = provider.post("/api/v1/handovers", &body).await.ok();
        let spare = provider.post("/api/v1/handovers", &body).await.ok();
        let text = |value: &Value| value["id"].as_str().unwrap().to_owned();
        Self { grant, offer: text(&offer), spare: text(&spare), body }
    }
}

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    let made = &things.documents;
    let consumer = vec![ConsumerHead, ConsumerOperator, ConsumerClient];
    let both = [consumer.as_slice(), &[ProviderHead, ProviderOperator]].concat();
    let sees =
        [both.as_slice(), &[Platform, Business, Auditor, ConsumerDeveloper, ProviderDeveloper]].concat();
    let reason = Some(json!({"reason": "例行"}));
    let to = Some(json!({"agent_id": world.agent_id, "target": "inbox"}));
    Some(match operation {
        "list_documents" => (both, None, vec![("grant_id", made.grant.clone())]),
        "list_handovers" => (anyone_proved(), None, vec![]),
        "create_handover" => (both, Some(made.body.clone()), vec![]),
        "show_handover" => (sees, None, id(&made.offer)),
        "accept_handover" => (consumer, to, id(&made.offer)),
        "decline_handover" | "retry_handover" => (consumer, reason, id(&made.offer)),
        "cancel_handover" => (both, reason, id(&made.spare)),
        _ => return None,
    })
}
