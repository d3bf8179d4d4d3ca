//! Who may do what with users, sessions and client systems.

use serde_json::json;

use super::{Row, Things, id, users};
use crate::world::Who::*;
use crate::world::{PASSWORD, World};

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    Some(match operation {
        "read_session" => (users(), None, vec![]),
        "log_out" => (users(), None, vec![]),
        "change_password" => {
            (users(), Some(json!({"current": PASSWORD, "new": PASSWORD.replace("Kx7", "Qm3")})), vec![])
        }
        "list_users" => (vec![Platform], None, vec![]),
        "create_user" => {
            let body = json!({"username": "made-by-test", "role": "department_head",
                "organisation_id": world.provider, "password": PASSWORD});
            (vec![Platform], Some(body), vec![])
        }
        "change_user" => (vec![Platform], Some(json!({"disabled": true})), id(&things.user)),
        "list_clients" => (vec![ProviderDeveloper, ConsumerDeveloper, StrangerDeveloper], None, vec![]),
        "create_client" => {
            let body = json!({"client_id": "mz-third", "name": "三", "organisation_id": world.consumer});
            (vec![ConsumerDeveloper], Some(body), vec![])
        }
        "change_client" => (vec![ConsumerDeveloper], Some(json!({"name": "改"})), id(&things.client)),
        "rotate_client_secret" => (vec![ConsumerDeveloper], None, id(&things.client)),
        _ => return None,
    })
}
