//! Comparing whole readings by digests.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
};
use connect::{
    SourceError,
    digest_compare::{Compared, Comparison, Counted},
};
use proptest::prelude::*;

use crate::support::{Outcome, code, strings, texts};

type Row = Vec<Option<String>>;

fn batch(rows: &[Row]) -> RecordBatch {
    let names = ["id", "part", "name"];
    let column =
        |at: usize| -> ArrayRef { Arc::new(rows.iter().map(|row| row[at].clone()).collect::<StringArray>()) };
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), (0..3).map(column).collect()).unwrap()
}

/// Compares a reading; gives the rows told, the keys gone and what was compared.
fn compare(path: &Path, rows: &[Row]) -> Result<(Vec<Row>, BTreeSet<Row>, Compared), SourceError> {
    let mut comparison = Comparison::begin(path, &strings(&["id", "part"]))?;
    let mut told = Vec::new();
    for rows in rows.chunks(3) {
        told.extend(texts(&comparison.diff(&batch(rows))?));
    }
    let compared = comparison.finish()?;
    let gone: Vec<RecordBatch> = compared.gone()?.collect::<Result<_, _>>()?;
    Ok((told, gone.iter().flat_map(texts).collect(), compared))
}

fn row(id: &str, part: Option<&str>, name: &str) -> Row {
    vec![Some(id.to_owned()), part.map(str::to_owned), Some(name.to_owned())]
}

/// The first reading is all new; the next tells only what is new, changed or gone; null, empty and shifted texts are told
/// apart; a reading that was not kept does not count.
#[test]
fn tells_what_changed() -> Outcome {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("t");
    let first =
        [row("1", Some("a"), "x"), row("2", None, "x"), row("2", Some(""), "x"), row("ab", Some("c"), "x")];
    assert!(Comparison::begin(&path, &strings(&["id", "part"]))?.is_first());
    let (told, gone, compared) = compare(&path, &first)?;
    assert_eq!((told.len(), gone.len(), compared.counts().new), (4, 0, 4));
    drop(compared);
    assert!(!path.exists());
    compare(&path, &first)?.2.keep()?;
    assert!(!Comparison::begin(&path, &strings(&["id", "part"]))?.is_first());
    let second = [
        row("1", Some("a"), "y"),
        row("2", Some(""), "x"),
        row("a", Some("bc"), "x"),
        row("1", Some("a"), "z"),
    ];
    for _ in 0..2 {
        let (told, gone, compared) = compare(&path, &second)?;
        assert_eq!(told, [second[0].clone(), second[2].clone()]);
        let expected = [vec![Some("2".to_owned()), None], vec![Some("ab".to_owned()), Some("c".to_owned())]];
        assert_eq!(gone, expected.into_iter().collect());
        let counts = Counted { rows: 4, new: 1, changed: 1, duplicates: 1, gone: 2 };
        assert_eq!(compared.counts(), counts);
    }
    compare(&path, &second)?.2.keep()?;
    let (told, gone, _) = compare(&path, &second[..3])?;
    assert!(told.is_empty() && gone.is_empty());
    // By another key there is nothing to compare with.
    assert!(Comparison::begin(&path, &strings(&["id"]))?.is_first());
    assert_eq!(
        code(Comparison::begin(&path, &strings(&["absent"]))?.diff(&batch(&second))),
        "source.column_unknown"
    );
    Ok(())
}

/// A file of which any byte was changed, or the end is missing, is refused, not believed.
#[test]
fn damage_is_found() -> Outcome {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("t");
    compare(&path, &[row("1", Some("a"), "x"), row("2", None, "y")])?.2.keep()?;
    let sound = std::fs::read(&path)?;
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes)?;
        assert_eq!(code(Comparison::begin(&path, &strings(&["id", "part"]))), "source.index", "byte {at}");
        std::fs::write(&path, &sound[..at])?;
        assert_eq!(code(Comparison::begin(&path, &strings(&["id", "part"]))), "source.index", "{at} bytes");
    }
    assert_eq!(code(Comparison::begin(&dir.path().join("no/where"), &strings(&["id"]))), "source.index");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Applying what is told to the last reading gives the new one, whatever they held.
    #[test]
    fn applied_it_is_the_new_reading(readings in proptest::collection::vec(
        proptest::collection::btree_map((0_u8..9, proptest::option::of("[ab]?")), "[xy字]{0,2}", 0..12), 1..4)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t");
        let mut copy: BTreeMap<Row, Row> = BTreeMap::new();
        for reading in readings {
            let rows: Vec<Row> =
                reading.iter().map(|((id, part), name)| row(&id.to_string(), part.as_deref(), name)).collect();
            let (told, gone, compared) = compare(&path, &rows).unwrap();
            compared.keep().unwrap();
            for key in gone {
                prop_assert!(copy.remove(&key).is_some());
            }
            for row in told {
                prop_assert_ne!(copy.insert(row[..2].to_vec(), row.clone()), Some(row));
            }
            let expected: BTreeMap<Row, Row> = rows.into_iter().map(|row| (row[..2].to_vec(), row)).collect();
            prop_assert_eq!(&copy, &expected);
        }
    }
}

/// How many rows a second are compared; run by hand with `--ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() -> Outcome {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("t");
    let rows: Vec<Row> = (0..1_000_000)
        .map(|id| {
            vec![
                Some(format!("11010119900307{id}")),
                Some("a".to_owned()),
                Some(format!("name {id}").repeat(12)),
            ]
        })
        .collect();
    let batches: Vec<RecordBatch> = rows.chunks(8192).map(batch).collect();
    for _ in 0..2 {
        let begun = std::time::Instant::now();
        let mut comparison = Comparison::begin(&path, &strings(&["id"]))?;
        for batch in &batches {
            comparison.diff(batch)?;
        }
        let compared = comparison.finish()?;
        let (counts, size) = (compared.counts(), std::fs::metadata(dir.path().join("t.new"))?.len());
        compared.keep()?;
        println!("{counts:?} in {:.2} s, {size} bytes in the file", begun.elapsed().as_secs_f64());
    }
    Ok(())
}
