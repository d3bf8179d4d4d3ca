//! Requests as departments file them, carried through both sides' hands.

use anyhow::{Context as _, bail};
use county::SampleGrant;
use kernel::clock::Clock as _;
use serde_json::{Value, json};

use super::super::api::text;
use super::super::seed::{Seeded, SeededDepartment, until};
use super::{DAY_MS, Past, id};

/// Requests filed together.
const TOGETHER: usize = 12;

/// What a request asks for.
pub async fn body(past: &Past<'_>, seeded: &Seeded, grant: &SampleGrant, days: i64) -> anyhow::Result<Value> {
    let (resource_id, name) = resource(seeded, grant).await?;
    let purpose = grant.purposes.first().context("a grant without a purpose")?;
    let valid_until_ms = past.clock.now_ms() + days * DAY_MS;
    Ok(json!({
        "resource_id": resource_id, "basis": purpose.basis, "matters": [purpose.matter],
        "scenario": format!("受理“{}”事项时，由经办人在业务系统中查询或核验“{}”，不再要求群众提交证明材料。", purpose.matter, name),
        "items": grant.items, "row_filter": grant.row_filter, "shapes": grant.shapes,
        "region": county::REGION, "valid_until_ms": valid_until_ms,
        "calls_per_day": grant.quota_per_day, "calls_per_second": grant.quota_per_second,
        "client_ids": grant.clients,
        "measures": "仅经办人和审核人可见，查询留痕；结果随办件归档，办结满三年删除；系统按等级保护二级管理。",
        "contact": "部门信息股 0834-0000000",
    }))
}

/// Id and name of the resource that a grant is about, mounted or only listed.
async fn resource(seeded: &Seeded, grant: &SampleGrant) -> anyhow::Result<(String, String)> {
    let mounted = &seeded.department(grant.provider)?.resources;
    if let Some((known, id, _)) = mounted.iter().find(|(known, ..)| known.code == grant.resource) {
        return Ok((id.clone(), known.zh.to_owned()));
    }
    let all = seeded.business.get("/api/v1/resources?page_size=200").await?;
    let listed = all["items"].as_array().into_iter().flatten().find(|one| one["code"] == grant.resource);
    let listed = listed.with_context(|| format!("{} is not in the catalogue", grant.resource))?;
    Ok((id(listed)?, text(listed, "name")?))
}

/// Files the requests behind the sample grants whose two departments are there (after the first time, those of the newest
/// department), and carries them to delivery. Gives how many.
pub async fn grant_what_can_be(past: &Past<'_>, seeded: &Seeded, done: usize) -> anyhow::Result<usize> {
    let there = |key: &str| seeded.departments.iter().any(|department| department.key == key);
    let newest = seeded.departments.last().map(|department| department.key);
    let ready: Vec<_> = past
        .county
        .sample_grants()
        .into_iter()
        .filter(|grant| there(grant.consumer) && there(grant.provider))
        // Those before were given when the department before joined.
        .filter(|grant| done == 0 || newest == Some(grant.consumer) || newest == Some(grant.provider))
        .collect();
    for together in ready.chunks(TOGETHER) {
        past.later(4).await?;
        let mut filed = Vec::new();
        for grant in together {
            let consumer = seeded.department(grant.consumer)?;
            let body = body(past, seeded, grant, 4 * 365).await?;
            let made = consumer.operator.post("/api/v1/requests", &body).await?;
            filed.push((grant, id(&made)?));
        }
        deliver(past, seeded, &filed).await?;
    }
    Ok(ready.len())
}

/// Carries requests through all hands until the agents have pinned the grants.
async fn deliver(past: &Past<'_>, seeded: &Seeded, filed: &[(&SampleGrant, String)]) -> anyhow::Result<()> {
    // No path through the states is longer than this.
    for _ in 0..6 {
        let mut open = 0;
        for (grant, request) in filed {
            let (consumer, provider) =
                (seeded.department(grant.consumer)?, seeded.department(grant.provider)?);
            let state = state(consumer, request).await?;
            if step(&state, request, consumer, provider).await? {
                open += 1;
            }
        }
        if open == 0 {
            break;
        }
        past.later(1).await?;
    }
    for (grant, request) in filed {
        let consumer = seeded.department(grant.consumer)?;
        until("an agent to accept a grant", async || match state(consumer, request).await?.as_str() {
            "delivered" => Ok(true),
            "delivering" => Ok(false),
            other => bail!("request {request} of {} is {other}", consumer.name),
        })
        .await?;
    }
    Ok(())
}

/// State of a request.
pub async fn state(of: &SeededDepartment, request: &str) -> anyhow::Result<String> {
    let view = of.operator.get(&format!("/api/v1/requests/{request}")).await?;
    Ok(view["state"].as_str().unwrap_or_default().to_owned())
}

/// The next step to an approval. True when one was made.
pub async fn step(
    state: &str,
    request: &str,
    consumer: &SeededDepartment,
    provider: &SeededDepartment,
) -> anyhow::Result<bool> {
    let path = |verb: &str| format!("/api/v1/requests/{request}/{verb}");
    let nothing = json!({});
    match state {
        "draft" => consumer.operator.post(&path("submit"), &nothing).await?,
        "signing" => consumer.head.post(&path("sign"), &nothing).await?,
        "checking" => provider.operator.post(&path("accept"), &nothing).await?,
        "deciding" => provider.operator.post(&path("decision"), &json!({"outcome": "approve"})).await?,
        "provider_signing" => provider.head.post(&path("decision/sign"), &nothing).await?,
        _ => return Ok(false),
    };
    Ok(true)
}
