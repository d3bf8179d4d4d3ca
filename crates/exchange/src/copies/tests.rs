//! The file of a copy, without a hub around it.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use standards::value::ValueKind;

use super::compare::{Plan, compare};
use super::files::{Places, Writer};
use super::read;

const ITEMS: [&str; 2] = ["credit_code", "status"];

fn rows(rows: impl Iterator<Item = (Option<String>, &'static str)>) -> RecordBatch {
    let (codes, states): (Vec<_>, Vec<_>) = rows.unzip();
    let arrays: Vec<ArrayRef> = vec![Arc::new(StringArray::from(codes)), Arc::new(StringArray::from(states))];
    let fields: Vec<_> = ITEMS.iter().map(|item| Field::new(*item, DataType::Utf8, true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn begin(places: &Places, run: &str) -> Writer {
    let items = ITEMS.map(str::to_owned);
    Writer::begin(places, &"s".to_owned().into(), &run.to_owned().into(), &items, &items[..1]).unwrap()
}

fn path(dir: &tempfile::TempDir, run: &str) -> std::path::PathBuf {
    dir.path().join("copies/s").join(format!("{run}.parquet"))
}

fn code(row: usize) -> String {
    format!("9151342800{row:08}")
}

/// A file has its name only when it is whole; one that is given up leaves nothing.
#[test]
fn half_a_copy_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::new(dir.path());
    let mut writer = begin(&places, "given-up");
    writer.rows(&rows((0..10).map(|row| (Some(code(row)), "1")))).unwrap();
    assert!(!path(&dir, "given-up").exists());
    drop(writer);
    assert_eq!(std::fs::read_dir(dir.path().join("copies/s")).unwrap().count(), 0);
    let mut writer = begin(&places, "whole");
    writer.rows(&rows((0..10).map(|row| (Some(code(row)), "1")))).unwrap();
    let (written, whole) = writer.finish().unwrap();
    let bytes = std::fs::read(path(&dir, "whole")).unwrap();
    assert_eq!((written, whole.bytes, whole.digest), (10, bytes.len() as u64, plan::sha256_hex(&bytes)));
}

/// One subject is found among several row groups, and reading the whole table takes many times as long.
#[test]
fn a_subject_is_found_by_its_key() {
    const ROWS: usize = 300_000;
    let dir = tempfile::tempdir().unwrap();
    let mut writer = begin(&Places::new(dir.path()), "r");
    for from in (0..ROWS).step_by(20_000) {
        // Not in the order of the key, as a source without an index gives them.
        let part = (from..from + 20_000).map(|row| (Some(code(row * 7919 % ROWS)), "1"));
        writer.rows(&rows(part)).unwrap();
    }
    writer.finish().unwrap();
    let file = path(&dir, "r");
    let find = |value: &str| {
        let found =
            read::subject(&file, "credit_code", &ValueKind::CreditCode, value, &["status", "credit_code"], 5)
                .unwrap();
        let codes = |batch: &RecordBatch| {
            let codes = batch.column_by_name("credit_code").unwrap().as_string::<i32>().clone();
            codes.iter().flatten().map(str::to_owned).collect::<Vec<_>>()
        };
        found.iter().flat_map(codes).collect::<Vec<_>>()
    };
    for row in [0, 1, 123_456, ROWS - 1] {
        assert_eq!(find(&code(row)), [code(row)]);
    }
    assert_eq!(find(&code(ROWS)), Vec::<String>::new());
    let groups = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
        std::fs::File::open(&file).unwrap(),
    )
    .unwrap();
    assert!(groups.metadata().num_row_groups() > 3);
    let may_have = (0..groups.metadata().num_row_groups())
        .filter(|group| {
            let filter = groups.get_row_group_column_bloom_filter(*group, 0).unwrap().unwrap();
            filter.check(code(123_456).as_str())
        })
        .count();
    assert!((1..=2).contains(&may_have), "{may_have} row groups would be read");
}

/// Keys that stand twice, or not at all, are told apart from rows that differ.
#[test]
fn what_cannot_be_compared_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::new(dir.path());
    let write = |run: &str, all: &[(Option<usize>, &'static str)]| {
        let mut writer = begin(&places, run);
        writer.rows(&rows(all.iter().map(|(row, state)| (row.map(code), *state)))).unwrap();
        writer.finish().unwrap();
        path(&dir, run)
    };
    let left = write(
        "l",
        &[(Some(1), "1"), (Some(2), "1"), (Some(3), "1"), (Some(4), "1"), (Some(4), "2"), (None, "1")],
    );
    let right = write("r", &[(Some(1), "1"), (Some(2), "9"), (Some(4), "1"), (Some(5), "1")]);
    let plan = Plan { keys: vec!["credit_code".into()], items: vec!["status".into()], rows: 6 };
    let found = compare(&left, &right, &plan).unwrap();
    assert_eq!((found.same, found.different, found.only_left, found.only_right), (1, 1, 1, 1));
    // Two of the left and one of the right with the key that stands twice, and the one without a key.
    assert_eq!(found.not_compared, 4);
    assert_eq!(found.keys, [format!("~{}", code(2)), format!("-{}", code(5)), format!("+{}", code(3))]);
    assert_eq!(found.differences.len(), 1);
}
