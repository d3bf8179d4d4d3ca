//! One call, from the bytes of the hub to the bytes of the answer. The hot path of the agent.
//!
//! Order matters here: the check stands before the source is touched, the record is durable before the answer exists for
//! anybody else, and nothing that was not granted survives `minimise`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use plan::{Call, Task};
use tokio_util::sync::CancellationToken;
use wire::proto::{Answered, CallReply, CallRequest, StationTimes, call_reply::Outcome};

use crate::clock::{Entropy, SharedClock};
use crate::config::AgentLimits;
use crate::fault::Fault;
use crate::pins::{Active, Book};
use crate::record::{Attempt, Evidence, Recorder, Use};
use crate::sources::Sources;

/// A call is a kilobyte or two; more than this is not read.
const MAX_CALL_BYTES: usize = 256 * 1024;

/// Answers calls.
pub struct Executor {
    book: Arc<Book>,
    sources: Arc<Sources>,
    recorder: Arc<Recorder>,
    limits: AgentLimits,
    clock: SharedClock,
    entropy: Arc<Entropy>,
}

impl Executor {
    /// Puts the parts together.
    pub fn new(
        book: Arc<Book>,
        sources: Arc<Sources>,
        recorder: Arc<Recorder>,
        limits: AgentLimits,
        clock: SharedClock,
        entropy: Arc<Entropy>,
    ) -> Self {
        Self { book, sources, recorder, limits, clock, entropy }
    }

    /// Answers one call. A refusal is an answer too, and stands in the record.
    ///
    /// `stop` ends the reading of the source when the hub does not wait any longer.
    pub async fn answer(&self, request: &CallRequest, stop: &CancellationToken) -> CallReply {
        let mut times = StationTimes::default();
        let call = parse(&request.call_json);
        let outcome = match &call {
            Ok(call) => self.admitted(request, call, stop, &mut times).await,
            Err(fault) => Err(fault.clone()),
        };
        let outcome = match outcome {
            Ok(answered) => Outcome::Answered(answered),
            Err(fault) => {
                let attempt = Attempt { call: call.as_ref().ok(), fault: &fault };
                self.refuse(attempt).await
            }
        };
        CallReply { id: request.id, outcome: Some(outcome), times: Some(times) }
    }

    /// Records and words a refusal that was decided elsewhere, for example because too many calls are in work.
    pub async fn refuse(&self, attempt: Attempt<'_>) -> Outcome {
        if let Err(error) = self.recorder.refused(attempt).await {
            tracing::error!(code = %error.code, refused = %attempt.fault.code, "a refusal could not be recorded: {}", error.en);
        }
        Outcome::Refused(attempt.fault.to_wire())
    }

    async fn admitted(
        &self,
        request: &CallRequest,
        call: &Call,
        stop: &CancellationToken,
        times: &mut StationTimes,
    ) -> Result<Answered, Fault> {
        let watch = Stopwatch::start();
        let pin = self.book.get(&call.grant).ok_or_else(|| unpinned(&call.grant))?;
        let now = self.clock.now_ms();
        let task = plan::check(&pin.pinned, call, now)?;
        denied(&pin, &task)?;
        pin.quota.take(&pin.pinned.pin().grant, now)?;
        let answered = self.fetched(request, call, &pin, &task, stop, times, watch).await;
        if answered.is_err() {
            pin.quota.give_back(now);
        }
        answered
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the second half of one function, cut where the quota is taken"
    )]
    async fn fetched(
        &self,
        request: &CallRequest,
        call: &Call,
        pin: &Arc<Active>,
        task: &Task<'_>,
        stop: &CancellationToken,
        times: &mut StationTimes,
        mut watch: Stopwatch,
    ) -> Result<Answered, Fault> {
        let slot = self.sources.get(&task.fetch().source).ok_or_else(|| source_gone(&task.fetch().source))?;
        times.check_us = watch.lap();

        // One row more than may be answered tells "too many" from "just enough".
        let rows = self.limits.rows.min(task.fetch().limit.saturating_sub(1));
        let fetched = tokio::select! {
            biased;
            fetched = slot.lookup(task.fetch(), rows.saturating_add(1), self.within(request.timeout_ms)) => fetched,
            () = stop.cancelled() => Err(cancelled()),
        };
        times.fetch_us = watch.lap();
        let batch = fetched?;
        if batch.num_rows() > rows {
            return Err(too_many(rows));
        }

        let read_at = self.clock.now_ms();
        let standard = plan::standardise(task, &[batch])?;
        times.standardise_us = watch.lap();

        let visible = plan::filter(task, &standard);
        let salt = hex::encode(self.entropy.bytes::<16>());
        let answer = plan::answer_bytes(&plan::minimise(task, &standard, &visible, read_at, salt));
        if answer.len() > self.limits.answer_bytes {
            return Err(too_large(answer.len(), self.limits.answer_bytes));
        }
        times.minimise_us = watch.lap();

        // A department that takes its grant back while the source is being read gets its way.
        if !self.book.get(&call.grant).is_some_and(|current| Arc::ptr_eq(&current, pin)) {
            return Err(unpinned(&call.grant));
        }
        let digest = plan::sha256_hex(&answer);
        let grant = &pin.pinned.pin().grant;
        let used = Use { call, grant, task, answer: &digest, rows: visible.len() };
        let evidence = self.recorder.used(used).await?;
        times.record_us = watch.lap();
        Ok(answered(answer, evidence))
    }

    fn within(&self, asked_ms: i64) -> Duration {
        let own = self.limits.call_timeout();
        match u64::try_from(asked_ms) {
            Ok(asked) if asked > 0 => own.min(Duration::from_millis(asked)),
            _ => own,
        }
    }
}

/// Measures the stations one after the other.
struct Stopwatch(Instant);

impl Stopwatch {
    fn start() -> Self {
        Self(Instant::now())
    }

    /// Microseconds since the last lap.
    fn lap(&mut self) -> u32 {
        let now = Instant::now();
        let lap = now.duration_since(self.0);
        self.0 = now;
        u32::try_from(lap.as_micros()).unwrap_or(u32::MAX)
    }
}

fn parse(bytes: &Bytes) -> Result<Call, Fault> {
    let malformed = |zh: String, en: String| Fault::new("plan.call_malformed", zh, en);
    if bytes.len() > MAX_CALL_BYTES {
        return Err(malformed(
            format!("调用内容超过 {MAX_CALL_BYTES} 字节，已拒绝"),
            format!("The call is larger than {MAX_CALL_BYTES} bytes and was refused"),
        ));
    }
    // The parser's own message could repeat a value, so only the place is told.
    serde_json::from_slice(bytes).map_err(|error| {
        malformed(
            format!("调用内容无法解析（第 {} 列）；请检查枢纽与前置机的版本", error.column()),
            format!(
                "The call cannot be read (column {}); check the versions of hub and agent",
                error.column()
            ),
        )
    })
}

/// The deny list is asked again for what is really read: it may have been changed since the pin was accepted.
pub(crate) fn denied(pin: &Active, task: &Task<'_>) -> Result<(), Fault> {
    let fetch = task.fetch();
    let column = fetch.columns.iter().find(|column| pin.denied_columns.contains(column));
    let place = match (pin.denied_table, column) {
        (true, _) => &fetch.table,
        (false, Some(column)) => column,
        (false, None) => return Ok(()),
    };
    Err(Fault::new(
        "agent.denied",
        format!("“{place}”在本部门的拒绝清单中，不予提供"),
        format!("\"{place}\" is on this department's deny list and is not provided"),
    ))
}

fn answered(answer: Vec<u8>, evidence: Evidence) -> Answered {
    Answered {
        answer_json: Bytes::from(answer),
        entry: evidence.leaf,
        index: evidence.appended.index,
        proof: evidence.appended.proof.iter().map(|hash| Bytes::copy_from_slice(hash.as_bytes())).collect(),
        checkpoint: evidence.appended.checkpoint.note_text.clone(),
    }
}

fn unpinned(grant: &str) -> Fault {
    let grant: String = grant.chars().filter(|c| !c.is_control()).take(64).collect();
    Fault::new(
        "plan.grant_not_pinned",
        format!("前置机没有已接受的授权“{grant}”；请由提供方接受该授权后再调用"),
        format!("No accepted grant \"{grant}\" is pinned at the agent; the provider must accept it first"),
    )
}

fn source_gone(name: &str) -> Fault {
    Fault::new(
        "source.unknown",
        format!("前置机的配置中不再有数据源“{name}”；请恢复配置或重新挂接"),
        format!(
            "The source \"{name}\" is no longer configured at the agent; restore it or mount the resource again"
        ),
    )
}

fn cancelled() -> Fault {
    Fault::new("call.cancelled", "枢纽已取消该调用", "The hub cancelled the call")
}

fn too_many(rows: usize) -> Fault {
    Fault::new(
        "plan.too_many_rows",
        format!("该主体的记录超过 {rows} 条，未返回任何数据；请核对挂接的主键列是否能唯一标识主体"),
        format!(
            "More than {rows} rows stand under this subject, so nothing is returned; check that the mounted key column names one subject"
        ),
    )
}

fn too_large(bytes: usize, limit: usize) -> Fault {
    Fault::new(
        "agent.answer_too_large",
        format!("答复有 {bytes} 字节，超过前置机上限 {limit} 字节；请减少数据项"),
        format!("The answer has {bytes} bytes, more than the agent's limit of {limit}; ask for fewer items"),
    )
}

/// A call that cannot be taken in because too many are in work, or because the agent stops.
pub fn overloaded(stopping: bool) -> Fault {
    if stopping {
        return Fault::new(
            "agent.stopping",
            "前置机正在停止；请稍后重试",
            "The agent is stopping; try again in a moment",
        );
    }
    Fault::new("agent.busy", "前置机繁忙；请稍后重试", "The agent is busy; try again in a moment")
}
