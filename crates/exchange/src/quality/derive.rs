//! A report out of a profile. Pure.

use std::collections::BTreeMap;

use catalog::model::{Item, Mount, Resource};
use standards::kind::{CodeSetId, ValueKind};
use standards::value::standardise;

use super::examples::{examples, withheld};
use super::model::{ItemQuality, QualityReport};
use super::profile::{Column, KindShare, Profile};

/// The report on a resource. Items that are not mounted, or whose column the department keeps back, have no line.
pub(super) fn report(resource: &Resource, mount: &Mount, profile: &Profile, now_ms: i64) -> QualityReport {
    let items = resource.items.iter().filter_map(|item| {
        let bound = mount.columns.iter().find(|one| one.item == item.item)?;
        let column = profile.columns.iter().find(|one| one.name == bound.column)?;
        Some(of_item(resource, item, &bound.code_map, column, profile.sampled_rows))
    });
    QualityReport {
        resource_id: resource.id.clone(),
        taken_ms: now_ms,
        rows: profile.rows.map(|count| count.rows),
        rows_exact: profile.rows.is_some_and(|count| count.exact),
        sampled_rows: profile.sampled_rows,
        items: items.collect(),
    }
}

/// The report as it may be read today: the entry may have become stricter since it was taken.
pub(super) fn as_of_today(mut report: QualityReport, resource: &Resource) -> QualityReport {
    report.items.retain(|one| resource.item(&one.item).is_some());
    for one in &mut report.items {
        one.withheld = one.withheld || resource.item(&one.item).is_none_or(|item| withheld(resource, item));
        if one.withheld {
            one.examples.clear();
        }
    }
    report
}

fn of_item(
    resource: &Resource,
    item: &Item,
    code_map: &BTreeMap<String, String>,
    column: &Column,
    sampled: u64,
) -> ItemQuality {
    let values = sampled.saturating_sub(column.nulls);
    let fit = column.kinds().find(|found| found.kind == item.kind);
    let invalid = invalid(&item.kind, code_map, column, values, fit.as_ref());
    let withheld = withheld(resource, item);
    ItemQuality {
        item: item.item.clone(),
        missing: share(column.nulls.min(sampled) as f64 / sampled.max(1) as f64),
        invalid,
        repaired: invalid.map(|_| share(fit.map_or(0.0, |fit| fit.repaired))),
        examples: if withheld { Vec::new() } else { examples(&item.kind, column, values) },
        withheld,
    }
}

/// Share of the values that do not fit; nothing where anything fits, and where the agent could not tell.
fn invalid(
    kind: &ValueKind,
    code_map: &BTreeMap<String, String>,
    column: &Column,
    values: u64,
    fit: Option<&KindShare>,
) -> Option<f64> {
    use ValueKind::{Address, EnterpriseName, PersonName, Text};
    let free = matches!(kind, Text | Address | PersonName | EnterpriseName);
    // The agent does not know a node's own code sets, and does not tell codes out of a small table.
    let own_set = matches!(kind, ValueKind::Code { set: CodeSetId::Custom(_) });
    let untold = if code_map.is_empty() { own_set } else { column.codes.is_empty() };
    if free || values == 0 || (untold && fit.is_none()) {
        return None;
    }
    // A department's own code that was given its standard code is as good as a standard one.
    let good = |value: &str| code_map.contains_key(value) || standardise(kind, value).is_usable();
    let covered: u64 = match code_map.is_empty() {
        true => 0,
        false => column.codes.iter().filter(|code| good(&code.value)).map(|code| code.rows).sum(),
    };
    let covered = covered as f64 / values as f64;
    Some(share(1.0 - fit.map_or(0.0, |fit| fit.share).max(covered)))
}

/// A share with four decimals.
fn share(share: f64) -> f64 {
    (share.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn column(profile: Value) -> Column {
        serde_json::from_value(profile).expect("a column")
    }

    fn judged(kind: &ValueKind, map: &[(&str, &str)], profile: Value, values: u64) -> Option<f64> {
        let map = map.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        let column = column(profile);
        let fit = column.kinds().find(|found| found.kind == *kind);
        invalid(kind, &map, &column, values, fit.as_ref())
    }

    /// What cannot be read as the item's kind is invalid; where anything fits nothing is said.
    #[test]
    fn values_are_judged_by_the_meaning_of_the_item() {
        let mobile =
            json!({"name": "SJH", "kinds": [{"kind": {"type": "mobile"}, "share": 0.98, "repaired": 0.1}]});
        assert_eq!(judged(&ValueKind::Mobile, &[], mobile.clone(), 90), Some(0.02));
        assert_eq!(judged(&ValueKind::CreditCode, &[], mobile.clone(), 90), Some(1.0));
        for free in [ValueKind::Text, ValueKind::Address, ValueKind::PersonName, ValueKind::EnterpriseName] {
            assert_eq!(judged(&free, &[], mobile.clone(), 90), None, "{free:?}");
        }
        assert_eq!(judged(&ValueKind::Mobile, &[], mobile, 0), None, "no value is no wrong value");
    }

    /// Codes that were given a standard code are as good as standard ones; the rest is not.
    #[test]
    fn mapped_codes_count_as_valid() {
        let sex = ValueKind::Code { set: CodeSetId::Sex };
        let codes = json!({"name": "XB", "codes": [{"value": "甲", "rows": 50}, {"value": "2", "rows": 30},
            {"value": "?", "rows": 20}]});
        assert_eq!(judged(&sex, &[("甲", "1")], codes.clone(), 100), Some(0.2));
        assert_eq!(judged(&sex, &[], codes, 100), Some(1.0), "without a map the values speak for themselves");
    }

    /// The agent knows no code sets of a node's own, and tells no codes out of a small table: then nothing is said.
    #[test]
    fn what_the_agent_cannot_tell_is_left_open() {
        let own = ValueKind::Code { set: CodeSetId::Custom("own".to_owned()) };
        assert_eq!(judged(&own, &[], json!({"name": "DM"}), 90), None);
        let sex = ValueKind::Code { set: CodeSetId::Sex };
        assert_eq!(judged(&sex, &[("甲", "1")], json!({"name": "XB"}), 4), None);
    }
}
