//! Use of what was granted: real calls, answered by the agents that run, on days of the past.

use std::sync::Arc;

use county::{County, TrafficCall};
use kernel::clock::Clock as _;
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use super::super::seed::{Seeded, SeededDepartment};
use super::{DAY_MS, Past};

/// Calls under way at a time.
const SIDE_BY_SIDE: usize = 6;
/// Days from one bundle of calls to the next.
const PACE_DAYS: i64 = 10;

/// Calls in the order of the county's traffic.
pub struct Traffic {
    county: Arc<County>,
    made: usize,
}

impl Traffic {
    /// From the beginning.
    pub fn new(county: &Arc<County>) -> Self {
        Self { county: Arc::clone(county), made: 0 }
    }

    /// A bundle of calls by those who are there: the more departments, the more calls.
    pub async fn use_grants(&mut self, past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
        if !past.history {
            return Ok(());
        }
        let there = |key: &str| seeded.departments.iter().any(|one| one.key == key);
        let provider = |code: &str| {
            let holds = |one: &SeededDepartment| one.resources.iter().any(|(known, ..)| known.code == code);
            seeded.departments.iter().any(holds)
        };
        let count = seeded.departments.len() * 2;
        let county = Arc::clone(&self.county);
        let calls: Vec<_> = county
            .traffic()
            .skip(self.made)
            .inspect(|_| self.made += 1)
            .filter(|call| there(call.consumer) && provider(call.resource))
            .take(count)
            .collect();
        let mut under_way = JoinSet::new();
        for call in calls {
            let Some(client) = seeded.department(call.consumer)?.clients.first() else { continue };
            let (client, (path, body)) = (client.inside.clone(), body(&call));
            under_way.spawn(async move { client.try_post(path, &body).await.map(|_| ()) });
            if under_way.len() >= SIDE_BY_SIDE
                && let Some(done) = under_way.join_next().await
            {
                done??;
            }
        }
        while let Some(done) = under_way.join_next().await {
            done??;
        }
        Ok(())
    }

    /// Bundles of calls until a few weeks before the present.
    pub async fn until_recently(&mut self, past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
        while past.days_left() > super::special::RECENT_DAYS + PACE_DAYS {
            past.move_to(past.clock.now_ms() + PACE_DAYS * DAY_MS).await?;
            self.use_grants(past, seeded).await?;
        }
        Ok(())
    }
}

/// Path and body of a call.
pub fn body(call: &TrafficCall) -> (&'static str, Value) {
    let mut body = json!({
        "resource": call.resource,
        "subject": {call.subject.item.as_str(): call.subject.value},
        "purpose": {"matter": call.purpose.matter, "basis": call.purpose.basis},
        "case_no": call.case,
    });
    if call.claims.is_empty() {
        body["items"] = json!(call.items);
        return ("/api/v1/query", body);
    }
    let claims: Map<_, _> =
        call.claims.iter().map(|claim| (claim.item.clone(), json!(claim.value))).collect();
    body["claims"] = Value::Object(claims);
    ("/api/v1/verify", body)
}
