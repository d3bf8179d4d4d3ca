//! The built-in table against an outside one, when that is at hand.

use std::collections::BTreeSet;
use std::path::Path;

use standards::region;
use standards::resident_id;

/// Codes in force are the same as in the outside table; of the codes in force since 1984 few are missing, and no number issued under
/// a missing one is refused.
#[test]
fn agrees_with_the_outside_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/areacodes.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no outside table of regions beside the checkout");
        return;
    };
    let (mut current, mut all, mut missing) = (BTreeSet::new(), 0, Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (code, name, from, to) = (
            cells[0].parse::<u32>().expect("code"),
            cells[3],
            cells[6].parse::<u16>().expect("year"),
            cells[7],
        );
        all += 1;
        if to.is_empty() {
            current.insert(code);
            assert_eq!(region::current(code).map(|d| d.name), Some(name), "{code}");
        }
        // Tables of the years before numbers were given (1984) differ from edition to edition, and nothing depends on them.
        if to.parse::<u16>().is_ok_and(|to| to <= 1984) {
            continue;
        }
        if !region::history(code).iter().any(|d| d.name == name) {
            missing.push(code);
        }
        // Somebody registered in that time got the code into his number, and it must be usable.
        if code % 100 != 0 {
            let first = format!("{code}{from}0615123");
            let check = resident_id::check_character(first.as_bytes()).expect("digits");
            let id = format!("{first}{}", char::from(check));
            assert!(
                resident_id::parse(&id).value().is_some(),
                "{code} {name} {from}: {:?}",
                resident_id::parse(&id)
            );
        }
    }
    println!(
        "{all} rows, {} codes in force, {} rows not in the built-in table",
        current.len(),
        missing.len()
    );
    assert!(missing.len() * 50 < all, "more than 2 % of the history is missing: {missing:?}");
    // What is in force here and not there are statistical divisions of forest and mining regions that carry codes of their own.
    let extra: Vec<u32> = region::all()
        .iter()
        .filter(|d| d.is_current() && !d.is_heading() && !current.contains(&d.code))
        .map(|d| d.code)
        .collect();
    assert!(extra.len() <= 6, "{extra:?}");
}

/// The table is in order: codes have six digits, years run forward, one code has one name at a time.
#[test]
fn table_is_in_order() {
    assert!(region::all().len() > 7_000);
    for pair in region::all().windows(2) {
        assert!(
            (100_000..1_000_000).contains(&pair[0].code) && pair[0].to.is_none_or(|to| to >= pair[0].from),
            "{:?}",
            pair[0]
        );
        if pair[0].code == pair[1].code {
            assert!(pair[0].to.is_some_and(|to| to <= pair[1].from), "{pair:?}");
        }
    }
    assert_eq!(region::full_name(330_106).as_deref(), Some("浙江省杭州市西湖区"));
    assert_eq!(region::full_name(110_105).as_deref(), Some("北京市朝阳区"));
    assert_eq!(region::at(330_184, 1995).map(|d| d.name), Some("余杭市"));
}
