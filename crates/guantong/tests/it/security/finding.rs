//! Who may have items proposed, search, and import.

use serde_json::json;

use super::{Row, Things};
use crate::world::Who::*;
use crate::world::World;

pub(super) fn expected(operation: &str, _: &World, _: &Things) -> Option<Row> {
    let departments =
        [ProviderHead, ProviderOperator, ConsumerHead, ConsumerOperator, StrangerHead, StrangerOperator];
    Some(match operation {
        "propose_items" => {
            let body = json!({"table": {"name": "rkxx", "columns": [{"name": "XM", "comment": "姓名"}]}});
            (departments.into_iter().chain([Business]).collect(), Some(body), vec![])
        }
        "decide_proposals" => {
            let decision = json!({"column": "XM", "lesson_key": "xm|姓名|", "chosen": "person.name"});
            (departments.to_vec(), Some(json!({"table": "rkxx", "decisions": [decision]})), vec![])
        }
        "download_template" => (departments.into_iter().chain([Business]).collect(), None, vec![]),
        "export_catalogue" => (super::anyone_proved(), None, vec![]),
        // The walk sends JSON; what matters here is who gets as far as the form.
        "import_catalogue" => {
            (vec![ProviderOperator, ConsumerOperator, StrangerOperator], Some(json!({})), vec![])
        }
        "search_catalogue" | "find_holders" => (super::anyone_proved(), None, vec![]),
        _ => return None,
    })
}
