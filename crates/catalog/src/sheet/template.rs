//! The empty workbook that offices fill in, and the one that an export fills.

use kernel::{Error, Result};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError,
};

use super::columns::{Column, Holds, ITEM, ITEMS, RESOURCE, RESOURCES};
use crate::model::Organisations;

/// Rows of the sheet of resources that have lists to choose from.
const RESOURCE_ROWS: u32 = 5_000;
/// Rows of the sheet of items that have lists to choose from.
const ITEM_ROWS: u32 = 100_000;
/// Name of the sheet with the data elements.
const ELEMENTS: &str = "数据元";
/// Name of the sheet with the offices.
const OFFICES: &str = "机构";
/// Name of the sheet that explains.
const HELP: &str = "填写说明";

pub(super) fn failed(error: XlsxError) -> Error {
    Error::internal("sheet.write", error)
}

/// An empty workbook with lists, explanations, elements and offices; `resources` and `items` are written as rows.
///
/// # Errors
/// When the workbook cannot be written.
pub fn workbook(
    organisations: &Organisations,
    resources: &[Vec<String>],
    items: &[Vec<String>],
) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let elements: Vec<_> = standards::elements::all().collect();
    let offices: Vec<&str> =
        organisations.iter().filter(|one| !one.disabled).map(|one| one.name.as_str()).collect();
    let lists = Lists { elements: elements.len(), offices: offices.len() };
    fill(workbook.add_worksheet(), RESOURCES, RESOURCE, (resources, RESOURCE_ROWS), &lists)
        .map_err(failed)?;
    fill(workbook.add_worksheet(), ITEMS, ITEM, (items, ITEM_ROWS), &lists).map_err(failed)?;
    help(workbook.add_worksheet()).map_err(failed)?;
    let sheet = workbook.add_worksheet().set_name(ELEMENTS).map_err(failed)?;
    table(
        sheet,
        &["代码", "中文名称", "英文名称", "标准", "数据级别"],
        elements.iter().map(|one| {
            vec![
                one.code.to_owned(),
                one.zh.to_owned(),
                one.en.to_owned(),
                one.standard.to_owned(),
                one.grade.number().to_string(),
            ]
        }),
    )
    .map_err(failed)?;
    let sheet = workbook.add_worksheet().set_name(OFFICES).map_err(failed)?;
    let known = organisations.iter().filter(|one| !one.disabled);
    table(
        sheet,
        &["名称", "简称", "统一社会信用代码"],
        known.map(|one| vec![one.name.clone(), one.short_name.clone(), one.credit_code.clone()]),
    )
    .map_err(failed)?;
    workbook.save_to_buffer().map_err(failed)
}

struct Lists {
    elements: usize,
    offices: usize,
}

fn place(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

fn line(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn bold() -> Format {
    Format::new()
        .set_bold()
        .set_background_color("DCE6F1")
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
}

fn fill(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[Column],
    (rows, listed_rows): (&[Vec<String>], u32),
    lists: &Lists,
) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 2)?;
    // Texts stay texts: an office's code of digits must not become a number with an exponent.
    let text = Format::new().set_num_format("@");
    for (at, column) in columns.iter().enumerate() {
        let at = place(at);
        sheet.set_column_width(at, f64::from(column.width))?;
        sheet.set_column_format(at, &text)?;
        sheet.write_string_with_format(0, at, column.header(), &bold())?;
        if let Some(list) = list(column, lists)? {
            sheet.add_data_validation(1, at, listed_rows, at, &list)?;
        }
    }
    for (number, row) in rows.iter().enumerate() {
        for (at, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            // Always as a text, never as a formula, whatever it begins with.
            sheet.write_string_with_format(line(number + 1), place(at), cell, &text)?;
        }
    }
    Ok(())
}

fn list(column: &Column, lists: &Lists) -> Result<Option<DataValidation>, XlsxError> {
    let offers = column.offers();
    let made = match column.holds {
        Holds::Words(_) | Holds::Flag => DataValidation::new().allow_list_strings(&offers)?,
        Holds::Element => {
            let range = format!("={ELEMENTS}!$A$2:$A${}", lists.elements + 1);
            // The Chinese name is good too; the list only offers.
            DataValidation::new()
                .allow_list_formula(Formula::new(range))
                .set_error_style(DataValidationErrorStyle::Information)
        }
        Holds::Office if lists.offices > 0 => {
            let range = format!("={OFFICES}!$A$2:$A${}", lists.offices + 1);
            DataValidation::new()
                .allow_list_formula(Formula::new(range))
                .set_error_style(DataValidationErrorStyle::Information)
        }
        _ => return Ok(None),
    };
    let message: String = column.help.chars().take(200).collect();
    Ok(Some(made.set_input_message(message)?))
}

fn help(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name(HELP)?;
    let rules = [
        "一行填一个资源（“资源”表），一行填一个信息项（“信息项”表）；信息项用目录编码或资源名称指明属于哪个资源。",
        "带 * 的列必填。不要改表名、列名，不要合并单元格，不要在中间留空行，不要用公式。",
        "依据《政务数据共享条例》：不予共享须引用法律、行政法规或国务院决定；有条件共享须写明谁、为办什么事可以使用；无条件共享不得附条件。",
        "上传后先检查：逐个单元格指出问题和改法，改正前不会导入任何内容；也可以只导入没有问题的行。导入后为草稿，由部门负责人签发。",
    ];
    sheet
        .set_column_width(0, 12)?
        .set_column_width(1, 24)?
        .set_column_width(2, 8)?
        .set_column_width(3, 60)?;
    for (at, rule) in rules.iter().enumerate() {
        sheet.write_string(line(at), 0, *rule)?;
    }
    let first = rules.len() + 1;
    for (at, header) in ["表", "列", "必填", "填写内容"].into_iter().enumerate() {
        sheet.write_string_with_format(line(first), place(at), header, &bold())?;
    }
    let all =
        RESOURCE.iter().map(|column| (RESOURCES, column)).chain(ITEM.iter().map(|column| (ITEMS, column)));
    for (at, (name, column)) in all.enumerate() {
        let row = line(first + 1 + at);
        sheet.write_string(row, 0, name)?;
        sheet.write_string(row, 1, column.zh)?;
        sheet.write_string(row, 2, if column.required { "是" } else { "" })?;
        sheet.write_string(row, 3, column.help)?;
    }
    Ok(())
}

fn table(
    sheet: &mut Worksheet,
    headers: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), XlsxError> {
    for (at, header) in headers.iter().enumerate() {
        sheet.set_column_width(place(at), 26)?;
        sheet.write_string_with_format(0, place(at), *header, &bold())?;
    }
    for (number, row) in rows.enumerate() {
        for (at, cell) in row.into_iter().enumerate() {
            sheet.write_string(line(number + 1), place(at), cell)?;
        }
    }
    Ok(())
}
