//! Hub and the agents of two offices as programs of their own, and a subscription between them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use kernel::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::persons::COLUMNS;
use crate::path::api::{Session, text};
use crate::path::process::{Program, wait_for_port};

/// Of every account of this hub, which lives for minutes on a loopback port.
const PASSWORD: &str = "Bench-account-2026";
/// Items that leave masked.
const MASKED: [&str; 2] = ["mobile", "register_address"];

/// A hub and two agents.
pub struct Offices {
    hub: Program,
    provider: Program,
    consumer: Program,
    operator: Session,
    agent: String,
    grant: String,
    made: Mutex<Vec<(String, String)>>,
}

async fn joined(dir: &Path, program: &Path, url: &str, code: &str, places: &str) -> anyhow::Result<Program> {
    std::fs::create_dir_all(dir)?;
    let config = dir.join("agent.toml");
    std::fs::write(&config, format!("hub = \"{url}\"\nstate_dir = \"state\"\naccept = \"auto\"\n{places}"))?;
    let config = config.display().to_string();
    let joined = tokio::process::Command::new(program)
        .args(["agent", "--config", &config, "join", "--code", code])
        .output()
        .await?;
    ensure!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
    let args = ["agent", "--config", &config, "run"].map(str::to_owned);
    Program::start("agent", program, &args, Some(&dir.join("agent.log")))
}

impl Offices {
    /// Raises everything, up to a grant for the whole table.
    ///
    /// # Errors
    /// With what a program said.
    pub async fn raise(dir: &Path, from: &str, to: &str, maria: Option<&str>) -> anyhow::Result<Self> {
        let program =
            PathBuf::from(std::env::var_os("GUANTONG_BIN").context("GUANTONG_BIN names the program")?);
        let (http, link) = (testbed::free_port()?, testbed::free_port()?);
        let config = dir.join("hub.toml");
        let data = dir.join("hub");
        let settings = format!(
            "data_dir = {data:?}\norigin = \"bench.example/hub\"\n[server]\nlisten = \"127.0.0.1:{http}\"\n\
             [link]\nlisten = \"127.0.0.1:{link}\"\n"
        );
        std::fs::write(&config, settings)?;
        let config = config.display().to_string();
        let departments =
            county::Plan { seed: 1, size: county::Size { residents: 300, enterprises: 30 } }.generate();
        let departments = departments.departments();
        let find =
            |key: &str| departments.iter().find(|known| known.key == key).context("no such department");
        let bureau = find("health")?;
        for (username, role) in [("admin", "platform_operator"), ("business", "business_operator")] {
            let added = tokio::process::Command::new(&program)
                .args(["user", "--config", &config, "--username", username, "--role", role])
                .args(["--organisation", &bureau.credit_code, "--organisation-name", "数据局"])
                .args(["--region", county::REGION])
                .env("GUANTONG_PASSWORD", PASSWORD)
                .output()
                .await?;
            ensure!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        }
        let args = ["serve", "--config", &config].map(str::to_owned);
        let hub = Program::start("hub", &program, &args, Some(&dir.join("hub.log")))?;
        wait_for_port(http).await?;
        let url = format!("http://127.0.0.1:{http}");
        let admin = Session::log_in(&url, "admin", PASSWORD).await?;
        let business = Session::log_in(&url, "business", PASSWORD).await?;
        let mut organisations = Vec::new();
        let mut codes = Vec::new();
        for key in ["police", "civil"] {
            let department = find(key)?;
            let body = json!({
                "name": department.zh, "short_name": department.short, "credit_code": department.credit_code,
                "kind": "department", "region": county::REGION,
            });
            let id = text(&admin.post("/api/v1/organisations", &body).await?, "id")?;
            let agent = json!({"name": format!("{}前置机", department.short), "organisation_id": id});
            let agent = admin.post("/api/v1/agents", &agent).await?;
            codes.push((text(&agent["agent"], "id")?, text(&agent, "join_code")?));
            organisations.push(id);
        }
        let [owner, taker] = <[String; 2]>::try_from(organisations).ok().context("two departments")?;
        let [(owns, owner_code), (takes, taker_code)] =
            <[(String, String); 2]>::try_from(codes).ok().context("two agents")?;
        let user = async |name: &str, role: &str, organisation: &str| {
            let body = json!({"username": name, "display_name": name, "role": role, "organisation_id": organisation,
                "password": PASSWORD});
            admin.post("/api/v1/users", &body).await?;
            Session::log_in(&url, name, PASSWORD).await
        };
        let operator = user("operator", "department_operator", &owner).await?;
        let head = user("head", "department_head", &owner).await?;
        let taking = user("taking", "department_operator", &taker).await?;
        let source = format!("[sources.register]\nkind = \"postgres\"\nurl = {from:?}\n");
        let provider = joined(&dir.join("provider"), &program, &url, &owner_code, &source).await?;
        let files = dir.join("files");
        std::fs::create_dir_all(&files)?;
        let mut places = format!(
            "[targets.hall]\nkind = \"postgres\"\nurl = {to:?}\n[targets.files]\nkind = \"files\"\ndir = {files:?}\n"
        );
        if let Some(maria) = maria {
            places.push_str(&format!("[targets.maria]\nkind = \"mysql\"\nurl = {maria:?}\n"));
        }
        let consumer = joined(&dir.join("consumer"), &program, &url, &taker_code, &places).await?;
        until("the agents to connect", async || {
            let list = admin.get("/api/v1/agents?page_size=200").await?;
            Ok(list["items"]
                .as_array()
                .is_some_and(|all| all.iter().all(|one| one["connected"] == Value::Bool(true))))
        })
        .await?;
        let grant = granted(&operator, &head, &business, [&owner, &taker, &owns]).await?;
        Ok(Self { hub, provider, consumer, operator: taking, agent: takes, grant, made: Mutex::default() })
    }

    /// Delivers the whole table into a new one. Seconds, as the run itself tells.
    ///
    /// # Errors
    /// When the run fails or rows are missing.
    pub async fn deliver(&self, target: &str, table: &str, rows: u64) -> anyhow::Result<f64> {
        let columns: Vec<Value> = COLUMNS.iter().map(|(_, item, _)| json!({"item": item})).collect();
        let body = json!({
            "name": format!("{target} {table}"), "grant_id": self.grant, "agent_id": self.agent, "target": target,
            "table": table, "columns": columns, "keys": ["resident_id"], "method": "full", "schedule": {"kind": "manual"},
            "purpose": {"matter": "MZ-SHJZ-001", "basis": "社会救助暂行办法 第五十八条"},
        });
        let made = self.operator.post("/api/v1/subscriptions", &body).await?;
        self.made.lock().await.push((table.to_owned(), text(&made, "id")?));
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

    /// Peak memory of hub and agents together, MiB.
    pub fn peak_mib(&self) -> u64 {
        self.hub.peak_mib() + self.provider.peak_mib() + self.consumer.peak_mib()
    }

    /// Ends everything in order.
    pub async fn stop(self) {
        self.consumer.stop().await;
        self.provider.stop().await;
        self.hub.stop().await;
    }
}

async fn granted(
    operator: &Session,
    head: &Session,
    business: &Session,
    [owner, taker, agent]: [&str; 3],
) -> anyhow::Result<String> {
    let items: Vec<Value> = COLUMNS
        .iter()
        .map(|(_, item, element)| json!({"item": item, "element": element, "is_key": *item == "resident_id"}))
        .collect();
    let body = json!({
        "code": "GA-HKRK-001", "name": "常住人口", "abstract": "户籍人口基本信息", "organisation_id": owner,
        "classification": "base", "share_type": "conditional", "share_condition": "办理社会救助事项可以使用",
        "update_cycle": "real_time", "items": items,
    });
    let id = text(&operator.post("/api/v1/resources", &body).await?, "id")?;
    let columns: Vec<Value> =
        COLUMNS.iter().map(|(column, item, _)| json!({"item": item, "column": column})).collect();
    let mount = json!({"agent_id": agent, "source": "register", "table": "hkrk", "keys": ["resident_id"], "columns": columns});
    let path = format!("/api/v1/resources/{id}");
    operator.put(&format!("{path}/mount"), &mount).await?;
    business.post(&format!("{path}/mount/approve"), &json!({})).await?;
    operator.post(&format!("{path}/submit"), &json!({})).await?;
    let assessed = json!({"secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估"});
    head.post(&format!("{path}/sign"), &assessed).await?;
    business.post(&format!("{path}/approve"), &json!({})).await?;
    business.post(&format!("{path}/publish"), &json!({})).await?;
    let items: Vec<Value> =
        COLUMNS.iter().map(|(_, item, _)| json!({"item": item, "masked": MASKED.contains(item)})).collect();
    let grant = json!({
        "consumer_id": taker, "resource_id": id, "items": items, "shapes": ["batch"],
        "purposes": [{"matter": "MZ-SHJZ-001", "basis": "社会救助暂行办法 第五十八条"}],
        "valid_until_ms": SystemClock.now_ms() + 86_400_000, "quota_per_day": 1_000, "quota_per_second": 10,
    });
    let grant = text(&head.post("/api/v1/grants", &grant).await?, "id")?;
    until("the agent to accept the grant", async || {
        let grant = head.get(&format!("/api/v1/grants/{grant}")).await?;
        ensure!(grant["pin_state"] != "refused", "{}", grant["pin_reason"]);
        Ok(grant["pin_state"] == "accepted")
    })
    .await?;
    Ok(grant)
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
