//! Who may do what with the catalogue.

use serde_json::json;

use super::{Row, Things, anyone_proved, id};
use crate::world::Who::*;
use crate::world::{World, fitting_code, resource_body};

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    Some(match operation {
        "list_organisations" | "list_systems" | "list_elements" | "list_code_sets" | "list_resources" => {
            (anyone_proved(), None, vec![])
        }
        "read_code_set" => (anyone_proved(), None, vec![("id", "sex".to_owned())]),
        "create_organisation" => {
            let body = json!({"name": "云澜县新局", "credit_code": fitting_code("1151342800000090"),
                "kind": "department", "region": "513428"});
            (vec![Platform], Some(body), vec![])
        }
        "change_organisation" => (vec![Platform], Some(json!({"short_name": "卫健"})), id(&world.stranger)),
        "create_system" => (
            vec![ProviderOperator],
            Some(json!({"name": "新系统", "organisation_id": world.provider})),
            vec![],
        ),
        "change_system" => (vec![ProviderOperator], Some(json!({"purpose": "改"})), id(&world.system)),
        "read_resource" => (anyone_proved(), None, id(&world.resource)),
        "create_resource" => {
            let body = resource_body("GA-NEW-001", &world.provider, Some(&world.system));
            (vec![ProviderOperator], Some(body), vec![])
        }
        "change_resource" => {
            let body = resource_body("GA-DRAFT-001", &world.provider, Some(&world.system));
            (vec![ProviderOperator, ProviderHead, Business], Some(body), id(&things.draft))
        }
        "mount_resource" => (vec![ProviderOperator], Some(world.mount_body("register")), id(&things.draft)),
        "publish_resource" => (vec![ProviderHead, Business], Some(json!({})), id(&things.draft)),
        "withdraw_resource" => {
            (vec![ProviderHead, Business], Some(json!({"reason": "系统停用，不再提供"})), id(&things.draft))
        }
        _ => return None,
    })
}
