//! Deliveries into PostgreSQL, a real server.

use std::sync::Arc;

use connect::Target;

use super::{
    cases,
    support::{everything, hard, replace, target},
};
use crate::support::Outcome;

async fn fresh() -> anyhow::Result<(testbed::Database, Arc<dyn Target>)> {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='postgres'\nurl='{}'\nlock_timeout_ms=300", database.url()));
    Ok((database, target))
}

async fn psql(database: &testbed::Database, sql: &str) -> anyhow::Result<String> {
    testbed::shared_postgres().await?.psql_in(database.name(), sql).await
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
    assert_eq!(psql(&database, sql).await?, "家庭 'x'|编号的说明 it's");
    Ok(())
}
