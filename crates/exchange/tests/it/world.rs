//! A hub with one mounted resource of the police whose agent is registered and away, and a grant for the welfare office.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use catalog::Catalog;
use catalog::model::{OrganisationInput, OrganisationKind};
use exchange::Exchange;
use kernel::actor::ActorOrganisation;
use kernel::clock::ManualClock;
use kernel::config::Config;
use kernel::entropy::SeededEntropy;
use kernel::evidence::{Leaf, Payload, index};
use kernel::follow_up::{self, Handler};
use kernel::ids::UserId;
use kernel::{Actor, Kernel, Role};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde_json::{Value, json};
pub(crate) use testbed::on_both;
use tower::ServiceExt as _;
use wire::hub::{Agents, AgentsOptions, HubCa};

/// Monday, 2 March 2026, ten in the morning in China.
pub const MONDAY: i64 = 1_772_416_800_000;
pub const DAY: i64 = 86_400_000;
pub const RESOURCE: &str = "GA-CZRK-001";

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = kernel::migration::migrations();
        all.extend(catalog::migrations());
        all.extend(identity::migrations());
        all.extend(sharing::migrations());
        all.extend(exchange::migrations());
        all
    }
}

/// A hub.
pub struct World {
    pub kernel: Kernel,
    pub clock: Arc<ManualClock>,
    pub police: ActorOrganisation,
    pub welfare: ActorOrganisation,
    pub resource: String,
    app: Router,
    handlers: Vec<Arc<dyn Handler>>,
    config: Config,
    _place: testbed::Place,
}

type Parts = (Router, Vec<Arc<dyn Handler>>);

async fn open(config: &Config, clock: &Arc<ManualClock>, seed: u64) -> (Kernel, Catalog, Parts) {
    let kernel =
        Kernel::open(config.clone(), clock.clone(), Arc::new(SeededEntropy::new(seed))).await.unwrap();
    Migrator::up(&kernel.db, None).await.unwrap();
    let catalog = Catalog::new(kernel.clone());
    let identity = identity::Identity::new(kernel.clone(), catalog.clone()).unwrap();
    let sharing = sharing::Sharing::new(kernel.clone(), catalog.clone()).unwrap();
    let now = clock.clone();
    let time = Arc::new(move || kernel::clock::Clock::now_ms(&*now));
    let agents = Agents::new(AgentsOptions::default(), time);
    let ca = HubCa::open_or_create(&config.data_dir.join("link"), &["localhost".to_owned()], MONDAY).unwrap();
    let exchange =
        Exchange::new(kernel.clone(), catalog.clone(), identity, sharing.clone(), agents, Arc::new(ca));
    index::catch_up(&kernel).await.unwrap();
    exchange.restore().await.unwrap();
    let own = exchange::module(&exchange);
    let routes = own.routes.merge(catalog::module(&catalog).routes);
    let routes = routes.merge(sharing::module(&sharing).routes);
    (kernel, catalog, (Router::from(routes), own.handlers))
}

/// A valid credit code out of a number.
fn credit_code(number: u32) -> String {
    standards::credit_code::complete("11", "330106", &format!("{number:08}")).unwrap()
}

impl World {
    pub async fn new(place: testbed::Place) -> Self {
        let mut config = Config { data_dir: place.folder().join("data"), ..Config::default() };
        config.database.url = place.url().to_owned();
        let clock = Arc::new(ManualClock::at(MONDAY));
        let (kernel, catalog, (app, handlers)) = open(&config, &clock, 7).await;
        let police = office(&catalog, "滨江区公安分局", "GA", 1).await;
        let welfare = office(&catalog, "滨江区民政局", "MZ", 2).await;
        let resource = String::new();
        let mut world =
            Self { kernel, clock, police, welfare, resource, app, handlers, config, _place: place };
        world.resource = world.publish().await;
        world
    }

    /// Ends the hub as a crash would, and starts it again over the same data.
    pub async fn restart(mut self) -> Self {
        let (config, clock) = (self.config.clone(), self.clock.clone());
        self.app = Router::new();
        self.handlers = Vec::new();
        drop(self.kernel);
        let (kernel, _, (app, handlers)) = open(&config, &clock, 8).await;
        Self { kernel, app, handlers, ..self }
    }

    pub fn user(&self, role: Role, organisation: &ActorOrganisation) -> Actor {
        let id = UserId::from(format!("{}-{}", role.as_str(), organisation.credit_code));
        Actor::user(id, role, organisation.clone())
    }

    /// Who asks: the consumer's operator.
    pub fn asker(&self) -> Actor {
        self.user(Role::DepartmentOperator, &self.welfare)
    }

    pub fn head(&self) -> Actor {
        self.user(Role::DepartmentHead, &self.police)
    }

    pub async fn send(&self, actor: &Actor, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let mut request = request.body(Body::from(body.to_string())).unwrap();
        request.extensions_mut().insert(actor.clone());
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub async fn ok(&self, actor: &Actor, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(actor, method, path, &body).await;
        assert!(status.is_success(), "{method} {path}: {status} {answer}");
        answer
    }

    /// Does all follow-up work that is due.
    pub async fn work(&self) {
        while follow_up::run_due(&self.kernel, &self.handlers).await.unwrap() > 0 {}
    }

    async fn publish(&self) -> String {
        let platform = self.user(Role::PlatformOperator, &self.welfare);
        let agent = json!({"name": "公安前置机", "organisation_id": self.police.id});
        let agent = self.ok(&platform, "POST", "/api/v1/agents", agent).await["agent"]["id"].clone();
        let (clerk, business) = (
            self.user(Role::DepartmentOperator, &self.police),
            self.user(Role::BusinessOperator, &self.welfare),
        );
        let entry = json!({
            "code": RESOURCE, "name": "常住人口信息", "abstract": "辖区常住人口", "classification": "base",
            "share_type": "conditional", "share_condition": "用于社会救助审核，限民政部门使用", "update_cycle": "daily",
            "items": [{"item": "resident_id", "element": "person.id", "is_key": true},
                      {"item": "name", "element": "person.name"}, {"item": "mobile", "element": "person.mobile"}],
        });
        let made =
            self.ok(&clerk, "POST", "/api/v1/resources", entry).await["id"].as_str().unwrap().to_owned();
        let at = |verb: &str| format!("/api/v1/resources/{made}/{verb}");
        let columns: Vec<_> = ["resident_id", "name", "mobile"]
            .iter()
            .map(|item| json!({"item": item, "column": item}))
            .collect();
        let mount = json!({"agent_id": agent, "source": "hk", "table": "T", "keys": ["resident_id"], "columns": columns});
        let signed = json!({"secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估"});
        self.ok(&clerk, "PUT", &at("mount"), mount).await;
        self.ok(&business, "POST", &at("mount/approve"), json!({})).await;
        self.ok(&clerk, "POST", &at("submit"), json!({})).await;
        self.ok(&self.head(), "POST", &at("sign"), signed).await;
        self.ok(&business, "POST", &at("approve"), json!({})).await;
        self.ok(&business, "POST", &at("publish"), json!({})).await;
        made
    }

    /// A grant for the welfare office; its id.
    pub async fn grant(&self, per_day: u64, per_second: u32) -> String {
        self.grant_with(per_day, per_second, None).await
    }

    /// The same under a condition.
    pub async fn grant_with(&self, per_day: u64, per_second: u32, condition: Option<&str>) -> String {
        let body = json!({
            "consumer_id": self.welfare.id, "resource_id": self.resource,
            "items": [{"item": "name"}, {"item": "mobile", "verify_only": true}],
            "purposes": [{"matter": "MZ-DB-001", "basis": "《社会救助暂行办法》第十一条"}], "shapes": ["query", "verify"],
            "valid_until_ms": MONDAY + 100 * DAY, "quota_per_day": per_day, "quota_per_second": per_second,
            "condition": condition,
        });
        self.ok(&self.head(), "POST", "/api/v1/grants", body).await["id"].as_str().unwrap().to_owned()
    }

    /// A question that the grant covers.
    pub fn question(&self) -> Value {
        json!({"resource": RESOURCE, "subject": {"resident_id": "110101199003070038"},
            "purpose": {"matter": "MZ-DB-001"}, "case_no": "2026-0001"})
    }

    /// Asks, and is refused; gives status, code and the whole error.
    pub async fn asked(&self, question: &Value) -> (u16, String, Value) {
        let (status, answer) = self.send(&self.asker(), "POST", "/api/v1/query", question).await;
        let error = answer["error"].clone();
        (status.as_u16(), error["code"].as_str().unwrap_or_default().to_owned(), error)
    }

    /// Calls of a grant that were counted today.
    pub async fn used(&self, grant: &str) -> u64 {
        let seen = self.ok(&self.head(), "GET", &format!("/api/v1/grants/{grant}"), Value::Null).await;
        seen["used_today"].as_u64().unwrap()
    }

    /// Evidence of answered calls, as the path writes it.
    pub async fn answered(&self, grant: &str, kind: &str, times: usize) {
        for _ in 0..times {
            let mut leaf = Leaf { grant: Some(grant.to_owned()), ..Leaf::of(kind) };
            let opening = self.kernel.evidence.seal(&mut leaf, Payload::default());
            self.kernel.evidence.append(&leaf, &opening).await.unwrap();
        }
    }

    /// Kinds and codes in the log, in order.
    pub async fn log(&self) -> Vec<(String, Option<String>)> {
        index::catch_up(&self.kernel).await.unwrap();
        let rows = index::Entity::find().order_by_asc(index::Column::Idx).all(&self.kernel.db).await.unwrap();
        rows.into_iter().map(|row| (row.kind, row.code)).collect()
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
