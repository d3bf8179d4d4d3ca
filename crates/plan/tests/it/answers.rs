//! What comes out for rows that went in.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use plan::*;

use crate::support::*;

/// Granted items come out in the order of the call, standardised; the local code became the standard one; the masked item is masked.
#[test]
fn a_query_delivers_granted_items_in_their_order() {
    let pinned = pinned();
    let answer = run(&pinned, &query(&pinned, &["sex", "mobile", "name"]), &[row()]).expect("answered");
    let items = &answer.rows[0].items;
    let names: Vec<_> = items.iter().map(|item| item.item.as_str()).collect();
    assert_eq!(names, ["sex", "mobile", "name"]);
    assert_eq!(items[0].value.as_deref(), Some("1"));
    assert_ne!(items[1].value.as_deref(), Some("13812345678"));
    assert_eq!(
        items[1].value,
        Some(standards::value::mask(&standards::value::ValueKind::Mobile, "13812345678"))
    );
    assert_eq!(items[2].value.as_deref(), Some("张三丰"));
    assert!(answer.verdicts.is_empty());
}

/// A row that the source returned for another person, or outside the granted region, or with a region that cannot be judged, is not shown.
#[test]
fn rows_of_others_and_rows_outside_the_filter_do_not_exist() {
    let pinned = pinned();
    let call = query(&pinned, &["name"]);
    for (column, text) in
        [(0, Some("110105194912310038")), (0, None), (6, Some("440106")), (6, None), (6, Some("不详"))]
    {
        let mut other = row();
        other[column] = text;
        let answer = run(&pinned, &call, &[other]).expect("answered");
        assert!(answer.rows.is_empty(), "{column} {text:?}");
    }
}

/// A local code without a mapping is flagged and never passed on as a value, unless it is a standard code or label itself.
#[test]
fn an_unmapped_local_code_is_flagged() {
    let pinned = pinned();
    let call = query(&pinned, &["sex"]);
    let mut odd = row();
    odd[2] = Some("Q");
    let item = run(&pinned, &call, &[odd]).expect("answered").rows[0].items[0].clone();
    if item.state == ItemState::Invalid {
        assert_eq!((item.value, item.raw.as_deref()), (None, Some("Q")));
        assert_eq!(item.flags[0], "code.unmapped");
    } else {
        panic!("\"Q\" is no sex: {item:?}");
    }
    let mut standard = row();
    standard[2] = Some("2");
    let item = run(&pinned, &call, &[standard]).expect("answered").rows[0].items[0].clone();
    assert_eq!((item.value.as_deref(), item.state), (Some("2"), ItemState::Valid));
}

/// The raw text of an invalid value leaves only when the item is granted in clear.
#[test]
fn an_invalid_masked_value_leaves_no_text() {
    let pinned = pinned();
    let mut odd = row();
    odd[4] = Some("call 0138-secret");
    let answer = run(&pinned, &query(&pinned, &["mobile"]), &[odd]).expect("answered");
    let item = &answer.rows[0].items[0];
    assert_eq!((item.state, &item.value, &item.raw), (ItemState::Invalid, &None, &None));
    assert!(!String::from_utf8(answer_bytes(&answer)).expect("text").contains("secret"));
}

/// Yes and no when the rows agree; unknown without a row, with a missing value, and when rows disagree. No row is delivered.
#[test]
fn verdicts_are_three_valued() {
    let pinned = pinned();
    let verdict = |claim: &str, rows: &[Row]| {
        let answer = run(&pinned, &verify(&pinned, &[("name", claim)]), rows).expect("answered");
        assert!(answer.rows.is_empty());
        answer.verdicts[0].verdict
    };
    let mut other = row();
    other[1] = Some("李四");
    let mut nameless = row();
    nameless[1] = None;
    assert_eq!(verdict("张三丰", &[row()]), Verdict::Yes);
    assert_eq!(verdict("李四", &[row()]), Verdict::No);
    let mut traditional = row();
    traditional[1] = Some("張三豐");
    assert_eq!(verdict("张三丰", &[traditional]), Verdict::Yes, "the same name in traditional characters");
    assert_eq!(verdict("张三丰", &[row(), row()]), Verdict::Yes);
    assert_eq!(verdict("张三丰", &[]), Verdict::Unknown);
    assert_eq!(verdict("张三丰", &[nameless]), Verdict::Unknown);
    assert_eq!(verdict("张三丰", &[row(), nameless]), Verdict::Unknown);
    assert_eq!(verdict("张三丰", &[row(), other]), Verdict::Unknown);
}

/// The as-of time is the oldest of the visible rows in China Standard Time; when one row has none, the time of reading.
#[test]
fn the_as_of_time_never_looks_fresher_than_a_row() {
    let pinned = pinned();
    let call = query(&pinned, &["name"]);
    let mut older = row();
    older[7] = Some("2023-01-01 00:00:00");
    let mut unknown = row();
    unknown[7] = None;
    let told = |rows: &[Row]| {
        let answer = run(&pinned, &call, rows).expect("answered");
        (answer.as_of_ms, answer.as_of_from_source)
    };
    assert_eq!(told(&[row()]), (1_704_414_600_000, true));
    assert_eq!(told(&[row(), older]), (1_672_502_400_000, true));
    assert_eq!(told(&[row(), unknown]), (NOW, false));
    assert_eq!(told(&[]), (NOW, false));
}

/// Amounts are compared by size, not as text: 10000 is not at most 5000.
#[test]
fn amounts_are_compared_by_size() {
    let mut changed = pin();
    changed.grant.row_filter = RowFilter { all: vec![condition("income", ConditionOp::AtMost, &["5000"])] };
    let pinned = Pinned::new(changed).expect("valid");
    let call = query(&pinned, &["name"]);
    let seen = |income| {
        let mut row = row();
        row[5] = Some(income);
        run(&pinned, &call, &[row]).expect("answered").rows.len()
    };
    assert_eq!((seen("10000"), seen("800"), seen("5000"), seen("无")), (0, 1, 1, 0));
}

/// More rows than one call may answer are refused as a whole; a column that went away is named.
#[test]
fn a_table_that_does_not_fit_is_refused() {
    let pinned = pinned();
    let call = query(&pinned, &["name"]);
    let rows = vec![row(); check::MAX_ROWS + 1];
    assert_eq!(run(&pinned, &call, &rows).expect_err("too many").code, "plan.too_many_rows");
    assert_eq!(run(&pinned, &call, &rows[1..]).expect("just enough").rows.len(), check::MAX_ROWS);

    let task = check(&pinned, &call, NOW).expect("admitted");
    let gone = batch(&[row()]).project(&[0, 6, 7]).expect("columns exist");
    let refusal = standardise(&task, &[gone]).map(|_| ()).expect_err("the name column is gone");
    assert_eq!(refusal.code, "plan.column_gone");
    assert!(refusal.en.contains("XM"));
}

/// Columns that are not text (numbers) are read as text; names that differ only by case are found.
#[test]
fn typed_columns_are_read_as_text() {
    let mut changed = pin();
    changed.grant.row_filter = RowFilter::default();
    changed.mount.as_of_column = None;
    let pinned = Pinned::new(changed).expect("valid");
    let call = query(&pinned, &["sex"]);
    let task = check(&pinned, &call, NOW).expect("admitted");
    let columns: [(&str, ArrayRef); 2] =
        [("sfzh", Arc::new(StringArray::from(vec![SUBJECT]))), ("xb", Arc::new(Int64Array::from(vec![2])))];
    let rows =
        standardise(&task, &[RecordBatch::try_from_iter(columns).expect("batch")]).expect("standardised");
    let answer = minimise(&task, &rows, &filter(&task, &rows), NOW, "5a17".into());
    assert_eq!(answer.rows[0].items[0].value.as_deref(), Some("2"));
}

/// The bytes of an answer are fixed: both logs hold their digest, and old entries must stay checkable.
#[test]
fn answer_bytes_are_stable() {
    let pinned = pinned();
    let answer = run(&pinned, &query(&pinned, &["name"]), &[row()]).expect("answered");
    let bytes = answer_bytes(&answer);
    assert_eq!(
        String::from_utf8_lossy(&bytes),
        r#"{"call":"c1","rows":[{"items":[{"item":"name","value":"张三丰","state":"valid"}]}],"verdicts":[],"as_of_ms":1704414600000,"as_of_from_source":true,"salt":"5a17"}"#
    );
    assert_eq!(serde_json::from_slice::<Answer>(&bytes).expect("reads back"), answer);
}
