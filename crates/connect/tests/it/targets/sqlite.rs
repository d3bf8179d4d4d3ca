//! Deliveries into SQLite.

use std::sync::Arc;

use connect::Target;

use super::{cases, support::target};
use crate::support::Outcome;

async fn fresh() -> anyhow::Result<(tempfile::TempDir, Arc<dyn Target>)> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("t.db");
    let target = target(&format!("kind='sqlite'\npath='{}'\nlock_timeout_ms=300", path.display()));
    Ok((dir, target))
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
    cases::dropped_deliveries_leave_nothing(&*target, true).await
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
