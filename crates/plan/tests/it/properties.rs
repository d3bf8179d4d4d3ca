//! Whatever a call says, it gets no more than the grant gives.

use plan::*;
use proptest::prelude::*;

use crate::support::*;

/// Names that a tampered hub might use: granted, mounted, columns, SQL.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec!["id", "name", "sex", "mobile", "marriage", "income", "region", "unmounted"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["SR", "*", "name; drop table x", ""]).prop_map(str::to_owned),
        1 => ".{0,12}",
    ]
}

fn op() -> impl Strategy<Value = ConditionOp> {
    use ConditionOp::*;
    prop::sample::select(vec![Eq, In, Prefix, AtLeast, AtMost])
}

fn conditions() -> impl Strategy<Value = Vec<Condition>> {
    let value =
        prop_oneof![Just("张三丰".to_owned()), Just("1".to_owned()), Just("3301".to_owned()), ".{0,6}"];
    let one = (
        prop_oneof![3 => Just("name".to_owned()), 1 => Just("sex".to_owned()), 1 => name()],
        op(),
        prop::collection::vec(value, 0..3),
    );
    prop::collection::vec(one.prop_map(|(item, op, values)| Condition { item, op, values }), 0..3)
}

prop_compose! {
    fn any_call()(
        verify in any::<bool>(),
        key in prop_oneof![4 => Just("id".to_owned()), 1 => name()],
        subject in prop_oneof![4 => Just(SUBJECT.to_owned()), 1 => ".{0,20}"],
        items in prop::collection::vec(name(), 0..4),
        claims in prop::collection::vec((name(), prop_oneof![Just("张三丰".to_owned()), Just("1".to_owned()), ".{0,8}"]), 0..3),
        narrow in conditions(),
        case in prop_oneof![4 => Just("b".to_owned()), 1 => ".{0,4}"],
    ) -> Call {
        let pinned = pinned();
        let mut call = query(&pinned, &[]);
        call.shape = if verify { Shape::Verify } else { Shape::Query };
        call.subject = KeyValue { item: key, value: subject };
        call.items = items;
        call.claims = if verify { claims.into_iter().map(|(item, value)| KeyValue { item, value }).collect() } else { Vec::new() };
        call.narrow.all = narrow;
        call.case = case;
        call
    }
}

fn other_rows() -> Vec<Row> {
    let mut elsewhere = row();
    elsewhere[1] = Some("外地人甲");
    elsewhere[6] = Some("440106");
    let mut stranger = row();
    stranger[0] = Some("110105194912310038");
    stranger[1] = Some("另一个人");
    vec![row(), elsewhere, stranger, row()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Only granted items leave, only in clear when granted so, only of visible rows; verify delivers no row at all.
    #[test]
    fn nothing_outside_the_grant_leaves(call in any_call()) {
        let pinned = pinned();
        let Ok(answer) = run(&pinned, &call, &other_rows()) else { return Ok(()) };
        for item in answer.rows.iter().flat_map(|row| &row.items) {
            prop_assert!(["id", "name", "sex", "mobile"].contains(&item.item.as_str()));
            prop_assert!(call.items.contains(&item.item));
        }
        prop_assert!(call.shape == Shape::Query || answer.rows.is_empty());
        let text = String::from_utf8(answer_bytes(&answer)).expect("text");
        for secret in ["13812345678", "\"800\"", "330106", "外地人甲", "另一个人"] {
            prop_assert!(!text.contains(secret), "{secret} left: {text}");
        }
    }

    /// What is read from the source is always bound by the mount, and always by the subject's key.
    #[test]
    fn columns_come_from_the_mount(call in any_call()) {
        let pinned = pinned();
        if let Ok(task) = check(&pinned, &call, NOW) {
            prop_assert!(task.fetch().columns.iter().all(|column| COLUMNS.contains(&column.as_str())));
            prop_assert!(!task.fetch().columns.contains(&"SR".to_owned()), "income is neither granted nor a condition");
            prop_assert_eq!(&task.fetch().key_column, "SFZH");
            prop_assert!(!task.fetch().key_values.is_empty());
        }
    }

    /// A further condition never adds a row.
    #[test]
    fn narrowing_never_adds_rows(call in any_call(), more in conditions()) {
        let pinned = pinned();
        let visible = |call: &Call| -> Option<Vec<usize>> {
            let task = check(&pinned, call, NOW).ok()?;
            let rows = standardise(&task, &[batch(&other_rows())]).ok()?;
            Some(filter(&task, &rows))
        };
        let mut narrower = call.clone();
        narrower.narrow.all.extend(more);
        if let (Some(wide), Some(narrow)) = (visible(&call), visible(&narrower)) {
            prop_assert!(narrow.iter().all(|row| wide.contains(row)));
        }
    }

    /// Arbitrary texts in every column are standardised or flagged, never a panic, and an invalid text is never a value.
    #[test]
    fn arbitrary_texts_never_panic(texts in prop::collection::vec(prop::option::of(any::<String>()), 8)) {
        let pinned = pinned();
        for (item, text) in pinned.pin().mount.items.iter().zip(&texts) {
            let cell = standardise::standardise_text(item, text.as_deref());
            let usable = matches!(cell.state, ItemState::Valid | ItemState::Repaired);
            prop_assert_eq!(cell.value.is_some(), usable);
            prop_assert_eq!(cell.raw.is_some(), cell.state == ItemState::Invalid);
        }
    }
}
