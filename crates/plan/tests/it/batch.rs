//! A whole table takes the same stations as one answer, and gives the same.

use std::collections::BTreeMap;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use plan::batch::{
    BatchCall, Chunk, ChunkHead, Conditions, FLAGS_COLUMN, Image, OnInvalid, Reading, Tally, Worked,
    check_batch, open, seal,
};
use plan::*;
use proptest::prelude::*;

use crate::support::*;

const ITEMS: [&str; 4] = ["id", "name", "sex", "mobile"];

fn batch_pinned(conditions: bool) -> Pinned {
    let mut pin = pin();
    pin.grant.shapes.push(Shape::Batch);
    if !conditions {
        pin.grant.row_filter.all.clear();
    }
    Pinned::new(pin).expect("the pin of the tests is well formed")
}

fn call(pinned: &Pinned, invalid: OnInvalid) -> BatchCall {
    BatchCall {
        run: "r1".into(),
        subscription: "s1".into(),
        grant: pinned.pin().grant.grant.clone(),
        pin_digest: pinned.digest().into(),
        items: ITEMS.map(str::to_owned).into(),
        masked: Vec::new(),
        keys: vec!["id".into()],
        narrow: RowFilter::default(),
        invalid,
        reading: Reading::Full,
        follow: false,
        hold: false,
        from: None,
        purpose: purpose(),
        caller: "user:u1".into(),
    }
}

fn work(pinned: &Pinned, call: &BatchCall, rows: &[Row], image: Image<'_>) -> Worked {
    let mut task = check_batch(pinned, call, NOW).expect("admitted");
    task.work(&batch(rows), image).expect("worked")
}

/// Rows as item to value, by key.
fn by_key(rows: &RecordBatch) -> BTreeMap<String, BTreeMap<String, Option<String>>> {
    let mut all = BTreeMap::new();
    for row in 0..rows.num_rows() {
        let mut one = BTreeMap::new();
        for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
            let texts = column.as_string::<i32>();
            one.insert(field.name().clone(), texts.is_valid(row).then(|| texts.value(row).to_owned()));
        }
        all.insert(one["id"].clone().unwrap_or_default(), one);
    }
    all
}

fn refused_batch(pinned: &Pinned, vary: impl FnOnce(&mut BatchCall)) -> &'static str {
    let mut call = call(pinned, OnInvalid::Flag);
    vary(&mut call);
    check_batch(pinned, &call, NOW).map(|_| ()).expect_err("must be refused").code
}

/// What is not granted, not mounted, not in force, or cannot tell rows apart is refused before anything is read.
#[test]
fn a_run_can_only_narrow() {
    let pinned = batch_pinned(true);
    let item = |item: &str| item.to_owned();
    assert_eq!(refused_batch(&pinned, |call| call.items.push(item("income"))), "plan.item_not_granted");
    assert_eq!(refused_batch(&pinned, |call| call.items.push(item("marriage"))), "plan.verify_only");
    assert_eq!(refused_batch(&pinned, |call| call.items.push(item("unmounted"))), "plan.item_not_mounted");
    assert_eq!(refused_batch(&pinned, |call| call.items.push(item("id"))), "plan.item_twice");
    assert_eq!(refused_batch(&pinned, |call| call.keys = vec![item("mobile")]), "plan.batch_key");
    assert_eq!(refused_batch(&pinned, |call| call.masked = vec![item("id")]), "plan.batch_key");
    assert_eq!(refused_batch(&pinned, |call| call.keys.clear()), "plan.batch_empty");
    assert_eq!(refused_batch(&pinned, |call| call.pin_digest = item("0")), "plan.pin_mismatch");
    assert_eq!(refused_batch(&pinned, |call| call.purpose.matter = item("X")), "plan.purpose_not_granted");
    let income = condition("income", ConditionOp::AtLeast, &["5000"]);
    assert_eq!(refused_batch(&pinned, |call| call.narrow.all.push(income)), "plan.narrow_not_granted");
    let reading = Reading::After { item: Some(item("income")) };
    assert_eq!(refused_batch(&pinned, |call| call.reading = reading), "plan.watermark");
    let single = Pinned::new(pin()).expect("pin");
    assert_eq!(refused_batch(&single, |_| {}), "plan.shape_not_granted");
    // A copy at the hub is another matter than a table in the consumer's own database, either way.
    assert_eq!(refused_batch(&pinned, |call| call.hold = true), "plan.shape_not_granted");
    let mut holding = pin();
    holding.grant.shapes = vec![Shape::Hold];
    let holding = Pinned::new(holding).expect("pin");
    assert_eq!(refused_batch(&holding, |_| {}), "plan.shape_not_granted");
    let mut held = call(&holding, OnInvalid::Flag);
    held.hold = true;
    assert!(check_batch(&holding, &held, NOW).is_ok());
    // And nothing of a table comes through the door of single calls.
    let mut whole = query(&pinned, &["name"]);
    whole.shape = Shape::Batch;
    assert_eq!(refused(&pinned, &whole), "plan.shape_not_granted");
}

/// Invalid values are told beside their row or hold it back; rows without a key are always held back; rows outside the grant are
/// neither delivered nor told. Each row is counted once.
#[test]
fn nothing_is_dropped_silently() {
    let pinned = batch_pinned(true);
    let mut wrong = row();
    (wrong[0], wrong[1], wrong[4]) = (Some("110105194912310038"), Some("王3"), Some("12"));
    let mut keyless = row();
    keyless[0] = Some("11010519491231002");
    let mut elsewhere = row();
    elsewhere[6] = Some("440106");
    let rows = [row(), wrong, keyless, elsewhere];
    let flagged = work(&pinned, &call(&pinned, OnInvalid::Flag), &rows, Image::Present);
    let seen = by_key(&flagged.rows);
    let good = &seen[SUBJECT];
    assert_eq!(good["name"].as_deref(), Some("张三丰"));
    assert_eq!((good["sex"].as_deref(), good["mobile"].as_deref()), (Some("1"), Some("138****5678")));
    assert_eq!(good[FLAGS_COLUMN], None);
    let tally = &flagged.tally;
    assert_eq!(seen.len() as u64 + tally.held + tally.filtered, 4);
    assert_eq!((tally.read, tally.filtered), (4, 1));
    let held = flagged.held.expect("a row without a key");
    let texts = |at: usize, row: usize| held.column(at).as_string::<i32>().value(row).to_owned();
    let all: Vec<String> = (0..held.num_rows()).map(|row| texts(1, row)).collect();
    assert!(all.iter().any(|reasons| reasons.contains("id:key.missing")), "{all:?}");
    assert!(all.iter().any(|reasons| reasons.contains("resident_id.")), "{all:?}");

    let mut named = row();
    (named[1], named[4]) = (Some("王3"), Some("12"));
    let flagged = work(&pinned, &call(&pinned, OnInvalid::Flag), &[named], Image::Present);
    let seen = by_key(&flagged.rows);
    let told: serde_json::Value =
        serde_json::from_str(seen[SUBJECT][FLAGS_COLUMN].as_deref().expect("flags")).expect("json");
    assert_eq!(told["name"]["raw"], "王3");
    // The number is masked, so its wrong writing is not shown.
    assert!(told["mobile"]["flags"].is_array() && told["mobile"]["raw"].is_null(), "{told}");
    assert_eq!(seen[SUBJECT]["name"], None);
    assert_eq!((flagged.tally.flagged, flagged.tally.delivered), (1, 1));
    assert_eq!(flagged.tally.remarks["name"]["name.digits"], 1);
    let back = work(&pinned, &call(&pinned, OnInvalid::HoldBack), &[named, row()], Image::Present);
    assert_eq!((back.tally.held, back.tally.delivered), (1, 1));
    let held = back.held.expect("held");
    assert!(!held.column(2).as_string::<i32>().value(0).contains("\"12\""));
    assert_eq!(held.column(0).as_string::<i32>().value(0), SUBJECT);
}

/// Of several changes of a row the last counts; a row that left the grant is taken away, one that never was in it is not spoken of.
#[test]
fn changes_are_folded() {
    let pinned = batch_pinned(true);
    let other = "110101199003070011";
    let with = |id: &'static str, name: &'static str, region: &'static str| {
        let mut one = row();
        (one[0], one[1], one[6]) = (Some(id), Some(name), Some(region));
        one
    };
    let changes = call(&pinned, OnInvalid::Flag);
    let rows =
        [with(SUBJECT, "张三", "330106"), with(SUBJECT, "张三", "330106"), with(SUBJECT, "张四", "330106")];
    let worked = work(&pinned, &changes, &rows, Image::Changes(&[false, true, false]));
    assert_eq!(by_key(&worked.rows)[SUBJECT]["name"].as_deref(), Some("张四"));
    assert!(worked.deleted.is_none());
    // Moved away: the old image was visible, the new one is not.
    let rows =
        [with(SUBJECT, "张三", "330106"), with(SUBJECT, "张三", "440106"), with(other, "李四", "440106")];
    let worked = work(&pinned, &changes, &rows, Image::Changes(&[true, false, true]));
    assert_eq!(worked.rows.num_rows(), 0);
    let deleted = worked.deleted.expect("taken away");
    assert_eq!((deleted.num_rows(), deleted.column(0).as_string::<i32>().value(0)), (1, SUBJECT));
}

fn cell() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some(""),
        Some("张三"),
        Some("張 三"),
        Some("M"),
        Some("2"),
        Some("女"),
        Some("x"),
        Some("13812345678"),
        Some("+86 138 1234 5678"),
        Some("12"),
        Some("NULL"),
        Some("330106"),
        Some("3301"),
        Some("440106"),
        Some(SUBJECT),
        Some("11010519491231002x"),
    ])
}

proptest! {
    /// Column by column comes out what value by value comes out: every delivered row is the answer that a query for it would get.
    #[test]
    fn columns_agree_with_values(names in prop::collection::vec((cell(), cell(), cell()), 1..20)) {
        let pinned = batch_pinned(false);
        for (name, sex, mobile) in names {
            let mut one = row();
            (one[1], one[2], one[4]) = (name, sex, mobile);
            let worked = work(&pinned, &call(&pinned, OnInvalid::Flag), &[one, row()], Image::Present);
            let answer = run(&pinned, &query(&pinned, &ITEMS), &[one]).expect("answered");
            for (at, item) in answer.rows[0].items.iter().enumerate() {
                let texts = worked.rows.column(at).as_string::<i32>();
                let value = texts.is_valid(0).then(|| texts.value(0).to_owned());
                prop_assert_eq!(&value, &item.value, "{}", item.item);
            }
            let invalid = answer.rows[0].items.iter().any(|item| item.state == ItemState::Invalid);
            prop_assert_eq!(worked.rows.column(4).is_valid(0), invalid);
            prop_assert_eq!(worked.tally.flagged, u64::from(invalid));
        }
    }

    /// What is sealed is opened; any other bytes are refused and never panic.
    #[test]
    fn chunks_survive(cut in 0_usize..4000, flip in 0_usize..4000, junk in prop::collection::vec(any::<u8>(), 0..64)) {
        let pinned = batch_pinned(false);
        let worked = work(&pinned, &call(&pinned, OnInvalid::Flag), &[row(), row()], Image::Present);
        let head = ChunkHead {
            run: "r1".into(), seq: 1, position: "p".repeat(flip % 5000), as_of_ms: 5, tally: worked.tally.clone(), salt: "5a17".into(), parts: [0; 3],
        };
        let bytes = seal(head, &worked).expect("sealed");
        let Chunk { head, rows, deleted, held } = open(bytes.clone()).expect("opened");
        prop_assert_eq!(rows.as_ref(), Some(&worked.rows));
        prop_assert!(deleted.is_none() && held.is_none());
        prop_assert_eq!(&head.tally, &worked.tally);
        prop_assert!(open(bytes[..cut.min(bytes.len() - 1)].to_vec().into()).is_err());
        let mut flipped = bytes.to_vec();
        let at = flip % flipped.len();
        flipped[at] ^= 0x40;
        let _ = open(flipped.into());
        prop_assert!(open(junk.into()).is_err());
    }
}

/// Tallies add up, by item and code.
#[test]
fn tallies_add_up() {
    let one = Tally {
        read: 2,
        flagged: 1,
        remarks: [("name".to_owned(), [("x".to_owned(), 1)].into())].into(),
        ..Tally::default()
    };
    let mut sum = Tally::default();
    sum.add(&one);
    sum.add(&one);
    assert_eq!((sum.read, sum.flagged, sum.remarks["name"]["x"]), (4, 2, 2));
}

/// Rows of a held copy can be told apart only by what the consumer may see in clear, and only under a grant that says `hold`; a value
/// that is missing meets no condition.
#[test]
fn conditions_on_a_copy_are_no_questions() {
    let compile = |shape: Shape, one: Condition| {
        let mut pin = pin();
        pin.grant.shapes = vec![shape];
        let pinned = Pinned::new(pin).expect("pin");
        Conditions::compile(&pinned, &RowFilter { all: vec![one] }).map_err(|refusal| refusal.code)
    };
    let women = condition("sex", ConditionOp::Eq, &["2"]);
    let held = compile(Shape::Hold, women.clone()).expect("granted in clear");
    assert!(held.hold(|item| (item == "sex").then_some("2")));
    assert!(!held.hold(|_| Some("1")) && !held.hold(|_| None));
    assert_eq!(compile(Shape::Batch, women).expect_err("no copy"), "plan.narrow_not_granted");
    for item in ["mobile", "marriage", "income"] {
        let one = condition(item, ConditionOp::Prefix, &["1"]);
        assert_eq!(compile(Shape::Hold, one).expect_err(item), "plan.narrow_not_granted");
    }
}
