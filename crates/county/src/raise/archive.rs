//! The archive of the real-estate register: one workbook for each certificate, by year.

use std::path::Path;

use anyhow::Context as _;
use chrono::Datelike as _;
use rust_xlsxwriter::{Format, Workbook};

use crate::truth::{County, Home};

/// Writes the pages of the register for the first `most` homes into a folder, `<year>/<certificate>.xlsx`; gives their names
/// in order. What lay there before is replaced.
///
/// # Errors
/// When the folder cannot be written.
pub fn raise_archive(county: &County, dir: &Path, most: usize) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for home in county.homes.iter().take(most) {
        let name = format!("{}/{}.xlsx", home.registered.year(), home.certificate);
        let path = dir.join(&name);
        let folder = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        page(county, home)?.save(&path).with_context(|| format!("cannot write {}", path.display()))?;
        names.push(name);
    }
    names.sort();
    Ok(names)
}

/// A page of the register.
fn page(county: &County, home: &Home) -> anyhow::Result<Workbook> {
    let owner = county.persons.get(home.owner).context("an owner")?;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("登记簿")?;
    let title = Format::new().set_bold().set_font_size(16);
    sheet.write_string_with_format(0, 0, "不动产登记簿（房屋）", &title)?;
    sheet.set_column_width(0, 18)?.set_column_width(1, 48)?;
    let area = format!("{}.{:02} 平方米", home.area / 100, home.area % 100);
    let lines = [
        ("不动产权证号", home.certificate.clone()),
        ("权利人", owner.name.clone()),
        ("共有情况", if home.shared { "共同共有" } else { "单独所有" }.to_owned()),
        ("坐落", home.address.clone()),
        ("建筑面积", area),
        ("规划用途", home.usage.to_owned()),
        ("登记时间", home.registered.format("%Y年%-m月%-d日").to_string()),
        ("抵押登记", home.mortgage.as_ref().map_or_else(|| "无".to_owned(), |one| one.certificate.clone())),
    ];
    for (row, (label, value)) in (2..).zip(lines) {
        sheet.write_string(row, 0, label)?;
        sheet.write_string(row, 1, value)?;
    }
    Ok(workbook)
}
