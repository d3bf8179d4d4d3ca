//! Is a mount, a grant, a pin well formed? The hub asks before it offers one, the agent before it accepts one.

use std::collections::HashSet;

use standards::value::{ValueKind, standardise};

use crate::filter::Test;
use crate::model::{GrantSpec, Mount, Pin, RowFilter};
use crate::refusal::shown;

const MAX_NAME: usize = 256;
const MAX_ENTRIES: usize = 512;

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable dotted code, for example `pin.item_twice`.
    pub code: &'static str,
    /// Path of the field, for example `mount.items[3].column`.
    pub place: String,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// Everything that is wrong; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|fault| format!("{}: {}", fault.place, fault.en)).collect::<Vec<_>>().join("; "))]
pub struct Invalid(pub Vec<Fault>);

impl Invalid {
    pub(crate) fn one(code: &'static str, place: &str, zh: &str, en: &str) -> Self {
        Self(vec![Fault { code, place: place.to_owned(), zh: zh.to_owned(), en: en.to_owned() }])
    }

    /// All faults as one Chinese sentence.
    pub fn zh(&self) -> String {
        self.0.iter().map(|fault| format!("{}：{}", fault.place, fault.zh)).collect::<Vec<_>>().join("；")
    }

    /// All faults as one English sentence.
    pub fn en(&self) -> String {
        self.to_string()
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(
        &mut self,
        code: &'static str,
        place: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.0.push(Fault { code, place: place.into(), zh: zh.into(), en: en.into() });
    }

    fn name(&mut self, place: &str, text: &str) {
        if text.trim().is_empty() {
            self.add("pin.empty", place, "不能为空；请填写", "must not be empty; fill it in");
        } else if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
            let zh = format!("不能超过 {MAX_NAME} 个字符，也不能含控制字符");
            self.add(
                "pin.name",
                place,
                zh,
                format!("must be at most {MAX_NAME} characters without control characters"),
            );
        }
    }

    fn some<T>(&mut self, place: &str, entries: &[T]) {
        if entries.is_empty() {
            self.add("pin.empty", place, "至少需要一项", "needs at least one entry");
        }
        self.few(place, entries);
    }

    fn few<T>(&mut self, place: &str, entries: &[T]) {
        if entries.len() > MAX_ENTRIES {
            let zh = format!("不能超过 {MAX_ENTRIES} 项");
            self.add("pin.too_many", place, zh, format!("must have at most {MAX_ENTRIES} entries"));
        }
    }

    fn once<'a>(&mut self, place: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = HashSet::new();
        for name in names {
            if !seen.insert(name) {
                let zh = format!("“{}”重复；请只保留一个", shown(name));
                self.add("pin.item_twice", place, zh, format!("\"{}\" stands twice; keep one", shown(name)));
            }
        }
    }

    fn done(self) -> Result<(), Invalid> {
        if self.0.is_empty() { Ok(()) } else { Err(Invalid(self.0)) }
    }
}

impl Mount {
    /// Checks a mount by itself.
    ///
    /// # Errors
    /// Every fault with its place, for example a key that has no column.
    pub fn validate(&self) -> Result<(), Invalid> {
        let mut faults = Faults::default();
        self.faults(&mut faults);
        faults.done()
    }

    fn faults(&self, faults: &mut Faults) {
        faults.name("mount.resource", &self.resource);
        faults.name("mount.source", &self.source);
        faults.name("mount.table", &self.table);
        if let Some(column) = &self.as_of_column {
            faults.name("mount.as_of_column", column);
        }
        faults.some("mount.items", &self.items);
        faults.once("mount.items", self.items.iter().map(|item| item.item.as_str()));
        for (at, item) in self.items.iter().enumerate() {
            faults.name(&format!("mount.items[{at}].item"), &item.item);
            faults.name(&format!("mount.items[{at}].column"), &item.column);
            for (local, standard) in &item.code_map {
                if standardise(&item.kind, standard).usable() != Some(standard.as_str()) {
                    let place = format!("mount.items[{at}].code_map[{}]", shown(local));
                    let zh = format!("“{}”不是标准值；请改为该类型的标准代码", shown(standard));
                    let en = format!(
                        "\"{}\" is not a standard value; use a standard code of this kind",
                        shown(standard)
                    );
                    faults.add("pin.code_map", place, zh, en);
                }
            }
        }
        faults.some("mount.keys", &self.keys);
        faults.once("mount.keys", self.keys.iter().map(String::as_str));
        for (at, key) in self.keys.iter().enumerate() {
            let place = format!("mount.keys[{at}]");
            match self.items.iter().find(|item| &item.item == key) {
                None => {
                    let zh = format!("主键项“{}”未绑定列；请在 items 中绑定", shown(key));
                    let en = format!("Key \"{}\" is bound to no column; bind it in items", shown(key));
                    faults.add("pin.key_not_mounted", place, zh, en);
                }
                Some(item) if !identifies(&item.kind) => {
                    let zh = format!(
                        "“{}”的类型不能标识一个主体，不能作主键项；请选用证件号、代码或名称类数据项",
                        shown(key)
                    );
                    let en = format!(
                        "The kind of \"{}\" does not name one subject, so it cannot be a key; choose an identifier or a name",
                        shown(key)
                    );
                    faults.add("pin.key_not_identifying", place, zh, en);
                }
                Some(_) => {}
            }
        }
    }
}

/// Whether values of this kind name a subject. With sex or region as the key, one call would read half a table.
fn identifies(kind: &ValueKind) -> bool {
    !matches!(
        kind,
        ValueKind::Code { .. }
            | ValueKind::Boolean
            | ValueKind::Region
            | ValueKind::Date
            | ValueKind::DateTime
            | ValueKind::Money
            | ValueKind::Decimal
    )
}

impl GrantSpec {
    /// Checks a grant by itself.
    ///
    /// # Errors
    /// Every fault with its place, for example an empty list of purposes.
    pub fn validate(&self) -> Result<(), Invalid> {
        let mut faults = Faults::default();
        self.faults(&mut faults);
        faults.done()
    }

    fn faults(&self, faults: &mut Faults) {
        faults.name("grant.grant", &self.grant);
        faults.name("grant.consumer", &self.consumer);
        faults.name("grant.resource", &self.resource);
        faults.some("grant.items", &self.items);
        faults.once("grant.items", self.items.iter().map(|item| item.item.as_str()));
        faults.some("grant.purposes", &self.purposes);
        for (at, purpose) in self.purposes.iter().enumerate() {
            faults.name(&format!("grant.purposes[{at}].matter"), &purpose.matter);
            faults.name(&format!("grant.purposes[{at}].basis"), &purpose.basis);
        }
        faults.some("grant.shapes", &self.shapes);
        faults.few("grant.clients", &self.clients);
        if self.valid_from_ms >= self.valid_until_ms {
            let en = "must be after valid_from_ms; correct the period";
            faults.add("pin.period", "grant.valid_until_ms", "截止时间必须晚于起始时间；请更正有效期", en);
        }
        if self.quota_per_day == 0 {
            faults.add("pin.quota", "grant.quota_per_day", "必须大于 0", "must be greater than 0");
        }
        if self.quota_per_second == 0 {
            faults.add("pin.quota", "grant.quota_per_second", "必须大于 0", "must be greater than 0");
        }
    }
}

impl Pin {
    /// Checks a grant and a mount, and whether they fit each other.
    ///
    /// A granted item without a column is not a fault: the department may mount it later; until then a call for it is refused.
    ///
    /// # Errors
    /// Every fault with its place.
    pub fn validate(&self) -> Result<(), Invalid> {
        let mut faults = Faults::default();
        self.mount.faults(&mut faults);
        self.grant.faults(&mut faults);
        if self.grant.resource != self.mount.resource {
            let zh = "授权的资源与挂接的资源不同；请选择同一资源";
            faults.add(
                "pin.resource",
                "grant.resource",
                zh,
                "is not the resource of the mount; choose the same one",
            );
        }
        row_filter(&self.grant.row_filter, &self.mount, &mut faults);
        faults.done()
    }
}

fn row_filter(filter: &RowFilter, mount: &Mount, faults: &mut Faults) {
    faults.few("grant.row_filter.all", &filter.all);
    for (at, condition) in filter.all.iter().enumerate() {
        let place = format!("grant.row_filter.all[{at}]");
        faults.few(&format!("{place}.values"), &condition.values);
        match mount.items.iter().enumerate().find(|(_, item)| item.item == condition.item) {
            None => {
                let zh = format!("数据项“{}”未挂接，条件无法判断；请先挂接", shown(&condition.item));
                let en = format!(
                    "Item \"{}\" is not mounted, so the condition cannot be judged; mount it first",
                    shown(&condition.item)
                );
                faults.add("pin.filter_not_mounted", place, zh, en);
            }
            Some((slot, item)) if Test::compile(condition, slot, &item.kind).is_none() => {
                let zh = "条件的取值个数或取值不合规；除 in 外只填一个值，且须为标准值";
                let en = "has the wrong number of values or values that are not standard; all but `in` take exactly one standard value";
                faults.add("pin.filter", place, zh, en);
            }
            Some(_) => {}
        }
    }
}
