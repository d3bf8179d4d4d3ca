//! A department: a SQLite file, an agent that has joined, and calls on it.

use std::path::Path;
use std::sync::Arc;

use agent::clock::{Entropy, ManualClock, SharedClock};
use agent::config::Config;
use agent::record::leaf::Leaf;
use agent::sources::Sources;
use agent::state::{Identity, StateDir};
use agent::{Agent, fault::Fault};
use ledger::Signer;
use plan::*;
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use standards::value::ValueKind;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use wire::proto::{Answered, CallRequest, PinOffer, Refused, call_reply::Outcome};

/// An instant inside the validity of [`pin`]: 2024-01-05 08:30 in Shanghai.
pub const NOW: i64 = 1_704_414_600_000;
/// The subject of the tests.
pub const SUBJECT: &str = "11010519491231002X";
/// Values that must never be seen outside.
pub const SECRETS: [&str; 4] = ["SECRET-CARD-622848", "邻居王五", "13812345678", "9527.00"];

/// A department with its agent.
pub struct Department {
    /// Removed with the department.
    _dir: TempDir,
    pub clock: Arc<ManualClock>,
    pub config: Config,
}

impl Department {
    /// A database with three people, and the identity of an agent that has joined. `more` is further configuration.
    pub async fn new(more: &str) -> Self {
        let dir = TempDir::new().expect("a folder");
        make_database(&dir.path().join("mz.db")).await;
        let text = format!(
            "hub = \"http://127.0.0.1:1\"\nstate_dir = \"state\"\n{more}\n[sources.mz]\nkind = \"sqlite\"\npath = \"mz.db\"\n"
        );
        let path = dir.path().join("agent.toml");
        std::fs::write(&path, text).expect("written");
        let config = Config::load(&path).expect("a valid configuration");
        Self { _dir: dir, clock: Arc::new(ManualClock::at(NOW)), config }
    }

    /// The same, joined.
    pub async fn joined(more: &str) -> Self {
        let department = Self::new(more).await;
        let state = StateDir::open(&department.config.state_dir).expect("a state folder");
        let signer = Signer::generate("guantong-agent/test", [7; 32]).expect("a key");
        signer.to_file(state.evidence_key()).expect("written");
        let identity = Identity {
            agent_id: "agent-1".into(),
            agent_name: "民政前置机".into(),
            organisation: "11330100MB0000001X".into(),
            organisation_name: "民政局".into(),
            link_address: "127.0.0.1:1".into(),
            link_server_name: "guantong-hub".into(),
            certificate_since_ms: NOW,
        };
        state.write_json("identity.json", &identity).expect("written");
        department
    }

    pub fn shared_clock(&self) -> SharedClock {
        let clock: Arc<ManualClock> = Arc::clone(&self.clock);
        clock
    }

    /// Opens the agent; fails while another one is open.
    pub fn try_open(&self) -> Result<Agent, Fault> {
        Agent::open(&self.config, self.shared_clock(), Entropy::seeded(1))
    }

    pub fn open(&self) -> Agent {
        self.try_open().expect("the agent opens")
    }

    /// Opens the agent with other sources.
    pub fn open_with(&self, sources: Sources) -> Agent {
        Agent::with_sources(&self.config, sources, self.shared_clock(), Entropy::seeded(1))
            .expect("the agent opens")
    }
}

async fn make_database(path: &Path) {
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut database = SqliteConnection::connect(&url).await.expect("a database");
    let sql = format!(
        "CREATE TABLE DB_RY (SFZH TEXT COLLATE NOCASE, XM TEXT, SJH TEXT, YHKH TEXT, SR TEXT, QH TEXT);
         CREATE INDEX DB_RY_SFZH ON DB_RY (SFZH);
         INSERT INTO DB_RY VALUES ('{SUBJECT}', '张三丰', '13812345678', 'SECRET-CARD-622848', '9527.00', '330106');
         INSERT INTO DB_RY VALUES ('110105194912310038', '邻居王五', '13912345678', 'SECRET-CARD-622848', '9527.00', '330106');
         INSERT INTO DB_RY VALUES ('{SUBJECT}', '邻居王五', '13712345678', 'SECRET-CARD-622848', '9527.00', '440106');
         CREATE TABLE GZ (SFZH TEXT, XM TEXT);
         INSERT INTO GZ VALUES ('{SUBJECT}', 'SECRET-CARD-622848');"
    );
    database.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql))).await.expect("tables");
    database.close().await.expect("closed");
}

fn bound(item: &str, column: &str, kind: ValueKind) -> MountItem {
    MountItem { item: item.into(), column: column.into(), kind, code_map: Default::default() }
}

/// Name in clear, mobile masked, only rows of region 3301; card and income are mounted but not granted.
pub fn pin() -> Pin {
    let granted = |item: &str, masked| GrantedItem { item: item.into(), masked, verify_only: false };
    Pin {
        grant: GrantSpec {
            grant: "g1".into(),
            version: 3,
            consumer: "11330100MB1234567A".into(),
            consumer_name: "市监局".into(),
            clients: Vec::new(),
            resource: "mz/dibao".into(),
            items: vec![granted("name", false), granted("mobile", true)],
            row_filter: RowFilter { all: vec![region("3301")] },
            purposes: vec![purpose()],
            shapes: vec![Shape::Query, Shape::Verify],
            valid_from_ms: NOW - 1_000,
            valid_until_ms: NOW + 1_000_000,
            quota_per_day: 1_000_000,
            quota_per_second: 1_000_000,
        },
        mount: Mount {
            resource: "mz/dibao".into(),
            source: "mz".into(),
            table: "DB_RY".into(),
            keys: vec!["id".into()],
            items: vec![
                bound("id", "SFZH", ValueKind::ResidentId),
                bound("name", "XM", ValueKind::PersonName),
                bound("mobile", "SJH", ValueKind::Mobile),
                bound("card", "YHKH", ValueKind::Text),
                bound("income", "SR", ValueKind::Money),
                bound("region", "QH", ValueKind::Region),
            ],
            as_of_column: None,
        },
    }
}

pub fn region(prefix: &str) -> Condition {
    Condition { item: "region".into(), op: ConditionOp::Prefix, values: vec![prefix.into()] }
}

pub fn purpose() -> Purpose {
    Purpose { matter: "MZ-SHJZ-001".into(), basis: "社会救助暂行办法 第十一条".into() }
}

/// The offer of a pin, as a hub sends it.
pub fn offer(pin: &Pin) -> PinOffer {
    PinOffer { grant: pin.grant.grant.clone(), pin_json: digest::pin_bytes(pin).into(), digest: digest(pin) }
}

/// Offers a pin and answers how it stands then.
pub async fn offered(agent: &Agent, pin: &Pin) -> String {
    agent.book.offer(&offer(pin)).await.state
}

/// A query for items of the subject.
pub fn query(pin: &Pin, items: &[&str]) -> Call {
    Call {
        call: "call-1".into(),
        grant: pin.grant.grant.clone(),
        pin_digest: digest(pin),
        shape: Shape::Query,
        subject: KeyValue { item: "id".into(), value: SUBJECT.into() },
        items: items.iter().map(|&item| item.into()).collect(),
        claims: Vec::new(),
        narrow: RowFilter::default(),
        purpose: purpose(),
        case: "BJ-2024-1".into(),
        caller: "client-1".into(),
    }
}

pub fn request(call: &Call) -> CallRequest {
    CallRequest { id: 1, call_json: serde_json::to_vec(call).expect("JSON").into(), timeout_ms: 5_000 }
}

/// What the agent answers to a call.
pub async fn ask(agent: &Agent, call: &Call) -> Result<Answered, Refused> {
    outcome(agent.executor.answer(&request(call), &CancellationToken::new()).await.outcome)
}

pub fn outcome(outcome: Option<Outcome>) -> Result<Answered, Refused> {
    match outcome.expect("a reply has an outcome") {
        Outcome::Answered(answered) => Ok(answered),
        Outcome::Refused(refused) => Err(refused),
    }
}

/// The answer in an outcome.
pub fn answer(answered: &Answered) -> Answer {
    serde_json::from_slice(&answered.answer_json).expect("an answer")
}

/// All entries of the record.
pub fn record(agent: &Agent) -> Vec<Leaf> {
    agent.recorder.entries(0..agent.recorder.size()).map(|entry| entry.expect("readable").1).collect()
}

/// Code of the last refusal in the record.
pub fn last_refusal(agent: &Agent) -> Option<String> {
    record(agent).into_iter().rev().find(|leaf| leaf.kind == "agent.refused")?.code
}
