//! A hub with an empty catalogue on either engine, and requests to it in somebody's name.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use catalog::model::{OrganisationInput, OrganisationKind};
use catalog::{AgentDirectory, AgentSummary, Catalog, UsersOfResource};
use kernel::actor::ActorOrganisation;
use kernel::clock::ManualClock;
use kernel::config::Config;
use kernel::entropy::SeededEntropy;
use kernel::ids::{AgentId, OrganisationId, ResourceId, UserId};
use kernel::{Actor, Kernel, Role};
use sea_orm::EntityTrait as _;
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde_json::{Value, json};
pub(crate) use testbed::on_both;
use tower::ServiceExt as _;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        kernel::migration::migrations().into_iter().chain(catalog::migrations()).collect()
    }
}

/// Agents that stand at the police.
struct Agents(OrganisationId);

#[async_trait]
impl AgentDirectory for Agents {
    async fn agent(&self, id: &AgentId) -> kernel::Result<Option<AgentSummary>> {
        let known = id.as_str().starts_with("agent-police");
        Ok(known
            .then(|| AgentSummary { name: "公安前置机".to_owned(), organisation_id: self.0.clone() }))
    }
}

/// Everything is used by one organisation.
struct Users(OrganisationId);

#[async_trait]
impl UsersOfResource for Users {
    async fn users(&self, _id: &ResourceId) -> kernel::Result<Vec<OrganisationId>> {
        Ok(vec![self.0.clone()])
    }
}

/// A hub.
pub struct World {
    pub kernel: Kernel,
    pub clock: Arc<ManualClock>,
    pub catalog: Catalog,
    pub police: ActorOrganisation,
    pub welfare: ActorOrganisation,
    app: Router,
    _place: testbed::Place,
}

/// A valid credit code out of a number.
pub fn credit_code(number: u32) -> String {
    standards::credit_code::complete("11", "330106", &format!("{number:08}")).unwrap()
}

impl World {
    pub async fn new(place: testbed::Place) -> Self {
        let mut config = Config { data_dir: place.folder().join("data"), ..Config::default() };
        config.database.url = place.url().to_owned();
        let clock = Arc::new(ManualClock::at(1_790_000_000_000));
        let kernel = Kernel::open(config, clock.clone(), Arc::new(SeededEntropy::new(7))).await.unwrap();
        Migrator::up(&kernel.db, None).await.unwrap();
        let catalog = Catalog::new(kernel.clone());
        let police = office(&catalog, "滨江区公安分局", "GA", 1).await;
        let welfare = office(&catalog, "滨江区民政局", "MZ", 2).await;
        catalog.know_agents(Arc::new(Agents(police.id.clone())));
        catalog.know_users(Arc::new(Users(welfare.id.clone())));
        let app = Router::from(catalog::module(&catalog).routes);
        Self { kernel, clock, catalog, police, welfare, app, _place: place }
    }

    /// A console user.
    pub fn user(&self, role: Role, organisation: &ActorOrganisation) -> Actor {
        let id = UserId::from(format!("{}-{}", role.as_str(), organisation.credit_code));
        Actor::user(id, role, organisation.clone())
    }

    pub fn operator(&self) -> Actor {
        self.user(Role::DepartmentOperator, &self.police)
    }

    pub fn head(&self) -> Actor {
        self.user(Role::DepartmentHead, &self.police)
    }

    /// A request in somebody's name; gives status and JSON.
    pub async fn send(
        &self,
        actor: Option<&Actor>,
        method: &str,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send_raw(actor, method, path, body.into_bytes()).await
    }

    pub async fn send_raw(
        &self,
        actor: Option<&Actor>,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> (StatusCode, Value) {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let mut request = request.body(Body::from(body)).unwrap();
        if let Some(actor) = actor {
            request.extensions_mut().insert(actor.clone());
        }
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// A form with a file and texts in somebody's name; gives status and JSON.
    pub async fn send_form(
        &self,
        actor: &Actor,
        path: &str,
        file: Vec<u8>,
        texts: &[(&str, Option<&str>)],
    ) -> (StatusCode, Value) {
        let mut body = Vec::new();
        let head = "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n";
        body.extend(head.as_bytes());
        body.extend(file);
        body.extend(b"\r\n");
        for (name, text) in texts {
            let Some(text) = text else { continue };
            let part = format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
            body.extend(part.as_bytes());
        }
        body.extend(b"--cut--\r\n");
        let request = Request::builder().method("POST").uri(path);
        let request = request.header("content-type", "multipart/form-data; boundary=cut");
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(actor.clone());
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// A file that somebody downloads.
    pub async fn download(&self, actor: &Actor, path: &str) -> Vec<u8> {
        let mut request = Request::builder().uri(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(actor.clone());
        let response = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    /// A resource of the police with two items, a draft.
    pub async fn draft(&self) -> Value {
        let (status, made) =
            self.send(Some(&self.operator()), "POST", "/api/v1/resources", household()).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made
    }

    /// The data authority's reviewer.
    pub fn business(&self) -> Actor {
        self.user(Role::BusinessOperator, &self.welfare)
    }

    /// A step on the way of a resource, which must succeed.
    pub async fn step(&self, actor: &Actor, id: &str, verb: &str, body: Value) -> Value {
        let path = format!("/api/v1/resources/{id}/{verb}");
        let (status, made) = self.send(Some(actor), "POST", &path, body).await;
        assert_eq!(status, StatusCode::OK, "{verb}: {made}");
        made
    }

    /// The same step, which must be refused: status and answer.
    pub async fn refused(&self, actor: &Actor, id: &str, verb: &str, body: Value) -> (StatusCode, Value) {
        let path = format!("/api/v1/resources/{id}/{verb}");
        let (status, answer) = self.send(Some(actor), "POST", &path, body).await;
        assert!(status.is_client_error(), "{verb}: {answer}");
        (status, answer)
    }

    /// Submitted by the operator and signed by the head.
    pub async fn signed(&self, id: &str) -> Value {
        self.step(&self.operator(), id, "submit", json!({})).await;
        self.step(&self.head(), id, "sign", assessments()).await
    }

    /// The whole way to publication.
    pub async fn publish(&self, id: &str) -> Value {
        self.signed(id).await;
        self.step(&self.business(), id, "approve", json!({})).await;
        self.step(&self.business(), id, "publish", json!({})).await
    }

    /// A draft that went the whole way.
    pub async fn published(&self) -> Value {
        let id = id(&self.draft().await);
        self.publish(&id).await
    }

    /// A resource as somebody reads it.
    pub async fn read(&self, actor: &Actor, id: &str) -> Value {
        let (status, found) =
            self.send(Some(actor), "GET", &format!("/api/v1/resources/{id}"), Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        found
    }

    /// Moves the clock and does what has become due.
    pub async fn wait_ms(&self, ms: i64) {
        self.clock.advance_ms(ms);
        let handlers = catalog::handlers(&self.catalog);
        while kernel::follow_up::run_due(&self.kernel, &handlers).await.unwrap() > 0 {}
    }

    /// Kinds and links of what waits for somebody.
    pub async fn todos(&self, actor: &Actor) -> Vec<String> {
        use kernel::todo::TodoSource as _;
        let list = self.catalog.todos(actor).await.unwrap();
        list.into_iter().map(|todo| format!("{} {}", todo.kind, todo.title)).collect()
    }

    /// Kinds of notices that reached a role, of an organisation or of the whole platform.
    pub async fn notices(&self, actor: &Actor) -> Vec<String> {
        let rows = kernel::notice::Entity::find().all(&self.kernel.db).await.unwrap();
        let own = actor.organisation().unwrap().id.as_str().to_owned();
        let role = actor.role().unwrap().as_str();
        let reaches = |row: &kernel::notice::Model| {
            row.role == role && (row.organisation_id.is_empty() || row.organisation_id == own)
        };
        let mut all: Vec<_> = rows.into_iter().filter(reaches).map(|row| (row.id, row.kind)).collect();
        all.sort();
        all.into_iter().map(|(_, kind)| kind).collect()
    }

    /// Kinds of evidence in the log, in order.
    pub async fn evidence(&self) -> Vec<String> {
        use sea_orm::QueryOrder as _;
        kernel::evidence::index::catch_up(&self.kernel).await.unwrap();
        let rows = kernel::evidence::index::Entity::find()
            .order_by_asc(kernel::evidence::index::Column::Idx)
            .all(&self.kernel.db)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.kind).collect()
    }

    /// Follow-up work that waits for a resource.
    pub async fn mount_follow_ups(&self, resource: &str) -> usize {
        let rows = kernel::follow_up::Entity::find().all(&self.kernel.db).await.unwrap();
        rows.iter().filter(|row| row.kind == catalog::MOUNT_CHANGED && row.subject == resource).count()
    }
}

async fn office(catalog: &Catalog, name: &str, short_code: &str, number: u32) -> ActorOrganisation {
    let input = OrganisationInput {
        name: name.to_owned(),
        short_name: None,
        short_code: Some(short_code.to_owned()),
        credit_code: credit_code(number),
        parent_id: None,
        kind: OrganisationKind::Department,
        region: "330108".to_owned(),
    };
    let made = catalog.create_organisation(&Actor::System, input).await.unwrap();
    ActorOrganisation { id: made.id, name: made.name, credit_code: made.credit_code }
}

/// A resource as an operator enters it.
pub fn household() -> Value {
    json!({
        "name": "常住人口信息", "abstract": "辖区常住人口基本信息", "classification": "base",
        "category": "人口", "share_type": "conditional",
        "share_condition": "用于社会救助审核，限民政部门使用", "update_cycle": "daily",
        "items": [
            {"item": "resident_id", "element": "person.id", "required": true, "is_key": true},
            {"item": "name", "element": "person.name", "required": true},
            {"item": "sex", "element": "person.sex"},
        ],
    })
}

/// What a head adds when he signs.
pub fn assessments() -> Value {
    json!({"secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估，按授权最小化提供"})
}

/// A listed reason with a text.
pub fn returned() -> Value {
    json!({"reasons": ["unclear"], "text": "摘要太短"})
}

/// A mount that fits [`household`].
pub fn mount() -> Value {
    json!({
        "agent_id": "agent-police-1", "source": "hk", "table": "T_CZRK", "keys": ["resident_id"],
        "as_of_column": "GXSJ",
        "columns": [
            {"item": "resident_id", "column": "SFZH"},
            {"item": "name", "column": "XM"},
            {"item": "sex", "column": "XB", "code_map": {"M": "1", "F": "2"}},
        ],
    })
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// Codes of the field errors of an answer, with their paths.
pub fn fields(answer: &Value) -> Vec<(String, String)> {
    let list = answer["error"]["fields"].as_array().cloned().unwrap_or_default();
    let text = |field: &Value, key: &str| field[key].as_str().unwrap_or_default().to_owned();
    list.iter().map(|field| (text(field, "path"), text(field, "code"))).collect()
}

pub fn has(answer: &Value, path: &str, code: &str) -> bool {
    fields(answer).iter().any(|(at, found)| at == path && found == code)
}

pub fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_default()
}
