//! Who may do what with grants, requests and needs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Row, Things, id, parties, users};
use crate::world::Who::{self, *};
use crate::world::{World, until};

/// Requests, needs and grants in the state that each operation takes, by operation.
pub(super) struct Made(BTreeMap<&'static str, String>);

fn reason() -> Value {
    json!({"reason": "核查后认为需要"})
}

fn request_body(world: &World) -> Value {
    json!({
        "resource_id": world.resource, "basis": "《社会救助暂行办法》第十一条", "matters": ["MZ-DB-001"],
        "scenario": "受理低保申请时核对申请人户籍信息", "items": [{"item": "name"}, {"item": "sex"}],
        "shapes": ["query"], "valid_until_ms": world.grant_body()["valid_until_ms"], "calls_per_day": 1000,
        "calls_per_second": 5, "measures": "仅救助科经办可见，办结后三十日内删除", "contact": "救助科 0818-1234567",
    })
}

fn need_body() -> Value {
    json!({"title": "残疾人证信息", "description": "持证人的残疾类别和等级", "scenario": "发放两项补贴时核对",
        "basis": "《残疾人保障法》第四十八条"})
}

/// What leads from one state to the next: who, operation's path, body.
type Step = (Who, &'static str, Value);

async fn request(world: &World, steps: &[Step]) -> String {
    let made = world.as_(ConsumerOperator).post("/api/v1/requests", &request_body(world)).await.ok();
    walk(world, &format!("/api/v1/requests/{}", made["id"].as_str().unwrap()), steps).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn need(world: &World, steps: &[Step]) -> String {
    let made = world.as_(ConsumerOperator).post("/api/v1/needs", &need_body()).await.ok();
    walk(world, &format!("/api/v1/needs/{}", made["id"].as_str().unwrap()), steps).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn walk(world: &World, path: &str, steps: &[Step]) {
    for (who, verb, body) in steps {
        world.as_(*who).post(&format!("{path}/{verb}"), body).await.ok();
    }
}

async fn suspended(world: &World) -> String {
    let grant = world.grant(|_| {}).await;
    let body = json!({"cause": "beyond_purpose", "reason": "抽查发现超范围使用"});
    let path = format!("/api/v1/grants/{grant}");
    world.as_(ProviderHead).post(&format!("{path}/suspend"), &body).await.ok();
    until("the agent to drop the pin", async || {
        (world.as_(ProviderHead).get(&path).await.ok()["pin_state"] != "accepted").then_some(())
    })
    .await;
    grant
}

fn narrowed(world: &World) -> Value {
    let until = world.grant_body()["valid_until_ms"].as_i64().unwrap() - 86_400_000;
    json!({"outcome": "approve", "text": "只提供姓名", "scope": {"items": [{"item": "name"}], "shapes": ["query"],
        "valid_until_ms": until, "calls_per_day": 100, "calls_per_second": 1}})
}

impl Made {
    /// Makes one of each.
    pub(super) async fn raise(world: &World) -> Self {
        let signing: Vec<Step> = vec![(ConsumerOperator, "submit", Value::Null)];
        let with = |steps: &[Step], more: Step| [steps, &[more]].concat();
        let checking = with(&signing, (ConsumerHead, "sign", Value::Null));
        let gap = json!({"gaps": [{"path": "scenario", "text": "请写明使用环节"}]});
        let incomplete = with(&checking, (ProviderOperator, "gaps", gap));
        let deciding = with(&checking, (ProviderOperator, "accept", Value::Null));
        let asked =
            with(&checking, (ProviderOperator, "extension", json!({"days": 3, "reason": "需商业务科室"})));
        let proposed = with(&deciding, (ProviderOperator, "decision", narrowed(world)));
        let approved = with(&proposed, (ProviderHead, "decision/sign", Value::Null));
        let delivering = with(&approved, (ConsumerOperator, "accept-scope", Value::Null));
        let promised: Vec<Step> =
            vec![(ProviderOperator, "answers", json!({"holds": true, "reason": "本局掌握"}))];
        let mut made = BTreeMap::new();
        for (operation, steps) in [
            ("show_request", &checking),
            ("change_request", &vec![]),
            ("submit_request", &vec![]),
            ("withdraw_request", &vec![]),
            ("return_request", &signing),
            ("sign_request", &signing),
            ("accept_request", &checking),
            ("notify_gaps", &checking),
            ("complete_request", &incomplete),
            ("decide_request", &deciding),
            ("return_decision", &proposed),
            ("sign_decision", &proposed),
            ("ask_extension", &checking),
            ("answer_extension", &asked),
            ("accept_scope", &approved),
            ("deliver_request", &delivering),
        ] {
            made.insert(operation, request(world, steps).await);
        }
        // The agent's word comes by itself; what it changes must be over before anything is compared.
        let path = format!("/api/v1/requests/{}", made["deliver_request"]);
        until("the delivery", async || {
            (world.as_(ConsumerHead).get(&path).await.ok()["state"] == "delivered").then_some(())
        })
        .await;
        for (operation, steps) in [
            ("show_need", &vec![]),
            ("answer_need", &vec![]),
            ("designate_need", &vec![]),
            ("close_need", &vec![]),
            ("link_need", &promised),
        ] {
            made.insert(operation, need(world, steps).await);
        }
        for operation in ["rectify_grant", "terminate_grant"] {
            made.insert(operation, suspended(world).await);
        }
        made.insert("give_back_grant", world.grant(|_| {}).await);
        Self(made)
    }

    fn id(&self, operation: &str) -> Vec<(&'static str, String)> {
        id(&self.0[operation])
    }
}

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    of_grants(operation, world, things)
        .or_else(|| of_requests(operation, world, &things.sharing))
        .or_else(|| of_needs(operation, world, &things.sharing))
}

fn of_grants(operation: &str, world: &World, things: &Things) -> Option<Row> {
    let stop = json!({"cause": "abnormal_use", "reason": "核查授权"});
    Some(match operation {
        "list_grants" | "list_sharing_choices" => (users(), None, vec![]),
        "show_grant" | "show_grant_timeline" => (parties(), None, id(&things.grant)),
        "create_grant" => (vec![ProviderHead, Business], Some(world.grant_body()), vec![]),
        "suspend_grant" | "resume_grant" | "revoke_grant" => {
            (vec![ProviderHead, Business], Some(stop), id(&things.spare_grant))
        }
        "terminate_grant" => (vec![ProviderHead, Business], Some(reason()), things.sharing.id(operation)),
        "give_back_grant" => {
            (vec![ConsumerHead, ConsumerOperator], Some(reason()), things.sharing.id(operation))
        }
        "rectify_grant" => {
            let body = json!({"text": "已收回越权账号，完成整改"});
            (vec![ConsumerHead, ConsumerOperator], Some(body), things.sharing.id(operation))
        }
        _ => return None,
    })
}

fn of_requests(operation: &str, world: &World, made: &Made) -> Option<Row> {
    let consumer = vec![ConsumerHead, ConsumerOperator];
    let provider = vec![ProviderHead, ProviderOperator];
    let checkers = vec![Business, ProviderHead, ProviderOperator];
    let here = || made.id(operation);
    Some(match operation {
        "list_requests" => (users(), None, vec![]),
        "draft_request" => {
            let may = [consumer.as_slice(), &[StrangerHead, StrangerOperator]].concat();
            (may, Some(request_body(world)), vec![])
        }
        "show_request" | "show_request_timeline" => (parties(), None, made.id("show_request")),
        "change_request" => (consumer, Some(request_body(world)), here()),
        "submit_request" | "complete_request" | "accept_scope" => (consumer, None, here()),
        "withdraw_request" => (consumer, Some(reason()), here()),
        "sign_request" => (vec![ConsumerHead], None, here()),
        "return_request" => (vec![ConsumerHead], Some(reason()), here()),
        "accept_request" | "deliver_request" => (checkers, None, here()),
        "notify_gaps" => {
            let body = json!({"gaps": [{"path": "scenario", "text": "请写明使用环节"}]});
            (checkers, Some(body), here())
        }
        "decide_request" => (provider, Some(narrowed(world)), here()),
        "sign_decision" => (vec![ProviderHead], None, here()),
        "return_decision" => (vec![ProviderHead], Some(reason()), here()),
        "ask_extension" => (provider, Some(json!({"days": 3, "reason": "需商业务科室"})), here()),
        "answer_extension" => (vec![Business], Some(json!({"agree": true, "reason": "情况属实"})), here()),
        _ => return None,
    })
}

fn of_needs(operation: &str, world: &World, made: &Made) -> Option<Row> {
    let here = || made.id(operation);
    let staff =
        vec![ProviderHead, ProviderOperator, ConsumerHead, ConsumerOperator, StrangerHead, StrangerOperator];
    Some(match operation {
        "list_needs" => (users(), None, vec![]),
        "post_need" => (staff, Some(need_body()), vec![]),
        "show_need" | "show_need_timeline" => {
            (users().into_iter().filter(|who| *who != Platform).collect(), None, made.id("show_need"))
        }
        "answer_need" => {
            let may = vec![ProviderHead, ProviderOperator, StrangerHead, StrangerOperator];
            (may, Some(json!({"holds": false, "reason": "本部门无此职责"})), here())
        }
        "designate_need" => {
            let body = json!({"organisation_id": world.provider, "reason": "属其法定职责"});
            (vec![Business], Some(body), here())
        }
        "link_need" => {
            let may = vec![Business, ProviderHead, ProviderOperator];
            (may, Some(json!({"resource_id": world.resource})), here())
        }
        "close_need" => (vec![Business, ConsumerHead, ConsumerOperator], Some(reason()), here()),
        _ => return None,
    })
}
