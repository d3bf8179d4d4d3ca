//! Building Arrow batches out of cells, as typed columns or as canonical text.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayBuilder, ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder,
        Float64Builder, Int64Builder, RecordBatch, RecordBatchOptions, StringBuilder,
        TimestampMicrosecondBuilder, UInt64Builder,
    },
    datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit},
};
use chrono::{NaiveDate, NaiveDateTime};

use crate::text::Cell;

/// The value does not fit the column's type.
#[derive(Debug)]
pub(crate) struct Misfit;

/// The type of an instant column.
pub(crate) fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The type of a column of local date and time.
pub(crate) fn stamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, None)
}

/// A schema of nullable text columns.
pub(crate) fn text_schema<'a>(names: impl IntoIterator<Item = &'a str>) -> SchemaRef {
    Arc::new(Schema::new(
        names.into_iter().map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>(),
    ))
}

enum Column {
    Text(StringBuilder),
    Int(Int64Builder),
    Unsigned(UInt64Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Date(Date32Builder),
    Stamp(TimestampMicrosecondBuilder),
    Decimal(Decimal128Builder, i8),
    Bytes(BinaryBuilder),
}

/// Gathers rows into a batch.
pub(crate) struct BatchBuilder {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
}

impl BatchBuilder {
    /// A builder for the columns of `schema`. A type that has no builder of its own is built as text;
    /// the schema is corrected accordingly.
    pub(crate) fn new(schema: &SchemaRef) -> Self {
        let columns: Vec<Column> =
            schema.fields().iter().map(|field| Column::of(field.data_type())).collect();
        Self { schema: schema.clone(), columns, rows: 0 }
    }

    /// Rows so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds one value to column `at`.
    pub(crate) fn push(&mut self, at: usize, cell: &Cell<'_>) -> Result<(), Misfit> {
        self.columns.get_mut(at).ok_or(Misfit)?.push(cell)
    }

    /// Ends a row, to which every column must have got a value.
    pub(crate) fn end_row(&mut self) {
        self.rows += 1;
    }

    /// The batch so far; the builder starts anew.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch, arrow::error::ArrowError> {
        let arrays: Vec<ArrayRef> = self.columns.iter_mut().map(Column::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        self.rows = 0;
        RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)
    }
}

impl Column {
    fn of(ty: &DataType) -> Self {
        match ty {
            DataType::Int64 => Self::Int(Int64Builder::new()),
            DataType::UInt64 => Self::Unsigned(UInt64Builder::new()),
            DataType::Float64 => Self::Float(Float64Builder::new()),
            DataType::Boolean => Self::Bool(BooleanBuilder::new()),
            DataType::Date32 => Self::Date(Date32Builder::new()),
            DataType::Timestamp(_, zone) => {
                Self::Stamp(TimestampMicrosecondBuilder::new().with_timezone_opt(zone.clone()))
            }
            DataType::Decimal128(_, scale) => {
                Self::Decimal(Decimal128Builder::new().with_data_type(ty.clone()), *scale)
            }
            DataType::Binary => Self::Bytes(BinaryBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) -> Result<(), Misfit> {
        if matches!(cell, Cell::Null) {
            self.push_null();
            return Ok(());
        }
        match (self, cell) {
            (Self::Text(to), Cell::Text(text)) => to.append_value(text),
            (Self::Text(to), cell) => {
                cell.write(to).map_err(|_| Misfit)?;
                to.append_value("");
            }
            (Self::Int(to), Cell::Int(value)) => to.append_value(*value),
            (Self::Int(to), Cell::Unsigned(value)) => {
                to.append_value(i64::try_from(*value).map_err(|_| Misfit)?);
            }
            (Self::Unsigned(to), Cell::Unsigned(value)) => to.append_value(*value),
            (Self::Unsigned(to), Cell::Int(value)) => {
                to.append_value(u64::try_from(*value).map_err(|_| Misfit)?);
            }
            (Self::Float(to), Cell::Float(value)) => to.append_value(*value),
            (Self::Float(to), Cell::Int(value)) => to.append_value(*value as f64),
            (Self::Bool(to), Cell::Bool(value)) => to.append_value(*value),
            (Self::Date(to), Cell::Text(text)) => to.append_value(days(text.parse().map_err(|_| Misfit)?)),
            (Self::Stamp(to), Cell::Text(text)) => {
                let text = text.strip_suffix('Z').unwrap_or(text);
                let stamp: NaiveDateTime = text.replacen(' ', "T", 1).parse().map_err(|_| Misfit)?;
                to.append_value(stamp.and_utc().timestamp_micros());
            }
            (Self::Decimal(to, scale), Cell::Text(text)) => {
                to.append_value(scaled(text, *scale).ok_or(Misfit)?);
            }
            (Self::Bytes(to), Cell::Bytes(bytes)) => to.append_value(bytes),
            _ => return Err(Misfit),
        }
        Ok(())
    }

    fn push_null(&mut self) {
        match self {
            Self::Text(to) => to.append_null(),
            Self::Int(to) => to.append_null(),
            Self::Unsigned(to) => to.append_null(),
            Self::Float(to) => to.append_null(),
            Self::Bool(to) => to.append_null(),
            Self::Date(to) => to.append_null(),
            Self::Stamp(to) => to.append_null(),
            Self::Decimal(to, _) => to.append_null(),
            Self::Bytes(to) => to.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(from) => ArrayBuilder::finish(from),
            Self::Int(from) => ArrayBuilder::finish(from),
            Self::Unsigned(from) => ArrayBuilder::finish(from),
            Self::Float(from) => ArrayBuilder::finish(from),
            Self::Bool(from) => ArrayBuilder::finish(from),
            Self::Date(from) => ArrayBuilder::finish(from),
            Self::Stamp(from) => ArrayBuilder::finish(from),
            Self::Decimal(from, _) => ArrayBuilder::finish(from),
            Self::Bytes(from) => ArrayBuilder::finish(from),
        }
    }
}

fn days(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// A plain decimal text as a whole number of 10^-scale; `None` when it does not fit.
fn scaled(text: &str, scale: i8) -> Option<i128> {
    let scale = usize::try_from(scale).ok()?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || fraction.len() > scale {
        return None;
    }
    let mut number = 0_i128;
    let padding = std::iter::repeat_n(b'0', scale - fraction.len());
    for digit in whole.bytes().chain(fraction.bytes()).chain(padding) {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decimals keep every digit, and what does not fit the scale is refused rather than rounded.
    #[test]
    fn decimals() {
        assert_eq!(scaled("-12.50", 2), Some(-1250));
        assert_eq!(scaled("7", 3), Some(7000));
        assert_eq!(scaled("1.234", 2), None);
        assert_eq!(scaled("NaN", 2), None);
        assert_eq!(scaled("", 0), None);
    }

    /// Dates are days since 1970-01-01.
    #[test]
    fn dates() {
        assert_eq!(days(NaiveDate::from_ymd_opt(1970, 1, 2).unwrap()), 1);
        assert_eq!(days(NaiveDate::from_ymd_opt(1969, 12, 31).unwrap()), -1);
    }

    /// Text columns take every cell, typed columns only what they can hold.
    #[test]
    fn text_takes_everything() {
        let schema = Arc::new(Schema::new(vec![
            Field::new("t", DataType::Utf8, true),
            Field::new("n", DataType::Int64, true),
        ]));
        let mut batch = BatchBuilder::new(&schema);
        batch.push(0, &Cell::Int(7)).unwrap();
        assert!(batch.push(1, &Cell::Text("x")).is_err());
        batch.push(1, &Cell::Null).unwrap();
        batch.end_row();
        let batch = batch.finish().unwrap();
        assert_eq!(batch.num_rows(), 1);
        assert!(batch.column(1).is_null(0));
    }
}
