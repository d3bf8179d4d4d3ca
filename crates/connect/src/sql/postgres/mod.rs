//! PostgreSQL, and databases that speak its protocol.

use std::{collections::HashMap, str::FromStr as _, sync::Arc};

use arrow::datatypes::DataType;
use bytes::Bytes;
use futures::{
    FutureExt as _, StreamExt as _, TryStreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use parking_lot::Mutex;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Decode, Executor as _, Row as _, ValueRef as _,
    error::{BoxDynError, DatabaseError},
    postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow, Postgres as Driver},
};

pub(super) mod copy;
mod obstacles;
mod output;
mod reread;
mod tail;
mod values;
mod watching;

use self::values::Form;

use super::{
    engine::{Condition, Engine, Fault, Key, as_integer, is_date, is_decimal, is_float, is_stamp},
    schema::{Class, Column, Table, decimal_type},
};
use crate::{
    batch::{instant_type, stamp_type},
    config::{Secret, ServerConfig},
    error::SourceError,
    profile::Sampling,
    source::{ColumnInfo, RowCount, SourceKind, TableForm, TableInfo},
    text::{Cell, write_float},
};

/// A position that a consumer keeps for good and that the server was not told yet.
type Kept = Arc<Mutex<Option<u64>>>;

/// A PostgreSQL database.
pub(crate) struct Postgres {
    options: PgConnectOptions,
    schemas: Vec<String>,
    statement_ms: u64,
    /// For each watcher that runs here the position that is kept for good at its consumer.
    confirmed: Mutex<HashMap<String, Kept>>,
}

impl Postgres {
    pub(crate) fn new(name: &str, config: &ServerConfig) -> Result<Self, SourceError> {
        let options = Self::options(name, &config.url, config.password.as_ref())?;
        let schemas =
            if config.schemas.is_empty() { vec!["public".to_owned()] } else { config.schemas.clone() };
        Ok(Self {
            options,
            schemas,
            statement_ms: config.limits.statement_timeout_ms.max(1),
            confirmed: Mutex::new(HashMap::new()),
        })
    }

    /// How to connect, as the configuration says it.
    pub(crate) fn options(
        name: &str,
        url: &Secret,
        password: Option<&Secret>,
    ) -> Result<PgConnectOptions, SourceError> {
        // The driver's own error may repeat the address with the password in it, so it is not kept.
        let options = PgConnectOptions::from_str(url.reveal())
            .map_err(|_| {
                SourceError::config(
                    name,
                    "url 不是 postgres://用户:密码@主机:端口/库 的形式。",
                    "url is not of the form postgres://user:password@host:port/database",
                )
            })?
            .application_name("guantong-agent")
            .disable_statement_logging();
        Ok(match password {
            Some(password) => options.password(password.reveal()),
            None => options,
        })
    }

    fn quote(name: &str) -> String {
        quote(name)
    }
}

/// A name that can never be anything else.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// One row for each column of each table, view, materialised view and foreign table that the account may
/// read. Domains are resolved to what they are made of. Partitions are read through their parent.
const SCHEMA: &str = "
    SELECT n.nspname::text, c.relname::text, c.relkind::text, obj_description(c.oid, 'pg_class'),
           c.reltuples::float8, a.attname::text, format_type(a.atttypid, a.atttypmod),
           COALESCE(b.typname, t.typname)::text, NOT a.attnotnull, col_description(c.oid, a.attnum),
           COALESCE(bool_or(i.indisprimary), false),
           COALESCE(bool_or(i.indkey[0] = a.attnum AND i.indpred IS NULL), false),
           CASE WHEN a.atttypmod > 0 OR t.typtypmod > 0
                THEN ((GREATEST(a.atttypmod, t.typtypmod) - 4) >> 16)::int8 END,
           CASE WHEN a.atttypmod > 0 OR t.typtypmod > 0
                THEN ((GREATEST(a.atttypmod, t.typtypmod) - 4) & 65535)::int8 END
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
      LEFT JOIN pg_index i ON i.indrelid = c.oid AND a.attnum = ANY(i.indkey) AND i.indisvalid
     WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
       AND has_column_privilege(c.oid, a.attnum, 'SELECT')
     GROUP BY n.nspname, c.relname, c.relkind, c.oid, c.reltuples, a.attname, a.attnum, a.atttypid,
              a.atttypmod, b.typname, t.typname, t.typtypmod, a.attnotnull
     ORDER BY n.nspname, c.relname, a.attnum";

impl Engine for Postgres {
    type Db = Driver;
    const KIND: SourceKind = SourceKind::Postgres;

    fn connect(&self) -> BoxFuture<'_, Result<PgConnection, sqlx::Error>> {
        async move {
            let mut conn = self.options.connect().await?;
            let setup = format!(
                "SET default_transaction_read_only = on; SET statement_timeout = {}; \
                 SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; SET IntervalStyle = 'postgres'; \
                 SET bytea_output = 'hex'; SET extra_float_digits = 3",
                self.statement_ms
            );
            conn.execute(AssertSqlSafe(setup)).await?;
            Ok(conn)
        }
        .boxed()
    }

    fn unbind<'c>(&'c self, conn: &'c mut PgConnection) -> BoxFuture<'c, Result<(), sqlx::Error>> {
        async move { conn.execute("SET statement_timeout = 0").await.map(drop) }.boxed()
    }

    fn schema<'c>(&'c self, conn: &'c mut PgConnection) -> BoxFuture<'c, Result<Vec<Table>, sqlx::Error>> {
        async move {
            let rows = sqlx::query(SCHEMA).bind(&self.schemas).fetch_all(conn).await?;
            tables(&rows, self.schemas.len() > 1)
        }
        .boxed()
    }

    fn rows<'c>(
        conn: &'c mut PgConnection,
        sql: Arc<str>,
        args: PgArguments,
    ) -> BoxStream<'c, Result<PgRow, sqlx::Error>> {
        sqlx::query_with(AssertSqlSafe(sql), args).fetch(conn)
    }

    fn bulk_select(column: &Column) -> Option<String> {
        Some(Form::select(column))
    }

    fn bulk<'c>(conn: &'c mut PgConnection, sql: String) -> BoxStream<'c, Result<Bytes, sqlx::Error>> {
        let statement = format!("COPY ({sql}) TO STDOUT (FORMAT binary)");
        stream::once(async move { conn.copy_out_raw(&statement).await }).try_flatten().boxed()
    }

    fn lacks_bulk(error: &sqlx::Error) -> bool {
        // A syntax error, or a feature that is not supported.
        matches!(watching::code_of(error).as_deref(), Some("42601" | "0A000"))
    }

    fn cell<'r>(row: &'r PgRow, at: usize, column: &Column) -> Result<Cell<'r>, BoxDynError> {
        let value = row.try_get_raw(at)?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        Ok(match column.class {
            Class::Padded => Cell::Text(value.as_str()?.trim_end_matches(' ')),
            Class::Int => {
                let bytes = value.as_bytes()?;
                Cell::Int(match bytes.len() {
                    2 => Decode::<Driver>::decode(value).map(|v: i16| v.into())?,
                    4 => Decode::<Driver>::decode(value).map(|v: i32| v.into())?,
                    _ => Decode::<Driver>::decode(value)?,
                })
            }
            // Widening a `real` would show digits that it never had.
            Class::Float if value.as_bytes()?.len() == 4 => {
                let number: f32 = Decode::<Driver>::decode(value)?;
                let mut text = String::new();
                write_float(number, &mut text)?;
                Cell::Owned(text)
            }
            Class::Float => Cell::Float(Decode::<Driver>::decode(value)?),
            Class::Bool => Cell::Bool(Decode::<Driver>::decode(value)?),
            Class::Bytes => Cell::Bytes(value.as_bytes()?),
            _ => Cell::Text(value.as_str()?),
        })
    }

    fn number(row: &PgRow) -> Option<i64> {
        row.try_get(0).ok()
    }

    fn key(column: &Column, values: &[String]) -> Result<Key<PgArguments>, BoxDynError> {
        // The parameter is cast to the column's type, never the column to the parameter's: only then is
        // an index on the column of use.
        match column.class {
            Class::Int => {
                let numbers: Vec<i64> = values.iter().filter_map(|v| as_integer(v)).collect();
                bind(column, numbers, "", "")
            }
            Class::Float => {
                let numbers: Vec<f64> =
                    values.iter().filter(|v| is_decimal(v)).filter_map(|v| v.parse().ok()).collect();
                bind(column, numbers, "", "")
            }
            Class::Bool => {
                bind(column, values.iter().filter_map(|v| v.parse::<bool>().ok()).collect(), "", "")
            }
            Class::Text => texts(column, values, |_| true, "", ""),
            Class::Padded => texts(column, values, |_| true, "::bpchar", "::bpchar[]"),
            Class::Decimal => texts(column, values, is_decimal, "::text::numeric", "::text[]::numeric[]"),
            Class::Date => texts(column, values, is_date, "::text::date", "::text[]::date[]"),
            Class::Uuid => texts(column, values, is_uuid, "::text::uuid", "::text[]::uuid[]"),
            // An enumeration or a type of the department's own, compared as it is written.
            Class::Other => {
                let column = Column { quoted: format!("{}::text", column.quoted), ..column.clone() };
                texts(&column, values, |_| true, "", "")
            }
            Class::Unsigned | Class::Stamp | Class::Instant | Class::Bytes | Class::Any => {
                Ok(Key::Unsupported)
            }
        }
    }

    const NULLS_FIRST: &str = " NULLS FIRST";

    fn above(column: &Column, value: &str) -> Result<Key<PgArguments>, BoxDynError> {
        use sqlx::Arguments as _;
        let mut args = PgArguments::default();
        let cast = match column.class {
            Class::Int => {
                let Some(number) = as_integer(value) else { return Ok(Key::Nothing) };
                args.add(number)?;
                ""
            }
            Class::Float if !is_float(value) => return Ok(Key::Nothing),
            // A `real` compared with the same digits as a number of twice the length would lie beside them.
            Class::Float if column.info.data_type == DataType::Float64 => "::text::float8",
            Class::Float => "::text::float4",
            Class::Decimal if is_decimal(value) => "::text::numeric",
            Class::Date if is_date(value) => "::text::date",
            Class::Stamp if is_stamp(value) => "::text::timestamp",
            Class::Instant if value.strip_suffix('Z').is_some_and(is_stamp) => "::text::timestamptz",
            Class::Text if !value.contains('\0') => "",
            Class::Padded if !value.contains('\0') => "::bpchar",
            Class::Decimal | Class::Date | Class::Stamp | Class::Instant | Class::Text | Class::Padded => {
                return Ok(Key::Nothing);
            }
            Class::Bool | Class::Uuid | Class::Bytes | Class::Other | Class::Unsigned | Class::Any => {
                return Ok(Key::Unsupported);
            }
        };
        if column.class != Class::Int {
            args.add(value.to_owned())?;
        }
        Ok(Key::Some(Condition { sql: format!("{} >= $1{cast}", column.quoted), args }))
    }

    fn fault(error: &(dyn DatabaseError + 'static)) -> Fault {
        let code = error.code().unwrap_or_default();
        match code.as_ref() {
            "57014" => Fault::Timeout,
            "53300" | "53400" => Fault::Busy,
            "57P01" | "57P02" | "57P03" | "57P05" => Fault::Lost,
            "42501" => Fault::Permission,
            // Undefined table, column, schema; and a prepared statement whose result has changed.
            "42P01" | "42703" | "3F000" | "0A000" | "42883" => Fault::Stale,
            code if code.starts_with("08") => Fault::Lost,
            code if code.starts_with("28") => Fault::Permission,
            _ => Fault::Query,
        }
    }

    fn sample(table: &Table, rows: Option<RowCount>, sample: usize) -> (String, Sampling) {
        match rows {
            // Whole pages at random; some more than asked for, because pages are filled unevenly.
            Some(count) if table.info.form == TableForm::Table && count.rows > sample as u64 => {
                let percent = (sample as f64 * 110.0 / count.rows as f64).clamp(0.000_1, 100.0);
                (
                    format!(" TABLESAMPLE SYSTEM ({percent:.4}) REPEATABLE (1) LIMIT {sample}"),
                    Sampling::Spread,
                )
            }
            _ => (format!(" LIMIT {sample}"), Sampling::Head),
        }
    }
}

/// `= $1` for one value, because its plan is the simplest, `= ANY($1)` for several.
fn bind<T>(
    column: &Column,
    mut values: Vec<T>,
    one: &str,
    many: &str,
) -> Result<Key<PgArguments>, BoxDynError>
where
    T: for<'q> sqlx::Encode<'q, Driver> + sqlx::Type<Driver> + sqlx::postgres::PgHasArrayType + Send,
{
    use sqlx::Arguments as _;
    let mut args = PgArguments::default();
    let name = &column.quoted;
    let sql = if values.len() > 1 {
        args.add(values)?;
        format!("{name} = ANY($1{many})")
    } else {
        let Some(value) = values.pop() else { return Ok(Key::Nothing) };
        args.add(value)?;
        format!("{name} = $1{one}")
    };
    Ok(Key::Some(Condition { sql, args }))
}

fn texts(
    column: &Column,
    values: &[String],
    fits: impl Fn(&str) -> bool,
    one: &str,
    many: &str,
) -> Result<Key<PgArguments>, BoxDynError> {
    // No text of PostgreSQL can hold the character NUL, so such a key matches nothing.
    let values = values.iter().filter(|value| fits(value) && !value.contains('\0')).cloned().collect();
    bind::<String>(column, values, one, many)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn tables(rows: &[PgRow], with_schema: bool) -> Result<Vec<Table>, sqlx::Error> {
    let mut tables: Vec<Table> = Vec::new();
    for group in rows.chunk_by(|a, b| name_of(a) == name_of(b)) {
        let Some(first) = group.first() else { continue };
        let (schema, name) = name_of(first);
        let kind: String = first.try_get(2)?;
        let tuples: f64 = first.try_get(4)?;
        let info = TableInfo {
            name: if with_schema { format!("{schema}.{name}") } else { name.clone() },
            form: if kind == "v" || kind == "m" { TableForm::View } else { TableForm::Table },
            comment: first.try_get(3)?,
            rows: (kind != "v" && tuples >= 0.0).then_some(RowCount { rows: tuples as u64, exact: false }),
            columns: Vec::new(),
            notes: Vec::new(),
        };
        let quoted = format!("{}.{}", Postgres::quote(&schema), Postgres::quote(&name));
        let columns = group.iter().map(column).collect::<Result<_, _>>()?;
        tables.push(Table::new(info, quoted, columns));
    }
    Ok(tables)
}

fn name_of(row: &PgRow) -> (String, String) {
    (row.try_get(0).unwrap_or_default(), row.try_get(1).unwrap_or_default())
}

fn column(row: &PgRow) -> Result<Column, sqlx::Error> {
    let name: String = row.try_get(5)?;
    let base: String = row.try_get(7)?;
    let (class, data_type) = match base.as_str() {
        "text" | "varchar" | "name" => (Class::Text, DataType::Utf8),
        "bpchar" => (Class::Padded, DataType::Utf8),
        "int2" | "int4" | "int8" => (Class::Int, DataType::Int64),
        "float4" => (Class::Float, DataType::Utf8),
        "float8" => (Class::Float, DataType::Float64),
        "numeric" => (Class::Decimal, decimal_type(row.try_get(12)?, row.try_get(13)?)),
        "bool" => (Class::Bool, DataType::Boolean),
        "date" => (Class::Date, DataType::Date32),
        "timestamp" => (Class::Stamp, stamp_type()),
        "timestamptz" => (Class::Instant, instant_type()),
        "uuid" => (Class::Uuid, DataType::Utf8),
        "bytea" => (Class::Bytes, DataType::Binary),
        _ => (Class::Other, DataType::Utf8),
    };
    let quoted = Postgres::quote(&name);
    let select = match class {
        // ISO 8601 from the server itself, which unlike a typed decoder also has infinity and BC. The text
        // form `2024-01-05 08:30:00` has its blank, and the zone `+00`, replaced.
        Class::Stamp => format!("replace({quoted}::text, ' ', 'T')"),
        Class::Instant => format!("replace(replace({quoted}::text, ' ', 'T'), '+00', 'Z')"),
        Class::Date | Class::Decimal | Class::Uuid | Class::Other => format!("{quoted}::text"),
        _ => quoted.clone(),
    };
    Ok(Column {
        info: ColumnInfo {
            name,
            declared: row.try_get(6)?,
            data_type,
            nullable: row.try_get(8)?,
            comment: row.try_get(9)?,
            key: row.try_get(10)?,
            indexed: row.try_get(11)?,
        },
        quoted,
        select,
        holder: None,
        class,
    })
}
