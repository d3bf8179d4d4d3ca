//! What is proposed after a table was changed.

use serde_json::json;
use standards::kind::ValueKind;

use super::lessons::Lessons;
use super::remount::{ColumnState, Present, Remount, find_table, remount, successor};
use super::{Confidence, TableFacts, TableShape, propose};
use crate::model::{Item, ItemType, Mount, MountColumn};

fn item(name: &str, element: &str, kind: ValueKind) -> Item {
    Item {
        item: name.to_owned(),
        zh: name.to_owned(),
        en: name.to_owned(),
        element: element.to_owned(),
        kind,
        required: false,
        is_key: false,
        sensitive: false,
        grade: 2,
        share_type: None,
        no_share_basis: None,
        data_type: ItemType::Character,
        length: None,
        decimals: None,
        share_condition: None,
        responsible_office: None,
        source_system: None,
        lineage: None,
        note: None,
    }
}

fn items() -> Vec<Item> {
    vec![
        item("resident_id", "person.id", ValueKind::ResidentId),
        item("name", "person.name", ValueKind::PersonName),
        item("birth_date", "person.birth_date", ValueKind::Date),
        item("died", "person.death_date", ValueKind::Date),
    ]
}

fn mount() -> Mount {
    let columns = [("resident_id", "sfzh"), ("name", "xm"), ("birth_date", "csrq"), ("died", "swrq")];
    Mount {
        agent_id: "a".to_owned().into(),
        source: "register".to_owned(),
        table: "rkxx".to_owned(),
        keys: vec!["resident_id".to_owned()],
        as_of_column: Some("gxsj".to_owned()),
        columns: columns
            .map(|(item, column)| MountColumn {
                item: item.to_owned(),
                column: column.to_owned(),
                code_map: Default::default(),
            })
            .to_vec(),
    }
}

fn table(name: &str, columns: &[(&str, &str)]) -> (TableFacts, TableShape) {
    let listed: Vec<_> = columns.iter().map(|(name, _)| json!({"name": name, "declared": "text"})).collect();
    let shapes: Vec<_> = columns
        .iter()
        .map(|(name, kind)| {
            json!({"name": name, "distinct": {"values": 90}, "max_length": 18,
                "patterns": [{"shape": if *kind == "person_name" { "汉汉汉" } else { "9999-99-99" }, "share": 1.0}],
                "kinds": [{"kind": {"type": kind}, "share": 0.99}]})
        })
        .collect();
    (
        serde_json::from_value(json!({"name": name, "columns": listed})).unwrap(),
        serde_json::from_value(json!({"sampled_rows": 100, "columns": shapes})).unwrap(),
    )
}

fn made(columns: &[(&str, &str)]) -> Remount {
    let (table, shape) = table("rkxx", columns);
    let proposal = propose(&table, &shape, &Lessons::new());
    let now = Present { table: &table, shape: &shape, proposal: &proposal };
    remount(&mount(), &items(), std::slice::from_ref(&table), Some(&now), false)
}

const WHOLE: [(&str, &str); 5] = [
    ("sfzh", "resident_id"),
    ("xm", "person_name"),
    ("csrq", "date"),
    ("swrq", "date"),
    ("gxsj", "date_time"),
];

/// An unchanged table fits; one column more or less that nobody mounted changes nothing.
#[test]
fn what_is_unchanged_fits() {
    assert!(made(&WHOLE).still_fits());
    assert!(made(&[&WHOLE[..], &[("bz", "text")]].concat()).still_fits());
    assert!(!made(&WHOLE[..4]).still_fits(), "the as-of column is gone");
}

/// Two dates that are renamed at once are not confused, since a date of birth and a date of death are called otherwise; a column
/// that holds something else now is pointed out; what has no successor is left open.
#[test]
fn columns_are_found_again() {
    let now = made(&[
        ("sfzh", "resident_id"),
        ("xingming", "person_name"),
        ("death_date", "date"),
        ("birthday", "date"),
        ("gxsj", "date_time"),
    ]);
    let of = |item: &str| now.items.iter().find(|one| one.item == item).unwrap();
    assert_eq!(of("resident_id").state, ColumnState::Kept);
    assert_eq!(of("name").after.as_deref(), Some("xingming"));
    assert!(of("name").confidence >= Confidence::Likely, "{:?}", of("name"));
    assert_eq!(of("birth_date").after.as_deref(), Some("birthday"), "{:?}", of("birth_date"));
    assert_eq!(of("died").after.as_deref(), Some("death_date"), "{:?}", of("died"));
    assert_eq!(now.mount.columns.len(), 4);

    let doubtful = made(&[
        ("sfzh", "resident_id"),
        ("xm", "person_name"),
        ("csrq", "mobile"),
        ("swrq", "date"),
        ("gxsj", "date_time"),
    ]);
    assert_eq!(doubtful.items[2].state, ColumnState::Doubtful);
    let dropped =
        made(&[("sfzh", "resident_id"), ("xm", "person_name"), ("csrq", "date"), ("gxsj", "date_time")]);
    assert_eq!((dropped.items[3].state, dropped.items[3].after.as_deref()), (ColumnState::Gone, None));
}

/// A renamed table is known by its columns; one that has few of them is not taken for it.
#[test]
fn tables_are_found_again() {
    let (renamed, _) = table("t_rkxx_2026", &WHOLE);
    let (other, _) = table("rkxx_log", &[("sfzh", "resident_id"), ("czsj", "date_time")]);
    let all = [other.clone(), renamed];
    assert!(find_table(&all, "rkxx").is_none());
    assert_eq!(successor(&all, &mount()).map(|(table, _)| table.name.as_str()), Some("t_rkxx_2026"));
    assert!(successor(&[other], &mount()).is_none());
    let (schema, _) = table("public.rkxx", &WHOLE);
    assert_eq!(find_table(&[schema], "rkxx").map(|table| table.name.as_str()), Some("public.rkxx"));
}
