//! The rules of a catalogue entry. Each collects every gap, so that one answer lists them all.

use std::collections::HashSet;

use kernel::Error;
use kernel::error::Fields;
use standards::elements::{self, Grade};

use super::conditions;
use super::item::{Item, ItemInput, ItemType};
use super::law;
use super::resource::{Resource, ResourceInput, ShareType};

pub(super) const MAX_ITEMS: usize = 300;

/// Checks a resource as entered: texts, items, and the legal rules on share types.
pub fn check_resource(input: &ResourceInput, fields: &mut Fields) {
    fields.text("name", &input.name, 100);
    for (path, value, max) in [
        ("abstract", Some(&input.summary), 2000),
        ("category", input.category.as_ref(), 50),
        ("subcategory", input.subcategory.as_ref(), 50),
        ("detail", input.detail.as_ref(), 50),
        ("regional_code", input.regional_code.as_ref(), 64),
        ("responsible_office", input.responsible_office.as_ref(), 100),
        ("responsible_person", input.responsible_person.as_ref(), 50),
        ("contact", input.contact.as_ref(), 100),
        ("data_range", input.data_range.as_ref(), 500),
        ("data_region", input.data_region.as_ref(), 200),
        ("data_period", input.data_period.as_ref(), 200),
        ("data_class", input.data_class.as_ref(), 100),
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
        ShareType::Conditional if condition.and_then(conditions::invented).is_some() => {
            let phrase = condition.and_then(conditions::invented).unwrap_or_default();
            fields.push(
                condition_path,
                "catalog.share.invented_condition",
                format!("按{zh}，不得擅自增设共享条件：“{phrase}”不是可以设定的条件。请删去，写明谁、为办什么事可以使用。"),
                format!("By {en}, conditions may not be invented: \"{phrase}\" is none that may be set. Remove it and state who may use the data for what."),
            );
        }
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
            ("share_condition", item.share_condition.as_ref(), 1000),
            ("responsible_office", item.responsible_office.as_ref(), 100),
            ("source_system", item.source_system.as_ref(), 100),
            ("lineage", item.lineage.as_ref(), 500),
        ] {
            optional_text(fields, &path(field), value, max);
        }
        fields.check(
            item.length.is_none_or(|length| (1..=1_000_000).contains(&length))
                && item.decimals.is_none_or(|digits| (0..=38).contains(&digits)),
            &path("length"),
            "catalog.item.length",
            "长度须为1至1000000，小数位数须为0至38，请修改。",
            "The length is 1 to 1,000,000, the digits after the point 0 to 38.",
        );
        // A conditional item without a condition of its own is shared on the resource's.
        let own =
            item.share_type.filter(|own| *own != ShareType::Conditional || item.share_condition.is_some());
        if let Some(own) = own {
            check_share(
                own,
                item.share_condition.as_deref(),
                item.no_share_basis.as_deref(),
                (&path("share_type"), &path("share_condition"), &path("no_share_basis")),
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
                data_type: input.data_type.unwrap_or_else(|| ItemType::usual(&element.kind)),
                length: input.length,
                decimals: input.decimals,
                kind: element.kind,
                share_type: input.share_type,
                share_condition: filled(input.share_condition.as_ref()),
                responsible_office: filled(input.responsible_office.as_ref()),
                source_system: filled(input.source_system.as_ref()),
                lineage: filled(input.lineage.as_ref()),
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

/// What a resource must have before it may be signed and published.
pub fn check_publication(resource: &Resource, fields: &mut Fields) {
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
        fields,
    );
}

/// The two assessments that Decree 809 asks of the head before he signs.
pub fn check_assessments(resource: &Resource, fields: &mut Fields) {
    fields.check(
        resource.secrecy_assessment.is_some(),
        "secrecy_assessment",
        "catalog.sign.no_secrecy_assessment",
        "按《政务数据共享条例》，目录发布前须作保密风险评估，请填写评估结论。",
        "By the Regulations on Government Data Sharing a secrecy assessment comes before publication; fill in its outcome.",
    );
    fields.check(
        resource.privacy_assessment.is_some(),
        "privacy_assessment",
        "catalog.sign.no_privacy_assessment",
        "按《政务数据共享条例》，目录发布前须作个人信息保护影响评估，请填写评估结论。",
        "By the Regulations on Government Data Sharing an assessment of the impact on personal information comes before publication; fill in its outcome.",
    );
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
