//! Departments in the form in which a catalogue takes them.

use std::collections::BTreeMap;

use plan::{Mount, MountItem};
use serde::{Deserialize, Serialize};
use standards::value::ValueKind;

use crate::table::Table;

/// A department 部门.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Stable key, for example `police`.
    pub key: &'static str,
    /// Name in Chinese.
    pub zh: &'static str,
    /// Short name in Chinese.
    pub short: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// Valid unified social credit code of an organ of state.
    pub credit_code: String,
    /// Name of the department's agent 前置机.
    pub agent: &'static str,
    /// Information systems.
    pub systems: Vec<System>,
    /// Systems that ask other departments.
    pub clients: Vec<ClientSystem>,
}

/// The kind of store that a system keeps its data in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL, or SQLite where there is none.
    Postgres,
    /// MariaDB, or SQLite where there is none.
    Mariadb,
    /// SQLite.
    Sqlite,
    /// A folder of CSV and spreadsheet files.
    Files,
    /// An HTTP interface.
    Http,
}

/// An information system 信息系统 of a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Name in Chinese.
    pub zh: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Year it was built.
    pub built_year: u16,
    /// Kind of store.
    pub engine: Engine,
    /// Name of the source in the agent's configuration.
    pub source: &'static str,
    /// What it can share.
    pub resources: Vec<Resource>,
}

/// A system that asks others on its department's behalf 使用方系统.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSystem {
    /// Client id.
    pub client_id: &'static str,
    /// Name in Chinese.
    pub zh: &'static str,
    /// Name in English.
    pub en: &'static str,
}

/// Share type 共享类型 of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareType {
    /// 无条件共享.
    Unconditional,
    /// 有条件共享.
    Conditional,
    /// 不予共享.
    None,
}

/// An information resource 信息资源.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Catalogue code.
    pub code: &'static str,
    /// Name in Chinese.
    pub zh: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// Abstract in Chinese.
    pub summary: &'static str,
    /// Share type.
    pub share_type: ShareType,
    /// Condition of sharing, for conditional ones.
    pub condition: &'static str,
    /// Table, file or endpoint of the source.
    pub table: &'static str,
    /// Items a subject may be named by, preferred first.
    pub keys: Vec<&'static str>,
    /// Items.
    pub items: Vec<Item>,
    /// Column that says when a row was last true.
    pub as_of_column: Option<&'static str>,
}

/// An item 信息项 of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Name, for example `birth_date`.
    pub name: &'static str,
    /// Label in Chinese.
    pub zh: &'static str,
    /// Code of the data element.
    pub element: &'static str,
    /// Column at the department.
    pub column: &'static str,
    /// What the value means.
    pub kind: ValueKind,
    /// The department's own codes to standard ones.
    pub code_map: BTreeMap<String, String>,
}

impl ShareType {
    /// The catalogue's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unconditional => "unconditional",
            Self::Conditional => "conditional",
            Self::None => "none",
        }
    }
}

impl Department {
    /// Shares the department's tables out among its systems, in the order of the systems.
    pub fn by_system(&self, mut tables: Vec<Table>) -> Vec<(&System, Vec<Table>)> {
        let mut parts = Vec::new();
        for system in &self.systems {
            let own = |table: &Table| system.resources.iter().any(|resource| resource.table == table.name);
            let (mine, others): (Vec<_>, Vec<_>) = tables.into_iter().partition(own);
            tables = others;
            parts.push((system, mine));
        }
        parts
    }
}

impl Resource {
    /// A resource that is shared under a condition.
    pub(crate) fn conditional(
        code: &'static str,
        (zh, en): (&'static str, &'static str),
        summary: &'static str,
        condition: &'static str,
    ) -> Self {
        let (share_type, keys, items) = (ShareType::Conditional, Vec::new(), Vec::new());
        Self { code, zh, en, summary, share_type, condition, table: "", keys, items, as_of_column: None }
    }

    /// A resource that every office may use.
    pub(crate) fn unconditional(
        code: &'static str,
        names: (&'static str, &'static str),
        summary: &'static str,
    ) -> Self {
        Self { share_type: ShareType::Unconditional, ..Self::conditional(code, names, summary, "") }
    }

    /// The table it comes out of, the items a subject is named by, and the column that says when a row was true.
    pub(crate) fn of_table(
        self,
        table: &'static str,
        keys: &[&'static str],
        as_of_column: Option<&'static str>,
        items: Vec<Item>,
    ) -> Self {
        Self { table, keys: keys.to_vec(), as_of_column, items, ..self }
    }

    /// How the resource hangs on the department's table, read through a source of this name.
    pub fn mount(&self, source: &str) -> Mount {
        Mount {
            resource: self.code.to_owned(),
            source: source.to_owned(),
            table: self.table.to_owned(),
            keys: self.keys.iter().map(|key| (*key).to_owned()).collect(),
            items: self
                .items
                .iter()
                .map(|item| MountItem {
                    item: item.name.to_owned(),
                    column: item.column.to_owned(),
                    kind: item.kind.clone(),
                    code_map: item.code_map.clone(),
                })
                .collect(),
            as_of_column: self.as_of_column.map(str::to_owned),
        }
    }
}

/// An item bound to a data element, whose label and kind it takes.
pub(crate) fn item(name: &'static str, element: &'static str, column: &'static str) -> Item {
    let (zh, kind) = match standards::elements::by_code(element) {
        Some(element) => (element.zh, element.kind),
        // Not reached with the elements named in this crate; a test holds that.
        None => ("", ValueKind::Text),
    };
    Item { name, zh, element, column, kind, code_map: BTreeMap::new() }
}

impl Item {
    /// The department's own codes and the standard ones.
    pub(crate) fn codes(mut self, map: &[(&str, &str)]) -> Self {
        self.code_map =
            map.iter().map(|(own, standard)| ((*own).to_owned(), (*standard).to_owned())).collect();
        self
    }

    /// A label of its own.
    pub(crate) fn label(mut self, zh: &'static str) -> Self {
        self.zh = zh;
        self
    }
}

/// The credit code of an organ of state, by a number of ours.
pub(crate) fn state_organ(number: u32) -> String {
    let organisation = format!("{:08}", 8_630_000 + number * 137);
    // Digits are always of the alphabet.
    standards::credit_code::complete("11", crate::REGION, &organisation).unwrap_or_default()
}
