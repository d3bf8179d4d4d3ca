//! Who may do what with to-dos, notices and settings.

use serde_json::json;

use super::{Row, Things, users};
use crate::world::Who::*;
use crate::world::World;

pub(super) fn expected(operation: &str, _world: &World, _things: &Things) -> Option<Row> {
    Some(match operation {
        "list_todos" | "list_notices" | "read_all_notices" | "list_settings" => (users(), None, vec![]),
        "read_notice" => (users(), None, vec![("id", "none".to_owned())]),
        "put_setting" => {
            let body = json!({"value": 3, "reason": "按规定调整"});
            (vec![Business], Some(body), vec![("key", "desk.remind_days".to_owned())])
        }
        _ => return None,
    })
}
