//! Hub and agent with everything that a call needs.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::CONNECTIONS;
use super::bare::items;
use super::load::Load;
use super::store::{Store, Stores};
use crate::stand::api::{text, token};
use crate::stand::process::bytes_below;
use crate::stand::{Agent, Owner, Stand, granted, published};

/// Client that calls.
const CLIENT: &str = "bench-client";

/// A running hub with one agent.
pub struct Hub {
    stand: Stand,
    agent: Agent,
    client_secret: String,
    hub_evidence: PathBuf,
    agent_record: PathBuf,
}

/// Where both logs stand.
pub struct EvidenceAt {
    next: u64,
    hub_bytes: u64,
    agent_bytes: u64,
}

/// What a cell left in both logs.
#[derive(Debug, Clone, Copy)]
pub struct EvidencePerCall {
    /// Bytes in the hub's log for one call.
    pub hub_bytes: u64,
    /// Bytes in the agent's log for one call.
    pub agent_bytes: u64,
}

impl EvidenceAt {
    /// Holds entries against calls.
    ///
    /// # Errors
    /// When not every call left exactly one entry.
    pub fn since(&self, before: &Self, calls: u64) -> anyhow::Result<EvidencePerCall> {
        // The probe that made `self` is an entry too.
        let entries = self.next - before.next;
        if entries != calls + 1 {
            bail!("{calls} calls left {} entries", entries.saturating_sub(1));
        }
        Ok(EvidencePerCall {
            hub_bytes: self.hub_bytes.saturating_sub(before.hub_bytes) / entries,
            agent_bytes: self.agent_bytes.saturating_sub(before.agent_bytes) / entries,
        })
    }
}

impl Hub {
    /// Starts hub and agent, and makes everything that a call needs.
    ///
    /// # Errors
    /// With what the hub or the agent said.
    pub async fn raise(dir: &Path, stores: &Stores) -> anyhow::Result<Self> {
        let departments = stores.county.departments();
        let find =
            |key: &str| departments.iter().find(|known| known.key == key).context("no such department");
        let stand = Stand::raise(dir, find("health")?).await?;
        let owner = stand.owner(find("police")?).await?;
        let consumer = stand.organisation(find("civil")?).await?;
        let developer = stand.user("developer", "department_developer", &consumer).await?;
        let client =
            developer.post("/api/v1/clients", &json!({"client_id": CLIENT, "name": "压测系统"})).await?;
        let agent = stand.agent("agent", &owner.id, &places(stores)).await?;
        for store in &stores.each {
            publish_and_grant(&stand, &owner, &consumer, &agent.id, store, stores).await?;
        }
        Ok(Self {
            client_secret: text(&client, "secret")?,
            hub_evidence: stand.data.join("evidence").join("log"),
            agent_record: agent.dir.join("state").join("record"),
            stand,
            agent,
        })
    }

    /// Port of the interface.
    pub fn port(&self) -> u16 {
        self.stand.hub.port
    }

    /// Process id of the hub.
    pub fn hub_pid(&self) -> u32 {
        self.stand.hub.pid
    }

    /// Process id of the agent.
    pub fn agent_pid(&self) -> u32 {
        self.agent.program.pid
    }

    /// Peak memory of hub and agent, MiB.
    pub fn peaks_mib(&self) -> (u64, u64) {
        (self.stand.hub.peak_mib(), self.agent.program.peak_mib())
    }

    /// A fresh access token.
    ///
    /// # Errors
    /// When the hub refuses.
    pub async fn token(&self) -> anyhow::Result<String> {
        token(&self.stand.url, CLIENT, &self.client_secret).await
    }

    /// Makes one call and tells where the logs stand after it.
    ///
    /// # Errors
    /// When the call fails or its answer has no place in the log.
    pub async fn evidence(&self, load: &Load) -> anyhow::Result<EvidenceAt> {
        let answer: Value = serde_json::from_slice(&load.once().await?)?;
        let index = answer["evidence"]["index"].as_u64().context("an answer without evidence")?;
        anyhow::ensure!(
            answer["rows"].as_array().is_some_and(|rows| rows.len() == 1),
            "not one row: {answer}"
        );
        Ok(EvidenceAt {
            next: index,
            hub_bytes: bytes_below(&self.hub_evidence),
            agent_bytes: bytes_below(&self.agent_record),
        })
    }

    /// Ends agent and hub in order.
    ///
    /// # Errors
    /// None today; kept so that the caller treats an end like any other step.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.agent.program.stop().await;
        self.stand.hub.stop().await;
        Ok(())
    }
}

/// Sources of the agent's configuration.
fn places(stores: &Stores) -> String {
    let mut settings = String::new();
    for store in &stores.each {
        let place = match store.url.strip_prefix("sqlite://").and_then(|rest| rest.split('?').next()) {
            Some(file) => format!("kind = \"sqlite\"\npath = {file:?}"),
            None => format!("kind = \"postgres\"\nurl = {:?}", store.url),
        };
        settings.push_str(&format!("[sources.{}]\n{place}\nmax_connections = {CONNECTIONS}\n", store.source));
    }
    settings
}

async fn publish_and_grant(
    stand: &Stand,
    owner: &Owner,
    consumer: &str,
    agent_id: &str,
    store: &Store,
    stores: &Stores,
) -> anyhow::Result<()> {
    let resource = stores.register()?;
    let system = json!({
        "organisation_id": owner.id, "name": format!("户籍系统 {}", store.name), "purpose": "户籍登记",
        "built_year": 2010, "users": "公安局", "owner": "公安局",
    });
    let system = text(&owner.operator.post("/api/v1/systems", &system).await?, "id")?;
    let described: Vec<_> = resource
        .items
        .iter()
        .map(|item| {
            let is_key = resource.keys.contains(&item.name);
            json!({"item": item.name, "zh": item.zh, "element": item.element, "is_key": is_key})
        })
        .collect();
    let body = json!({
        "code": store.code, "name": format!("{} {}", resource.zh, store.name), "abstract": resource.summary,
        "organisation_id": owner.id, "system_id": system, "classification": "department", "format": "数据库",
        "share_type": "conditional", "share_condition": resource.condition, "update_cycle": "real_time",
        "open_to_society": false, "items": described,
    });
    let columns: Vec<_> = resource
        .items
        .iter()
        .map(|item| json!({"item": item.name, "column": item.column, "code_map": item.code_map}))
        .collect();
    let mount = json!({
        "agent_id": agent_id, "source": store.source, "table": resource.table, "keys": resource.keys,
        "as_of_column": resource.as_of_column, "columns": columns,
    });
    let id = published(stand, owner, &body, &mount).await?;
    let items: Vec<_> =
        items().iter().map(|item| json!({"item": item, "masked": false, "verify_only": false})).collect();
    let grant = json!({
        "consumer_id": consumer, "resource_id": id, "client_ids": [CLIENT], "items": items, "shapes": ["query"],
        "quota_per_day": 100_000_000, "quota_per_second": 100_000,
    });
    granted(owner, grant).await.map(drop)
}
