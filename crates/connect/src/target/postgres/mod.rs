//! PostgreSQL as a target.
//!
//! Rows go as binary COPY. A replacement of a table that is not there yet is copied straight into it and gets its key
//! afterwards; one of a table that has rows is copied beside it into a temporary table, which nobody else sees and which
//! goes with the session, and merged by one transaction. Changes go portion by portion, small ones in one round trip.

mod delivery;
mod encode;
mod look;
mod merge;
mod pipe;
mod plan;
mod rows;
mod session;

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Row as _};

use arrow::record_batch::RecordBatch;

use self::{
    delivery::{PgDelivery, Way},
    look::Look,
    plan::{HELD_STAGE, Place, Plan},
    session::Shared,
};
use super::{Delivery, Fit, HeldRow, Load, Stored, Target, TargetTable, config::ServerTarget, errors, slot};
use crate::{error::SourceError, sql::postgres::Postgres};

/// A PostgreSQL database that takes deliveries.
pub(super) struct PgTarget(Arc<Shared>);

impl PgTarget {
    pub(super) fn new(name: &str, config: &ServerTarget) -> Result<Self, SourceError> {
        let options = Postgres::options(name, &config.url, config.password.as_ref())?;
        let schema = config.schema.clone().unwrap_or_else(|| "public".to_owned());
        Ok(Self(Arc::new(Shared { name: name.to_owned(), options, schema, limits: config.limits.clone() })))
    }

    async fn session(&self) -> Result<PgConnection, SourceError> {
        self.0.connect(self.0.limits.statement()).await
    }

    async fn look(&self, conn: &mut PgConnection, table: &TargetTable) -> Result<(Place, Look), SourceError> {
        let place = Place::new(&self.0.schema, &table.table);
        let look = self.0.step(&table.table, look::look(conn, &place, table)).await?;
        Ok((place, look))
    }

    /// Takes the lock of the subscription, which the session holds to its end.
    async fn lock(
        &self,
        conn: &mut PgConnection,
        place: &Place,
        table: &TargetTable,
    ) -> Result<i32, SourceError> {
        let work = async {
            let taken = sqlx::query("SELECT pg_advisory_lock($1), pg_backend_pid()")
                .bind(place.lock(&table.subscription))
                .fetch_one(conn)
                .await;
            match taken {
                Ok(row) => row.try_get(1).map(Some),
                Err(error) if code(&error) == Some("55P03".to_owned()) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let pid = self.0.step(&table.table, work).await?;
        pid.ok_or_else(|| errors::delivering(&self.0.name, &table.subscription))
    }

    async fn book(&self, conn: &mut PgConnection, place: &Place) -> Result<(), SourceError> {
        // Two that make the same table at once would get in each other's way, even with `IF NOT EXISTS`.
        let sql =
            format!("BEGIN; SELECT pg_advisory_xact_lock({}); {}; COMMIT", place.lock(""), place.books());
        self.0.step(&place.table, conn.execute(AssertSqlSafe(sql))).await.map(drop)
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|inner| inner.code()).map(|code| code.into_owned())
}

#[async_trait]
impl Target for PgTarget {
    async fn fit(&self, table: &TargetTable) -> Result<Fit, SourceError> {
        slot::described(&self.0.name, table)?;
        let mut conn = self.session().await?;
        self.look(&mut conn, table).await.map(|(_, look)| look.fit)
    }

    async fn stored(&self, table: &TargetTable) -> Result<Option<Stored>, SourceError> {
        slot::described(&self.0.name, table)?;
        let mut conn = self.session().await?;
        self.look(&mut conn, table).await.map(|(_, look)| look.stored)
    }

    async fn begin(
        &self,
        table: &TargetTable,
        run: &str,
        load: Load,
    ) -> Result<Box<dyn Delivery>, SourceError> {
        slot::begins(&self.0.name, table, run)?;
        let shared = &self.0;
        let mut conn = self.session().await?;
        let place = Place::new(&shared.schema, &table.table);
        let pid = self.lock(&mut conn, &place, table).await?;
        let (place, look) = self.look(&mut conn, table).await?;
        if !look.fit.misfits.is_empty() {
            return Err(errors::misfits(&shared.name, &table.table, &look.fit.misfits));
        }
        if !look.booked {
            self.book(&mut conn, &place).await?;
        }
        if look.fit.creates {
            // Whoever had a table of this name that is gone has lost it.
            let sql = format!("DELETE FROM {} WHERE table_name = $1 AND subscription <> $2", place.delivery);
            let query = sqlx::query(AssertSqlSafe(sql)).bind(&place.full).bind(&table.subscription);
            shared.step(&table.table, query.execute(&mut conn)).await?;
        }
        let plan = Plan::new(place, look.columns, table);
        let mut last = 0;
        let mut statements: Vec<String> = Vec::new();
        let way = match load {
            Load::Apply => {
                if look.fit.creates {
                    statements.push(format!("BEGIN; {}; {}; COMMIT", plan.create(table), plan.add_key()));
                } else if !look.keyed {
                    statements.push(plan.add_index());
                }
                // Only what was applied is known to be there; a replacement starts anew.
                last = look.stored.filter(|stored| stored.run == run).map_or(0, |stored| stored.seq);
                Way::Apply
            }
            Load::Replace => {
                let held = HELD_STAGE.trim_start_matches("pg_temp.");
                statements
                    .push(format!("CREATE TEMP TABLE {held} (row_key text, reasons text, \"row\" text)"));
                // Rows come as slowly as the source gives them.
                statements.push("SET statement_timeout = 0".to_owned());
                if look.fit.creates {
                    statements.push("BEGIN".to_owned());
                    statements.push(plan.create(table));
                    Way::Direct
                } else {
                    if !look.keyed {
                        statements.push(plan.add_index());
                    }
                    statements.push(plan.stage(false));
                    Way::Merge
                }
            }
        };
        for sql in statements {
            shared.patient(&table.table, pid, conn.execute(AssertSqlSafe(sql))).await?;
        }
        let mut delivery = PgDelivery::new(shared.clone(), plan, table.clone(), run, way, last, (conn, pid));
        delivery.simple = look.simple;
        Ok(Box::new(delivery))
    }

    async fn rows(
        &self,
        table: &TargetTable,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        slot::described(&self.0.name, table)?;
        let mut conn = self.session().await?;
        let (place, look) = self.look(&mut conn, table).await?;
        if look.fit.creates || look.columns.len() != table.columns.len() {
            return Err(errors::misfits(&self.0.name, &table.table, &look.fit.misfits));
        }
        let plan = Plan::new(place, look.columns, table);
        self.0.step(&table.table, conn.execute("SET statement_timeout = 0")).await?;
        Ok(rows::read(self.0.clone(), conn, plan.read(), table.clone()))
    }

    async fn held(&self, table: &TargetTable, limit: usize) -> Result<Vec<HeldRow>, SourceError> {
        slot::described(&self.0.name, table)?;
        let mut conn = self.session().await?;
        let (place, look) = self.look(&mut conn, table).await?;
        if !look.booked {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT row_key, reasons, \"row\" FROM {} WHERE subscription = $1 ORDER BY row_key LIMIT $2",
            place.held
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let query = sqlx::query(AssertSqlSafe(sql)).bind(&table.subscription).bind(limit);
        let rows = self.0.step(&table.table, query.fetch_all(&mut conn)).await?;
        rows.iter()
            .map(|row| Ok(HeldRow { key: row.try_get(0)?, reasons: row.try_get(1)?, row: row.try_get(2)? }))
            .collect::<Result<_, sqlx::Error>>()
            .map_err(|error| self.0.error(&table.table, error))
    }
}
