//! Folders of text files that are in order.

use std::{path::Path, sync::Arc};

use connect::{ProfileOptions, Source, Values};
use standards::value::ValueKind;
use tempfile::TempDir;

use crate::support::{ATTACKS, Outcome, code, lookup, read, source, table};

/// A folder as a source; the indexes lie in a folder of their own.
pub fn folder() -> (TempDir, Arc<dyn Source>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("data")).unwrap();
    let source = open(dir.path());
    (dir, source)
}

/// The source on such a folder.
pub fn open(dir: &Path) -> Arc<dyn Source> {
    let dir = dir.display();
    source(&format!("kind='files'\ndir='{dir}/data'\nindex_dir='{dir}/index'"))
}

/// Writes a file of the folder.
pub fn write(dir: &TempDir, name: &str, bytes: impl AsRef<[u8]>) {
    std::fs::write(dir.path().join("data").join(name), bytes).unwrap();
}

/// Text in GB18030.
pub fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// The same table in every encoding and with every delimiter is read alike.
#[tokio::test]
async fn encodings_and_delimiters() -> Outcome {
    let (dir, source) = folder();
    // The second byte of 褆 in GB18030 is the byte of `|`.
    let (second, _, _) = encoding_rs::GB18030.decode(b"\xd1\x7c");
    let address = format!("{second}东路,1号;2|室");
    for (delimiter, extension) in [(',', "csv"), (';', "csv"), ('\t', "tsv"), ('|', "txt")] {
        let text = [["姓名", "住 址", "编号"], ["张三", &address, "007"], ["𠮷田", "", "8"]]
            .map(|row| row.map(|field| format!("\"{field}\"")).join(&delimiter.to_string()))
            .join("\r\n");
        let with_mark = format!("\u{feff}{text}");
        for (at, bytes) in
            [text.clone().into_bytes(), with_mark.into_bytes(), gb(&text), utf16(&text)].iter().enumerate()
        {
            let name = format!("表{at}{}.{extension}", delimiter as u32);
            write(&dir, &name, bytes);
            let rows = lookup(&*source, &name, "编号", &["007", "8"], &["姓名", "住 址"]).await?;
            assert_eq!(rows, [["张三", address.as_str()], ["𠮷田", "∅"]], "{name}");
            assert_eq!(read(&*source, &name, Values::Typed).await?[0].num_rows(), 2);
        }
    }
    assert_eq!(source.tables().await?.len(), 16);
    Ok(())
}

/// Quoted fields may hold line ends, delimiters and quotes; keys are found whatever blanks stand around them.
#[tokio::test]
async fn quoted_fields() -> Outcome {
    let (dir, source) = folder();
    write(
        &dir,
        "a.csv",
        "id,note\n\"110101199003077715\t\",\"line 1\nline 2, \"\"quoted\"\"\"\n 7 ,x\n7,y\n",
    );
    let rows = lookup(&*source, "a.csv", "id", &["110101199003077715"], &["note"]).await?;
    assert_eq!(rows, [["line 1\nline 2, \"quoted\""]]);
    let rows = lookup(&*source, "a.csv", "id", &["7", " 7"], &["id", "note"]).await?;
    assert_eq!(rows, [[" 7 ", "x"], ["7", "y"]]);
    assert!(lookup(&*source, "a.csv", "id", &["", "70"], &["note"]).await?.is_empty());
    Ok(())
}

/// A GB18030 file is profiled: counts, shapes and kinds are told, values of persons are not.
#[tokio::test]
async fn profiles() -> Outcome {
    let (dir, source) = folder();
    let mut text = String::from("姓名,身份证号,性别,登记日期,备注\n");
    for i in 0..3000 {
        let sex = if i % 3 == 0 { "男" } else { "女" };
        text.push_str(&format!("王小{},11010119900307{:04},{sex},2024-01-{:02},\n", '明', i, i % 28 + 1));
    }
    write(&dir, "户籍.csv", gb(&text));
    let profile = source.profile("户籍.csv", ProfileOptions { sample_rows: 1_000_000 }).await?;
    assert_eq!(profile.rows.map(|count| (count.rows, count.exact)), Some((3000, true)));
    let [_, id, sex, day, note] = &profile.columns[..] else { panic!("columns") };
    assert_eq!((id.distinct.values, id.min_length, id.max_length), (3000, 18, 18));
    assert_eq!(id.patterns[0].shape, "9".repeat(18));
    assert_eq!((sex.distinct.values, note.nulls), (2, 3000));
    assert_eq!(sex.codes.iter().map(|code| code.rows).sum::<u64>(), 3000);
    assert_eq!(day.kinds.first().map(|found| &found.kind), Some(&ValueKind::Date));
    let shown = serde_json::to_string(&profile)?;
    assert!(!shown.contains("11010119900307"), "{shown}");
    assert!(!shown.contains("王小明"), "{shown}");
    // With a smaller sample the rows are spread over the file.
    let profile = source.profile("户籍.csv", ProfileOptions { sample_rows: 100 }).await?;
    assert_eq!(profile.sampling, connect::profile::Sampling::Spread);
    assert!((50..=100).contains(&profile.sampled_rows), "{}", profile.sampled_rows);
    assert_eq!(profile.columns[1].distinct.values, profile.sampled_rows);
    // Also when the values change with every row, as this column's do with every third.
    let profile = source.profile("户籍.csv", ProfileOptions { sample_rows: 1000 }).await?;
    assert_eq!(profile.columns[2].distinct.values, 2);
    Ok(())
}

/// A table name cannot lead out of the folder, and a name is never part of anything but a comparison.
#[tokio::test]
async fn names_cannot_escape() -> Outcome {
    let (dir, source) = folder();
    write(&dir, "a.csv", "id\n1\n");
    std::fs::write(dir.path().join("outside.csv"), "id\n1\n")?;
    for name in ATTACKS.iter().chain(&[
        "../outside.csv",
        "..\\outside.csv",
        "a.csv/../../outside.csv",
        ".csv",
        "/a.csv",
    ]) {
        assert_eq!(
            code(lookup(&*source, name, "id", &["1"], &["id"]).await),
            "source.table_unknown",
            "{name}"
        );
        assert_eq!(code(lookup(&*source, "a.csv", name, &["1"], &["id"]).await), "source.column_unknown");
        assert_eq!(code(lookup(&*source, "a.csv", "id", &["1"], &[name]).await), "source.column_unknown");
        assert!(lookup(&*source, "a.csv", "id", &[name], &["id"]).await?.is_empty());
    }
    Ok(())
}

/// Files that are no tables, and lock files of open spreadsheets, are not listed.
#[tokio::test]
async fn only_tables_are_listed() -> Outcome {
    let (dir, source) = folder();
    for name in ["a.CSV", "b.docx", "~$c.xlsx", ".d.csv", "e"] {
        write(&dir, name, "id\n1\n");
    }
    let names: Vec<String> = source.tables().await?.into_iter().map(|table| table.name).collect();
    assert_eq!(names, ["a.CSV"]);
    assert_eq!(table(&*source, "a.CSV").await.columns[0].name, "id");
    Ok(())
}
