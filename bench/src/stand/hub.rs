//! A hub with its first people, and whatever a bench adds to it: organisations, users, agents, resources, grants.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use county::Department;
use kernel::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use super::api::{Session, text};
use super::process::{Program, wait_for_port};

/// Of every account of this hub, which lives for minutes on a loopback port.
const PASSWORD: &str = "Bench-account-2026";

/// A hub that runs.
pub struct Stand {
    /// The hub.
    pub hub: Program,
    /// Its address.
    pub url: String,
    /// Its data folder.
    pub data: PathBuf,
    /// The platform operator.
    pub admin: Session,
    /// The business operator.
    pub business: Session,
    dir: PathBuf,
    program: PathBuf,
}

/// An agent that runs.
pub struct Agent {
    /// The program.
    pub program: Program,
    /// Its id at the hub.
    pub id: String,
    /// Its folder.
    pub dir: PathBuf,
}

/// Who signs for a resource.
pub struct Owner {
    /// Id of the organisation.
    pub id: String,
    /// Catalogues and mounts.
    pub operator: Session,
    /// Signs and grants.
    pub head: Session,
}

impl Stand {
    /// Starts a hub below a folder, run by that department.
    ///
    /// # Errors
    /// With what the hub said.
    pub async fn raise(dir: &Path, bureau: &Department) -> anyhow::Result<Self> {
        let program =
            PathBuf::from(std::env::var_os("GUANTONG_BIN").context("GUANTONG_BIN names the program")?);
        let (http, link) = (testbed::free_port()?, testbed::free_port()?);
        let (config, data) = (dir.join("hub.toml"), dir.join("hub"));
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
            ensure!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        }
        let args = ["serve", "--config", &config].map(str::to_owned);
        let hub = Program::start("hub", &program, &args, Some(&dir.join("hub.log")))?.at(http);
        wait_for_port(http).await?;
        let url = format!("http://127.0.0.1:{http}");
        let admin = Session::log_in(&url, "admin", PASSWORD).await?;
        let business = Session::log_in(&url, "business", PASSWORD).await?;
        Ok(Self { hub, url, data, admin, business, dir: dir.to_owned(), program })
    }

    /// Registers an organisation; its id.
    ///
    /// # Errors
    /// When the hub refuses.
    pub async fn organisation(&self, department: &Department) -> anyhow::Result<String> {
        let body = json!({
            "name": department.zh, "short_name": department.short, "credit_code": department.credit_code,
            "kind": "department", "region": county::REGION,
        });
        text(&self.admin.post("/api/v1/organisations", &body).await?, "id")
    }

    /// Adds somebody of an organisation and logs him in.
    ///
    /// # Errors
    /// When the hub refuses.
    pub async fn user(&self, name: &str, role: &str, organisation: &str) -> anyhow::Result<Session> {
        let body = json!({
            "username": name, "display_name": name, "role": role, "organisation_id": organisation, "password": PASSWORD,
        });
        self.admin.post("/api/v1/users", &body).await?;
        Session::log_in(&self.url, name, PASSWORD).await
    }

    /// Registers an organisation with the two people who provide from it.
    ///
    /// # Errors
    /// When the hub refuses.
    pub async fn owner(&self, department: &Department) -> anyhow::Result<Owner> {
        let id = self.organisation(department).await?;
        let operator = self.user("operator", "department_operator", &id).await?;
        let head = self.user("head", "department_head", &id).await?;
        Ok(Owner { id, operator, head })
    }

    /// Lets an agent of an organisation join and run; `places` is the part of its configuration that names sources and
    /// targets. Its folder and its log bear `name`.
    ///
    /// # Errors
    /// With what the agent said.
    pub async fn agent(&self, name: &str, organisation: &str, places: &str) -> anyhow::Result<Agent> {
        let made = json!({"name": format!("前置机 {name}"), "organisation_id": organisation});
        let made = self.admin.post("/api/v1/agents", &made).await?;
        let dir = self.dir.join(name);
        std::fs::create_dir_all(&dir)?;
        let config = dir.join("agent.toml");
        let url = &self.url;
        std::fs::write(
            &config,
            format!("hub = \"{url}\"\nstate_dir = \"state\"\naccept = \"auto\"\n{places}"),
        )?;
        let config = config.display().to_string();
        let joined = tokio::process::Command::new(&self.program)
            .args(["agent", "--config", &config, "join", "--code", &text(&made, "join_code")?])
            .output()
            .await?;
        ensure!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
        let id = text(&made["agent"], "id")?;
        let agent = Agent { program: self.run_agent(&dir)?, id, dir };
        self.connected(&agent).await?;
        Ok(agent)
    }

    fn run_agent(&self, dir: &Path) -> anyhow::Result<Program> {
        let config = dir.join("agent.toml").display().to_string();
        let args = ["agent", "--config", &config, "run"].map(str::to_owned);
        Program::start("agent", &self.program, &args, Some(&dir.join("agent.log")))
    }

    async fn connected(&self, agent: &Agent) -> anyhow::Result<()> {
        until("the agent to connect", async || {
            let seen = self.admin.get(&format!("/api/v1/agents/{}", agent.id)).await?;
            Ok(seen["connected"] == Value::Bool(true))
        })
        .await
    }

    /// Kills an agent, without a word, and starts it again.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn kill(&self, agent: Agent) -> anyhow::Result<Agent> {
        let Agent { program, id, dir } = agent;
        drop(program);
        let agent = Agent { program: self.run_agent(&dir)?, id, dir };
        self.connected(&agent).await?;
        Ok(agent)
    }
}

/// Mounts a resource and publishes it, each step by whom the law charges with it; its id.
///
/// # Errors
/// When the hub refuses.
pub async fn published(
    stand: &Stand,
    owner: &Owner,
    resource: &Value,
    mount: &Value,
) -> anyhow::Result<String> {
    let id = text(&owner.operator.post("/api/v1/resources", resource).await?, "id")?;
    let path = format!("/api/v1/resources/{id}");
    owner.operator.put(&format!("{path}/mount"), mount).await?;
    stand.business.post(&format!("{path}/mount/approve"), &json!({})).await?;
    owner.operator.post(&format!("{path}/submit"), &json!({})).await?;
    let assessed = json!({"secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估"});
    owner.head.post(&format!("{path}/sign"), &assessed).await?;
    stand.business.post(&format!("{path}/approve"), &json!({})).await?;
    stand.business.post(&format!("{path}/publish"), &json!({})).await?;
    Ok(id)
}

/// What every use here is for.
pub fn basis() -> Value {
    json!({"matter": "MZ-SHJZ-001", "basis": "社会救助暂行办法 第五十八条"})
}

/// Gives a grant for a day and waits until the agent has accepted it; its id. `body` says who may use what, in which shapes and
/// how often.
///
/// # Errors
/// When the hub or the agent refuses.
pub async fn granted(owner: &Owner, mut body: Value) -> anyhow::Result<String> {
    body["purposes"] = json!([basis()]);
    body["valid_until_ms"] = json!(SystemClock.now_ms() + 86_400_000);
    let grant = text(&owner.head.post("/api/v1/grants", &body).await?, "id")?;
    until("the agent to accept the grant", async || {
        let grant = owner.head.get(&format!("/api/v1/grants/{grant}")).await?;
        ensure!(grant["pin_state"] != "refused", "{}", grant["pin_reason"]);
        Ok(grant["pin_state"] == "accepted")
    })
    .await?;
    Ok(grant)
}

/// Asks until it is so.
///
/// # Errors
/// After a minute, or with the error of the question.
pub async fn until(what: &str, mut so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(60);
    while !so().await? {
        if Instant::now() > end {
            bail!("waited a minute for {what}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
