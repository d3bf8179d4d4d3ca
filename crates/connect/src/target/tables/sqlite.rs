//! SQLite as a target.

use std::{fs::OpenOptions, path::PathBuf};

use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor, Row as _,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow},
};

use super::{
    all,
    engine::{Engine, Fault, Guard, Link, Relation, TypeInfo},
    plan::{Column, Dialect, Place},
    text,
};
use crate::{
    sql::sqlite::quote,
    target::{TargetType, config::SqliteTarget, fit::Have, slot::Slot},
};

/// An SQLite file.
pub(super) struct SqliteEngine {
    path: PathBuf,
    options: SqliteConnectOptions,
}

/// Most bytes of a statement: longer ones are not faster.
const STATEMENT: usize = 256 * 1024;

impl SqliteEngine {
    pub(super) fn new(config: &SqliteTarget) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(&config.path)
            .create_if_missing(true)
            .busy_timeout(config.limits.lock())
            // What the department's own programs make of foreign keys is their matter; ours are kept.
            .foreign_keys(true)
            .disable_statement_logging();
        Self { path: config.path.clone(), options }
    }
}

#[async_trait]
impl Link for SqliteConnection {
    async fn run(&mut self, sql: String) -> Result<u64, sqlx::Error> {
        self.execute(AssertSqlSafe(sql)).await.map(|done| done.rows_affected())
    }

    fn fetch(&mut self, sql: String) -> BoxStream<'_, Result<Vec<Option<String>>, sqlx::Error>> {
        let texts = |row: SqliteRow| (0..row.len()).map(|at| row.try_get_unchecked(at)).collect();
        Executor::fetch(self, AssertSqlSafe(sql)).map(move |row| row.and_then(texts)).boxed()
    }

    async fn end(self: Box<Self>) {
        let _ = self.close().await;
    }
}

#[async_trait]
impl Engine for SqliteEngine {
    const DIALECT: Dialect = Dialect::Sqlite;
    const NAME: usize = 1_000;

    async fn connect(&self) -> Result<Box<dyn Link>, sqlx::Error> {
        Ok(Box::new(self.options.connect().await?))
    }

    fn place(&self, table: &str) -> Place {
        Place::new("main", table, "temp", quote)
    }

    async fn lock(
        &self,
        _link: &mut dyn Link,
        _place: &Place,
        subscription: &str,
    ) -> Result<Option<Guard>, sqlx::Error> {
        let mut path = self.path.clone().into_os_string();
        path.push(format!(".gt-{subscription}.lock"));
        // The system lets go of the lock when the process ends, however it ends. The empty file stays.
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(PathBuf::from(path))?;
        Ok(match file.try_lock() {
            Ok(()) => Some(Guard { _file: Some(file) }),
            Err(std::fs::TryLockError::WouldBlock) => None,
            Err(std::fs::TryLockError::Error(error)) => return Err(error.into()),
        })
    }

    async fn most_bytes(&self, _link: &mut dyn Link) -> Result<usize, sqlx::Error> {
        Ok(STATEMENT)
    }

    async fn relation(
        &self,
        link: &mut dyn Link,
        _schema: &str,
        table: &str,
    ) -> Result<Option<Relation>, sqlx::Error> {
        let named = literal(table);
        let sql = format!(
            "SELECT type, name FROM main.sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower({named})"
        );
        let found = all(link, sql).await?;
        let Some(kind) = found.first().map(|row| text(row, 0)) else { return Ok(None) };
        let sql = format!(
            "SELECT name, type, CAST(\"notnull\" AS TEXT), CAST(pk AS TEXT), dflt_value, CAST(hidden AS TEXT)
               FROM pragma_table_xinfo({named}, 'main') ORDER BY cid"
        );
        let (mut have, mut types, mut key) = (Vec::new(), Vec::new(), Vec::new());
        for row in all(link, sql).await? {
            let (name, declared, is_key) = (text(&row, 0), text(&row, 1), text(&row, 3) != "0");
            if is_key {
                key.push(name.clone());
            }
            types.push(TypeInfo { base: declared.to_ascii_uppercase(), ..TypeInfo::default() });
            have.push(Have {
                not_null: text(&row, 2) == "1" || is_key,
                filled: row.get(4).is_some_and(Option::is_some)
                    || (is_key && declared.eq_ignore_ascii_case("integer")),
                generated: text(&row, 5) != "0",
                name,
                declared,
            });
        }
        let sql = format!(
            "SELECT l.name, i.name, i.coll FROM pragma_index_list({named}, 'main') l, pragma_index_xinfo(l.name, 'main') i
              WHERE l.\"unique\" = 1 AND l.partial = 0 AND i.key = 1 ORDER BY l.name, i.seqno"
        );
        let rows = all(link, sql).await?;
        // What tells keys apart is the index, so keys are compared as it does.
        for (there, info) in have.iter().zip(&mut types) {
            if let Some(row) = rows.iter().find(|row| text(row, 1) == there.name) {
                info.collation = format!(" COLLATE {}", quote(&text(row, 2)));
            }
        }
        let indexes = rows.chunk_by(|a, b| text(a, 0) == text(b, 0));
        let mut unique: Vec<Vec<String>> =
            indexes.map(|index| index.iter().map(|row| text(row, 1)).collect()).collect();
        unique.push(key);
        Ok(Some(Relation { plain: kind == "table", have, types, unique }))
    }

    fn made(&self, name: &str, holds: TargetType, key: bool) -> Column {
        let slot = Slot { required: key, ..Slot::default() };
        // Decimals as text, because the only other way is binary floating point.
        let declared = match holds {
            TargetType::Text | TargetType::Date | TargetType::Timestamp | TargetType::Decimal => "TEXT",
            TargetType::Integer => "INTEGER",
            TargetType::Boolean => "BOOLEAN",
        };
        let quotes = !matches!(holds, TargetType::Integer | TargetType::Boolean);
        column(name, holds, declared.to_owned(), slot, quotes)
    }

    fn fitted(&self, there: &Have, info: &TypeInfo, holds: TargetType) -> Option<Column> {
        let mut slot = Slot::default();
        let has = |words: &[&str]| words.iter().any(|word| info.base.contains(word));
        // The rules of SQLite for the affinity of a declared type, in their order.
        let quotes = if has(&["INT"]) {
            match holds {
                TargetType::Integer | TargetType::Boolean => false,
                _ => return None,
            }
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            slot.as_text = holds != TargetType::Text;
            true
        } else if has(&["BLOB"]) || info.base.is_empty() {
            !matches!(holds, TargetType::Integer | TargetType::Boolean)
        } else {
            let real = has(&["REAL", "FLOA", "DOUB"]);
            match holds {
                // The affinity of numbers would make one of the text `007`.
                TargetType::Text => return None,
                TargetType::Date | TargetType::Timestamp => !real,
                TargetType::Decimal => {
                    slot.float = true;
                    false
                }
                TargetType::Integer if real => {
                    slot.float = true;
                    false
                }
                TargetType::Integer | TargetType::Boolean => false,
            }
        };
        let declared = if there.declared.is_empty() { "BLOB" } else { &there.declared };
        let declared = format!("{declared}{}", info.collation);
        let read_as = if slot.as_text { TargetType::Text } else { holds };
        let made = column(&there.name, read_as, declared, slot, quotes);
        Some(Column { collate: info.collation.clone(), ..made })
    }

    fn fault(error: &sqlx::Error) -> Fault {
        let Some(inner) = error.as_database_error() else {
            return match error {
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Fault::Other,
                _ => Fault::Lost,
            };
        };
        let code: i32 = inner.code().and_then(|code| code.parse().ok()).unwrap_or_default();
        // The low byte is the primary result code.
        match code & 0xff {
            5 | 6 => Fault::Locked,
            9 => Fault::Timeout,
            3 | 8 | 23 => Fault::Refused("read-only".to_owned()),
            10 | 14 => Fault::Lost,
            13 => Fault::Full,
            18 => Fault::Value,
            // A trigger's own words may hold a value.
            19 if code == 1811 => Fault::Refused("trigger".to_owned()),
            19 => Fault::Refused(inner.message().replace("constraint failed: ", "")),
            _ => Fault::Other,
        }
    }
}

fn column(name: &str, holds: TargetType, declared: String, slot: Slot, quotes: bool) -> Column {
    let read = match holds {
        TargetType::Boolean => "CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE CAST({} AS TEXT) END",
        _ => "CAST({} AS TEXT)",
    };
    Column {
        quoted: quote(name),
        declared,
        slot,
        quotes,
        bytes: true,
        collate: String::new(),
        read,
        comment: String::new(),
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
