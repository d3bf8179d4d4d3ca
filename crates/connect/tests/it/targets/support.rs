//! What the tests of deliveries share.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, StringArray},
    datatypes::{DataType, Field, Schema},
    record_batch::RecordBatch,
};
use connect::{
    Counts, Delivery, Load, Portion, SourceError, Target, TargetColumn, TargetConfig, TargetTable, TargetType,
};
use futures::TryStreamExt as _;

use crate::support::texts;

/// A row; null shows as `None`.
pub type Line = Vec<Option<String>>;

/// A target from the text of its configuration.
pub fn target(toml: &str) -> Arc<dyn Target> {
    let config: TargetConfig = toml::from_str(toml).expect("configuration");
    connect::open_target("投递", &config).expect("target")
}

/// A row of literals; `∅` is null.
pub fn line(values: &[&str]) -> Line {
    values.iter().map(|value| (*value != "∅").then(|| (*value).to_owned())).collect()
}

/// Rows of literals.
pub fn lines(rows: &[&[&str]]) -> Vec<Line> {
    rows.iter().map(|row| line(row)).collect()
}

/// A batch of nullable text columns.
pub fn batch(names: &[&str], rows: &[Line]) -> RecordBatch {
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    let columns: Vec<ArrayRef> = (0..names.len())
        .map(|at| Arc::new(rows.iter().map(|row| row[at].as_deref()).collect::<StringArray>()) as ArrayRef)
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("batch")
}

/// A table with a column of every type.
pub fn everything(table: &str) -> TargetTable {
    use TargetType::{Boolean, Date, Decimal, Integer, Text, Timestamp};
    described(
        table,
        &[
            ("编号", Text),
            ("no", Integer),
            ("name \"x\"", Text),
            ("born", Date),
            ("seen", Timestamp),
            ("amount", Decimal),
            ("many", Integer),
            ("ok", Boolean),
        ],
        &["编号", "no"],
    )
}

/// A table of these columns.
pub fn described(table: &str, columns: &[(&str, TargetType)], key: &[&str]) -> TargetTable {
    let column = |(name, holds): &(&str, TargetType)| TargetColumn {
        name: (*name).to_owned(),
        holds: *holds,
        comment: format!("{name}的说明 it's"),
        companion: false,
    };
    TargetTable {
        subscription: format!(
            "sub-{}",
            table.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-")
        ),
        table: table.to_owned(),
        comment: "家庭 'x'".to_owned(),
        columns: columns.iter().map(column).collect(),
        key: key.iter().map(|key| (*key).to_owned()).collect(),
        adopt: false,
    }
}

/// Rows for [`everything`] with what is hard to carry.
pub fn hard() -> Vec<Line> {
    lines(&[
        &["张三", "1", "O'Brien \"q\" \\ `b`", "1990-03-07", "2024-01-05T08:30:00", "-12.5", "42", "true"],
        &[
            "李四",
            "2",
            "𠮷野家😀\n\t,;",
            "0001-01-01",
            "2024-01-05T08:30:00.25",
            "0",
            "-9223372036854775808",
            "false",
        ],
        &["王五", "3", "∅", "∅", "∅", "∅", "∅", "∅"],
        &[
            "王五",
            "4",
            "",
            "9999-12-31",
            "9999-12-31T23:59:59",
            "1234567890.0000001",
            "9223372036854775807",
            "true",
        ],
        &[
            "x' OR '1'='1",
            "-5",
            "'); DROP TABLE t; --",
            "2024-02-29",
            "1969-12-31T23:59:59",
            "100",
            "0",
            "false",
        ],
    ])
}

/// A portion of rows.
pub fn rows(table: &TargetTable, seq: u64, rows: &[Line]) -> Portion {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    Portion { seq, position: format!("position {seq}"), rows: batch(&names, rows), deleted: None, held: None }
}

/// A portion of rows and deleted keys.
pub fn change(table: &TargetTable, seq: u64, new: &[Line], deleted: &[Line]) -> Portion {
    let names: Vec<&str> = table.key.iter().map(String::as_str).collect();
    Portion { deleted: Some(batch(&names, deleted)), ..rows(table, seq, new) }
}

/// The same portion with rows held back.
pub fn holding(portion: Portion, held: &[&[&str]]) -> Portion {
    Portion { held: Some(batch(&["row_key", "reasons", "row"], &lines(held))), ..portion }
}

/// Replaces a table in portions of the given size.
pub async fn replace(
    target: &dyn Target,
    table: &TargetTable,
    run: &str,
    all: &[Line],
    size: usize,
) -> Result<Counts, SourceError> {
    let mut delivery = target.begin(table, run, Load::Replace).await?;
    for (at, some) in all.chunks(size.max(1)).enumerate() {
        assert_eq!(delivery.write(rows(table, at as u64 + 1, some)).await?, Counts::default());
    }
    delivery.finish(&format!("end of {run}")).await
}

/// Begins applying.
pub async fn applying(
    target: &dyn Target,
    table: &TargetTable,
    run: &str,
) -> Result<Box<dyn Delivery>, SourceError> {
    target.begin(table, run, Load::Apply).await
}

/// What the table holds, by key.
pub async fn content(
    target: &dyn Target,
    table: &TargetTable,
) -> Result<BTreeMap<Vec<String>, Line>, SourceError> {
    let places: Vec<usize> =
        table.key.iter().filter_map(|key| table.columns.iter().position(|c| c.name == *key)).collect();
    let batches: Vec<RecordBatch> = target.rows(table).await?.try_collect().await?;
    let mut found = BTreeMap::new();
    for row in batches.iter().flat_map(texts) {
        let key = places.iter().map(|at| row[*at].clone().expect("key")).collect();
        assert!(found.insert(key, row).is_none(), "a key is there twice");
    }
    Ok(found)
}

/// These rows by key.
pub fn by_key(table: &TargetTable, rows: &[Line]) -> BTreeMap<Vec<String>, Line> {
    let places: Vec<usize> =
        table.key.iter().filter_map(|key| table.columns.iter().position(|c| c.name == *key)).collect();
    rows.iter()
        .map(|row| (places.iter().map(|at| row[*at].clone().expect("key")).collect(), row.clone()))
        .collect()
}

/// Counts in the order inserted, updated, deleted, unchanged, held.
pub fn counts(counts: Counts) -> [u64; 5] {
    [counts.inserted, counts.updated, counts.deleted, counts.unchanged, counts.held]
}
