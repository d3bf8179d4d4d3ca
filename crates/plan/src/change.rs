//! What a new version of a pin changes 授权变更, in words that people who approve it can read.

use crate::model::{Condition, ConditionOp, GrantSpec, Mount, Pin, RowFilter};
use crate::refusal::shown;

/// One difference, with a stable code and a sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Stable dotted code, for example `change.item_added`.
    pub code: &'static str,
    /// The difference in Chinese.
    pub zh: String,
    /// The difference in English.
    pub en: String,
}

/// How a new pin relates to the one it would replace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Differences of the mount: any of them could lay another column under a granted item.
    pub mount: Vec<Difference>,
    /// Ways in which more could leave than before.
    pub widened: Vec<Difference>,
}

impl Change {
    /// Whether everything the new pin allows was allowed before, through the same mount.
    pub fn is_narrower_or_equal(&self) -> bool {
        self.mount.is_empty() && self.widened.is_empty()
    }
}

/// Whether whatever the new pin lets out, the old one lets out too. Errs towards `false`.
pub fn narrower_or_equal(new: &Pin, old: &Pin) -> bool {
    compare(new, old).is_narrower_or_equal()
}

/// Compares a new pin with the one it would replace.
pub fn compare(new: &Pin, old: &Pin) -> Change {
    Change { mount: mount(&new.mount, &old.mount), widened: widened(&new.grant, &old.grant) }
}

fn say(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Difference {
    Difference { code, zh: zh.into(), en: en.into() }
}

fn mount(new: &Mount, old: &Mount) -> Vec<Difference> {
    let mut out = Vec::new();
    for (field, new, old) in [
        ("resource", &new.resource, &old.resource),
        ("source", &new.source, &old.source),
        ("table", &new.table, &old.table),
    ] {
        if new != old {
            out.push(say(
                "change.mount_place",
                format!("挂接 {field} 由“{}”改为“{}”", shown(old), shown(new)),
                format!("Mount {field} changes from \"{}\" to \"{}\"", shown(old), shown(new)),
            ));
        }
    }
    for item in &new.items {
        let before = old.items.iter().find(|other| other.item == item.item);
        if before == Some(item) {
            continue;
        }
        let was = before.map_or("-", |before| before.column.as_str());
        out.push(say(
            "change.mount_column",
            format!(
                "数据项“{}”的列绑定由“{}”改为“{}”（或其类型、代码映射有变）",
                shown(&item.item),
                shown(was),
                shown(&item.column)
            ),
            format!(
                "The binding of item \"{}\" changes from column \"{}\" to \"{}\" (or its kind or code map)",
                shown(&item.item),
                shown(was),
                shown(&item.column)
            ),
        ));
    }
    for item in old.items.iter().filter(|item| new.items.iter().all(|other| other.item != item.item)) {
        out.push(say(
            "change.mount_removed",
            format!("数据项“{}”不再挂接", shown(&item.item)),
            format!("Item \"{}\" is no longer mounted", shown(&item.item)),
        ));
    }
    if new.keys != old.keys {
        let keys = new.keys.join(", ");
        out.push(say("change.mount_keys", format!("主键项改为：{keys}"), format!("The keys become: {keys}")));
    }
    if new.as_of_column != old.as_of_column {
        out.push(say("change.mount_as_of", "数据时间列有变", "The column of the as-of time changes"));
    }
    out
}

fn widened(new: &GrantSpec, old: &GrantSpec) -> Vec<Difference> {
    let mut out = Vec::new();
    if (&new.grant, &new.resource, &new.consumer) != (&old.grant, &old.resource, &old.consumer) {
        let who = shown(&new.consumer_name);
        out.push(say(
            "change.other_grant",
            format!("授权编号、资源或使用方改变；使用方为“{who}”"),
            format!("The grant id, resource or consumer changes; the consumer is \"{who}\""),
        ));
    }
    if !old.clients.is_empty()
        && (new.clients.is_empty() || new.clients.iter().any(|c| !old.clients.contains(c)))
    {
        out.push(say("change.clients", "允许更多的调用系统", "More client systems may call"));
    }
    for item in &new.items {
        let name = shown(&item.item);
        let Some(before) = old.items.iter().find(|other| other.item == item.item) else {
            out.push(say(
                "change.item_added",
                format!("新增数据项“{name}”"),
                format!("Item \"{name}\" is added"),
            ));
            continue;
        };
        if before.masked && !item.masked {
            out.push(say(
                "change.unmasked",
                format!("数据项“{name}”不再脱敏"),
                format!("Item \"{name}\" is no longer masked"),
            ));
        }
        if before.verify_only && !item.verify_only {
            let en = format!("Item \"{name}\" may be delivered, not only verified");
            out.push(say("change.delivered", format!("数据项“{name}”由只核验改为可提供"), en));
        }
    }
    if !implies(&new.row_filter, &old.row_filter) {
        out.push(say("change.rows", "行过滤条件放宽或改变", "The row conditions are loosened or changed"));
    }
    if new.purposes.iter().any(|purpose| !old.purposes.contains(purpose)) {
        out.push(say("change.purposes", "新增用途（事项或依据）", "A purpose (matter or basis) is added"));
    }
    if new.shapes.iter().any(|shape| !old.shapes.contains(shape)) {
        out.push(say("change.shapes", "新增使用方式（查询或核验）", "A shape (query or verify) is added"));
    }
    if new.valid_from_ms < old.valid_from_ms || new.valid_until_ms > old.valid_until_ms {
        out.push(say("change.period", "有效期延长或提前", "The validity begins earlier or ends later"));
    }
    if new.quota_per_day > old.quota_per_day || new.quota_per_second > old.quota_per_second {
        out.push(say("change.quota", "调用配额提高", "The quota is raised"));
    }
    out
}

/// Whether every row that passes `new` passes `old`: each old condition must follow from one new condition.
fn implies(new: &RowFilter, old: &RowFilter) -> bool {
    old.all.iter().all(|old| new.all.iter().any(|new| condition_implies(new, old)))
}

fn condition_implies(new: &Condition, old: &Condition) -> bool {
    if new == old {
        return true;
    }
    if new.item != old.item {
        return false;
    }
    let listed = matches!(new.op, ConditionOp::Eq | ConditionOp::In) && !new.values.is_empty();
    match old.op {
        ConditionOp::Eq | ConditionOp::In => {
            listed && new.values.iter().all(|value| old.values.contains(value))
        }
        ConditionOp::Prefix => {
            let Some(prefix) = old.values.first() else { return false };
            (listed || (new.op == ConditionOp::Prefix && !new.values.is_empty()))
                && new.values.iter().all(|value| value.starts_with(prefix.as_str()))
        }
        // Whether one bound is tighter depends on the order of the kind, which a grant does not know: only equality counts.
        ConditionOp::AtLeast | ConditionOp::AtMost => false,
    }
}
