//! Folders of files: CSV in GB18030 and workbooks.

use std::path::Path;

use anyhow::Context;
use encoding_rs::GB18030;
use rust_xlsxwriter::{Format, Workbook};

use crate::dirt::serial;
use crate::table::Table;

/// Writes a system's tables into a folder. A table named `file.xlsx#sheet` becomes a workbook, others CSV files.
///
/// # Errors
/// When the folder cannot be written.
pub fn raise_files(tables: &[Table], dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    for table in tables {
        let path = dir.join(table.name.split('#').next().unwrap_or(table.name));
        let written = match table.name.split_once('#') {
            Some((_, sheet)) => workbook(table, sheet)?.save(&path).map_err(anyhow::Error::from),
            None => std::fs::write(&path, text(table)?).map_err(anyhow::Error::from),
        };
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn text(table: &Table) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|column| column.name))?;
    for row in &table.rows {
        writer.write_record(row.cells.iter().map(|cell| cell.as_deref().unwrap_or_default()))?;
    }
    let text = String::from_utf8(writer.into_inner()?)?;
    Ok(GB18030.encode(&text).0.into_owned())
}

fn workbook(table: &Table, name: &str) -> anyhow::Result<Workbook> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name(name)?;
    let bold = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (at, column) in table.columns.iter().enumerate() {
        sheet.write_string_with_format(0, u16::try_from(at)?, column.name, &bold)?;
    }
    for (number, row) in table.rows.iter().enumerate() {
        let line = u32::try_from(number + 1)?;
        for (at, cell) in row.cells.iter().enumerate() {
            let Some(text) = cell else { continue };
            let column = u16::try_from(at)?;
            let plain_day =
                chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| number % 3 == 0);
            match (plain_day, text.parse::<u32>()) {
                // Some clerks type dates that the spreadsheet understands, others type texts.
                (Some(date), _) => {
                    let number: f64 = f64::from(i32::try_from(serial(date))?);
                    sheet.write_number_with_format(line, column, number, &day)?;
                }
                (None, Ok(value)) if at == 0 || text.len() == 5 => {
                    sheet.write_number(line, column, f64::from(value))?;
                }
                _ => {
                    sheet.write_string(line, column, text)?;
                }
            }
        }
    }
    Ok(workbook)
}
