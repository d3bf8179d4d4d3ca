//! How entries come into the catalogue: listed, signed by the head, reviewed and published by the data authority, and mounted
//! where there is a store.

use county::{Entry, Listed, Resource, ShareType};
use serde_json::{Value, json};

use super::super::seed::{Seeded, SeededDepartment};
use super::{Past, id};

/// What a department holds in its stores, from the draft to the mounted entry.
pub async fn publish(past: &Past<'_>, seeded: &mut Seeded, from: usize) -> anyhow::Result<()> {
    let departments = past.county.departments();
    past.later(3).await?;
    for department in &mut seeded.departments[from..] {
        let Some(known) = departments.iter().find(|one| one.key == department.key) else { continue };
        for system in &known.systems {
            for resource in &system.resources {
                let input = mounted_body(resource, department, system.zh);
                let made = department.operator.post("/api/v1/resources", &input).await?;
                department.resources.push((resource.clone(), id(&made)?, system.source.to_owned()));
            }
        }
    }
    past.later(1).await?;
    let seeded = &*seeded;
    for department in &seeded.departments[from..] {
        for (resource, id, source) in &department.resources {
            let path = format!("/api/v1/resources/{id}");
            department.operator.put(&format!("{path}/mount"), &mount(department, resource, source)).await?;
            seeded.business.post(&format!("{path}/mount/approve"), &json!({})).await?;
            department.operator.post(&format!("{path}/submit"), &json!({})).await?;
        }
    }
    let ids: Vec<_> = seeded.departments[from..]
        .iter()
        .flat_map(|department| department.resources.iter().map(move |(_, id, _)| (department, id.as_str())))
        .collect();
    carry(past, seeded, &ids).await
}

/// Signed a day later, reviewed and published the day after.
pub async fn carry(
    past: &Past<'_>,
    seeded: &Seeded,
    entries: &[(&SeededDepartment, &str)],
) -> anyhow::Result<()> {
    past.later(1).await?;
    for (department, id) in entries {
        department.head.post(&format!("/api/v1/resources/{id}/sign"), &json!({})).await?;
    }
    past.later(1).await?;
    for (_, id) in entries {
        seeded.business.post(&format!("/api/v1/resources/{id}/approve"), &json!({})).await?;
        seeded.business.post(&format!("/api/v1/resources/{id}/publish"), &json!({})).await?;
    }
    Ok(())
}

fn mount(department: &SeededDepartment, resource: &Resource, source: &str) -> Value {
    let columns: Vec<_> = resource
        .items
        .iter()
        .map(|item| json!({"item": item.name, "column": item.column, "code_map": item.code_map}))
        .collect();
    json!({
        "agent_id": department.agent_id, "source": source, "table": resource.table,
        "keys": resource.keys, "as_of_column": resource.as_of_column, "columns": columns,
    })
}

/// A mounted entry as it is entered.
pub fn mounted_body(resource: &Resource, department: &SeededDepartment, system: &str) -> Value {
    let items: Vec<_> = resource
        .items
        .iter()
        .map(|item| {
            json!({
                "item": item.name, "zh": item.zh, "element": item.element,
                "is_key": resource.keys.contains(&item.name),
            })
        })
        .collect();
    let conditional = resource.share_type == ShareType::Conditional;
    json!({
        "code": resource.code, "name": resource.zh, "abstract": resource.summary,
        "organisation_id": department.organisation_id, "system_id": department.systems.get(system),
        "classification": "department", "format": "数据库",
        "share_type": resource.share_type.as_str(),
        "share_condition": conditional.then_some(resource.condition),
        "update_cycle": "real_time", "open_to_society": false,
        "secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估：按授权最小化提供，逐次留痕",
        "items": items,
    })
}

/// Place of the item by which a subject is named.
fn key_of(listed: &Listed) -> usize {
    const KEYS: [&str; 9] = [
        "person.id",
        "enterprise.credit_code",
        "permit.number",
        "facility.code",
        "certificate.number",
        "project.number",
        "vehicle.plate",
        "case.number",
        "household.number",
    ];
    let place = |element: &str| listed.items.iter().position(|(_, one)| one == element);
    KEYS.iter().find_map(|element| place(element)).unwrap_or_default()
}

/// An entry without a store behind it, as it is entered.
pub fn listed_body(listed: &Listed, department: &SeededDepartment) -> Value {
    let key = key_of(listed);
    let items: Vec<_> = listed
        .items
        .iter()
        .enumerate()
        .map(|(at, (item, element))| json!({"item": item, "element": element, "is_key": at == key}))
        .collect();
    let system = listed.system.as_ref().and_then(|name| department.systems.get(name));
    json!({
        "code": listed.code, "name": listed.name, "abstract": listed.summary,
        "organisation_id": department.organisation_id, "system_id": system,
        "classification": listed.classification, "category": listed.category, "format": "数据库",
        "share_type": listed.share_type.as_str(), "share_condition": listed.condition,
        "no_share_basis": listed.basis, "update_cycle": listed.cycle, "open_to_society": false,
        "secrecy_assessment": if listed.share_type == ShareType::None { "已评估，按规定管理" } else { "不涉及国家秘密" },
        "privacy_assessment": "已评估：按授权最小化提供，逐次留痕",
        "items": items,
    })
}

/// What a department lists without a store behind it; some entries stay where they are, some go offline again.
pub async fn list(past: &Past<'_>, seeded: &Seeded, from: usize) -> anyhow::Result<()> {
    let all = county::listed();
    let mut carried = Vec::new();
    let mut offline = Vec::new();
    let mut returned = Vec::new();
    past.later(4).await?;
    for department in &seeded.departments[from..] {
        for listed in all.iter().filter(|one| one.department == department.key) {
            // Entries that are still under way are begun shortly before the present.
            if matches!(listed.entry, Entry::Draft | Entry::Signing | Entry::Review) {
                continue;
            }
            let made =
                department.operator.post("/api/v1/resources", &listed_body(listed, department)).await?;
            let id = id(&made)?;
            department.operator.post(&format!("/api/v1/resources/{id}/submit"), &json!({})).await?;
            match listed.entry {
                Entry::Returned => returned.push((department, id)),
                Entry::Offline => {
                    offline.push((department, id.clone()));
                    carried.push((department, id));
                }
                _ => carried.push((department, id)),
            }
        }
    }
    let entries: Vec<_> = carried.iter().map(|(department, id)| (*department, id.as_str())).collect();
    carry(past, seeded, &entries).await?;
    for (department, id) in &returned {
        let path = format!("/api/v1/resources/{id}");
        department.head.post(&format!("{path}/sign"), &json!({})).await?;
        let reason = json!({"reasons": ["items", "share_type"], "text": "信息项与数据元对应有误，共享条件应写明可用于办理的事项，请修改后重报。"});
        seeded.business.post(&format!("{path}/return"), &reason).await?;
    }
    for (department, id) in &offline {
        let cause = json!({"cause": "system_retired", "reason": "原业务系统已停用，数据不再更新。"});
        department.head.post(&format!("/api/v1/resources/{id}/withdraw"), &cause).await?;
    }
    Ok(())
}

/// Entries that are under way at the present: drafts, and some that wait for signature or review.
pub async fn under_way(seeded: &Seeded) -> anyhow::Result<()> {
    for listed in county::listed() {
        let Ok(department) = seeded.department(&listed.department) else { continue };
        if !matches!(listed.entry, Entry::Draft | Entry::Signing | Entry::Review) {
            continue;
        }
        let made = department.operator.post("/api/v1/resources", &listed_body(&listed, department)).await?;
        let path = format!("/api/v1/resources/{}", id(&made)?);
        if listed.entry != Entry::Draft {
            department.operator.post(&format!("{path}/submit"), &json!({})).await?;
        }
        if listed.entry == Entry::Review {
            department.head.post(&format!("{path}/sign"), &json!({})).await?;
        }
    }
    Ok(())
}
