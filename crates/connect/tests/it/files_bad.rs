//! Text files that are not in order.

use connect::{ProfileOptions, Source, Values};
use proptest::prelude::*;

use crate::{
    files::{folder, gb, open, write},
    support::{Outcome, code, lookup, read, table},
};

async fn codes(source: &dyn Source, table: &str) -> Vec<(&'static str, Option<u64>, u64)> {
    let profile = source.profile(table, ProfileOptions::default()).await.unwrap();
    for note in &profile.notes {
        assert!(note.zh.contains(table) && note.en.contains(table), "{note:?}");
    }
    profile.notes.iter().map(|note| (note.code, note.line, note.count)).collect()
}

/// Empty files, files with a header only, missing and doubled headers are noted with their place.
#[tokio::test]
async fn headers() -> Outcome {
    let (dir, source) = folder();
    write(&dir, "empty.csv", "");
    write(&dir, "mark.csv", "\u{feff}");
    write(&dir, "header.csv", "a,b\n");
    write(&dir, "double.csv", "姓名,,姓名,姓名_2\n1,2,3,4\n");
    for name in ["empty.csv", "mark.csv"] {
        let info = table(&*source, name).await;
        assert_eq!((info.columns.len(), info.notes[0].code), (0, "file.empty"));
        assert_eq!(code(lookup(&*source, name, "a", &["1"], &["a"]).await), "source.column_unknown");
    }
    let info = table(&*source, "header.csv").await;
    assert_eq!((info.notes[0].code, info.notes[0].line), ("file.no_rows", Some(1)));
    assert_eq!(info.rows.map(|count| count.rows), Some(0));
    assert!(lookup(&*source, "header.csv", "a", &["1"], &["b"]).await?.is_empty());
    let names: Vec<String> =
        table(&*source, "double.csv").await.columns.into_iter().map(|c| c.name).collect();
    assert_eq!(names, ["姓名", "column_2", "姓名_2", "姓名_2_2"]);
    let rows = lookup(&*source, "double.csv", "姓名", &["1"], &["姓名_2", "姓名_2_2"]).await?;
    assert_eq!(rows, [["3", "4"]]);
    Ok(())
}

/// Ragged rows, bytes of another encoding and NUL bytes are noted with the line of the first and a count,
/// with either kind of line end; the rest of the file stays usable.
#[tokio::test]
async fn rows() -> Outcome {
    let (dir, source) = folder();
    for (name, end) in [("lf.csv", "\n"), ("crlf.csv", "\r\n")] {
        let text = ["id,a,b", "1,x,y", "2,x", "3,x,y,z", "4,\0,y", "5,x,y"].join(end);
        write(&dir, name, &text);
        assert_eq!(codes(&*source, name).await, [("file.ragged_row", Some(3), 2), ("file.nul", Some(5), 1)]);
        assert_eq!(lookup(&*source, name, "id", &["2", "3"], &["a", "b"]).await?, [["x", "∅"], ["x", "y"]]);
    }
    let mut bytes = "id,地址\n1,东大街甲乙丙丁戊己庚辛壬癸\n2,西大街".repeat(20).into_bytes();
    bytes.extend_from_slice(b"\xff\xfe\n3,x\n");
    write(&dir, "bytes.csv", bytes);
    let notes = codes(&*source, "bytes.csv").await;
    assert!(notes.iter().any(|note| note.0 == "file.bad_bytes"), "{notes:?}");
    let shown = lookup(&*source, "bytes.csv", "id", &["2"], &["地址"]).await?.concat().concat();
    assert!(shown.contains('\u{fffd}'));
    Ok(())
}

/// A quote that is never closed ends in an error with the line, not in all of the memory.
#[tokio::test]
async fn endless_record() -> Outcome {
    let (dir, source) = folder();
    let mut text = String::from("id,a\n1,x\n2,\"never closed\n");
    text.push_str(&"3,more and more text\n".repeat(400_000));
    write(&dir, "quote.csv", text);
    let error = source.profile("quote.csv", ProfileOptions::default()).await.unwrap_err();
    assert_eq!(error.code().as_str(), "source.bad_file");
    assert!(error.en().contains("line 3"), "{error}");
    assert_eq!(code(lookup(&*source, "quote.csv", "id", &["1"], &["a"]).await), "source.bad_file");
    assert_eq!(code(read(&*source, "quote.csv", Values::Text).await), "source.bad_file");
    Ok(())
}

/// A spreadsheet under the name of a text file, and text under the name of a spreadsheet, are told as such;
/// both stay listed, with the reason.
#[tokio::test]
async fn wrong_extension() -> Outcome {
    let (dir, source) = folder();
    write(&dir, "sheet.csv", b"PK\x03\x04rest of an archive");
    write(&dir, "old.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    write(&dir, "text.xlsx", "id\n1\n");
    for info in source.tables().await? {
        assert_eq!((info.columns.len(), info.notes[0].code), (0, "source.bad_file"), "{}", info.name);
    }
    assert_eq!(code(source.profile("sheet.csv", ProfileOptions::default()).await), "source.bad_file");
    assert_eq!(code(source.profile("text.xlsx#a", ProfileOptions::default()).await), "source.bad_file");
    Ok(())
}

/// A folder that is gone is a source that is down; an index folder that cannot be made is told as that.
#[tokio::test]
async fn folders() -> Outcome {
    let (dir, source) = folder();
    write(&dir, "a.csv", "id\n1\n");
    std::fs::write(dir.path().join("index"), "a file where the folder should be")?;
    assert_eq!(code(lookup(&*source, "a.csv", "id", &["1"], &["id"]).await), "source.index");
    std::fs::remove_dir_all(dir.path().join("data"))?;
    assert_eq!(code(source.ping().await), "source.down");
    assert_eq!(code(source.tables().await), "source.down");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever bytes a file has, listing, profiling, reading and looking up never panic, and what was read
    /// as a key is found by that key.
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400), mostly_text in any::<bool>()) {
        let bytes = if mostly_text { gb(&String::from_utf8_lossy(&bytes)) } else { bytes };
        let (dir, _) = folder();
        write(&dir, "x.csv", &bytes);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let source = open(dir.path());
            let tables = source.tables().await.unwrap();
            let _ = source.profile("x.csv", ProfileOptions::default()).await;
            let Ok(batches) = read(&*source, "x.csv", Values::Text).await else { return };
            let Some(column) = tables[0].columns.first() else { return };
            for row in batches.iter().flat_map(crate::support::texts) {
                let Some(key) = &row[0] else { continue };
                let key = key.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
                if !key.is_empty() {
                    let found = lookup(&*source, "x.csv", &column.name, &[key], &[&column.name]).await.unwrap();
                    assert!(!found.is_empty(), "{key:?}");
                }
            }
        });
    }
}
