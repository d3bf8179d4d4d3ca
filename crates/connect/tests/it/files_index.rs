//! Indexes of files: kept over a restart, made anew when the file changes.

use std::{fs::File, path::PathBuf, time::Duration};

use tempfile::TempDir;

use crate::{
    files::{folder, gb, open, write},
    support::{Outcome, lookup},
};

fn index_files(dir: &TempDir) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir.path().join("index")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn table(rows: u32, note: &str) -> Vec<u8> {
    let mut text = String::from("编号,备注\n");
    (0..rows).for_each(|i| text.push_str(&format!("K{i},{note}{i}\n")));
    gb(&text)
}

/// After a restart the same index file answers, untouched: every key is found and foreign keys are not.
#[tokio::test]
async fn survives_restart() -> Outcome {
    let (dir, source) = folder();
    write(&dir, "a.csv", table(5000, "值"));
    assert_eq!(lookup(&*source, "a.csv", "编号", &["K4999"], &["备注"]).await?, [["值4999"]]);
    drop(source);
    let files = index_files(&dir);
    let made = std::fs::metadata(&files[0])?.modified()?;
    let source = open(dir.path());
    for i in (0..5000).step_by(37) {
        let rows = lookup(&*source, "a.csv", "编号", &[&format!("K{i}")], &["备注"]).await?;
        assert_eq!(rows, [[format!("值{i}")]]);
        assert!(lookup(&*source, "a.csv", "编号", &[&format!("K{}", i + 5000)], &["备注"]).await?.is_empty());
    }
    assert_eq!(index_files(&dir), files);
    assert_eq!(std::fs::metadata(&files[0])?.modified()?, made);
    Ok(())
}

/// A changed file is answered from as it is now, also when its size is the same.
#[tokio::test]
async fn follows_changes() -> Outcome {
    let (dir, source) = folder();
    write(&dir, "a.csv", table(300, "甲"));
    assert_eq!(lookup(&*source, "a.csv", "编号", &["K299"], &["备注"]).await?, [["甲299"]]);
    write(&dir, "a.csv", table(300, "乙"));
    // Two writes within one tick of the file system's clock are told apart by no one; a second later they are.
    let path = dir.path().join("data/a.csv");
    let later = std::fs::metadata(&path)?.modified()? + Duration::from_secs(1);
    File::options().write(true).open(&path)?.set_modified(later)?;
    assert_eq!(lookup(&*source, "a.csv", "编号", &["K299"], &["备注"]).await?, [["乙299"]]);
    write(&dir, "a.csv", table(400, "丙"));
    assert_eq!(lookup(&*source, "a.csv", "编号", &["K399"], &["备注"]).await?, [["丙399"]]);
    std::fs::remove_file(&path)?;
    assert!(lookup(&*source, "a.csv", "编号", &["K1"], &["备注"]).await.is_err());
    Ok(())
}

/// A damaged, cut or foreign index file is made anew instead of being believed.
#[tokio::test]
async fn damaged_index_is_replaced() -> Outcome {
    let (dir, source) = folder();
    write(&dir, "a.csv", table(1000, "值"));
    lookup(&*source, "a.csv", "编号", &["K1"], &["备注"]).await?;
    drop(source);
    let path = index_files(&dir).remove(0);
    let good = std::fs::read(&path)?;
    let mut turned = good.clone();
    turned[5000] ^= 1;
    for bad in [&good[..good.len() - 16], &turned, b"", b"GTINDEX1", &[0_u8; 4096]] {
        std::fs::write(&path, bad)?;
        let source = open(dir.path());
        for i in (0..1000).step_by(101) {
            assert_eq!(lookup(&*source, "a.csv", "编号", &[&format!("K{i}")], &["备注"]).await?.len(), 1);
        }
        assert_eq!(std::fs::read(&path)?, good);
    }
    Ok(())
}

/// Many rows of one key, over several blocks of the index, are all found, and the limit holds.
#[tokio::test]
async fn many_rows_of_one_key() -> Outcome {
    let (dir, source) = folder();
    let mut text = String::from("k,n\n");
    (0..3000).for_each(|i| text.push_str(&format!("{},{i}\n", i % 3)));
    write(&dir, "a.csv", text);
    let columns = crate::support::strings(&["n"]);
    let key_values = crate::support::strings(&["1"]);
    for (limit, rows) in [(10_000, 1000), (7, 7), (0, 0)] {
        let request = connect::Lookup {
            table: "a.csv",
            key_column: "k",
            key_values: &key_values,
            columns: &columns,
            limit,
        };
        assert_eq!(source.lookup(&request).await?.num_rows(), rows);
    }
    Ok(())
}
