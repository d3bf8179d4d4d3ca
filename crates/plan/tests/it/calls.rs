//! What a call may not do.

use plan::*;

use crate::support::*;

/// Every way in which a call can leave its grant has a refusal of its own.
#[test]
fn a_call_outside_the_grant_is_refused_with_its_reason() {
    let pinned = pinned();
    type Change = fn(&mut Call);
    let cases: &[(&str, Change)] = &[
        ("plan.grant_mismatch", |call| call.grant = "g2".into()),
        ("plan.pin_mismatch", |call| call.pin_digest = "0".repeat(64)),
        ("plan.case_missing", |call| call.case = " ".into()),
        ("plan.purpose_not_granted", |call| call.purpose.basis = "另一条".into()),
        ("plan.purpose_not_granted", |call| call.purpose.matter = "XX".into()),
        ("plan.subject_missing", |call| call.subject.value = "  ".into()),
        ("plan.subject_missing", |call| call.subject.item = String::new()),
        ("plan.key_not_mounted", |call| call.subject.item = "name".into()),
        ("plan.key_not_mounted", |call| call.subject.item = "1=1 --".into()),
        ("plan.no_items", |call| call.items.clear()),
        ("plan.item_not_granted", |call| call.items.push("income".into())),
        ("plan.item_not_granted", |call| call.items.push("SR".into())),
        ("plan.item_not_granted", |call| call.items.push("*".into())),
        ("plan.item_not_mounted", |call| call.items.push("unmounted".into())),
        ("plan.verify_only", |call| call.items.push("marriage".into())),
        ("plan.item_twice", |call| call.items.push("name".into())),
        ("plan.too_many_items", |call| call.items = vec!["name".into(); 1_000]),
        ("plan.text_too_long", |call| call.case = "案".repeat(10_000)),
        ("plan.claims_in_query", |call| {
            call.claims.push(KeyValue { item: "name".into(), value: "x".into() })
        }),
        ("plan.narrow_not_mounted", |call| {
            call.narrow.all.push(condition("salary", ConditionOp::Eq, &["1"]))
        }),
        ("plan.narrow_invalid", |call| call.narrow.all.push(condition("name", ConditionOp::Eq, &[]))),
    ];
    for (code, change) in cases {
        let mut call = query(&pinned, &["name"]);
        assert!(check(&pinned, &call, NOW).is_ok());
        change(&mut call);
        let refusal = check(&pinned, &call, NOW).map(|_| ()).expect_err(code);
        assert_eq!(refusal.code, *code);
        assert!(!refusal.zh.is_empty() && !refusal.en.is_empty());
        assert!(refusal.zh.chars().count() < 200, "a hostile text must not flood the message");
    }
}

/// A grant is in force from its first instant to the instant before its last.
#[test]
fn a_grant_is_in_force_between_its_bounds() {
    let pinned = pinned();
    let call = query(&pinned, &["name"]);
    let code = |now| check(&pinned, &call, now).map(|_| ()).map_err(|refusal| refusal.code);
    assert_eq!(code(999), Err("plan.not_yet_valid"));
    assert_eq!(code(1_000), Ok(()));
    assert_eq!(code(1_999), Ok(()));
    assert_eq!(code(2_000), Err("plan.expired"));
}

/// Conditions are questions: on an item that is not granted, masked or only verifiable they would leak it bit by bit.
#[test]
fn narrowing_cannot_be_used_as_an_oracle() {
    let pinned = pinned();
    for item in ["income", "region", "mobile", "marriage"] {
        let mut call = query(&pinned, &["name"]);
        call.narrow.all.push(condition(item, ConditionOp::AtLeast, &["1"]));
        assert_eq!(refused(&pinned, &call), "plan.narrow_not_granted", "{item}");
    }
    let mut only_verify = pin();
    only_verify.grant.shapes = vec![Shape::Verify];
    let only_verify = Pinned::new(only_verify).expect("valid");
    let mut call = verify(&only_verify, &[("name", "张三丰")]);
    call.narrow.all.push(condition("name", ConditionOp::Prefix, &["张"]));
    assert_eq!(refused(&only_verify, &call), "plan.narrow_not_granted");
}

/// A grant for one shape does not give the other; a verify needs claims, each on a granted item, each once.
#[test]
fn shapes_are_kept_apart() {
    let mut changed = pin();
    changed.grant.shapes = vec![Shape::Verify];
    let pinned = Pinned::new(changed).expect("valid");
    assert_eq!(refused(&pinned, &query(&pinned, &["name"])), "plan.shape_not_granted");
    assert_eq!(refused(&pinned, &verify(&pinned, &[])), "plan.no_claims");
    assert_eq!(refused(&pinned, &verify(&pinned, &[("income", "800")])), "plan.item_not_granted");
    assert_eq!(refused(&pinned, &verify(&pinned, &[("name", "a"), ("name", "b")])), "plan.item_twice");
}

/// A grant that names client systems is of no use to any other.
#[test]
fn only_granted_clients_may_call() {
    let mut changed = pin();
    changed.grant.clients = vec!["client-2".into()];
    let pinned = Pinned::new(changed).expect("valid");
    let mut call = query(&pinned, &["name"]);
    assert_eq!(refused(&pinned, &call), "plan.client_not_granted");
    call.caller = "user:client-2".into();
    assert_eq!(refused(&pinned, &call), "plan.client_not_granted", "a person is no client");
    call.caller = "client:client-2".into();
    assert!(check(&pinned, &call, NOW).is_ok());
}

/// The names of what is read come from the mount, each once: the wanted item, the key, the grant's condition, the as-of time.
#[test]
fn the_fetch_names_only_mounted_columns() {
    let pinned = pinned();
    let call = query(&pinned, &["name", "mobile"]);
    let task = check(&pinned, &call, NOW).expect("admitted");
    let fetch = task.fetch();
    assert_eq!(
        (fetch.source.as_str(), fetch.table.as_str(), fetch.key_column.as_str()),
        ("mz", "DB_RY", "SFZH")
    );
    assert_eq!(fetch.columns, ["SFZH", "XM", "SJH", "QH", "GXSJ"]);
    assert!(fetch.key_values.iter().any(|value| value == SUBJECT));
    assert_eq!(task.items().collect::<Vec<_>>(), ["name", "mobile"]);
}
