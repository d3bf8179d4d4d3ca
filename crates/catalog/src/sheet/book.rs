//! A file as rows of cells, each with its place, whatever it was written in.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use calamine::{Data, Range, Reader as _, Xlsx};
use kernel::{Error, Result};

use super::columns::{Column, ITEM, ITEMS, RESOURCE, RESOURCES, by_header, letters};
use super::report::CellFault;

/// Bytes of a file.
pub const MOST_BYTES: usize = 20 << 20;
/// Bytes that a file may unpack to.
const MOST_UNPACKED: u64 = 200 << 20;
/// Resources in a file.
pub const MOST_RESOURCES: usize = 5_000;
/// Items in a file.
pub const MOST_ITEMS: usize = 100_000;

/// A row with what is filled in.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its number, from 1.
    pub number: u32,
    /// Texts by column.
    pub cells: HashMap<&'static str, String>,
    /// Letters by column.
    pub letters: HashMap<&'static str, String>,
}

impl Row {
    /// What stands in a column, without blanks around it.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.cells.get(key).map(|text| text.trim()).filter(|text| !text.is_empty())
    }
}

/// A file.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// Name of the sheet of resources, for faults.
    pub resource_sheet: String,
    /// Name of the sheet of items.
    pub item_sheet: String,
    /// Resources.
    pub resources: Vec<Row>,
    /// Items.
    pub items: Vec<Row>,
    /// What is wrong with sheets, headers and cells as such.
    pub faults: Vec<CellFault>,
}

fn refused(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::invalid(code, zh, en)
}

/// Reads a file of either kind.
///
/// # Errors
/// When it is neither, too large, or damaged.
pub fn read(bytes: &[u8]) -> Result<Book> {
    if bytes.len() > MOST_BYTES {
        return Err(Error::too_large(
            "sheet.too_large",
            "文件超过20兆字节，没有处理。请拆分为几个文件。",
            "The file is larger than 20 MB; nothing was done. Part it into several files.",
        ));
    }
    if bytes.starts_with(b"PK") {
        return workbook(bytes);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(refused(
            "sheet.old_format",
            "这是旧版 .xls 文件（或加密的工作簿）。请在表格软件中取消密码，另存为 .xlsx 后重新上传。",
            "This is an old .xls file, or a workbook with a password. Save it as .xlsx without password and upload it again.",
        ));
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => super::json::read(text),
        _ => Err(refused(
            "sheet.not_a_workbook",
            "文件不是 .xlsx 工作簿，也不是本系统导出的 JSON。请下载模板填写，保存为 .xlsx 后上传；CSV 请先另存为 .xlsx。",
            "The file is neither an .xlsx workbook nor JSON as exported here. Fill in the template and save it as .xlsx; save CSV as .xlsx first.",
        )),
    }
}

fn damaged(error: impl std::fmt::Display) -> Error {
    refused(
        "sheet.damaged",
        format!("工作簿已损坏，无法读取（{error}）。请用表格软件打开后另存为 .xlsx 再上传。"),
        format!(
            "The workbook is damaged and cannot be read ({error}). Open it, save it as .xlsx and upload it again."
        ),
    )
}

/// A small file may unpack to more than the memory holds: it is measured before anything of it is read.
fn measure(bytes: &[u8]) -> Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut unpacked = 0_u64;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(damaged)?;
        // What the file says of itself may be a lie, so it is counted.
        let left = MOST_UNPACKED.saturating_sub(unpacked) + 1;
        unpacked += std::io::copy(&mut file.take(left), &mut std::io::sink()).map_err(damaged)?;
        if unpacked > MOST_UNPACKED {
            return Err(Error::too_large(
                "sheet.too_large",
                "工作簿解压后超过200兆字节，没有处理。请删除图片和多余的表，或拆分为几个文件。",
                "The workbook unpacks to more than 200 MB; nothing was done. Remove pictures and other sheets, or part it.",
            ));
        }
    }
    Ok(())
}

fn workbook(bytes: &[u8]) -> Result<Book> {
    measure(bytes)?;
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
        .map_err(|error: calamine::XlsxError| damaged(error))?;
    let mut book =
        Book { resource_sheet: RESOURCES.to_owned(), item_sheet: ITEMS.to_owned(), ..Book::default() };
    let names = workbook.sheet_names();
    if !names.iter().any(|name| name == RESOURCES) {
        return Err(refused(
            "sheet.no_resources",
            format!(
                "工作簿中没有名为“{RESOURCES}”的表（现有：{}）。请使用模板，不要改表名。",
                names.join("、")
            ),
            format!(
                "The workbook has no sheet {RESOURCES} (it has {}). Use the template and keep its names.",
                names.join(", ")
            ),
        ));
    }
    book.resources = sheet(&mut workbook, RESOURCES, RESOURCE, MOST_RESOURCES, &mut book.faults)?;
    if names.iter().any(|name| name == ITEMS) {
        book.items = sheet(&mut workbook, ITEMS, ITEM, MOST_ITEMS, &mut book.faults)?;
    } else {
        book.faults.push(CellFault {
            sheet: ITEMS.to_owned(),
            row: 0,
            column: String::new(),
            header: String::new(),
            value: String::new(),
            code: "sheet.no_items".to_owned(),
            zh: format!("工作簿中没有名为“{ITEMS}”的表。请使用模板，不要删表改名。"),
            en: format!("The workbook has no sheet {ITEMS}. Use the template and keep its sheets."),
        });
    }
    Ok(book)
}

fn sheet(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    columns: &'static [Column],
    most: usize,
    faults: &mut Vec<CellFault>,
) -> Result<Vec<Row>> {
    let values = workbook.worksheet_range(name).map_err(damaged)?;
    let formulas = workbook.worksheet_formula(name).map_err(damaged)?;
    let merged = workbook.merge_cells_by_sheet_name(name).map_err(damaged)?;
    let Some((_, last_column)) = values.end() else { return Ok(Vec::new()) };
    let mut report = Report { sheet: name, faults };
    let headers = headers(&values, last_column, columns, &mut report);
    for area in merged {
        // Merged headers above a table of their own do no harm; merged data leave cells empty that look filled.
        if area.end.0 >= 1 {
            let header =
                headers.iter().find(|(place, _)| *place == area.start.1).map_or("", |(_, column)| column.zh);
            report.add(
                area.start.0 + 1,
                area.start.1,
                header,
                "",
                (
                    "sheet.merged",
                    "合并单元格只有左上角有值。请取消合并，逐行填写。",
                    "Of merged cells only the upper left one has a value. Unmerge them and fill in each row.",
                ),
            );
        }
    }
    let (first, last) = (values.start().map_or(0, |start| start.0), values.end().map_or(0, |end| end.0));
    let mut rows: Vec<Row> = Vec::new();
    let mut blank: Vec<u32> = Vec::new();
    for number in first.max(1)..=last {
        let row = cells(&values, &formulas, number, &headers, &mut report);
        if row.cells.is_empty() {
            blank.push(number + 1);
            continue;
        }
        for empty in blank.drain(..) {
            report.add_row(
                empty,
                (
                    "sheet.empty_row",
                    "中间有空行。请删除空行，以免漏填。",
                    "An empty row among the rows. Delete it, so that nothing is left out.",
                ),
            );
        }
        if rows.len() == most {
            return Err(Error::too_large(
                "sheet.too_many_rows",
                format!("“{name}”表超过 {most} 行，没有处理。请拆分为几个文件。"),
                format!(
                    "The sheet {name} has more than {most} rows; nothing was done. Part it into several files."
                ),
            ));
        }
        rows.push(row);
    }
    Ok(rows)
}

type Told = (&'static str, &'static str, &'static str);

struct Report<'a> {
    sheet: &'a str,
    faults: &'a mut Vec<CellFault>,
}

impl Report<'_> {
    fn add(&mut self, row: u32, column: u32, header: &str, value: &str, (code, zh, en): Told) {
        self.faults.push(CellFault {
            sheet: self.sheet.to_owned(),
            row,
            column: letters(column as usize),
            header: header.to_owned(),
            value: value.chars().take(60).collect(),
            code: code.to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
        });
    }

    fn add_row(&mut self, row: u32, told: Told) {
        self.add(row, 0, "", "", told);
        if let Some(last) = self.faults.last_mut() {
            last.column.clear();
        }
    }
}

/// Columns by place. Missing ones that must be filled in, unknown and repeated ones are reported.
fn headers(
    values: &Range<Data>,
    last_column: u32,
    columns: &'static [Column],
    report: &mut Report<'_>,
) -> Vec<(u32, &'static Column)> {
    let mut found: Vec<(u32, &'static Column)> = Vec::new();
    for place in 0..=last_column {
        let text = values.get_value((0, place)).map(text_of).unwrap_or_default();
        if text.trim().is_empty() {
            continue;
        }
        match by_header(columns, &text) {
            None => report.add(
                1,
                place,
                &text,
                &text,
                (
                    "sheet.unknown_column",
                    "模板中没有这一列。请删除，或改为模板中的列名。",
                    "The template has no such column. Remove it, or give it a name of the template.",
                ),
            ),
            Some(column) if found.iter().any(|(_, known)| known.key == column.key) => {
                report.add(
                    1,
                    place,
                    column.zh,
                    &text,
                    (
                        "sheet.column_twice",
                        "这一列出现了两次。请删除其一。",
                        "The column stands twice. Remove one.",
                    ),
                );
            }
            Some(column) => found.push((place, column)),
        }
    }
    for column in columns.iter().filter(|column| column.required) {
        if !found.iter().any(|(_, known)| known.key == column.key) {
            report.add_row(
                1,
                (
                    "sheet.column_missing",
                    "缺少必填的列。请使用模板，不要删除列。",
                    "A column that must be filled in is missing. Use the template and keep its columns.",
                ),
            );
            if let Some(last) = report.faults.last_mut() {
                column.zh.clone_into(&mut last.header);
            }
        }
    }
    found
}

fn cells(
    values: &Range<Data>,
    formulas: &Range<String>,
    number: u32,
    headers: &[(u32, &'static Column)],
    report: &mut Report<'_>,
) -> Row {
    let mut row = Row { number: number + 1, ..Row::default() };
    for (place, column) in headers {
        let value = values.get_value((number, *place)).unwrap_or(&Data::Empty);
        let text = text_of(value);
        let formula = formulas.get_value((number, *place)).filter(|formula| !formula.is_empty());
        // An empty cell that must be filled in is named by its letters too.
        row.letters.insert(column.key, letters(*place as usize));
        if formula.is_none() && text.trim().is_empty() {
            continue;
        }
        if let Some(formula) = formula {
            report.add(number + 1, *place, column.zh, &format!("={formula}"), (
                "sheet.formula",
                "单元格是公式。请粘贴为数值：公式的结果会随别处变化，也可能夹带命令。",
                "The cell is a formula. Paste it as a value: its result changes with other cells and may carry commands.",
            ));
        } else if let Data::Error(_) = value {
            report.add(
                number + 1,
                *place,
                column.zh,
                &text,
                (
                    "sheet.error_value",
                    "单元格是错误值。请改正后重新填写。",
                    "The cell holds an error value. Correct it.",
                ),
            );
        } else if begins_like_formula(&text) {
            report.add(number + 1, *place, column.zh, &text, (
                "sheet.formula_text",
                "内容以 =、+、-、@ 开头，在表格软件中可能被当作公式执行。请改写开头。",
                "The text begins with =, +, - or @, which a spreadsheet may run as a formula. Write its beginning otherwise.",
            ));
        }
        row.cells.insert(column.key, text);
    }
    row
}

/// A text that a spreadsheet would run. A number with its sign and an international telephone number are none.
pub fn begins_like_formula(text: &str) -> bool {
    let text = text.trim_start();
    let rest = match text.strip_prefix(['+', '-']) {
        Some(rest) => rest,
        None => return text.starts_with(['=', '@', '＝']),
    };
    !rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ' ' | '-' | '(' | ')'))
}

fn text_of(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        // A whole number typed into a cell is a number with a fraction of nought to a spreadsheet.
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        other => other.to_string(),
    }
}
