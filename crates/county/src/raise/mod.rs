//! Writing the departments' tables into real engines. Whatever stood under the same names before is replaced.

mod archive;
mod files;
mod mariadb;
mod postgres;
mod sqlite;
mod truth;

pub use archive::raise_archive;
pub use files::raise_files;
pub use mariadb::{mariadb_database, raise_mariadb};
pub use postgres::{publish_postgres, raise_postgres, stir_postgres};
pub use sqlite::raise_sqlite;
pub use truth::{row_truths, write_facts, write_truth};

use crate::table::{ColumnType, Table};

/// What differs between engines in the statements that make a table.
struct Dialect {
    quote: char,
    date: &'static str,
    timestamp: &'static str,
    inline_comments: bool,
    suffix: &'static str,
}

impl Dialect {
    fn quoted(&self, name: &str) -> String {
        // Names are ours and hold no quote sign.
        format!("{0}{name}{0}", self.quote)
    }

    fn drop(&self, table: &Table) -> String {
        format!("DROP TABLE IF EXISTS {}", self.quoted(table.name))
    }

    fn create(&self, table: &Table) -> String {
        let columns: Vec<String> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let kind = match column.kind {
                    ColumnType::Text(width) => format!("VARCHAR({width})"),
                    ColumnType::Integer => "INTEGER".to_owned(),
                    ColumnType::Date => self.date.to_owned(),
                    ColumnType::Timestamp => self.timestamp.to_owned(),
                };
                let key = if at == 0 { " PRIMARY KEY" } else { "" };
                let comment = if self.inline_comments {
                    format!(" COMMENT '{}'", column.comment)
                } else {
                    String::new()
                };
                format!("{} {kind}{key}{comment}", self.quoted(column.name))
            })
            .collect();
        format!("CREATE TABLE {} ({}){}", self.quoted(table.name), columns.join(", "), self.suffix)
    }

    fn indexes(&self, table: &Table) -> Vec<String> {
        table
            .indexes
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let name = self.quoted(&format!("idx_{}_{at}", table.name));
                format!("CREATE INDEX {name} ON {} ({})", self.quoted(table.name), self.quoted(column))
            })
            .collect()
    }

    fn insert(&self, table: &Table) -> String {
        let columns: Vec<String> = table.columns.iter().map(|column| self.quoted(column.name)).collect();
        format!("INSERT INTO {} ({}) ", self.quoted(table.name), columns.join(", "))
    }
}
