//! A delivery into PostgreSQL.

use std::{mem, sync::Arc};

use arrow::array::{Array as _, StringArray};
use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, postgres::PgArguments,
    query::Query,
};

use super::{
    encode::{HEADER, TRAILER, row},
    merge::Keys,
    pipe::{CHUNK, Pipe},
    plan::{HELD_STAGE, Plan},
    session::Shared,
};
use crate::{
    error::SourceError,
    target::{
        Counts, Delivery, Portion, TargetTable, errors,
        slot::{self, Lane, Texts, Unfit},
    },
};

/// Portions with fewer rows go as arrays in one statement, which is one round trip; larger ones as COPY.
const SMALL: usize = 500;

/// How rows come into the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Straight into a table that this transaction has made.
    Direct,
    /// Over a staged copy that is merged at the end.
    Merge,
    /// Portion by portion.
    Apply,
}

enum Line {
    Idle(PgConnection),
    Piping(Pipe),
    /// Something failed; what was not committed is gone.
    Broken,
}

/// A delivery in progress.
pub(super) struct PgDelivery {
    pub(super) shared: Arc<Shared>,
    pub(super) plan: Arc<Plan>,
    pub(super) table: Arc<TargetTable>,
    pub(super) run: String,
    pub(super) way: Way,
    pub(super) pid: i32,
    line: Line,
    /// Number of the last portion taken.
    last: u64,
    /// Encoded rows that were not sent yet.
    buffer: Vec<u8>,
    pub(super) rows: u64,
    held: u64,
    staged: bool,
    /// Keys of a replacement that is merged.
    pub(super) keys: Keys,
    /// See [`look`](super::look).
    pub(super) simple: bool,
}

impl PgDelivery {
    pub(super) fn new(
        shared: Arc<Shared>,
        plan: Plan,
        table: TargetTable,
        run: &str,
        way: Way,
        last: u64,
        (conn, pid): (PgConnection, i32),
    ) -> Self {
        Self {
            shared,
            plan: Arc::new(plan),
            table: Arc::new(table),
            run: run.to_owned(),
            way,
            pid,
            line: Line::Idle(conn),
            last,
            buffer: Vec::new(),
            rows: 0,
            held: 0,
            staged: false,
            keys: Keys::default(),
            simple: false,
        }
    }

    fn broken(&self) -> SourceError {
        errors::down(&self.shared.name).because("the delivery was broken off by an earlier failure")
    }

    /// The connection, free of a COPY.
    async fn idle(&mut self) -> Result<PgConnection, SourceError> {
        match mem::replace(&mut self.line, Line::Broken) {
            Line::Idle(conn) => Ok(conn),
            Line::Piping(mut pipe) => {
                let mut rest = mem::take(&mut self.buffer);
                rest.extend_from_slice(TRAILER);
                self.buffer =
                    pipe.send(rest).await.map_err(|why| self.shared.trouble(&self.table.table, why))?;
                pipe.end().await.map_err(|why| self.shared.trouble(&self.table.table, why))
            }
            Line::Broken => Err(self.broken()),
        }
    }

    /// Encodes rows and sends what fills a chunk.
    async fn pipe(&mut self, texts: &Texts<'_>, seq: u64) -> Result<(), SourceError> {
        if let Line::Idle(_) = self.line {
            let conn = self.idle().await?;
            let sql = if self.way == Way::Direct { self.plan.copy_direct() } else { self.plan.copy_staged() };
            self.line = Line::Piping(Pipe::start(conn, sql, self.shared.limits.statement()));
            self.buffer.clear();
            self.buffer.extend_from_slice(HEADER);
        }
        let Line::Piping(mut pipe) = mem::replace(&mut self.line, Line::Broken) else {
            return Err(self.broken());
        };
        let mut buffer = mem::take(&mut self.buffer);
        let (shared, table) = (&self.shared, &self.table);
        let lanes = lanes(&self.plan, table, texts);
        let count = rows_of(&texts.rows);
        if self.way == Way::Merge {
            let added = self.keys.add(&lanes, &self.plan.key, count);
            added.map_err(|(row, why)| unfit(shared, table, seq, row, why))?;
        }
        for at in 0..count {
            row(&lanes, at, &mut buffer).map_err(|why| unfit(shared, table, seq, at, why))?;
            if buffer.len() >= CHUNK {
                buffer = pipe.send(buffer).await.map_err(|why| shared.trouble(&table.table, why))?;
            }
        }
        self.buffer = buffer;
        self.rows += count as u64;
        self.line = Line::Piping(pipe);
        Ok(())
    }

    /// Takes rows held back, which become visible with the rest.
    async fn hold(&mut self, held: &[&StringArray]) -> Result<(), SourceError> {
        let mut conn = self.idle().await?;
        let sql =
            format!("INSERT INTO {HELD_STAGE} SELECT * FROM unnest($1::text[], $2::text[], $3::text[])");
        let query = arrays(sqlx::query(AssertSqlSafe(sql)), held);
        self.shared.step(&self.table.table, query.execute(&mut conn)).await?;
        self.held += rows_of(held) as u64;
        self.line = Line::Idle(conn);
        Ok(())
    }

    async fn apply(&mut self, portion: &Portion, texts: &Texts<'_>) -> Result<Counts, SourceError> {
        let mut conn = self.idle().await?;
        let shared = self.shared.clone();
        let count = rows_of(&texts.rows);
        let mut counts = Counts { held: rows_of(&texts.held) as u64, ..Counts::default() };
        let small = count < SMALL;
        // One statement is a transaction by itself.
        let alone = small && texts.held.is_empty();
        let (plan, table) = (self.plan.clone(), self.table.clone());
        let name = table.table.as_str();
        let lanes = lanes(&plan, &table, texts);
        let mut bound: Vec<Vec<Option<String>>> = Vec::new();
        if small {
            for (at, lane) in lanes.iter().enumerate() {
                let values = (0..count).map(|row| {
                    let value =
                        lane.value(row).map_err(|why| unfit(&shared, &table, portion.seq, row, (at, why)))?;
                    Ok(value.map(|text| text.into_owned()))
                });
                bound.push(values.collect::<Result<_, SourceError>>()?);
            }
        }
        for (texts, at) in texts.deleted.iter().zip(&self.plan.key) {
            let Some((column, described)) = self.plan.columns.get(*at).zip(table.columns.get(*at)) else {
                continue;
            };
            let lane = Lane { column: described, slot: &column.slot, texts };
            let values = (0..texts.len()).map(|row| {
                let value =
                    lane.value(row).map_err(|why| unfit(&shared, &table, portion.seq, row, (*at, why)))?;
                Ok(value.map(|text| text.into_owned()))
            });
            bound.push(values.collect::<Result<_, SourceError>>()?);
        }
        if !alone {
            shared.step(name, conn.execute("BEGIN")).await?;
        }
        if !small {
            conn = self.stage(conn, &lanes, portion.seq, count).await?;
        }
        if !texts.held.is_empty() {
            let sql = format!("DELETE FROM {} WHERE subscription = $1 AND run <> $2", self.plan.place.held);
            let query = sqlx::query(AssertSqlSafe(sql)).bind(&self.table.subscription).bind(&self.run);
            shared.step(name, query.execute(&mut conn)).await?;
            let sql = format!(
                "INSERT INTO {} (subscription, run, row_key, reasons, \"row\")
                 SELECT $1, $2, k, r, w FROM unnest($3::text[], $4::text[], $5::text[]) AS u(k, r, w)",
                self.plan.place.held
            );
            let query = sqlx::query(AssertSqlSafe(sql)).bind(&self.table.subscription).bind(&self.run);
            shared.step(name, arrays(query, &texts.held).execute(&mut conn)).await?;
        }
        let sql = self.plan.apply(small, !texts.deleted.is_empty());
        let mut query = self.placed(sqlx::query(AssertSqlSafe(sql)), portion.seq, &portion.position);
        for values in bound {
            query = query.bind(values);
        }
        let row = shared.step(name, query.fetch_one(&mut conn)).await?;
        let number = |at: usize| row.try_get::<i64, _>(at).map(i64::cast_unsigned);
        counts.inserted = number(0).map_err(|error| shared.error(name, error))?;
        counts.updated = number(1).map_err(|error| shared.error(name, error))?;
        counts.deleted = number(2).map_err(|error| shared.error(name, error))?;
        counts.unchanged = (count as u64).saturating_sub(counts.inserted + counts.updated);
        if !alone {
            shared.step(name, conn.execute("COMMIT")).await?;
        }
        self.line = Line::Idle(conn);
        Ok(counts)
    }

    /// Stages the rows of one portion.
    async fn stage(
        &mut self,
        mut conn: PgConnection,
        lanes: &[Lane<'_>],
        seq: u64,
        count: usize,
    ) -> Result<PgConnection, SourceError> {
        let (shared, table) = (&self.shared, &self.table);
        if !self.staged {
            shared.step(&table.table, conn.execute(AssertSqlSafe(self.plan.stage(true)))).await?;
            self.staged = true;
        }
        let mut pipe = Pipe::start(conn, self.plan.copy_staged(), shared.limits.statement());
        let mut buffer = mem::take(&mut self.buffer);
        buffer.clear();
        buffer.extend_from_slice(HEADER);
        for at in 0..count {
            row(lanes, at, &mut buffer).map_err(|why| unfit(shared, table, seq, at, why))?;
            if buffer.len() >= CHUNK {
                buffer = pipe.send(buffer).await.map_err(|why| shared.trouble(&table.table, why))?;
            }
        }
        buffer.extend_from_slice(TRAILER);
        self.buffer = pipe.send(buffer).await.map_err(|why| self.shared.trouble(&self.table.table, why))?;
        pipe.end().await.map_err(|why| self.shared.trouble(&self.table.table, why))
    }

    fn placed<'q>(
        &self,
        query: Query<'q, sqlx::Postgres, PgArguments>,
        seq: u64,
        position: &str,
    ) -> Query<'q, sqlx::Postgres, PgArguments> {
        query
            .bind(&self.table.subscription)
            .bind(&self.plan.place.full)
            .bind(&self.run)
            .bind(seq.cast_signed())
            .bind(position)
    }

    pub(super) async fn long(&self, conn: &mut PgConnection, sql: String) -> Result<u64, SourceError> {
        let work = conn.execute(AssertSqlSafe(sql));
        self.shared.patient(&self.table.table, self.pid, work).await.map(|done| done.rows_affected())
    }

    /// Adds the key to the new table; only when it cannot be added is anything looked for.
    async fn end_direct(&self, conn: &mut PgConnection) -> Result<Counts, SourceError> {
        let (shared, name) = (&self.shared, self.table.table.as_str());
        shared.step(name, conn.execute("SAVEPOINT gt_key")).await?;
        let work = conn.execute(AssertSqlSafe(self.plan.add_key()));
        // The inner result is the server's own refusal.
        let added = shared.patient(name, self.pid, async { Ok(work.await) }).await?;
        let mut again = 0;
        match added {
            Ok(_) => {}
            Err(error) if error.as_database_error().is_some_and(|inner| inner.is_unique_violation()) => {
                shared.step(name, conn.execute("ROLLBACK TO gt_key")).await?;
                again = self.long(conn, self.plan.hold_duplicates(true)).await?;
                self.long(conn, self.plan.add_key()).await?;
            }
            Err(error) => return Err(shared.error(name, error)),
        }
        Ok(Counts { inserted: self.rows - again, held: again, ..Counts::default() })
    }
}

fn rows_of(columns: &[&StringArray]) -> usize {
    columns.first().map_or(0, |column| column.len())
}

fn lanes<'l>(plan: &'l Plan, table: &'l TargetTable, texts: &'l Texts<'_>) -> Vec<Lane<'l>> {
    let columns = table.columns.iter().zip(&plan.columns).zip(&texts.rows);
    columns.map(|((column, planned), texts)| Lane { column, slot: &planned.slot, texts }).collect()
}

fn unfit(
    shared: &Shared,
    table: &TargetTable,
    seq: u64,
    row: usize,
    (at, why): (usize, Unfit),
) -> SourceError {
    let column = table.columns.get(at).map_or("", |column| column.name.as_str());
    why.at(&shared.name, table, column, seq, row)
}

fn arrays<'q>(
    mut query: Query<'q, sqlx::Postgres, PgArguments>,
    columns: &[&StringArray],
) -> Query<'q, sqlx::Postgres, PgArguments> {
    for column in columns {
        // No text of PostgreSQL holds the character NUL; a held row may.
        let texts: Vec<Option<String>> =
            column.iter().map(|text| text.map(|text| text.replace('\0', "\u{fffd}"))).collect();
        query = query.bind(texts);
    }
    query
}

#[async_trait]
impl Delivery for PgDelivery {
    async fn write(&mut self, portion: Portion) -> Result<Counts, SourceError> {
        if portion.seq <= self.last {
            return Ok(Counts::default());
        }
        let texts = slot::open(&self.shared.name, &self.table, self.way != Way::Apply, &portion)?;
        let counts = if self.way == Way::Apply {
            self.apply(&portion, &texts).await?
        } else {
            if !texts.held.is_empty() {
                self.hold(&texts.held).await?;
            }
            if rows_of(&texts.rows) > 0 {
                self.pipe(&texts, portion.seq).await?;
            }
            Counts::default()
        };
        self.last = portion.seq;
        Ok(counts)
    }

    async fn finish(mut self: Box<Self>, position: &str) -> Result<Counts, SourceError> {
        slot::position(&self.shared.name, position)?;
        let mut conn = self.idle().await?;
        let (shared, table) = (self.shared.clone(), self.table.clone());
        let name = table.table.as_str();
        if self.way == Way::Merge {
            shared.step(name, conn.execute("BEGIN")).await?;
        }
        let load = format!("SET LOCAL statement_timeout = {}", shared.limits.load().as_millis());
        let mut counts = match self.way {
            Way::Apply => Counts::default(),
            Way::Direct | Way::Merge => {
                let room = "SET LOCAL maintenance_work_mem = '128MB'; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off";
                shared.step(name, conn.execute(AssertSqlSafe(load))).await?;
                shared.step(name, conn.execute(room)).await?;
                let counts = if self.way == Way::Direct {
                    self.end_direct(&mut conn).await?
                } else {
                    self.end_merge(&mut conn).await?
                };
                self.held += counts.held;
                if self.held > 0 {
                    let held = &self.plan.place.held;
                    let sql = format!("DELETE FROM {held} WHERE subscription = $1");
                    let query = sqlx::query(AssertSqlSafe(sql)).bind(&self.table.subscription);
                    shared.step(name, query.execute(&mut conn)).await?;
                    let sql = format!(
                        "INSERT INTO {held} (subscription, run, row_key, reasons, \"row\")
                         SELECT $1, $2, row_key, reasons, \"row\" FROM {HELD_STAGE}"
                    );
                    let query =
                        sqlx::query(AssertSqlSafe(sql)).bind(&self.table.subscription).bind(&self.run);
                    shared.step(name, query.execute(&mut conn)).await?;
                }
                counts
            }
        };
        let query = self.placed(sqlx::query(AssertSqlSafe(self.plan.position())), self.last, position);
        shared.step(name, query.execute(&mut conn)).await?;
        if self.way != Way::Apply {
            let work = conn.execute("COMMIT");
            shared.patient(name, self.pid, work).await?;
            counts.held = self.held;
        }
        // The lock goes with the connection; when it cannot be closed in order, dropping it does.
        let _ = tokio::time::timeout(shared.limits.connect(), conn.close()).await;
        Ok(counts)
    }
}
