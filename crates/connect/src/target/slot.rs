//! What a column of a target can take, and the portions that are to go into it.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use arrow::{
    array::{Array as _, AsArray as _, StringArray},
    datatypes::DataType,
    record_batch::RecordBatch,
};

use super::{
    HeldRow, Portion, TargetColumn, TargetTable, TargetType, errors,
    values::{self, Decimal},
};
use crate::error::{SourceCode, SourceError};

/// What a column can take beyond what its [`TargetType`] says. An engine that rounds, cuts or overflows silently is
/// never given the occasion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Slot {
    /// Null is refused.
    pub(super) required: bool,
    /// Most characters of a text.
    pub(super) chars: Option<usize>,
    /// Most bytes of a text.
    pub(super) bytes: Option<usize>,
    /// Smallest and largest whole number.
    pub(super) range: Option<(i64, i64)>,
    /// Digits before and after the point.
    pub(super) digits: Option<(usize, usize)>,
    /// Digits of the fraction of a second.
    pub(super) fraction: Option<usize>,
    /// The number passes through binary floating point, which keeps 15 digits.
    pub(super) float: bool,
    /// Kept as its normal form in a text column, whatever it is.
    pub(super) as_text: bool,
}

/// Why a value cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    Null,
    Nul,
    Kind(TargetType),
    Chars(usize),
    Bytes(usize),
    Range(i64, i64),
    Digits(usize, usize),
    Fraction(usize),
    Float,
}

impl Slot {
    /// Whether a value of this kind can be written.
    pub(super) fn check(&self, holds: TargetType, text: &str) -> Result<(), Unfit> {
        match holds {
            TargetType::Text => self.check_text(text)?,
            TargetType::Date => {
                values::days(text).ok_or(Unfit::Kind(holds))?;
            }
            TargetType::Timestamp => {
                values::micros(text).ok_or(Unfit::Kind(holds))?;
                if let Some(most) = self.fraction
                    && values::fraction_digits(text) > most
                {
                    return Err(Unfit::Fraction(most));
                }
            }
            TargetType::Decimal => self.check_decimal(&Decimal::read(text).ok_or(Unfit::Kind(holds))?)?,
            TargetType::Integer => {
                let number = values::integer(text).ok_or(Unfit::Kind(holds))?;
                self.check_integer(number)?;
                if self.digits.is_some() || self.float {
                    self.check_decimal(&Decimal::read(text).ok_or(Unfit::Kind(holds))?)?;
                }
            }
            TargetType::Boolean => {
                values::boolean(text).ok_or(Unfit::Kind(holds))?;
            }
        }
        if self.as_text && holds != TargetType::Text { self.check_text(text) } else { Ok(()) }
    }

    /// The limits of a text.
    pub(super) fn check_text(&self, text: &str) -> Result<(), Unfit> {
        if text.as_bytes().contains(&0) {
            return Err(Unfit::Nul);
        }
        // No text has more characters than bytes, so most need not be counted.
        if let Some(most) = self.chars
            && text.len() > most
            && text.chars().count() > most
        {
            return Err(Unfit::Chars(most));
        }
        match self.bytes {
            Some(most) if text.len() > most => Err(Unfit::Bytes(most)),
            _ => Ok(()),
        }
    }

    /// The limits of a whole number.
    pub(super) fn check_integer(&self, number: i64) -> Result<(), Unfit> {
        match self.range {
            Some((least, most)) if number < least || number > most => Err(Unfit::Range(least, most)),
            _ => Ok(()),
        }
    }

    /// The limits of a decimal.
    pub(super) fn check_decimal(&self, number: &Decimal<'_>) -> Result<(), Unfit> {
        if let Some((whole, fraction)) = self.digits
            && (number.whole.len() > whole || number.fraction.len() > fraction)
        {
            return Err(Unfit::Digits(whole, fraction));
        }
        if self.float && number.whole.len() + number.fraction.len() > 15 {
            return Err(Unfit::Float);
        }
        Ok(())
    }
}

impl Unfit {
    /// The sentence for a value in its place, which never holds the value itself.
    pub(super) fn at(
        &self,
        target: &str,
        table: &TargetTable,
        column: &str,
        seq: u64,
        row: usize,
    ) -> SourceError {
        let (zh, en) = match self {
            Self::Null => ("不得为空".to_owned(), "null is not allowed".to_owned()),
            Self::Nul => ("含有空字符（U+0000）".to_owned(), "it holds the character U+0000".to_owned()),
            Self::Kind(holds) => {
                let (zh, en) = match holds {
                    TargetType::Text => ("文本", "text"),
                    TargetType::Date => ("日期", "date"),
                    TargetType::Timestamp => ("日期时间", "date and time"),
                    TargetType::Decimal => ("小数", "decimal"),
                    TargetType::Integer => ("64 位整数", "whole number of 64 bits"),
                    TargetType::Boolean => ("布尔值", "boolean"),
                };
                (format!("不是标准格式的{zh}"), format!("it is no {en} in standard form"))
            }
            Self::Chars(most) => (format!("最长 {most} 个字符"), format!("at most {most} characters fit")),
            Self::Bytes(most) => (format!("最长 {most} 个字节"), format!("at most {most} bytes fit")),
            Self::Range(least, most) => {
                (format!("只能容纳 {least} 至 {most}"), format!("only {least} to {most} fit"))
            }
            Self::Digits(whole, fraction) => (
                format!("整数部分最多 {whole} 位、小数最多 {fraction} 位"),
                format!("at most {whole} digits before and {fraction} after the point fit"),
            ),
            Self::Fraction(most) => (
                format!("秒的小数最多 {most} 位"),
                format!("at most {most} digits of a second's fraction fit"),
            ),
            Self::Float => {
                ("浮点列最多精确到 15 位".to_owned(), "a floating-point column keeps 15 digits".to_owned())
            }
        };
        let (table, row) = (&table.table, row + 1);
        SourceError::new(
            SourceCode::TargetValue,
            format!(
                "第 {seq} 批第 {row} 行的值写不进“{target}”的表“{table}”的列“{column}”：{zh}；请放宽该列的类型，或在订阅中为该列加上质量规则。"
            ),
            format!(
                "the value in row {row} of portion {seq} cannot be written into column \"{column}\" of table \"{table}\" in \
                 \"{target}\": {en}; widen the column, or add a rule of quality for it to the subscription"
            ),
        )
    }
}

/// A column of a portion with what it goes into.
pub(super) struct Lane<'p> {
    pub(super) column: &'p TargetColumn,
    pub(super) slot: &'p Slot,
    pub(super) texts: &'p StringArray,
}

impl Lane<'_> {
    /// The checked value in the form in which it is kept: texts as they are, others in their normal form.
    pub(super) fn value(&self, row: usize) -> Result<Option<Cow<'_, str>>, Unfit> {
        if self.texts.is_null(row) {
            return if self.slot.required { Err(Unfit::Null) } else { Ok(None) };
        }
        let text = self.texts.value(row);
        self.slot.check(self.column.holds, text)?;
        values::normal(self.column.holds, text).map(Some).ok_or(Unfit::Kind(self.column.holds))
    }
}

fn texts<'b>(
    target: &str,
    batch: &'b RecordBatch,
    wanted: usize,
    what: &str,
) -> Result<Vec<&'b StringArray>, SourceError> {
    let fits =
        batch.num_columns() == wanted && batch.columns().iter().all(|c| c.data_type() == &DataType::Utf8);
    if !fits {
        return Err(errors::portion(
            target,
            format_args!("“{what}”应有 {wanted} 个文本列"),
            format_args!("\"{what}\" must have {wanted} text columns"),
        ));
    }
    Ok(batch.columns().iter().map(|column| column.as_string::<i32>()).collect())
}

/// The texts of a portion, its form checked, its values not yet.
pub(super) struct Texts<'p> {
    pub(super) rows: Vec<&'p StringArray>,
    pub(super) deleted: Vec<&'p StringArray>,
    pub(super) held: Vec<&'p StringArray>,
}

/// Largest position that is stored.
const POSITION: usize = 64 * 1024;

/// The texts of a portion.
pub(super) fn open<'p>(
    target: &str,
    table: &TargetTable,
    replaces: bool,
    portion: &'p Portion,
) -> Result<Texts<'p>, SourceError> {
    position(target, &portion.position)?;
    let empty = |batch: &Option<RecordBatch>| batch.as_ref().is_none_or(|batch| batch.num_rows() == 0);
    if replaces && !empty(&portion.deleted) {
        return Err(errors::portion(target, "替换时不应有删除", "a replacement deletes nothing by key"));
    }
    Ok(Texts {
        rows: texts(target, &portion.rows, table.columns.len(), "rows")?,
        deleted: match &portion.deleted {
            Some(batch) if batch.num_rows() > 0 => texts(target, batch, table.key.len(), "deleted")?,
            _ => Vec::new(),
        },
        held: match &portion.held {
            Some(batch) if batch.num_rows() > 0 => texts(target, batch, 3, "held")?,
            _ => Vec::new(),
        },
    })
}

/// Refuses a position that is too long to be stored.
pub(super) fn position(target: &str, position: &str) -> Result<(), SourceError> {
    if position.len() > POSITION || position.contains('\0') {
        return Err(errors::portion(
            target,
            format_args!("位置超过 {POSITION} 字节或含有空字符"),
            format_args!("the position is longer than {POSITION} bytes or holds the character U+0000"),
        ));
    }
    Ok(())
}

/// What is wrong with a delivery before anything is asked of the target: the description of its table, or the name of
/// its run, which also travels in headers.
pub(super) fn begins(target: &str, table: &TargetTable, run: &str) -> Result<(), SourceError> {
    if run.is_empty() || run.len() > 128 || !run.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(SourceError::config(
            target,
            "运行编号应为 1 至 128 个可见的 ASCII 字符。",
            "the id of a run is 1 to 128 visible ASCII characters",
        ));
    }
    described(target, table)
}

/// What is wrong with the description of a table itself, whatever the target holds.
pub(super) fn described(target: &str, table: &TargetTable) -> Result<(), SourceError> {
    let id = &table.subscription;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let wrong = |zh: String, en: String| Err(SourceError::config(target, zh, en));
    if id.is_empty() || id.len() > 64 || !id.bytes().all(plain) {
        return wrong(
            "订阅编号应为 1 至 64 个小写字母、数字或连字符。".to_owned(),
            "the id of a subscription is 1 to 64 of a-z, 0-9 and hyphen".to_owned(),
        );
    }
    if table.table.is_empty() || table.table.contains('\0') {
        return wrong("表名不能为空。".to_owned(), "the table has no name".to_owned());
    }
    for (at, column) in table.columns.iter().enumerate() {
        let name = &column.name;
        let again = table.columns.iter().take(at).any(|other| other.name.eq_ignore_ascii_case(name));
        if name.is_empty() || name.contains('\0') || again {
            return wrong(
                format!("列名“{name}”为空或重复（不区分大小写）。"),
                format!(
                    "column name \"{name}\" is empty or there twice, upper and lower case being the same"
                ),
            );
        }
    }
    if table.key.is_empty() {
        return wrong("没有主键列。".to_owned(), "there is no key column".to_owned());
    }
    for (at, key) in table.key.iter().enumerate() {
        let known = table.columns.iter().any(|column| column.name == *key);
        if !known || table.key.iter().take(at).any(|other| other == key) {
            return wrong(
                format!("主键列“{key}”不在列中，或重复。"),
                format!("key column \"{key}\" is not among the columns, or is there twice"),
            );
        }
    }
    Ok(())
}

/// A hash of 64 bits over the parts; each seed gives another.
pub(super) fn hash64<'t>(seed: u8, parts: impl Iterator<Item = Option<&'t str>>) -> u64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    parts.for_each(|part| part.hash(&mut hasher));
    hasher.finish()
}

/// Two hashes of 64 bits over the parts, which no two keys of one delivery share by chance.
pub(super) fn hash<'t>(parts: impl Iterator<Item = Option<&'t str>> + Clone) -> u128 {
    u128::from(hash64(0, parts.clone())) << 64 | u128::from(hash64(1, parts))
}

/// A row whose key came before, as it is held: values in the order of the columns.
pub(super) fn duplicate<'t>(
    table: &TargetTable,
    key: &[usize],
    value: impl Fn(usize) -> Option<&'t str>,
) -> HeldRow {
    let fields = table.columns.iter().enumerate().map(|(at, column)| (column.name.clone(), value(at).into()));
    HeldRow {
        key: key.iter().filter_map(|at| value(*at)).collect::<Vec<_>>().join("|"),
        reasons: "key.duplicate".to_owned(),
        row: serde_json::Value::Object(fields.collect()).to_string(),
    }
}

/// Where the key columns stand among the columns.
pub(super) fn key_places(table: &TargetTable) -> Vec<usize> {
    table.key.iter().filter_map(|key| table.columns.iter().position(|column| column.name == *key)).collect()
}
