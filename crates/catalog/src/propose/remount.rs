//! A mount after its table was changed at the department: which columns still answer, and which new column most likely
//! answers in place of one that is gone.
//!
//! Pure. What a new column means is read as for a new table ([`super::propose`]); its values, and how much its name is like
//! the old one, speak with it. A column that another item is bound to is never proposed a second time.

use serde::{Deserialize, Serialize};
use standards::kind::ValueKind;

use super::answer::{ColumnProposal, ColumnRole, Confidence, Proposal};
use super::facts::{ColumnFacts, ColumnShape, TableFacts, TableShape};
use super::values::{Says, judge};
use crate::model::{Item, Mount, MountColumn};

/// Below this nothing is proposed.
const LEAST: f64 = 0.3;
/// From here on a proposal is likely, and from the other on it is sure.
const LIKELY: f64 = 0.5;
const SURE: f64 = 0.8;
/// What leads a proposal must have before the next to be sure.
const LEAD: f64 = 0.15;
/// Share of a mount's columns that another table must have to be taken for the renamed one.
const SAME_TABLE: f64 = 0.5;

/// How a mounted column stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnState {
    /// It is there, and nothing speaks against it.
    Kept,
    /// It is there, but its values no longer are what the item means.
    Doubtful,
    /// It is gone.
    Gone,
}

/// A column that could answer an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ColumnChoice {
    /// The column.
    pub column: String,
    /// From 0 to 1.
    pub score: f64,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// What is proposed for one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ItemRemount {
    /// Item.
    pub item: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Column it was bound to.
    pub before: String,
    /// How that column stands.
    pub state: ColumnState,
    /// Column that is proposed; none when a person has to choose.
    pub after: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
    /// Other columns that were considered, best first.
    pub others: Vec<ColumnChoice>,
}

/// A proposed mount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Remount {
    /// Table it was mounted on.
    pub table_before: String,
    /// Table that is proposed; the same when it is still there, none when a person has to choose.
    pub table: Option<String>,
    /// Why, in Chinese; empty when the table stayed.
    pub table_reason_zh: String,
    /// Why, in English.
    pub table_reason_en: String,
    /// Tables that are there.
    pub tables: Vec<String>,
    /// Column that told when a row was last true.
    pub as_of_before: Option<String>,
    /// Columns of the proposed table.
    pub columns: Vec<ColumnFacts>,
    /// The items of the mount.
    pub items: Vec<ItemRemount>,
    /// The mount as it would be; items for which nothing is proposed are left out.
    pub mount: Mount,
}

impl Remount {
    /// True when the mount answers as it stands: table and columns are there and hold what they should.
    pub fn still_fits(&self) -> bool {
        self.table.as_ref() == Some(&self.table_before)
            && self.mount.as_of_column == self.as_of_before
            && self.items.iter().all(|item| item.state == ColumnState::Kept)
    }
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The table a mount means, among those that are there; an engine may say its schema or leave it out.
pub fn find_table<'a>(tables: &'a [TableFacts], name: &str) -> Option<&'a TableFacts> {
    tables.iter().find(|table| same(&table.name, name)).or_else(|| {
        let mut like = tables.iter().filter(|table| {
            same(last(&table.name), last(name)) && (!name.contains('.') || !table.name.contains('.'))
        });
        like.next().filter(|_| like.next().is_none())
    })
}

/// The table that most likely took the place of one that is gone, with the share of the mount's columns it has.
pub fn successor<'a>(tables: &'a [TableFacts], mount: &Mount) -> Option<(&'a TableFacts, f64)> {
    let share = |table: &TableFacts| {
        let there = mount.columns.iter().filter(|one| has(table, &one.column)).count();
        there as f64 / mount.columns.len().max(1) as f64
    };
    let rank = |table: &TableFacts| share(table) + 0.5 * alike(&table.name, &mount.table);
    let best = tables.iter().max_by(|a, b| rank(a).total_cmp(&rank(b)).then_with(|| b.name.cmp(&a.name)))?;
    let share = share(best);
    (share >= SAME_TABLE).then_some((best, share))
}

fn has(table: &TableFacts, column: &str) -> bool {
    table.columns.iter().any(|one| same(&one.name, column))
}

/// How much two names are alike, 0 to 1: as a whole, or the one within the other (XM and XM_NEW).
fn alike(a: &str, b: &str) -> f64 {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (a, b) = (plain(a), plain(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let within = (a.len() >= 2 && b.contains(&a)) || (b.len() >= 2 && a.contains(&b));
    let whole = strsim::normalized_damerau_levenshtein(&a, &b);
    if within { whole.max(0.8) } else { whole }
}

/// The table as it is now, with what is known of its values and what its columns would be if it were catalogued anew.
pub struct Present<'a> {
    /// Name and columns.
    pub table: &'a TableFacts,
    /// Profile.
    pub shape: &'a TableShape,
    /// What is read in it.
    pub proposal: &'a Proposal,
}

/// Proposes a mount of the same items on the table as it is now. `chosen` is true when a person chose the table.
pub fn remount(
    mount: &Mount,
    items: &[Item],
    tables: &[TableFacts],
    now: Option<&Present<'_>>,
    chosen: bool,
) -> Remount {
    let kept = find_table(tables, &mount.table).is_some();
    let (table_reason_zh, table_reason_en) = match now {
        None => (
            "原来的表已不在，也没有哪张表有过半数的原有列；请选择现在的表。".to_owned(),
            "The table is gone, and no other table has half of its columns; choose the present one."
                .to_owned(),
        ),
        Some(_) if kept && !chosen => (String::new(), String::new()),
        Some(now) => {
            let there = mount.columns.iter().filter(|one| has(now.table, &one.column)).count();
            let all = mount.columns.len();
            (
                format!("已挂接的 {all} 列中有 {there} 列在这张表里。"),
                format!("{there} of the {all} mounted columns are in this table."),
            )
        }
    };
    let table = now.map(|now| {
        let stays = find_table(tables, &mount.table).is_some_and(|one| one.name == now.table.name);
        if stays { mount.table.clone() } else { now.table.name.clone() }
    });
    let lines: Vec<ItemRemount> = match now {
        Some(now) => settle(mount, items, now),
        None => mount.columns.iter().map(|column| gone(column, items)).collect(),
    };
    let columns = mount.columns.iter().zip(&lines).filter_map(|(column, line)| {
        let after = line.after.clone()?;
        let code_map = now.map_or_else(|| column.code_map.clone(), |now| codes_of(column, &after, now));
        Some(MountColumn { item: column.item.clone(), column: after, code_map })
    });
    let columns: Vec<MountColumn> = columns.collect();
    let bound = |key: &String| columns.iter().any(|column| column.item == *key);
    let as_of_column = mount.as_of_column.as_ref().and_then(|column| {
        let now = now?;
        let there = has(now.table, column).then(|| column.clone());
        there.or_else(|| now.proposal.resource.as_of_column.clone())
    });
    Remount {
        table_before: mount.table.clone(),
        table_reason_zh,
        table_reason_en,
        tables: tables.iter().map(|table| table.name.clone()).collect(),
        as_of_before: mount.as_of_column.clone(),
        columns: now.map(|now| now.table.columns.clone()).unwrap_or_default(),
        mount: Mount {
            table: table.clone().unwrap_or_else(|| mount.table.clone()),
            keys: mount.keys.iter().filter(|key| bound(key)).cloned().collect(),
            as_of_column,
            columns,
            ..mount.clone()
        },
        table,
        items: lines,
    }
}

fn labels(column: &MountColumn, items: &[Item]) -> (String, String) {
    let known = items.iter().find(|item| item.item == column.item);
    known.map(|item| (item.zh.clone(), item.en.clone())).unwrap_or_default()
}

fn gone(column: &MountColumn, items: &[Item]) -> ItemRemount {
    let (zh, en) = labels(column, items);
    ItemRemount {
        item: column.item.clone(),
        zh,
        en,
        before: column.column.clone(),
        state: ColumnState::Gone,
        after: None,
        confidence: Confidence::Unsure,
        reason_zh: "没有足够相像的列，请人工选择；不再提供的，请留空。".to_owned(),
        reason_en: "No column is like it; choose one, or leave it empty when it is no longer provided."
            .to_owned(),
        others: Vec::new(),
    }
}

/// Each item with its column; of several that want the same new column, the one that fits best gets it.
fn settle(mount: &Mount, items: &[Item], now: &Present<'_>) -> Vec<ItemRemount> {
    let mut lines: Vec<ItemRemount> = Vec::with_capacity(mount.columns.len());
    for column in &mount.columns {
        let mut line = gone(column, items);
        let kind = items.iter().find(|item| item.item == column.item).map(|item| &item.kind);
        if let Some(there) = now.table.columns.iter().find(|one| same(&one.name, &column.column)) {
            let says =
                kind.map_or(Says::Nothing, |kind| speaks(kind, column, shape_of(now, &there.name), now));
            line.after = Some(column.column.clone());
            (line.state, line.confidence, line.reason_zh, line.reason_en) = match says {
                Says::Against(share) => (
                    ColumnState::Doubtful,
                    Confidence::Unsure,
                    format!("列还在，但取值已不是“{}”（仅 {}% 符合），请核对。", line.zh, percent(share)),
                    format!(
                        "The column is there, but its values no longer are \"{}\" ({}% fit); check it.",
                        line.en,
                        percent(share)
                    ),
                ),
                _ => (ColumnState::Kept, Confidence::Sure, "未变。".to_owned(), "Unchanged.".to_owned()),
            };
        }
        lines.push(line);
    }
    let free = |lines: &[ItemRemount], name: &str| {
        !lines.iter().any(|line| line.after.as_deref().is_some_and(|after| same(after, name)))
    };
    let open = |line: &ItemRemount| line.state != ColumnState::Kept;
    let candidates: Vec<(usize, Vec<ColumnChoice>)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| open(line))
        .filter_map(|(at, _)| {
            let column = mount.columns.get(at)?;
            let item = items.iter().find(|item| item.item == column.item)?;
            let mut found: Vec<ColumnChoice> = now
                .table
                .columns
                .iter()
                .filter(|one| {
                    free(&lines, &one.name)
                        && !mount.as_of_column.as_deref().is_some_and(|as_of| same(as_of, &one.name))
                })
                .map(|one| judged(item, column, one, now))
                .filter(|choice| choice.score >= LEAST)
                .collect();
            found.sort_by(|a, b| b.score.total_cmp(&a.score));
            Some((at, found))
        })
        .collect();
    // The best of all pairs first, so that no item takes what another is surer of.
    let mut pairs: Vec<(usize, &ColumnChoice)> =
        candidates.iter().flat_map(|(at, found)| found.iter().map(|choice| (*at, choice))).collect();
    pairs.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
    for (at, choice) in pairs {
        let taken = !free(&lines, &choice.column);
        let Some(line) = lines.get_mut(at).filter(|line| line.state == ColumnState::Gone) else { continue };
        if line.after.is_some() || taken {
            continue;
        }
        let rival = candidates
            .iter()
            .find(|(other, _)| *other == at)
            .and_then(|(_, found)| found.iter().find(|one| one.column != choice.column))
            .map_or(0.0, |second| second.score);
        line.after = Some(choice.column.clone());
        line.confidence = match choice.score {
            score if score >= SURE && score - rival >= LEAD => Confidence::Sure,
            score if score >= LIKELY => Confidence::Likely,
            _ => Confidence::Unsure,
        };
        line.reason_zh.clone_from(&choice.reason_zh);
        line.reason_en.clone_from(&choice.reason_en);
    }
    for (at, found) in candidates {
        if let Some(line) = lines.get_mut(at) {
            let taken = line.after.clone();
            line.others =
                found.into_iter().filter(|one| Some(&one.column) != taken.as_ref()).take(5).collect();
        }
    }
    lines
}

fn shape_of<'a>(now: &Present<'a>, column: &str) -> Option<&'a ColumnShape> {
    now.shape.columns.iter().find(|one| one.name == column)
}

/// What values say for an item; the department's own codes count by what the mount says they mean.
fn speaks(kind: &ValueKind, column: &MountColumn, shape: Option<&ColumnShape>, now: &Present<'_>) -> Says {
    let rows = now.shape.sampled_rows;
    if let Some(shape) = shape.filter(|shape| !column.code_map.is_empty() && !shape.codes.is_empty()) {
        let all: u64 = shape.codes.iter().map(|code| code.rows).sum();
        let known = shape.codes.iter().filter(|code| column.code_map.contains_key(&code.value));
        let known: u64 = known.map(|code| code.rows).sum();
        let share = known as f64 / all.max(1) as f64;
        return if share >= 0.5 { Says::Fits(share) } else { Says::Against(share) };
    }
    judge(kind, shape, rows, &std::collections::BTreeMap::new())
}

fn percent(share: f64) -> f64 {
    (share * 100.0).floor()
}

/// How well a column could answer an item, and why.
fn judged(item: &Item, column: &MountColumn, one: &ColumnFacts, now: &Present<'_>) -> ColumnChoice {
    let (mut zh, mut en): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut score: f64 = 0.0;
    let read = now.proposal.columns.iter().find(|proposed| proposed.column == one.name);
    if let Some(weight) = read.and_then(|read| meant(read, item)) {
        score += 0.55 * weight;
        zh.push(format!("列名、注释读作“{}”", item.zh));
        en.push(format!("name and comment read as \"{}\"", item.en));
    } else if read.is_some_and(|read| read.role == ColumnRole::Item && read.confidence == Confidence::Sure) {
        // It is surely something else.
        score -= 0.3;
    }
    let like = alike(&one.name, &column.column);
    if like >= 0.4 {
        score += 0.35 * like;
        zh.push(format!("与原列名“{}”相近", column.column));
        en.push(format!("its name is like \"{}\"", column.column));
    }
    match speaks(&item.kind, column, shape_of(now, &one.name), now) {
        Says::Fits(share) => {
            // Many columns hold dates; what only fits is not yet what is looked for, unless the value proves itself.
            let proves =
                matches!(item.kind, ValueKind::ResidentId | ValueKind::CreditCode | ValueKind::Mobile);
            score += if zh.is_empty() && !proves { 0.2 } else { 0.35 };
            zh.push(format!("{}% 的取值符合", percent(share)));
            en.push(format!("{}% of its values fit", percent(share)));
        }
        Says::Partly(share) => {
            zh.push(format!("只有 {}% 的取值符合", percent(share)));
            en.push(format!("only {}% of its values fit", percent(share)));
        }
        Says::Against(share) => {
            score -= 0.4;
            zh.push(format!("取值不符（仅 {}% 符合）", percent(share)));
            en.push(format!("its values do not fit ({}% do)", percent(share)));
        }
        Says::Nothing | Says::Empty => {}
    }
    ColumnChoice {
        column: one.name.clone(),
        score: score.clamp(0.0, 1.0),
        reason_zh: format!("{}。", zh.join("；")),
        reason_en: format!("{}.", en.join("; ")),
    }
}

/// How surely a column is read as what the item is.
fn meant(read: &ColumnProposal, item: &Item) -> Option<f64> {
    if read.element.as_deref() == Some(item.element.as_str()) {
        return Some(match read.confidence {
            Confidence::Sure => 1.0,
            Confidence::Likely => 0.85,
            Confidence::Unsure => 0.5,
        });
    }
    let other = read.alternatives.iter().find(|one| one.element == item.element)?;
    Some(0.6 * other.score)
}

/// The codes of the new column: those known before, and for others what the proposer reads in them.
fn codes_of(
    column: &MountColumn,
    after: &str,
    now: &Present<'_>,
) -> std::collections::BTreeMap<String, String> {
    let mut map = column.code_map.clone();
    if same(after, &column.column) || map.is_empty() {
        return map;
    }
    let read = now.proposal.columns.iter().find(|proposed| proposed.column == after);
    for code in read.iter().flat_map(|read| &read.code_map) {
        if let Some(standard) = &code.standard {
            map.entry(code.value.clone()).or_insert_with(|| standard.clone());
        }
    }
    map
}
