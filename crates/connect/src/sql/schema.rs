//! The cached schema: every name that may stand in a statement comes from here.

use std::{collections::HashMap, sync::Arc, time::Instant};

use arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef};

use crate::source::{ColumnInfo, TableInfo};

/// What a column holds, as far as reading and comparing it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Text.
    Text,
    /// Fixed-length text, padded with blanks.
    Padded,
    /// Signed whole number.
    Int,
    /// Unsigned whole number.
    Unsigned,
    /// Binary floating-point number.
    Float,
    /// Decimal number, selected as text so that no digit is lost.
    Decimal,
    /// Boolean.
    Bool,
    /// Calendar date.
    Date,
    /// Local date and time.
    Stamp,
    /// Instant.
    Instant,
    /// UUID, selected as text.
    Uuid,
    /// Bytes.
    Bytes,
    /// Whatever each row holds (SQLite).
    Any,
    /// Something else, selected as text.
    Other,
}

/// A column of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) info: ColumnInfo,
    /// Quoted name.
    pub(crate) quoted: String,
    /// Expression that selects it.
    pub(crate) select: String,
    /// How a bound key is written, where a plain placeholder will not do.
    pub(crate) holder: Option<String>,
    pub(crate) class: Class,
}

/// A table of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) info: TableInfo,
    /// Quoted name, with its schema where there is one.
    pub(crate) quoted: String,
    pub(crate) columns: Vec<Column>,
    by_name: HashMap<String, usize>,
}

impl Table {
    pub(crate) fn new(mut info: TableInfo, quoted: String, columns: Vec<Column>) -> Self {
        info.columns = columns.iter().map(|column| column.info.clone()).collect();
        let by_name = columns.iter().enumerate().map(|(at, column)| (column.info.name.clone(), at)).collect();
        Self { info, quoted, columns, by_name }
    }

    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.by_name.get(name).and_then(|at| self.columns.get(*at))
    }
}

/// The tables of a source as they were when last read.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) tables: HashMap<String, Arc<Table>>,
    pub(crate) read_at: Instant,
}

impl Schema {
    pub(crate) fn new(tables: Vec<Table>) -> Self {
        let tables = tables.into_iter().map(|table| (table.info.name.clone(), Arc::new(table))).collect();
        Self { tables, read_at: Instant::now() }
    }
}

/// The Arrow schema of columns in their own types.
pub(crate) fn typed_schema(columns: &[&Column]) -> SchemaRef {
    let fields: Vec<Field> = columns
        .iter()
        .map(|column| Field::new(&column.info.name, column.info.data_type.clone(), true))
        .collect();
    Arc::new(ArrowSchema::new(fields))
}

/// The Arrow type of a decimal column, or text when it has no precision or more than 38 digits.
pub(crate) fn decimal_type(precision: Option<i64>, scale: Option<i64>) -> DataType {
    match (precision.and_then(|p| u8::try_from(p).ok()), scale.and_then(|s| i8::try_from(s).ok())) {
        (Some(precision @ 1..=38), Some(scale)) if scale >= 0 && scale as u8 <= precision => {
            DataType::Decimal128(precision, scale)
        }
        _ => DataType::Utf8,
    }
}
