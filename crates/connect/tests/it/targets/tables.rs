//! What holds for every database whose table the department made itself.

use std::future::Future;

use connect::{Load, Target, TargetTable, TargetType};

use super::support::{applying, by_key, content, counts, described, line, lines, replace, rows};
use crate::support::{Outcome, code};

use TargetType::{Date, Integer, Text};

/// Runs a statement as the department would, and gives what it shows.
pub trait Sql {
    /// Runs it.
    fn sql(&self, sql: &str) -> impl Future<Output = anyhow::Result<String>>;

    /// Whether a table that was made is there although the delivery that made it was dropped.
    fn shows_made(&self) -> bool;
}

fn codes(fit: &connect::Fit) -> Vec<(String, String)> {
    let mut codes: Vec<_> = fit.misfits.iter().map(|one| (one.code.clone(), one.column.clone())).collect();
    codes.sort();
    codes
}

fn people(table: &str) -> TargetTable {
    described(table, &[("id", Text), ("name", Text), ("n", Integer)], &["id"])
}

/// Everything that does not fit is named at once, with its column and in both languages, and nothing is changed.
pub async fn misfits_are_named(target: &dyn Target, place: &impl Sql) -> Outcome {
    place.sql("CREATE TABLE narrow (id varchar(20) PRIMARY KEY, n int, must varchar(5) NOT NULL)").await?;
    place.sql("INSERT INTO narrow VALUES ('theirs', 1, 'x')").await?;
    let table = described("narrow", &[("id", Text), ("name", Text), ("n", Date)], &["id"]);
    let fit = target.fit(&table).await?;
    let expected = [
        ("target.column_missing", "name"),
        ("target.not_null", "must"),
        ("target.rows_not_ours", ""),
        ("target.type", "n"),
    ];
    assert_eq!(codes(&fit), expected.map(|(code, column)| (code.to_owned(), column.to_owned())));
    assert_eq!((fit.creates, fit.rows), (false, 1));
    let error = target.begin(&table, "r1", Load::Replace).await.map(drop).unwrap_err();
    assert_eq!(error.code().as_str(), "target.misfit");
    for misfit in &fit.misfits {
        assert!(error.zh().contains(&misfit.zh) && error.en().contains(&misfit.en), "{misfit:?}");
    }
    assert_eq!(place.sql("SELECT id FROM narrow").await?, "theirs");
    place.sql("CREATE VIEW seen AS SELECT id FROM narrow").await?;
    let view = described("seen", &[("id", Text)], &["id"]);
    assert_eq!(codes(&target.fit(&view).await?), [("target.not_a_table".to_owned(), String::new())]);
    let mine = people("shared");
    replace(target, &mine, "r1", &lines(&[&["a", "b", "1"]]), 9).await?;
    let other = TargetTable { subscription: "another".to_owned(), adopt: true, ..mine };
    assert_eq!(codes(&target.fit(&other).await?), [("target.other_subscription".to_owned(), String::new())]);
    Ok(())
}

/// A table of the department takes rows beside columns of its own, which are left alone; rows that were there are only
/// taken over when that was allowed.
pub async fn tables_of_the_department(target: &dyn Target, place: &impl Sql) -> Outcome {
    place
        .sql("CREATE TABLE wide (note varchar(20), n int, name varchar(10), id varchar(20) PRIMARY KEY)")
        .await?;
    let table = people("wide");
    replace(target, &table, "r1", &lines(&[&["a", "甲", "1"], &["b", "乙", "∅"]]), 9).await?;
    place.sql("UPDATE wide SET note = 'kept'").await?;
    let next = lines(&[&["a", "甲二", "2"], &["b", "乙", "∅"], &["c", "丙", "3"]]);
    assert_eq!(counts(replace(target, &table, "r2", &next, 9).await?), [1, 1, 0, 1, 0]);
    let mut delivery = applying(target, &table, "r3").await?;
    let more = lines(&[&["b", "乙二", "9"]]);
    assert_eq!(counts(delivery.write(rows(&table, 1, &more)).await?), [0, 1, 0, 0, 0]);
    drop(delivery);
    assert_eq!(place.sql("SELECT count(*) FROM wide WHERE note = 'kept'").await?, "2");
    let adopted = TargetTable { adopt: true, ..people("theirs") };
    place.sql("CREATE TABLE theirs (id varchar(20) PRIMARY KEY, name varchar(10), n int)").await?;
    place.sql("INSERT INTO theirs VALUES ('a', 'old', 1), ('z', 'old', 1)").await?;
    let rows = lines(&[&["a", "new", "1"]]);
    assert_eq!(counts(replace(target, &adopted, "r1", &rows, 9).await?), [0, 1, 1, 0, 0]);
    assert_eq!(content(target, &adopted).await?, by_key(&adopted, &rows));
    assert!(target.fit(&people("theirs")).await?.misfits.is_empty());
    Ok(())
}

/// A table without an index on its key gets one, or rows would be looked for one by one.
pub async fn keys_get_an_index(target: &dyn Target, place: &impl Sql) -> Outcome {
    place.sql("CREATE TABLE keyless (id varchar(20) NOT NULL, name varchar(10), n int)").await?;
    let table = people("keyless");
    replace(target, &table, "r1", &lines(&[&["a", "甲", "1"]]), 9).await?;
    assert!(place.sql("INSERT INTO keyless VALUES ('a', 'again', 1)").await.is_err());
    assert_eq!(
        counts(replace(target, &table, "r2", &lines(&[&["a", "甲", "1"]]), 9).await?),
        [0, 0, 0, 1, 0]
    );
    Ok(())
}

/// A constraint of the department that is broken refuses the whole portion or replacement: its name is told, rows and
/// position stay as they were, and the next delivery succeeds.
pub async fn constraints_refuse(target: &dyn Target, place: &impl Sql) -> Outcome {
    place
        .sql("CREATE TABLE checked (id varchar(20) PRIMARY KEY, name varchar(10), n int, CONSTRAINT positive CHECK (n > 0))")
        .await?;
    let table = people("checked");
    let good = lines(&[&["a", "甲", "1"], &["b", "乙", "2"]]);
    replace(target, &table, "r1", &good, 9).await?;
    let before = (content(target, &table).await?, target.stored(&table).await?);
    let bad = lines(&[&["c", "丙", "3"], &["a", "甲", "-1"]]);
    let error = replace(target, &table, "r2", &bad, 9).await.unwrap_err();
    assert_eq!(error.code().as_str(), "target.refused");
    assert!(error.zh().contains("positive") && error.en().contains("positive"), "{error}");
    assert_eq!((content(target, &table).await?, target.stored(&table).await?), before);
    let mut delivery = applying(target, &table, "r3").await?;
    assert_eq!(code(delivery.write(rows(&table, 1, &bad)).await), "target.refused");
    assert_eq!(code(delivery.write(rows(&table, 2, &good)).await), "source.down");
    drop(delivery);
    assert_eq!((content(target, &table).await?, target.stored(&table).await?), before);
    assert_eq!(counts(replace(target, &table, "r4", &good, 9).await?), [0, 0, 0, 2, 0]);
    Ok(())
}

/// A value that a column cannot hold is refused with column, portion and row, never cut or rounded, and never shown.
pub async fn values_must_fit(target: &dyn Target, place: &impl Sql) -> Outcome {
    place
        .sql("CREATE TABLE tight (id varchar(20) PRIMARY KEY, name varchar(3), n smallint, d decimal(6,2))")
        .await?;
    let table = described(
        "tight",
        &[("id", Text), ("name", Text), ("n", Integer), ("d", TargetType::Decimal)],
        &["id"],
    );
    let good = lines(&[&["a", "三个字", "32767", "-9999.99"]]);
    replace(target, &table, "r1", &good, 9).await?;
    for (bad, column) in [
        (["b", "四个字啊", "1", "1"], "name"),
        (["b", "x", "32768", "1"], "\"n\""),
        (["b", "x", "1", "0.001"], "\"d\""),
        (["b", "x", "1", "10000"], "\"d\""),
        (["b", "x", "12a", "1"], "\"n\""),
        (["b", "x\0", "1", "1"], "name"),
        (["∅", "x", "1", "1"], "\"id\""),
    ] {
        for load in [Load::Replace, Load::Apply] {
            let mut delivery = target.begin(&table, "bad", load).await?;
            let portion = rows(&table, 7, &[good[0].clone(), line(&bad)]);
            let failed = match delivery.write(portion).await {
                Ok(_) => delivery.finish("p").await,
                failed => failed,
            };
            let error = failed.expect_err(column);
            assert_eq!(error.code().as_str(), "target.value", "{bad:?} {error}");
            assert!(error.en().contains(column) && error.en().contains("row 2 of portion 7"), "{error}");
            assert!(!error.en().contains(bad[1]) || bad[1] == "x", "{error}");
        }
        assert_eq!(content(target, &table).await?, by_key(&table, &good));
    }
    Ok(())
}

/// When the department dropped the table, nothing is known any more: everything is delivered anew.
pub async fn dropped_tables_start_anew(target: &dyn Target, place: &impl Sql) -> Outcome {
    let table = people("gone");
    let all = lines(&[&["a", "甲", "1"]]);
    replace(target, &table, "r1", &all, 9).await?;
    place.sql("DROP TABLE gone").await?;
    assert_eq!(target.stored(&table).await?, None);
    let other = TargetTable { subscription: "heir".to_owned(), ..table.clone() };
    assert_eq!(counts(replace(target, &other, "r1", &all, 9).await?), [1, 0, 0, 0, 0]);
    assert_eq!(target.stored(&table).await?, None);
    Ok(())
}
