//! Department values become standard values 标准化, column by column.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::compute::kernels::cast_utils::string_to_datetime;
use arrow::datatypes::DataType;
use standards::value::{self, Status, ValueKind};

use crate::model::{ItemState, MountItem};
use crate::refusal::{Refusal, shown};
use crate::task::Task;

/// One value after standardising.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Standard value; only when the state is valid or repaired.
    pub value: Option<String>,
    /// How the value came out.
    pub state: ItemState,
    /// Stable codes of what was repaired or is wrong.
    pub flags: Vec<&'static str>,
    /// The department's own text; only when invalid.
    pub raw: Option<String>,
}

/// Rows after standardising: one column of cells per item that takes part in the call.
#[derive(Debug, Clone, Default)]
pub struct Standardised {
    columns: Vec<Vec<Cell>>,
    as_of: Vec<Option<i64>>,
    len: usize,
}

impl Standardised {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn cell(&self, slot: usize, row: usize) -> Option<&Cell> {
        self.columns.get(slot)?.get(row)
    }

    /// When the row was last true by the department's own column, Unix milliseconds.
    pub(crate) fn as_of(&self, row: usize) -> Option<i64> {
        self.as_of.get(row).copied().flatten()
    }
}

/// Standardises one text of an item: the department's own code first, then the parser of the kind.
pub fn standardise_text(item: &MountItem, raw: Option<&str>) -> Cell {
    let Some(raw) = raw else {
        return Cell { value: None, state: ItemState::Missing, flags: Vec::new(), raw: None };
    };
    let mapped = if item.code_map.is_empty() { None } else { item.code_map.get(raw.trim()) };
    let outcome = value::standardise(&item.kind, mapped.map_or(raw, String::as_str));
    let mut flags: Vec<&'static str> = outcome.notes.iter().map(|note| note.code).collect();
    match outcome.status {
        Status::Valid => Cell { value: outcome.value, state: ItemState::Valid, flags, raw: None },
        Status::Repaired => Cell { value: outcome.value, state: ItemState::Repaired, flags, raw: None },
        Status::Missing => Cell { value: None, state: ItemState::Missing, flags, raw: None },
        Status::Invalid => {
            // The department does keep codes of its own here; that one of them has no standard code yet is what the
            // reader must know first.
            if !item.code_map.is_empty() && mapped.is_none() {
                flags.insert(0, "code.unmapped");
            }
            Cell { value: None, state: ItemState::Invalid, flags, raw: Some(raw.to_owned()) }
        }
    }
}

/// Standardises the rows of a source.
///
/// # Errors
/// `plan.too_many_rows` when there are more rows than one call may answer; `plan.column_gone` and `plan.column_type` when the
/// table no longer looks as it was mounted.
pub fn standardise(task: &Task<'_>, batches: &[RecordBatch]) -> Result<Standardised, Refusal> {
    let len: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if len >= task.fetch.limit {
        let most = task.fetch.limit.saturating_sub(1);
        return Err(Refusal::new(
            "plan.too_many_rows",
            format!("该主体的记录超过 {most} 条，未返回任何数据；请核对挂接的主键列是否能唯一标识主体"),
            format!(
                "More than {most} rows stand under this subject, so nothing is returned; check that the mounted key column names one subject"
            ),
        ));
    }
    let mut columns = Vec::with_capacity(task.slots.len());
    for slot in 0..task.slots.len() {
        let mut cells = Vec::with_capacity(len);
        if let Some(item) = task.item(slot) {
            for batch in batches {
                let texts = texts(batch, &item.column)?;
                let texts = texts.as_string::<i32>();
                cells.extend(texts.iter().map(|text| standardise_text(item, text)));
            }
        }
        columns.push(cells);
    }
    let mut as_of = Vec::new();
    if let Some(column) = &task.pinned.pin().mount.as_of_column {
        for batch in batches {
            let texts = texts(batch, column)?;
            as_of.extend(texts.as_string::<i32>().iter().map(|text| text.and_then(instant)));
        }
    }
    Ok(Standardised { columns, as_of, len })
}

/// A column of a batch as text. Engines disagree about the case of names, so the case is a second choice.
pub(crate) fn texts(batch: &RecordBatch, column: &str) -> Result<ArrayRef, Refusal> {
    let schema = batch.schema_ref();
    let exact = schema.fields().iter().position(|field| field.name() == column);
    let found =
        exact.or_else(|| schema.fields().iter().position(|field| field.name().eq_ignore_ascii_case(column)));
    let Some(array) = found.and_then(|at| batch.columns().get(at)) else {
        return Err(Refusal::new(
            "plan.column_gone",
            format!("数据源未返回已挂接的列“{}”；请检查该表结构是否变更，并重新挂接", shown(column)),
            format!(
                "The source did not return the mounted column \"{}\"; see whether the table was changed and mount it again",
                shown(column)
            ),
        ));
    };
    match array.data_type() {
        DataType::Utf8 => Ok(Arc::clone(array)),
        DataType::Null => Ok(Arc::new(StringArray::new_null(array.len()))),
        _ => cast(array, &DataType::Utf8).map_err(|_| {
            Refusal::new(
                "plan.column_type",
                format!("列“{}”的类型不能转换为文本；请改为挂接普通类型的列或视图", shown(column)),
                format!("The type of column \"{}\" cannot be read as text; mount a column or view of a plain type", shown(column)),
            )
        }),
    }
}

/// Reads a department's time as Unix milliseconds; a time without offset is China Standard Time.
fn instant(raw: &str) -> Option<i64> {
    let standard = [ValueKind::DateTime, ValueKind::Date]
        .iter()
        .find_map(|kind| value::standardise(kind, raw).usable().map(str::to_owned))?;
    let zone: arrow::array::timezone::Tz = "+08:00".parse().ok()?;
    Some(string_to_datetime(&zone, &standard).ok()?.timestamp_millis())
}
