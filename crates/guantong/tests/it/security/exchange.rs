//! Who may do what with the path, agents and evidence.

use serde_json::json;

use super::{Row, Things, anyone_proved, id, parties, users};
use crate::world::Who::*;
use crate::world::World;

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    let parties = parties();
    let provider = [ProviderHead, ProviderOperator, ProviderDeveloper];
    Some(match operation {
        "list_agents" | "list_evidence" | "show_overview" => (users(), None, vec![]),
        "list_callable_grants" => (anyone_proved(), None, vec![]),
        "show_agent" => {
            let may = [provider.as_slice(), &[Platform, Business, Auditor]].concat();
            (may, None, id(&world.agent_id))
        }
        "create_agent" => {
            (vec![Platform], Some(json!({"name": "又一台", "organisation_id": world.consumer})), vec![])
        }
        "new_join_code" | "enable_agent" => (vec![Platform], None, id(&world.agent_id)),
        "disable_agent" => (vec![Platform], None, id(&world.agent_id)),
        "list_source_tables" => {
            let path = [id(&world.agent_id), vec![("source", "register".to_owned())]].concat();
            (vec![ProviderHead, ProviderOperator], None, path)
        }
        "profile_source_table" => {
            let more = vec![("source", "register".to_owned()), ("table", "rkxx".to_owned())];
            let path = [id(&world.agent_id), more].concat();
            (vec![ProviderHead, ProviderOperator], Some(json!({"sample_rows": 10})), path)
        }
        "show_quality" => (anyone_proved(), None, id(&world.resource)),
        "take_quality" => (vec![ProviderHead, ProviderOperator], None, id(&world.resource)),
        "query" | "verify" => {
            let mut body = world.question(&things.grant, crate::world::CLEAN);
            if operation == "verify" {
                body["claims"] = json!({"name": "张三"});
            }
            (vec![ConsumerClient, ConsumerOperator, ConsumerHead], Some(body), vec![])
        }
        "show_evidence" => {
            let may = parties.into_iter().filter(|who| *who != Business).collect();
            (may, None, vec![("index", things.evidence.to_string())])
        }

        _ => return None,
    })
}
