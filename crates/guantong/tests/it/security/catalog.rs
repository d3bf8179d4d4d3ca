//! Who may do what with the catalogue.

use serde_json::{Value, json};

use super::{Row, Things, anyone_proved, id};
use crate::world::Who::*;
use crate::world::{RESOURCE, World, assessments, fitting_code, resource_body};

/// What the operations below act upon.
pub(super) struct Made {
    /// An entry that waits for the head, with a mount that waits for the authority.
    submitted: String,
    /// An entry of the negative list.
    negative: String,
}

impl Made {
    pub(super) async fn raise(world: &World) -> Self {
        let operator = world.as_(ProviderOperator);
        let id = |made: Value| made["id"].as_str().unwrap().to_owned();
        let submitted = resource_body("GA-DRAFT-002", &world.provider, Some(&world.system));
        let submitted = id(operator.post("/api/v1/resources", &submitted).await.ok());
        let path = format!("/api/v1/resources/{submitted}");
        operator.put(&format!("{path}/mount"), &world.mount_body("register")).await.ok();
        operator.post(&format!("{path}/submit"), &json!({})).await.ok();
        let mut revision = resource_body(RESOURCE, &world.provider, Some(&world.system));
        revision["abstract"] = json!("户籍人口的基本信息");
        operator.put(&format!("/api/v1/resources/{}", world.resource), &revision).await.ok();
        let negative = id(world.as_(Business).post("/api/v1/negative-list", &negative()).await.ok());
        Self { submitted, negative }
    }
}

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    Some(match operation {
        "list_organisations"
        | "list_systems"
        | "list_elements"
        | "list_code_sets"
        | "list_resource_classes"
        | "list_resources"
        | "list_announcements"
        | "list_negative_entries" => (anyone_proved(), None, vec![]),
        "read_system" => (anyone_proved(), None, id(&world.system)),
        "list_resource_versions" => (anyone_proved(), None, id(&world.resource)),
        "diff_resource_versions" => {
            let one = |name| (name, "1".to_owned());
            (anyone_proved(), None, [id(&world.resource), vec![one("a"), one("b")]].concat())
        }
        "create_negative_entry" => (vec![Business], Some(negative()), vec![]),
        "change_negative_entry" => {
            (vec![Business], Some(json!({"active": false})), id(&things.catalogue.negative))
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
        "approve_mount" => (vec![Business], Some(json!({})), id(&things.draft)),
        "return_mount" => (vec![Business], Some(returned("mount")), id(&things.catalogue.submitted)),
        "submit_resource" => (vec![ProviderOperator], None, id(&things.draft)),
        "sign_resource" => (vec![ProviderHead], Some(assessments()), id(&things.draft)),
        // Called by the head, since what waits here waits for the signature.
        "return_resource" => {
            (vec![Business, ProviderHead], Some(returned("unclear")), id(&things.catalogue.submitted))
        }
        "approve_resource" | "publish_resource" => (vec![Business], Some(json!({})), id(&things.draft)),
        "withdraw_resource" => {
            let body = json!({"cause": "system_retired", "reason": "系统停用，不再提供"});
            (vec![ProviderHead, Business], Some(body), id(&things.draft))
        }
        "keep_resource" => {
            (vec![ProviderHead, Business], Some(json!({"reason": "延期停用"})), id(&things.draft))
        }
        "discard_revision" => (vec![ProviderHead, ProviderOperator], None, id(&world.resource)),
        _ => return None,
    })
}

fn returned(reason: &str) -> Value {
    json!({"reasons": [reason], "text": "请补充说明后重新提交"})
}

/// An entry of the negative list that nothing here is on.
fn negative() -> Value {
    json!({"name": "涉密文件", "pattern": "绝密文件", "basis": "《中华人民共和国保守国家秘密法》第十三条",
        "scope": "publish"})
}
