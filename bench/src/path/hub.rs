//! Hub and agent as programs of their own, set up through the public interface like any other.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use county::Department;
use kernel::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use super::CONNECTIONS;
use super::api::{Session, text, token};
use super::bare::items;
use super::load::Load;
use super::process::{Program, bytes_below, wait_for_port};
use super::store::{Store, Stores};

/// Of every account of this hub, which lives for minutes on a loopback port.
const PASSWORD: &str = "Bench-account-2026";
/// Client that calls.
const CLIENT: &str = "bench-client";

/// A running hub with one agent.
pub struct Hub {
    hub: Program,
    agent: Program,
    url: String,
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
        let program =
            PathBuf::from(std::env::var_os("GUANTONG_BIN").context("GUANTONG_BIN names the program")?);
        let data = dir.join("hub");
        let departments = stores.county.departments();
        let find =
            |key: &str| departments.iter().find(|known| known.key == key).context("no such department");
        let (police, civil, bureau) = (find("police")?, find("civil")?, find("health")?);

        let (http, link) = (testbed::free_port()?, testbed::free_port()?);
        let config = dir.join("hub.toml");
        let settings = format!(
            "data_dir = {data:?}\norigin = \"bench.example/hub\"\n[server]\nlisten = \"127.0.0.1:{http}\"\n\
             [link]\nlisten = \"127.0.0.1:{link}\"\n"
        );
        std::fs::write(&config, settings)?;
        let config = config.display().to_string();
        // The first holders of the parted roles are made at the terminal.
        for (username, role) in [("admin", "platform_operator"), ("business", "business_operator")] {
            let added = tokio::process::Command::new(&program)
                .args(["user", "--config", &config, "--username", username, "--role", role])
                .args(["--organisation", &bureau.credit_code, "--organisation-name", "数据局"])
                .args(["--region", county::REGION])
                .env("GUANTONG_PASSWORD", PASSWORD)
                .output()
                .await?;
            anyhow::ensure!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        }
        let args = ["serve", "--config", &config].map(str::to_owned);
        let hub = Program::start("hub", &program, &args, Some(&dir.join("hub.log")))?.at(http);
        wait_for_port(http).await?;

        let url = format!("http://127.0.0.1:{http}");
        let admin = Session::log_in(&url, "admin", PASSWORD).await?;
        let provider = organisation(&admin, police).await?;
        let consumer = organisation(&admin, civil).await?;
        let operator = user(&admin, &url, "operator", "department_operator", &provider).await?;
        let head = user(&admin, &url, "head", "department_head", &provider).await?;
        let business = Session::log_in(&url, "business", PASSWORD).await?;
        let people = People { operator, head, business };
        let developer = user(&admin, &url, "developer", "department_developer", &consumer).await?;
        let client =
            developer.post("/api/v1/clients", &json!({"client_id": CLIENT, "name": "压测系统"})).await?;
        let made = json!({"name": "公安前置机", "organisation_id": provider});
        let made = admin.post("/api/v1/agents", &made).await?;
        let agent_id = text(&made["agent"], "id")?;
        let (agent, agent_dir) = start_agent(dir, &program, &url, &text(&made, "join_code")?, stores).await?;
        until("the agent to connect", async || {
            let list = admin.get("/api/v1/agents?page_size=200").await?;
            Ok(list["items"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["connected"] == Value::Bool(true))))
        })
        .await?;
        let raised = Self {
            hub,
            agent,
            client_secret: text(&client, "secret")?,
            url,
            hub_evidence: data.join("evidence").join("log"),
            agent_record: agent_dir.join("state").join("record"),
        };
        for store in &stores.each {
            publish_and_grant(&people, &provider, &consumer, &agent_id, store, stores).await?;
        }
        Ok(raised)
    }

    /// Port of the interface.
    pub fn port(&self) -> u16 {
        self.hub.port
    }

    /// Process id of the hub.
    pub fn hub_pid(&self) -> u32 {
        self.hub.pid
    }

    /// Process id of the agent.
    pub fn agent_pid(&self) -> u32 {
        self.agent.pid
    }

    /// Peak memory of hub and agent, MiB.
    pub fn peaks_mib(&self) -> (u64, u64) {
        (self.hub.peak_mib(), self.agent.peak_mib())
    }

    /// A fresh access token.
    ///
    /// # Errors
    /// When the hub refuses.
    pub async fn token(&self) -> anyhow::Result<String> {
        token(&self.url, CLIENT, &self.client_secret).await
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
        self.agent.stop().await;
        self.hub.stop().await;
        Ok(())
    }
}

async fn organisation(admin: &Session, department: &Department) -> anyhow::Result<String> {
    let body = json!({
        "name": department.zh, "short_name": department.short, "credit_code": department.credit_code,
        "kind": "department", "region": county::REGION,
    });
    text(&admin.post("/api/v1/organisations", &body).await?, "id")
}

async fn user(
    admin: &Session,
    url: &str,
    name: &str,
    role: &str,
    organisation: &str,
) -> anyhow::Result<Session> {
    let body = json!({
        "username": name, "display_name": name, "role": role, "organisation_id": organisation, "password": PASSWORD,
    });
    admin.post("/api/v1/users", &body).await?;
    Session::log_in(url, name, PASSWORD).await
}

async fn start_agent(
    dir: &Path,
    program: &Path,
    url: &str,
    join_code: &str,
    stores: &Stores,
) -> anyhow::Result<(Program, PathBuf)> {
    let own = dir.join("agent");
    std::fs::create_dir_all(&own)?;
    let config = own.join("agent.toml");
    let mut settings = format!("hub = \"{url}\"\nstate_dir = \"state\"\naccept = \"auto\"\n");
    for store in &stores.each {
        let place = match store.url.strip_prefix("sqlite://").and_then(|rest| rest.split('?').next()) {
            Some(file) => format!("kind = \"sqlite\"\npath = {file:?}"),
            None => format!("kind = \"postgres\"\nurl = {:?}", store.url),
        };
        settings.push_str(&format!("[sources.{}]\n{place}\nmax_connections = {CONNECTIONS}\n", store.source));
    }
    std::fs::write(&config, settings)?;
    let config = config.display().to_string();
    let joined = tokio::process::Command::new(program)
        .args(["agent", "--config", &config, "join", "--code", join_code])
        .output()
        .await?;
    anyhow::ensure!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
    let args = ["agent", "--config", &config, "run"].map(str::to_owned);
    let agent = Program::start("agent", program, &args, Some(&dir.join("agent.log")))?;
    Ok((agent, own))
}

/// Who takes which step towards publication.
struct People {
    operator: Session,
    head: Session,
    business: Session,
}

async fn publish_and_grant(
    People { operator, head, business }: &People,
    provider: &str,
    consumer: &str,
    agent_id: &str,
    store: &Store,
    stores: &Stores,
) -> anyhow::Result<()> {
    let resource = stores.register()?;
    let system = json!({
        "organisation_id": provider, "name": format!("户籍系统 {}", store.name), "purpose": "户籍登记",
        "built_year": 2010, "users": "公安局", "owner": "公安局",
    });
    let system = text(&operator.post("/api/v1/systems", &system).await?, "id")?;
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
        "organisation_id": provider, "system_id": system, "classification": "department", "format": "数据库",
        "share_type": "conditional", "share_condition": resource.condition, "update_cycle": "real_time",
        "open_to_society": false, "secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估",
        "items": described,
    });
    let id = text(&operator.post("/api/v1/resources", &body).await?, "id")?;
    let columns: Vec<_> = resource
        .items
        .iter()
        .map(|item| json!({"item": item.name, "column": item.column, "code_map": item.code_map}))
        .collect();
    let mount = json!({
        "agent_id": agent_id, "source": store.source, "table": resource.table, "keys": resource.keys,
        "as_of_column": resource.as_of_column, "columns": columns,
    });
    let path = format!("/api/v1/resources/{id}");
    operator.put(&format!("{path}/mount"), &mount).await?;
    business.post(&format!("{path}/mount/approve"), &json!({})).await?;
    operator.post(&format!("{path}/submit"), &json!({})).await?;
    head.post(&format!("{path}/sign"), &json!({})).await?;
    business.post(&format!("{path}/approve"), &json!({})).await?;
    business.post(&format!("{path}/publish"), &json!({})).await?;
    let granted: Vec<_> =
        items().iter().map(|item| json!({"item": item, "masked": false, "verify_only": false})).collect();
    let grant = json!({
        "consumer_id": consumer, "resource_id": id, "client_ids": [CLIENT], "items": granted,
        "purposes": [{"matter": "MZ-SHJZ-001", "basis": "社会救助暂行办法 第五十八条"}],
        "shapes": ["query"], "valid_until_ms": SystemClock.now_ms() + 86_400_000,
        "quota_per_day": 100_000_000, "quota_per_second": 100_000,
    });
    let grant = text(&head.post("/api/v1/grants", &grant).await?, "id")?;
    until("the agent to accept the grant", async || {
        let grant = head.get(&format!("/api/v1/grants/{grant}")).await?;
        anyhow::ensure!(grant["pin_state"] != "refused", "{}", grant["pin_reason"]);
        Ok(grant["pin_state"] == "accepted")
    })
    .await
}

async fn until(what: &str, mut so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(30);
    while !so().await? {
        if Instant::now() > end {
            bail!("waited 30 s for {what}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
