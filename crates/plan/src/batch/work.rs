//! Rows of a batch on their way: standardise, filter, minimise, on columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, StringArray, StringBuilder,
};
use arrow::compute::filter;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use serde_json::{Map, Value, json};

use super::column::{Column, Mark, Memo, masked, standardise};
use super::fold::fold;
use super::model::{FLAGS_COLUMN, OnInvalid, OutColumn, Tally};
use crate::filter::Test;
use crate::model::{ItemState, MountItem};
use crate::refusal::Refusal;
use crate::standardise::texts;

/// An item that leaves, and the slot it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Out {
    pub slot: usize,
    pub column: OutColumn,
}

/// An admitted run: what to read, and what to do with each batch.
pub struct BatchTask {
    source: String,
    table: String,
    /// Items that take part; those of tests need not leave.
    slots: Vec<MountItem>,
    outs: Vec<Out>,
    /// Positions of the keys among the outs.
    keys: Vec<usize>,
    /// `Test::at` is a slot.
    tests: Vec<Test>,
    invalid: OnInvalid,
    watermark: Option<String>,
    memos: Vec<Memo>,
    schema: SchemaRef,
    key_schema: SchemaRef,
}

/// What the rows of a batch are.
#[derive(Debug, Clone, Copy)]
pub enum Image<'a> {
    /// Rows as they stand.
    Present,
    /// Changes in their order; `true` marks a row that is gone.
    Changes(&'a [bool]),
}

/// A batch that may leave.
#[derive(Debug, Clone)]
pub struct Worked {
    /// Rows to insert or update, one text column for each out and the companion column, if any.
    pub rows: RecordBatch,
    /// Keys of rows that are gone.
    pub deleted: Option<RecordBatch>,
    /// Rows held back: `row_key`, `reasons`, `row`.
    pub held: Option<RecordBatch>,
    /// What became of the rows.
    pub tally: Tally,
}

/// What becomes of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Deliver,
    Hide,
    Hold,
}

impl BatchTask {
    #[expect(clippy::too_many_arguments, reason = "made by the checks only, which have them all apart")]
    pub(crate) fn new(
        source: String,
        table: String,
        slots: Vec<MountItem>,
        outs: Vec<Out>,
        keys: Vec<usize>,
        tests: Vec<Test>,
        invalid: OnInvalid,
        watermark: Option<String>,
    ) -> Self {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        let mut fields: Vec<Field> = outs.iter().map(|out| field(&out.column.item)).collect();
        if invalid == OnInvalid::Flag {
            fields.push(field(FLAGS_COLUMN));
        }
        let key_fields: Vec<Field> =
            keys.iter().filter_map(|&at| outs.get(at)).map(|out| field(&out.column.item)).collect();
        let memos = slots.iter().map(|_| Memo::default()).collect();
        let (schema, key_schema) = (Arc::new(Schema::new(fields)), Arc::new(Schema::new(key_fields)));
        Self { source, table, slots, outs, keys, tests, invalid, watermark, memos, schema, key_schema }
    }

    /// Source, by its name in the agent's configuration.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Table of that source.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Column of the watermark, when the run reads by one.
    pub fn watermark(&self) -> Option<&str> {
        self.watermark.as_deref()
    }

    /// Columns to read, each once; the watermark is among them.
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = Vec::with_capacity(self.slots.len() + 1);
        for column in self.slots.iter().map(|slot| &slot.column).chain(self.watermark.as_ref()) {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        columns
    }

    /// Columns that hold the keys.
    pub fn key_columns(&self) -> Vec<String> {
        let slots = self.keys.iter().filter_map(|&at| self.slots.get(self.outs.get(at)?.slot));
        slots.map(|slot| slot.column.clone()).collect()
    }

    /// Positions of the keys among the columns that leave.
    pub fn keys(&self) -> &[usize] {
        &self.keys
    }

    /// What leaves, in order, without the companion column.
    pub fn outs(&self) -> impl Iterator<Item = &OutColumn> {
        self.outs.iter().map(|out| &out.column)
    }

    /// Whether there are conditions on rows, so that of a row that is gone every column must be known.
    pub fn has_conditions(&self) -> bool {
        !self.tests.is_empty()
    }

    /// Source columns that the run looks at; for the deny list.
    pub fn touches(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| slot.column.as_str()).chain(self.watermark.as_deref())
    }

    /// A batch of no rows, as [`BatchTask::work`] gives it.
    pub fn empty(&self) -> RecordBatch {
        RecordBatch::new_empty(Arc::clone(&self.schema))
    }

    /// Names of the key items.
    pub fn key_items(&self) -> Vec<String> {
        let outs = self.keys.iter().filter_map(|&at| self.outs.get(at));
        outs.map(|out| out.column.item.clone()).collect()
    }

    /// Standardises, filters and minimises a batch.
    ///
    /// # Errors
    /// `plan.column_gone` and `plan.column_type` when the table no longer looks as it was mounted.
    pub fn work(&mut self, batch: &RecordBatch, image: Image<'_>) -> Result<Worked, Refusal> {
        let mut columns = Vec::with_capacity(self.slots.len());
        for (slot, memo) in self.slots.iter().zip(&mut self.memos) {
            columns.push(standardise(slot, &texts(batch, &slot.column)?, memo));
        }
        let rows = batch.num_rows();
        let mut tally = Tally { read: rows as u64, ..Tally::default() };
        let marks = self.marks(&columns);
        let fates = self.fates(&columns, &marks, rows);
        let gone = match image {
            Image::Present => &[],
            Image::Changes(gone) => gone,
        };
        let folded = (!gone.is_empty()).then(|| fold(&self.key_arrays(&columns), &fates, gone));
        self.count(&marks, &fates, gone, &mut tally);
        let held = self.held(&columns, &marks, &fates, gone)?;
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.outs.len() + 1);
        for out in &self.outs {
            arrays.extend(columns.get(out.slot).map(|column| Arc::clone(&column.values)));
        }
        if self.invalid == OnInvalid::Flag {
            arrays.push(self.flags(&marks, rows));
        }
        let (keep, deleted) = match folded {
            None if fates.is_empty() => (None, None),
            None => {
                (Some(BooleanArray::from_iter(fates.iter().map(|fate| Some(*fate == Fate::Deliver)))), None)
            }
            Some(folded) => {
                let keys = self.key_arrays(&columns);
                let keys = keys.iter().map(|key| kept(key, &folded.gone)).collect::<Result<Vec<_>, _>>()?;
                let batch = made(&self.key_schema, keys)?;
                (Some(folded.there), (batch.num_rows() > 0).then_some(batch))
            }
        };
        if let Some(keep) = &keep {
            arrays = arrays.iter().map(|array| kept(array, keep)).collect::<Result<_, _>>()?;
        }
        for (out, array) in self.outs.iter().zip(&mut arrays) {
            if out.column.masked {
                *array = masked(&out.column.kind, array);
            }
        }
        let rows = made(&self.schema, arrays)?;
        tally.delivered = rows.num_rows() as u64;
        tally.deleted = deleted.as_ref().map_or(0, |deleted| deleted.num_rows() as u64);
        Ok(Worked { rows, deleted, held, tally })
    }

    /// Remarks on items that leave, by row.
    fn marks<'c>(&self, columns: &'c [Column]) -> BTreeMap<usize, Vec<(usize, &'c Mark)>> {
        let mut marks: BTreeMap<usize, Vec<(usize, &Mark)>> = BTreeMap::new();
        for (at, out) in self.outs.iter().enumerate() {
            for mark in columns.get(out.slot).into_iter().flat_map(|column| &column.marks) {
                marks.entry(mark.row).or_default().push((at, mark));
            }
        }
        marks
    }

    /// What becomes of each row; empty when all are delivered.
    fn fates(
        &self,
        columns: &[Column],
        marks: &BTreeMap<usize, Vec<(usize, &Mark)>>,
        rows: usize,
    ) -> Vec<Fate> {
        let keys = self.key_arrays(columns);
        let holds = self.invalid == OnInvalid::HoldBack
            && marks.values().flatten().any(|(_, mark)| mark.is_invalid());
        if self.tests.is_empty() && !holds && keys.iter().all(|key| key.null_count() == 0) {
            return Vec::new();
        }
        let mut fates = vec![Fate::Deliver; rows];
        for (row, fate) in fates.iter_mut().enumerate() {
            if keys.iter().any(|key| key.is_null(row)) {
                *fate = Fate::Hold;
            }
        }
        if self.invalid == OnInvalid::HoldBack {
            for (row, marks) in marks {
                if let Some(fate) = fates.get_mut(*row)
                    && marks.iter().any(|(_, mark)| mark.is_invalid())
                {
                    *fate = Fate::Hold;
                }
            }
        }
        for test in &self.tests {
            let Some(column) = columns.get(test.at) else { continue };
            for (fate, value) in fates.iter_mut().zip(column.values.as_string::<i32>()) {
                // What cannot be judged is not shown, and a row that is not shown is not held back either.
                if !value.is_some_and(|value| test.holds(value)) {
                    *fate = Fate::Hide;
                }
            }
        }
        fates
    }

    fn key_arrays(&self, columns: &[Column]) -> Vec<ArrayRef> {
        let slots = self.keys.iter().filter_map(|&at| columns.get(self.outs.get(at)?.slot));
        slots.map(|column| Arc::clone(&column.values)).collect()
    }

    fn count(
        &self,
        marks: &BTreeMap<usize, Vec<(usize, &Mark)>>,
        fates: &[Fate],
        gone: &[bool],
        tally: &mut Tally,
    ) {
        let fate = |row: usize| fates.get(row).copied().unwrap_or(Fate::Deliver);
        let is_gone = |row: usize| gone.get(row).copied().unwrap_or(false);
        for (_, fate) in fates.iter().enumerate().filter(|(row, _)| !is_gone(*row)) {
            match fate {
                Fate::Deliver => {}
                Fate::Hide => tally.filtered += 1,
                Fate::Hold => tally.held += 1,
            }
        }
        for (row, marks) in marks.iter().filter(|(row, _)| !is_gone(**row)) {
            if fate(*row) == Fate::Hide {
                continue;
            }
            for (at, mark) in marks {
                let Some(out) = self.outs.get(*at) else { continue };
                for flag in &mark.cell.flags {
                    tally.remark(&out.column.item, flag);
                }
            }
            if fate(*row) == Fate::Deliver {
                let any = |state: ItemState| marks.iter().any(|(_, mark)| mark.cell.state == state);
                tally.repaired += u64::from(any(ItemState::Repaired));
                tally.flagged += u64::from(any(ItemState::Invalid));
            }
        }
    }

    /// The companion column.
    fn flags(&self, marks: &BTreeMap<usize, Vec<(usize, &Mark)>>, rows: usize) -> ArrayRef {
        let mut to = StringBuilder::new();
        let mut next = 0;
        for (row, marks) in marks {
            let wrong = self.wrong(marks);
            if wrong.is_empty() {
                continue;
            }
            (next..*row).for_each(|_| to.append_null());
            to.append_value(Value::Object(wrong).to_string());
            next = row + 1;
        }
        if next == 0 {
            return Arc::new(StringArray::new_null(rows));
        }
        (next..rows).for_each(|_| to.append_null());
        Arc::new(to.finish())
    }

    /// What is not valid in one row: item to codes, and the department's own text where it may be seen.
    fn wrong(&self, marks: &[(usize, &Mark)]) -> Map<String, Value> {
        let mut wrong = Map::new();
        for (at, mark) in marks.iter().filter(|(_, mark)| mark.is_invalid()) {
            let Some(out) = self.outs.get(*at) else { continue };
            // An invalid text has no kind, so no mask can be trusted with it.
            let told = match &mark.cell.raw {
                Some(raw) if !out.column.masked => json!({"flags": mark.cell.flags, "raw": raw}),
                _ => json!({"flags": mark.cell.flags}),
            };
            wrong.insert(out.column.item.clone(), told);
        }
        wrong
    }

    /// Rows that are held back, with why.
    fn held(
        &self,
        columns: &[Column],
        marks: &BTreeMap<usize, Vec<(usize, &Mark)>>,
        fates: &[Fate],
        gone: &[bool],
    ) -> Result<Option<RecordBatch>, Refusal> {
        let mut to = [StringBuilder::new(), StringBuilder::new(), StringBuilder::new()];
        let is_gone = |row: usize| gone.get(row).copied().unwrap_or(false);
        for (row, _) in fates.iter().enumerate().filter(|(row, fate)| **fate == Fate::Hold && !is_gone(*row))
        {
            let none = Vec::new();
            let marks = marks.get(&row).unwrap_or(&none);
            let wrong = self.wrong(marks);
            let mut reasons: Vec<String> = Vec::new();
            let mut keys: Vec<String> = Vec::new();
            let mut shown = Map::new();
            for (at, out) in self.outs.iter().enumerate() {
                let values = columns.get(out.slot).map(|column| column.values.as_string::<i32>());
                let value = values.filter(|values| values.is_valid(row)).map(|values| values.value(row));
                let raw =
                    wrong.get(&out.column.item).and_then(|told| told.get("raw")).and_then(Value::as_str);
                if self.keys.contains(&at) {
                    keys.push(value.or(raw).unwrap_or_default().to_owned());
                    if value.is_none() {
                        reasons.push(format!("{}:key.missing", out.column.item));
                    }
                }
                let value = match value {
                    Some(value) if out.column.masked => {
                        Value::String(standards::value::mask(&out.column.kind, value))
                    }
                    Some(value) => Value::String(value.to_owned()),
                    None => raw.map_or(Value::Null, |raw| Value::String(raw.to_owned())),
                };
                shown.insert(out.column.item.clone(), value);
            }
            for (at, mark) in marks.iter().filter(|(_, mark)| mark.is_invalid()) {
                let Some(out) = self.outs.get(*at) else { continue };
                reasons.extend(mark.cell.flags.iter().map(|flag| format!("{}:{flag}", out.column.item)));
            }
            for (to, text) in
                to.iter_mut().zip([keys.join("|"), reasons.join(" "), Value::Object(shown).to_string()])
            {
                to.append_value(text);
            }
        }
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        let schema = Arc::new(Schema::new(vec![field("row_key"), field("reasons"), field("row")]));
        let arrays: Vec<ArrayRef> = to.iter_mut().map(|to| Arc::new(to.finish()) as ArrayRef).collect();
        let held = made(&schema, arrays)?;
        Ok((held.num_rows() > 0).then_some(held))
    }
}

fn kept(array: &ArrayRef, keep: &BooleanArray) -> Result<ArrayRef, Refusal> {
    filter(array, keep).map_err(|error| broken(&error))
}

fn made(schema: &SchemaRef, arrays: Vec<ArrayRef>) -> Result<RecordBatch, Refusal> {
    RecordBatch::try_new(Arc::clone(schema), arrays).map_err(|error| broken(&error))
}

fn broken(error: &arrow::error::ArrowError) -> Refusal {
    Refusal::new(
        "plan.batch",
        format!("批数据无法组成（{error}）；请减少每批的行数或联系平台运维"),
        format!(
            "The batch cannot be put together ({error}); use smaller batches or tell the platform operator"
        ),
    )
}
