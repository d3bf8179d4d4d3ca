//! Who may do what with grants and requests.

use serde_json::json;

use super::{Row, Things, id, parties, users};
use crate::world::Who::*;
use crate::world::World;

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    let parties = parties();
    Some(match operation {
        "list_grants" => (users(), None, vec![]),
        "show_grant" => (parties, None, id(&things.grant)),
        "create_grant" => (vec![ProviderHead, Business], Some(world.grant_body()), vec![]),
        "suspend_grant" | "resume_grant" | "revoke_grant" => {
            (vec![ProviderHead, Business], Some(json!({"reason": "核查授权"})), id(&things.spare_grant))
        }
        _ => return None,
    })
}
