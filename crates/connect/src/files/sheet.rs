//! Spreadsheets: a sheet becomes UTF-8 CSV.
//!
//! Dates become ISO 8601, whole numbers have no `.0`, long numbers keep their digits instead of an
//! exponent. What the spreadsheet itself has lost (digits beyond the fifteenth of a number) is noted.

use std::{fmt::Write as _, fs::File, io::BufWriter, path::Path};

use calamine::{DataType, Reader as _, Sheets};

use crate::{error::SourceError, source::Note, text::write_float};

/// Beyond this a binary number of a spreadsheet no longer tells neighbouring whole numbers apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Oddities of a sheet: line of the first, and how many.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    long_numbers: (u64, u64),
    error_cells: (u64, u64),
}

impl Found {
    pub(super) fn as_text(self) -> String {
        let ((a, b), (c, d)) = (self.long_numbers, self.error_cells);
        format!("{a} {b} {c} {d}")
    }

    pub(super) fn from_text(text: &str) -> Self {
        let mut numbers = text.split_whitespace().map(|part| part.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        Self { long_numbers: (next(), next()), error_cells: (next(), next()) }
    }

    pub(super) fn notes(self, table: &str) -> Vec<Note> {
        let note = |(line, count): (u64, u64), code, zh: &str, en: &str| {
            (count > 0).then(|| Note {
                code,
                zh: format!("表格“{table}”{zh}，共 {count} 处，首处在第 {line} 行。"),
                en: format!("sheet \"{table}\" {en}: {count} times, first in row {line}"),
                line: Some(line),
                count,
            })
        };
        [
            note(
                self.long_numbers,
                "file.long_number",
                "有超过 15 位的数字按数值保存，末尾几位已在表格中丢失；请该部门把该列改为文本格式后重新填写",
                "holds numbers of more than 15 digits stored as numbers, whose last digits the spreadsheet has lost; \
                 the department should format the column as text and enter them again",
            ),
            note(
                self.error_cells,
                "file.error_cell",
                "有公式错误的单元格，按空值处理；请改正公式",
                "holds cells with a formula error, taken as empty; correct the formulas",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The names of the sheets of a file.
pub(super) fn names(file: &str, path: &Path) -> Result<Vec<String>, SourceError> {
    Ok(calamine::open_workbook_auto(path).map_err(|error| damaged(file, error))?.sheet_names())
}

/// Writes a sheet as CSV.
pub(super) fn write_csv(
    table: &str,
    path: &Path,
    sheet: &str,
    out: &mut BufWriter<File>,
) -> Result<Found, SourceError> {
    let mut rows = Rows::new(out);
    match calamine::open_workbook_auto(path).map_err(|error| damaged(table, error))? {
        // Cell by cell, so that a sheet of a million rows needs little memory.
        Sheets::Xlsx(mut book) => {
            let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| damaged(table, error))?;
            while let Some(cell) = cells.next_cell().map_err(|error| damaged(table, error))? {
                rows.cell(cell.get_position(), cell.get_value()).map_err(|error| damaged(table, error))?;
            }
        }
        mut book => {
            let range = book.worksheet_range(sheet).map_err(|error| damaged(table, error))?;
            let (first_row, first_column) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let at = (first_row + row as u32, first_column + column as u32);
                rows.cell(at, value).map_err(|error| damaged(table, error))?;
            }
        }
    }
    rows.end_row().map_err(|error| damaged(table, error))?;
    rows.out.flush().map_err(|error| damaged(table, error))?;
    Ok(rows.found)
}

/// Gathers cells into rows; empty rows are left out, short ones filled up to the header.
struct Rows<'w> {
    out: csv::Writer<&'w mut BufWriter<File>>,
    row: u32,
    fields: Vec<String>,
    width: usize,
    found: Found,
}

impl<'w> Rows<'w> {
    fn new(out: &'w mut BufWriter<File>) -> Self {
        let out = csv::WriterBuilder::new().flexible(true).from_writer(out);
        Self { out, row: 0, fields: Vec::new(), width: 0, found: Found::default() }
    }

    fn cell(&mut self, (row, column): (u32, u32), value: &impl DataType) -> Result<(), csv::Error> {
        if value.is_empty() {
            return Ok(());
        }
        if row != self.row {
            self.end_row()?;
            self.row = row;
        }
        let mut text = String::new();
        write_value(value, &mut text);
        let line = u64::from(row) + 1;
        if value.is_error() {
            note(&mut self.found.error_cells, line);
        }
        if value.get_float().is_some_and(|number| number.abs() >= EXACT) {
            note(&mut self.found.long_numbers, line);
        }
        let column = column as usize;
        if self.fields.len() <= column {
            self.fields.resize(column + 1, String::new());
        }
        if let Some(field) = self.fields.get_mut(column) {
            *field = text;
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), csv::Error> {
        if self.fields.iter().all(String::is_empty) {
            self.fields.clear();
            return Ok(());
        }
        self.width = if self.width == 0 { self.fields.len() } else { self.width };
        if self.fields.len() < self.width {
            self.fields.resize(self.width, String::new());
        }
        self.out.write_record(&self.fields)?;
        self.fields.clear();
        Ok(())
    }
}

fn note(found: &mut (u64, u64), line: u64) {
    if found.1 == 0 {
        found.0 = line;
    }
    found.1 += 1;
}

/// Writes a cell as canonical text; a formula error as nothing.
fn write_value(value: &impl DataType, out: &mut String) {
    if let Some(text) = value.get_string().or(value.get_datetime_iso()).or(value.get_duration_iso()) {
        out.push_str(text);
    } else if let Some(yes) = value.get_bool() {
        out.push_str(if yes { "true" } else { "false" });
    } else if let Some(number) = value.get_int() {
        let _ = write!(out, "{number}");
    } else if let Some(number) = value.get_float() {
        let _ = write_float(number, out);
    } else if let Some(moment) = value.get_datetime() {
        write_moment(moment.as_f64(), moment.is_duration(), moment.to_ymd_hms_milli(), out);
    }
}

fn write_moment(
    serial: f64,
    duration: bool,
    (year, month, day, hour, minute, second, milli): (u16, u8, u8, u8, u8, u8, u16),
    out: &mut String,
) {
    if duration {
        // A span of time, of which a calendar date would be nonsense.
        let _ = write!(out, "{}:{minute:02}:{second:02}", (serial * 24.0).floor());
        return;
    }
    let time = (hour, minute, second, milli) != (0, 0, 0, 0);
    let dated = !(0.0..1.0).contains(&serial);
    if dated {
        let _ = write!(out, "{year:04}-{month:02}-{day:02}");
    }
    if time || !dated {
        let _ = write!(out, "{}{hour:02}:{minute:02}:{second:02}", if dated { "T" } else { "" });
        if milli != 0 {
            let _ = write!(out, ".{milli:03}");
        }
    }
}

fn damaged(file: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SourceError {
    SourceError::bad_file(
        file,
        "不是完好的电子表格，或已加密；请用表格软件打开后重新另存，并去掉密码。",
        "it is no sound spreadsheet, or it is encrypted; open it, remove the password and save it again",
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use calamine::{Data, ExcelDateTime, ExcelDateTimeType};

    use super::*;

    fn text(value: &Data) -> String {
        let mut out = String::new();
        write_value(value, &mut out);
        out
    }

    fn moment(serial: f64) -> Data {
        Data::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false))
    }

    /// Numbers keep their digits and have no `.0`; dates are ISO 8601; a time alone has no date.
    #[test]
    fn cells_as_text() {
        assert_eq!(text(&Data::Float(3.0)), "3");
        assert_eq!(text(&Data::Float(13_800_138_000.0)), "13800138000");
        assert_eq!(text(&Data::Float(4.401_011_990_010_11e17)), "440101199001011000");
        assert_eq!(text(&Data::Float(0.5)), "0.5");
        assert_eq!(text(&Data::Bool(true)), "true");
        assert_eq!(text(&moment(45_296.0)), "2024-01-05");
        assert_eq!(text(&moment(45_296.5)), "2024-01-05T12:00:00");
        assert_eq!(text(&moment(0.25)), "06:00:00");
        let span = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(text(&Data::DateTime(span)), "36:00:00");
    }
}
