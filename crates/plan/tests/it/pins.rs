//! Which pins are well formed.

use plan::*;
use standards::value::{CodeSetId, ValueKind};

use crate::support::*;

/// Each fault has a code and names its place; several are reported together.
#[test]
fn faults_name_their_place() {
    type Break = fn(&mut Pin);
    let cases: &[(&str, &str, Break)] = &[
        ("pin.empty", "mount.source", |p| p.mount.source = " ".into()),
        ("pin.empty", "mount.items", |p| {
            p.mount.items.clear();
            p.mount.keys.clear();
            p.grant.row_filter.all.clear();
        }),
        ("pin.name", "mount.items[1].column", |p| p.mount.items[1].column = "a\u{0}b".into()),
        ("pin.item_twice", "mount.items", |p| p.mount.items[1].item = "sex".into()),
        ("pin.key_not_mounted", "mount.keys[0]", |p| p.mount.keys[0] = "nobody".into()),
        ("pin.key_not_identifying", "mount.keys[1]", |p| p.mount.keys.push("sex".into())),
        ("pin.empty", "grant.purposes", |p| p.grant.purposes.clear()),
        ("pin.empty", "grant.shapes", |p| p.grant.shapes.clear()),
        ("pin.period", "grant.valid_until_ms", |p| p.grant.valid_until_ms = 0),
        ("pin.quota", "grant.quota_per_day", |p| p.grant.quota_per_day = 0),
        ("pin.resource", "grant.resource", |p| p.grant.resource = "other".into()),
        ("pin.filter_not_mounted", "grant.row_filter.all[0]", |p| {
            p.grant.row_filter.all[0].item = "x".into()
        }),
        ("pin.filter", "grant.row_filter.all[0]", |p| p.grant.row_filter.all[0].values[0].clear()),
        ("pin.too_many", "grant.clients", |p| p.grant.clients = vec!["a".into(); 10_000]),
        ("pin.too_many", "grant.row_filter.all[0].values", |p| {
            p.grant.row_filter.all[0].op = ConditionOp::In;
            p.grant.row_filter.all[0].values = vec!["330106".into(); 10_000];
        }),
        ("pin.filter", "grant.row_filter.all[0]", |p| p.grant.row_filter.all[0].values.push("44".into())),
    ];
    assert_eq!(pin().validate(), Ok(()));
    for (code, place, spoil) in cases {
        let mut pin = pin();
        spoil(&mut pin);
        let faults = pin.validate().expect_err(code).0;
        assert!(faults.iter().any(|f| f.code == *code && f.place == *place), "{code} {place}: {faults:?}");
        assert!(Pinned::new(pin).is_err());
    }
    let mut twice = pin();
    twice.mount.table.clear();
    twice.grant.quota_per_second = 0;
    let invalid = twice.validate().expect_err("two faults");
    assert_eq!(invalid.0.len(), 2);
    assert!(invalid.zh().contains("mount.table") && invalid.en().contains("grant.quota_per_second"));
}

/// A code map that leads to a value outside the code set is refused when it is made, not when the first row comes.
#[test]
fn a_code_map_leads_to_standard_codes() {
    let mut pin = pin();
    assert_eq!(pin.mount.items[2].kind, ValueKind::Code { set: CodeSetId::Sex });
    pin.mount.items[2].code_map.insert("X".into(), "no such code".into());
    let faults = pin.validate().expect_err("not a code").0;
    assert_eq!((faults[0].code, faults[0].place.as_str()), ("pin.code_map", "mount.items[2].code_map[X]"));
}

/// The digest names the exact content: it survives a round trip through JSON and changes with any change.
#[test]
fn a_digest_names_exactly_one_pin() {
    let one = pin();
    let back: Pin = serde_json::from_slice(&digest::pin_bytes(&one)).expect("reads back");
    assert_eq!(digest(&one), digest(&back));
    assert_eq!(digest(&one), sha256_hex(&digest::pin_bytes(&one)));
    let mut other = pin();
    other.grant.items[3].masked = false;
    assert_ne!(digest(&one), digest(&other));
}
