//! Entries that are revised after they were published (修订): changed by the operator, signed, reviewed and published again like
//! new ones, so that the catalogue has a history to read.

use anyhow::Context as _;
use county::Revised;
use serde_json::{Value, json};

use super::super::seed::{Seeded, SeededDepartment};
use super::{Past, catalogue, id};

/// Carries one round of revisions through all hands.
pub async fn publish(past: &Past<'_>, seeded: &Seeded, round: u8) -> anyhow::Result<()> {
    let all = county::revisions();
    let entries = seeded.business.get("/api/v1/resources?page_size=200").await?;
    let mut changed = Vec::new();
    for revised in all.iter().filter(|one| one.round == round) {
        let known = entries["items"].as_array().into_iter().flatten().find(|one| one["code"] == revised.code);
        let known = known.with_context(|| format!("{} is not in the catalogue", revised.code))?;
        let resource = id(known)?;
        let (department, mut body) = entered(past, seeded, &revised.code)?;
        for one in all.iter().filter(|one| one.code == revised.code && one.round <= round) {
            apply(one, &mut body);
        }
        let path = format!("/api/v1/resources/{resource}");
        department.operator.put(&path, &body).await?;
        department.operator.post(&format!("{path}/submit"), &json!({})).await?;
        changed.push((department, resource));
    }
    let entries: Vec<_> = changed.iter().map(|(department, id)| (*department, id.as_str())).collect();
    catalogue::carry(past, seeded, &entries).await
}

/// An entry as it was first entered, and whose it is.
fn entered<'s>(
    past: &Past<'_>,
    seeded: &'s Seeded,
    code: &str,
) -> anyhow::Result<(&'s SeededDepartment, Value)> {
    if let Some(listed) = county::listed().into_iter().find(|one| one.code == code) {
        let department = seeded.department(&listed.department)?;
        return Ok((department, catalogue::listed_body(&listed, department)));
    }
    for known in past.county.departments() {
        for system in &known.systems {
            if let Some(resource) = system.resources.iter().find(|one| one.code == code) {
                let department = seeded.department(known.key)?;
                return Ok((department, catalogue::mounted_body(resource, department, system.zh)));
            }
        }
    }
    anyhow::bail!("nobody holds {code}")
}

fn apply(revised: &Revised, body: &mut Value) {
    let fields = [
        ("name", &revised.name),
        ("abstract", &revised.summary),
        ("share_condition", &revised.condition),
        ("update_cycle", &revised.cycle),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            body[field] = json!(value);
        }
    }
    if let Some(items) = body["items"].as_array_mut() {
        items.extend(revised.items.iter().map(|(item, element)| json!({"item": item, "element": element})));
    }
}
