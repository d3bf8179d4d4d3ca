//! The statements of a delivery, for engines that take rows as literals.
//!
//! Rows go into a temporary table whose key tells repeated ones, and from there into the table by three statements:
//! delete, update, insert. Nothing else could be counted exactly, and every engine knows them.

use std::fmt::Write as _;

use crate::target::{TargetTable, TargetType, slot::Slot, slot::key_places};

/// How the engines differ in what they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Mysql,
    Sqlite,
}

/// A column with how it is written and read.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) quoted: String,
    /// Type as a staged column is declared, so that it holds exactly what the table's column holds.
    pub(super) declared: String,
    pub(super) slot: Slot,
    /// A value is written in quotes.
    pub(super) quotes: bool,
    /// Compared byte by byte, whatever the collation takes for equal.
    pub(super) bytes: bool,
    /// How keys of it are compared, where that has to be said.
    pub(super) collate: String,
    /// Expression that reads it as text; `{}` stands for the column.
    pub(super) read: &'static str,
    pub(super) comment: String,
}

/// Where a subscription's table is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) schema: String,
    pub(super) table: String,
    /// Table, quoted, with its schema.
    pub(super) quoted: String,
    /// Table as the bookkeeping names it.
    pub(super) full: String,
    pub(super) delivery: String,
    pub(super) held: String,
    pub(super) stage: String,
    pub(super) held_stage: String,
}

impl Place {
    pub(super) fn new(schema: &str, table: &str, temporary: &str, quote: fn(&str) -> String) -> Self {
        let within = |schema: &str, name: &str| format!("{}.{}", quote(schema), quote(name));
        Self {
            quoted: within(schema, table),
            full: format!("{schema}.{table}"),
            delivery: within(schema, "gt_delivery"),
            held: within(schema, "gt_held"),
            stage: within(temporary, "gt_stage"),
            held_stage: within(temporary, "gt_held_stage"),
            schema: schema.to_owned(),
            table: table.to_owned(),
        }
    }
}

/// All statements for one table.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) dialect: Dialect,
    pub(super) place: Place,
    pub(super) columns: Vec<Column>,
    /// Places of the key columns.
    pub(super) key: Vec<usize>,
}

impl Plan {
    pub(super) fn new(dialect: Dialect, place: Place, columns: Vec<Column>, table: &TargetTable) -> Self {
        Self { dialect, place, columns, key: key_places(table) }
    }

    fn list(&self, with: &str, of: impl Fn(usize, &Column) -> String) -> String {
        self.columns.iter().enumerate().map(|(at, column)| of(at, column)).collect::<Vec<_>>().join(with)
    }

    fn keys(&self, with: &str, of: impl Fn(usize, &Column) -> String) -> String {
        let keys = self.key.iter().filter_map(|at| self.columns.get(*at).map(|column| of(*at, column)));
        keys.collect::<Vec<_>>().join(with)
    }

    fn names(&self) -> String {
        self.list(", ", |_, column| column.quoted.clone())
    }

    /// Makes the table.
    pub(super) fn create(&self, table: &TargetTable) -> String {
        let comment = |text: &str| match self.dialect {
            Dialect::Mysql if !text.is_empty() => {
                let short: String = text.chars().take(300).collect();
                format!(" COMMENT {}", self.literal(&short))
            }
            _ => String::new(),
        };
        let columns = self.list(", ", |_, column| {
            let null = if column.slot.required { " NOT NULL" } else { " NULL" };
            format!("{} {}{null}{}", column.quoted, column.declared, comment(&column.comment))
        });
        let key = self.keys(", ", |_, column| column.quoted.clone());
        let tail = match (self.dialect, comment(&table.comment)) {
            (Dialect::Mysql, said) => {
                format!(" ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin{said}")
            }
            (Dialect::Sqlite, _) => String::new(),
        };
        format!("CREATE TABLE {} ({columns}, PRIMARY KEY ({key})){tail}", self.place.quoted)
    }

    /// Gives a consumer's table, which has none, the index by which rows are found.
    pub(super) fn add_index(&self, name: &str) -> String {
        let key = self.keys(", ", |_, column| column.quoted.clone());
        match self.dialect {
            Dialect::Mysql => format!("CREATE UNIQUE INDEX `{name}` ON {} ({key})", self.place.quoted),
            // The schema stands before the name of the index, and the table is of the same.
            Dialect::Sqlite => {
                let table = self.place.table.replace('`', "``");
                format!("CREATE UNIQUE INDEX main.`{name}` ON `{table}` ({key})")
            }
        }
    }

    /// The tables of bookkeeping.
    pub(super) fn books(&self) -> [String; 2] {
        let (delivery, held) = (&self.place.delivery, &self.place.held);
        match self.dialect {
            Dialect::Mysql => {
                let tail = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";
                [
                    format!(
                        "CREATE TABLE IF NOT EXISTS {delivery} (subscription VARCHAR(64) NOT NULL PRIMARY KEY,
                             table_name VARCHAR(191) NOT NULL UNIQUE, run VARCHAR(191) NOT NULL, seq BIGINT NOT NULL,
                             position MEDIUMTEXT NOT NULL, changed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP) {tail}"
                    ),
                    format!(
                        "CREATE TABLE IF NOT EXISTS {held} (subscription VARCHAR(64) NOT NULL, run VARCHAR(191) NOT NULL,
                             row_key LONGTEXT NOT NULL, reasons LONGTEXT NOT NULL, `row` LONGTEXT NOT NULL,
                             KEY (subscription)) {tail}"
                    ),
                ]
            }
            Dialect::Sqlite => [
                format!(
                    "CREATE TABLE IF NOT EXISTS {delivery} (subscription TEXT NOT NULL PRIMARY KEY,
                         table_name TEXT NOT NULL UNIQUE, run TEXT NOT NULL, seq INTEGER NOT NULL, position TEXT NOT NULL,
                         changed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"
                ),
                format!(
                    "CREATE TABLE IF NOT EXISTS {held} (subscription TEXT NOT NULL, run TEXT NOT NULL,
                         row_key TEXT NOT NULL, reasons TEXT NOT NULL, `row` TEXT NOT NULL)"
                ),
            ],
        }
    }

    /// The tables that rows, and rows held back, are staged in.
    pub(super) fn stages(&self) -> [String; 2] {
        let columns = self.list(", ", |at, column| {
            let null = if self.key.contains(&at) { "NOT NULL" } else { "NULL" };
            format!("c{at} {} {null}", column.declared)
        });
        let key = self.keys(", ", |at, _| format!("c{at}"));
        let (engine, text) = match self.dialect {
            Dialect::Mysql => (" ENGINE=InnoDB", "LONGTEXT CHARACTER SET utf8mb4"),
            Dialect::Sqlite => ("", "TEXT"),
        };
        [
            format!(
                "CREATE TEMPORARY TABLE {} ({columns}, gt_no BIGINT NOT NULL, gt_again INT NOT NULL DEFAULT 0,
                     PRIMARY KEY ({key})){engine}",
                self.place.stage
            ),
            format!(
                "CREATE TEMPORARY TABLE {} (row_key {text}, reasons {text}, `row` {text}){engine}",
                self.place.held_stage
            ),
        ]
    }

    /// A text that can never be anything else: the session's mode is set so that these are the rules.
    pub(super) fn literal(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 2);
        self.push_literal(text, &mut out);
        out
    }

    fn push_literal(&self, text: &str, out: &mut String) {
        out.push('\'');
        for character in text.chars() {
            match (character, self.dialect) {
                ('\'', _) => out.push_str("''"),
                ('\\', Dialect::Mysql) => out.push_str("\\\\"),
                // SQLite would end the statement there; values are refused before, so only held rows come here.
                ('\0', Dialect::Sqlite) => out.push('\u{fffd}'),
                ('\0', Dialect::Mysql) => out.push_str("\\0"),
                (other, _) => out.push(other),
            }
        }
        out.push('\'');
    }

    /// Writes a checked value.
    pub(super) fn push_value(
        &self,
        column: &Column,
        holds: TargetType,
        value: Option<&str>,
        out: &mut String,
    ) {
        match value {
            None => out.push_str("NULL"),
            Some(text) if column.quotes => self.push_literal(text, out),
            Some(text) if holds == TargetType::Boolean => out.push(if text == "true" { '1' } else { '0' }),
            Some(text) => out.push_str(text),
        }
    }

    /// Begins a statement that stages rows.
    pub(super) fn insert_head(&self) -> String {
        format!(
            "INSERT INTO {} ({}, gt_no) VALUES ",
            self.place.stage,
            self.list(", ", |at, _| format!("c{at}"))
        )
    }

    /// Ends it: of a repeated key the first row stays.
    pub(super) fn insert_tail(&self) -> &'static str {
        match self.dialect {
            Dialect::Mysql => " ON DUPLICATE KEY UPDATE gt_again = gt_again + 1",
            Dialect::Sqlite => " ON CONFLICT DO NOTHING",
        }
    }

    /// Makes staged rows quick to find by their number.
    pub(super) fn index_numbers(&self) -> String {
        match self.dialect {
            Dialect::Mysql => format!("CREATE INDEX gt_by_no ON {} (gt_no)", self.place.stage),
            Dialect::Sqlite => "CREATE INDEX temp.gt_by_no ON gt_stage (gt_no)".to_owned(),
        }
    }

    /// Which of these rows were staged.
    pub(super) fn staged_between(&self, from: u64, to: u64) -> String {
        format!("SELECT gt_no FROM {} WHERE gt_no >= {from} AND gt_no < {to}", self.place.stage)
    }

    fn same_key(&self) -> String {
        self.keys(" AND ", |at, column| format!("t.{} = s.c{at}{}", column.quoted, column.collate))
    }

    /// Deletes what is not staged.
    pub(super) fn delete_missing(&self) -> String {
        let (table, stage, same) = (&self.place.quoted, &self.place.stage, self.same_key());
        match self.dialect {
            Dialect::Mysql => {
                format!("DELETE t FROM {table} t LEFT JOIN {stage} s ON {same} WHERE s.gt_no IS NULL")
            }
            Dialect::Sqlite => {
                format!("DELETE FROM {table} AS t WHERE NOT EXISTS (SELECT 1 FROM {stage} s WHERE {same})")
            }
        }
    }

    /// Updates what differs from what is staged. Key columns too: a collation may take two keys for the same that are
    /// written differently.
    pub(super) fn update(&self) -> String {
        let (table, stage, same) = (&self.place.quoted, &self.place.stage, self.same_key());
        let set = self.list(", ", |at, column| match self.dialect {
            Dialect::Mysql => format!("t.{} = s.c{at}", column.quoted),
            Dialect::Sqlite => format!("{} = s.c{at}", column.quoted),
        });
        let equal = self.list(" AND ", |at, column| {
            let name = &column.quoted;
            match self.dialect {
                Dialect::Mysql if column.bytes => {
                    format!("CAST(t.{name} AS BINARY) <=> CAST(s.c{at} AS BINARY)")
                }
                Dialect::Mysql => format!("t.{name} <=> s.c{at}"),
                Dialect::Sqlite => format!("t.{name} IS s.c{at} COLLATE BINARY"),
            }
        });
        match self.dialect {
            Dialect::Mysql => {
                format!("UPDATE {table} t JOIN {stage} s ON {same} SET {set} WHERE NOT ({equal})")
            }
            Dialect::Sqlite => {
                format!("UPDATE {table} AS t SET {set} FROM {stage} s WHERE {same} AND NOT ({equal})")
            }
        }
    }

    /// Inserts what is not there yet.
    pub(super) fn insert(&self) -> String {
        let (table, stage, same) = (&self.place.quoted, &self.place.stage, self.same_key());
        let (names, staged) = (self.names(), self.list(", ", |at, _| format!("s.c{at}")));
        let first = self.keys(" AND ", |_, column| format!("t.{} IS NULL", column.quoted));
        match self.dialect {
            Dialect::Mysql => format!(
                "INSERT INTO {table} ({names}) SELECT {staged} FROM {stage} s LEFT JOIN {table} t ON {same} WHERE {first}"
            ),
            Dialect::Sqlite => format!(
                "INSERT INTO {table} ({names}) SELECT {staged} FROM {stage} s
                  WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE {same})"
            ),
        }
    }

    /// Begins a statement that deletes by key; keys follow as `(a, b), (c, d))`.
    pub(super) fn delete_head(&self) -> String {
        let keys = self.keys(", ", |_, column| format!("{}{}", column.quoted, column.collate));
        let values = match self.dialect {
            Dialect::Mysql => "",
            Dialect::Sqlite => "VALUES ",
        };
        format!("DELETE FROM {} WHERE ({keys}) IN ({values}", self.place.quoted)
    }

    /// Begins a statement that keeps held rows of a run, or stages them.
    pub(super) fn held_head(&self, staged: bool) -> String {
        if staged {
            format!("INSERT INTO {} (row_key, reasons, `row`) VALUES ", self.place.held_stage)
        } else {
            format!("INSERT INTO {} (subscription, run, row_key, reasons, `row`) VALUES ", self.place.held)
        }
    }

    /// Forgets what is held of other runs, or of all.
    pub(super) fn forget_held(&self, subscription: &str, but: Option<&str>) -> String {
        let mut sql =
            format!("DELETE FROM {} WHERE subscription = {}", self.place.held, self.literal(subscription));
        if let Some(run) = but {
            let _ = write!(sql, " AND run <> {}", self.literal(run));
        }
        sql
    }

    /// Keeps what was staged of held rows.
    pub(super) fn keep_held(&self, subscription: &str, run: &str) -> String {
        format!(
            "INSERT INTO {} (subscription, run, row_key, reasons, `row`) SELECT {}, {}, row_key, reasons, `row` FROM {}",
            self.place.held,
            self.literal(subscription),
            self.literal(run),
            self.place.held_stage
        )
    }

    /// Stores the position. Whoever had a table of this name that is gone loses its entry.
    pub(super) fn position(&self, subscription: &str, run: &str, seq: u64, position: &str) -> String {
        format!(
            "REPLACE INTO {} (subscription, table_name, run, seq, position) VALUES ({}, {}, {}, {seq}, {})",
            self.place.delivery,
            self.literal(subscription),
            self.literal(&self.place.full),
            self.literal(run),
            self.literal(position)
        )
    }

    /// Begins a transaction that writes.
    pub(super) fn begin(&self) -> &'static str {
        match self.dialect {
            Dialect::Mysql => "START TRANSACTION",
            Dialect::Sqlite => "BEGIN IMMEDIATE",
        }
    }

    /// Reads all rows as text.
    pub(super) fn read(&self) -> String {
        let columns = self.list(", ", |_, column| column.read.replace("{}", &column.quoted));
        format!("SELECT {columns} FROM {}", self.place.quoted)
    }
}
