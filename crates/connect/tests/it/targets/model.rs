//! Any sequence of deliveries, against a map.

use std::collections::BTreeMap;

use connect::{Load, Target, TargetTable, TargetType};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::support::{Line, applying, batch, by_key, change, content, counts, described, holding, rows};
use crate::support::Outcome;

#[derive(Debug, Clone)]
enum Step {
    /// Replaces all by these, in portions of the given size; keys may repeat.
    Replace(Vec<Line>, usize),
    /// Begins to replace and is dropped.
    Broken(Vec<Line>),
    /// Applies these portions: rows and deleted keys.
    Apply(Vec<(Vec<Line>, Vec<Line>)>),
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("甲".to_owned()),
        Just("a'b".to_owned()),
        Just("a\\".to_owned()),
        Just("|".to_owned()),
        (0..40_u32).prop_map(|n| n.to_string()),
    ]
}

fn value() -> impl Strategy<Value = Line> {
    (
        key(),
        proptest::option::of(prop_oneof![
            Just(String::new()),
            Just("𠮷\"'\\`;--".to_owned()),
            "[ -~]{0,6}",
            // Longer than one piece of any statement is made for.
            Just("长".repeat(3_000)),
        ]),
        proptest::option::of((-3..3_i64).prop_map(|n| n.to_string())),
        proptest::option::of(
            prop_oneof![Just("0.5"), Just("-12.25"), Just("100"), Just("0")].prop_map(str::to_owned),
        ),
    )
        .prop_map(|(key, text, number, decimal)| vec![Some(key), text, number, decimal])
}

fn step() -> impl Strategy<Value = Step> {
    let once = |rows: Vec<Line>| -> Vec<Line> {
        let mut seen = BTreeMap::new();
        rows.into_iter().for_each(|row| {
            seen.insert(row[0].clone(), row);
        });
        seen.into_values().collect()
    };
    let many = |rows: Vec<Line>| -> Vec<Line> {
        let name = |(n, row): (usize, Line)| {
            let key = row[0].clone().map(|key| format!("{key}-{n}"));
            [vec![key], row[1..].to_vec()].concat()
        };
        rows.into_iter().enumerate().map(name).collect()
    };
    // Also more rows than go in one statement, for which another way is taken.
    let some = prop_oneof![9 => vec(value(), 0..30), 1 => vec(value(), 500..700)];
    let new = prop_oneof![9 => vec(value(), 0..30), 1 => vec(value(), 500..700).prop_map(many)];
    let changes = (new, vec(key(), 0..10)).prop_map(move |(rows, gone)| {
        let rows = once(rows);
        let mut gone: Vec<String> =
            gone.into_iter().filter(|key| rows.iter().all(|row| row[0].as_ref() != Some(key))).collect();
        gone.sort();
        gone.dedup();
        (rows, gone.into_iter().map(|key| vec![Some(key)]).collect::<Vec<Line>>())
    });
    prop_oneof![
        2 => (some, 1..20_usize).prop_map(|(rows, size)| Step::Replace(rows, size)),
        1 => vec(value(), 0..30).prop_map(Step::Broken),
        3 => vec(changes, 0..4).prop_map(Step::Apply),
    ]
}

fn table() -> TargetTable {
    use TargetType::{Decimal, Integer, Text};
    described("model", &[("k", Text), ("t", Text), ("n", Integer), ("d", Decimal)], &["k"])
}

/// Takes what a replacement makes of a map, with its counts.
fn replaced(model: &mut BTreeMap<Vec<String>, Line>, table: &TargetTable, all: &[Line]) -> [u64; 5] {
    let mut first: Vec<Line> = Vec::new();
    all.iter().for_each(|row| {
        if first.iter().all(|there| there[0] != row[0]) {
            first.push(row.clone());
        }
    });
    let next = by_key(table, &first);
    let of = |test: &dyn Fn(&Vec<String>, &Line) -> bool| {
        next.iter().filter(|(k, row)| test(k, row)).count() as u64
    };
    let expected = [
        of(&|key, _| !model.contains_key(key)),
        of(&|key, row| model.get(key).is_some_and(|there| there != row)),
        model.keys().filter(|key| !next.contains_key(*key)).count() as u64,
        of(&|key, row| model.get(key) == Some(row)),
        (all.len() - first.len()) as u64,
    ];
    *model = next;
    expected
}

/// Takes what a change makes of a map, with its counts.
fn changed(
    model: &mut BTreeMap<Vec<String>, Line>,
    table: &TargetTable,
    new: &[Line],
    gone: &[Line],
) -> [u64; 5] {
    let mut counted = [0; 5];
    for (key, row) in by_key(table, new) {
        match model.insert(key, row.clone()) {
            None => counted[0] += 1,
            Some(old) if old != row => counted[1] += 1,
            Some(_) => counted[3] += 1,
        }
    }
    for key in gone {
        counted[2] += u64::from(model.remove(&vec![key[0].clone().expect("key")]).is_some());
    }
    counted
}

/// Whatever is replaced, broken off and applied, in whatever portions: the table holds what a map would hold, and the
/// counts are those of the map.
pub async fn any_sequence_ends_like_a_map(target: &dyn Target, cases: u32) -> Outcome {
    // The same cases in each run: a failure can be looked at again.
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let table = table();
    let mut model = BTreeMap::new();
    for case in 0..cases {
        let step = step().new_tree(&mut runner).map_err(|why| anyhow::anyhow!("{why}"))?.current();
        let run = format!("r{case}");
        match &step {
            Step::Replace(all, size) => {
                let mut delivery = target.begin(&table, &run, Load::Replace).await?;
                for (at, some) in all.chunks(*size * 7).enumerate() {
                    delivery.write(rows(&table, at as u64 + 1, some)).await?;
                }
                let expected = replaced(&mut model, &table, all);
                assert_eq!(counts(delivery.finish(&run).await?), expected, "{case} {step:?}");
            }
            Step::Broken(all) => {
                let mut delivery = target.begin(&table, &run, Load::Replace).await?;
                delivery.write(holding(rows(&table, 1, all), &[&["k", "r", "{}"]])).await?;
            }
            Step::Apply(portions) => {
                let mut delivery = applying(target, &table, &run).await?;
                for (at, (new, gone)) in portions.iter().enumerate() {
                    let mut portion = change(&table, at as u64 + 1, new, gone);
                    if gone.is_empty() {
                        portion.deleted = Some(batch(&["k"], &[]));
                    }
                    let expected = changed(&mut model, &table, new, gone);
                    assert_eq!(counts(delivery.write(portion).await?), expected, "{case} {step:?}");
                }
                // Some are dropped instead: what was applied stays.
                if case % 2 == 0 {
                    delivery.finish(&run).await?;
                }
            }
        }
        if !matches!(step, Step::Broken(_)) || case > 0 {
            let held = content_or_nothing(target, &table).await?;
            assert_eq!(held, model, "{case} {step:?}");
        }
    }
    Ok(())
}

async fn content_or_nothing(
    target: &dyn Target,
    table: &TargetTable,
) -> anyhow::Result<BTreeMap<Vec<String>, Line>> {
    if target.fit(table).await?.creates {
        return Ok(BTreeMap::new());
    }
    Ok(content(target, table).await?)
}

/// Numbers, dates and times of any size come back in their normal form, by the way of many rows and by that of few.
pub async fn any_number_is_carried(target: &dyn Target) -> Outcome {
    use TargetType::{Date, Decimal, Integer, Text, Timestamp};
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let values = (
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?",
        any::<i64>(),
        (1..10_000_u32, 1..13_u32, 1..29_u32),
        (0..24_u32, 0..60_u32, 0..60_u32, proptest::option::of("[0-9]{1,6}")),
    );
    type Clock = (u32, u32, u32, Option<String>);
    type Values = (String, i64, (u32, u32, u32), Clock);
    let rows_of = |values: Vec<Values>| -> Vec<Line> {
        let row = |(at, (decimal, integer, (y, m, d), (h, min, s, part))): (usize, _)| {
            let date = format!("{y:04}-{m:02}-{d:02}");
            let part = Option::map_or(part, String::new(), |part: String| format!(".{part}"));
            let time = format!("{date}T{h:02}:{min:02}:{s:02}{part}");
            let integer: i64 = integer;
            [at.to_string(), decimal, integer.to_string(), date, time].map(Some).to_vec()
        };
        values.into_iter().enumerate().map(row).collect()
    };
    let all = vec(values, 1_500).new_tree(&mut runner).map_err(|why| anyhow::anyhow!("{why}"))?.current();
    let all = rows_of(all);
    let columns = [("k", Text), ("d", Decimal), ("n", Integer), ("day", Date), ("t", Timestamp)];
    let table = described("numbers", &columns, &["k"]);
    let plain: Vec<Line> = all
        .iter()
        .map(|row| {
            let pairs = row.iter().zip(&table.columns);
            pairs.map(|(value, c)| Some(connect::normal(c.holds, value.as_deref()?)?.into_owned())).collect()
        })
        .collect();
    assert!(plain.iter().flatten().all(Option::is_some));
    let mut delivery = target.begin(&table, "many", Load::Replace).await?;
    delivery.write(rows(&table, 1, &all)).await?;
    delivery.finish("p").await?;
    assert_eq!(content(target, &table).await?, by_key(&table, &plain));
    let mut delivery = applying(target, &table, "few").await?;
    for (some, seq) in all.chunks(300).zip(1..) {
        // What the one way wrote is the same as what the other would write.
        assert_eq!(counts(delivery.write(rows(&table, seq, some)).await?)[3], some.len() as u64);
    }
    delivery.write(rows(&table, 99, &all)).await?;
    assert_eq!(content(target, &table).await?, by_key(&table, &plain));
    Ok(())
}
