//! Reading held copies: one subject by key, or every row of some columns.

use std::fs::File;
use std::io;
use std::path::Path;

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter,
};
use plan::batch::FLAGS_COLUMN;
use standards::value::ValueKind;

/// Rows that are read at once.
const ROWS: usize = 8 * 1024;

fn parquet(error: parquet::errors::ParquetError) -> io::Error {
    io::Error::other(error)
}

fn open(path: &Path) -> io::Result<ParquetRecordBatchReaderBuilder<File>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?).map_err(parquet)?;
    Ok(builder.with_batch_size(ROWS))
}

/// Positions of the columns in the file.
fn positions(
    builder: &ParquetRecordBatchReaderBuilder<File>,
    names: &[impl AsRef<str>],
) -> io::Result<Vec<usize>> {
    let at = |name: &str| {
        let fields = builder.schema().fields();
        let at = fields.iter().position(|field| field.name() == name);
        at.ok_or_else(|| io::Error::other(format!("the copy has no column {name}")))
    };
    names.iter().map(|name| at(name.as_ref())).collect()
}

/// Every row, of these columns; they come in the order of the file.
///
/// # Errors
/// The file is gone or damaged.
pub(super) fn scan(path: &Path, names: &[impl AsRef<str>]) -> io::Result<ParquetRecordBatchReader> {
    let builder = open(path)?;
    let columns = positions(&builder, names)?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), columns);
    builder.with_projection(mask).build().map_err(parquet)
}

/// The rows of one subject, at most `limit`, with these columns and the companion column where there is one. Only row groups whose filter may have the key are read, and of
/// these the other columns only where the key fits.
///
/// # Errors
/// The file is gone or damaged.
pub(super) fn subject(
    path: &Path,
    key: &str,
    kind: &ValueKind,
    value: &str,
    names: &[impl AsRef<str>],
    limit: usize,
) -> io::Result<Vec<RecordBatch>> {
    let builder = open(path)?;
    let mut columns = positions(&builder, names)?;
    columns.extend(positions(&builder, &[FLAGS_COLUMN]).unwrap_or_default());
    let key = *positions(&builder, &[key])?.first().ok_or_else(|| io::Error::other("no key"))?;
    // Names are the same in more than one writing, which a filter cannot know.
    let exact = !matches!(kind, ValueKind::PersonName | ValueKind::EnterpriseName);
    let mut groups = Vec::new();
    for group in 0..builder.metadata().num_row_groups() {
        let filter = builder.get_row_group_column_bloom_filter(group, key).map_err(parquet)?;
        if filter.is_none_or(|filter| !exact || filter.check(value)) {
            groups.push(group);
        }
    }
    let schema = builder.parquet_schema();
    let (mask, key) = (ProjectionMask::roots(schema, columns), ProjectionMask::roots(schema, [key]));
    let (kind, value) = (kind.clone(), value.to_owned());
    let fits = ArrowPredicateFn::new(key, move |rows: RecordBatch| {
        let keys = rows.column(0).as_string::<i32>();
        Ok(BooleanArray::from_iter(
            keys.iter().map(|own| Some(own.is_some_and(|own| plan::filter::same(&kind, own, &value)))),
        ))
    });
    let builder = builder.with_row_groups(groups).with_projection(mask);
    let reader = builder.with_row_filter(RowFilter::new(vec![Box::new(fits)])).with_limit(limit).build();
    reader.map_err(parquet)?.map(|rows| rows.map_err(io::Error::other)).collect()
}

/// Columns of a batch by name, in the order asked for.
pub(super) fn texts<'b>(
    rows: &'b RecordBatch,
    names: &[impl AsRef<str>],
) -> io::Result<Vec<&'b StringArray>> {
    let column = |name: &str| {
        let column = rows.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        column.ok_or_else(|| io::Error::other(format!("column {name} is no text")))
    };
    names.iter().map(|name| column(name.as_ref())).collect()
}

/// A value, if there is one.
pub(super) fn value(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
