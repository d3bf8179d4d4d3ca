//! The rules of a catalogue entry. Each collects every gap, so that one answer lists them all.

use std::collections::{BTreeMap, HashSet};

use kernel::error::Fields;
use kernel::{Error, Result};
use standards::elements::{self, Grade};
use standards::kind::ValueKind;

use super::item::{Item, ItemInput};
use super::law;
use super::mount::Mount;
use super::resource::{Resource, ResourceInput, ShareType};

const MAX_ITEMS: usize = 300;
const MAX_CODE_MAP: usize = 500;

/// Checks a resource as entered: texts, items, and the legal rules on share types.
pub fn check_resource(input: &ResourceInput, fields: &mut Fields) {
    fields.text("name", &input.name, 100);
    for (path, value, max) in [
        ("abstract", Some(&input.summary), 2000),
        ("category", input.category.as_ref(), 50),
        ("subcategory", input.subcategory.as_ref(), 50),
        ("detail", input.detail.as_ref(), 50),
        ("regional_code", input.regional_code.as_ref(), 64),
        ("format", input.format.as_ref(), 50),
        ("share_condition", input.share_condition.as_ref(), 1000),
        ("no_share_basis", input.no_share_basis.as_ref(), 1000),
        ("use_conditions", input.use_conditions.as_ref(), 1000),
        ("open_condition", input.open_condition.as_ref(), 1000),
        ("secrecy_assessment", input.secrecy_assessment.as_ref(), 1000),
        ("privacy_assessment", input.privacy_assessment.as_ref(), 1000),
    ] {
        optional_text(fields, path, value, max);
    }
    if let Some(code) = &input.code {
        fields.check(
            is_code(code),
            "code",
            "catalog.resource.code_shape",
            "目录编码须为3至64个大写字母、数字、“-”或“/”，以字母或数字开头，请修改。",
            "A code has 3 to 64 capitals, digits, hyphens or slashes and begins with a letter or digit.",
        );
    }
    for (place, code) in input.related_codes.iter().enumerate() {
        fields.check(
            is_code(code) && place < 50,
            &format!("related_codes[{place}]"),
            "catalog.resource.code_shape",
            "相关目录编码的格式不对，或超过50个，请修改。",
            "Not the shape of a resource code, or more than 50 of them.",
        );
    }
    check_share(
        input.share_type,
        input.share_condition.as_deref(),
        input.no_share_basis.as_deref(),
        ("share_type", "share_condition", "no_share_basis"),
        fields,
    );
    check_items(&input.items, fields);
    if let Some(grade) = input.grade {
        let least = resource_grade(&items_of(&input.items));
        fields.check(
            (least..=4).contains(&grade),
            "grade",
            "catalog.resource.grade",
            "数据级别须为1至4，且不得低于所含信息项的最高级别，请调高或留空由系统确定。",
            "The grade is 1 to 4 and not below that of the most sensitive item; raise it or leave it empty.",
        );
    }
    fields.check(
        !(input.open_to_society && input.share_type == ShareType::None),
        "open_to_society",
        "catalog.resource.open_but_not_shared",
        "不予共享的资源不能向社会开放，请修改其中一项。",
        "What is not shared cannot be open to society; change one of the two.",
    );
}

fn check_share(
    share_type: ShareType,
    condition: Option<&str>,
    basis: Option<&str>,
    (type_path, condition_path, basis_path): (&str, &str, &str),
    fields: &mut Fields,
) {
    let condition = condition.map(str::trim).filter(|text| !text.is_empty());
    let (zh, en) = (law::SHARE_RULE_ZH, law::SHARE_RULE_EN);
    match share_type {
        ShareType::None if !basis.is_some_and(law::cites_law) => fields.push(
            basis_path,
            "catalog.share.no_legal_basis",
            format!("按{zh}，“不予共享”须有法律、行政法规或者国务院决定的明确规定。请用书名号写明名称和条款，例如“《…法》第…条”；没有依据的，请改为无条件或有条件共享。"),
            format!("By {en}, data may be withheld only where a law, an administrative regulation or a State Council decision says so. Cite it with its title in 《》 and the article, or choose another share type."),
        ),
        ShareType::Conditional if !condition.is_some_and(law::states_condition) => fields.push(
            condition_path,
            "catalog.share.no_condition",
            format!("按{zh}，“有条件共享”须列明共享范围、使用用途等具体条件。请写明谁、为办什么事可以使用；没有条件的，请改为无条件共享。"),
            format!("By {en}, conditional sharing must state its conditions: who may use the data for what. State them, or choose unconditional sharing."),
        ),
        ShareType::Unconditional if condition.is_some() => fields.push(
            type_path,
            "catalog.share.invented_condition",
            format!("按{zh}，不得擅自增设共享条件：“无条件共享”不能附条件。请删除条件，或改为有条件共享并说明。"),
            format!("By {en}, conditions may not be invented: unconditional sharing has none. Remove the condition, or choose conditional sharing."),
        ),
        _ => {}
    }
}

fn check_items(items: &[ItemInput], fields: &mut Fields) {
    if items.len() > MAX_ITEMS {
        fields.push(
            "items",
            "catalog.items.too_many",
            format!("一个资源最多 {MAX_ITEMS} 个信息项，请拆分为几个资源。"),
            format!("At most {MAX_ITEMS} items; part the resource."),
        );
        return;
    }
    let mut seen = HashSet::new();
    for (place, item) in items.iter().enumerate() {
        let path = |field: &str| format!("items[{place}].{field}");
        fields.check(
            is_item_name(&item.item),
            &path("item"),
            "catalog.item.name",
            "信息项名称须为小写字母开头的字母、数字、下划线，最多64位，例如 birth_date。",
            "An item's name has small letters, digits and underscores, begins with a letter and has at most 64.",
        );
        fields.check(
            seen.insert(item.item.as_str()),
            &path("item"),
            "catalog.item.duplicate",
            "信息项名称重复，请改名或删除其一。",
            "The item stands twice; rename or remove one.",
        );
        fields.check(
            elements::by_code(&item.element).is_some(),
            &path("element"),
            "catalog.item.unknown_element",
            "没有这个数据元，请从数据元目录中选择。",
            "No such data element; choose one from the register.",
        );
        for (field, value, max) in [
            ("zh", item.zh.as_ref(), 50),
            ("en", item.en.as_ref(), 100),
            ("note", item.note.as_ref(), 500),
            ("no_share_basis", item.no_share_basis.as_ref(), 1000),
        ] {
            optional_text(fields, &path(field), value, max);
        }
        if item.share_type == Some(ShareType::None) {
            let (share_type, basis) = (path("share_type"), path("no_share_basis"));
            check_share(
                ShareType::None,
                None,
                item.no_share_basis.as_deref(),
                (&share_type, &share_type, &basis),
                fields,
            );
        }
    }
}

/// Items with what follows from their data elements. Items of unknown elements are left out; [`check_resource`]
/// refuses them.
pub fn items_of(inputs: &[ItemInput]) -> Vec<Item> {
    inputs
        .iter()
        .filter_map(|input| {
            let element = elements::by_code(&input.element)?;
            let text = |given: &Option<String>, other: &str| {
                let given = given.as_deref().map(str::trim).filter(|text| !text.is_empty());
                given.unwrap_or(other).to_owned()
            };
            Some(Item {
                item: input.item.clone(),
                zh: text(&input.zh, element.zh),
                en: text(&input.en, element.en),
                element: element.code.to_owned(),
                required: input.required,
                is_key: input.is_key,
                sensitive: input.sensitive || element.grade == Grade::Sensitive,
                grade: element.grade.number(),
                kind: element.kind,
                share_type: input.share_type,
                no_share_basis: filled(input.no_share_basis.as_ref()),
                note: filled(input.note.as_ref()),
            })
        })
        .collect()
}

/// Least grade of a resource with these items: that of the most sensitive one.
pub fn resource_grade(items: &[Item]) -> u8 {
    items.iter().map(|item| item.grade).max().unwrap_or(1)
}

/// What a resource must have before it may be published.
///
/// # Errors
/// `input.invalid` with every gap.
pub fn check_publication(resource: &Resource) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("abstract", &resource.summary, 2000);
    fields.check(
        !resource.items.is_empty(),
        "items",
        "catalog.publish.no_items",
        "没有信息项的资源不能发布，请先添加信息项。",
        "A resource without items cannot be published; add its items first.",
    );
    fields.check(
        resource.items.iter().any(|item| item.is_key),
        "items",
        "catalog.publish.no_key",
        "至少要有一个信息项标为主键（用来指明是谁、是哪家企业），请先标明。",
        "At least one item must be a key, by which a subject can be named; mark it first.",
    );
    check_share(
        resource.share_type,
        resource.share_condition.as_deref(),
        resource.no_share_basis.as_deref(),
        ("share_type", "share_condition", "no_share_basis"),
        &mut fields,
    );
    fields.finish()
}

/// True when a change touches what the department head signed for: share type, basis, items, grade.
pub fn governed_change(old: &Resource, new: &Resource) -> bool {
    old.share_type != new.share_type
        || old.share_condition != new.share_condition
        || old.no_share_basis != new.no_share_basis
        || old.use_conditions != new.use_conditions
        || old.open_to_society != new.open_to_society
        || old.grade != new.grade
        || old.items != new.items
}

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

/// A blank text counts as none.
pub(crate) fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(crate) fn optional_text(fields: &mut Fields, path: &str, value: Option<&String>, max: usize) {
    if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
        fields.text(path, value, max);
    }
}

fn is_item_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_code(code: &str) -> bool {
    (3..=64).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
        && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-' || c == '/')
}

/// The resource was changed by somebody else meanwhile.
pub(crate) fn stale() -> Error {
    Error::conflict(
        "catalog.resource.stale",
        "您编辑期间，此资源已被他人修改。请刷新后在最新内容上重新修改。",
        "Somebody else changed this resource while you edited it; refresh and apply your change again.",
    )
}
