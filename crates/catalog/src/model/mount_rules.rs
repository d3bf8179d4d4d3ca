//! The rules of a mount.

use std::collections::{BTreeMap, HashSet};

use kernel::Result;
use kernel::error::Fields;
use standards::kind::ValueKind;

use super::item::Item;
use super::mount::Mount;
use super::rules::{MAX_ITEMS, optional_text};

const MAX_CODE_MAP: usize = 500;

/// Checks a mount against the items of its resource.
///
/// # Errors
/// `input.invalid` with every gap.
pub fn check_mount(mount: &Mount, items: &[Item]) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("agent_id", mount.agent_id.as_str(), 64);
    fields.text("source", &mount.source, 100);
    fields.text("table", &mount.table, 300);
    optional_text(&mut fields, "as_of_column", mount.as_of_column.as_ref(), 200);
    let of_name: BTreeMap<_, _> = items.iter().map(|item| (item.item.as_str(), item)).collect();
    let mut seen = HashSet::new();
    if mount.columns.is_empty() {
        fields.push(
            "columns",
            "catalog.mount.no_columns",
            "请至少为一个信息项指定数据列。",
            "Bind at least one item to a column.",
        );
    }
    for (place, column) in mount.columns.iter().enumerate().take(MAX_ITEMS + 1) {
        let path = |field: &str| format!("columns[{place}].{field}");
        fields.text(&path("column"), &column.column, 200);
        let item = of_name.get(column.item.as_str());
        fields.check(
            item.is_some(),
            &path("item"),
            "catalog.mount.unknown_item",
            "资源没有这个信息项，请从资源的信息项中选择。",
            "The resource has no such item; choose one of its items.",
        );
        fields.check(
            seen.insert(column.item.as_str()),
            &path("item"),
            "catalog.mount.duplicate_item",
            "同一信息项挂接了两列，请删除其一。",
            "The item is bound twice; remove one.",
        );
        check_code_map(&column.code_map, item.map(|item| &item.kind), &path("code_map"), &mut fields);
    }
    if mount.keys.is_empty() {
        fields.push(
            "keys",
            "catalog.mount.no_keys",
            "请至少指定一个主键信息项，用来按人、按企业查询。",
            "Name at least one key item, by which a subject is looked up.",
        );
    }
    let mut keys = HashSet::new();
    for (place, key) in mount.keys.iter().enumerate() {
        let usable = of_name.get(key.as_str()).is_some_and(|item| item.is_key) && seen.contains(key.as_str());
        fields.check(
            usable && keys.insert(key.as_str()),
            &format!("keys[{place}]"),
            "catalog.mount.key",
            "主键须是资源中标为主键、且已挂接数据列的信息项，不能重复。",
            "A key must be an item that the resource marks as a key and that has a column here, once.",
        );
    }
    fields.finish()
}

fn check_code_map(map: &BTreeMap<String, String>, kind: Option<&ValueKind>, path: &str, fields: &mut Fields) {
    let short = map.iter().all(|(from, to)| from.chars().count() <= 100 && to.chars().count() <= 100);
    fields.check(
        short && map.len() <= MAX_CODE_MAP,
        path,
        "catalog.mount.code_map_size",
        "代码对照最多500条，每个代码最多100个字，请精简。",
        "At most 500 codes of at most 100 characters each.",
    );
    let set = match kind {
        Some(ValueKind::Code { set }) => standards::codes::builtin(set),
        _ => None,
    };
    let Some(set) = set else { return };
    for (from, to) in map {
        if set.get(to).is_none() {
            fields.push(
                format!("{path}.{from}"),
                "catalog.mount.code_map_target",
                format!("“{to}”不是标准代码（{}），请改为标准代码。", set.standard()),
                format!("\"{to}\" is not a code of {}; give a standard code.", set.standard()),
            );
        }
    }
}
