//! Systems that departments planned, and what the data authority said: build, or use what exists.

use std::collections::HashMap;

use anyhow::Context as _;
use chrono::{DateTime, Days};
use county::PlannedSystem;
use kernel::clock::Clock as _;
use kernel::follow_up;
use serde_json::{Value, json};

use super::super::seed::{Seeded, until};
use super::{Past, id};

/// Every so many plans of the county's set was filed and decided in the past.
const EVERY: usize = 5;
/// Working days between two of them.
const BETWEEN: u32 = 4;

fn body(past: &Past<'_>, plan: &PlannedSystem) -> anyhow::Result<Value> {
    let today = DateTime::from_timestamp_millis(past.clock.now_ms()).context("time")?.date_naive();
    let resources: Vec<_> = plan
        .resources
        .iter()
        .map(|resource| {
            let items: Vec<_> =
                resource.items.iter().map(|item| json!({"name": item.zh, "element": item.element})).collect();
            json!({"name": resource.name, "description": resource.summary, "items": items})
        })
        .collect();
    Ok(json!({
        "name": plan.name, "purpose": plan.purpose, "functions": plan.functions, "cost_yuan": plan.cost_yuan,
        "starts_on": today + Days::new(60), "ends_on": today + Days::new(300),
        "basis": "部门年度信息化建设计划", "resources": resources,
    }))
}

/// Files a plan and gives its path.
async fn file(past: &Past<'_>, seeded: &Seeded, plan: &PlannedSystem) -> anyhow::Result<String> {
    let department = seeded.department(&plan.department)?;
    let made = department.operator.post("/api/v1/plans", &body(past, plan)?).await?;
    Ok(format!("/api/v1/plans/{}", id(&made)?))
}

async fn sign(past: &Past<'_>, seeded: &Seeded, plan: &PlannedSystem, path: &str) -> anyhow::Result<()> {
    let department = seeded.department(&plan.department)?;
    department.operator.post(&format!("{path}/submit"), &json!({})).await?;
    past.later(1).await?;
    department.head.post(&format!("{path}/sign"), &json!({})).await?;
    // The platform matches what was signed by itself; nobody reviews before that.
    until("a plan to be matched", async || {
        follow_up::run_due(&past.hub.kernel, &past.hub.handlers).await?;
        Ok(seeded.business.get(path).await?["state"] != "matching")
    })
    .await
}

/// Plans that were reviewed: approved where nobody has the data, cut where somebody does.
pub async fn decided(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
    let list = seeded.business.get("/api/v1/resources?page_size=200").await?;
    let ids: HashMap<&str, &str> = list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["code"].as_str()?, one["id"].as_str()?)))
        .collect();
    for plan in county::plans().iter().step_by(EVERY) {
        past.later(BETWEEN).await?;
        let path = file(past, seeded, plan).await?;
        sign(past, seeded, plan, &path).await?;
        past.later(4).await?;
        seeded.business.post(&format!("{path}/decide"), &decision(plan, &ids)).await?;
    }
    Ok(())
}

fn decision(plan: &PlannedSystem, ids: &HashMap<&str, &str>) -> Value {
    let mut shared = false;
    let mut rulings = Vec::new();
    for (place, resource) in plan.resources.iter().enumerate() {
        let holders: Vec<_> = resource.overlaps.iter().filter_map(|code| ids.get(code.as_str())).collect();
        rulings.push(if holders.is_empty() {
            json!({"place": place, "decision": "build", "reason": "目录中没有同类数据，可以新建。"})
        } else {
            shared = true;
            json!({"place": place, "decision": "share", "resource_ids": holders,
                   "reason": "已有部门掌握并编目，申请共享使用，不再重复采集。"})
        });
    }
    if shared {
        json!({"outcome": "cut", "granted_yuan": plan.cost_yuan * 7 / 10, "resources": rulings,
               "reason": "重复采集部分核减，其余同意建设，须对接共享平台。"})
    } else {
        json!({"outcome": "approve", "resources": rulings, "reason": "未发现重复建设，同意。"})
    }
}

/// Plans that lie on somebody's desk now: a draft, one to be signed, one sent back, the others under review.
pub async fn under_way(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
    let plans = county::plans();
    for (at, plan) in plans.iter().skip(1).step_by(EVERY).take(6).enumerate() {
        let path = file(past, seeded, plan).await?;
        let department = seeded.department(&plan.department)?;
        match at {
            0 => {}
            1 => {
                department.operator.post(&format!("{path}/submit"), &json!({})).await?;
            }
            2 => {
                sign(past, seeded, plan, &path).await?;
                let reason = json!({"reason": "数据资源清单过于笼统，请逐项列明信息项和来源。"});
                seeded.business.post(&format!("{path}/return"), &reason).await?;
            }
            _ => sign(past, seeded, plan, &path).await?,
        }
    }
    Ok(())
}
