//! MariaDB, a real server.

use std::sync::Arc;

use arrow::datatypes::DataType;
use connect::{ProfileOptions, Source, Values};
use sqlx::{Connection as _, Executor as _, MySqlConnection};

use crate::support::{ATTACKS, Outcome, code, lookup, read, source, table};

const SQL: &str = r#"
    SET sql_mode = '';
    CREATE TABLE persons (
        id varchar(18) COLLATE utf8mb4_general_ci PRIMARY KEY COMMENT '公民身份号码', `姓 ``名``` text NOT NULL,
        code char(6), t1 tinyint(1), n int, u bigint unsigned, amount decimal(20,4), f double, born date, made datetime,
        made3 datetime(3), seen timestamp NULL, y year, kind enum('甲','乙'), doc json, raw blob,
        gbk varchar(20) CHARACTER SET gbk, KEY (code), KEY (n), KEY (u), KEY (amount), KEY (born), KEY (gbk)
    ) COMMENT '人口基本信息';
    SET time_zone = '+08:00';
    INSERT INTO persons VALUES
      ('110101199003077715', '张三', 'AB', 2, 7, 18446744073709551615, 12.5, 0.1, '1990-03-07', '2024-01-05 08:30:00',
       '2024-01-05 08:30:00.250', '2024-01-05 08:30:00', 1999, '甲', '{"a": 1}', x'00ff', '汉字'),
      ('O''Brien', '李四', NULL, NULL, 123, NULL, NULL, NULL, '0000-00-00', '0000-00-00 00:00:00', '2024-01-05 08:30:00.000',
       NULL, NULL, NULL, NULL, NULL, NULL),
      ('abc', '王五', NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE VIEW adults AS SELECT id FROM persons;
    CREATE TABLE old (k varchar(20) CHARACTER SET latin1 PRIMARY KEY) CHARACTER SET latin1;
    INSERT INTO old VALUES ('x1');
"#;

async fn sample() -> anyhow::Result<(testbed::Database, Arc<dyn Source>)> {
    let server = testbed::shared_mariadb().await?;
    let database = server.create_database().await?;
    server.sql_in(database.name(), SQL).await?;
    let source = source(&format!("kind='mariadb'\nurl='{}'", database.url()));
    Ok((database, source))
}

/// Tables, views, comments, keys, indexes, types and counts.
#[tokio::test]
async fn lists() -> Outcome {
    let (_database, source) = sample().await?;
    let persons = table(&*source, "persons").await;
    assert_eq!(persons.comment.as_deref(), Some("人口基本信息"));
    assert_eq!(persons.rows.map(|count| (count.rows, count.exact)), Some((3, true)));
    let column = |name: &str| persons.columns.iter().find(|column| column.name == name).unwrap();
    assert_eq!(column("id").comment.as_deref(), Some("公民身份号码"));
    assert!(column("id").key && column("id").indexed && column("n").indexed && !column("f").indexed);
    assert_eq!(column("amount").data_type, DataType::Decimal128(20, 4));
    assert_eq!(column("u").data_type, DataType::UInt64);
    assert!(!column("姓 `名`").nullable);
    assert_eq!(table(&*source, "adults").await.form, connect::TableForm::View);
    Ok(())
}

/// Every type comes out in its canonical text, also dates that are none.
#[tokio::test]
async fn values_are_lossless() -> Outcome {
    let (_database, source) = sample().await?;
    let columns = [
        "姓 `名`",
        "code",
        "t1",
        "n",
        "u",
        "amount",
        "f",
        "born",
        "made",
        "made3",
        "seen",
        "y",
        "kind",
        "doc",
        "raw",
        "gbk",
    ];
    let rows = lookup(&*source, "persons", "id", &["110101199003077715"], &columns).await?;
    assert_eq!(
        rows,
        [[
            "张三",
            "AB",
            "2",
            "7",
            "18446744073709551615",
            "12.5000",
            "0.1",
            "1990-03-07",
            "2024-01-05T08:30:00",
            "2024-01-05T08:30:00.25",
            "2024-01-05T00:30:00Z",
            "1999",
            "甲",
            "{\"a\": 1}",
            "\\x00ff",
            "汉字"
        ]]
    );
    let rows = lookup(&*source, "persons", "id", &["O'Brien"], &["born", "made", "made3", "seen"]).await?;
    assert_eq!(rows, [["0000-00-00", "0000-00-00T00:00:00", "2024-01-05T08:30:00", "∅"]]);
    assert_eq!(code(read(&*source, "persons", Values::Typed).await), "source.value");
    assert_eq!(read(&*source, "persons", Values::Text).await?[0].num_rows(), 3);
    assert_eq!(read(&*source, "old", Values::Typed).await?[0].num_rows(), 1);
    Ok(())
}

/// Texts are not made numbers of, numbers not texts; what a collation holds for alike is told apart.
#[tokio::test]
async fn keys_match_exactly() -> Outcome {
    let (_database, source) = sample().await?;
    for (table, column, value, rows) in [
        ("persons", "n", "123", 1),
        ("persons", "n", "0123", 1),
        ("persons", "n", "123abc", 0),
        ("persons", "n", "abc", 0),
        ("persons", "n", "123.0", 0),
        ("persons", "id", "abc", 1),
        ("persons", "id", "ABC", 0),
        ("persons", "id", "0", 0),
        ("persons", "id", "O'Brien", 1),
        ("persons", "u", "18446744073709551615", 1),
        ("persons", "u", "0", 1),
        ("persons", "u", "-1", 0),
        ("persons", "amount", "12.5", 1),
        ("persons", "amount", "x", 0),
        ("persons", "born", "1990-03-07", 1),
        ("persons", "born", "", 0),
        ("persons", "kind", "甲", 1),
        ("persons", "gbk", "汉字", 1),
        ("persons", "gbk", "😀", 0),
        ("old", "k", "x1", 1),
        ("old", "k", "汉", 0),
    ] {
        let one = lookup(&*source, table, column, &[value], &[column]).await;
        assert_eq!(one.as_ref().map(Vec::len).ok(), Some(rows), "{column} {value} {one:?}");
        let several = lookup(&*source, table, column, &[value, "zz", "4242"], &[column]).await;
        assert_eq!(several.map(|found| found.len()).ok(), Some(rows), "{column} {value} among others");
    }
    assert_eq!(code(lookup(&*source, "persons", "raw", &["x"], &["id"]).await), "source.key_unsupported");
    Ok(())
}

/// The condition made for each type is one that MariaDB answers from the index: the rows it had to read
/// stay few although the table is large.
#[tokio::test]
async fn keys_use_the_index() -> Outcome {
    let (database, source) = sample().await?;
    let server = testbed::shared_mariadb().await?;
    let sql = "SET sql_mode = ''; INSERT INTO persons (id, `姓 ``名```, code, n, u, amount, born, gbk)
               SELECT CONCAT('x', seq), 'y', CONCAT('c', seq), seq + 1000, seq + 1000, seq + 100, '1950-01-01' + INTERVAL seq DAY,
                      CONCAT('字', seq) FROM seq_1_to_20000; ANALYZE TABLE persons; SET GLOBAL userstat = 1;
               FLUSH TABLE_STATISTICS";
    server.sql_in(database.name(), sql).await?;
    for (column, value) in [
        ("id", "x77"),
        ("code", "c77"),
        ("n", "1077"),
        ("u", "1077"),
        ("amount", "177"),
        ("born", "1950-03-19"),
        ("gbk", "字77"),
    ] {
        assert_eq!(lookup(&*source, "persons", column, &[value], &["id"]).await?.len(), 1, "{column}");
        assert_eq!(lookup(&*source, "persons", column, &[value, "zz"], &["id"]).await?.len(), 1, "{column}");
    }
    let read = format!(
        "SELECT COALESCE(SUM(rows_read), 0) FROM information_schema.table_statistics
          WHERE table_schema = '{}' AND table_name = 'persons'",
        database.name()
    );
    let rows: f64 = server.sql_in(database.name(), &read).await?.trim().parse()?;
    assert!(rows < 1000.0, "{rows} rows were read");
    Ok(())
}

/// What tries to become a statement stays a name that is not known, or a value that is not found.
#[tokio::test]
async fn injection_is_impossible() -> Outcome {
    let (_database, source) = sample().await?;
    for attack in ATTACKS {
        assert_eq!(code(lookup(&*source, attack, "id", &["1"], &["id"]).await), "source.table_unknown");
        assert_eq!(code(lookup(&*source, "persons", attack, &["1"], &["id"]).await), "source.column_unknown");
        assert_eq!(code(lookup(&*source, "persons", "id", &["1"], &[attack]).await), "source.column_unknown");
        assert!(lookup(&*source, "persons", "id", &[attack], &["id"]).await?.is_empty());
    }
    assert_eq!(table(&*source, "persons").await.rows.map(|count| count.rows), Some(3));
    Ok(())
}

/// Even a view that would write when it is read cannot, although the account could.
#[tokio::test]
async fn sessions_only_read() -> Outcome {
    let (database, source) = sample().await?;
    let mut conn = MySqlConnection::connect(database.url()).await?;
    for make in [
        "CREATE TABLE log (n int)",
        "CREATE FUNCTION f() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO log VALUES (1); RETURN 1; END",
        "CREATE VIEW writes AS SELECT 'k' AS k, f() AS n",
    ] {
        conn.execute(sqlx::raw_sql(make)).await?;
    }
    // In a session that only reads, MariaDB does not even describe such a view.
    assert_ne!(code(lookup(&*source, "writes", "k", &["k"], &["n"]).await), "ok");
    assert_eq!(table(&*source, "log").await.rows.map(|count| count.rows), Some(0));
    Ok(())
}

/// A profile counts over all rows; a wrong password is a matter of permission.
#[tokio::test]
async fn profiles_and_permissions() -> Outcome {
    let (database, one) = sample().await?;
    let profile = one.profile("persons", ProfileOptions::default()).await?;
    assert_eq!((profile.sampled_rows, profile.columns[2].nulls), (3, 2));
    let wrong = database.url().replacen("testbed:", "testbed:wrong", 1);
    let refused = source(&format!("kind='mysql'\nurl='{wrong}'"));
    assert_eq!(code(refused.ping().await), "source.permission");
    Ok(())
}
