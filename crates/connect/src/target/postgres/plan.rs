//! The statements of a delivery. Names are quoted, values bound.

use crate::{
    hash::hash64,
    sql::postgres::quote,
    target::{TargetTable, TargetType, slot::Slot, slot::key_places},
};

/// A column with how it is written and read.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) quoted: String,
    /// Type in which rows are staged.
    pub(super) staged: &'static str,
    /// Type of the column itself.
    pub(super) declared: String,
    pub(super) slot: Slot,
    /// Expression that reads it as text; `{}` stands for the column.
    pub(super) read: &'static str,
}

impl Column {
    /// The column that is made when the table is not there.
    pub(super) fn made(name: &str, holds: TargetType, key: bool) -> Self {
        let (staged, read) = match holds {
            TargetType::Text => ("text", "{}"),
            TargetType::Date => ("date", "{}::text"),
            TargetType::Timestamp => ("timestamp", "replace({}::text, ' ', 'T')"),
            TargetType::Decimal => ("numeric", "{}::text"),
            TargetType::Integer => ("bigint", "{}::text"),
            TargetType::Boolean => ("boolean", "{}::text"),
        };
        let slot = Slot { required: key, ..Slot::default() };
        Self { name: name.to_owned(), quoted: quote(name), staged, declared: staged.to_owned(), slot, read }
    }

    fn text(&self) -> String {
        self.read.replace("{}", &self.quoted)
    }
}

/// Where a subscription's table is, before anything is known of it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) schema: String,
    pub(super) table: String,
    /// Schema and table, quoted.
    pub(super) quoted: String,
    /// Schema and table as the bookkeeping names them.
    pub(super) full: String,
    pub(super) delivery: String,
    pub(super) held: String,
}

/// The names of the two tables of bookkeeping.
pub(super) const DELIVERY: &str = "gt_delivery";
pub(super) const HELD: &str = "gt_held";

impl Place {
    pub(super) fn new(schema: &str, name: &str) -> Self {
        let (schema, table) = name.split_once('.').unwrap_or((schema, name));
        let within = |name: &str| format!("{}.{}", quote(schema), quote(name));
        Self {
            quoted: within(table),
            full: format!("{schema}.{table}"),
            delivery: within(DELIVERY),
            held: within(HELD),
            schema: schema.to_owned(),
            table: table.to_owned(),
        }
    }

    /// Number of the lock that one delivery of the subscription holds.
    pub(super) fn lock(&self, subscription: &str) -> i64 {
        hash64(format!("guantong delivery {} {subscription}", self.schema).as_bytes()).cast_signed()
    }

    /// The tables of bookkeeping.
    pub(super) fn books(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (subscription text PRIMARY KEY, table_name text NOT NULL UNIQUE, run text NOT NULL,
                 seq bigint NOT NULL, position text NOT NULL, changed_at timestamptz NOT NULL DEFAULT now());
             CREATE TABLE IF NOT EXISTS {} (subscription text NOT NULL, run text NOT NULL, row_key text NOT NULL,
                 reasons text NOT NULL, \"row\" text NOT NULL);
             CREATE INDEX IF NOT EXISTS gt_held_subscription ON {} (subscription)",
            self.delivery, self.held, self.held
        )
    }
}

/// All statements for one table.
pub(super) struct Plan {
    pub(super) place: Place,
    pub(super) columns: Vec<Column>,
    /// Places of the key columns.
    pub(super) key: Vec<usize>,
}

/// Where a replacement of a table with rows is staged, and what it holds back. Both go with the session.
const STAGE: &str = "pg_temp.gt_stage";
pub(super) const HELD_STAGE: &str = "pg_temp.gt_held_stage";

impl Plan {
    pub(super) fn new(place: Place, columns: Vec<Column>, table: &TargetTable) -> Self {
        Self { place, columns, key: key_places(table) }
    }

    fn keys(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.key.iter().filter_map(|at| self.columns.get(*at).map(|column| (*at, column)))
    }

    fn list(&self, of: impl Fn(usize, &Column) -> String) -> String {
        self.columns.iter().enumerate().map(|(at, column)| of(at, column)).collect::<Vec<_>>().join(", ")
    }

    fn key_list(&self, of: impl Fn(usize, &Column) -> String) -> String {
        self.keys().map(|(at, column)| of(at, column)).collect::<Vec<_>>().join(", ")
    }

    fn names(&self) -> String {
        self.list(|_, column| column.quoted.clone())
    }

    fn staged(&self) -> String {
        self.list(|at, _| format!("c{at}"))
    }

    /// Makes the table, without its key: that is added when the rows are in.
    pub(super) fn create(&self, table: &TargetTable) -> String {
        let columns = self.list(|_, column| {
            let not_null = if column.slot.required { " NOT NULL" } else { "" };
            format!("{} {}{not_null}", column.quoted, column.declared)
        });
        let mut sql = format!("CREATE TABLE {} ({columns})", self.place.quoted);
        let mut comment = |what: String, text: &str| {
            if !text.is_empty() {
                let text = text.replace('\0', "").replace('\'', "''");
                sql.push_str(&format!("; COMMENT ON {what} IS '{text}'"));
            }
        };
        comment(format!("TABLE {}", self.place.quoted), &table.comment);
        for (column, described) in self.columns.iter().zip(&table.columns) {
            comment(format!("COLUMN {}.{}", self.place.quoted, column.quoted), &described.comment);
        }
        sql
    }

    /// Adds the key to a table that was just filled.
    pub(super) fn add_key(&self) -> String {
        format!(
            "ALTER TABLE {} ADD PRIMARY KEY ({})",
            self.place.quoted,
            self.key_list(|_, c| c.quoted.clone())
        )
    }

    /// Gives a consumer's table, which has none, the index by which rows are found.
    pub(super) fn add_index(&self) -> String {
        format!("CREATE UNIQUE INDEX ON {} ({})", self.place.quoted, self.key_list(|_, c| c.quoted.clone()))
    }

    /// The COPY straight into a table made by the same transaction. Such rows need no later freezing.
    pub(super) fn copy_direct(&self) -> String {
        format!("COPY {} ({}) FROM STDIN (FORMAT binary, FREEZE)", self.place.quoted, self.names())
    }

    /// The table that rows are staged in.
    pub(super) fn stage(&self, each_commit: bool) -> String {
        let columns = self.list(|at, column| format!("c{at} {}", column.staged));
        let then = if each_commit { " ON COMMIT DELETE ROWS" } else { "" };
        format!("CREATE TEMP TABLE gt_stage ({columns}){then}")
    }

    pub(super) fn copy_staged(&self) -> String {
        format!("COPY {STAGE} FROM STDIN (FORMAT binary)")
    }

    /// Learns what the planner must know of the stage, which was filled a moment ago.
    pub(super) fn look_over(&self) -> String {
        format!("ANALYZE {STAGE} ({})", self.key_list(|at, _| format!("c{at}")))
    }

    /// One, when a key is there twice.
    pub(super) fn duplicates(&self) -> String {
        let keys = self.key_list(|at, _| format!("c{at}"));
        format!(
            "SELECT count(*) FROM (SELECT FROM {STAGE} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1) twice"
        )
    }

    /// Moves every row whose key came before to where held rows are staged. Rows of one COPY lie in their order.
    pub(super) fn hold_duplicates(&self, direct: bool) -> String {
        let own = |at: usize, column: &Column| if direct { column.quoted.clone() } else { format!("c{at}") };
        let from = if direct { self.place.quoted.as_str() } else { STAGE };
        let text = |at: usize, column: &Column| {
            let plain = Column { quoted: own(at, column), ..column.clone() };
            let read = match (direct, column.staged) {
                (false, "timestamp") => "replace({}::text, ' ', 'T')",
                (false, _) => "{}::text",
                (true, _) => column.read,
            };
            Column { read, ..plain }.text()
        };
        let keys = self.key_list(own);
        let names = self.list(|_, column| literal(&column.name));
        let (texts, key_texts) = (self.list(text), self.key_list(text));
        format!(
            "WITH again AS (SELECT ctid AS at FROM (SELECT ctid, row_number() OVER (PARTITION BY {keys} ORDER BY ctid) AS n
                              FROM {from}) numbered WHERE n > 1),
                  gone AS (DELETE FROM {from} WHERE ctid IN (SELECT at FROM again)
                           RETURNING concat_ws('|', {key_texts}) AS k, json_object(ARRAY[{names}], ARRAY[{texts}]) AS r)
             INSERT INTO {HELD_STAGE} (row_key, reasons, \"row\") SELECT k, 'key.duplicate', r::text FROM gone"
        )
    }

    fn cast(&self, at: usize, column: &Column, prefix: &str) -> String {
        if column.declared == column.staged {
            format!("{prefix}c{at} AS c{at}")
        } else {
            format!("{prefix}c{at}::{} AS c{at}", column.declared)
        }
    }

    /// The staged rows in the types of the table.
    fn staged_rows(&self) -> String {
        format!("(SELECT {} FROM {STAGE})", self.list(|at, column| self.cast(at, column, "")))
    }

    fn same_key(&self) -> String {
        self.keys().map(|(at, c)| format!("t.{} = s.c{at}", c.quoted)).collect::<Vec<_>>().join(" AND ")
    }

    /// Deletes what is not staged.
    pub(super) fn delete_missing(&self) -> String {
        format!(
            "DELETE FROM {} t WHERE NOT EXISTS (SELECT 1 FROM {} s WHERE {})",
            self.place.quoted,
            self.staged_rows(),
            self.same_key()
        )
    }

    /// The parts of a statement that brings the table to `source` and counts it. Every row is looked for once; only one
    /// that differs is looked for again. By its key, not by its place: a place would be lost when the department writes
    /// the row meanwhile.
    fn bring(&self, source: &str) -> String {
        let (table, same) = (&self.place.quoted, self.same_key());
        let others: Vec<(usize, &Column)> =
            self.columns.iter().enumerate().filter(|(at, _)| !self.key.contains(at)).collect();
        let join = |of: &dyn Fn(usize, &Column) -> String, with: &str| {
            others.iter().map(|(at, column)| of(*at, column)).collect::<Vec<_>>().join(with)
        };
        let first =
            self.keys().map(|(_, column)| format!("t.{} IS NULL", column.quoted)).next().unwrap_or_default();
        let differs = join(&|at, column| format!(" OR t.{} IS DISTINCT FROM s.c{at}", column.quoted), "");
        let update = if others.is_empty() {
            "SELECT 1 WHERE false".to_owned()
        } else {
            let set = join(&|at, column| format!("{} = s.c{at}", column.quoted), ", ");
            format!("UPDATE {table} t SET {set} FROM news s WHERE NOT s.fresh AND {same} RETURNING 1")
        };
        format!(
            "news AS MATERIALIZED (SELECT s.*, {first} AS fresh FROM {source} s LEFT JOIN {table} t ON {same}
                                    WHERE {first}{differs}),
             upd AS ({update}),
             ins AS (INSERT INTO {table} ({}) SELECT {} FROM news s WHERE s.fresh RETURNING 1)",
            self.names(),
            self.staged()
        )
    }

    /// Rows of the table.
    pub(super) fn count(&self) -> String {
        format!("SELECT count(*) FROM {}", self.place.quoted)
    }

    /// Size of what is staged.
    pub(super) fn stage_bytes(&self) -> String {
        format!("SELECT pg_relation_size('{STAGE}'::regclass)")
    }

    /// How many of a hundred staged rows differ from those that are there, by a sample.
    pub(super) fn changed_percent(&self) -> String {
        let columns = self.list(|at, column| self.cast(at, column, ""));
        format!(
            "SELECT count(*) FILTER (WHERE {}) * 100 / greatest(count(*), 1)
               FROM (SELECT {columns} FROM {STAGE} TABLESAMPLE SYSTEM (0.5)) s JOIN {} t ON {}",
            self.differs().unwrap_or_else(|| "false".to_owned()),
            self.place.quoted,
            self.same_key()
        )
    }

    /// Whether a row and what is staged for it differ; `None` when there is nothing beside the key.
    fn differs(&self) -> Option<String> {
        let others = self.columns.iter().enumerate().filter(|(at, _)| !self.key.contains(at));
        let all: Vec<String> =
            others.map(|(at, column)| format!("t.{} IS DISTINCT FROM s.c{at}", column.quoted)).collect();
        (!all.is_empty()).then(|| all.join(" OR "))
    }

    /// Brings the rows that are there already to what is staged; `None` when there is nothing beside the key. A statement
    /// of its own: with a whole table, writing down what differs first, as for a portion, would cost more than the second look.
    pub(super) fn merge_update(&self) -> Option<String> {
        let others = self.columns.iter().enumerate().filter(|(at, _)| !self.key.contains(at));
        let set: Vec<String> = others.map(|(at, column)| format!("{} = s.c{at}", column.quoted)).collect();
        self.differs().map(|differs| {
            format!(
                "UPDATE {} t SET {} FROM {} s WHERE {} AND ({differs})",
                self.place.quoted,
                set.join(", "),
                self.staged_rows(),
                self.same_key()
            )
        })
    }

    /// Adds what is staged and not there.
    pub(super) fn merge_insert(&self) -> String {
        format!(
            "INSERT INTO {0} ({1}) SELECT {2} FROM {3} s WHERE NOT EXISTS (SELECT 1 FROM {0} t WHERE {4})",
            self.place.quoted,
            self.names(),
            self.staged(),
            self.staged_rows(),
            self.same_key()
        )
    }

    /// One statement, and so one transaction, that applies a portion and stores its position: rows from text arrays
    /// or from the stage, deletes from text arrays. Parameters: position row (5), then rows, then deleted keys.
    pub(super) fn apply(&self, bound_rows: bool, deletes: bool) -> String {
        let mut next = 5;
        let mut arrays = |count: usize| {
            let list: Vec<String> = (next + 1..=next + count).map(|n| format!("${n}::text[]")).collect();
            next += count;
            list.join(", ")
        };
        let through = |at: usize, column: &Column, from: String| {
            let cast = if column.staged == "text" { from } else { format!("{from}::{}", column.staged) };
            if column.declared == column.staged {
                format!("{cast} AS c{at}")
            } else {
                format!("{cast}::{} AS c{at}", column.declared)
            }
        };
        let rows = if bound_rows {
            let columns = self.list(|at, column| through(at, column, format!("u.c{at}")));
            format!("(SELECT {columns} FROM unnest({}) AS u({}))", arrays(self.columns.len()), self.staged())
        } else {
            self.staged_rows()
        };
        let gone = if deletes {
            let keys = self.key_list(|at, column| through(at, column, format!("u.c{at}")));
            let names = self.key_list(|at, _| format!("c{at}"));
            format!(
                ", gone AS (DELETE FROM {} t USING (SELECT {keys} FROM unnest({}) AS u({names})) s WHERE {} RETURNING 1)",
                self.place.quoted,
                arrays(self.key.len()),
                self.same_key()
            )
        } else {
            ", gone AS (SELECT 1 WHERE false)".to_owned()
        };
        format!(
            "WITH {}{gone}, pos AS ({})
             SELECT (SELECT count(*) FROM ins), (SELECT count(*) FROM upd), (SELECT count(*) FROM gone)",
            self.bring(&rows),
            self.position()
        )
    }

    /// Stores the position: subscription, table, run, seq, position.
    pub(super) fn position(&self) -> String {
        format!(
            "INSERT INTO {} AS d (subscription, table_name, run, seq, position, changed_at) VALUES ($1, $2, $3, $4, $5, now())
             ON CONFLICT (subscription) DO UPDATE SET table_name = excluded.table_name, run = excluded.run,
                 seq = excluded.seq, position = excluded.position, changed_at = excluded.changed_at",
            self.place.delivery
        )
    }

    /// Reads all rows as text.
    pub(super) fn read(&self) -> String {
        format!("SELECT {} FROM {}", self.list(|_, column| column.text()), self.place.quoted)
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
