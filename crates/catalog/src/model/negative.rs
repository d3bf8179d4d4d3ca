//! The negative list 负面清单: what must not be listed or not be shared, and by which law. Kept by the business operator.

use kernel::error::Fields;
use serde::{Deserialize, Serialize};

use super::ids::NegativeId;
use super::resource::{Resource, ShareType};
use super::{filled, law, optional_text};

text_enum! {
    /// What an entry of the list forbids.
    NegativeScope {
        /// 不得编目发布: what matches does not enter the catalogue.
        Publish = "publish",
        /// 不得共享: what matches may be listed, but is not shared.
        Share = "share",
    }
}

/// An entry of the negative list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NegativeEntry {
    /// Id.
    pub id: NegativeId,
    /// What it is about, as people call it.
    pub name: String,
    /// Text that names of resources and items must not hold; `*` stands for anything.
    pub pattern: Option<String>,
    /// Data element that it is about.
    pub element: Option<String>,
    /// Law, administrative regulation or State Council decision behind it.
    pub basis: String,
    /// What it forbids.
    pub scope: NegativeScope,
    /// Remark.
    pub note: Option<String>,
    /// False when it no longer counts.
    pub active: bool,
    /// When it was last changed, Unix milliseconds.
    pub updated_ms: i64,
}

/// An entry as somebody writes it. In a change what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NegativeInput {
    /// What it is about.
    #[serde(default)]
    pub name: Option<String>,
    /// Text that names must not hold; this or `element`.
    #[serde(default)]
    pub pattern: Option<String>,
    /// Code of a data element; this or `pattern`.
    #[serde(default)]
    pub element: Option<String>,
    /// Law behind it, with its title in 《》.
    #[serde(default)]
    pub basis: Option<String>,
    /// What it forbids.
    #[serde(default)]
    pub scope: Option<NegativeScope>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
    /// False to let it rest.
    #[serde(default)]
    pub active: Option<bool>,
}

impl NegativeInput {
    /// Writes what was given into an entry.
    pub fn put(self, into: &mut NegativeEntry) {
        if let Some(name) = self.name {
            name.trim().clone_into(&mut into.name);
        }
        if let Some(basis) = self.basis {
            basis.trim().clone_into(&mut into.basis);
        }
        if self.pattern.is_some() {
            into.pattern = filled(self.pattern.as_ref());
        }
        if self.element.is_some() {
            into.element = filled(self.element.as_ref());
        }
        if self.note.is_some() {
            into.note = filled(self.note.as_ref());
        }
        into.scope = self.scope.unwrap_or(into.scope);
        into.active = self.active.unwrap_or(into.active);
    }
}

/// Checks an entry of the list itself.
pub fn check_negative(entry: &NegativeEntry, fields: &mut Fields) {
    fields.text("name", &entry.name, 100);
    fields.text("basis", &entry.basis, 1000);
    optional_text(fields, "pattern", entry.pattern.as_ref(), 100);
    optional_text(fields, "note", entry.note.as_ref(), 500);
    fields.check(
        law::cites_law(&entry.basis),
        "basis",
        "catalog.negative.basis",
        "负面清单须有法律、行政法规或者国务院决定依据，请用书名号写明，例如“《…法》第…条”。",
        "The negative list rests on a law, an administrative regulation or a State Council decision; cite it with its title in 《》.",
    );
    let named = entry.pattern.as_ref().is_some_and(|text| text.chars().any(|c| c != '*' && c != ' '));
    fields.check(
        named || entry.element.is_some(),
        "pattern",
        "catalog.negative.nothing_named",
        "请写明名称特征（pattern）或选择数据元（element），至少其一。",
        "Give a pattern of names or a data element, at least one of the two.",
    );
    if let Some(element) = &entry.element {
        fields.check(
            standards::elements::by_code(element).is_some(),
            "element",
            "catalog.item.unknown_element",
            "没有这个数据元，请从数据元目录中选择。",
            "No such data element; choose one from the register.",
        );
    }
}

/// Checks a resource against the list: what matches is neither listed nor shared against it.
pub fn check_against(list: &[NegativeEntry], resource: &Resource, fields: &mut Fields) {
    for entry in list.iter().filter(|entry| entry.active) {
        let shared = resource.share_type != ShareType::None;
        if entry.pattern.as_ref().is_some_and(|pattern| matches(pattern, &resource.name)) {
            refuse(entry, "name", shared, fields);
        }
        for (place, item) in resource.items.iter().enumerate() {
            let hit = entry.element.as_ref().is_some_and(|element| *element == item.element)
                || entry.pattern.as_ref().is_some_and(|pattern| matches(pattern, &item.zh));
            if hit {
                let shared = shared && item.share_type != Some(ShareType::None);
                refuse(entry, &format!("items[{place}].share_type"), shared, fields);
            }
        }
    }
}

fn refuse(entry: &NegativeEntry, path: &str, shared: bool, fields: &mut Fields) {
    let NegativeEntry { name, basis, .. } = entry;
    match entry.scope {
        NegativeScope::Publish => fields.push(
            path,
            "catalog.negative.not_published",
            format!("列入负面清单“{name}”（依据：{basis}），不得编目发布，请删除。"),
            format!("\"{name}\" is on the negative list ({basis}) and must not be listed; remove it."),
        ),
        NegativeScope::Share if shared => fields.push(
            path,
            "catalog.negative.not_shared",
            format!("列入负面清单“{name}”（依据：{basis}），不得共享，请改为“不予共享”并引用该依据。"),
            format!("\"{name}\" is on the negative list ({basis}) and must not be shared; set its share type to none and cite the basis."),
        ),
        NegativeScope::Share => {}
    }
}

/// A pattern without `*` is looked for anywhere; with it, it must fit the whole text.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.trim().to_lowercase(), text.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(last) = parts.next_back() else { return text.contains(first) };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    /// A bare pattern is found anywhere, one with a star must fit from end to end.
    #[test]
    fn patterns() {
        assert!(matches("干部档案", "县干部档案信息"));
        assert!(matches("*档案", "县干部档案"));
        assert!(!matches("*档案", "县干部档案信息"));
        assert!(matches("涉密*信息*", "涉密人员信息表"));
        assert!(!matches("涉密*信息", "人员信息"));
        assert!(!matches("a*a", "a"));
    }
}
