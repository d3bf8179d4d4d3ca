//! Sets a small county up through the public interface.

use serde_json::{Value, json};

use super::{Answer, Session, fitting_code, resident_id, until};

/// Password of every account.
pub const PASSWORD: &str = "Kx7-pruefung-2026";
/// Code of the resource.
pub const RESOURCE: &str = "GA-HKRK-001";
/// Items of the resource: name, data element, column.
pub const ITEMS: [(&str, &str, &str); 7] = [
    ("resident_id", "person.id", "sfzh"),
    ("name", "person.name", "xm"),
    ("sex", "person.sex", "xb"),
    ("birth_date", "person.birth_date", "csrq"),
    ("mobile", "person.mobile", "sjh"),
    ("address", "address.residence", "dz"),
    ("region", "household.register_region", "qh"),
];

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Not logged in.
    Nobody,
    /// 平台运维 of the bureau.
    Platform,
    /// 业务运营 of the bureau.
    Business,
    /// 安全审计 of the bureau.
    Auditor,
    /// Roles of the provider.
    ProviderHead,
    ProviderOperator,
    ProviderDeveloper,
    /// Roles of the consumer.
    ConsumerHead,
    ConsumerOperator,
    ConsumerDeveloper,
    /// Roles of a department that is party to nothing.
    StrangerHead,
    StrangerOperator,
    StrangerDeveloper,
    /// The consumer's client system.
    ConsumerClient,
    /// The stranger's client system.
    StrangerClient,
}

impl Who {
    /// Everybody.
    pub const ALL: [Self; 15] = [
        Self::Nobody,
        Self::Platform,
        Self::Business,
        Self::Auditor,
        Self::ProviderHead,
        Self::ProviderOperator,
        Self::ProviderDeveloper,
        Self::ConsumerHead,
        Self::ConsumerOperator,
        Self::ConsumerDeveloper,
        Self::StrangerHead,
        Self::StrangerOperator,
        Self::StrangerDeveloper,
        Self::ConsumerClient,
        Self::StrangerClient,
    ];

    /// True for people at the console.
    pub fn is_user(self) -> bool {
        !matches!(self, Self::Nobody | Self::ConsumerClient | Self::StrangerClient)
    }
}

/// A county that was set up.
pub struct Seeded {
    /// Address of the hub.
    pub url: String,
    /// Ids of the departments.
    pub provider: String,
    /// The consumer.
    pub consumer: String,
    /// The department that is party to nothing.
    pub stranger: String,
    /// The provider's information system.
    pub system: String,
    /// The resource.
    pub resource: String,
    /// The agent.
    pub agent_id: String,
    /// Its join code.
    pub join_code: String,
    /// Client id and secret of the consumer's system.
    pub client: (String, String),
    /// Another client system of the consumer.
    pub other_client: (String, String),
    sessions: Vec<(Who, Session)>,
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// The catalogue entry.
pub fn resource_body(code: &str, organisation: &str, system: Option<&str>) -> Value {
    let items: Vec<_> = ITEMS
        .iter()
        .map(|(item, element, _)| json!({"item": item, "element": element, "is_key": *item == "resident_id"}))
        .collect();
    json!({
        "code": code, "name": "户籍人口信息", "abstract": "户籍人口基本信息", "organisation_id": organisation,
        "system_id": system, "classification": "base", "share_type": "conditional",
        "share_condition": "县级部门为办理社会救助、不动产登记事项可以使用", "update_cycle": "real_time", "items": items,
    })
}

/// What a head adds when he signs an entry.
pub fn assessments() -> Value {
    json!({"secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估，按授权最小化提供"})
}

struct Made {
    id: String,
    sessions: Vec<(Who, Session)>,
    client: (String, String),
}

async fn department(url: &str, admin: &Session, key: &str, name: &str, code: &str, who: [Who; 3]) -> Made {
    let body =
        json!({"name": name, "credit_code": fitting_code(code), "kind": "department", "region": "513428"});
    let id = id(&admin.post("/api/v1/organisations", &body).await.ok());
    let mut sessions = Vec::new();
    for (role, who) in ["head", "operator", "developer"].iter().zip(who) {
        let username = format!("{key}-{role}");
        let body = json!({"username": username, "role": format!("department_{role}"), "organisation_id": id,
            "password": PASSWORD});
        admin.post("/api/v1/users", &body).await.ok();
        sessions.push((who, Session::log_in(url, &username, PASSWORD).await));
    }
    let developer = &sessions.last().unwrap().1;
    let client = client(developer, &format!("{key}-system")).await;
    Made { id, sessions, client }
}

async fn client(developer: &Session, client_id: &str) -> (String, String) {
    let made =
        developer.post("/api/v1/clients", &json!({"client_id": client_id, "name": client_id})).await.ok();
    (client_id.to_owned(), made["secret"].as_str().unwrap().to_owned())
}

/// Sets organisations, people, clients, the system, the resource and the agent up.
pub async fn seed(url: &str, admin: Session) -> Seeded {
    let business = Session::log_in(url, "business", PASSWORD).await;
    let auditor = Session::log_in(url, "auditor", PASSWORD).await;
    seed_by(url, [admin, business, auditor]).await
}

/// The same by three people who are logged in: platform, business, auditor.
pub async fn seed_by(url: &str, [admin, business, auditor]: [Session; 3]) -> Seeded {
    use Who::*;
    let mut sessions = vec![
        (Nobody, Session::nobody(url)),
        (Platform, admin.clone()),
        (Business, business),
        (Auditor, auditor),
    ];
    let roles = [ProviderHead, ProviderOperator, ProviderDeveloper];
    let provider = department(url, &admin, "ga", "云澜县公安局", "1151342800000010", roles).await;
    let roles = [ConsumerHead, ConsumerOperator, ConsumerDeveloper];
    let consumer = department(url, &admin, "mz", "云澜县民政局", "1151342800000020", roles).await;
    let roles = [StrangerHead, StrangerOperator, StrangerDeveloper];
    let stranger = department(url, &admin, "wj", "云澜县卫生健康局", "1151342800000030", roles).await;
    sessions.push((ConsumerClient, Session::client(url, &consumer.client.0, &consumer.client.1).await));
    sessions.push((StrangerClient, Session::client(url, &stranger.client.0, &stranger.client.1).await));
    let other_client = client(&consumer.sessions[2].1, "mz-other").await;

    let operator = provider.sessions[1].1.clone();
    let system = id(&operator.post("/api/v1/systems", &json!({"name": "人口信息系统"})).await.ok());
    let resource = resource_body(RESOURCE, &provider.id, Some(&system));
    let resource = id(&operator.post("/api/v1/resources", &resource).await.ok());
    let agent = json!({"name": "公安局前置机", "organisation_id": provider.id});
    let agent = admin.post("/api/v1/agents", &agent).await.ok();
    for made in [&provider, &consumer, &stranger] {
        sessions.extend(made.sessions.iter().cloned());
    }
    Seeded {
        url: url.to_owned(),
        provider: provider.id,
        consumer: consumer.id,
        stranger: stranger.id,
        system,
        resource,
        agent_id: id(&agent["agent"]),
        join_code: agent["join_code"].as_str().unwrap().to_owned(),
        client: consumer.client,
        other_client,
        sessions,
    }
}

impl Seeded {
    /// The session of somebody.
    pub fn as_(&self, who: Who) -> &Session {
        &self.sessions.iter().find(|(known, _)| *known == who).unwrap().1
    }

    /// Waits until the agent's link is open, or no longer is.
    pub async fn wait_connected(&self, wanted: bool) {
        let path = format!("/api/v1/agents/{}", self.agent_id);
        until("the agent to connect or go", async || {
            let agent = self.as_(Who::Platform).get(&path).await;
            (agent.body["connected"] == wanted).then_some(())
        })
        .await;
    }

    /// The mount on a source of the agent.
    pub fn mount_body(&self, source: &str) -> Value {
        let columns: Vec<_> =
            ITEMS.iter().map(|(item, _, column)| json!({"item": item, "column": column})).collect();
        json!({"agent_id": self.agent_id, "source": source, "table": "rkxx", "keys": ["resident_id"],
            "as_of_column": "gxsj", "columns": columns})
    }

    /// Mounts the resource and publishes it, each step by whom the law charges with it.
    pub async fn mount_and_publish(&self, source: &str) {
        let path = format!("/api/v1/resources/{}", self.resource);
        let (operator, head, business) =
            (self.as_(Who::ProviderOperator), self.as_(Who::ProviderHead), self.as_(Who::Business));
        operator.put(&format!("{path}/mount"), &self.mount_body(source)).await.ok();
        business.post(&format!("{path}/mount/approve"), &json!({})).await.ok();
        operator.post(&format!("{path}/submit"), &json!({})).await.ok();
        head.post(&format!("{path}/sign"), &assessments()).await.ok();
        business.post(&format!("{path}/approve"), &json!({})).await.ok();
        business.post(&format!("{path}/publish"), &json!({})).await.ok();
    }

    /// A grant as tests vary it.
    pub fn grant_body(&self) -> Value {
        json!({
            "consumer_id": self.consumer, "resource_id": self.resource,
            "items": [{"item": "name"}, {"item": "sex"}, {"item": "birth_date"},
                      {"item": "mobile", "masked": true}, {"item": "address", "verify_only": true}],
            "purposes": [{"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"}],
            "shapes": ["query", "verify"], "valid_until_ms": 4_000_000_000_000_i64.min(self.in_a_year()),
            "quota_per_day": 1_000_000, "quota_per_second": 100_000,
        })
    }

    fn in_a_year(&self) -> i64 {
        kernel::clock::Clock::now_ms(&kernel::clock::SystemClock) + 365 * 86_400_000
    }

    /// Gives a grant and waits until the agent has accepted it; its id.
    pub async fn grant(&self, vary: impl FnOnce(&mut Value)) -> String {
        let mut body = self.grant_body();
        vary(&mut body);
        let head = self.as_(Who::ProviderHead);
        let grant = id(&head.post("/api/v1/grants", &body).await.ok());
        until("the agent to accept a grant", async || {
            let seen = head.get(&format!("/api/v1/grants/{grant}")).await.ok();
            assert_ne!(seen["pin_state"], "refused", "{seen}");
            (seen["pin_state"] == "accepted").then_some(())
        })
        .await;
        grant
    }

    /// A question about one person under a grant.
    pub fn question(&self, grant: &str, head: &str) -> Value {
        json!({
            "resource": RESOURCE, "subject": {"resident_id": resident_id(head)}, "grant": grant,
            "purpose": {"matter": "MZ-DB-001"}, "case_no": "2026-0001",
        })
    }

    /// Asks as the consumer's client system.
    pub async fn query(&self, question: &Value) -> Answer {
        self.as_(Who::ConsumerClient).post("/api/v1/query", question).await
    }

    /// Checks claims as the consumer's client system.
    pub async fn verify(&self, question: &Value, claims: Value) -> Answer {
        let mut body = question.clone();
        body["claims"] = claims;
        self.as_(Who::ConsumerClient).post("/api/v1/verify", &body).await
    }

    /// Changes the state of a grant as the provider's head.
    pub async fn change(&self, grant: &str, verb: &str) -> Value {
        let path = format!("/api/v1/grants/{grant}/{verb}");
        self.as_(Who::ProviderHead)
            .post(&path, &json!({"cause": "abnormal_use", "reason": "例行检查，暂停使用"}))
            .await
            .ok()
    }
}
