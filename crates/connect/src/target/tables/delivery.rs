//! A delivery into a database that takes rows as literals.

use std::sync::Arc;

use arrow::array::{Array as _, StringArray};
use async_trait::async_trait;
use futures::TryStreamExt as _;

use super::{
    Shared,
    engine::{Engine, Guard, Link},
    plan::Plan,
};
use crate::{
    error::SourceError,
    target::{
        Counts, Delivery, Load, Portion, TargetTable, errors,
        slot::{self, Lane, Texts, Unfit},
    },
};

/// Rows in one statement, at most.
const ROWS: usize = 1_000;
/// Keys in one statement that deletes, at most.
const KEYS: usize = 500;

/// The session of a delivery with what keeps others out.
pub(super) struct Session {
    pub(super) link: Box<dyn Link>,
    pub(super) _guard: Guard,
}

/// A delivery in progress.
pub(super) struct TableDelivery<E: Engine> {
    shared: Arc<Shared<E>>,
    /// `None` after a failure: what was not committed is gone with the session.
    session: Option<Session>,
    plan: Arc<Plan>,
    table: Arc<TargetTable>,
    run: String,
    load: Load,
    /// Number of the last portion taken.
    last: u64,
    /// Most bytes of a statement.
    most: usize,
    /// Rows offered so far, and the number of the next.
    rows: u64,
    held: u64,
    indexed: bool,
}

impl<E: Engine> TableDelivery<E> {
    #[expect(clippy::too_many_arguments, reason = "each is one field, and there is one caller")]
    pub(super) fn new(
        shared: Arc<Shared<E>>,
        session: Session,
        plan: Plan,
        table: &TargetTable,
        run: &str,
        load: Load,
        last: u64,
        most: usize,
    ) -> Self {
        Self {
            shared,
            session: Some(session),
            plan: Arc::new(plan),
            table: Arc::new(table.clone()),
            run: run.to_owned(),
            load,
            last,
            most,
            rows: 0,
            held: 0,
            indexed: false,
        }
    }

    fn take(&mut self) -> Result<Session, SourceError> {
        self.session.take().ok_or_else(|| {
            errors::down(&self.shared.name).because("the delivery was broken off by an earlier failure")
        })
    }

    async fn run(&self, link: &mut dyn Link, sql: String) -> Result<u64, SourceError> {
        self.shared.step(&self.table.table, link.run(sql)).await
    }

    async fn long(&self, link: &mut dyn Link, sql: String) -> Result<u64, SourceError> {
        self.shared.patient(&self.table.table, link.run(sql)).await
    }

    fn unfit(&self, seq: u64, row: usize, at: usize, why: &Unfit) -> SourceError {
        let column = self.table.columns.get(at).map_or("", |column| column.name.as_str());
        why.at(&self.shared.name, &self.table, column, seq, row)
    }

    /// Stages rows. Gives those, by their place in the portion, whose key came before.
    async fn stage(
        &mut self,
        link: &mut dyn Link,
        texts: &Texts<'_>,
        seq: u64,
    ) -> Result<Vec<usize>, SourceError> {
        let (plan, table) = (self.plan.clone(), self.table.clone());
        let columns = table.columns.iter().zip(&plan.columns).zip(&texts.rows);
        let lanes: Vec<Lane<'_>> =
            columns.map(|((column, planned), texts)| Lane { column, slot: &planned.slot, texts }).collect();
        let count = texts.rows.first().map_or(0, |column| column.len());
        let head = plan.insert_head();
        let mut again = Vec::new();
        let (mut sql, mut from) = (head.clone(), 0);
        for row in 0..count {
            if row > from {
                sql.push_str(", ");
            }
            sql.push('(');
            for (at, (lane, column)) in lanes.iter().zip(&plan.columns).enumerate() {
                let value = lane.value(row).map_err(|why| self.unfit(seq, row, at, &why))?;
                plan.push_value(column, lane.column.holds, value.as_deref(), &mut sql);
                sql.push_str(", ");
            }
            sql.push_str(&format!("{})", self.rows + row as u64));
            // The next row is most likely as long as this one.
            let next = sql.len() / (row + 1 - from);
            if row + 1 == count || row + 1 - from == ROWS || sql.len() + 2 * next > self.most {
                sql.push_str(plan.insert_tail());
                let offered = (row + 1 - from) as u64;
                let touched = self.run(link, std::mem::replace(&mut sql, head.clone())).await?;
                if touched != offered {
                    again.extend(self.repeated(link, from, row + 1).await?);
                }
                from = row + 1;
            }
        }
        self.rows += count as u64;
        Ok(again)
    }

    /// Which of the rows just offered were not staged, because their key was there.
    async fn repeated(
        &mut self,
        link: &mut dyn Link,
        from: usize,
        to: usize,
    ) -> Result<Vec<usize>, SourceError> {
        if !self.indexed {
            let sql = self.plan.index_numbers();
            self.long(link, sql).await?;
            self.indexed = true;
        }
        let sql = self.plan.staged_between(self.rows + from as u64, self.rows + to as u64);
        let fetched = link.fetch(sql).try_collect::<Vec<_>>();
        let rows = self.shared.step(&self.table.table, fetched).await?;
        let staged: std::collections::HashSet<u64> =
            rows.iter().filter_map(|row| row.first()?.as_deref()?.parse().ok()).collect();
        Ok((from..to).filter(|row| !staged.contains(&(self.rows + *row as u64))).collect())
    }

    /// Keeps held rows, or stages them for the end of a replacement.
    async fn hold(
        &mut self,
        link: &mut dyn Link,
        held: impl Iterator<Item = [String; 3]> + Send,
    ) -> Result<(), SourceError> {
        let staged = self.load == Load::Replace;
        let (plan, head) = (self.plan.clone(), self.plan.held_head(staged));
        let mut sql = String::new();
        for row in held {
            if sql.len() + row.iter().map(String::len).sum::<usize>() * 2 > self.most && !sql.is_empty() {
                self.run(link, std::mem::take(&mut sql)).await?;
            }
            sql.push_str(if sql.is_empty() { &head } else { ", " });
            sql.push('(');
            if !staged {
                sql.push_str(&format!(
                    "{}, {}, ",
                    plan.literal(&self.table.subscription),
                    plan.literal(&self.run)
                ));
            }
            let [key, reasons, row] = row.map(|text| plan.literal(&text));
            sql.push_str(&format!("{key}, {reasons}, {row})"));
            self.held += 1;
        }
        if !sql.is_empty() {
            self.run(link, sql).await?;
        }
        Ok(())
    }

    async fn replace(&mut self, link: &mut dyn Link, seq: u64, texts: &Texts<'_>) -> Result<(), SourceError> {
        let again = self.stage(link, texts, seq).await?;
        let (plan, table) = (self.plan.clone(), self.table.clone());
        let repeated = again.iter().map(|row| duplicate(&plan, &table, texts, *row));
        self.hold(link, repeated).await?;
        self.hold(link, given(&texts.held)).await
    }

    async fn apply(
        &mut self,
        link: &mut dyn Link,
        portion: &Portion,
        texts: &Texts<'_>,
    ) -> Result<Counts, SourceError> {
        let plan = self.plan.clone();
        self.run(link, plan.begin().to_owned()).await?;
        let mut counts = Counts::default();
        let count = texts.rows.first().map_or(0, |column| column.len()) as u64;
        if count > 0 {
            self.run(link, format!("DELETE FROM {}", plan.place.stage)).await?;
            if !self.stage(link, texts, portion.seq).await?.is_empty() {
                return Err(errors::portion(
                    &self.shared.name,
                    format_args!("第 {} 批中同一主键出现两次", portion.seq),
                    format_args!("a key is twice in portion {}", portion.seq),
                ));
            }
            counts.updated = self.long(link, plan.update()).await?;
            counts.inserted = self.long(link, plan.insert()).await?;
            counts.unchanged = count.saturating_sub(counts.updated + counts.inserted);
        }
        counts.deleted = self.delete(link, portion.seq, &texts.deleted).await?;
        if !texts.held.is_empty() {
            self.run(link, plan.forget_held(&self.table.subscription, Some(&self.run))).await?;
            self.hold(link, given(&texts.held)).await?;
            counts.held = texts.held.first().map_or(0, |column| column.len()) as u64;
        }
        let sql = plan.position(&self.table.subscription, &self.run, portion.seq, &portion.position);
        self.run(link, sql).await?;
        self.run(link, "COMMIT".to_owned()).await?;
        Ok(counts)
    }

    async fn delete(&self, link: &mut dyn Link, seq: u64, keys: &[&StringArray]) -> Result<u64, SourceError> {
        let (plan, count) = (&self.plan, keys.first().map_or(0, |column| column.len()));
        let head = plan.delete_head();
        let (mut deleted, mut sql) = (0, head.clone());
        for row in 0..count {
            sql.push_str(if row % KEYS == 0 { "(" } else { ", (" });
            for (nth, (texts, at)) in keys.iter().zip(&plan.key).enumerate() {
                let Some((column, described)) = plan.columns.get(*at).zip(self.table.columns.get(*at)) else {
                    continue;
                };
                let lane = Lane { column: described, slot: &column.slot, texts };
                let value = lane.value(row).map_err(|why| self.unfit(seq, row, *at, &why))?;
                if nth > 0 {
                    sql.push_str(", ");
                }
                plan.push_value(column, described.holds, value.as_deref(), &mut sql);
            }
            sql.push(')');
            if row + 1 == count || row % KEYS == KEYS - 1 {
                sql.push(')');
                deleted += self.run(link, std::mem::replace(&mut sql, head.clone())).await?;
            }
        }
        Ok(deleted)
    }

    async fn merge(&mut self, link: &mut dyn Link, position: &str) -> Result<Counts, SourceError> {
        let plan = self.plan.clone();
        self.run(link, plan.begin().to_owned()).await?;
        let mut counts = Counts {
            deleted: self.long(link, plan.delete_missing()).await?,
            updated: self.long(link, plan.update()).await?,
            inserted: self.long(link, plan.insert()).await?,
            held: self.held,
            unchanged: 0,
        };
        let staged = format!("SELECT count(*) FROM {}", plan.place.stage);
        let rows = self.shared.patient(&self.table.table, link.fetch(staged).try_collect::<Vec<_>>()).await?;
        let staged: u64 =
            rows.first().and_then(|row| row.first()?.as_deref()?.parse().ok()).unwrap_or_default();
        counts.unchanged = staged.saturating_sub(counts.updated + counts.inserted);
        if self.held > 0 {
            self.run(link, plan.forget_held(&self.table.subscription, None)).await?;
            self.long(link, plan.keep_held(&self.table.subscription, &self.run)).await?;
        }
        self.run(link, plan.position(&self.table.subscription, &self.run, self.last, position)).await?;
        self.long(link, "COMMIT".to_owned()).await?;
        Ok(counts)
    }
}

fn given(held: &[&StringArray]) -> impl Iterator<Item = [String; 3]> + Send {
    let count = held.first().map_or(0, |column| column.len());
    let text = |at: usize, row: usize| match held.get(at) {
        Some(column) if column.is_valid(row) => column.value(row).to_owned(),
        _ => String::new(),
    };
    (0..count).map(|row| [text(0, row), text(1, row), text(2, row)]).collect::<Vec<_>>().into_iter()
}

/// A row whose key came before, as it is held.
fn duplicate(plan: &Plan, table: &TargetTable, texts: &Texts<'_>, row: usize) -> [String; 3] {
    let value =
        |at: usize| texts.rows.get(at).and_then(|column| column.is_valid(row).then(|| column.value(row)));
    let held = slot::duplicate(table, &plan.key, value);
    [held.key, held.reasons, held.row]
}

#[async_trait]
impl<E: Engine> Delivery for TableDelivery<E> {
    async fn write(&mut self, portion: Portion) -> Result<Counts, SourceError> {
        if portion.seq <= self.last {
            return Ok(Counts::default());
        }
        let texts = slot::open(&self.shared.name, &self.table, self.load == Load::Replace, &portion)?;
        let mut session = self.take()?;
        let counts = match self.load {
            Load::Replace => {
                self.replace(&mut *session.link, portion.seq, &texts).await?;
                Counts::default()
            }
            Load::Apply => self.apply(&mut *session.link, &portion, &texts).await?,
        };
        self.last = portion.seq;
        self.session = Some(session);
        Ok(counts)
    }

    async fn finish(mut self: Box<Self>, position: &str) -> Result<Counts, SourceError> {
        slot::position(&self.shared.name, position)?;
        let mut session = self.take()?;
        let counts = match self.load {
            Load::Replace => self.merge(&mut *session.link, position).await?,
            Load::Apply => {
                let sql = self.plan.position(&self.table.subscription, &self.run, self.last, position);
                self.run(&mut *session.link, sql).await?;
                Counts::default()
            }
        };
        // The lock goes with the session; when it cannot be closed in order, dropping it does.
        let _ = tokio::time::timeout(self.shared.limits.connect(), session.link.end()).await;
        Ok(counts)
    }
}
