//! The desk over a real kernel on both engines: to-dos by their clock, notices only for whom they are, settings
//! within the law.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step of a test is a failed test")]

use std::sync::Arc;

use async_trait::async_trait;
use desk::{Desk, SettingInput};
use kernel::actor::ActorOrganisation;
use kernel::clock::ManualClock;
use kernel::config::{Config, Database};
use kernel::entropy::SeededEntropy;
use kernel::ids::OrganisationId;
use kernel::module::Module;
use kernel::notice::{self, Notice};
use kernel::page::ListQuery;
use kernel::settings::{Setting, SettingKind};
use kernel::todo::{Todo, TodoSource};
use kernel::{Actor, Kernel, Result, Role, working_time};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde_json::json;

/// A Monday.
const NOW: i64 = 1_772_416_800_000;

const REPLY: Setting = Setting {
    key: "test.reply_days",
    zh: "答复时限",
    en: "Reply",
    kind: SettingKind::Days { default: 10, min: 1, max: 10 },
};

struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        kernel::migration::migrations()
    }
}

/// Three things for department heads, in no order.
struct Waiting;

#[async_trait]
impl TodoSource for Waiting {
    async fn todos(&self, actor: &Actor) -> Result<Vec<Todo>> {
        let one = |title: &str, due_ms: Option<i64>| Todo {
            kind: "test.sign".into(),
            zh: "签发".into(),
            en: "Sign".into(),
            title: title.into(),
            link: "/x".into(),
            organisation: None,
            since_ms: NOW,
            due_ms,
        };
        if !actor.has_role(&[Role::DepartmentHead]) {
            return Ok(Vec::new());
        }
        Ok(vec![
            one("no clock", None),
            one("next week", Some(working_time::due_ms(NOW, 5))),
            one("late", Some(NOW - 86_400_000)),
        ])
    }
}

struct Node {
    kernel: Kernel,
    desk: Desk,
    _database: Option<testbed::Database>,
    _dir: tempfile::TempDir,
}

async fn both() -> Vec<Node> {
    let server = testbed::shared_postgres().await.expect("PostgreSQL starts");
    let database = server.create_database().await.expect("a database");
    vec![node(None).await, node(Some(database)).await]
}

async fn node(database: Option<testbed::Database>) -> Node {
    let dir = tempfile::tempdir().unwrap();
    let url = database.as_ref().map(|database| database.url().to_owned()).unwrap_or_default();
    let config = Config { data_dir: dir.path().join("hub"), database: Database { url }, ..Config::default() };
    let clock = Arc::new(ManualClock::at(NOW));
    let kernel = Kernel::open(config, clock, Arc::new(SeededEntropy::new(3))).await.unwrap();
    Migrator::up(&kernel.db, None).await.unwrap();
    let module = Module {
        name: "test",
        routes: Default::default(),
        handlers: Vec::new(),
        evidence: &[],
        todos: vec![Arc::new(Waiting)],
        settings: &[REPLY],
    };
    let desk = Desk::new(kernel.clone(), &[module]);
    Node { kernel, desk, _database: database, _dir: dir }
}

fn user(id: &str, role: Role, organisation: &str) -> Actor {
    let organisation = ActorOrganisation {
        id: OrganisationId::from(organisation.to_owned()),
        name: organisation.to_owned(),
        credit_code: organisation.to_owned(),
    };
    Actor::user(id.to_owned().into(), role, organisation)
}

/// Somebody sees what is due first first, knows what is late, and sees nothing that waits for others.
#[tokio::test]
async fn what_is_due_first_stands_first() {
    for node in both().await {
        let head = user("h", Role::DepartmentHead, "police");
        let list = node.desk.todos(&head, &ListQuery::default()).await.unwrap();
        let titles: Vec<_> = list.items.iter().map(|one| one.todo.title.as_str()).collect();
        assert_eq!(titles, ["late", "next week", "no clock"]);
        let clocks: Vec<_> = list.items.iter().map(|one| (one.overdue, one.working_days_left)).collect();
        assert_eq!(clocks, [(true, Some(-1)), (false, Some(5)), (false, None)]);
        let operator = user("o", Role::DepartmentOperator, "police");
        assert_eq!(node.desk.todos(&operator, &ListQuery::default()).await.unwrap().total, 0);
        let found = ListQuery { q: Some("week".into()), ..ListQuery::default() };
        assert_eq!(node.desk.todos(&head, &found).await.unwrap().total, 1);
    }
}

/// A notice reaches the roles and the organisation it names and nobody else; reading it is each reader's own affair; one
/// that was never committed reaches nobody.
#[tokio::test]
async fn notices_reach_those_they_name() {
    for node in both().await {
        let police = OrganisationId::from("police".to_owned());
        let told = |organisation| Notice {
            organisation,
            roles: &[Role::DepartmentHead, Role::DepartmentOperator],
            kind: "test.told",
            link: "/x".into(),
            zh: "有新的申请".into(),
            en: "A new request".into(),
        };
        let tx = node.kernel.begin().await.unwrap();
        tx.notify(told(Some(&police))).await.unwrap();
        tx.notify(told(None)).await.unwrap();
        tx.commit().await.unwrap();
        let dropped = node.kernel.begin().await.unwrap();
        dropped.notify(told(None)).await.unwrap();
        drop(dropped);

        let unread = async |actor: &Actor| {
            let (page, unread) =
                notice::list(&node.kernel, actor, &ListQuery::default(), true).await.unwrap();
            assert_eq!(page.total, unread);
            unread
        };
        let (first, second) =
            (user("a", Role::DepartmentHead, "police"), user("b", Role::DepartmentHead, "police"));
        assert_eq!(unread(&first).await, 2);
        assert_eq!(unread(&user("c", Role::DepartmentHead, "civil")).await, 1);
        assert_eq!(unread(&user("d", Role::SecurityAuditor, "police")).await, 0);
        assert_eq!(notice::mark_read(&node.kernel, &first, None).await.unwrap(), 2);
        assert_eq!((unread(&first).await, unread(&second).await), (0, 2));
        let (page, _) = notice::list(&node.kernel, &second, &ListQuery::default(), false).await.unwrap();
        let id = page.items[0].0.id.clone();
        let foreign = user("c", Role::SecurityAuditor, "civil");
        assert_eq!(notice::mark_read(&node.kernel, &foreign, Some(&id)).await.unwrap(), 0);
        assert_eq!(notice::mark_read(&node.kernel, &second, Some(&id)).await.unwrap(), 1);
        assert_eq!(unread(&second).await, 1);
    }
}

/// The business operator may be quicker than the law, not slower; nobody else sets anything; what is set holds, and only a
/// reason makes it so.
#[tokio::test]
async fn settings_stay_within_the_law() {
    for node in both().await {
        let business = user("b", Role::BusinessOperator, "bureau");
        let input = |value, reason: &str| SettingInput { value, reason: reason.to_owned() };
        let set = async |actor: &Actor, key: &str, input| {
            node.desk.set(actor, key, input).await.map_err(|error| error.code().to_owned())
        };
        assert_eq!(node.kernel.days(&REPLY).await.unwrap(), 10);
        assert_eq!(
            set(&business, "test.reply_days", input(json!(11), "放宽")).await.unwrap_err(),
            "setting.value"
        );
        assert_eq!(set(&business, "test.none", input(json!(1), "x")).await.unwrap_err(), "setting.unknown");
        assert_eq!(
            set(&business, "test.reply_days", input(json!(5), " ")).await.unwrap_err(),
            "input.invalid"
        );
        let head = user("h", Role::DepartmentHead, "police");
        assert_eq!(set(&head, "test.reply_days", input(json!(5), "提速")).await.unwrap_err(), "actor.role");
        assert_eq!(node.kernel.days(&REPLY).await.unwrap(), 10);
        let view = set(&business, "test.reply_days", input(json!(5), "提速")).await.unwrap();
        assert_eq!((view.value, view.max), (json!(5), Some(10)));
        set(&business, "test.reply_days", input(json!(4), "再提速")).await.unwrap();
        assert_eq!(node.kernel.days(&REPLY).await.unwrap(), 4);
        assert_eq!(node.desk.settings(&head).await.unwrap().len(), 2);
    }
}
