//! Reading a file back, for comparison and for counts.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read as _},
};

use arrow::{
    record_batch::RecordBatch,
    util::display::{ArrayFormatter, FormatOptions},
};
use calamine::{Data, Reader as _};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Format, Place};
use crate::{
    batch::{BatchBuilder, text_schema},
    error::SourceError,
    target::{TargetTable, errors, slot::hash, values::normal},
    text::{Cell, write_float},
};

/// Rows in a batch.
const BATCH: usize = 4_000;

/// Gives the rows as batches of text, until `take` wants no more.
pub(super) fn batches(
    place: &Place,
    table: &TargetTable,
    mut take: impl FnMut(RecordBatch) -> bool,
) -> Result<(), SourceError> {
    let schema = text_schema(table.columns.iter().map(|column| column.name.as_str()));
    let mut batch = BatchBuilder::new(&schema);
    let mut wanted = true;
    each(place, table, &mut |row| {
        for (at, value) in row.iter().enumerate() {
            let cell = value.as_deref().map_or(Cell::Null, Cell::Text);
            batch.push(at, &cell).map_err(|_| failed(place))?;
        }
        batch.end_row();
        if batch.rows() == BATCH {
            wanted = take(batch.finish().map_err(|error| failed(place).because(error))?);
        }
        Ok(wanted)
    })?;
    if wanted && batch.rows() > 0 {
        take(batch.finish().map_err(|error| failed(place).because(error))?);
    }
    Ok(())
}

/// Hashes of keys and rows. A file that cannot be read, because somebody else wrote it, counts as empty.
pub(super) fn hashes(place: &Place, table: &TargetTable, key: &[usize]) -> HashMap<u128, u128> {
    let mut found = HashMap::new();
    let _ = each(place, table, &mut |row| {
        let keys = key.iter().map(|at| row.get(*at).and_then(Option::as_deref));
        found.insert(hash(keys), hash(row.iter().map(Option::as_deref)));
        Ok(true)
    });
    found
}

type Each<'e> = &'e mut dyn FnMut(&[Option<String>]) -> Result<bool, SourceError>;

fn each(place: &Place, table: &TargetTable, with: Each<'_>) -> Result<(), SourceError> {
    match place.format {
        Format::Csv => csv_rows(place, table, with),
        Format::Xlsx => sheet_rows(place, table, with),
        Format::Parquet => parquet_rows(place, table, with),
    }
}

fn failed(place: &Place) -> SourceError {
    errors::failed(&place.target, &place.table)
}

/// Where the columns of the table stand in a file.
fn places(place: &Place, table: &TargetTable, names: &[String]) -> Result<Vec<usize>, SourceError> {
    let at = |name: &String| {
        names
            .iter()
            .position(|there| there == name)
            .ok_or_else(|| SourceError::column_unknown(&place.target, &place.table, name))
    };
    table.columns.iter().map(|column| at(&column.name)).collect()
}

/// A row in the order of the table and in normal form.
fn ordered(
    table: &TargetTable,
    at: &[usize],
    mut value: impl FnMut(usize) -> Option<String>,
) -> Vec<Option<String>> {
    let pairs = table.columns.iter().zip(at);
    pairs
        .map(|(column, at)| {
            let text = value(*at)?;
            Some(match normal(column.holds, &text) {
                Some(plain) => plain.into_owned(),
                None => text,
            })
        })
        .collect()
}

fn csv_rows(place: &Place, table: &TargetTable, with: Each<'_>) -> Result<(), SourceError> {
    let mut file = BufReader::new(File::open(&place.file).map_err(|error| place.error(error))?);
    let mut mark = [0; 3];
    let begins = file.read_exact(&mut mark).is_ok() && mark == *b"\xef\xbb\xbf";
    if !begins {
        file = BufReader::new(File::open(&place.file).map_err(|error| place.error(error))?);
    }
    let mut csv = csv::Reader::from_reader(file);
    let names: Vec<String> =
        csv.headers().map_err(|error| failed(place).because(error))?.iter().map(str::to_owned).collect();
    let at = places(place, table, &names)?;
    let mut record = csv::StringRecord::new();
    while csv.read_record(&mut record).map_err(|error| failed(place).because(error))? {
        let value = |at: usize| record.get(at).filter(|text| !text.is_empty()).map(str::to_owned);
        if !with(&ordered(table, &at, value))? {
            break;
        }
    }
    Ok(())
}

fn cell(value: &Data) -> Option<String> {
    match value {
        Data::Empty => None,
        Data::String(text) if text.is_empty() => None,
        Data::String(text) => Some(text.clone()),
        Data::Float(number) => {
            let mut text = String::new();
            write_float(*number, &mut text).ok().map(|()| text)
        }
        other => Some(other.to_string()),
    }
}

fn sheet_rows(place: &Place, table: &TargetTable, with: Each<'_>) -> Result<(), SourceError> {
    let mut book = calamine::open_workbook_auto(&place.file).map_err(|error| failed(place).because(error))?;
    let sheet = book.worksheet_range_at(0).ok_or_else(|| failed(place))?;
    let sheet = sheet.map_err(|error| failed(place).because(error))?;
    let mut rows = sheet.rows();
    let names: Vec<String> =
        rows.next().unwrap_or_default().iter().map(|name| cell(name).unwrap_or_default()).collect();
    let at = places(place, table, &names)?;
    for row in rows {
        if !with(&ordered(table, &at, |at| row.get(at).and_then(cell)))? {
            break;
        }
    }
    Ok(())
}

fn parquet_rows(place: &Place, table: &TargetTable, with: Each<'_>) -> Result<(), SourceError> {
    let file = File::open(&place.file).map_err(|error| place.error(error))?;
    let wrong = |error: parquet::errors::ParquetError| failed(place).because(error);
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(wrong)?;
    let names: Vec<String> = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let at = places(place, table, &names)?;
    let options = FormatOptions::default();
    for batch in reader.with_batch_size(BATCH).build().map_err(wrong)? {
        let batch = batch.map_err(|error| failed(place).because(error))?;
        let shown: Vec<ArrayFormatter<'_>> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options))
            .collect::<Result<_, _>>()
            .map_err(|error| failed(place).because(error))?;
        for row in 0..batch.num_rows() {
            let value = |at: usize| {
                let (column, shown) = (batch.columns().get(at)?, shown.get(at)?);
                (!column.is_null(row)).then(|| shown.value(row).to_string())
            };
            if !with(&ordered(table, &at, value))? {
                return Ok(());
            }
        }
    }
    Ok(())
}
