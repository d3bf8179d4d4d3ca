//! Deliveries into SQLite.

use std::sync::Arc;

use connect::{
    Target,
    TargetType::{Boolean, Date, Decimal, Integer, Text, Timestamp},
};

use super::{
    cases, model,
    support::{applying, by_key, content, counts, described, line, lines, replace, rows, target},
    tables::{self, Sql},
};
use crate::support::{Outcome, code};
use sqlx::{Connection as _, Executor as _, Row as _};

impl Sql for tempfile::TempDir {
    async fn sql(&self, sql: &str) -> anyhow::Result<String> {
        let url = format!("sqlite://{}?mode=rwc", self.path().join("t.db").display());
        let mut conn = sqlx::SqliteConnection::connect(&url).await?;
        let rows = conn.fetch_all(sqlx::AssertSqlSafe(sql)).await?;
        conn.close().await?;
        let shown = rows.iter().map(|row| row.try_get_unchecked::<String, _>(0));
        Ok(shown.collect::<Result<Vec<_>, _>>()?.join("\n"))
    }
}

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

/// Declared types of the department that hold the same values take them and give them back in the same form; keys that
/// the table's collation takes for the same are held; what binary floating point would change is refused.
#[tokio::test]
async fn kindred_types_hold_the_same() -> Outcome {
    let (place, target) = fresh().await?;
    place
        .sql(
            "CREATE TABLE kin (id VARCHAR(20) COLLATE NOCASE PRIMARY KEY, born DATE, seen DATETIME, amount NUMERIC(12,2),
                 rate REAL, n INTEGER, ok INT, said TEXT, any)",
        )
        .await?;
    let columns = [
        ("id", Text),
        ("born", Date),
        ("seen", Timestamp),
        ("amount", Decimal),
        ("rate", Decimal),
        ("n", Integer),
        ("ok", Boolean),
        ("said", Boolean),
        ("any", Text),
    ];
    let table = described("kin", &columns, &["id"]);
    let all = lines(&[
        &[
            "a",
            "2024-01-05",
            "2024-01-05T08:30:00.25",
            "-12.5",
            "0.00001",
            "-9223372036854775808",
            "true",
            "true",
            "007",
        ],
        &["b", "∅", "∅", "100", "123456789012345", "0", "false", "false", "1e3"],
    ]);
    for run in ["r1", "r2"] {
        replace(&*target, &table, run, &all, 1).await?;
        assert_eq!(content(&*target, &table).await?, by_key(&table, &all));
    }
    let mut delivery = applying(&*target, &table, "r3").await?;
    assert_eq!(counts(delivery.write(rows(&table, 1, &all)).await?), [0, 0, 0, 2, 0]);
    let mut other = all.clone();
    other[1][0] = Some("B".to_owned());
    assert_eq!(counts(delivery.write(rows(&table, 2, &other)).await?), [0, 1, 0, 1, 0]);
    assert_eq!(content(&*target, &table).await?, by_key(&table, &other));
    let mut long = all[0].clone();
    long[3] = Some("1234567890.123456".to_owned());
    assert_eq!(code(delivery.write(rows(&table, 3, &[long])).await), "target.value");
    let twice = [other[0].clone(), line(&["A", "∅", "∅", "∅", "∅", "∅", "∅", "∅", "∅"])];
    assert_eq!(counts(replace(&*target, &table, "r4", &twice, 2).await?), [0, 0, 1, 1, 1]);
    let digits = described("kin", &[("id", Text), ("amount", Text)], &["id"]);
    let digits = connect::TargetTable { subscription: table.subscription, ..digits };
    assert_eq!(target.fit(&digits).await?.misfits[0].code, "target.type");
    Ok(())
}
