//! Which changes of a pin are narrower.

use plan::*;

use crate::support::*;

/// Each widening is recognised and named; the mirror-image change is narrower.
#[test]
fn a_widening_is_named_and_its_reverse_is_narrower() {
    type Widen = fn(&mut GrantSpec);
    let cases: &[(&str, Widen)] = &[
        ("change.item_added", |g| {
            g.items.push(GrantedItem { item: "income".into(), masked: true, verify_only: true })
        }),
        ("change.unmasked", |g| g.items[3].masked = false),
        ("change.delivered", |g| g.items[4].verify_only = false),
        ("change.rows", |g| g.row_filter.all.clear()),
        ("change.rows", |g| g.row_filter.all[0].values[0] = "33".into()),
        ("change.period", |g| g.valid_until_ms += 1),
        ("change.period", |g| g.valid_from_ms -= 1),
        ("change.quota", |g| g.quota_per_day += 1),
        ("change.quota", |g| g.quota_per_second += 1),
        ("change.purposes", |g| g.purposes.push(Purpose { matter: "m".into(), basis: "b".into() })),
    ];
    let old = pin();
    for (code, widen) in cases {
        let mut new = pin();
        widen(&mut new.grant);
        let change = compare(&new, &old);
        assert_eq!(change.widened.iter().map(|w| w.code).collect::<Vec<_>>(), [*code]);
        assert!(!narrower_or_equal(&new, &old), "{code}");
        assert!(narrower_or_equal(&old, &new), "the reverse of {code}");
    }
    assert!(narrower_or_equal(&old, &old));
}

/// Fewer shapes and named clients are narrower; more shapes and "any client" are wider.
#[test]
fn shapes_and_clients_are_sets() {
    let wide = pin();
    let mut tight = pin();
    tight.grant.shapes = vec![Shape::Verify];
    tight.grant.clients = vec!["a".into()];
    assert!(narrower_or_equal(&tight, &wide));
    let codes: Vec<_> = compare(&wide, &tight).widened.into_iter().map(|w| w.code).collect();
    assert_eq!(codes, ["change.clients", "change.shapes"]);
}

/// Any change of the mount counts, also when the grant became narrower: it could lay another column under a granted item.
#[test]
fn a_changed_mount_is_never_narrower() {
    type Remount = fn(&mut Mount);
    let cases: &[(&str, Remount)] = &[
        ("change.mount_column", |m| m.items[1].column = "SR".into()),
        ("change.mount_column", |m| m.items[2].code_map.clear()),
        ("change.mount_place", |m| m.table = "OTHER".into()),
        ("change.mount_keys", |m| m.keys.push("name".into())),
        ("change.mount_removed", |m| drop(m.items.pop())),
        ("change.mount_as_of", |m| m.as_of_column = None),
    ];
    for (code, remount) in cases {
        let mut new = pin();
        new.grant.items.truncate(1);
        remount(&mut new.mount);
        assert_eq!(compare(&new, &pin()).mount.iter().map(|d| d.code).collect::<Vec<_>>(), [*code]);
        assert!(!narrower_or_equal(&new, &pin()));
    }
}
