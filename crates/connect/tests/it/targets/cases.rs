//! What holds for every database that takes deliveries.

use connect::{Load, Target};

use super::support::{
    applying, by_key, change, content, counts, everything, hard, holding, line, lines, replace, rows,
};
use crate::support::{Outcome, code};

/// Every type, null and hard characters come back as they went in, over the direct way, the merging way and both ways
/// of applying; counts are exact and the position is stored.
pub async fn round_trips(target: &dyn Target) -> Outcome {
    let table = everything("人口 t");
    let all = hard();
    assert!(target.fit(&table).await?.creates);
    assert_eq!(target.stored(&table).await?, None);
    assert_eq!(counts(replace(target, &table, "r1", &all, 2).await?), [5, 0, 0, 0, 0]);
    assert_eq!(content(target, &table).await?, by_key(&table, &all));
    let stored = target.stored(&table).await?.unwrap();
    assert_eq!((stored.run.as_str(), stored.seq, stored.position.as_str()), ("r1", 3, "end of r1"));
    assert_eq!(target.fit(&table).await?, connect::Fit { rows: 5, ..Default::default() });
    // One row the same, one other, one new, three gone.
    let mut next = vec![all[0].clone(), all[1].clone(), line(&["新", "9", "n", "∅", "∅", "∅", "∅", "∅"])];
    next[1][2] = None;
    assert_eq!(counts(replace(target, &table, "r2", &next, 1).await?), [1, 1, 3, 1, 0]);
    assert_eq!(content(target, &table).await?, by_key(&table, &next));
    let mut delivery = applying(target, &table, "r3").await?;
    let portion = change(&table, 1, &all[1..], &lines(&[&["新", "9"], &["无", "0"]]));
    assert_eq!(counts(delivery.write(portion).await?), [3, 1, 1, 0, 0]);
    assert_eq!(counts(delivery.write(rows(&table, 2, &all)).await?), [0, 0, 0, 5, 0]);
    let many: Vec<_> = (0..1200)
        .map(|n| {
            line(&["批量", &n.to_string(), "名", "2024-01-05", "2024-01-05T00:00:01", "0.07", "7", "true"])
        })
        .collect();
    let portion = change(&table, 3, &many, &lines(&[&["王五", "3"]]));
    assert_eq!(counts(delivery.write(portion).await?), [1200, 0, 1, 0, 0]);
    assert_eq!(counts(delivery.write(rows(&table, 4, &many)).await?), [0, 0, 0, 1200, 0]);
    delivery.finish("end").await?;
    let expected =
        all.iter().filter(|row| row[1].as_deref() != Some("3")).chain(&many).cloned().collect::<Vec<_>>();
    assert_eq!(content(target, &table).await?, by_key(&table, &expected));
    Ok(())
}

/// A key that comes again is held back with its reason, in every way of replacing; the first occurrence stays.
pub async fn duplicates_are_held(target: &dyn Target) -> Outcome {
    let table = everything("dup");
    let row = |name: &str| line(&["k|1", "1", name, "2024-01-05", "2024-01-05T08:30:00", "1.5", "∅", "true"]);
    let other = line(&["k", "2", "∅", "∅", "∅", "∅", "∅", "∅"]);
    for run in ["direct", "merged"] {
        let all = [row("first"), other.clone(), row("second"), row("third")];
        let counted = counts(replace(target, &table, run, &all, 3).await?);
        assert_eq!(counted[4], 2, "{run}");
        assert_eq!(counted[0] + counted[3], 2, "{run}");
        assert_eq!(content(target, &table).await?, by_key(&table, &all[..2]));
        let held = target.held(&table, 10).await?;
        assert_eq!(held.len(), 2);
        assert_eq!((held[0].key.as_str(), held[0].reasons.as_str()), ("k|1|1", "key.duplicate"));
        let json: serde_json::Value = serde_json::from_str(&held[0].row)?;
        assert_eq!(json["seen"], "2024-01-05T08:30:00");
        assert_eq!(json["many"], serde_json::Value::Null);
    }
    Ok(())
}

/// Rows held back by whoever delivers are kept with the run that held them, and are seen with its rows only.
pub async fn held_rows_are_kept(target: &dyn Target) -> Outcome {
    let table = everything("held");
    let mut delivery = target.begin(&table, "r1", Load::Replace).await?;
    delivery.write(holding(rows(&table, 1, &hard()), &[&["a", "x.y z", "{\"a\":1}"]])).await?;
    delivery.write(holding(rows(&table, 2, &[]), &[&["b", "x", "{}"]])).await?;
    assert!(target.held(&table, 10).await?.is_empty());
    assert_eq!(delivery.finish("p").await?.held, 2);
    assert_eq!(target.held(&table, 10).await?[0].reasons, "x.y z");
    assert_eq!(target.held(&table, 1).await?.len(), 1);
    replace(target, &table, "r2", &hard(), 9).await?;
    assert_eq!(target.held(&table, 10).await?.len(), 2);
    let mut delivery = applying(target, &table, "r3").await?;
    let counted = delivery.write(holding(rows(&table, 1, &[]), &[&["c", "x", "{}"]])).await?;
    assert_eq!(counted.held, 1);
    assert_eq!(target.held(&table, 10).await?.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["c"]);
    Ok(())
}

/// A delivery that is dropped at any step leaves the old rows, position and held rows, and the next one succeeds.
pub async fn dropped_deliveries_leave_nothing(target: &dyn Target, made_first: bool) -> Outcome {
    let table = everything("dropped");
    let all = hard();
    for steps in 0..3 {
        let mut delivery = target.begin(&table, "broken", Load::Replace).await?;
        for seq in 1..=steps {
            delivery.write(rows(&table, seq, &all[seq as usize..])).await?;
        }
        drop(delivery);
        assert_eq!(target.fit(&table).await?.creates, !made_first);
        assert_eq!(target.fit(&table).await?.rows, 0);
        assert_eq!(target.stored(&table).await?, None);
    }
    replace(target, &table, "r1", &all, 2).await?;
    let before = (content(target, &table).await?, target.stored(&table).await?);
    let mut delivery = target.begin(&table, "broken", Load::Replace).await?;
    delivery.write(rows(&table, 1, &all[3..])).await?;
    drop(delivery);
    assert_eq!((content(target, &table).await?, target.stored(&table).await?), before);
    assert_eq!(counts(replace(target, &table, "r2", &all[1..], 2).await?), [0, 0, 1, 4, 0]);
    Ok(())
}

/// While one delivery of a subscription runs, a second one is refused; another subscription is not.
pub async fn one_delivery_at_a_time(target: &dyn Target) -> Outcome {
    let (table, other) = (everything("one"), everything("two"));
    let first = applying(target, &table, "r1").await?;
    assert_eq!(code(target.begin(&table, "r2", Load::Replace).await.map(drop)), "target.busy");
    replace(target, &other, "r1", &hard(), 2).await?;
    first.finish("p").await?;
    replace(target, &table, "r2", &hard(), 2).await?;
    Ok(())
}

/// A portion that was applied already is skipped when its run goes on, also after the process was killed.
pub async fn runs_go_on(target: &dyn Target) -> Outcome {
    let table = everything("goes_on");
    let all = hard();
    let mut delivery = applying(target, &table, "r1").await?;
    delivery.write(rows(&table, 1, &all[..1])).await?;
    delivery.write(rows(&table, 2, &all[1..2])).await?;
    drop(delivery);
    let stored = target.stored(&table).await?.unwrap();
    assert_eq!((stored.seq, stored.position.as_str()), (2, "position 2"));
    let mut delivery = applying(target, &table, "r1").await?;
    assert_eq!(counts(delivery.write(rows(&table, 2, &all[4..])).await?), [0; 5]);
    assert_eq!(counts(delivery.write(rows(&table, 3, &all[2..3])).await?), [1, 0, 0, 0, 0]);
    assert_eq!(content(target, &table).await?, by_key(&table, &all[..3]));
    Ok(())
}
