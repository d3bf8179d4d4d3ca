//! Spreadsheets.

use connect::{ProfileOptions, Values};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::{
    files::folder,
    support::{Outcome, code, lookup, read, table},
};

fn book() -> anyhow::Result<Workbook> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("人员#1")?;
    for (column, name) in ["编号", "姓名", "出生日期", "登记时间", "金额", "身份证"].iter().enumerate()
    {
        sheet.write(0, column as u16, *name)?;
    }
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    sheet.write(1, 0, 7)?;
    sheet.write(1, 1, "张,三\n\"丰\"")?;
    sheet.write_with_format(1, 2, ExcelDateTime::from_ymd(1990, 3, 7)?, &day)?;
    sheet.write_with_format(1, 3, ExcelDateTime::from_ymd(2024, 1, 5)?.and_hms(8, 30, 0)?, &moment)?;
    sheet.write(1, 4, 12.5)?;
    sheet.write(1, 5, "110101199003077715")?;
    // An empty row, and a number too long for a spreadsheet.
    sheet.write(3, 0, 13_800_138_000_u64)?;
    sheet.write(3, 5, 110_101_199_003_077_715_f64)?;
    book.add_worksheet().set_name("空表")?;
    Ok(book)
}

/// Sheets are tables; dates are ISO, whole numbers plain; digits that the spreadsheet lost are noted.
#[tokio::test]
async fn reads_sheets() -> Outcome {
    let (dir, source) = folder();
    book()?.save(dir.path().join("data/名册.xlsx"))?;
    let name = "名册.xlsx#人员#1";
    let columns = ["姓名", "出生日期", "登记时间", "金额", "身份证"];
    let rows = lookup(&*source, name, "编号", &["7"], &columns).await?;
    assert_eq!(rows, [["张,三\n\"丰\"", "1990-03-07", "2024-01-05T08:30:00", "12.5", "110101199003077715"]]);
    let rows = lookup(&*source, name, "编号", &["13800138000"], &["姓名"]).await?;
    assert_eq!(rows, [["∅"]]);
    let info = table(&*source, name).await;
    assert_eq!((info.form, info.columns.len()), (connect::TableForm::Sheet, 6));
    assert_eq!((info.notes[0].code, info.notes[0].line), ("file.long_number", Some(4)));
    assert_eq!(table(&*source, "名册.xlsx#空表").await.notes[0].code, "file.empty");
    assert_eq!(read(&*source, name, Values::Typed).await?[0].num_rows(), 2);
    assert_eq!(source.profile(name, ProfileOptions::default()).await?.sampled_rows, 2);
    assert_eq!(code(source.profile("名册.xlsx#无", ProfileOptions::default()).await), "source.table_unknown");
    Ok(())
}

/// A changed spreadsheet is answered from as it is now, its old copy goes, and after a restart the copy serves.
#[tokio::test]
async fn follows_changes() -> Outcome {
    let (dir, source) = folder();
    let path = dir.path().join("data/a.xlsx");
    let copies = || {
        let entries = std::fs::read_dir(dir.path().join("index")).unwrap();
        entries.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "csv")).count()
    };
    for note in ["first", "second, longer"] {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("s")?;
        sheet.write(0, 0, "k")?.write(0, 1, "n")?.write(1, 0, "1")?.write(1, 1, note)?;
        book.save(&path)?;
        assert_eq!(lookup(&*source, "a.xlsx#s", "k", &["1"], &["n"]).await?, [[note]]);
        assert_eq!(copies(), 1);
    }
    let again = crate::files::open(dir.path());
    assert_eq!(lookup(&*again, "a.xlsx#s", "k", &["1"], &["n"]).await?, [["second, longer"]]);
    Ok(())
}
