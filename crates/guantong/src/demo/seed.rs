//! What stands in the demo when it is set up: organisations, people, systems, agents, accounts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use catalog::model::{OrganisationInput, OrganisationKind};
use county::{Resource, SampleCall};
use kernel::Role;
use serde_json::json;

use super::api::Session;

/// Password of every demo account.
pub const PASSWORD: &str = "Yunlan-demo-2026";
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

/// A client system, with the desk at which it asked in the county's past.
pub struct SeededClient {
    /// Client id.
    pub id: String,
    /// Secret.
    pub secret: String,
    /// The client inside this process.
    pub inside: Session,
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
    /// Ids of the information systems, by name.
    pub systems: HashMap<String, String>,
    /// Mounted resources with id and source.
    pub resources: Vec<(Resource, String, String)>,
    /// Client systems.
    pub clients: Vec<SeededClient>,
    /// The operator.
    pub operator: Session,
    /// The head.
    pub head: Session,
}

/// Everything that was set up.
pub struct Seeded {
    /// Address of the hub.
    pub url: String,
    /// Accounts, in the order they are shown.
    pub accounts: Vec<Account>,
    /// Departments.
    pub departments: Vec<SeededDepartment>,
    /// The platform operator.
    pub admin: Session,
    /// The business operator.
    pub business: Session,
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

/// A credit code of the county's organs of state out of eight characters of our own.
pub fn state_code(organisation: &str) -> String {
    standards::credit_code::complete("11", county::REGION, organisation).unwrap_or_default()
}

/// An account of the demo.
pub fn account(username: &str, role: Role, organisation: &str) -> Account {
    Account {
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
        role,
        organisation: organisation.to_owned(),
    }
}

/// Family and given names of the people of the demo; invented like the county.
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

/// The person behind an account: no two of one department have the same name, and the same account is always the same person.
pub fn person(username: &str) -> Option<String> {
    let (department, role) = username.split_once('-').unwrap_or((username, ""));
    let place =
        |text: &str| text.bytes().fold(0_usize, |sum, byte| (sum * 31 + usize::from(byte)) % PEOPLE.len());
    let step = ["head", "operator", "developer"].iter().position(|one| *one == role).unwrap_or(0);
    let family = PEOPLE.get((place(department) + 7 * step) % PEOPLE.len())?;
    let given = PEOPLE.get((place(role) + place(department) + 3 * step) % PEOPLE.len())?;
    Some(family.chars().take(1).chain(given.chars().skip(1)).collect())
}

impl Seeded {
    /// The department with that key.
    pub fn department(&self, key: &str) -> anyhow::Result<&SeededDepartment> {
        self.departments.iter().find(|department| department.key == key).with_context(|| key.to_owned())
    }

    /// Writes address, accounts and samples for programs that walk the demo.
    pub fn write_accounts(&self, dir: &Path, samples: &[SampleCall]) -> anyhow::Result<PathBuf> {
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
                department.clients.iter().map(|client| {
                    json!({"client_id": client.id, "client_secret": client.secret, "organisation": department.name})
                })
            })
            .collect();
        let samples: Vec<_> = samples
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
pub async fn until(what: &str, mut so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
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
