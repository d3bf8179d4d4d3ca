//! What a request asks for and what is given: the scope (范围), and how the one differs from the other.

use kernel::error::{Fields, Result};
use serde::{Deserialize, Serialize};

use super::grant::{FilterView, ItemView, ShapeView};

/// Items, rows, shapes, validity and quotas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Items.
    pub items: Vec<ItemView>,
    /// Rows.
    #[serde(default)]
    pub row_filter: FilterView,
    /// Shapes.
    pub shapes: Vec<ShapeView>,
    /// First instant after validity, Unix milliseconds.
    pub valid_until_ms: i64,
    /// Calls a day.
    pub calls_per_day: u64,
    /// Calls a second.
    pub calls_per_second: u32,
    /// Cedar policies with effect `forbid`, or one Cedar expression that must hold; only the provider sets it.
    #[serde(default)]
    pub condition: Option<String>,
}

/// One place where less is given than was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// Field.
    pub path: String,
    /// What differs, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

struct Comparison {
    narrower: Vec<Difference>,
    wider: Fields,
}

impl Comparison {
    fn less(&mut self, path: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.narrower.push(Difference { path: path.to_owned(), zh: zh.into(), en: en.into() });
    }
    fn more(&mut self, path: &str) {
        self.wider.push(
            path,
            "request.wider",
            "批准的范围不能超出申请的范围；确需扩大的，请使用方另行申请。",
            "More than was requested cannot be approved; let the consumer request it.",
        );
    }
    fn number(&mut self, path: &str, zh: &str, en: &str, asked: u64, given: u64) {
        if given > asked {
            self.more(path);
        } else if given < asked {
            self.less(path, format!("{zh}由 {asked} 减为 {given}"), format!("{en}: {asked} → {given}"));
        }
    }
}

/// Where less is given than was asked for.
///
/// # Errors
/// `input.invalid` with every place where more would be given.
pub fn compare(asked: &Scope, given: &Scope) -> Result<Vec<Difference>> {
    let mut all = Comparison { narrower: Vec::new(), wider: Fields::default() };
    items(&mut all, asked, given);
    rows(&mut all, asked, given);
    for shape in &given.shapes {
        if !asked.shapes.contains(shape) {
            all.more("shapes");
        }
    }
    for shape in asked.shapes.iter().filter(|shape| !given.shapes.contains(shape)) {
        let (zh, en) = match shape {
            ShapeView::Query => ("查询", "query"),
            ShapeView::Verify => ("核验", "verify"),
            ShapeView::Batch => ("库表交换", "batch"),
            ShapeView::File => ("文件交接", "file"),
            ShapeView::Hold => ("留存副本", "hold"),
        };
        all.less("shapes", format!("不提供“{zh}”方式"), format!("Shape “{en}” is not given"));
    }
    if given.valid_until_ms > asked.valid_until_ms {
        all.more("valid_until_ms");
    } else if given.valid_until_ms < asked.valid_until_ms {
        let day = |ms| kernel::working_time::day_of(ms);
        let (from, to) = (day(asked.valid_until_ms), day(given.valid_until_ms));
        all.less(
            "valid_until_ms",
            format!("期限由 {from} 缩短为 {to}"),
            format!("Valid until {to}, not {from}"),
        );
    }
    all.number("calls_per_day", "每日次数", "Calls a day", asked.calls_per_day, given.calls_per_day);
    let (per_second, fewer) = (u64::from(asked.calls_per_second), u64::from(given.calls_per_second));
    all.number("calls_per_second", "每秒次数", "Calls a second", per_second, fewer);
    if let Some(condition) = given.condition.as_deref().filter(|text| !text.trim().is_empty()) {
        all.less(
            "condition",
            format!("附加使用条件：{condition}"),
            format!("Under the condition: {condition}"),
        );
    }
    all.wider.finish()?;
    Ok(all.narrower)
}

fn items(all: &mut Comparison, asked: &Scope, given: &Scope) {
    for (i, item) in given.items.iter().enumerate() {
        let Some(wanted) = asked.items.iter().find(|one| one.item == item.item) else {
            all.more(&format!("items[{i}].item"));
            continue;
        };
        let label = if wanted.zh.is_empty() { &wanted.item } else { &wanted.zh };
        // Whoever may only verify gets no value, not even a masked one, so this order is from more to less.
        let rank = |one: &ItemView| if one.verify_only { 2 } else { u8::from(one.masked) };
        match rank(item).cmp(&rank(wanted)) {
            std::cmp::Ordering::Less => all.more(&format!("items[{i}]")),
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => {
                let (zh, en) = if item.verify_only {
                    ("只供核验", "verify only")
                } else {
                    ("脱敏提供", "masked")
                };
                all.less("items", format!("“{label}”改为{zh}"), format!("“{}”: {en}", wanted.item));
            }
        }
    }
    for wanted in asked.items.iter().filter(|one| !given.items.iter().any(|item| item.item == one.item)) {
        let label = if wanted.zh.is_empty() { &wanted.item } else { &wanted.zh };
        all.less("items", format!("不提供“{label}”"), format!("“{}” is not given", wanted.item));
    }
}

fn rows(all: &mut Comparison, asked: &Scope, given: &Scope) {
    for (i, condition) in asked.row_filter.all.iter().enumerate() {
        if !given.row_filter.all.contains(condition) {
            all.more(&format!("row_filter.all[{i}]"));
        }
    }
    for condition in given.row_filter.all.iter().filter(|one| !asked.row_filter.all.contains(one)) {
        let values = condition.values.join("、");
        all.less(
            "row_filter",
            format!("只提供满足“{} {values}”的记录", condition.item),
            format!("Only rows with {} {values}", condition.item),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str, masked: bool, verify_only: bool) -> ItemView {
        ItemView { item: name.to_owned(), zh: String::new(), masked, verify_only }
    }

    fn asked() -> Scope {
        Scope {
            items: vec![item("name", false, false), item("phone", false, false)],
            row_filter: FilterView::default(),
            shapes: vec![ShapeView::Query, ShapeView::Verify],
            valid_until_ms: 2_000_000_000_000,
            calls_per_day: 100,
            calls_per_second: 5,
            condition: None,
        }
    }

    /// Everything that is cut is stated, and what is given in full is not.
    #[test]
    fn every_cut_is_stated() {
        assert!(compare(&asked(), &asked()).unwrap().is_empty());
        let given = Scope {
            items: vec![item("name", true, false)],
            shapes: vec![ShapeView::Query],
            valid_until_ms: 1_900_000_000_000,
            calls_per_day: 50,
            condition: Some("context.hour >= 8".to_owned()),
            ..asked()
        };
        let found: Vec<_> = compare(&asked(), &given).unwrap().into_iter().map(|one| one.path).collect();
        assert_eq!(found, ["items", "items", "shapes", "valid_until_ms", "calls_per_day", "condition"]);
    }

    /// Nothing beyond the request is approved: no new item, no value where only a check was asked for, no more rows,
    /// no longer, no more often.
    #[test]
    fn nothing_beyond_the_request() {
        let mut narrow = asked();
        narrow.items = vec![item("name", false, true)];
        narrow.row_filter.all = vec![crate::model::ConditionView {
            item: "region".to_owned(),
            op: plan::model::ConditionOp::Eq,
            values: vec!["330108".to_owned()],
        }];
        let error = compare(&narrow, &asked()).unwrap_err();
        let paths: Vec<_> = error.fields().iter().map(|field| field.path.as_str()).collect();
        assert_eq!(paths, ["items[0]", "items[1].item", "row_filter.all[0]"]);
        let longer = Scope { valid_until_ms: i64::MAX, calls_per_second: 6, ..asked() };
        assert_eq!(compare(&asked(), &longer).unwrap_err().fields().len(), 2);
    }
}
