//! Two offices with an agent each, a register at one, and subscriptions between them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::persons::COLUMNS;
use crate::stand::api::{Session, text};
use crate::stand::process::{Cpu, Watched};
use crate::stand::{Agent, Stand, basis, granted, published};

/// Items that leave masked.
const MASKED: [&str; 2] = ["mobile", "register_address"];

/// A hub and two agents.
pub struct Offices {
    stand: Stand,
    provider: Agent,
    consumer: Agent,
    operator: Session,
    grant: String,
    memory: Watched,
    made: Mutex<Vec<(String, String)>>,
}

impl Offices {
    /// Raises everything, up to a grant for the whole table `hkrk` of the source `register`. `source` and `targets` are parts of
    /// the agents' configurations.
    ///
    /// # Errors
    /// With what a program said.
    pub async fn raise(dir: &Path, source: &str, targets: &str) -> anyhow::Result<Self> {
        let county =
            county::Plan { seed: 1, size: county::Size { residents: 300, enterprises: 30 } }.generate();
        let departments = county.departments();
        let find =
            |key: &str| departments.iter().find(|known| known.key == key).context("no such department");
        let stand = Stand::raise(dir, find("health")?).await?;
        let owner = stand.owner(find("police")?).await?;
        let taker = stand.organisation(find("civil")?).await?;
        let operator = stand.user("taking", "department_operator", &taker).await?;
        let provider = stand.agent("provider", &owner.id, &format!("[sources.register]\n{source}\n")).await?;
        let consumer = stand.agent("consumer", &taker, targets).await?;
        let items: Vec<Value> = COLUMNS
            .iter()
            .map(
                |(_, item, element)| json!({"item": item, "element": element, "is_key": *item == "resident_id"}),
            )
            .collect();
        let resource = json!({
            "code": "GA-HKRK-001", "name": "常住人口", "abstract": "户籍人口基本信息", "organisation_id": owner.id,
            "classification": "base", "share_type": "conditional", "share_condition": "办理社会救助事项可以使用",
            "update_cycle": "real_time", "items": items,
        });
        let columns: Vec<Value> =
            COLUMNS.iter().map(|(column, item, _)| json!({"item": item, "column": column})).collect();
        let mount = json!({
            "agent_id": provider.id, "source": "register", "table": "hkrk", "keys": ["resident_id"], "columns": columns,
        });
        let resource = published(&stand, &owner, &resource, &mount).await?;
        let items: Vec<Value> = COLUMNS
            .iter()
            .map(|(_, item, _)| json!({"item": item, "masked": MASKED.contains(item)}))
            .collect();
        let grant = json!({
            "consumer_id": taker, "resource_id": resource, "items": items, "shapes": ["batch"],
            "quota_per_day": 1_000, "quota_per_second": 10,
        });
        let grant = granted(&owner, grant).await?;
        let memory = Watched::begin(vec![stand.hub.pid, provider.program.pid, consumer.program.pid]);
        Ok(Self { stand, provider, consumer, operator, grant, memory, made: Mutex::default() })
    }

    /// Makes a subscription; its id.
    ///
    /// # Errors
    /// When the hub refuses.
    pub async fn subscribe(
        &self,
        target: &str,
        table: &str,
        method: &str,
        schedule: &str,
    ) -> anyhow::Result<String> {
        let columns: Vec<Value> = COLUMNS.iter().map(|(_, item, _)| json!({"item": item})).collect();
        let body = json!({
            "name": format!("{target} {table}"), "grant_id": self.grant, "agent_id": self.consumer.id, "target": target,
            "table": table, "columns": columns, "keys": ["resident_id"], "method": method, "schedule": {"kind": schedule},
            "purpose": basis(),
        });
        text(&self.operator.post("/api/v1/subscriptions", &body).await?, "id")
    }

    /// How a subscription stands.
    ///
    /// # Errors
    /// When the hub does not answer.
    pub async fn standing(&self, id: &str) -> anyhow::Result<Value> {
        self.operator.get(&format!("/api/v1/subscriptions/{id}")).await
    }

    /// Delivers the whole table into a new one. Seconds, as the run itself tells.
    ///
    /// # Errors
    /// When the run fails or rows are missing.
    pub async fn deliver(&self, target: &str, table: &str, rows: u64) -> anyhow::Result<f64> {
        let made = self.subscribe(target, table, "full", "manual").await?;
        self.made.lock().await.push((table.to_owned(), made));
        self.again(table, rows).await
    }

    /// Delivers the whole table once more. Seconds, as the run itself tells.
    ///
    /// # Errors
    /// When the run fails or rows are missing.
    pub async fn again(&self, table: &str, rows: u64) -> anyhow::Result<f64> {
        let made = self.made.lock().await;
        let id = &made.iter().find(|(known, _)| known == table).context("no such subscription")?.1;
        let begun = self.operator.post(&format!("/api/v1/subscriptions/{id}/run"), &json!({})).await?;
        let run = text(&begun, "run_id")?;
        loop {
            let seen = self.operator.get(&format!("/api/v1/runs/{run}")).await?;
            match seen["state"].as_str() {
                Some("running") => tokio::time::sleep(Duration::from_millis(200)).await,
                Some("succeeded") => {
                    ensure!(seen["figures"]["delivered"].as_u64() == Some(rows), "{}", seen["figures"]);
                    let (from, to) = (seen["started_ms"].as_f64(), seen["ended_ms"].as_f64());
                    return Ok((to.context("ended")? - from.context("started")?) / 1_000.0);
                }
                _ => bail!("{seen}"),
            }
        }
    }

    /// The most memory that hub and agents together held so far, MiB.
    pub fn peak_mib(&self) -> u64 {
        self.memory.peak_mib()
    }

    /// Processor time that hub, provider's agent and consumer's agent have used.
    ///
    /// # Errors
    /// When one of them is gone.
    pub fn cpu(&self) -> anyhow::Result<Vec<(&'static str, Cpu)>> {
        self.programs().into_iter().map(|(name, program)| Ok((name, Cpu::of(program.pid)?))).collect()
    }

    fn programs(&self) -> [(&'static str, &crate::stand::process::Program); 3] {
        [
            ("hub", &self.stand.hub),
            ("provider's agent", &self.provider.program),
            ("consumer's agent", &self.consumer.program),
        ]
    }

    /// Ends everything in order.
    pub async fn stop(self) {
        self.consumer.program.stop().await;
        self.provider.program.stop().await;
        self.stand.hub.stop().await;
    }
}
