//! A hub with two resources of the police on either engine, requests to it in somebody's name, and a clock that is
//! moved by hand.

mod seed;

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use catalog::model::{OrganisationInput, OrganisationKind};
use catalog::{AgentDirectory, AgentSummary, Catalog};
use kernel::actor::ActorOrganisation;
use kernel::clock::ManualClock;
use kernel::config::Config;
use kernel::entropy::SeededEntropy;
use kernel::follow_up::Handler;
use kernel::ids::{AgentId, OrganisationId, UserId};
use kernel::todo::{Todo, TodoSource};
use kernel::{Actor, Kernel, Role};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
pub use seed::{residents, stations};
use serde_json::Value;
use sharing::Sharing;
pub(crate) use testbed::on_both;
use tower::ServiceExt as _;

/// Monday, 2 March 2026, ten in the morning in China.
pub const MONDAY: i64 = 1_772_416_800_000;
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = kernel::migration::migrations();
        all.extend(catalog::migrations());
        all.extend(identity::migrations());
        all.extend(sharing::migrations());
        all
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

/// What is made anew when the hub starts again.
struct Parts {
    kernel: Kernel,
    catalog: Catalog,
    sharing: Sharing,
    app: Router,
    handlers: Vec<Arc<dyn Handler>>,
    todos: Vec<Arc<dyn TodoSource>>,
}

impl Parts {
    async fn open(config: &Config, clock: &Arc<ManualClock>, seed: u64) -> Self {
        let entropy = Arc::new(SeededEntropy::new(seed));
        let kernel = Kernel::open(config.clone(), clock.clone(), entropy).await.unwrap();
        Migrator::up(&kernel.db, None).await.unwrap();
        let catalog = Catalog::new(kernel.clone());
        let identity = identity::Identity::new(kernel.clone(), catalog.clone()).unwrap();
        let sharing = Sharing::new(kernel.clone(), catalog.clone()).unwrap();
        sharing.know_identity(identity.clone());
        let module = sharing::module(&sharing);
        let routes = module.routes.merge(catalog::module(&catalog).routes);
        let routes = routes.merge(identity::module(&identity).routes);
        let (handlers, todos) = (module.handlers, module.todos);
        Self { kernel, catalog, sharing, app: Router::from(routes), handlers, todos }
    }
}

/// A hub.
pub struct World {
    parts: Parts,
    pub clock: Arc<ManualClock>,
    pub police: ActorOrganisation,
    pub welfare: ActorOrganisation,
    pub health: ActorOrganisation,
    pub bureau: ActorOrganisation,
    /// Shared under a condition; `mobile` is sensitive, `note` is not shared.
    pub residents: String,
    /// Shared unconditionally.
    pub stations: String,
    config: Config,
    _place: testbed::Place,
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
        let parts = Parts::open(&config, &clock, 7).await;
        let catalog = &parts.catalog;
        let police = office(catalog, "滨江区公安分局", "GA", 1, OrganisationKind::Department).await;
        let welfare = office(catalog, "滨江区民政局", "MZ", 2, OrganisationKind::Department).await;
        let health = office(catalog, "滨江区卫生健康局", "WJ", 3, OrganisationKind::Department).await;
        let bureau = office(catalog, "滨江区数据局", "SJ", 4, OrganisationKind::DataAuthority).await;
        catalog.know_agents(Arc::new(Agents(police.id.clone())));
        let mut world = Self {
            parts,
            clock,
            police,
            welfare,
            health,
            bureau,
            residents: String::new(),
            stations: String::new(),
            config,
            _place: place,
        };
        world.residents = world.resource(&residents(), true).await;
        world.stations = world.resource(&stations(), true).await;
        world
    }

    /// Ends the hub as a crash would, and starts it again over the same data.
    pub async fn restart(mut self) -> Self {
        drop(self.parts);
        self.parts = Parts::open(&self.config, &self.clock, 8).await;
        self.parts.catalog.know_agents(Arc::new(Agents(self.police.id.clone())));
        self
    }

    pub fn kernel(&self) -> &Kernel {
        &self.parts.kernel
    }

    pub fn sharing(&self) -> &Sharing {
        &self.parts.sharing
    }

    fn user(role: Role, organisation: &ActorOrganisation) -> Actor {
        let id = UserId::from(format!("{}-{}", role.as_str(), organisation.credit_code));
        Actor::user(id, role, organisation.clone())
    }

    pub fn operator_of(&self, organisation: &ActorOrganisation) -> Actor {
        Self::user(Role::DepartmentOperator, organisation)
    }

    pub fn head_of(&self, organisation: &ActorOrganisation) -> Actor {
        Self::user(Role::DepartmentHead, organisation)
    }

    pub fn developer_of(&self, organisation: &ActorOrganisation) -> Actor {
        Self::user(Role::DepartmentDeveloper, organisation)
    }

    pub fn role(&self, role: Role) -> Actor {
        Self::user(role, &self.bureau)
    }

    /// The consumer's operator.
    pub fn asker(&self) -> Actor {
        self.operator_of(&self.welfare)
    }

    /// The provider's operator.
    pub fn clerk(&self) -> Actor {
        self.operator_of(&self.police)
    }

    pub fn business(&self) -> Actor {
        self.role(Role::BusinessOperator)
    }

    /// A call in somebody's name; gives status and JSON.
    pub async fn send(&self, actor: &Actor, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(actor.clone());
        let response = self.parts.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// A call that succeeds.
    #[track_caller]
    pub fn ok<'a>(
        &'a self,
        actor: &'a Actor,
        method: &'a str,
        path: &'a str,
        body: Value,
    ) -> impl Future<Output = Value> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let (status, answer) = self.send(actor, method, path, &body).await;
            assert!(status.is_success(), "{place}: {method} {path}: {status} {answer}");
            answer
        }
    }

    /// A call that is refused with a code; gives the answer.
    #[track_caller]
    pub fn refused<'a>(
        &'a self,
        actor: &'a Actor,
        path: &'a str,
        body: Value,
        (status, code): (u16, &'a str),
    ) -> impl Future<Output = Value> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let (found, answer) = self.send(actor, "POST", path, &body).await;
            assert_eq!((found.as_u16(), self::code(&answer)), (status, code), "{place}: {path}: {answer}");
            answer
        }
    }

    pub async fn get(&self, actor: &Actor, path: &str) -> Value {
        self.ok(actor, "GET", path, Value::Null).await
    }

    /// Does all follow-up work that is due, however much follows from it.
    pub async fn work(&self) -> usize {
        let mut done = 0;
        loop {
            let now = kernel::follow_up::run_due(self.kernel(), &self.parts.handlers).await.unwrap();
            if now == 0 {
                return done;
            }
            done += now;
        }
    }

    /// Moves the clock and does what is due then.
    pub async fn pass(&self, ms: i64) -> usize {
        self.clock.advance_ms(ms);
        self.work().await
    }

    /// Rows of follow-up work of a kind that nobody here does.
    pub async fn waiting(&self, kind: &str) -> usize {
        let rows = kernel::follow_up::Entity::find().all(&self.kernel().db).await.unwrap();
        rows.iter().filter(|row| row.kind == kind).count()
    }

    /// The agent says that it has pinned a grant as it now stands.
    pub async fn pin(&self, grant: &str) {
        let book = self.sharing().book().await.unwrap();
        let grant = grant.to_owned().into();
        let digest = book.get(&grant).unwrap().pin_digest.clone();
        self.sharing().note_pin(&grant, &digest, "accepted", "").await.unwrap();
    }

    /// What waits for somebody.
    pub async fn todos(&self, actor: &Actor) -> Vec<Todo> {
        let mut all = Vec::new();
        for source in &self.parts.todos {
            all.extend(source.todos(actor).await.unwrap());
        }
        all
    }

    /// Kinds of what waits for somebody.
    pub async fn waits(&self, actor: &Actor) -> Vec<String> {
        self.todos(actor).await.into_iter().map(|todo| todo.kind).collect()
    }

    /// Kinds of the notices for a role of an organisation, oldest first; `None` for those to every organisation.
    pub async fn notices(&self, organisation: Option<&ActorOrganisation>, role: Role) -> Vec<String> {
        use kernel::notice;
        let own = organisation.map(|one| one.id.to_string()).unwrap_or_default();
        let rows =
            notice::Entity::find().order_by_asc(notice::Column::CreatedMs).all(&self.kernel().db).await;
        let mine = |row: &notice::Model| row.organisation_id == own && row.role == role.as_str();
        rows.unwrap().into_iter().filter(mine).map(|row| row.kind).collect()
    }

    /// Kinds of evidence in the log.
    pub async fn evidence(&self) -> Vec<String> {
        use kernel::evidence::index;
        index::catch_up(self.kernel()).await.unwrap();
        let rows =
            index::Entity::find().order_by_asc(index::Column::Idx).all(&self.kernel().db).await.unwrap();
        rows.into_iter().map(|row| row.kind).collect()
    }
}

async fn office(
    catalog: &Catalog,
    name: &str,
    short_code: &str,
    number: u32,
    kind: OrganisationKind,
) -> ActorOrganisation {
    let input = OrganisationInput {
        name: name.to_owned(),
        short_name: None,
        short_code: Some(short_code.to_owned()),
        credit_code: credit_code(number),
        parent_id: None,
        kind,
        region: "330108".to_owned(),
    };
    let made = catalog.create_organisation(&Actor::System, input).await.unwrap();
    ActorOrganisation { id: made.id, name: made.name, credit_code: made.credit_code }
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

pub fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_default()
}

/// Places of the field errors of an answer.
pub fn places(answer: &Value) -> Vec<&str> {
    answer["error"]["fields"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect()
}
