//! The schema of a MySQL or MariaDB database.

use arrow::datatypes::DataType;
use sqlx::{
    Row as _,
    mysql::{MySqlConnection, MySqlRow},
};

use super::{
    mysql::Mysql,
    schema::{Class, Column, Table, decimal_type},
};
use crate::{
    batch::{instant_type, stamp_type},
    source::{ColumnInfo, RowCount, TableForm, TableInfo},
};

/// One row for each column. Texts are cast, because some servers give information_schema as bytes.
const SCHEMA: &str = "
    SELECT CAST(t.table_name AS CHAR), CAST(t.table_type AS CHAR), CAST(t.table_comment AS CHAR),
           CAST(t.table_rows AS UNSIGNED), CAST(c.column_name AS CHAR), CAST(c.column_type AS CHAR),
           CAST(c.data_type AS CHAR), CAST(c.is_nullable AS CHAR), CAST(c.column_comment AS CHAR),
           CAST(c.column_key AS CHAR), CAST(c.numeric_precision AS SIGNED), CAST(c.numeric_scale AS SIGNED),
           CAST(EXISTS (SELECT 1 FROM information_schema.statistics s
                         WHERE s.table_schema = c.table_schema AND s.table_name = c.table_name
                           AND s.column_name = c.column_name AND s.seq_in_index = 1) AS SIGNED),
           CAST(c.character_set_name AS CHAR), CAST(c.collation_name AS CHAR)
      FROM information_schema.tables t
      JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
     WHERE t.table_schema = DATABASE() AND t.table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
     ORDER BY t.table_name, c.ordinal_position";

pub(super) async fn read(conn: &mut MySqlConnection) -> Result<Vec<Table>, sqlx::Error> {
    let rows = sqlx::query(SCHEMA).fetch_all(conn).await?;
    let name_of = |row: &MySqlRow| row.try_get::<String, _>(0).unwrap_or_default();
    let mut tables = Vec::new();
    for group in rows.chunk_by(|a, b| name_of(a) == name_of(b)) {
        let Some(first) = group.first() else { continue };
        let view = first.try_get::<String, _>(1)? == "VIEW";
        let estimate: Option<u64> = first.try_get(3)?;
        let comment: Option<String> = first.try_get(2)?;
        let info = TableInfo {
            name: name_of(first),
            form: if view { TableForm::View } else { TableForm::Table },
            // The comment of every view is the word VIEW.
            comment: comment.filter(|text| !text.is_empty() && !view),
            rows: estimate.filter(|_| !view).map(|rows| RowCount { rows, exact: false }),
            columns: Vec::new(),
            notes: Vec::new(),
        };
        let quoted = Mysql::quote(&info.name);
        tables.push(Table::new(info, quoted, group.iter().map(column).collect::<Result<_, _>>()?));
    }
    Ok(tables)
}

fn column(row: &MySqlRow) -> Result<Column, sqlx::Error> {
    let name: String = row.try_get(4)?;
    let declared: String = row.try_get(5)?;
    let base: String = row.try_get(6)?;
    let key: String = row.try_get(9)?;
    let comment: Option<String> = row.try_get(8)?;
    let (class, data_type) = match base.to_ascii_lowercase().as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" if declared.contains("unsigned") => {
            (Class::Unsigned, DataType::UInt64)
        }
        // Also tinyint(1): offices keep codes such as sex 1 and 2 in it, so it is no boolean.
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => (Class::Int, DataType::Int64),
        "year" => (Class::Other, DataType::Utf8),
        "decimal" => (Class::Decimal, decimal_type(row.try_get(10)?, row.try_get(11)?)),
        "double" => (Class::Float, DataType::Float64),
        "date" => (Class::Date, DataType::Date32),
        "datetime" => (Class::Stamp, stamp_type()),
        "timestamp" => (Class::Instant, instant_type()),
        "char" => (Class::Padded, DataType::Utf8),
        "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => (Class::Text, DataType::Utf8),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" => {
            (Class::Bytes, DataType::Binary)
        }
        _ => (Class::Other, DataType::Utf8),
    };
    let quoted = Mysql::quote(&name);
    let select = match class {
        // As text from the server itself, which unlike a typed decoder also has 0000-00-00.
        Class::Stamp | Class::Instant => format!("REPLACE(CAST({quoted} AS CHAR), ' ', 'T')"),
        // A float has about 7 digits, which as a number of twice the length would look like 17.
        Class::Date | Class::Decimal | Class::Other => format!("CAST({quoted} AS CHAR)"),
        _ => quoted.clone(),
    };
    Ok(Column {
        info: ColumnInfo {
            name,
            declared,
            data_type,
            nullable: row.try_get::<String, _>(7)? == "YES",
            comment: comment.filter(|text| !text.is_empty()),
            key: key == "PRI",
            indexed: row.try_get::<i64, _>(12)? != 0,
        },
        holder: holder(row.try_get(13)?, row.try_get(14)?),
        quoted,
        select,
        class,
    })
}

/// A key for a column in another character set than the session's is converted to it. Otherwise a key with
/// a character that the set does not have would be an error, and the index would not always be used. What
/// cannot be converted becomes `?`, which the exact comparison then keeps out.
fn holder(charset: Option<String>, collation: Option<String>) -> Option<String> {
    let plain = |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let charset = charset.filter(|name| name != "utf8mb4" && plain(name))?;
    let collation = collation.filter(plain)?;
    Some(format!("CONVERT(? USING {charset}) COLLATE {collation}"))
}
