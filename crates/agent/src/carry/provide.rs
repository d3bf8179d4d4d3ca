//! Reading a table out: in full, by watermark, or as it changes.

use std::pin::Pin;
use std::sync::Arc;

use connect::{After, Changes, Scan, SourceCode, SourceError, Values, Watch};
use futures::stream::{BoxStream, Peekable};
use futures::{FutureExt as _, StreamExt as _};
use plan::batch::{BatchCall, BatchTask, Position, Reading, check_batch};
use tokio::sync::mpsc;
use tokio::time::Instant;
use wire::agent::AgentCarrier;
use wire::proto::parcel;

use super::out::Outbox;
use super::read::{CHUNK_ROWS, Folder, Press, Told};
use crate::agent::Agent;
use crate::fault::Fault;
use crate::pins::Active;
use crate::record::Attempt;
use crate::sources::{Slot, fault};

/// Changes that wait are not joined beyond this, bytes.
const CHUNK_BYTES: usize = 16 << 20;
/// A watching that has told nothing for so many rounds is up to date.
const QUIET: std::time::Duration = std::time::Duration::from_millis(700);
/// The same before it has told anything: a source under load takes a while until it has looked into its log for the first time.
const FIRST: std::time::Duration = std::time::Duration::from_secs(4);

/// Carries out a run.
///
/// # Errors
/// `plan.*`, `source.*`, `watch.*`, or the end of the connection.
pub(super) async fn provide(
    agent: &Arc<Agent>,
    call: BatchCall,
    carrier: &mut AgentCarrier,
) -> Result<(), Fault> {
    let (pin, task) = match admitted(agent, &call) {
        Ok(admitted) => admitted,
        Err(fault) => {
            if let Err(error) = agent.recorder.refused(Attempt { call: None, fault: &fault }).await {
                tracing::error!(code = %error.code, "a refusal could not be recorded: {}", error.en);
            }
            return Err(fault);
        }
    };
    let slot = agent.sources.get(task.source()).cloned().ok_or_else(|| source_gone(task.source()))?;
    let watching = watching(&call, &task);
    let (to, mut told) = mpsc::channel(1);
    let press = Press {
        run: call.run.clone(),
        task: Some(task),
        seq: 0,
        clock: Arc::clone(&agent.clock),
        entropy: Arc::clone(&agent.entropy),
        to,
        rest: plan::batch::Tally::default(),
        comparison: None,
    };
    let folder = Folder { state: agent.state.clone(), subscription: call.subscription.clone() };
    let reading = tokio::spawn(read(Arc::clone(&slot), call.clone(), press, watching.clone(), folder));
    // However this function ends, nobody goes on reading for a run that is over.
    let _stops = Stops(reading.abort_handle());
    let mut out = Outbox::new(agent, &pin, &call, carrier);
    let mut done = None;
    while done.is_none() {
        tokio::select! {
            biased;
            told = told.recv() => match told {
                Some(Told::Ready) => {
                    out.carrier.send(parcel::Body::ReadyJson(bytes::Bytes::from_static(b"{}"))).await?;
                }
                Some(Told::Chunk(sealed)) => out.send(sealed).await?,
                Some(Told::Idle(until_ms, position)) => {
                    out.carrier.send(parcel::Body::IdleUntilMs(until_ms)).await?;
                    if out.is_idle() {
                        confirm(&slot, &watching, &position).await;
                    }
                }
                Some(Told::Done(position, keep)) => done = Some((position, keep)),
                None => break,
            },
            heard = out.listen() => heard?,
        }
        if let Some(position) = out.take_confirmed() {
            confirm(&slot, &watching, &position).await;
        }
    }
    match done {
        Some((position, keep)) => {
            out.done(position).await?;
            let Some(keep) = keep else { return Ok(()) };
            let kept = tokio::task::spawn_blocking(|| keep.keep()).await;
            kept.map_err(|error| super::receive::broken(&error.to_string()))?
        }
        None => match reading.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => Err(fault),
            Err(error) => Err(Fault::new(
                "agent.batch",
                format!("读取中断（{error}）；请把前置机日志交给平台运维"),
                format!("The reading broke off ({error}); give the agent's log to the platform operator"),
            )),
        },
    }
}

struct Stops(tokio::task::AbortHandle);

impl Drop for Stops {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn admitted(agent: &Agent, call: &BatchCall) -> Result<(Arc<Active>, BatchTask), Fault> {
    let pin = agent.book.get(&call.grant).ok_or_else(|| unpinned(&call.grant))?;
    let task = check_batch(&pin.pinned, call, agent.clock.now_ms())?;
    denied(&pin, &task)?;
    Ok((pin, task))
}

/// The deny list is asked again for what is really read: it may have been changed since the pin was accepted.
pub(super) fn denied(pin: &Active, task: &BatchTask) -> Result<(), Fault> {
    let column = task.touches().find(|column| pin.denied_columns.iter().any(|denied| denied == column));
    if let Some(place) = if pin.denied_table { Some(task.table()) } else { column } {
        return Err(Fault::new(
            "agent.denied",
            format!("“{place}”在本部门的拒绝清单中，不予提供"),
            format!("\"{place}\" is on this department's deny list and is not provided"),
        ));
    }
    Ok(())
}

/// What is watched, in a form that outlives the task.
#[derive(Clone)]
struct Watching {
    name: String,
    table: String,
    columns: Vec<String>,
    key_columns: Vec<String>,
    whole_rows: bool,
}

impl Watching {
    fn watch(&self) -> Watch<'_> {
        Watch {
            name: &self.name,
            table: &self.table,
            columns: &self.columns,
            key_columns: &self.key_columns,
            whole_rows: self.whole_rows,
        }
    }
}

fn watching(call: &BatchCall, task: &BatchTask) -> Option<Watching> {
    (call.reading == Reading::Changes).then(|| Watching {
        name: watcher(&call.subscription),
        table: task.table().to_owned(),
        columns: task.columns(),
        key_columns: task.key_columns(),
        whole_rows: task.has_conditions(),
    })
}

/// Name of a subscription's watcher at the source.
fn watcher(subscription: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    format!("gt_{}", subscription.chars().map(plain).take(56).collect::<String>())
}

/// Gives up what the source keeps for a subscription that is over.
///
/// # Errors
/// `source.*`.
pub(super) async fn forget(agent: &Agent, source: &str, subscription: &str) -> Result<(), Fault> {
    let Some(slot) = agent.sources.get(source) else { return Ok(()) };
    match slot.source().unwatch(&watcher(subscription)).await {
        Err(error) if error.code() != SourceCode::WatchUnsupported => Err(fault(source, &error, 0)),
        _ => Ok(()),
    }
}

async fn confirm(slot: &Slot, watching: &Option<Watching>, position: &str) {
    let (Some(watching), Some(Position::Log { p })) = (watching, Position::read(position)) else { return };
    if let Err(error) = slot.source().confirm(&watching.watch(), &p).await {
        // What is not confirmed now is confirmed with the next one.
        tracing::warn!(code = error.code().as_str(), "the source's log could not be released: {error}");
    }
}

/// Reads until there is no more, or without end, and hands chunks over.
async fn read(
    slot: Arc<Slot>,
    call: BatchCall,
    mut press: Press,
    watching: Option<Watching>,
    folder: Folder,
) -> Result<(), Fault> {
    let position = call.from.as_deref().and_then(Position::read);
    let done = match (&call.reading, position, &watching) {
        (Reading::Changes, Some(Position::Log { p }), Some(watching)) => {
            return follow(&slot, &call, &mut press, watching, &p).await;
        }
        (Reading::After { .. }, Some(from @ Position::After { .. }), _) => {
            whole(&slot, &mut press, from).await?
        }
        (Reading::After { .. }, _, _) => whole(&slot, &mut press, Position::After { v: None }).await?,
        (Reading::Changes, Some(Position::Digests { g }), _) => {
            return compare(&slot, &mut press, &folder, Some(&g)).await;
        }
        (Reading::Changes, _, Some(watching)) => {
            let watch = watching.watch();
            match slot.source().watchable(&watch).await {
                // A source that keeps no log is read as a whole and compared with the last reading.
                Err(error) if error.code() == SourceCode::WatchUnsupported => {
                    return compare(&slot, &mut press, &folder, None).await;
                }
                Err(error) => return Err(fault(slot.name(), &error, 0)),
                Ok(obstacles) if !obstacles.obstacles.is_empty() => {
                    return Err(obstructed(slot.name(), &obstacles));
                }
                Ok(_) => {}
            }
            // From here on changes are kept by the source, so that what changes while the table is read comes afterwards.
            let from = slot.source().watch_from_now(&watch).await;
            let p = from.map_err(|error| fault(slot.name(), &error, 0))?;
            whole(&slot, &mut press, Position::Log { p }).await?
        }
        _ => whole(&slot, &mut press, Position::Full).await?,
    };
    // Nobody takes it when the run is over.
    let _ = press.to.send(Told::Done(done.to_text(), None)).await;
    Ok(())
}

/// The whole table, of which only what differs from the last reading is sent.
async fn compare(
    slot: &Slot,
    press: &mut Press,
    folder: &Folder,
    generation: Option<&str>,
) -> Result<(), Fault> {
    let Some(keys) = press.task.as_ref().map(BatchTask::key_items) else { return Ok(()) };
    let (of, wanted) = (folder.clone(), generation.map(str::to_owned));
    let begun = tokio::task::spawn_blocking(move || of.begin(wanted.as_deref(), &keys)).await;
    press.comparison = Some(begun.map_err(|error| super::receive::broken(&error.to_string()))??);
    // Until everything is there the target stands where it stood.
    let before = generation.map_or(Position::Full, |g| Position::Digests { g: g.to_owned() });
    whole(slot, press, before).await?;
    let position = Position::Digests { g: press.run.clone() }.to_text();
    let keep = press.compared(&position, folder).await?;
    let _ = press.to.send(Told::Done(position, keep)).await;
    Ok(())
}

/// The table, or what of it lies at or above the watermark.
async fn whole(slot: &Slot, press: &mut Press, position: Position) -> Result<Position, Fault> {
    let Some(task) = &press.task else { return Ok(position) };
    let (table, columns) = (task.table().to_owned(), task.columns());
    let column = task.watermark().map(str::to_owned);
    let value = match &position {
        Position::After { v } => v.clone(),
        _ => None,
    };
    let after = column.as_deref().map(|column| After { column, value: value.as_deref() });
    let scan = Scan { table: &table, columns: &columns, batch_rows: CHUNK_ROWS, values: Values::Text, after };
    if press.to.send(Told::Ready).await.is_err() {
        return Ok(position);
    }
    let rows = slot.source().stream(&scan).await.map_err(|error| fault(slot.name(), &error, 0))?;
    let last = press.stand(slot.name(), rows, &position).await?;
    Ok(match position {
        Position::After { .. } => Position::After { v: last },
        other => other,
    })
}

/// Changes as they happen; for a run that is not continuous, until the source is quiet.
async fn follow(
    slot: &Slot,
    call: &BatchCall,
    press: &mut Press,
    watching: &Watching,
    from: &str,
) -> Result<(), Fault> {
    let failed = |error: SourceError| fault(slot.name(), &error, 0);
    let mut changes = slot.source().changes(&watching.watch(), from).await.map_err(failed)?.peekable();
    let mut position = Position::Log { p: from.to_owned() };
    if press.to.send(Told::Ready).await.is_err() {
        return Ok(());
    }
    let mut told = Instant::now();
    let mut patience = if call.follow { QUIET } else { FIRST };
    loop {
        let next = match tokio::time::timeout(patience, changes.next()).await {
            Ok(Some(next)) => next.map_err(failed)?,
            Ok(None) => {
                return Err(failed(SourceError::new(
                    SourceCode::Down,
                    "变更流已结束",
                    "the stream of changes has ended",
                )));
            }
            Err(_) if call.follow => {
                if press.to.send(Told::Idle(press.clock.now_ms(), position.to_text())).await.is_err() {
                    return Ok(());
                }
                continue;
            }
            Err(_) => {
                let _ = press.to.send(Told::Done(position.to_text(), None)).await;
                return Ok(());
            }
        };
        patience = QUIET;
        // What has come meanwhile goes with it: the slower the target, the larger the chunks.
        let next = gathered(next, &mut changes)?;
        position = Position::Log { p: next.position };
        let at = next.committed_ms.unwrap_or_else(|| press.clock.now_ms());
        let sent = press.seq;
        if next.rows.num_rows() > 0
            && !press.press(next.rows, Some(next.gone), position.to_text(), at).await?
        {
            return Ok(());
        }
        if press.seq > sent {
            told = Instant::now();
        } else if told.elapsed() > QUIET {
            // Others change what this run does not deliver; the source need not keep that for us.
            told = Instant::now();
            if press.to.send(Told::Idle(at, position.to_text())).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Joins what waits already to what was taken, up to a chunk or so. A failure that waits is met by whoever asks next.
fn gathered(
    first: Changes,
    waiting: &mut Peekable<BoxStream<'static, Result<Changes, SourceError>>>,
) -> Result<Changes, Fault> {
    let (mut rows, mut bytes) = (first.rows.num_rows(), first.rows.get_array_memory_size());
    let position = first.position.clone();
    let mut all = vec![first];
    while rows < CHUNK_ROWS && bytes < CHUNK_BYTES {
        let fits = |next: &Result<Changes, SourceError>| {
            next.as_ref().is_ok_and(|next| rows + next.rows.num_rows() <= CHUNK_ROWS)
        };
        let Some(Some(Ok(next))) = Pin::new(&mut *waiting).next_if(fits).now_or_never() else { break };
        rows += next.rows.num_rows();
        bytes += next.rows.get_array_memory_size();
        all.push(next);
    }
    let broken = || super::receive::broken(&format!("changes up to {position}"));
    Changes::joined(all).map_err(|_| broken())?.ok_or_else(broken)
}

pub(super) fn unpinned(grant: &str) -> Fault {
    let grant: String = grant.chars().filter(|c| !c.is_control()).take(64).collect();
    Fault::new(
        "plan.grant_not_pinned",
        format!("前置机没有已接受的授权“{grant}”，或授权已被中止、撤销；请由提供方接受该授权后再运行"),
        format!(
            "No accepted grant \"{grant}\" is pinned at the agent, or it was suspended or revoked; the provider must accept it first"
        ),
    )
}

pub(super) fn source_gone(name: &str) -> Fault {
    Fault::new(
        "source.unknown",
        format!("前置机的配置中不再有数据源“{name}”；请恢复配置或重新挂接"),
        format!(
            "The source \"{name}\" is no longer configured at the agent; restore it or mount the resource again"
        ),
    )
}

fn obstructed(name: &str, watchable: &connect::Watchable) -> Fault {
    let all = &watchable.obstacles;
    let zh = all.iter().map(|one| one.zh.as_str()).collect::<Vec<_>>().join("；");
    let en = all.iter().map(|one| one.en.as_str()).collect::<Vec<_>>().join("; ");
    Fault::new(
        "watch.refused",
        format!("数据源“{name}”还不能捕获变更：{zh}"),
        format!("Changes of source \"{name}\" cannot be captured yet: {en}"),
    )
}
