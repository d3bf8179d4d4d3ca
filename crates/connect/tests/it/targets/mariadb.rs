//! Deliveries into MariaDB, a real server.

use std::sync::Arc;

use connect::{
    Target,
    TargetType::{Boolean, Date, Decimal, Integer, Text, Timestamp},
};

use super::{
    cases, model,
    support::{applying, by_key, content, counts, described, line, lines, replace, rows, target},
    tables::{self, Sql as _},
};
use crate::support::{Outcome, code};

async fn fresh() -> anyhow::Result<(testbed::Database, Arc<dyn Target>)> {
    let server = testbed::shared_mariadb().await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='mariadb'\nurl='{}'\nlock_timeout_ms=300", database.url()));
    Ok((database, target))
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

/// Types of the department that hold the same values take them and give them back in the same form, in other character
/// sets too; keys that the table's collation takes for the same are held.
#[tokio::test]
async fn kindred_types_hold_the_same() -> Outcome {
    let (place, target) = fresh().await?;
    place
        .sql(
            "CREATE TABLE kin (id varchar(20) COLLATE utf8mb4_general_ci PRIMARY KEY, name varchar(40) CHARACTER SET gbk,
                 born char(10), seen timestamp(2) NULL, amount double, many decimal(20), n int unsigned, ok varchar(5))",
        )
        .await?;
    let columns = [
        ("id", Text),
        ("name", Text),
        ("born", Date),
        ("seen", Timestamp),
        ("amount", Decimal),
        ("many", Integer),
        ("n", Integer),
        ("ok", Boolean),
    ];
    let table = described("kin", &columns, &["id"]);
    let all = lines(&[
        &[
            "a",
            "汉字 ",
            "2024-01-05",
            "2024-01-05T08:30:00.25",
            "-12.5",
            "9223372036854775807",
            "4294967295",
            "true",
        ],
        &["b", "A", "∅", "∅", "0.00001", "∅", "0", "false"],
    ]);
    for run in ["r1", "r2"] {
        replace(&*target, &table, run, &all, 1).await?;
        assert_eq!(content(&*target, &table).await?, by_key(&table, &all));
    }
    let mut delivery = applying(&*target, &table, "r3").await?;
    assert_eq!(counts(delivery.write(rows(&table, 1, &all)).await?), [0, 0, 0, 2, 0]);
    // Only the case differs, which the collation does not see and we do.
    let mut other = all.clone();
    other[0][1] = Some("汉字".to_owned());
    other[1] = line(&["B", "a", "∅", "∅", "0.00001", "∅", "0", "false"]);
    assert_eq!(counts(delivery.write(rows(&table, 2, &other)).await?), [0, 2, 0, 0, 0]);
    assert_eq!(content(&*target, &table).await?, by_key(&table, &other));
    let beyond = lines(&[&["c", "x", "∅", "2039-01-01T00:00:00", "∅", "∅", "∅", "∅"]]);
    assert_eq!(code(delivery.write(rows(&table, 3, &beyond)).await), "target.value");
    let beyond = lines(&[&["c", "😀", "∅", "∅", "∅", "∅", "∅", "∅"]]);
    assert_eq!(code(replace(&*target, &table, "r4", &beyond, 1).await), "target.value");
    let twice = [other[0].clone(), line(&["A", "x", "∅", "∅", "∅", "∅", "∅", "∅"])];
    assert_eq!(counts(replace(&*target, &table, "r5", &twice, 2).await?), [0, 0, 1, 1, 1]);
    assert_eq!(place.sql("SET time_zone = '+00:00'; SELECT seen FROM kin").await?, "2024-01-05 00:30:00.25");
    Ok(())
}
