//! Set the county up through the public interface: organisations, people, systems, resources, agents, grants.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use catalog::model::{OrganisationInput, OrganisationKind};
use county::{County, Department, Resource, ShareType};
use kernel::{Actor, Role};
use serde_json::{Value, json};
use server::Hub;

use super::Say;
use super::api::{Session, text};
use super::departments::Agents;

/// Password of every demo account.
const PASSWORD: &str = "Yunlan-demo-2026";
/// Grants of the demo last a year.
const VALID_MS: i64 = 365 * 86_400_000;
/// How long agents may take to connect and to accept.
const PATIENCE: Duration = Duration::from_secs(60);

/// A demo account.
pub struct Account {
    /// Log-in name.
    pub username: String,
    /// Password.
    pub password: String,
    /// Role.
    pub role: Role,
    /// Organisation's name.
    pub organisation: String,
}

/// A department as it was set up.
pub struct SeededDepartment {
    /// Key in the county.
    pub key: &'static str,
    /// Name.
    pub name: String,
    /// Organisation id.
    pub organisation_id: String,
    /// Agent id.
    pub agent_id: String,
    /// Its join code.
    pub join_code: String,
    /// Names of its sources.
    pub sources: Vec<String>,
    /// Resource code to id, source.
    pub resources: Vec<(Resource, String, String)>,
    /// Client id and secret.
    pub clients: Vec<(String, String)>,
    operator: Session,
    head: Session,
}

/// Everything that was set up.
pub struct Seeded {
    /// Address of the hub.
    pub url: String,
    /// Accounts, in the order they are shown.
    pub accounts: Vec<Account>,
    /// Departments.
    pub departments: Vec<SeededDepartment>,
    admin: Session,
    business: Session,
}

/// An organisation in the form the catalogue takes.
pub fn organisation(name: &str, short: &str, credit_code: &str, region: &str) -> OrganisationInput {
    OrganisationInput {
        name: name.to_owned(),
        short_name: Some(short.to_owned()),
        short_code: None,
        credit_code: credit_code.to_owned(),
        parent_id: None,
        kind: OrganisationKind::DataAuthority,
        region: region.to_owned(),
    }
}

/// Sets up organisations, people, systems, resources and agents.
pub async fn seed(hub: &Hub, url: &str, county: &County, say: &Say) -> anyhow::Result<Seeded> {
    let bureau = organisation("云澜县数据局", "数据局", "11513428MB0000000T", county::REGION);
    let bureau = OrganisationInput { credit_code: fitting_code(&bureau.credit_code), ..bureau };
    let bureau = hub.catalog.create_organisation(&Actor::System, bureau).await?;
    hub.identity.bootstrap("admin", PASSWORD, Role::PlatformOperator, &bureau.id).await?;
    let admin = Session::log_in(url, "admin", PASSWORD).await?;
    let mut accounts = vec![account("admin", Role::PlatformOperator, &bureau.name)];
    for (username, role) in [("business", Role::BusinessOperator), ("auditor", Role::SecurityAuditor)] {
        // The first holders of the three roles are made with the node; later ones are proposed and confirmed.
        hub.identity.bootstrap(username, PASSWORD, role, &bureau.id).await?;
        accounts.push(account(username, role, &bureau.name));
    }
    let business = Session::log_in(url, "business", PASSWORD).await?;
    let mut departments = Vec::new();
    for department in county.departments() {
        departments.push(seed_department(&admin, url, &department, &mut accounts).await?);
    }
    say.line(
        &format!("已登记 {} 个部门及其系统、资源和前置机。", departments.len()),
        &format!("{} departments with systems, resources and agents are registered.", departments.len()),
    );
    Ok(Seeded { url: url.to_owned(), accounts, departments, admin, business })
}

/// The code with a check character that fits, so that the literal above needs none.
fn fitting_code(code: &str) -> String {
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|check| format!("{}{check}", code.get(..17).unwrap_or_default()))
        .find(|candidate| {
            standards::value::standardise(&standards::value::ValueKind::CreditCode, candidate).status
                == standards::value::Status::Valid
        })
        .unwrap_or_else(|| code.to_owned())
}

fn account(username: &str, role: Role, organisation: &str) -> Account {
    Account {
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
        role,
        organisation: organisation.to_owned(),
    }
}

/// Names of the people of the demo, one for each account; invented like the county.
const PEOPLE: [&str; 20] = [
    "周文海",
    "苏玉兰",
    "郑国栋",
    "何秀英",
    "罗建民",
    "沈晓梅",
    "唐志刚",
    "冯丽华",
    "邓伟",
    "曹雪芬",
    "彭永强",
    "蒋红霞",
    "余海涛",
    "潘淑贞",
    "田宏",
    "董春燕",
    "范立新",
    "石桂香",
    "姚鹏",
    "廖敏",
];

async fn add_user(admin: &Session, username: &str, role: Role, organisation_id: &str) -> anyhow::Result<()> {
    // A small hash of the name picks the person, so that the same account is always the same one.
    let at = username.bytes().fold(0_usize, |sum, byte| (sum * 31 + usize::from(byte)) % PEOPLE.len());
    let user = json!({
        "username": username, "display_name": PEOPLE.get(at), "role": role.as_str(),
        "organisation_id": organisation_id, "password": PASSWORD,
    });
    admin.post("/api/v1/users", &user).await.map(|_| ())
}

async fn seed_department(
    admin: &Session,
    url: &str,
    department: &Department,
    accounts: &mut Vec<Account>,
) -> anyhow::Result<SeededDepartment> {
    let organisation = json!({
        "name": department.zh, "short_name": department.short, "credit_code": department.credit_code,
        "kind": "department", "region": county::REGION,
    });
    let organisation = admin.post("/api/v1/organisations", &organisation).await?;
    let organisation_id = text(&organisation, "id")?;
    for (suffix, role) in [
        ("head", Role::DepartmentHead),
        ("operator", Role::DepartmentOperator),
        ("developer", Role::DepartmentDeveloper),
    ] {
        let username = format!("{}-{suffix}", department.key);
        add_user(admin, &username, role, &organisation_id).await?;
        accounts.push(account(&username, role, department.zh));
    }
    let session = |suffix: &str| {
        let username = format!("{}-{suffix}", department.key);
        async move { Session::log_in(url, &username, PASSWORD).await }
    };
    let (operator, head, developer) =
        (session("operator").await?, session("head").await?, session("developer").await?);

    let mut sources = Vec::new();
    let mut resources = Vec::new();
    for system in &department.systems {
        let made = json!({
            "organisation_id": organisation_id, "name": system.zh, "purpose": system.purpose,
            "built_year": system.built_year, "users": department.short, "owner": department.short,
        });
        let made = operator.post("/api/v1/systems", &made).await?;
        sources.push(system.source.to_owned());
        for resource in &system.resources {
            let body = resource_body(resource, &organisation_id, &text(&made, "id")?);
            let created = operator.post("/api/v1/resources", &body).await?;
            resources.push((resource.clone(), text(&created, "id")?, system.source.to_owned()));
        }
    }
    let mut clients = Vec::new();
    for client in &department.clients {
        let made = json!({"client_id": client.client_id, "name": client.zh});
        let made = developer.post("/api/v1/clients", &made).await?;
        clients.push((client.client_id.to_owned(), text(&made, "secret")?));
    }
    let agent = admin
        .post("/api/v1/agents", &json!({"name": department.agent, "organisation_id": organisation_id}))
        .await?;
    Ok(SeededDepartment {
        key: department.key,
        name: department.zh.to_owned(),
        organisation_id,
        agent_id: text(&agent["agent"], "id")?,
        join_code: text(&agent, "join_code")?,
        sources,
        resources,
        clients,
        operator,
        head,
    })
}

fn resource_body(resource: &Resource, organisation_id: &str, system_id: &str) -> Value {
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
        "organisation_id": organisation_id, "system_id": system_id, "classification": "department",
        "format": "数据库", "share_type": if conditional { "conditional" } else { "unconditional" },
        "share_condition": if conditional { Some(resource.condition) } else { None },
        "update_cycle": "real_time", "open_to_society": false,
        "secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估：按授权最小化提供，逐次留痕",
        "items": items,
    })
}

impl Seeded {
    /// Waits until every agent is connected.
    pub async fn wait_connected(&self, agents: &mut Agents) -> anyhow::Result<()> {
        let ids: Vec<_> = self.departments.iter().map(|department| department.agent_id.as_str()).collect();
        until("agents to connect", async || {
            if let Some(ended) = agents.ended() {
                bail!("{ended}: the agent has ended; see agents/*/agent.log");
            }
            let list = self.admin.get("/api/v1/agents?page_size=200").await?;
            let items = list["items"].as_array().cloned().unwrap_or_default();
            Ok(ids.iter().all(|id| {
                items.iter().any(|agent| agent["id"] == **id && agent["connected"] == Value::Bool(true))
            }))
        })
        .await
    }

    /// The department with that key.
    pub fn department(&self, key: &str) -> anyhow::Result<&SeededDepartment> {
        self.departments.iter().find(|department| department.key == key).with_context(|| key.to_owned())
    }

    /// Writes address, accounts and samples for programs that walk the demo.
    pub fn write_accounts(&self, dir: &Path, county: &County) -> anyhow::Result<PathBuf> {
        let accounts: Vec<_> = self
            .accounts
            .iter()
            .map(|account| {
                json!({"username": account.username, "password": account.password,
                       "role": account.role.as_str(), "organisation": account.organisation})
            })
            .collect();
        let clients: Vec<_> = self
            .departments
            .iter()
            .flat_map(|department| {
                department.clients.iter().map(|(id, secret)| {
                    json!({"client_id": id, "client_secret": secret, "organisation": department.name})
                })
            })
            .collect();
        let samples: Vec<_> = county
            .sample_calls()
            .iter()
            .map(|call| {
                json!({
                    "zh": call.zh, "en": call.en, "consumer": call.consumer, "resource": call.resource,
                    "key": call.subject.item, "value": call.subject.value, "items": call.items,
                    "claims": call.claims.iter().map(|c| (c.item.clone(), c.value.clone())).collect::<HashMap<_, _>>(),
                    "matter": call.purpose.matter, "basis": call.purpose.basis, "case_no": call.case,
                })
            })
            .collect();
        let path = dir.join("accounts.json");
        let all = json!({"url": self.url, "accounts": accounts, "clients": clients, "samples": samples});
        std::fs::write(&path, serde_json::to_string_pretty(&all)?)?;
        Ok(path)
    }
}

/// Asks again until it is so, or patience ends.
async fn until(what: &str, mut so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let waiting = async {
        while !so().await? {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::Ok(())
    };
    match tokio::time::timeout(PATIENCE, waiting).await {
        Ok(done) => done,
        Err(_over) => bail!("waited {} s for {what}", PATIENCE.as_secs()),
    }
}

/// Mounts, publishes and grants; then waits until the agents have accepted.
pub async fn publish_and_grant(seeded: &Seeded, county: &County, say: &Say) -> anyhow::Result<()> {
    for department in &seeded.departments {
        for (resource, id, source) in &department.resources {
            let columns: Vec<_> = resource
                .items
                .iter()
                .map(|item| json!({"item": item.name, "column": item.column, "code_map": item.code_map}))
                .collect();
            let mount = json!({
                "agent_id": department.agent_id, "source": source, "table": resource.table,
                "keys": resource.keys, "as_of_column": resource.as_of_column, "columns": columns,
            });
            let path = format!("/api/v1/resources/{id}");
            department.operator.put(&format!("{path}/mount"), &mount).await?;
            seeded.business.post(&format!("{path}/mount/approve"), &json!({})).await?;
            department.operator.post(&format!("{path}/submit"), &json!({})).await?;
            department.head.post(&format!("{path}/sign"), &json!({})).await?;
            seeded.business.post(&format!("{path}/approve"), &json!({})).await?;
            seeded.business.post(&format!("{path}/publish"), &json!({})).await?;
        }
    }
    let now_ms = kernel::clock::Clock::now_ms(&kernel::clock::SystemClock);
    let mut grants = Vec::new();
    for grant in county.sample_grants() {
        let provider = seeded.department(grant.provider)?;
        let consumer = seeded.department(grant.consumer)?;
        let resource = provider.resources.iter().find(|(known, ..)| known.code == grant.resource);
        let (_, resource_id, _) = resource.with_context(|| grant.resource.to_owned())?;
        let body = json!({
            "consumer_id": consumer.organisation_id, "resource_id": resource_id, "client_ids": grant.clients,
            "items": grant.items, "row_filter": grant.row_filter, "purposes": grant.purposes,
            "shapes": grant.shapes, "valid_until_ms": now_ms + VALID_MS,
            "quota_per_day": grant.quota_per_day, "quota_per_second": grant.quota_per_second,
        });
        let made = provider.head.post("/api/v1/grants", &body).await?;
        grants.push((provider, text(&made, "id")?));
    }
    for (provider, id) in &grants {
        until("an agent to accept a grant", async || {
            let grant = provider.head.get(&format!("/api/v1/grants/{id}")).await?;
            if grant["pin_state"] == "refused" {
                bail!("{}: {}", provider.name, grant["pin_reason"]);
            }
            Ok(grant["pin_state"] == "accepted")
        })
        .await?;
    }
    say.line(
        &format!("资源已发布，{} 项授权已由各部门前置机接受。", grants.len()),
        &format!(
            "Resources are published; {} grants were accepted by the departments' agents.",
            grants.len()
        ),
    );
    Ok(())
}
