//! Sources that are down, slow or strange.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use agent::Agent;
use agent::sources::Sources;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use async_trait::async_trait;
use connect::profile::TableProfile;
use connect::{Lookup, ProfileOptions, Scan, Source, SourceCode, SourceError, SourceKind, TableInfo};
use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;

use crate::support::*;

const UP: u8 = 0;
const DOWN: u8 = 1;
const HANGS: u8 = 2;
const MANY_ROWS: u8 = 3;

/// A source whose mood the test sets.
#[derive(Default)]
struct Moody {
    mood: AtomicU8,
    lookups: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

/// Counts a look-up while it lasts.
struct InWork<'a>(&'a Moody);

impl<'a> InWork<'a> {
    fn begin(source: &'a Moody) -> Self {
        source.lookups.fetch_add(1, Ordering::SeqCst);
        let now = source.now.fetch_add(1, Ordering::SeqCst) + 1;
        source.most.fetch_max(now, Ordering::SeqCst);
        Self(source)
    }
}

impl Drop for InWork<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Source for Moody {
    fn kind(&self) -> SourceKind {
        SourceKind::Postgres
    }

    async fn ping(&self) -> Result<(), SourceError> {
        match self.mood.load(Ordering::SeqCst) {
            DOWN => Err(SourceError::new(SourceCode::Down, "连不上", "unreachable")),
            _ => Ok(()),
        }
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        Ok(Vec::new())
    }

    async fn profile(&self, _: &str, _: ProfileOptions) -> Result<TableProfile, SourceError> {
        Err(SourceError::new(SourceCode::TableUnknown, "没有", "none"))
    }

    async fn lookup(&self, req: &Lookup<'_>) -> Result<RecordBatch, SourceError> {
        let _in_work = InWork::begin(self);
        let rows = match self.mood.load(Ordering::SeqCst) {
            DOWN => return Err(SourceError::new(SourceCode::Down, "连不上", "unreachable")),
            HANGS => std::future::pending().await,
            MANY_ROWS => req.limit,
            _ => 1,
        };
        let text = |column: &String| match column.as_str() {
            "SFZH" => SUBJECT,
            "QH" => "330106",
            _ => "张三丰",
        };
        let columns =
            req.columns.iter().map(|c| (c, Arc::new(StringArray::from(vec![text(c); rows])) as ArrayRef));
        Ok(RecordBatch::try_from_iter(columns).expect("a batch"))
    }

    async fn stream(
        &self,
        _: &Scan<'_>,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        Err(SourceError::new(SourceCode::TableUnknown, "没有", "none"))
    }
}

async fn moody(more: &str) -> (Department, Agent, Arc<Moody>) {
    let department = Department::joined(&format!("accept = \"auto\"\n{more}")).await;
    let source = Arc::new(Moody::default());
    let dynamic: Arc<dyn Source> = Arc::<Moody>::clone(&source);
    let sources =
        Sources::new(vec![("mz".into(), dynamic)], &department.config.limits, &department.shared_clock());
    let agent = department.open_with(sources);
    offered(&agent, &pin()).await;
    (department, agent, source)
}

/// A source that is down is named with since when; after three failures it is not even asked; it comes back by itself.
#[tokio::test]
async fn a_source_that_is_down_is_named_and_spared() {
    let (department, agent, source) = moody("").await;
    let mut changes = agent.sources.changes();
    let call = query(&pin(), &["name"]);
    assert!(ask(&agent, &call).await.is_ok());
    source.mood.store(DOWN, Ordering::SeqCst);
    department.clock.advance_ms(5_000);
    for _ in 0..10 {
        department.clock.advance_ms(10);
        let refused = ask(&agent, &call).await.expect_err("down");
        assert_eq!((refused.code.as_str(), refused.source.as_str()), ("source.down", "mz"));
        assert_eq!(refused.since_ms, NOW + 5_010);
    }
    assert_eq!(source.lookups.load(Ordering::SeqCst), 1 + 3, "spared after the third failure");
    let told = changes.recv().await.expect("the hub is told");
    assert!(!told.up && told.since_ms == NOW + 5_010 && !told.reason.is_empty());
    assert_eq!(last_refusal(&agent).as_deref(), Some("source.down"));

    source.mood.store(UP, Ordering::SeqCst);
    department.clock.advance_ms(10_000);
    assert!(ask(&agent, &call).await.is_ok(), "one call tries again when the time has come");
    assert!(changes.recv().await.expect("the hub is told").up);
}

/// A source that does not answer holds a call no longer than the caller waits, and after three such calls it counts as down.
#[tokio::test]
async fn a_source_that_hangs_is_given_up() {
    let (_department, agent, source) = moody("").await;
    source.mood.store(HANGS, Ordering::SeqCst);
    let mut request = request(&query(&pin(), &["name"]));
    request.timeout_ms = 60;
    let began = tokio::time::Instant::now();
    for _ in 0..4 {
        let reply = agent.executor.answer(&request, &CancellationToken::new()).await;
        assert_eq!(outcome(reply.outcome).expect_err("too slow").code, "source.timeout");
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "the default would be far longer: {:?}",
        began.elapsed()
    );
    assert_eq!(source.lookups.load(Ordering::SeqCst), 3);
    assert!(!agent.sources.get("mz").expect("there").health().up);
}

/// When the hub cancels, the source is not read any longer and nothing is answered.
#[tokio::test]
async fn a_cancelled_call_stops_reading() {
    let (_department, agent, source) = moody("").await;
    source.mood.store(HANGS, Ordering::SeqCst);
    let stop = CancellationToken::new();
    let request = request(&query(&pin(), &["name"]));
    let (reply, ()) = tokio::join!(agent.executor.answer(&request, &stop), async {
        while source.lookups.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    });
    assert_eq!(outcome(reply.outcome).expect_err("cancelled").code, "call.cancelled");
}

/// More calls than the source may serve at once wait for their turn, and give up in time.
#[tokio::test]
async fn concurrency_is_bounded() {
    let (_department, agent, source) = moody("[limits]\nconcurrent_calls = 2").await;
    source.mood.store(HANGS, Ordering::SeqCst);
    let mut request = request(&query(&pin(), &["name"]));
    request.timeout_ms = 60;
    let stop = CancellationToken::new();
    let replies = futures::future::join_all((0..8).map(|_| agent.executor.answer(&request, &stop))).await;
    assert!(replies.into_iter().all(|reply| outcome(reply.outcome).is_err()));
    assert_eq!(source.most.load(Ordering::SeqCst), 2);
}

/// More rows under one key than may be answered are refused as a whole.
#[tokio::test]
async fn too_many_rows_are_refused() {
    let (_department, agent, source) = moody("[limits]\nrows = 5").await;
    source.mood.store(MANY_ROWS, Ordering::SeqCst);
    let refused = ask(&agent, &query(&pin(), &["name"])).await.expect_err("too many");
    assert_eq!(refused.code, "plan.too_many_rows");
}

/// A grant that is taken back while its source is being read gives nothing any more.
#[tokio::test]
async fn a_revocation_wins_over_a_call_in_work() {
    let department = Department::joined("accept = \"auto\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    let (request, stop) = (request(&query(&pin, &["name"])), CancellationToken::new());
    let mut call = Box::pin(agent.executor.answer(&request, &stop));
    // The first poll checks the call and begins to read the real database.
    assert!(futures::poll!(&mut call).is_pending());
    agent.book.silence("g1");
    assert_eq!(outcome(call.await.outcome).expect_err("revoked").code, "plan.grant_not_pinned");
    assert!(!record(&agent).iter().any(|leaf| leaf.is_use()));
}
