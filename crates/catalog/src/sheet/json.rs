//! The same content as JSON, in the shape of the export.

use kernel::{Error, Result};
use serde_json::Value;

use super::book::{Book, MOST_ITEMS, MOST_RESOURCES, Row};
use super::columns::{Column, ITEM, RESOURCE};
use super::report::CellFault;

/// Names of the two lists, in the place of sheets.
const RESOURCES: &str = "resources";
const ITEMS: &str = "items";

/// Reads `{"resources":[{…, "items":[…]}]}` or the list alone. Rows are counted from 1 through the whole file.
///
/// # Errors
/// When it is no JSON of that shape, with the place.
pub fn read(bytes: &[u8]) -> Result<Book> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::invalid(
            "sheet.encoding",
            format!(
                "JSON 文件不是 UTF-8 编码（第 {} 字节起）。请另存为 UTF-8 后上传。",
                error.valid_up_to() + 1
            ),
            format!("The JSON is not UTF-8 (from byte {}). Save it as UTF-8.", error.valid_up_to() + 1),
        )
    })?;
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Error::invalid(
            "sheet.json",
            format!("不是正确的 JSON：第 {} 行第 {} 列。请改正后上传。", error.line(), error.column()),
            format!("Not JSON: line {}, column {}. Correct it.", error.line(), error.column()),
        )
    })?;
    let list = value.get(RESOURCES).unwrap_or(&value).as_array().ok_or_else(|| {
        Error::invalid(
            "sheet.json",
            "JSON 中没有 resources 列表。请使用本系统导出的格式。",
            "The JSON has no list of resources. Use the shape of the export.",
        )
    })?;
    let mut book =
        Book { resource_sheet: RESOURCES.to_owned(), item_sheet: ITEMS.to_owned(), ..Book::default() };
    let mut number = 0_u32;
    for (place, resource) in (1_u32..).zip(list) {
        let mut row = row(place, resource, RESOURCE, RESOURCES, &mut book.faults);
        let tag = format!("#{place}");
        row.cells.insert("row", tag.clone());
        for item in resource.get(ITEMS).and_then(Value::as_array).into_iter().flatten() {
            number += 1;
            let mut row = self::row(number, item, ITEM, ITEMS, &mut book.faults);
            row.cells.insert("resource", tag.clone());
            row.letters.insert("resource", ITEMS.to_owned());
            book.items.push(row);
        }
        book.resources.push(row);
    }
    if book.resources.len() > MOST_RESOURCES || book.items.len() > MOST_ITEMS {
        return Err(Error::too_large(
            "sheet.too_many_rows",
            format!("文件超过 {MOST_RESOURCES} 个资源或 {MOST_ITEMS} 个信息项，没有处理。请拆分。"),
            format!(
                "More than {MOST_RESOURCES} resources or {MOST_ITEMS} items; nothing was done. Part the file."
            ),
        ));
    }
    Ok(book)
}

/// Fields of an exported entry that follow from others and are not entered.
const FOLLOWS: [&str; 3] = ["items", "organisation_name", "class_code"];

fn row(
    number: u32,
    value: &Value,
    columns: &'static [Column],
    sheet: &str,
    faults: &mut Vec<CellFault>,
) -> Row {
    let letters = columns.iter().map(|column| (column.key, column.key.to_owned())).collect();
    let mut row = Row { number, letters, ..Row::default() };
    for (key, value) in value.as_object().into_iter().flatten() {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("；"),
            other => other.to_string(),
        };
        match columns.iter().find(|column| column.key == key) {
            Some(column) => {
                row.cells.insert(column.key, text);
            }
            None if FOLLOWS.contains(&key.as_str()) => {}
            None => faults.push(CellFault {
                sheet: sheet.to_owned(),
                row: number,
                column: key.chars().take(60).collect(),
                header: String::new(),
                value: text.chars().take(60).collect(),
                code: "sheet.unknown_column".to_owned(),
                zh: "没有这个字段。请删除，或改为导出格式中的字段名。".to_owned(),
                en: "No such field. Remove it, or give it a name of the export.".to_owned(),
            }),
        }
    }
    row
}
