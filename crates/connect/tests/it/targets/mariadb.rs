//! Deliveries into MariaDB, a real server.

use std::sync::Arc;

use connect::{
    Target,
    TargetType::{Boolean, Date, Decimal, Integer, Text, Timestamp},
};

use super::{
    support::{applying, by_key, content, counts, described, line, lines, replace, rows, target},
    tables::Sql as _,
};
use crate::support::{Outcome, code};

/// A target of its own, and the place behind it.
pub async fn fresh() -> anyhow::Result<(testbed::Database, Arc<dyn Target>)> {
    let server = testbed::shared_mariadb().await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='mariadb'\nurl='{}'\nlock_timeout_ms=300", database.url()));
    Ok((database, target))
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
