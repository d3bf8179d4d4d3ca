//! Deliveries into folders.

use std::{fs, sync::Arc};

use connect::{Load, Scan, Target, TargetTable, TargetType, Values};

use super::support::{
    Line, by_key, content, counts, described, everything, hard, holding, line, lines, replace, rows, target,
};
use crate::support::{Outcome, code, source};

const FILES: [&str; 3] = ["家庭.csv", "households.xlsx", "households.parquet"];

fn fresh() -> anyhow::Result<(tempfile::TempDir, Arc<dyn Target>)> {
    let dir = tempfile::tempdir()?;
    let target = target(&format!("kind='files'\ndir='{}'", dir.path().display()));
    Ok((dir, target))
}

/// As a file gives rows back: CSV and XLSX know no empty text.
fn as_file(table: &TargetTable, all: &[Line]) -> Vec<Line> {
    let keep = table.table.ends_with("parquet");
    all.iter()
        .map(|row| row.iter().map(|value| value.clone().filter(|text| keep || !text.is_empty())).collect())
        .collect()
}

/// Every type, null and hard characters come back as they went in, counts are exact, the position is stored, and what is
/// no file of the department's lies hidden.
#[tokio::test]
async fn round_trips() -> Outcome {
    for file in FILES {
        let (dir, target) = fresh()?;
        let table = everything(file);
        let all = hard();
        assert!(target.fit(&table).await?.creates);
        assert_eq!(target.stored(&table).await?, None);
        assert_eq!(counts(replace(&*target, &table, "r1", &all, 2).await?), [5, 0, 0, 0, 0], "{file}");
        assert_eq!(content(&*target, &table).await?, by_key(&table, &as_file(&table, &all)), "{file}");
        let stored = target.stored(&table).await?.unwrap();
        assert_eq!((stored.run.as_str(), stored.seq, stored.position.as_str()), ("r1", 3, "end of r1"));
        let mut next = vec![all[0].clone(), all[1].clone(), line(&["新", "9", "n", "∅", "∅", "∅", "∅", "∅"])];
        next[1][2] = None;
        assert_eq!(counts(replace(&*target, &table, "r2", &next, 1).await?), [1, 1, 3, 1, 0], "{file}");
        assert_eq!(content(&*target, &table).await?, by_key(&table, &as_file(&table, &next)), "{file}");
        assert_eq!(target.fit(&table).await?.rows, 3);
        assert_eq!(counts(replace(&*target, &table, "r3", &[], 1).await?), [0, 0, 3, 0, 0], "{file}");
        let seen: Vec<_> = fs::read_dir(dir.path())?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let shown: Vec<_> = seen.into_iter().filter(|name| !name.starts_with('.')).collect();
        assert_eq!(shown, [file]);
    }
    Ok(())
}

/// A text file begins with the mark that spreadsheet programs need, and the readers of sources read what was written.
#[tokio::test]
async fn sources_read_what_was_delivered() -> Outcome {
    let (dir, target) = fresh()?;
    let all = hard();
    for file in ["a.csv", "a.xlsx"] {
        replace(&*target, &everything(file), "r1", &all, 2).await?;
    }
    assert!(fs::read(dir.path().join("a.csv"))?.starts_with(b"\xef\xbb\xbf"));
    let index = tempfile::tempdir()?;
    let (dir, index) = (dir.path().display(), index.path().display());
    let source = source(&format!("kind='files'\ndir='{dir}'\nindex_dir='{index}'"));
    for table in ["a.csv", "a.xlsx#Sheet1"] {
        use futures::TryStreamExt as _;
        let scan =
            Scan {
                table, columns: &["编号".to_owned()], batch_rows: 100, values: Values::Text, after: None
            };
        let batches: Vec<_> = source.stream(&scan).await?.try_collect().await?;
        let read: Vec<_> = batches.iter().flat_map(crate::support::texts).map(|row| row[0].clone()).collect();
        assert_eq!(read, all.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), "{table}");
    }
    Ok(())
}

/// A repeated key is held back with its reason, rows held by whoever delivers are kept until others are held, and both
/// are seen with their rows only.
#[tokio::test]
async fn rows_are_held() -> Outcome {
    for file in FILES {
        let (dir, target) = fresh()?;
        let table = everything(file);
        let all = hard();
        let mut delivery = target.begin(&table, "r1", Load::Replace).await?;
        delivery.write(holding(rows(&table, 1, &all), &[&["a", "x.y z", "{\"a\":1}"]])).await?;
        delivery.write(rows(&table, 2, &all[..1])).await?;
        assert!(target.held(&table, 10).await?.is_empty());
        assert_eq!(counts(delivery.finish("p").await?), [5, 0, 0, 0, 2]);
        let held = target.held(&table, 10).await?;
        assert_eq!((held[0].key.as_str(), held[0].reasons.as_str()), ("a", "x.y z"));
        assert_eq!((held[1].key.as_str(), held[1].reasons.as_str()), ("张三|1", "key.duplicate"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&held[1].row)?["amount"], "-12.5");
        replace(&*target, &table, "r2", &all, 9).await?;
        assert_eq!(target.held(&table, 1).await?.len(), 1);
        let twice = [all[0].clone(), all[0].clone()];
        replace(&*target, &table, "r3", &twice, 9).await?;
        assert_eq!(target.held(&table, 10).await?.len(), 1);
        let lists = fs::read_dir(dir.path())?.filter(|entry| {
            entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().ends_with(".jsonl"))
        });
        assert_eq!(lists.count(), 1);
    }
    Ok(())
}

/// A delivery that is dropped leaves the old file and position; while one runs another is refused; changes are refused
/// in words.
#[tokio::test]
async fn only_whole_files_are_replaced() -> Outcome {
    for file in FILES {
        let (_dir, target) = fresh()?;
        let table = everything(file);
        let all = hard();
        replace(&*target, &table, "r1", &all, 2).await?;
        let before = (content(&*target, &table).await?, target.stored(&table).await?);
        let mut delivery = target.begin(&table, "broken", Load::Replace).await?;
        delivery.write(rows(&table, 1, &all[3..])).await?;
        assert_eq!(code(target.begin(&table, "r2", Load::Replace).await.map(drop)), "target.busy");
        drop(delivery);
        assert_eq!((content(&*target, &table).await?, target.stored(&table).await?), before);
        assert_eq!(counts(replace(&*target, &table, "r2", &all[1..], 2).await?), [0, 0, 1, 4, 0], "{file}");
        assert_eq!(code(target.begin(&table, "r3", Load::Apply).await.map(drop)), "target.unsupported");
    }
    Ok(())
}

/// A file that the department wrote is only taken over when that was allowed; one that was changed by hand is no longer
/// known, and is made right again.
#[tokio::test]
async fn files_of_the_department() -> Outcome {
    let (dir, target) = fresh()?;
    let table = described("theirs.csv", &[("id", TargetType::Text), ("n", TargetType::Integer)], &["id"]);
    fs::write(dir.path().join("theirs.csv"), "n,id,x\n1,a,y\n2,b,y\n")?;
    let fit = target.fit(&table).await?;
    assert_eq!(fit.misfits.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["target.rows_not_ours"]);
    assert_eq!(code(replace(&*target, &table, "r1", &[], 1).await), "target.misfit");
    let adopting = TargetTable { adopt: true, ..table.clone() };
    let new = lines(&[&["a", "1"], &["c", "3"]]);
    assert_eq!(counts(replace(&*target, &adopting, "r1", &new, 1).await?), [1, 0, 1, 1, 0]);
    assert!(target.stored(&table).await?.is_some());
    fs::write(dir.path().join("theirs.csv"), "id,n\na,7\n")?;
    assert_eq!(target.stored(&table).await?, None);
    assert_eq!(counts(replace(&*target, &table, "r2", &new, 1).await?), [1, 1, 0, 0, 0]);
    let other = TargetTable { subscription: "other".to_owned(), adopt: true, ..table.clone() };
    let said: Vec<_> = target.fit(&other).await?.misfits.into_iter().map(|one| one.code).collect();
    assert_eq!(said, ["target.other_subscription"]);
    for name in ["../x.csv", "a/b.csv", ".x.csv", "x.txt", "x", "c:x.csv"] {
        let table = TargetTable { table: name.to_owned(), ..table.clone() };
        assert_eq!(code(target.fit(&table).await), "source.config", "{name}");
    }
    let nowhere = super::support::target("kind='files'\ndir='/nowhere/at/all'");
    assert_eq!(nowhere.fit(&table).await?.misfits[0].code, "target.folder");
    Ok(())
}

/// Values beyond what a file holds are refused with their place, and the old file stays.
#[tokio::test]
async fn values_must_fit() -> Outcome {
    let (_dir, target) = fresh()?;
    for (file, bad) in [("x.xlsx", "字".repeat(32_768)), ("x.parquet", "0.12345678901".to_owned())] {
        let holds = if file == "x.xlsx" { TargetType::Text } else { TargetType::Decimal };
        let table = described(file, &[("id", TargetType::Text), ("v", holds)], &["id"]);
        replace(&*target, &table, "r1", &lines(&[&["a", "1"]]), 1).await?;
        let error =
            replace(&*target, &table, "r2", &lines(&[&["a", "1"], &["b", &bad]]), 9).await.unwrap_err();
        assert_eq!(error.code().as_str(), "target.value");
        assert!(error.en().contains("row 2 of portion 1") && error.en().contains("\"v\""), "{error}");
        assert_eq!(target.stored(&table).await?.unwrap().run, "r1");
    }
    Ok(())
}
