//! Which runs go on: begins what is due, carries on what is continuous, writes down how each ended.

use std::sync::Arc;
use std::time::Duration;

use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result};
use plan::batch::{Mode, Position};
use sea_orm::ActiveValue::Set;

use super::changed::{self, told_apart};
use super::drive::{Done, Ordered, drive};
use super::filter::RunFilter;
use super::fitting::misfit;
use super::forget::FORGET;
use super::model::{Figures, MethodView, Notice, Progress, RunId, SubscriptionState};
use super::store::{self, run, subscription};
use super::{Run, schedule};
use crate::Exchange;

/// How often it is looked what is due.
const LOOK: Duration = Duration::from_millis(500);
/// How often the figures of a run are written down.
const WRITE: Duration = Duration::from_secs(2);
/// Runs looked through for the last one of the whole table.
const RUNS_BACK: u64 = 20;
/// Runs at the same time at one hub.
const MOST: usize = 64;
const SECOND_MS: i64 = 1_000;
/// Pause between two readings of a source without a log, for what is continuous.
const AGAIN_MS: i64 = 10 * SECOND_MS;
/// Longest pause after failures.
const LONGEST_PAUSE_MS: i64 = 15 * 60 * SECOND_MS;

/// After these the target's position is of no use: the next run begins anew with the whole table.
const ANEW: &[&str] = &["watch.position_lost", "watch.truncated"];
/// After these somebody has to mend something first.
const HALTS: &[&str] = &[
    changed::CHANGED,
    "target.misfit",
    "target.unknown",
    "plan.item_not_mounted",
    "plan.item_not_granted",
    "plan.verify_only",
    "plan.batch_key",
    "plan.watermark",
    "authorise.shape",
];

/// After these the subscription is over.
const ENDS: &[&str] = &["authorise.no_grant", "authorise.expired"];

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Deliver,
    Compare,
}

impl Exchange {
    /// Begins and carries on runs until it is dropped.
    pub async fn run_subscriptions(self) {
        let notice = Notice {
            code: "run.hub_stopped".to_owned(),
            zh: "平台在运行期间停止过；已写入的部分不受影响，会自动接着运行。".to_owned(),
            en: "The hub stopped during the run; what was written stands, and it goes on by itself."
                .to_owned(),
        };
        let now = self.kernel.now_ms();
        let text = store::write(&notice).unwrap_or_default();
        if let Err(error) = store::end_interrupted(&self.kernel.db, &text, now).await {
            tracing::error!(error = ?error, "exchange.runs.interrupted");
        }
        loop {
            if let Err(error) = self.begin_due().await {
                tracing::error!(error = ?error, "exchange.runs.begin");
            }
            if let Err(error) = self.sweep_copies().await {
                tracing::error!(error = ?error, "exchange.copies.sweep");
            }
            if let Err(error) = self.look_again().await {
                tracing::error!(error = ?error, "exchange.runs.look_again");
            }
            let _ = tokio::time::timeout(LOOK, self.going.wake.notified()).await;
        }
    }

    async fn begin_due(&self) -> Result<()> {
        let now = self.kernel.now_ms();
        for row in store::active(&self.kernel.db).await? {
            if now >= row.ends_ms {
                self.end_by_clock(row).await?;
                continue;
            }
            let due = row.next_due_ms.is_some_and(|due| due <= now);
            if due && self.going.of(&row.id).is_none() && self.going.count() < MOST {
                self.begin(row, Purpose::Deliver).await?;
            }
        }
        Ok(())
    }

    async fn end_by_clock(&self, row: subscription::Model) -> Result<()> {
        let tx = self.kernel.begin().await?;
        let leaf = Leaf { grant: Some(row.grant_id.0.clone()), ..Leaf::of("exchange.subscription.ended") };
        let detail = format!("{} {}", row.id, row.name);
        let id = row.id.0.clone();
        let ended = store::change(tx.connection(), row, |row| {
            row.state = Set(SubscriptionState::Ended.as_str().to_owned());
            row.next_due_ms = Set(None);
        });
        ended.await?;
        tx.record(&Actor::System, leaf, Some("ends_ms"), Some(detail)).await?;
        tx.follow_up(FORGET, &id).await?;
        tx.commit().await
    }

    /// Begins a run in a task of its own; `None` when one is going on.
    pub(super) async fn begin(&self, row: subscription::Model, purpose: Purpose) -> Result<Option<RunId>> {
        let id: RunId = self.kernel.new_id();
        let progress = Progress { started_ms: self.kernel.now_ms(), ..Progress::default() };
        let Some(entered) = self.going.enter(&row.id, id.clone(), progress) else { return Ok(None) };
        // Whoever is given the number of a run finds it.
        let line = line(&row, &entered, purpose)?;
        if let Err(error) = store::insert_run(&self.kernel.db, line.clone()).await {
            self.going.leave(&row.id);
            return Err(error);
        }
        let exchange = self.clone();
        tokio::spawn(async move {
            let subscription = row.id.clone();
            if let Err(error) = exchange.run_to_end(row, line, &entered, purpose).await {
                tracing::error!(subscription = subscription.as_str(), error = ?error, "exchange.run.record");
            }
            exchange.going.leave(&subscription);
        });
        Ok(Some(id))
    }

    async fn run_to_end(
        &self,
        row: subscription::Model,
        mut line: run::Model,
        entered: &Arc<Run>,
        purpose: Purpose,
    ) -> Result<()> {
        let ordered = self.order(&row, entered, purpose).await;
        let done = match &ordered {
            Ok(ordered) => {
                mode_name(ordered.mode).clone_into(&mut line.mode);
                if ordered.mode != Mode::Apply {
                    entered.progress.lock().expected = self.rows_before(&row).await?;
                }
                self.driven(ordered, entered, &mut line).await
            }
            Err(error) => Err(Error::new(error.kind(), error.code().to_owned(), error.zh(), error.en())),
        };
        self.settle(row, entered, line, purpose, done).await
    }

    /// Rows that the last reading of the whole table had; about as many will come.
    async fn rows_before(&self, row: &subscription::Model) -> Result<Option<u64>> {
        let (runs, _) = store::runs(&self.kernel.db, &row.id, &RunFilter::default(), 0, RUNS_BACK).await?;
        let whole = runs.iter().find(|run| run.state == "succeeded" && run.mode != "apply");
        Ok(whole.map(|run| store::read::<Figures>(&run.figures)).transpose()?.map(|figures| figures.read))
    }

    /// What is asked of the two agents now.
    async fn order(&self, row: &subscription::Model, entered: &Run, purpose: Purpose) -> Result<Ordered> {
        let input = row.said()?;
        let mut fitted = self.fit(&row.id, &row.consumer_id, &row.created_by, &input).await?;
        let standing = self.standing(&row.agent_id, &row.consumer_id, &fitted.to).await?;
        if purpose == Purpose::Deliver && !standing.misfits.is_empty() {
            return Err(misfit(&standing));
        }
        let position = standing.position.as_deref().filter(|_| !row.anew).and_then(Position::read);
        let goes_on = matches!(
            (input.method, &position),
            (MethodView::After, Some(Position::After { .. }))
                | (MethodView::Changes, Some(Position::Log { .. } | Position::Digests { .. }))
        );
        let mode = match purpose {
            Purpose::Compare => Mode::Compare,
            Purpose::Deliver if goes_on => Mode::Apply,
            Purpose::Deliver => Mode::Replace,
        };
        fitted.call.run = entered.id.0.clone();
        if mode == Mode::Apply {
            fitted.call.from = standing.position;
            fitted.call.follow = input.is_continuous();
        }
        if mode == Mode::Compare {
            fitted.call.reading = plan::batch::Reading::Full;
        }
        Ok(Ordered {
            usable: fitted.usable,
            call: fitted.call,
            to: fitted.to,
            receiver: (!input.hold).then(|| row.agent_id.0.clone()),
            mode,
        })
    }

    /// Drives the run and writes its figures down now and then.
    async fn driven(&self, ordered: &Ordered, entered: &Arc<Run>, line: &mut run::Model) -> Result<Done> {
        let driving = drive(self, ordered, entered);
        tokio::pin!(driving);
        let mut write = tokio::time::interval(WRITE);
        write.tick().await;
        loop {
            tokio::select! {
                done = &mut driving => return done,
                _ = write.tick() => {
                    put_figures(line, &entered.progress.lock().clone())?;
                    store::put_run(&self.kernel.db, line.clone()).await?;
                }
            }
        }
    }

    /// Writes down how a run ended, and when the next is due.
    async fn settle(
        &self,
        row: subscription::Model,
        entered: &Run,
        mut line: run::Model,
        purpose: Purpose,
        done: Result<Done>,
    ) -> Result<()> {
        let now = self.kernel.now_ms();
        let (done, found) = told_apart(done);
        let found = match found.filter(|_| purpose == Purpose::Deliver) {
            Some(found) => self.found_changed(&row.resource_id, &found).await?,
            None => None,
        };
        let progress = entered.progress.lock().clone();
        put_figures(&mut line, &progress)?;
        line.ended_ms = Some(now);
        let by_hand = matches!(&done, Err(error) if error.code() == "run.stopped");
        line.state = if done.is_ok() {
            "succeeded"
        } else if by_hand {
            "stopped"
        } else {
            "failed"
        }
        .to_owned();
        let notice = done.as_ref().err().map(Notice::from);
        line.notice = notice.as_ref().map(store::write).transpose()?;
        if let Ok(done) = &done {
            line.compared = done.compared.as_ref().map(store::write).transpose()?;
            if line.mode != "compare" && line.as_of_ms.is_none() {
                // A reading that is done is true for when it began.
                line.as_of_ms = Some(progress.started_ms);
            }
        }
        let tx = self.kernel.begin().await?;
        store::put_run(tx.connection(), line.clone()).await?;
        let Some(current) = store::find(tx.connection(), &row.id).await? else { return Ok(()) };
        let input = current.said()?;
        let next = next_due(&current, &input, purpose, &line.mode, &progress, &done, now)?;
        if purpose == Purpose::Deliver {
            let changed = store::change(tx.connection(), current, |to| {
                to.last_run_id = Set(Some(line.id.clone()));
                match &done {
                    Ok(_) => {
                        to.failures = Set(0);
                        to.anew = Set(false);
                        to.notice = Set(None);
                        to.last_success_ms = Set(Some(now));
                        to.as_of_ms = Set(line.as_of_ms);
                        to.next_due_ms = Set(next.due_ms);
                    }
                    Err(_) if by_hand => {}
                    Err(_) => {
                        to.failures = Set(next.failures);
                        to.anew = Set(next.anew);
                        to.notice = Set(line.notice.clone());
                        to.next_due_ms = Set(next.due_ms);
                        if let Some(state) = next.becomes {
                            to.state = Set(state.as_str().to_owned());
                        }
                    }
                }
            });
            let stopped = changed.await?;
            if let Some(found) = &found {
                found.write(&tx, &stopped).await?;
            }
            if next.becomes == Some(SubscriptionState::Ended) {
                tx.follow_up(FORGET, row.id.as_str()).await?;
            }
        }
        let leaf = Leaf {
            call: Some(line.id.0.clone()),
            grant: Some(row.grant_id.0.clone()),
            code: notice.map(|notice| notice.code),
            rows: Some(u32::try_from(progress.figures.delivered).unwrap_or(u32::MAX)),
            ..Leaf::of(if purpose == Purpose::Compare {
                "exchange.batch.compared"
            } else {
                "exchange.batch.ended"
            })
        };
        tx.record(&Actor::System, leaf, None, Some(line.figures.clone())).await?;
        tx.commit().await
    }
}

/// What follows after a run.
struct Next {
    due_ms: Option<i64>,
    failures: i32,
    anew: bool,
    becomes: Option<SubscriptionState>,
}

fn next_due(
    row: &subscription::Model,
    input: &super::model::SubscriptionInput,
    purpose: Purpose,
    mode: &str,
    progress: &Progress,
    done: &Result<Done>,
    now: i64,
) -> Result<Next> {
    let by_clock = schedule::next(&input.schedule, now)?;
    let error = match done {
        Ok(_) => {
            // What is continuous goes on at once: after the whole table come the changes. A run of changes that ends was one of
            // a source without a log, which is read again and again.
            let pause = if mode == "apply" { AGAIN_MS } else { 0 };
            let due_ms = if input.is_continuous() { Some(now + pause) } else { by_clock };
            return Ok(Next { due_ms, failures: 0, anew: false, becomes: None });
        }
        Err(error) => error,
    };
    let code = error.code();
    // What moved, or was up to date for a while, has not failed in a row.
    let moved = progress.figures.chunks > 0 || progress.as_of_ms.is_some();
    let failures = if moved { 1 } else { row.failures.saturating_add(1) };
    let becomes = match code {
        code if ENDS.contains(&code) => Some(SubscriptionState::Ended),
        code if HALTS.contains(&code) => Some(SubscriptionState::Halted),
        _ => None,
    };
    if becomes.is_some() || purpose == Purpose::Compare {
        return Ok(Next { due_ms: None, failures, anew: row.anew, becomes });
    }
    let anew = row.anew || ANEW.contains(&code);
    let pause = (SECOND_MS << failures.clamp(0, 10)).min(LONGEST_PAUSE_MS);
    let soon =
        if code == "run.grant_changed" || ANEW.contains(&code) { now + SECOND_MS } else { now + pause };
    let due_ms = match by_clock {
        Some(by_clock) => Some(by_clock.min(soon)),
        None => Some(soon),
    };
    Ok(Next { due_ms, failures, anew, becomes: None })
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Replace => "replace",
        Mode::Apply => "apply",
        Mode::Compare => "compare",
    }
}

/// A run that has not begun to move anything.
fn line(row: &subscription::Model, entered: &Run, purpose: Purpose) -> Result<run::Model> {
    let mode = if purpose == Purpose::Compare { Mode::Compare } else { Mode::Apply };
    let progress = entered.progress.lock().clone();
    Ok(run::Model {
        id: entered.id.clone(),
        subscription_id: row.id.clone(),
        kind: if purpose == Purpose::Compare { "compare" } else { "deliver" }.to_owned(),
        mode: mode_name(mode).to_owned(),
        state: "running".to_owned(),
        started_ms: progress.started_ms,
        ended_ms: None,
        figures: store::write(&progress.figures)?,
        remarks: store::write(&progress.remarks)?,
        as_of_ms: None,
        first_index: None,
        last_index: None,
        notice: None,
        compared: None,
    })
}

fn put_figures(line: &mut run::Model, progress: &Progress) -> Result<()> {
    line.figures = store::write(&progress.figures)?;
    line.remarks = store::write(&progress.remarks)?;
    line.as_of_ms = progress.as_of_ms;
    let index = |index: u64| i64::try_from(index).unwrap_or(i64::MAX);
    (line.first_index, line.last_index) =
        progress.entries.map(|(first, last)| (index(first), index(last))).unzip();
    Ok(())
}
