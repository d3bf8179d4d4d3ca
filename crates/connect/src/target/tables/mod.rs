//! MySQL, MariaDB and SQLite as targets.
//!
//! Rows go as literals, hundreds in one statement, into a temporary table that nobody else sees and that goes with the
//! session; one transaction brings the table to it. A table that is not there is made when a delivery begins, because
//! MySQL cannot take the making back: until the first rows are committed it is seen, empty.

mod delivery;
mod engine;
mod mysql;
mod plan;
mod sqlite;

use std::{future::Future, sync::Arc, time::Duration};

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use self::{
    delivery::{Session, TableDelivery},
    engine::{Engine, Fault, Link, Relation},
    mysql::MysqlEngine,
    plan::{Column, Place, Plan},
    sqlite::SqliteEngine,
};
use super::{
    Delivery, Fit, HeldRow, Load, Stored, Target, TargetTable, TargetType,
    config::{ServerTarget, SqliteTarget, TargetLimits},
    errors,
    fit::{self, Look},
    slot,
    values::normal,
};
use crate::{
    batch::{BatchBuilder, text_schema},
    error::{SourceCode, SourceError},
    text::{Cell, write_float},
};

/// Rows that are counted; beyond, the count says that there are more.
const COUNTED: u64 = 100_000;
/// Rows in a batch that is read back.
const BATCH: usize = 4_000;
/// How often a server that works on something long is asked whether it still lives.
const PULSE: Duration = Duration::from_secs(10);

/// A MySQL or MariaDB database as a target.
pub(super) fn mysql(name: &str, config: &ServerTarget) -> Result<Arc<dyn Target>, SourceError> {
    Ok(target(name, MysqlEngine::new(name, config)?, &config.limits))
}

/// An SQLite file as a target.
pub(super) fn sqlite(name: &str, config: &SqliteTarget) -> Arc<dyn Target> {
    target(name, SqliteEngine::new(config), &config.limits)
}

fn target<E: Engine>(name: &str, engine: E, limits: &TargetLimits) -> Arc<dyn Target> {
    Arc::new(TableTarget(Arc::new(Shared { name: name.to_owned(), engine, limits: limits.clone() })))
}

/// A database that takes deliveries.
struct TableTarget<E: Engine>(Arc<Shared<E>>);

/// What a target and its deliveries share.
struct Shared<E: Engine> {
    name: String,
    engine: E,
    limits: TargetLimits,
}

impl<E: Engine> Shared<E> {
    async fn connect(&self) -> Result<Box<dyn Link>, SourceError> {
        match tokio::time::timeout(self.limits.connect(), self.engine.connect()).await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(error)) => Err(match E::fault(&error) {
                Fault::Login | Fault::Refused(_) => errors::permission(&self.name),
                Fault::Connections => errors::connections(&self.name),
                _ => errors::down(&self.name),
            }
            .because(error)),
            Err(_) => Err(errors::down(&self.name).because("no connection in time")),
        }
    }

    /// A step that should be short.
    async fn step<T>(
        &self,
        table: &str,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, SourceError> {
        let limit = self.limits.statement().max(self.limits.lock());
        match tokio::time::timeout(limit + (limit / 10).max(Duration::from_millis(200)), work).await {
            Ok(done) => done.map_err(|error| self.error(table, error)),
            Err(_) => Err(errors::timeout(&self.name, limit.as_millis())),
        }
    }

    /// A step that may take long; meanwhile the engine is asked whether it lives.
    async fn patient<T>(
        &self,
        table: &str,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, SourceError> {
        let limited = tokio::time::timeout(self.limits.load(), work);
        tokio::pin!(limited);
        loop {
            let done = tokio::select! {
                done = &mut limited => done,
                () = tokio::time::sleep(PULSE) => {
                    tokio::select! {
                        done = &mut limited => done,
                        alive = tokio::time::timeout(self.limits.statement(), self.engine.alive()) => match alive {
                            Ok(true) => continue,
                            _ => return Err(errors::down(&self.name).because("the server lives no more")),
                        }
                    }
                }
            };
            return match done {
                Ok(done) => done.map_err(|error| self.error(table, error)),
                Err(_) => Err(errors::timeout(&self.name, self.limits.load().as_millis())),
            };
        }
    }

    fn error(&self, table: &str, error: sqlx::Error) -> SourceError {
        let name = &self.name;
        match E::fault(&error) {
            Fault::Lost => errors::down(name),
            Fault::Timeout => errors::timeout(name, self.limits.statement().as_millis()),
            Fault::Login => errors::permission(name),
            Fault::Connections => errors::connections(name),
            Fault::Locked => errors::locked(name, table),
            Fault::Full => errors::full(name),
            Fault::Refused(what) => errors::refused(name, table, &what),
            Fault::Value => SourceError::new(
                SourceCode::TargetValue,
                format!("有值写不进“{name}”的表“{table}”（超出列的长度、范围或字符集）；请该部门放宽相应列的类型。"),
                format!(
                    "a value cannot be written into table \"{table}\" of \"{name}\": it is beyond the length, range or \
                     character set of its column; its department should widen the column"
                ),
            ),
            Fault::Other => errors::failed(name, table),
        }
        .because(error)
    }

    async fn look(
        &self,
        link: &mut dyn Link,
        table: &TargetTable,
    ) -> Result<(Place, Look<Column>), SourceError> {
        let place = self.engine.place(&table.table);
        let look = self.step(&table.table, look(&self.engine, link, &place, table)).await?;
        Ok((place, look))
    }
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

async fn all(link: &mut dyn Link, sql: String) -> Result<Vec<Vec<Option<String>>>, sqlx::Error> {
    link.fetch(sql).try_collect().await
}

fn text(row: &[Option<String>], at: usize) -> String {
    row.get(at).cloned().flatten().unwrap_or_default()
}

fn made<E: Engine>(engine: &E, table: &TargetTable) -> Vec<Column> {
    let columns = table.columns.iter().map(|column| Column {
        comment: column.comment.clone(),
        ..engine.made(&column.name, column.holds, table.key.contains(&column.name))
    });
    columns.collect()
}

async fn look<E: Engine>(
    engine: &E,
    link: &mut dyn Link,
    place: &Place,
    table: &TargetTable,
) -> Result<Look<Column>, sqlx::Error> {
    let mut look = Look {
        fit: Fit::default(),
        columns: Vec::new(),
        keyed: false,
        simple: false,
        booked: false,
        stored: None,
    };
    let found = engine.relation(link, &place.schema, &place.table).await?;
    look.booked = engine.relation(link, &place.schema, "gt_delivery").await?.is_some();
    let Some(Relation { plain, have, types, unique }) = found else {
        look.fit.creates = true;
        look.columns = made(engine, table);
        for name in table.columns.iter().map(|column| &column.name).chain([&place.table]) {
            if name.len() > E::NAME {
                look.fit.misfits.push(fit::name_too_long(name, E::NAME));
            }
        }
        return Ok(look);
    };
    if !plain {
        look.fit.misfits.push(fit::not_a_table());
        return Ok(look);
    }
    let plan = Plan::new(E::DIALECT, place.clone(), Vec::new(), table);
    if look.booked {
        let sql = format!(
            "SELECT subscription, run, CAST(seq AS CHAR(20)), position FROM {} WHERE table_name = {}",
            place.delivery,
            plan.literal(&place.full)
        );
        if let Some(row) = all(link, sql).await?.first() {
            if text(row, 0) == table.subscription {
                let seq = text(row, 2).parse().unwrap_or_default();
                look.stored = Some(Stored { run: text(row, 1), seq, position: text(row, 3) });
            } else {
                look.fit.misfits.push(fit::other_subscription(&text(row, 0)));
            }
        }
    }
    look.columns = fit::columns(&have, table, &mut look.fit.misfits, same, |at, there, holds, required| {
        let mut column = engine.fitted(there, types.get(at)?, holds)?;
        column.slot.required = required;
        Some(column)
    });
    look.keyed = unique.iter().any(|index| fit::is_key(index, table, same));
    let sql = format!(
        "SELECT CAST(count(*) AS CHAR(20)) FROM (SELECT 1 FROM {} LIMIT {}) counted",
        place.quoted,
        COUNTED + 1
    );
    look.fit.rows =
        all(link, sql).await?.first().and_then(|row| text(row, 0).parse().ok()).unwrap_or_default();
    if look.fit.rows > 0 && look.stored.is_none() && !table.adopt {
        look.fit.misfits.push(fit::rows_not_ours());
    }
    Ok(look)
}

#[async_trait]
impl<E: Engine> Target for TableTarget<E> {
    async fn fit(&self, table: &TargetTable) -> Result<Fit, SourceError> {
        slot::described(&self.0.name, table)?;
        let mut link = self.0.connect().await?;
        self.0.look(&mut *link, table).await.map(|(_, look)| look.fit)
    }

    async fn stored(&self, table: &TargetTable) -> Result<Option<Stored>, SourceError> {
        slot::described(&self.0.name, table)?;
        let mut link = self.0.connect().await?;
        self.0.look(&mut *link, table).await.map(|(_, look)| look.stored)
    }

    async fn begin(
        &self,
        table: &TargetTable,
        run: &str,
        load: Load,
    ) -> Result<Box<dyn Delivery>, SourceError> {
        slot::begins(&self.0.name, table, run)?;
        let shared = &self.0;
        let name = table.table.as_str();
        let mut link = shared.connect().await?;
        let place = shared.engine.place(name);
        let locking = shared.engine.lock(&mut *link, &place, &table.subscription);
        let guard = shared.step(name, locking).await?;
        let guard = guard.ok_or_else(|| errors::delivering(&shared.name, &table.subscription))?;
        let (place, mut look) = shared.look(&mut *link, table).await?;
        if !look.fit.misfits.is_empty() {
            return Err(errors::misfits(&shared.name, name, &look.fit.misfits));
        }
        let mut plan = Plan::new(E::DIALECT, place, look.columns, table);
        if !look.booked {
            for sql in plan.books() {
                shared.step(name, link.run(sql)).await?;
            }
        }
        if look.fit.creates || !look.keyed {
            if look.fit.creates {
                shared.step(name, link.run(plan.create(table))).await?;
            } else {
                let index = format!("gt_{:016x}", crate::hash::hash64(plan.place.full.as_bytes()));
                shared.patient(name, link.run(plan.add_index(&index))).await?;
            }
            // Rows are staged in the types, and keys compared by the collations, that the engine made of those asked for.
            look = shared.look(&mut *link, table).await?.1;
            plan.columns = look.columns;
        }
        for sql in plan.stages() {
            shared.step(name, link.run(sql)).await?;
        }
        let most = shared.step(name, shared.engine.most_bytes(&mut *link)).await?;
        let last = match load {
            // Only what was applied is known to be there; a replacement starts anew.
            Load::Apply => look.stored.filter(|stored| stored.run == run).map_or(0, |stored| stored.seq),
            Load::Replace => 0,
        };
        let session = Session { link, _guard: guard };
        Ok(Box::new(TableDelivery::new(shared.clone(), session, plan, table, run, load, last, most)))
    }

    async fn rows(
        &self,
        table: &TargetTable,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        slot::described(&self.0.name, table)?;
        let mut link = self.0.connect().await?;
        let (place, look) = self.0.look(&mut *link, table).await?;
        if look.fit.creates || look.columns.len() != table.columns.len() {
            return Err(errors::misfits(&self.0.name, &table.table, &look.fit.misfits));
        }
        let plan = Plan::new(E::DIALECT, place, look.columns, table);
        let (sender, receiver) = mpsc::channel(2);
        let (shared, table) = (self.0.clone(), table.clone());
        tokio::spawn(async move {
            if let Err(error) = read(&shared, link, plan.read(), &table, &sender).await {
                // No receiver means that nobody waits for the error.
                let _ = sender.send(Err(error)).await;
            }
        });
        Ok(ReceiverStream::new(receiver).boxed())
    }

    async fn held(&self, table: &TargetTable, limit: usize) -> Result<Vec<HeldRow>, SourceError> {
        slot::described(&self.0.name, table)?;
        let mut link = self.0.connect().await?;
        let (place, look) = self.0.look(&mut *link, table).await?;
        if !look.booked {
            return Ok(Vec::new());
        }
        let plan = Plan::new(E::DIALECT, place, Vec::new(), table);
        let sql = format!(
            "SELECT row_key, reasons, `row` FROM {} WHERE subscription = {} ORDER BY row_key LIMIT {limit}",
            plan.place.held,
            plan.literal(&table.subscription)
        );
        let rows = self.0.step(&table.table, all(&mut *link, sql)).await?;
        Ok(rows
            .iter()
            .map(|row| HeldRow { key: text(row, 0), reasons: text(row, 1), row: text(row, 2) })
            .collect())
    }
}

async fn read<E: Engine>(
    shared: &Shared<E>,
    mut link: Box<dyn Link>,
    sql: String,
    table: &TargetTable,
    sender: &mpsc::Sender<Result<RecordBatch, SourceError>>,
) -> Result<(), SourceError> {
    let name = &table.table;
    let failed = || errors::failed(&shared.name, name);
    let schema = text_schema(table.columns.iter().map(|column| column.name.as_str()));
    let mut batch = BatchBuilder::new(&schema);
    let mut rows = link.fetch(sql);
    while let Some(row) = shared.step(name, rows.try_next()).await? {
        for (at, (column, value)) in table.columns.iter().zip(&row).enumerate() {
            let shown = value.as_deref().map(|value| standard(column.holds, value));
            batch.push(at, &shown.map_or(Cell::Null, Cell::Owned)).map_err(|_| failed())?;
        }
        batch.end_row();
        if batch.rows() == BATCH {
            let full = batch.finish().map_err(|error| failed().because(error))?;
            if sender.send(Ok(full)).await.is_err() {
                return Ok(());
            }
        }
    }
    if batch.rows() > 0 {
        let last = batch.finish().map_err(|error| failed().because(error))?;
        let _ = sender.send(Ok(last)).await;
    }
    Ok(())
}

/// The normal form of what an engine gives. What is no value of its kind stays as it is written and so differs.
fn standard(holds: TargetType, value: &str) -> String {
    if let Some(plain) = normal(holds, value) {
        return plain.into_owned();
    }
    let number = matches!(holds, TargetType::Decimal | TargetType::Integer);
    // A floating-point column may write an exponent.
    match value.parse::<f64>() {
        Ok(float) if number && float.is_finite() => {
            let mut plain = String::new();
            match write_float(float, &mut plain) {
                Ok(()) => normal(holds, &plain).map_or_else(|| value.to_owned(), |text| text.into_owned()),
                Err(_) => value.to_owned(),
            }
        }
        _ => value.to_owned(),
    }
}
