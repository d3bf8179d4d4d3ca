//! Deliveries into SQLite.

use std::sync::Arc;

use connect::{
    Target,
    TargetType::{Boolean, Date, Decimal, Integer, Text, Timestamp},
};

use super::{
    support::{applying, by_key, content, counts, described, line, lines, replace, rows, target},
    tables::Sql,
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

    fn shows_made(&self) -> bool {
        true
    }
}

/// A target of its own, and the place behind it.
pub async fn fresh() -> anyhow::Result<(tempfile::TempDir, Arc<dyn Target>)> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("t.db");
    let target = target(&format!("kind='sqlite'\npath='{}'\nlock_timeout_ms=300", path.display()));
    Ok((dir, target))
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
