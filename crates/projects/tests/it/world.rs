//! A hub with a small catalogue on either engine, and requests to it in somebody's name.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use catalog::Catalog;
use catalog::model::{OrganisationInput, OrganisationKind};
use kernel::actor::ActorOrganisation;
use kernel::clock::ManualClock;
use kernel::config::Config;
use kernel::entropy::SeededEntropy;
use kernel::follow_up::{Handler, run_due};
use kernel::ids::UserId;
use kernel::todo::TodoSource;
use kernel::{Actor, Kernel, Role};
use projects::Projects;
use sea_orm::EntityTrait as _;
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde_json::{Value, json};
pub(crate) use testbed::on_both;
use tower::ServiceExt as _;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = kernel::migration::migrations();
        all.extend(catalog::migrations());
        all.extend(projects::migrations());
        all
    }
}

/// Where the clock stands at first: 21 September 2026, 21:33 in China.
pub const START_MS: i64 = 1_790_000_000_000;
pub const DAY_MS: i64 = 86_400_000;

/// A hub with the police, who hold a register, civil affairs, who plan, and the data authority.
pub struct World {
    pub kernel: Kernel,
    pub clock: Arc<ManualClock>,
    pub police: ActorOrganisation,
    pub welfare: ActorOrganisation,
    pub authority: ActorOrganisation,
    handlers: Vec<Arc<dyn Handler>>,
    todos: Vec<Arc<dyn TodoSource>>,
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
        let clock = Arc::new(ManualClock::at(START_MS));
        let kernel = Kernel::open(config, clock.clone(), Arc::new(SeededEntropy::new(7))).await.unwrap();
        Migrator::up(&kernel.db, None).await.unwrap();
        let catalog = Catalog::new(kernel.clone());
        let police = office(&catalog, "滨江区公安分局", "GA", 1).await;
        let welfare = office(&catalog, "滨江区民政局", "MZ", 2).await;
        let authority = office(&catalog, "滨江区数据局", "SJ", 3).await;
        let projects = Projects::new(kernel.clone(), catalog.clone());
        let module = projects::module(&projects);
        let app = Router::from(catalog::module(&catalog).routes.merge(module.routes));
        Self {
            kernel,
            clock,
            police,
            welfare,
            authority,
            handlers: module.handlers,
            todos: module.todos,
            app,
            _place: place,
        }
    }

    pub fn user(&self, role: Role, organisation: &ActorOrganisation) -> Actor {
        let id = UserId::from(format!("{}-{}", role.as_str(), organisation.credit_code));
        Actor::user(id, role, organisation.clone())
    }
    /// Who plans.
    pub fn operator(&self) -> Actor {
        self.user(Role::DepartmentOperator, &self.welfare)
    }
    pub fn head(&self) -> Actor {
        self.user(Role::DepartmentHead, &self.welfare)
    }
    pub fn business(&self) -> Actor {
        self.user(Role::BusinessOperator, &self.authority)
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

    /// A request that must succeed.
    pub async fn ok(&self, actor: &Actor, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(Some(actor), method, path, body).await;
        assert!(status.is_success(), "{method} {path}: {status} {answer}");
        answer
    }

    /// Does what is due, until nothing is.
    pub async fn work(&self) {
        while run_due(&self.kernel, &self.handlers).await.unwrap() > 0 {}
    }

    /// Kinds of to-dos of somebody, with their titles.
    pub async fn todos(&self, actor: &Actor) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for source in &self.todos {
            all.extend(source.todos(actor).await.unwrap());
        }
        all.into_iter().map(|todo| (todo.kind, todo.title)).collect()
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

    /// Notices of one kind: role and organisation told.
    pub async fn notices(&self, kind: &str) -> Vec<(String, String)> {
        use sea_orm::QueryOrder as _;
        let rows = kernel::notice::Entity::find()
            .order_by_asc(kernel::notice::Column::Id)
            .all(&self.kernel.db)
            .await
            .unwrap();
        rows.into_iter().filter(|row| row.kind == kind).map(|row| (row.role, row.organisation_id)).collect()
    }

    /// A system of an organisation.
    pub async fn system(&self, organisation: &ActorOrganisation, body: Value) -> String {
        id(&self
            .ok(&self.user(Role::DepartmentOperator, organisation), "POST", "/api/v1/systems", body)
            .await)
    }

    /// A resource of an organisation, published or left a draft.
    pub async fn resource(&self, organisation: &ActorOrganisation, body: Value, published: bool) -> String {
        let operator = self.user(Role::DepartmentOperator, organisation);
        let made = id(&self.ok(&operator, "POST", "/api/v1/resources", body).await);
        if published {
            let head = self.user(Role::DepartmentHead, organisation);
            let outcome = json!({"secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估"});
            let path = |verb: &str| format!("/api/v1/resources/{made}/{verb}");
            self.ok(&operator, "POST", &path("submit"), Value::Null).await;
            self.ok(&head, "POST", &path("sign"), outcome).await;
            self.ok(&self.business(), "POST", &path("approve"), json!({})).await;
            self.ok(&self.business(), "POST", &path("publish"), json!({})).await;
        }
        made
    }

    /// The household register of the police: its system and the resource.
    pub async fn register(&self) -> (String, String) {
        let body = json!({"name": "户籍人口管理系统", "purpose": "户籍人口登记与管理", "cost_yuan": 3_000_000,
            "built_year": 2012});
        let system = self.system(&self.police, body).await;
        let resource = self.resource(&self.police, register(&system), true).await;
        (system, resource)
    }

    /// A plan of civil affairs as far as the review.
    pub async fn under_review(&self, input: Value) -> String {
        let plan = id(&self.ok(&self.operator(), "POST", "/api/v1/plans", input).await);
        self.ok(&self.operator(), "POST", &format!("/api/v1/plans/{plan}/submit"), Value::Null).await;
        self.ok(&self.head(), "POST", &format!("/api/v1/plans/{plan}/sign"), Value::Null).await;
        self.work().await;
        plan
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

/// The household register as the police list it.
pub fn register(system: &str) -> Value {
    json!({
        "code": "GA-HKRK-001", "name": "常住人口户籍信息", "abstract": "户籍人口基本信息", "system_id": system,
        "classification": "base", "share_type": "unconditional",
        "items": [
            {"item": "resident_id", "element": "person.id", "required": true, "is_key": true},
            {"item": "name", "element": "person.name", "required": true},
            {"item": "sex", "element": "person.sex"},
            {"item": "birth_date", "element": "person.birth_date"},
            {"item": "register_address", "element": "household.register_address"},
            {"item": "moved_in", "zh": "迁入日期", "element": "certificate.issued"},
        ],
    })
}

/// A plan whose first resource exists at the police and whose second is new.
pub fn plan() -> Value {
    json!({
        "name": "智慧养老平台", "purpose": "居家养老服务派单和监管", "functions": ["老年人信息采集", "服务派单"],
        "cost_yuan": 2_000_000, "starts_on": "2027-01-01", "ends_on": "2027-12-31",
        "resources": [
            {"name": "老年人口台账", "items": [
                {"name": "姓名"}, {"name": "身份证号"}, {"name": "生日", "kind": {"type": "date"}},
                {"name": "户口所在地"}, {"name": "子女探望频次"},
            ]},
            {"name": "上门服务工单", "items": [
                {"name": "工单编号"}, {"name": "服务项目"}, {"name": "迁出日期"}, {"name": "满意度"},
            ]},
        ],
    })
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// True when the answer tells this code of this field.
pub fn has(answer: &Value, path: &str, code: &str) -> bool {
    let list = answer["error"]["fields"].as_array().cloned().unwrap_or_default();
    list.iter().any(|field| field["path"] == path && field["code"] == code)
}

pub fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_default()
}
