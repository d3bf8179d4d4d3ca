//! What the agent itself costs per call: `cargo run --release -p agent --example overhead [-- <calls> <at once>]`.
//!
//! The source answers at once, so everything that is measured is the agent's own: parsing, checking, standardising, minimising, and
//! the durable record.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool, not a part of the product")]

use std::sync::Arc;
use std::time::Instant;

use agent::Agent;
use agent::clock::{Entropy, SystemClock};
use agent::config::Config;
use agent::sources::Sources;
use agent::state::{Identity, StateDir};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use async_trait::async_trait;
use connect::profile::TableProfile;
use connect::{Lookup, ProfileOptions, Scan, Source, SourceCode, SourceError, SourceKind, TableInfo};
use futures::stream::{BoxStream, StreamExt as _};
use plan::*;
use standards::value::ValueKind;
use tokio_util::sync::CancellationToken;
use wire::proto::{CallRequest, PinOffer, call_reply::Outcome};

const SUBJECT: &str = "11010519491231002X";

/// Answers every look-up with one row.
struct Instantly;

fn none() -> SourceError {
    SourceError::new(SourceCode::TableUnknown, "没有", "none")
}

#[async_trait]
impl Source for Instantly {
    fn kind(&self) -> SourceKind {
        SourceKind::Sqlite
    }
    async fn ping(&self) -> Result<(), SourceError> {
        Ok(())
    }
    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        Err(none())
    }
    async fn profile(&self, _: &str, _: ProfileOptions) -> Result<TableProfile, SourceError> {
        Err(none())
    }
    async fn lookup(&self, req: &Lookup<'_>) -> Result<RecordBatch, SourceError> {
        let columns = req.columns.iter().map(|column| {
            let text = match column.as_str() {
                "SFZH" => SUBJECT,
                "SJH" => "13812345678",
                "CSRQ" => "1949年12月31日",
                "QH" => "330106",
                "SR" => "1,200.50元",
                _ => "张三丰",
            };
            (column, Arc::new(StringArray::from(vec![text])) as ArrayRef)
        });
        Ok(RecordBatch::try_from_iter(columns).expect("a batch"))
    }
    async fn stream(
        &self,
        _: &Scan<'_>,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        Err(none())
    }
}

fn pin() -> Pin {
    let columns = [
        ("id", "SFZH", ValueKind::ResidentId),
        ("name", "XM", ValueKind::PersonName),
        ("mobile", "SJH", ValueKind::Mobile),
        ("birth", "CSRQ", ValueKind::Date),
        ("income", "SR", ValueKind::Money),
        ("region", "QH", ValueKind::Region),
    ];
    let item = |(item, column, kind): (&str, &str, ValueKind)| MountItem {
        item: item.into(),
        column: column.into(),
        kind,
        code_map: Default::default(),
    };
    let granted =
        |item: &str| GrantedItem { item: item.into(), masked: item == "mobile", verify_only: false };
    let region = Condition { item: "region".into(), op: ConditionOp::Prefix, values: vec!["3301".into()] };
    Pin {
        grant: GrantSpec {
            grant: "g1".into(),
            version: 1,
            consumer: "11330100MB1234567A".into(),
            consumer_name: "市监局".into(),
            clients: Vec::new(),
            resource: "mz/dibao".into(),
            items: ["name", "mobile", "birth", "income"].map(granted).into(),
            row_filter: RowFilter { all: vec![region] },
            purposes: vec![Purpose { matter: "MZ-1".into(), basis: "办法".into() }],
            shapes: vec![Shape::Query],
            valid_from_ms: 0,
            valid_until_ms: i64::MAX,
            quota_per_day: u64::MAX,
            quota_per_second: u32::MAX,
        },
        mount: Mount {
            resource: "mz/dibao".into(),
            source: "mz".into(),
            table: "DB_RY".into(),
            keys: vec!["id".into()],
            items: columns.map(item).into(),
            as_of_column: None,
        },
    }
}

fn agent(dir: &std::path::Path) -> Agent {
    let path = dir.join("agent.toml");
    std::fs::write(
        &path,
        "hub = \"http://h\"\nstate_dir = \"state\"\naccept = \"auto\"\n[limits]\nconcurrent_calls = 4096\n",
    )
    .expect("written");
    let config = Config::load(&path).expect("a configuration");
    let state = StateDir::open(&config.state_dir).expect("a folder");
    ledger::Signer::generate("agent/overhead", [1; 32])
        .expect("a key")
        .to_file(state.evidence_key())
        .expect("written");
    let identity = Identity {
        agent_id: "a".into(),
        agent_name: "a".into(),
        organisation: "o".into(),
        organisation_name: "o".into(),
        link_address: "l".into(),
        link_server_name: "l".into(),
        certificate_since_ms: 0,
    };
    state.write_json("identity.json", &identity).expect("written");
    let clock: agent::clock::SharedClock = Arc::new(SystemClock);
    let sources = Sources::new(vec![("mz".into(), Arc::new(Instantly))], &config.limits, &clock);
    Agent::with_sources(&config, sources, clock, Entropy::from_system().expect("randomness"))
        .expect("an agent")
}

/// Processor time of this process so far, in hundredths of a second (Linux).
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(") ").next().unwrap_or_default();
    after.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let (calls, at_once) = (numbers.next().unwrap_or(50_000), numbers.next().unwrap_or(256));
    let dir = tempfile::TempDir::new().expect("a folder");
    let agent = agent(dir.path());
    let pin = pin();
    let offer =
        PinOffer { grant: "g1".into(), pin_json: digest::pin_bytes(&pin).into(), digest: digest(&pin) };
    assert_eq!(agent.book.offer(&offer).await.state, "accepted");
    let call = Call {
        call: "0190c0de-0000-7000-8000-000000000000".into(),
        grant: "g1".into(),
        pin_digest: digest(&pin),
        shape: Shape::Query,
        subject: KeyValue { item: "id".into(), value: SUBJECT.into() },
        items: ["name", "mobile", "birth", "income"].map(Into::into).into(),
        claims: Vec::new(),
        narrow: RowFilter::default(),
        purpose: pin.grant.purposes[0].clone(),
        case: "BJ-1".into(),
        caller: "client:1".into(),
    };
    let json = bytes::Bytes::from(serde_json::to_vec(&call).expect("JSON"));
    let stop = CancellationToken::new();
    let (cpu, began) = (cpu_ticks(), Instant::now());
    let mut stations = [0_u64; 3];
    let mut replies = futures::stream::iter(0..calls as u64)
        .map(|id| {
            let request = CallRequest { id, call_json: json.clone(), timeout_ms: 10_000 };
            let (agent, stop) = (&agent, &stop);
            async move { agent.executor.answer(&request, stop).await }
        })
        .buffer_unordered(at_once);
    while let Some(reply) = replies.next().await {
        assert!(matches!(reply.outcome, Some(Outcome::Answered(_))), "{reply:?}");
        let times = reply.times.unwrap_or_default();
        for (sum, us) in stations.iter_mut().zip([times.check_us, times.standardise_us, times.minimise_us]) {
            *sum += u64::from(us);
        }
    }
    let (wall, cpu) = (began.elapsed(), cpu_ticks() - cpu);
    let per_call = |us: f64| us / calls as f64;
    println!("calls {calls}, at once {at_once}");
    println!("rate            {:>9.0} /s", calls as f64 / wall.as_secs_f64());
    println!("processor time  {:>9.1} us per call (with the log's writer)", per_call(cpu as f64 * 10_000.0));
    for (name, sum) in ["check", "standardise", "minimise"].iter().zip(stations) {
        println!("{name:<15} {:>9.1} us per call", per_call(sum as f64));
    }
}
