//! Proposals held against the truth.

use std::collections::BTreeSet;

use catalog::propose::{ColumnRole, Confidence, Proposal};
use county::Resource;

/// One described column.
struct Line {
    department: &'static str,
    table: String,
    column: String,
    element: &'static str,
    proposed: Option<String>,
    confidence: Confidence,
    key: (bool, bool),
    reason: String,
    others: String,
}

/// Everything scored.
#[derive(Default)]
pub struct Score {
    departments: BTreeSet<&'static str>,
    tables: usize,
    lines: Vec<Line>,
    /// Columns that the department does not describe, and the element that was proposed for them as sure.
    beside: Vec<(String, Option<String>)>,
    codes: (usize, usize),
    /// Codes that were given another meaning than theirs.
    wrong_codes: usize,
    keys: (usize, usize),
    as_of: (usize, usize),
}

fn part((good, all): (usize, usize)) -> f64 {
    if all == 0 { 1.0 } else { good as f64 / all as f64 }
}

impl Score {
    /// Scores one table.
    pub fn add(&mut self, department: &'static str, truth: &Resource, proposal: &Proposal) {
        self.departments.insert(department);
        self.tables += 1;
        for column in &proposal.columns {
            let Some(item) = truth.items.iter().find(|item| item.column == column.column) else {
                let sure = column.element.clone().filter(|_| column.confidence == Confidence::Sure);
                self.beside.push((format!("{}.{}", truth.table, column.column), sure));
                continue;
            };
            self.lines.push(Line {
                department,
                table: truth.table.to_owned(),
                column: column.column.clone(),
                element: item.element,
                proposed: column.element.clone(),
                confidence: column.confidence,
                key: (column.is_key, truth.keys.contains(&item.name)),
                reason: column.reason_en.clone(),
                others: column
                    .alternatives
                    .iter()
                    .map(|one| format!(" {}={}", one.element, one.score))
                    .collect(),
            });
            for (own, standard) in &item.code_map {
                let found = column.code_map.iter().find(|code| code.value == *own);
                // A code that is the standard's own needs no line in the map.
                let right = found.map_or(own == standard, |code| code.standard.as_ref() == Some(standard));
                self.codes.0 += usize::from(right);
                let said = found.is_some_and(|code| code.standard.is_some());
                self.wrong_codes += usize::from(said && !right);
                self.codes.1 += 1;
            }
            self.keys.1 += 1;
            self.keys.0 += usize::from(column.is_key == truth.keys.contains(&item.name));
        }
        if let Some(as_of) = truth.as_of_column {
            let found = proposal.columns.iter().find(|column| column.role == ColumnRole::AsOf);
            self.as_of.1 += 1;
            self.as_of.0 += usize::from(found.is_some_and(|column| column.column == as_of));
        }
    }

    fn right(&self, confidence: Confidence) -> (usize, usize) {
        let of = || self.lines.iter().filter(|line| line.confidence == confidence);
        (of().filter(|line| line.proposed.as_deref() == Some(line.element)).count(), of().count())
    }

    /// Share of right elements among those proposed as sure.
    pub fn right_when_sure(&self) -> f64 {
        part(self.right(Confidence::Sure))
    }

    /// Share of described columns that were proposed as sure.
    pub fn share_of_sure(&self) -> f64 {
        part((self.right(Confidence::Sure).1, self.lines.len()))
    }

    /// What was not both sure and right, and what was proposed beside the description.
    pub fn lines(&self) -> Vec<String> {
        let wrong = self.lines.iter().filter(|line| {
            line.confidence != Confidence::Sure
                || line.proposed.as_deref() != Some(line.element)
                || line.key.0 != line.key.1
        });
        let wrong = wrong.map(|line| {
            let proposed = line.proposed.as_deref().unwrap_or("nothing");
            let right = if proposed == line.element { "right" } else { "WRONG" };
            format!(
                "{} {}.{}: {right}, {:?}: {proposed} for {}; key {} for {}; {} |{}",
                line.department,
                line.table,
                line.column,
                line.confidence,
                line.element,
                line.key.0,
                line.key.1,
                line.reason,
                line.others
            )
        });
        let beside = self.beside.iter().filter_map(|(column, element)| {
            element.as_ref().map(|element| format!("not described: {column}: Sure: {element}"))
        });
        wrong.chain(beside).collect()
    }

    /// For people.
    pub fn text(&self, residents: usize, seed: u64) -> String {
        let mut text = format!(
            "`cargo xtask bench propose` (residents {residents}, seed {seed}): {} tables of {} departments, {} described columns.\n\n\
             | confidence | columns | share | right element |\n|---|---:|---:|---:|\n",
            self.tables,
            self.departments.len(),
            self.lines.len(),
        );
        for confidence in [Confidence::Sure, Confidence::Likely, Confidence::Unsure] {
            let (right, all) = self.right(confidence);
            let share = part((all, self.lines.len()));
            let name = match confidence {
                Confidence::Sure => "sure 有把握",
                Confidence::Likely => "likely 较有把握",
                Confidence::Unsure => "unsure 待定",
            };
            let right = if all == 0 { "–".to_owned() } else { format!("{:.3}", part((right, all))) };
            text.push_str(&format!("| {name} | {all} | {share:.3} | {right} |\n"));
        }
        text.push_str(&format!(
            "\nRight when sure: {:.3} (aim 0.95). Share of sure: {:.3} (aim 0.8).",
            self.right_when_sure(),
            self.share_of_sure()
        ));
        let beside = self.beside.iter().filter(|(_, element)| element.is_some()).count();
        text.push_str(&format!(
            " Code maps: {} of {} codes right, {} wrong, the others left to a person. Keys: {} of {} columns right. As-of columns: {} of {} right. Of {} columns that the \
             departments do not describe, {beside} were given an element as sure.",
            self.codes.0, self.codes.1, self.wrong_codes, self.keys.0, self.keys.1, self.as_of.0, self.as_of.1, self.beside.len(),
        ));
        text
    }
}
