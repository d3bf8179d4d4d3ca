//! Who may do what with users, sessions and client systems.

use kernel::clock::Clock as _;
use serde_json::{Value, json};

use super::{Row, Things, id, users};
use crate::world::Who::{self, *};
use crate::world::{PASSWORD, World};

/// Accounts that operations act upon.
pub(super) struct Made {
    /// Proposed auditors: one to confirm, one to refuse, one to take back.
    proposals: [String; 3],
    /// The provider's operator stands in for its head.
    delegation: String,
    /// Id of the stranger's operator.
    stranger_operator: String,
}

impl Made {
    pub(super) async fn raise(world: &World) -> Self {
        let mut proposals = Vec::new();
        for number in 1..=3 {
            let body = proposal(number, &world.provider);
            let made = world.as_(Platform).post("/api/v1/account-proposals", &body).await.ok();
            proposals.push(made["id"].as_str().unwrap().to_owned());
        }
        let delegation = delegation(world, &own_id(world, ProviderOperator).await);
        let made = world.as_(ProviderHead).post("/api/v1/delegations", &delegation).await.ok();
        Self {
            proposals: proposals.try_into().unwrap(),
            delegation: made["id"].as_str().unwrap().to_owned(),
            stranger_operator: own_id(world, StrangerOperator).await,
        }
    }
}

/// A proposal of another auditor.
fn proposal(number: u32, organisation: &str) -> Value {
    json!({"kind": "create", "username": format!("auditor-{number}"), "person": format!("S-{number}"),
        "role": "security_auditor", "organisation_id": organisation, "reason": "增加审计人员"})
}

async fn own_id(world: &World, who: Who) -> String {
    world.as_(who).get("/api/v1/session").await.ok()["user"]["id"].as_str().unwrap().to_owned()
}

/// A delegation for a day.
fn delegation(world: &World, delegate: &str) -> Value {
    let until = world.hub.clock.now_ms() + 86_400_000;
    json!({"delegate_id": delegate, "until_ms": until, "reason": "外出开会"})
}

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
        "show_second_factor" | "list_own_sessions" | "end_other_sessions" | "list_delegations" => {
            (users(), None, vec![])
        }
        "act_for" => (users(), Some(json!({"delegation": null})), vec![]),
        "end_own_session" => (users(), None, id("none")),
        "enrol_second_factor" => (users(), Some(json!({"password": PASSWORD})), vec![]),
        "confirm_second_factor" | "renew_recovery_codes" => {
            (users(), Some(json!({"code": "000000"})), vec![])
        }
        "remove_second_factor" => (users(), Some(json!({"password": PASSWORD, "code": "000000"})), vec![]),
        "list_delegates" => (HEADS.to_vec(), None, vec![]),
        "delegate" => (HEADS.to_vec(), Some(delegation(world, &things.accounts.stranger_operator)), vec![]),
        "revoke_delegation" => (
            vec![ProviderHead, ProviderOperator],
            Some(json!({"reason": "提前返回"})),
            id(&things.accounts.delegation),
        ),
        _ => return accounts(operation, world, things),
    })
}

const HEADS: [Who; 3] = [ProviderHead, ConsumerHead, StrangerHead];

/// Accounts of others, and client systems.
fn accounts(operation: &str, world: &World, things: &Things) -> Option<Row> {
    let parted = vec![Platform, Business, Auditor];
    Some(match operation {
        "list_user_sessions" | "end_user_sessions" | "list_identities" => {
            (vec![Platform], None, id(&things.user))
        }
        "end_user_session" => {
            let path = [id(&things.user), vec![("session", "none".to_owned())]].concat();
            (vec![Platform], None, path)
        }
        "bind_identity" | "unbind_identity" => {
            let path = [id(&things.user), vec![("provider", "none".to_owned())]].concat();
            let body = (operation == "bind_identity").then(|| json!({"subject": "a"}));
            (vec![Platform], body, path)
        }
        "reset_second_factor" => (vec![Platform], Some(json!({"reason": "手机遗失"})), id(&things.user)),
        "list_proposals" => (parted, None, vec![]),
        "show_proposal" => (parted, None, id(&things.accounts.proposals[0])),
        "propose_account" => (vec![Platform], Some(proposal(9, &world.provider)), vec![]),
        "confirm_proposal" => (vec![Auditor], None, id(&things.accounts.proposals[0])),
        "refuse_proposal" => {
            (vec![Auditor], Some(json!({"reason": "编制不足"})), id(&things.accounts.proposals[1]))
        }
        "withdraw_proposal" => (vec![Platform], None, id(&things.accounts.proposals[2])),
        "list_clients" => (vec![ProviderDeveloper, ConsumerDeveloper, StrangerDeveloper], None, vec![]),
        "list_client_choices" => (
            users().into_iter().filter(|who| ![Platform, Business, Auditor].contains(who)).collect(),
            None,
            vec![],
        ),
        "create_client" => {
            let body = json!({"client_id": "mz-third", "name": "三", "organisation_id": world.consumer});
            (vec![ConsumerDeveloper], Some(body), vec![])
        }
        "change_client" => (vec![ConsumerDeveloper], Some(json!({"name": "改"})), id(&things.client)),
        "rotate_client_secret" => (vec![ConsumerDeveloper], None, id(&things.client)),
        _ => return None,
    })
}
