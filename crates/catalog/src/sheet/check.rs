//! Checks a file cell by cell. Pure: what the catalogue holds comes in as [`Known`].

use std::collections::{BTreeSet, HashMap, HashSet};

use kernel::error::Fields;
use kernel::ids::{OrganisationId, SystemId};
use serde_json::{Map, Value, json};
use standards::elements;

use super::book::{Book, Row};
use super::cells::{Told, required, silenced, stable, usual, value};
use super::columns::{Column, ITEM, RESOURCE};
use super::report::CellFault;
use crate::model::{Organisations, ResourceInput, check_resource};
use crate::propose::named_elements;

/// Faults told in one report; a file filled in by a wrong template would have one in each cell.
const MOST_FAULTS: usize = 2_000;

/// What the check must know of the catalogue.
pub struct Known<'a> {
    /// Offices.
    pub organisations: &'a Organisations,
    /// The only office whose resources may be imported; every office when `None`.
    pub only: Option<&'a OrganisationId>,
    /// The office taken when none is named.
    pub own: Option<&'a OrganisationId>,
    /// Information systems by office and name.
    pub systems: &'a HashMap<(OrganisationId, String), SystemId>,
    /// Codes in use.
    pub codes: &'a HashSet<String>,
    /// Names in use, by office.
    pub names: &'a HashSet<(OrganisationId, String)>,
}

/// A resource of the file without fault.
pub struct Ready {
    /// Its row.
    pub row: u32,
    /// As it will be catalogued.
    pub input: ResourceInput,
}

/// A file, checked.
pub struct Checked {
    /// Resources without fault, with their items.
    pub ready: Vec<Ready>,
    /// Everything that is wrong.
    pub faults: Vec<CellFault>,
    /// Faults beyond those told.
    pub more: usize,
}

pub(super) struct Checker<'a> {
    pub(super) known: &'a Known<'a>,
    book: &'a Book,
    faults: Vec<CellFault>,
    /// Rows of resources that have a fault, in themselves or in an item.
    pub(super) spoiled: BTreeSet<u32>,
}

/// Checks a file.
pub fn check(book: &Book, known: &Known<'_>) -> Checked {
    let mut checker = Checker { known, book, faults: book.faults.clone(), spoiled: BTreeSet::new() };
    // A cell that cannot be trusted spoils its row; a broken sheet spoils every row.
    for fault in &book.faults {
        if fault.row <= 1 {
            checker.spoiled.extend(book.resources.iter().map(|row| row.number));
        } else if fault.sheet == book.resource_sheet {
            checker.spoiled.insert(fault.row);
        }
    }
    let items = checker.items_by_resource();
    let mut ready = Vec::new();
    let mut seen = Seen::default();
    for row in &book.resources {
        let own = items.get(&row.number).map(Vec::as_slice).unwrap_or_default();
        if let Some(input) = checker.resource(row, own, &mut seen)
            && !checker.spoiled.contains(&row.number)
        {
            ready.push(Ready { row: row.number, input });
        }
    }
    // A repetition found later spoils the row found first as well.
    ready.retain(|one| !checker.spoiled.contains(&one.row));
    let mut faults = checker.faults;
    let sheets = [book.resource_sheet.clone(), book.item_sheet.clone()];
    faults.sort_by_key(|fault| {
        let sheet = sheets.iter().position(|sheet| *sheet == fault.sheet);
        (sheet, fault.row, fault.column.len(), fault.column.clone())
    });
    let more = faults.len().saturating_sub(MOST_FAULTS);
    faults.truncate(MOST_FAULTS);
    Checked { ready, faults, more }
}

/// Codes and names of the file so far, with their rows.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) codes: HashMap<String, u32>,
    pub(super) names: HashMap<(OrganisationId, String), u32>,
}

/// An entry of a row as JSON, with the keys whose cells were faulty and whose absence must not be faulted again.
struct Entered {
    fields: Map<String, Value>,
    faulty: HashSet<&'static str>,
}

impl Checker<'_> {
    fn fault(&mut self, sheet: &str, row: &Row, columns: &[Column], key: &str, (code, zh, en): Told) {
        let column = columns.iter().find(|column| column.key == key);
        self.faults.push(CellFault {
            sheet: sheet.to_owned(),
            row: row.number,
            column: row.letters.get(key).cloned().unwrap_or_default(),
            header: column.map_or_else(String::new, |column| column.zh.to_owned()),
            value: row.get(key).unwrap_or_default().chars().take(60).collect(),
            code: code.to_owned(),
            zh,
            en,
        });
    }

    pub(super) fn resource_fault(&mut self, row: &Row, key: &str, told: Told) {
        let sheet = self.book.resource_sheet.clone();
        self.spoiled.insert(row.number);
        self.fault(&sheet, row, RESOURCE, key, told);
    }

    fn item_fault(&mut self, resource: Option<u32>, row: &Row, key: &str, told: Told) {
        let sheet = self.book.item_sheet.clone();
        self.spoiled.extend(resource);
        self.fault(&sheet, row, ITEM, key, told);
    }

    /// Items by the row of their resource. Those of no resource, or of several, are faulted.
    fn items_by_resource(&mut self) -> HashMap<u32, Vec<Row>> {
        let mut rows: HashMap<&str, Vec<u32>> = HashMap::new();
        for row in &self.book.resources {
            let names: BTreeSet<&str> =
                ["code", "name", "row"].into_iter().filter_map(|key| row.get(key)).collect();
            for name in names {
                rows.entry(name).or_default().push(row.number);
            }
        }
        let mut items: HashMap<u32, Vec<Row>> = HashMap::new();
        for item in &self.book.items {
            let Some(named) = item.get("resource") else {
                self.item_fault(None, item, "resource", required());
                continue;
            };
            match rows.get(named).map(Vec::as_slice) {
                None => self.item_fault(None, item, "resource", (
                    "sheet.unknown_resource",
                    "“资源”表中没有这个目录编码或资源名称。请核对，或先在“资源”表中填写该资源。".to_owned(),
                    "The sheet of resources has no such code or name. Correct it, or enter the resource there.".to_owned(),
                )),
                Some([one]) => items.entry(*one).or_default().push(item.clone()),
                Some(several) => {
                    let several = several.to_vec();
                    self.spoiled.extend(&several);
                    self.item_fault(None, item, "resource", (
                        "sheet.ambiguous_resource",
                        format!("“资源”表第 {several:?} 行都叫这个名称。请给资源填写目录编码，并在此填编码。"),
                        format!("Rows {several:?} of the resources all have this name. Give them codes and name the code here."),
                    ));
                }
            }
        }
        // Faults of cells of items spoil the resource they belong to.
        let faulty: BTreeSet<u32> = self
            .book
            .faults
            .iter()
            .filter(|fault| fault.sheet == self.book.item_sheet)
            .map(|fault| fault.row)
            .collect();
        for (resource, own) in &items {
            if own.iter().any(|item| faulty.contains(&item.number)) {
                self.spoiled.insert(*resource);
            }
        }
        items
    }

    fn resource(&mut self, row: &Row, items: &[Row], seen: &mut Seen) -> Option<ResourceInput> {
        let organisation = self.office(row);
        let mut entered = self.enter(row, RESOURCE, None);
        self.once(row, organisation.as_ref(), seen);
        entered.fields.remove("organisation_credit_code");
        match &organisation {
            Some(id) => entered.fields.insert("organisation_id".to_owned(), json!(id)),
            None => entered.fields.remove("organisation_id"),
        };
        if let (Some(name), Some(office)) = (row.get("system_id"), &organisation) {
            match self.known.systems.get(&(office.clone(), name.to_owned())) {
                Some(id) => {
                    entered.fields.insert("system_id".to_owned(), json!(id));
                }
                None => {
                    entered.fields.remove("system_id");
                    self.resource_fault(row, "system_id", (
                        "catalog.resource.system",
                        "提供部门没有登记这个信息系统。请核对名称，或先登记系统，或留空。".to_owned(),
                        "The office has no such information system. Correct the name, register it first, or leave it empty.".to_owned(),
                    ));
                }
            }
        } else {
            entered.fields.remove("system_id");
        }
        let mut made = Vec::with_capacity(items.len());
        let mut faulty_items: Vec<HashSet<&'static str>> = Vec::with_capacity(items.len());
        for item in items {
            let mut one = self.enter(item, ITEM, Some(row.number));
            one.fields.remove("resource");
            self.element(item, &mut one, row.number);
            faulty_items.push(one.faulty);
            made.push(Value::Object(one.fields));
        }
        entered.fields.insert("items".to_owned(), Value::Array(made));
        let input: ResourceInput = match serde_json::from_value(Value::Object(entered.fields)) {
            Ok(input) => input,
            Err(error) => {
                self.resource_fault(
                    row,
                    "name",
                    (
                        "sheet.unreadable",
                        format!("此行无法读取（{error}）。请核对后重新填写。"),
                        format!("The row cannot be read ({error}). Fill it in again."),
                    ),
                );
                return None;
            }
        };
        self.rules(row, items, &input, (&entered.faulty, &faulty_items));
        Some(input)
    }

    /// The rules of an entry, each fault told at its cell.
    fn rules(
        &mut self,
        row: &Row,
        items: &[Row],
        input: &ResourceInput,
        (faulty, faulty_items): (&HashSet<&'static str>, &[HashSet<&'static str>]),
    ) {
        let mut fields = Fields::default();
        check_resource(input, &mut fields);
        let Err(error) = fields.finish() else { return };
        for field in error.fields() {
            let told = |code: &str| -> Told { (stable(code), field.zh.clone(), field.en.clone()) };
            let in_item = field
                .path
                .strip_prefix("items[")
                .and_then(|rest| rest.split_once("]."))
                .and_then(|(place, key)| Some((place.parse::<usize>().ok()?, key)));
            match in_item {
                Some((place, key)) => {
                    let known = faulty_items.get(place).is_some_and(|faulty| silenced(faulty, key));
                    if let (Some(item), false) = (items.get(place), known) {
                        self.item_fault(Some(row.number), item, key, told(&field.code));
                    }
                }
                None => {
                    let key = field.path.split('[').next().unwrap_or_default();
                    if !silenced(faulty, key) {
                        self.resource_fault(row, key, told(&field.code));
                    }
                }
            }
        }
    }

    /// A data element, by code or by name; an unknown one is answered with what it may mean.
    fn element(&mut self, item: &Row, entered: &mut Entered, resource: u32) {
        let Some(text) = item.get("element") else { return };
        let found = elements::by_code(text).or_else(|| elements::all().find(|element| element.zh == text));
        if let Some(element) = found {
            entered.fields.insert("element".to_owned(), json!(element.code));
            if item.get("item").is_none() {
                entered.fields.insert("item".to_owned(), json!(element.code.replace('.', "_")));
            }
            return;
        }
        entered.faulty.insert("element");
        entered.faulty.insert("item");
        let hints: Vec<String> = [Some(text), item.get("zh")]
            .into_iter()
            .flatten()
            .flat_map(named_elements)
            .filter_map(elements::by_code)
            .map(|element| format!("{} {}", element.code, element.zh))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .take(3)
            .collect();
        let (zh, en) = if hints.is_empty() {
            (String::new(), String::new())
        } else {
            (format!("可能是：{}。", hints.join("、")), format!(" It may be: {}.", hints.join(", ")))
        };
        self.item_fault(
            Some(resource),
            item,
            "element",
            (
                "catalog.item.unknown_element",
                format!("没有这个数据元。请从“数据元”表中选择。{zh}"),
                format!("No such data element. Choose one from the sheet of elements.{en}"),
            ),
        );
    }

    /// The cells of a row as the interface takes them.
    fn enter(&mut self, row: &Row, columns: &'static [Column], item_of: Option<u32>) -> Entered {
        let mut entered = Entered { fields: Map::new(), faulty: HashSet::new() };
        // What cannot be trusted as a cell is told as that, and not judged further.
        let sheet = if item_of.is_some() { &self.book.item_sheet } else { &self.book.resource_sheet };
        for fault in self.book.faults.iter().filter(|fault| fault.row == row.number && fault.sheet == *sheet)
        {
            let key = row.letters.iter().find(|(_, letters)| **letters == fault.column).map(|(key, _)| *key);
            entered.faulty.extend(key);
        }
        for column in columns {
            let Some(text) = row.get(column.key) else {
                if column.required && column.key != "resource" {
                    entered.faulty.insert(column.key);
                    self.told(row, column.key, item_of, required());
                }
                // The rest of the row is checked as if something usual stood there.
                if column.required {
                    entered.fields.extend(usual(column.key).map(|value| (column.key.to_owned(), value)));
                }
                continue;
            };
            match value(column, text) {
                Ok(value) => {
                    entered.fields.insert(column.key.to_owned(), value);
                }
                Err(told) => {
                    entered.faulty.insert(column.key);
                    entered.fields.extend(usual(column.key).map(|value| (column.key.to_owned(), value)));
                    self.told(row, column.key, item_of, told);
                }
            }
        }
        if item_of.is_some() && !entered.fields.contains_key("item") {
            entered.fields.insert("item".to_owned(), json!(format!("item_{}", row.number)));
        }
        if item_of.is_none() {
            entered.fields.entry("name").or_insert_with(|| json!("-"));
        }
        entered
    }

    fn told(&mut self, row: &Row, key: &str, item_of: Option<u32>, told: Told) {
        match item_of {
            Some(resource) => self.item_fault(Some(resource), row, key, told),
            None => self.resource_fault(row, key, told),
        }
    }
}
