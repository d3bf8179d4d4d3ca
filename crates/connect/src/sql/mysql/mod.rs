//! MySQL and MariaDB.

use std::{str::FromStr as _, sync::Arc};

use futures::{FutureExt as _, future::BoxFuture, stream::BoxStream};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Decode, Executor as _, Row as _, ValueRef as _,
    error::{BoxDynError, DatabaseError},
    mysql::{
        MySql as Driver, MySqlArguments, MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlRow,
    },
};

mod binlog;
mod layout;
mod rows;
mod statement;
mod watching;

use super::{
    engine::{Condition, Engine, Fault, Key, as_integer, as_unsigned, is_date, is_decimal, is_stamp},
    mysql_schema,
    schema::{Class, Column, Table},
};
use crate::{
    config::{Secret, ServerConfig},
    error::SourceError,
    source::SourceKind,
    text::Cell,
};

/// A MySQL or MariaDB database.
pub(crate) struct Mysql {
    options: MySqlConnectOptions,
    config: ServerConfig,
    statement_ms: u64,
}

impl Mysql {
    pub(crate) fn new(name: &str, config: &ServerConfig) -> Result<Self, SourceError> {
        let options = Self::options(name, &config.url, config.password.as_ref())?;
        Ok(Self { options, config: config.clone(), statement_ms: config.limits.statement_timeout_ms.max(1) })
    }

    /// How to connect, as the configuration says it.
    pub(crate) fn options(
        name: &str,
        url: &Secret,
        password: Option<&Secret>,
    ) -> Result<MySqlConnectOptions, SourceError> {
        let wrong = || {
            SourceError::config(
                name,
                "url 不是 mysql://用户:密码@主机:端口/库 的形式。",
                "url is not of the form mysql://user:password@host:port/database",
            )
        };
        // The driver's own error may repeat the address with the password in it, so it is not kept.
        let options =
            MySqlConnectOptions::from_str(url.reveal()).map_err(|_| wrong())?.disable_statement_logging();
        if options.get_database().is_none() {
            return Err(wrong());
        }
        Ok(match password {
            Some(password) => options.password(password.reveal()),
            None => options,
        })
    }

    pub(super) fn quote(name: &str) -> String {
        quote(name)
    }
}

/// A name that can never be anything else.
pub(crate) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

impl Engine for Mysql {
    type Db = Driver;
    const KIND: SourceKind = SourceKind::Mysql;

    fn connect(&self) -> BoxFuture<'_, Result<MySqlConnection, sqlx::Error>> {
        async move {
            let mut conn = self.options.connect().await?;
            conn.execute("SET SESSION TRANSACTION READ ONLY").await?;
            // MariaDB counts in seconds, MySQL in milliseconds and under another name; each refuses the other's.
            let seconds = self.statement_ms as f64 / 1000.0;
            let mariadb = format!("SET SESSION max_statement_time = {seconds:.3}");
            if conn.execute(AssertSqlSafe(mariadb)).await.is_err() {
                let mysql = format!("SET SESSION max_execution_time = {}", self.statement_ms);
                conn.execute(AssertSqlSafe(mysql)).await?;
            }
            Ok(conn)
        }
        .boxed()
    }

    fn unbind<'c>(&'c self, conn: &'c mut MySqlConnection) -> BoxFuture<'c, Result<(), sqlx::Error>> {
        async move {
            if conn.execute("SET SESSION max_statement_time = 0").await.is_err() {
                conn.execute("SET SESSION max_execution_time = 0").await?;
            }
            // A consumer that takes its time must not make the server hang up.
            conn.execute("SET SESSION net_write_timeout = 3600").await.map(drop)
        }
        .boxed()
    }

    fn schema<'c>(&'c self, conn: &'c mut MySqlConnection) -> BoxFuture<'c, Result<Vec<Table>, sqlx::Error>> {
        mysql_schema::read(conn).boxed()
    }

    fn rows<'c>(
        conn: &'c mut MySqlConnection,
        sql: Arc<str>,
        args: MySqlArguments,
    ) -> BoxStream<'c, Result<MySqlRow, sqlx::Error>> {
        sqlx::query_with(AssertSqlSafe(sql), args).fetch(conn)
    }

    fn cell<'r>(row: &'r MySqlRow, at: usize, column: &Column) -> Result<Cell<'r>, BoxDynError> {
        let value = row.try_get_raw(at)?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        Ok(match column.class {
            Class::Int => Cell::Int(Decode::<Driver>::decode(value)?),
            Class::Unsigned => Cell::Unsigned(Decode::<Driver>::decode(value)?),
            Class::Float => Cell::Float(Decode::<Driver>::decode(value)?),
            Class::Bytes => Cell::Bytes(Decode::<Driver>::decode(value)?),
            Class::Stamp => Cell::Text(without_zeros(Decode::<Driver>::decode(value)?)),
            Class::Instant => Cell::Owned(format!("{}Z", without_zeros(Decode::<Driver>::decode(value)?))),
            _ => Cell::Text(Decode::<Driver>::decode(value)?),
        })
    }

    fn number(row: &MySqlRow) -> Option<i64> {
        row.try_get(0).ok()
    }

    fn key(column: &Column, values: &[String]) -> Result<Key<MySqlArguments>, BoxDynError> {
        // MySQL compares a text with a number as floating-point numbers: '123abc' equals 123, and no index is
        // used. So numbers are bound as numbers, and what is wholly no number is not asked for.
        let mut args = MySqlArguments::default();
        let (holder, fitting): (&str, Vec<&String>) = match column.class {
            Class::Int => ("?", values.iter().filter(|v| as_integer(v).is_some()).collect()),
            Class::Unsigned => ("?", values.iter().filter(|v| as_unsigned(v).is_some()).collect()),
            Class::Float => ("?", values.iter().filter(|v| is_decimal(v)).collect()),
            Class::Decimal => {
                ("CAST(? AS DECIMAL(65,20))", values.iter().filter(|v| is_decimal(v)).collect())
            }
            Class::Date => ("CAST(? AS DATE)", values.iter().filter(|v| is_date(v)).collect()),
            Class::Text | Class::Padded | Class::Other => {
                (column.holder.as_deref().unwrap_or("?"), values.iter().collect())
            }
            _ => return Ok(Key::Unsupported),
        };
        let Some(last) = fitting.last() else { return Ok(Key::Nothing) };
        // Lists are filled up to a power of two, so that few different statements are prepared.
        let width = fitting.len().next_power_of_two();
        let filled: Vec<&&String> = fitting.iter().chain(std::iter::repeat(last)).take(width).collect();
        let list = vec![holder; width].join(", ");
        let mut sql = format!("{} IN ({list})", column.quoted);
        let textual = matches!(column.class, Class::Text | Class::Padded | Class::Other);
        for _ in 0..if textual { 2 } else { 1 } {
            for value in &filled {
                match column.class {
                    Class::Int => args.add(as_integer(value))?,
                    Class::Unsigned => args.add(as_unsigned(value))?,
                    Class::Float => args.add(value.parse::<f64>().ok())?,
                    _ => args.add(value.as_str())?,
                }
            }
        }
        if textual {
            // The first condition uses the index by the column's own collation, which may hold `a` and `A`, or
            // `u` and `ü`, for the same; the second one keeps those out.
            let (name, list) = (&column.quoted, vec!["?"; width].join(", "));
            sql = format!("{sql} AND CONVERT({name} USING utf8mb4) COLLATE utf8mb4_bin IN ({list})");
        }
        Ok(Key::Some(Condition { sql, args }))
    }

    fn above(column: &Column, value: &str) -> Result<Key<MySqlArguments>, BoxDynError> {
        let mut args = MySqlArguments::default();
        // A zero date, which offices keep for "unknown", lies below every other.
        let zero = value.starts_with("0000-");
        let stamp = value.strip_suffix('Z').filter(|_| column.class == Class::Instant).unwrap_or(value);
        let holder = match column.class {
            Class::Int | Class::Unsigned => {
                let number = as_integer(value).map(i128::from).or(as_unsigned(value).map(i128::from));
                let Some(number) = number else { return Ok(Key::Nothing) };
                match (i64::try_from(number), u64::try_from(number)) {
                    (Ok(signed), _) => args.add(signed)?,
                    (_, Ok(unsigned)) => args.add(unsigned)?,
                    _ => return Ok(Key::Nothing),
                }
                "?"
            }
            Class::Float => {
                let Some(number) = value.parse::<f64>().ok().filter(|_| is_decimal(value)) else {
                    return Ok(Key::Nothing);
                };
                args.add(number)?;
                "?"
            }
            Class::Date | Class::Stamp | Class::Instant if zero => {
                return Ok(Key::Some(Condition { sql: "1 = 1".to_owned(), args }));
            }
            Class::Decimal if is_decimal(value) => "CAST(? AS DECIMAL(65,20))",
            Class::Date if is_date(value) => "CAST(? AS DATE)",
            Class::Stamp | Class::Instant if is_stamp(stamp) => "CAST(? AS DATETIME(6))",
            Class::Text | Class::Padded => column.holder.as_deref().unwrap_or("?"),
            Class::Decimal | Class::Date | Class::Stamp | Class::Instant => return Ok(Key::Nothing),
            Class::Bool | Class::Uuid | Class::Bytes | Class::Other | Class::Any => {
                return Ok(Key::Unsupported);
            }
        };
        if args.len() == 0 {
            args.add(stamp)?;
        }
        Ok(Key::Some(Condition { sql: format!("{} >= {holder}", column.quoted), args }))
    }

    fn fault(error: &(dyn DatabaseError + 'static)) -> Fault {
        match error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number) {
            Some(1969 | 3024 | 1205 | 1317) => Fault::Timeout,
            Some(1040 | 1203 | 1226) => Fault::Busy,
            Some(1044 | 1045 | 1142 | 1143 | 1227 | 1698) => Fault::Permission,
            Some(1054 | 1146 | 1615) => Fault::Stale,
            Some(1053 | 1077 | 1079 | 1080 | 1152 | 1158..=1161 | 1927 | 4031) => Fault::Lost,
            _ => Fault::Query,
        }
    }
}

/// A time without the zeros that end its fraction: `datetime(3)` writes `.000` where there is none.
fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
