//! SQLite files, opened read-only.

use std::{sync::Arc, time::Duration};

use arrow::datatypes::DataType;
use futures::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Decode, Row as _, TypeInfo as _, ValueRef as _,
    error::{BoxDynError, DatabaseError},
    sqlite::{Sqlite as Driver, SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteRow},
};

use super::{
    engine::{Condition, Engine, Fault, Key, as_integer, is_decimal},
    schema::{Class, Column, Table},
};
use crate::{
    config::SqliteConfig,
    source::{ColumnInfo, SourceKind, TableForm, TableInfo},
    text::Cell,
};

/// An SQLite file.
pub(crate) struct Sqlite {
    options: SqliteConnectOptions,
}

impl Sqlite {
    pub(crate) fn new(config: &SqliteConfig) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(&config.path)
            .read_only(true)
            .create_if_missing(false)
            .busy_timeout(Duration::from_millis(config.busy_timeout_ms))
            .disable_statement_logging();
        Self { options }
    }

    fn quote(name: &str) -> String {
        quote(name)
    }
}

/// A name that can never be anything else. Backticks, not double quotes: SQLite takes a double-quoted name that it does
/// not know for a text, so that a column which was dropped would be answered with its own name in every row.
pub(crate) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Instructions of SQLite's machine between two looks at whether anybody still waits.
const STEPS: i32 = 10_000;

const TABLES: &str = "SELECT name, type FROM sqlite_master
     WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
const COLUMNS: &str = "SELECT c.name, c.type, c.\"notnull\", c.pk,
            EXISTS (SELECT 1 FROM pragma_index_list(?1) l, pragma_index_info(l.name) i
                     WHERE i.seqno = 0 AND i.name = c.name AND NOT l.partial)
       FROM pragma_table_xinfo(?1) c WHERE c.hidden <> 1 ORDER BY c.cid";

impl Engine for Sqlite {
    type Db = Driver;
    const KIND: SourceKind = SourceKind::Sqlite;

    fn connect(&self) -> BoxFuture<'_, Result<SqliteConnection, sqlx::Error>> {
        async move { self.options.connect().await }.boxed()
    }

    fn leash<'c>(
        &'c self,
        conn: &'c mut SqliteConnection,
    ) -> BoxFuture<'c, Result<Option<Arc<()>>, sqlx::Error>> {
        async move {
            let leash = Arc::new(());
            let watched = Arc::downgrade(&leash);
            // A reader that nobody waits for any more would otherwise go on, and keep the department from
            // writing to its own file.
            conn.lock_handle().await?.set_progress_handler(STEPS, move || watched.strong_count() > 0);
            Ok(Some(leash))
        }
        .boxed()
    }

    fn unbind<'c>(&'c self, _conn: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), sqlx::Error>> {
        futures::future::ready(Ok(())).boxed()
    }

    fn schema<'c>(
        &'c self,
        conn: &'c mut SqliteConnection,
    ) -> BoxFuture<'c, Result<Vec<Table>, sqlx::Error>> {
        async move {
            let mut tables = Vec::new();
            for row in sqlx::query(TABLES).fetch_all(&mut *conn).await? {
                let name: String = row.try_get(0)?;
                let kind: String = row.try_get(1)?;
                let rows = match sqlx::query(COLUMNS).bind(&name).fetch_all(&mut *conn).await {
                    Ok(rows) => rows,
                    // A view on a table that is gone cannot be described; the other tables can.
                    Err(sqlx::Error::Database(_)) if kind == "view" => continue,
                    Err(error) => return Err(error),
                };
                let columns = rows.iter().map(column).collect::<Result<Vec<_>, _>>()?;
                let info = TableInfo {
                    form: if kind == "view" { TableForm::View } else { TableForm::Table },
                    comment: None,
                    rows: None,
                    columns: Vec::new(),
                    notes: Vec::new(),
                    name,
                };
                let quoted = Self::quote(&info.name);
                tables.push(Table::new(info, quoted, columns));
            }
            Ok(tables)
        }
        .boxed()
    }

    fn rows<'c>(
        conn: &'c mut SqliteConnection,
        sql: Arc<str>,
        args: SqliteArguments,
    ) -> BoxStream<'c, Result<SqliteRow, sqlx::Error>> {
        sqlx::query_with(AssertSqlSafe(sql), args).fetch(conn)
    }

    fn cell<'r>(row: &'r SqliteRow, at: usize, column: &Column) -> Result<Cell<'r>, BoxDynError> {
        let value = row.try_get_raw(at)?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        let ty = value.type_info().into_owned();
        Ok(match ty.name() {
            "INTEGER" => {
                let number: i64 = Decode::<Driver>::decode(value)?;
                match (column.class, number) {
                    (Class::Bool, 0) => Cell::Bool(false),
                    (Class::Bool, 1) => Cell::Bool(true),
                    _ => Cell::Int(number),
                }
            }
            "REAL" => Cell::Float(Decode::<Driver>::decode(value)?),
            "BLOB" => Cell::Bytes(Decode::<Driver>::decode(value)?),
            _ => {
                let bytes: &'r [u8] = Decode::<Driver>::decode(value)?;
                match std::str::from_utf8(bytes) {
                    Ok(text) => Cell::Text(text),
                    // Bytes of another encoding show as U+FFFD, which no value kind accepts.
                    Err(_) => Cell::Owned(String::from_utf8_lossy(bytes).into_owned()),
                }
            }
        })
    }

    fn number(row: &SqliteRow) -> Option<i64> {
        row.try_get(0).ok()
    }

    fn key(column: &Column, values: &[String]) -> Result<Key<SqliteArguments>, BoxDynError> {
        let numeric = matches!(column.class, Class::Int | Class::Float | Class::Decimal | Class::Bool);
        let (mut args, mut texts, mut numbers) = (SqliteArguments::default(), Vec::new(), Vec::new());
        for value in values {
            if let Some(number) = as_integer(value).filter(|_| column.class != Class::Text) {
                args.add(number)?;
                numbers.push(format!("?{}", args.len()));
            } else if numeric && is_decimal(value) {
                args.add(value.parse::<f64>()?)?;
                numbers.push(format!("?{}", args.len()));
            }
            // A column without affinity, or one of numbers that also holds texts, is asked for the text too;
            // but never for a text such as `1e2` that SQLite would make a number of by itself.
            let coerced = value.trim().parse::<f64>().is_ok();
            if !numeric || !coerced {
                args.add(value.clone())?;
                texts.push(format!("?{}", args.len()));
            }
        }
        let name = &column.quoted;
        let mut either = Vec::new();
        if !texts.is_empty() {
            // The first condition uses the index whatever its collation; the second keeps what NOCASE adds out.
            let list = texts.join(", ");
            either.push(format!("({name} IN ({list}) AND {name} COLLATE BINARY IN ({list}))"));
        }
        if !numbers.is_empty() {
            either.push(format!("{name} IN ({})", numbers.join(", ")));
        }
        if either.is_empty() {
            return Ok(Key::Nothing);
        }
        Ok(Key::Some(Condition { sql: format!("({})", either.join(" OR ")), args }))
    }

    fn above(column: &Column, value: &str) -> Result<Key<SqliteArguments>, BoxDynError> {
        let mut args = SqliteArguments::default();
        // A date is a text to SQLite also in a column of numbers, and it orders all numbers before all texts.
        let numeric = matches!(column.class, Class::Int | Class::Float | Class::Decimal);
        match column.class {
            Class::Int | Class::Float | Class::Decimal | Class::Text => {
                if let Some(number) = as_integer(value).filter(|_| numeric) {
                    args.add(number)?;
                } else if numeric && is_decimal(value) {
                    args.add(value.parse::<f64>()?)?;
                } else {
                    args.add(value.to_owned())?;
                }
            }
            _ => return Ok(Key::Unsupported),
        }
        Ok(Key::Some(Condition { sql: format!("{} >= ?1", column.quoted), args }))
    }

    fn fault(error: &(dyn DatabaseError + 'static)) -> Fault {
        let code: i32 = error.code().and_then(|code| code.parse().ok()).unwrap_or_default();
        // The low byte is the primary result code.
        match code & 0xff {
            5 | 6 | 9 => Fault::Timeout,
            3 | 23 => Fault::Permission,
            10 | 14 => Fault::Lost,
            11 | 26 => Fault::BadFile,
            17 => Fault::Stale,
            1 if error.message().starts_with("no such") => Fault::Stale,
            _ => Fault::Query,
        }
    }

    fn estimate(table: &Table) -> Option<String> {
        // Row ids are given in ascending order, so the largest is near the number of rows.
        (table.info.form == TableForm::Table).then(|| format!("SELECT max(rowid) FROM {}", table.quoted))
    }
}

fn column(row: &SqliteRow) -> Result<Column, sqlx::Error> {
    let name: String = row.try_get(0)?;
    let declared: String = row.try_get(1)?;
    let key: i64 = row.try_get(3)?;
    let not_null: i64 = row.try_get(2)?;
    let indexed: i64 = row.try_get(4)?;
    let upper = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    // The rules of SQLite for the affinity of a declared type, in their order; booleans, which have no
    // affinity of their own, are told apart first.
    let (class, data_type) = if has(&["BOOL"]) {
        (Class::Bool, DataType::Boolean)
    } else if has(&["INT"]) {
        (Class::Int, DataType::Int64)
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        (Class::Text, DataType::Utf8)
    } else if upper.is_empty() || has(&["BLOB"]) {
        (Class::Any, DataType::Utf8)
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        (Class::Float, DataType::Float64)
    } else {
        (Class::Decimal, DataType::Utf8)
    };
    let quoted = Sqlite::quote(&name);
    Ok(Column {
        info: ColumnInfo {
            name,
            declared: if declared.is_empty() { "any".to_owned() } else { declared },
            data_type,
            nullable: not_null == 0 && key == 0,
            comment: None,
            key: key > 0,
            indexed: indexed != 0 || (key == 1 && class == Class::Int),
        },
        select: quoted.clone(),
        holder: None,
        quoted,
        class,
    })
}

impl super::watching::Watching for Sqlite {}
