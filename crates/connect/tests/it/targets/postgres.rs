//! Deliveries into PostgreSQL, a real server.

use std::sync::Arc;

use connect::Target;

use super::{
    cases, model,
    support::{everything, hard, replace, target},
    tables::{self, Sql},
};
use crate::support::Outcome;

async fn fresh() -> anyhow::Result<(testbed::Database, Arc<dyn Target>)> {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='postgres'\nurl='{}'\nlock_timeout_ms=300", database.url()));
    Ok((database, target))
}

impl Sql for testbed::Database {
    async fn sql(&self, sql: &str) -> anyhow::Result<String> {
        if self.url().starts_with("mysql") {
            testbed::shared_mariadb().await?.sql_in(self.name(), sql).await
        } else {
            testbed::shared_postgres().await?.psql_in(self.name(), sql).await
        }
    }
}

/// Every type, null and hard characters come back as they went in, over the direct way, the merging way and both ways
/// of applying; counts are exact and the position is stored.
#[tokio::test]
async fn round_trips() -> Outcome {
    let (_place, target) = fresh().await?;
    cases::round_trips(&*target).await
}

/// A key that comes again is held back with its reason, in every way of replacing; the first occurrence stays.
#[tokio::test]
async fn duplicates_are_held() -> Outcome {
    let (_place, target) = fresh().await?;
    cases::duplicates_are_held(&*target).await
}

/// Rows held back by whoever delivers are kept with the run that held them, and are seen with its rows only.
#[tokio::test]
async fn held_rows_are_kept() -> Outcome {
    let (_place, target) = fresh().await?;
    cases::held_rows_are_kept(&*target).await
}

/// A delivery that is dropped at any step leaves the old rows, position and held rows, and the next one succeeds.
#[tokio::test]
async fn dropped_deliveries_leave_nothing() -> Outcome {
    let (_place, target) = fresh().await?;
    cases::dropped_deliveries_leave_nothing(&*target, false).await
}

/// While one delivery of a subscription runs, a second one is refused; another subscription is not.
#[tokio::test]
async fn one_delivery_at_a_time() -> Outcome {
    let (_place, target) = fresh().await?;
    cases::one_delivery_at_a_time(&*target).await
}

/// A portion that was applied already is skipped when its run goes on, also after the process was killed.
#[tokio::test]
async fn runs_go_on() -> Outcome {
    let (_place, target) = fresh().await?;
    cases::runs_go_on(&*target).await
}

/// Names for people become comments.
#[tokio::test]
async fn comments_are_kept() -> Outcome {
    let (database, target) = fresh().await?;
    replace(&*target, &everything("人口 t"), "r1", &hard(), 2).await?;
    let sql = "SELECT obj_description('\"人口 t\"'::regclass), col_description('\"人口 t\"'::regclass, 1)";
    assert_eq!(database.sql(sql).await?, "家庭 'x'|编号的说明 it's");
    Ok(())
}

/// Everything that does not fit is named at once, with its column and in both languages, and nothing is changed.
#[tokio::test]
async fn misfits_are_named() -> Outcome {
    let (place, target) = fresh().await?;
    tables::misfits_are_named(&*target, &place).await
}

/// A table of the department takes rows beside columns of its own, which are left alone; rows that were there are only
/// taken over when that was allowed.
#[tokio::test]
async fn tables_of_the_department() -> Outcome {
    let (place, target) = fresh().await?;
    tables::tables_of_the_department(&*target, &place).await
}

/// A table without an index on its key gets one, or rows would be looked for one by one.
#[tokio::test]
async fn keys_get_an_index() -> Outcome {
    let (place, target) = fresh().await?;
    tables::keys_get_an_index(&*target, &place).await
}

/// A constraint of the department that is broken refuses the whole portion or replacement: its name is told, rows and
/// position stay as they were, and the next delivery succeeds.
#[tokio::test]
async fn constraints_refuse() -> Outcome {
    let (place, target) = fresh().await?;
    tables::constraints_refuse(&*target, &place).await
}

/// A value that a column cannot hold is refused with column, portion and row, never cut or rounded, and never shown.
#[tokio::test]
async fn values_must_fit() -> Outcome {
    let (place, target) = fresh().await?;
    tables::values_must_fit(&*target, &place).await
}

/// When the department dropped the table, nothing is known any more: everything is delivered anew.
#[tokio::test]
async fn dropped_tables_start_anew() -> Outcome {
    let (place, target) = fresh().await?;
    tables::dropped_tables_start_anew(&*target, &place).await
}

/// Whatever is replaced, broken off and applied: the table holds what a map would hold, and the counts are those of it.
#[tokio::test]
async fn any_sequence_ends_like_a_map() -> Outcome {
    let (_place, target) = fresh().await?;
    model::any_sequence_ends_like_a_map(&*target, 60).await
}

/// Numbers, dates and times of any size come back as they went in, by COPY and by arrays alike.
#[tokio::test]
async fn any_number_is_carried() -> Outcome {
    let (_place, target) = fresh().await?;
    model::any_number_is_carried(&*target).await
}
