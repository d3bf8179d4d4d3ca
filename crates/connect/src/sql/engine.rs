//! What differs between database engines.

use std::sync::Arc;

use bytes::Bytes;
use futures::{
    FutureExt as _, StreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{Database, error::BoxDynError};

use super::schema::{Column, Table};
use crate::{
    profile::Sampling,
    source::{RowCount, SourceKind},
    text::Cell,
};

/// A connection of an engine.
pub(crate) type Conn<E> = <<E as Engine>::Db as Database>::Connection;
/// A row of an engine.
pub(crate) type Row<E> = <<E as Engine>::Db as Database>::Row;
/// Bound values of an engine.
pub(crate) type Args<E> = <<E as Engine>::Db as Database>::Arguments;

/// The condition of a look-up: SQL with placeholders, and what is bound to them.
pub(crate) struct Condition<A> {
    pub(crate) sql: String,
    pub(crate) args: A,
}

/// What a set of key values comes to on one column.
pub(crate) enum Key<A> {
    /// Rows that satisfy this.
    Some(Condition<A>),
    /// The column's type can hold none of the values, so no row can match.
    Nothing,
    /// The column cannot be asked by key.
    Unsupported,
}

/// What an engine's error means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection is gone; another one may work.
    Lost,
    /// The statement took too long.
    Timeout,
    /// The account may not.
    Permission,
    /// The server has no connection left for us.
    Busy,
    /// Our picture of the schema is out of date.
    Stale,
    /// The file is not a database or is damaged.
    BadFile,
    /// Anything else.
    Query,
}

/// A database engine. Everything else is written once, in [`super::database`].
pub(crate) trait Engine: Sized + Send + Sync + 'static {
    /// The driver.
    type Db: Database;
    /// Which engine it is.
    const KIND: SourceKind;

    /// Opens a session that can only read, with the statement limit set where the engine has one.
    fn connect(&self) -> BoxFuture<'_, Result<Conn<Self>, sqlx::Error>>;

    /// Something that the engine watches while it runs a statement for this session: when it is dropped, the
    /// statement ends. For an engine in our own process, whose statements nobody else would end.
    fn leash<'c>(&'c self, _conn: &'c mut Conn<Self>) -> BoxFuture<'c, Result<Option<Arc<()>>, sqlx::Error>> {
        futures::future::ready(Ok(None)).boxed()
    }

    /// Lifts the statement limit of a session that is going to be read as a stream and then closed.
    fn unbind<'c>(&'c self, conn: &'c mut Conn<Self>) -> BoxFuture<'c, Result<(), sqlx::Error>>;

    /// Reads the schema.
    fn schema<'c>(&'c self, conn: &'c mut Conn<Self>) -> BoxFuture<'c, Result<Vec<Table>, sqlx::Error>>;

    /// Runs a statement. `sql` holds only quoted names of the schema and our own words.
    fn rows<'c>(
        conn: &'c mut Conn<Self>,
        sql: Arc<str>,
        args: Args<Self>,
    ) -> BoxStream<'c, Result<Row<Self>, sqlx::Error>>;

    /// The expression that selects a column for [`Engine::bulk`], where the engine has such a way.
    fn bulk_select(_column: &Column) -> Option<String> {
        None
    }

    /// Runs a statement without parameters and gives its rows in the engine's bulk form, the binary `COPY` of
    /// PostgreSQL.
    fn bulk<'c>(_conn: &'c mut Conn<Self>, _sql: String) -> BoxStream<'c, Result<Bytes, sqlx::Error>> {
        stream::empty().boxed()
    }

    /// Whether the error says that the server does not know the bulk form, as some that speak the protocol do not.
    fn lacks_bulk(_error: &sqlx::Error) -> bool {
        false
    }

    /// The value of a column that was selected by its `select` expression.
    fn cell<'r>(row: &'r Row<Self>, at: usize, column: &Column) -> Result<Cell<'r>, BoxDynError>;

    /// The condition that the column equals one of the values, written so that an index on it is used.
    fn key(column: &Column, values: &[String]) -> Result<Key<Args<Self>>, BoxDynError>;

    /// What to write after `ORDER BY column` so that nulls come first.
    const NULLS_FIRST: &str = "";

    /// The condition that a watermark column is at or above a value, written so that an index on it is used.
    fn above(column: &Column, value: &str) -> Result<Key<Args<Self>>, BoxDynError>;

    /// Whether a column can be a watermark at all.
    fn grows(column: &Column) -> bool {
        !matches!(Self::above(column, ""), Ok(Key::Unsupported) | Err(_))
    }

    /// What an error means.
    fn fault(error: &(dyn sqlx::error::DatabaseError + 'static)) -> Fault;

    /// The first column of a row as a whole number.
    fn number(row: &Row<Self>) -> Option<i64>;

    /// How to read about `sample` of the rows of a table: what to put after its name, and what it amounts to.
    fn sample(_table: &Table, _rows: Option<RowCount>, sample: usize) -> (String, Sampling) {
        (format!(" LIMIT {sample}"), Sampling::Head)
    }

    /// SQL for a quick estimate of the rows of a table that is too large to count.
    fn estimate(_table: &Table) -> Option<String> {
        None
    }
}

/// Text of nothing but digits, with an optional minus, as a whole number.
pub(crate) fn as_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Text of nothing but digits as a whole number.
pub(crate) fn as_unsigned(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Whether text is a plain decimal: digits, at most one point, an optional minus.
pub(crate) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    plain(whole) && plain(fraction)
}

/// Whether text is a calendar date in the form of ISO 8601.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok()
}

/// Whether text is a plain binary floating-point number, also one that is none.
pub(crate) fn is_float(text: &str) -> bool {
    is_decimal(text) || matches!(text, "NaN" | "Infinity" | "-Infinity")
}

/// Whether text is a date and time in the form of ISO 8601, without a zone; the fraction may have nine digits.
pub(crate) fn is_stamp(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b'T') && text.parse::<chrono::NaiveDateTime>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only what is wholly a number counts as one: engines that coerce `123abc` or `1e2` are not asked to.
    #[test]
    fn numbers_are_strict() {
        assert_eq!(as_integer("007"), Some(7));
        assert_eq!(as_integer("-12"), Some(-12));
        for text in ["123abc", " 7", "1e2", "+7", "", "-", "99999999999999999999", "７"] {
            assert_eq!(as_integer(text), None, "{text}");
        }
        assert!(is_decimal("-12.50") && is_decimal("7"));
        assert!(!is_decimal("1.") && !is_decimal(".5") && !is_decimal("1e2") && !is_decimal("NaN"));
        assert!(
            is_stamp("2024-01-05T08:30:00.25") && !is_stamp("2024-01-05 08:30:00") && !is_stamp("2024-01-05")
        );
        assert!(is_date("2024-02-29") && !is_date("2023-02-29") && !is_date("2024-2-9"));
    }
}
