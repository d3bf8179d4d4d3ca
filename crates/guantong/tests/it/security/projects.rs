//! Who may do what with planned systems, the budget view and the map.

use serde_json::{Value, json};

use super::{Row, Things, id, users};
use crate::world::Who::*;
use crate::world::World;

/// Plans of the consumer, each where some operation finds it.
pub(super) struct Plans {
    draft: String,
    signing: String,
    review: String,
    spare: String,
}

fn body(name: &str) -> Value {
    json!({"name": name, "purpose": "养老服务派单", "functions": ["服务派单"], "cost_yuan": 1_000_000,
        "starts_on": "2027-01-01", "ends_on": "2027-12-31",
        "resources": [{"name": "服务工单", "items": [{"name": "工单编号"}, {"name": "姓名"}]}]})
}

pub(super) async fn plans(world: &World) -> Plans {
    let operator = world.as_(ConsumerOperator);
    let mut ids = Vec::new();
    for (name, steps) in [("草稿系统", 0), ("待签系统", 1), ("审核系统", 2), ("退回系统", 2)]
    {
        let made = operator.post("/api/v1/plans", &body(name)).await.ok();
        let plan = made["id"].as_str().unwrap().to_owned();
        if steps > 0 {
            operator.post(&format!("/api/v1/plans/{plan}/submit"), &json!({})).await.ok();
        }
        if steps > 1 {
            world.as_(ConsumerHead).post(&format!("/api/v1/plans/{plan}/sign"), &json!({})).await.ok();
        }
        ids.push(plan);
    }
    let [draft, signing, review, spare] = ids.try_into().unwrap();
    // The hub's own worker matches it; each look gives it time.
    for _ in 0..600 {
        let open = operator.get("/api/v1/plans?state=under_review").await.ok();
        if open["total"] == 2 {
            return Plans { draft, signing, review, spare };
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the plan was not matched");
}

pub(super) fn expected(operation: &str, world: &World, things: &Things) -> Option<Row> {
    let plans = &things.plans;
    let readers = vec![
        Business,
        Auditor,
        ProviderHead,
        ProviderOperator,
        ConsumerHead,
        ConsumerOperator,
        StrangerHead,
        StrangerOperator,
    ];
    let reason = json!({"reason": "比对结果与实际不符"});
    Some(match operation {
        "list_plans" => (readers, None, vec![]),
        "file_plan" => {
            (vec![ProviderOperator, ConsumerOperator, StrangerOperator], Some(body("又一系统")), vec![])
        }
        "show_plan" => (vec![Business, Auditor, ConsumerHead, ConsumerOperator], None, id(&plans.review)),
        "preview_plan" => (vec![ConsumerHead, ConsumerOperator], None, id(&plans.draft)),
        "change_plan" => (vec![ConsumerOperator], Some(body("草稿系统")), id(&plans.draft)),
        "submit_plan" => (vec![ConsumerOperator], None, id(&plans.draft)),
        "sign_plan" => (vec![ConsumerHead], None, id(&plans.signing)),
        // Who may give a plan back depends on where it lies: this one lies with the authority.
        "return_plan" => (vec![Business], Some(reason), id(&plans.spare)),
        "reply_plan" => (vec![ConsumerHead, ConsumerOperator], Some(reason), id(&plans.review)),
        "decide_plan" => {
            let body = json!({"outcome": "refuse", "reason": "已有系统可用", "resources": []});
            (vec![Business], Some(body), id(&plans.review))
        }
        "list_budget" | "list_budget_departments" => (readers, None, vec![]),
        "show_budget" => (vec![Business, Auditor, ProviderHead, ProviderOperator], None, id(&world.system)),
        "show_chimneys" => (users(), None, vec![]),
        _ => return None,
    })
}
