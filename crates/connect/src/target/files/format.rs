//! Writing the three kinds of file.

use std::{
    borrow::Cow,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    sync::Arc,
};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::{
    arrow::ArrowWriter, basic::Compression, errors::ParquetError, file::properties::WriterProperties,
};
use rust_xlsxwriter::{Workbook, XlsxError};

use super::{Place, temporary};
use crate::{
    batch::{BatchBuilder, stamp_type},
    error::{SourceCode, SourceError},
    target::{TargetTable, TargetType, errors, slot::Slot},
    text::Cell,
};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Xlsx,
    Parquet,
}

/// Rows of a sheet, with its header.
const SHEET_ROWS: u32 = 1_048_576;
/// Digits that a number of a spreadsheet keeps.
const SHEET_DIGITS: usize = 15;
/// Characters that a cell takes.
const CELL_CHARS: usize = 32_767;
/// Digits before and after the point of a decimal in Parquet.
const DECIMAL: (usize, usize) = (28, 10);
/// Rows that are written to Parquet at once.
const GROUP: usize = 64 * 1024;

impl Format {
    /// By the end of a file name.
    pub(super) fn of(name: &str) -> Option<Self> {
        match Path::new(name).extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// Whether an empty text cannot be told from nothing.
    pub(super) fn empty_is_null(self) -> bool {
        self != Self::Parquet
    }

    /// What a column can take.
    pub(super) fn slot(self, holds: TargetType, required: bool) -> Slot {
        let mut slot = Slot { required, ..Slot::default() };
        match (self, holds) {
            (Self::Xlsx, TargetType::Text) => slot.chars = Some(CELL_CHARS),
            (Self::Parquet, TargetType::Decimal) => slot.digits = Some(DECIMAL),
            _ => {}
        }
        slot
    }
}

/// A file that is being written.
pub(super) enum Writer {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Xlsx(Box<Workbook>, u32),
    Parquet(Box<ArrowWriter<File>>, BatchBuilder),
}

impl Writer {
    pub(super) fn new(place: &Place, table: &TargetTable) -> Result<Self, SourceError> {
        let names = table.columns.iter().map(|column| column.name.as_str());
        match place.format {
            Format::Csv => {
                let mut file = BufWriter::new(temporary(place)?);
                file.write_all("\u{feff}".as_bytes()).map_err(|error| place.error(error))?;
                let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
                csv.write_record(names).map_err(|error| csv_failed(place, error))?;
                Ok(Self::Csv(Box::new(csv)))
            }
            Format::Xlsx => {
                let mut book = Workbook::new();
                let sheet =
                    book.add_worksheet_with_constant_memory().map_err(|error| sheet_failed(place, error))?;
                for (name, at) in names.zip(0..) {
                    sheet.write_string(0, at, name).map_err(|error| sheet_failed(place, error))?;
                }
                Ok(Self::Xlsx(Box::new(book), 0))
            }
            Format::Parquet => {
                let schema = schema(table);
                let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
                let writer = ArrowWriter::try_new(temporary(place)?, schema.clone(), Some(properties));
                let writer = writer.map_err(|error| parquet_failed(place, error))?;
                Ok(Self::Parquet(Box::new(writer), BatchBuilder::new(&schema)))
            }
        }
    }

    /// Adds a row of checked values in their normal form.
    pub(super) fn row(
        &mut self,
        place: &Place,
        table: &TargetTable,
        values: &[Option<Cow<'_, str>>],
    ) -> Result<(), SourceError> {
        match self {
            Self::Csv(csv) => csv
                .write_record(values.iter().map(|value| value.as_deref().unwrap_or_default()))
                .map_err(|error| csv_failed(place, error)),
            Self::Xlsx(book, row) => {
                *row += 1;
                if *row == SHEET_ROWS {
                    return Err(too_long(place));
                }
                sheet_row(book, *row, table, values).map_err(|error| sheet_failed(place, error))
            }
            Self::Parquet(writer, batch) => {
                for (at, (column, value)) in table.columns.iter().zip(values).enumerate() {
                    let cell = match value.as_deref() {
                        None => Cell::Null,
                        Some(text) => match column.holds {
                            TargetType::Integer => Cell::Int(text.parse().map_err(|_| failed(place))?),
                            TargetType::Boolean => Cell::Bool(text == "true"),
                            _ => Cell::Text(text),
                        },
                    };
                    batch.push(at, &cell).map_err(|_| failed(place))?;
                }
                batch.end_row();
                if batch.rows() == GROUP { group(place, writer, batch) } else { Ok(()) }
            }
        }
    }

    /// Ends the file.
    pub(super) fn finish(self, place: &Place) -> Result<File, SourceError> {
        match self {
            Self::Csv(csv) => {
                let file = csv.into_inner().map_err(|error| place.error(error.into_error()))?;
                file.into_inner().map_err(|error| place.error(error.into_error()))
            }
            Self::Xlsx(mut book, _) => {
                let mut file = BufWriter::new(temporary(place)?);
                book.save_to_writer(&mut file).map_err(|error| sheet_failed(place, error))?;
                file.into_inner().map_err(|error| place.error(error.into_error()))
            }
            Self::Parquet(mut writer, mut batch) => {
                if batch.rows() > 0 {
                    group(place, &mut writer, &mut batch)?;
                }
                // What the writer says when it gives the file back would no longer tell a full disk.
                let file = writer.inner().try_clone().map_err(|error| place.error(error))?;
                writer.finish().map_err(|error| parquet_failed(place, error))?;
                Ok(file)
            }
        }
    }
}

/// The Arrow schema of a Parquet file.
pub(super) fn schema(table: &TargetTable) -> SchemaRef {
    let fields: Vec<Field> = table
        .columns
        .iter()
        .map(|column| {
            let ty = match column.holds {
                TargetType::Text => DataType::Utf8,
                TargetType::Date => DataType::Date32,
                TargetType::Timestamp => stamp_type(),
                TargetType::Decimal => DataType::Decimal128((DECIMAL.0 + DECIMAL.1) as u8, DECIMAL.1 as i8),
                TargetType::Integer => DataType::Int64,
                TargetType::Boolean => DataType::Boolean,
            };
            Field::new(&column.name, ty, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}

fn group(place: &Place, writer: &mut ArrowWriter<File>, batch: &mut BatchBuilder) -> Result<(), SourceError> {
    let full = batch.finish().map_err(|error| failed(place).because(error))?;
    writer.write(&full).map_err(|error| parquet_failed(place, error))
}

fn sheet_row(
    book: &mut Workbook,
    row: u32,
    table: &TargetTable,
    values: &[Option<Cow<'_, str>>],
) -> Result<(), XlsxError> {
    let sheet = book.worksheet_from_index(0)?;
    for ((column, value), at) in table.columns.iter().zip(values).zip(0..) {
        let Some(text) = value else { continue };
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let number = text.parse::<f64>().ok().filter(|_| digits <= SHEET_DIGITS);
        match (column.holds, number) {
            // A longer number stays a text, because a spreadsheet would lose its last digits.
            (TargetType::Integer | TargetType::Decimal, Some(number)) => {
                sheet.write_number(row, at, number)?
            }
            (TargetType::Boolean, _) => sheet.write_boolean(row, at, text == "true")?,
            _ => sheet.write_string(row, at, text.as_ref())?,
        };
    }
    Ok(())
}

fn failed(place: &Place) -> SourceError {
    errors::failed(&place.target, &place.table)
}

fn csv_failed(place: &Place, error: csv::Error) -> SourceError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => place.error(error),
        other => failed(place).because(format!("{other:?}")),
    }
}

fn parquet_failed(place: &Place, error: ParquetError) -> SourceError {
    match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(error) => place.error(*error),
            Err(other) => failed(place).because(other),
        },
        other => failed(place).because(other),
    }
}

fn sheet_failed(place: &Place, error: XlsxError) -> SourceError {
    match error {
        XlsxError::IoError(error) => place.error(error),
        other => failed(place).because(other),
    }
}

fn too_long(place: &Place) -> SourceError {
    let (target, table, most) = (&place.target, &place.table, SHEET_ROWS - 1);
    SourceError::new(
        SourceCode::TargetValue,
        format!("“{target}”的文件“{table}”装不下：一张工作表最多 {most} 行；请改用 .csv 或 .parquet。"),
        format!(
            "file \"{table}\" of \"{target}\" is too small: a sheet has {most} rows; use .csv or .parquet"
        ),
    )
}
