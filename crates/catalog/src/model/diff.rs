//! A readable difference between two states of an entry. Both come as JSON, since versions are kept in the shape
//! they had when they were published.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::words;

text_enum! {
    /// What happened to a field or an item.
    ChangeKind {
        /// 新增.
        Added = "added",
        /// 删除.
        Removed = "removed",
        /// 修改.
        Changed = "changed",
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EntryChange {
    /// What happened.
    pub kind: ChangeKind,
    /// Place in the entry, for example `share_type` or `items.sex.note`.
    pub path: String,
    /// The place in Chinese.
    pub zh: String,
    /// The place in English.
    pub en: String,
    /// What stood there.
    pub old: Option<String>,
    /// What stands there now.
    pub new: Option<String>,
}

/// Differences from one state of an entry to another, in the order people read an entry.
pub fn between(old: &Value, new: &Value) -> Vec<EntryChange> {
    let mut changes = Vec::new();
    for (field, zh, en) in words::ENTRY {
        changes.extend(field_change(field, (old, new), field.to_owned(), zh.to_owned(), en.to_owned()));
    }
    let (before, after) = (items(old), items(new));
    for (name, was) in &before {
        if !after.contains_key(name) {
            changes.push(item_change(ChangeKind::Removed, name, Some(was), None));
        }
    }
    for (name, is) in in_order(new, &after) {
        let Some(was) = before.get(name) else {
            changes.push(item_change(ChangeKind::Added, name, None, Some(is)));
            continue;
        };
        for (field, zh, en) in words::ITEM {
            let (zh, en) = (format!("信息项“{}”{zh}", label(is, name)), format!("item {name}: {en}"));
            changes.extend(field_change(field, (was, is), format!("items.{name}.{field}"), zh, en));
        }
    }
    changes
}

fn field_change(
    field: &str,
    (old, new): (&Value, &Value),
    path: String,
    zh: String,
    en: String,
) -> Option<EntryChange> {
    let (old, new) = (shown(field, old.get(field)), shown(field, new.get(field)));
    if old == new {
        return None;
    }
    let kind = match (&old, &new) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    Some(EntryChange { kind, path, zh, en, old, new })
}

fn item_change(kind: ChangeKind, name: &str, old: Option<&Value>, new: Option<&Value>) -> EntryChange {
    let whole = |item: &Value| {
        let facts = words::ITEM
            .iter()
            .filter_map(|(field, zh, _)| Some(format!("{zh}：{}", shown(field, item.get(*field))?)));
        facts.collect::<Vec<_>>().join("；")
    };
    let one = new.or(old).unwrap_or(&Value::Null);
    EntryChange {
        kind,
        path: format!("items.{name}"),
        zh: format!("信息项“{}”", label(one, name)),
        en: format!("item {name}"),
        old: old.map(whole),
        new: new.map(whole),
    }
}

fn label<'a>(item: &'a Value, name: &'a str) -> &'a str {
    item.get("zh").and_then(Value::as_str).unwrap_or(name)
}

fn items(entry: &Value) -> BTreeMap<&str, &Value> {
    let list = entry.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|item| Some((item.get("item")?.as_str()?, item))).collect()
}

fn in_order<'a>(
    entry: &'a Value,
    known: &BTreeMap<&'a str, &'a Value>,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let list = entry.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let named = list.iter().filter_map(|item| Some((item.get("item")?.as_str()?, item)));
    named.filter(|(name, _)| known.contains_key(name)).collect::<Vec<_>>().into_iter()
}

/// A value as people read it; nothing for what is empty.
fn shown(field: &str, value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(words::value(field, text).map_or_else(|| text.clone(), str::to_owned)),
        Value::Array(list) if list.is_empty() => None,
        Value::Array(list) => {
            Some(list.iter().filter_map(|one| shown(field, Some(one))).collect::<Vec<_>>().join("、"))
        }
        other @ Value::Object(_) => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A field changed, an item added, one removed and one changed are each one line in Chinese.
    #[test]
    fn reads_like_a_list_of_changes() {
        let old = json!({"name": "户籍", "share_type": "conditional", "items": [
            {"item": "sex", "zh": "性别", "required": false}, {"item": "note", "zh": "备注"}]});
        let new = json!({"name": "户籍", "share_type": "unconditional", "contact": "0571-1", "items": [
            {"item": "sex", "zh": "性别", "required": true}, {"item": "address", "zh": "住址", "data_type": "C"}]});
        let lines: Vec<_> = between(&old, &new)
            .iter()
            .map(|one| {
                format!("{} {} {:?} {:?}", one.kind.as_str(), one.zh, one.old.as_deref(), one.new.as_deref())
            })
            .collect();
        assert_eq!(
            lines,
            [
                "added 联系方式 None Some(\"0571-1\")",
                "changed 共享类型 Some(\"有条件共享\") Some(\"无条件共享\")",
                "removed 信息项“备注” Some(\"中文名称：备注\") None",
                "changed 信息项“性别”是否必填 Some(\"否\") Some(\"是\")",
                "added 信息项“住址” None Some(\"中文名称：住址；数据类型：字符型 C\")",
            ]
        );
        assert!(between(&old, &old).is_empty());
    }
}
