//! The department's own deny list 拒绝清单: tables and columns that never leave, whatever was granted.

use glob::{MatchOptions, Pattern};
use serde::Deserialize;

use crate::fault::Fault;

/// One line of the deny list. Patterns take `*`, `?` and `[abc]`, and ignore case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenyRule {
    /// Sources it applies to.
    #[serde(default = "anything")]
    pub source: String,
    /// Tables it applies to.
    #[serde(default = "anything")]
    pub table: String,
    /// Columns that are denied; without it the whole table is.
    pub columns: Option<Vec<String>>,
}

fn anything() -> String {
    "*".to_owned()
}

/// The deny list, ready for use.
#[derive(Debug, Clone, Default)]
pub struct DenyList(Vec<Rule>);

#[derive(Debug, Clone)]
struct Rule {
    source: Pattern,
    table: Pattern,
    columns: Option<Vec<Pattern>>,
}

impl DenyList {
    /// Prepares the rules.
    ///
    /// # Errors
    /// `config.deny` when a pattern is not well formed; it names the rule.
    pub fn new(rules: &[DenyRule]) -> Result<Self, Fault> {
        let compile = |at: usize, key: &str, text: &str| {
            Pattern::new(text).map_err(|error| {
                Fault::new(
                    "config.deny",
                    format!("deny[{at}].{key} 的模式“{text}”有误（{error}）；可用 *、? 和 [abc]"),
                    format!(
                        "The pattern \"{text}\" of deny[{at}].{key} is wrong ({error}); use *, ? and [abc]"
                    ),
                )
            })
        };
        let rule = |(at, rule): (usize, &DenyRule)| -> Result<Rule, Fault> {
            let columns = rule.columns.as_ref();
            let columns = columns.map(|columns| {
                columns.iter().map(|c| compile(at, "columns", c)).collect::<Result<Vec<_>, _>>()
            });
            Ok(Rule {
                source: compile(at, "source", &rule.source)?,
                table: compile(at, "table", &rule.table)?,
                columns: columns.transpose()?,
            })
        };
        Ok(Self(rules.iter().enumerate().map(rule).collect::<Result<_, _>>()?))
    }

    /// Whether the whole table is denied.
    pub fn denies_table(&self, source: &str, table: &str) -> bool {
        self.0.iter().any(|rule| rule.columns.is_none() && rule.is_about(source, table))
    }

    /// Whether a column is denied, by itself or with its table.
    pub fn denies_column(&self, source: &str, table: &str, column: &str) -> bool {
        self.0.iter().filter(|rule| rule.is_about(source, table)).any(|rule| match &rule.columns {
            None => true,
            Some(columns) => columns.iter().any(|pattern| matches(pattern, column)),
        })
    }
}

impl Rule {
    fn is_about(&self, source: &str, table: &str) -> bool {
        // `hr.SALARY` and `book.xlsx#SALARY` are also denied by a rule for `SALARY`: whoever wrote the rule meant the table.
        let last = table.rsplit(['.', '#']).next().unwrap_or(table);
        matches(&self.source, source) && (matches(&self.table, table) || matches(&self.table, last))
    }
}

fn matches(pattern: &Pattern, text: &str) -> bool {
    let options = MatchOptions { case_sensitive: false, ..MatchOptions::default() };
    pattern.matches_with(text, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rules: &[(&str, &str, Option<&[&str]>)]) -> DenyList {
        let rules: Vec<_> = rules
            .iter()
            .map(|(source, table, columns)| DenyRule {
                source: (*source).to_owned(),
                table: (*table).to_owned(),
                columns: columns.map(|columns| columns.iter().map(|&c| c.to_owned()).collect()),
            })
            .collect();
        DenyList::new(&rules).unwrap()
    }

    /// Tables and columns are denied by pattern, whatever the case and the schema in front.
    #[test]
    fn patterns_cover_case_and_schema() {
        let deny = list(&[("*", "gz_*", None), ("mz", "DB_RY", Some(&["SFZ?", "*机*"]))]);
        assert!(deny.denies_table("any", "GZ_2024"));
        assert!(deny.denies_table("any", "hr.GZ_2024"));
        assert!(deny.denies_column("any", "gz_2024", "anything"));
        assert!(deny.denies_column("mz", "db_ry", "sfzh"));
        assert!(deny.denies_column("mz", "DB_RY", "手机号"));
        assert!(!deny.denies_table("mz", "DB_RY"));
        assert!(!deny.denies_column("mz", "DB_RY", "XM"));
        assert!(!deny.denies_column("other", "DB_RY", "SFZH"));
        assert!(!DenyList::default().denies_table("mz", "DB_RY"));
    }

    /// A pattern that is not well formed is refused with its place instead of denying nothing.
    #[test]
    fn a_bad_pattern_is_named() {
        let rule = DenyRule { source: "*".to_owned(), table: "a[".to_owned(), columns: None };
        let fault = DenyList::new(&[rule]).unwrap_err();
        assert_eq!(fault.code, "config.deny");
        assert!(fault.en.contains("deny[0].table"));
    }
}
