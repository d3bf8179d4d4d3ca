//! Each department makes its mistakes, at the rates that were meant, and none that is not noted.

use std::collections::BTreeMap;

use county::{County, Dirt, Row, Size, Truth, generate};
use standards::value::{Status, ValueKind, standardise};

fn counted(rows: &[Row]) -> BTreeMap<Dirt, usize> {
    let mut counts = BTreeMap::new();
    for dirt in rows.iter().flat_map(|row| &row.dirt) {
        *counts.entry(*dirt).or_insert(0) += 1;
    }
    counts
}

fn county() -> County {
    generate(11, Size { residents: 8_000, enterprises: 1_500 })
}

/// Every kind of mistake occurs somewhere.
#[test]
fn every_mistake_occurs() {
    let county = county();
    let mut all = BTreeMap::new();
    for department in county.departments() {
        for table in county.tables_of(department.key) {
            for (dirt, count) in counted(&table.rows) {
                *all.entry(dirt).or_insert(0) += count;
            }
        }
    }
    use Dirt::*;
    for dirt in [
        FifteenDigits,
        LowerX,
        FullWidth,
        Spaces,
        WrongCheck,
        MissingId,
        OtherDot,
        LostCharacter,
        DateForm,
        DateSerial,
        ZeroDate,
        OtherCode,
        PhoneInName,
        AmountForm,
        HalfBrackets,
        TwoRows,
        Outdated,
        TwoNames,
    ] {
        assert!(all.get(&dirt).copied().unwrap_or(0) > 0, "{dirt:?} never occurs: {all:?}");
    }
}

/// About one number in a hundred of the police's has a wrong check character, and most rows are clean.
#[test]
fn rates_are_as_meant() {
    let county = county();
    let tables = county.tables_of("police");
    let rows = &tables[0].rows;
    let counts = counted(rows);
    let rate = |dirt: Dirt| counts.get(&dirt).copied().unwrap_or(0) as f64 / rows.len() as f64;
    assert!((0.006..0.015).contains(&rate(Dirt::WrongCheck)), "{counts:?}");
    assert!((0.001..0.01).contains(&rate(Dirt::MissingId)), "{counts:?}");
    let clean = rows.iter().filter(|row| row.dirt.is_empty()).count() as f64 / rows.len() as f64;
    assert!((0.75..0.97).contains(&clean), "{clean}");
}

/// A number or name without a noted mistake reads as the truth; a noted wrong check character reads as invalid.
#[test]
fn noted_is_what_was_done() {
    let county = county();
    let tables = county.tables_of("police");
    for row in &tables[0].rows {
        let Truth::Person(at) = row.truth else { panic!("{row:?}") };
        let person = &county.persons[at];
        let id = row.cells[1].as_deref().unwrap_or_default();
        let outcome = standardise(&ValueKind::ResidentId, id);
        if row.dirt.contains(&Dirt::MissingId) {
            assert_eq!(outcome.status, Status::Missing);
        } else if row.dirt.contains(&Dirt::WrongCheck) {
            assert_eq!(outcome.status, Status::Invalid, "{id}");
        } else {
            assert_eq!(outcome.usable(), Some(person.id.as_str()), "{id}: {:?}", outcome.notes);
        }
        if row.dirt.is_empty() {
            assert_eq!(row.cells[2].as_deref(), Some(person.name.as_str()));
        }
    }
}

/// Amounts of capital, in whatever form, still mean what the truth says.
#[test]
fn amounts_keep_their_value() {
    let county = county();
    let tables = county.tables_of("market");
    for row in &tables[0].rows {
        let Truth::Enterprise(at) = row.truth else { panic!("{row:?}") };
        let written = row.cells[5].as_deref().unwrap_or_default();
        let outcome = standardise(&ValueKind::Money, written);
        let expected = county.enterprises[at].capital.to_string();
        assert_eq!(outcome.usable(), Some(expected.as_str()), "{written}: {:?}", outcome.notes);
    }
}
