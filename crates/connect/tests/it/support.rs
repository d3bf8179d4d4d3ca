//! What the tests share.

use std::sync::Arc;

use arrow::{
    array::{Array as _, AsArray as _},
    record_batch::RecordBatch,
};
use connect::{After, Lookup, Scan, Source, SourceConfig, SourceError, TableInfo, Values};
use futures::TryStreamExt as _;

/// The result of a test whose preparation may fail.
pub type Outcome = anyhow::Result<()>;

/// A source from the text of its configuration.
pub fn source(toml: &str) -> Arc<dyn Source> {
    let config: SourceConfig = toml::from_str(toml).expect("configuration");
    connect::open("test", &config).expect("source")
}

/// The texts of a batch of text columns.
pub fn texts(batch: &RecordBatch) -> Vec<Vec<Option<String>>> {
    (0..batch.num_rows())
        .map(|row| {
            let cell = |column: &arrow::array::ArrayRef| {
                let column = column.as_string::<i32>();
                column.is_valid(row).then(|| column.value(row).to_owned())
            };
            batch.columns().iter().map(cell).collect()
        })
        .collect()
}

/// Strings of literals.
pub fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Looks up and gives the texts; null shows as `∅`.
pub async fn lookup(
    source: &dyn Source,
    table: &str,
    key: &str,
    values: &[&str],
    columns: &[&str],
) -> Result<Vec<Vec<String>>, SourceError> {
    let (key_values, columns) = (strings(values), strings(columns));
    let request = Lookup { table, key_column: key, key_values: &key_values, columns: &columns, limit: 100 };
    let batch = source.lookup(&request).await?;
    assert_eq!(batch.num_columns(), columns.len());
    let shown = |cell: Option<String>| cell.unwrap_or_else(|| "∅".to_owned());
    Ok(texts(&batch).into_iter().map(|row| row.into_iter().map(shown).collect()).collect())
}

/// Reads a table to its end.
pub async fn read(source: &dyn Source, table: &str, values: Values) -> Result<Vec<RecordBatch>, SourceError> {
    let scan = Scan { table, columns: &[], batch_rows: 1000, values, after: None };
    source.stream(&scan).await?.try_collect().await
}

/// What has changed by a watermark column; null shows as `∅`.
pub async fn after(
    source: &dyn Source,
    table: &str,
    columns: &[&str],
    column: &str,
    value: Option<&str>,
) -> Result<Vec<Vec<String>>, SourceError> {
    let columns = strings(columns);
    let after = Some(After { column, value });
    let scan = Scan { table, columns: &columns, batch_rows: 3, values: Values::Text, after };
    let batches: Vec<RecordBatch> = source.stream(&scan).await?.try_collect().await?;
    let shown = |cell: Option<String>| cell.unwrap_or_else(|| "∅".to_owned());
    Ok(batches.iter().flat_map(texts).map(|row| row.into_iter().map(shown).collect()).collect())
}

/// The table of that name.
pub async fn table(source: &dyn Source, name: &str) -> TableInfo {
    let tables = source.tables().await.expect("tables");
    let names: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
    tables.into_iter().find(|table| table.name == name).unwrap_or_else(|| panic!("{name} not in {names:?}"))
}

/// The stable code of a failure.
pub fn code<T>(result: Result<T, SourceError>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(error) => {
            assert!(!error.zh().is_empty() && !error.en().is_empty());
            error.code().as_str()
        }
    }
}

/// Everything that an error shows, with its causes.
pub fn shown(error: &SourceError) -> String {
    let mut text = format!("{error} {error:?} {}", error.zh());
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(" {inner} {inner:?}"));
        cause = inner.source();
    }
    text
}

/// Names and keys that try to become statements.
pub const ATTACKS: [&str; 8] = [
    "x' OR '1'='1",
    "x\" OR \"1\"=\"1",
    "1; DROP TABLE persons",
    "persons; --",
    "` OR 1=1 -- ",
    "\\' OR 1=1 -- ",
    "persons WHERE 1=1 UNION SELECT * FROM secrets",
    "../../../../etc/passwd",
];
