//! MySQL and MariaDB as targets.

use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor, Row as _,
    mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlRow},
};

use super::{
    all,
    engine::{Engine, Fault, Guard, Link, Relation, TypeInfo},
    plan::{Column, Dialect, Place},
    text,
};
use crate::{
    error::SourceError,
    hash::hash64,
    sql::mysql::{Mysql, quote},
    target::{TargetType, config::ServerTarget, fit::Have, slot::Slot},
};

/// A MySQL or MariaDB database.
pub(super) struct MysqlEngine {
    options: MySqlConnectOptions,
    schema: String,
    lock: Duration,
    load: Duration,
}

/// Digits of the decimal column that is made: before and after the point.
const DECIMAL: (usize, usize) = (28, 10);
/// Characters of a key column that is made. Old servers index no more.
const KEY_CHARS: usize = 191;
/// Most bytes of a statement, whatever the server takes: longer ones are not faster.
const STATEMENT: usize = 1 << 20;

impl MysqlEngine {
    pub(super) fn new(name: &str, config: &ServerTarget) -> Result<Self, SourceError> {
        let options = Mysql::options(name, &config.url, config.password.as_ref())?;
        let schema =
            config.schema.clone().or_else(|| options.get_database().map(str::to_owned)).unwrap_or_default();
        Ok(Self {
            // The zone of local times, so that a TIMESTAMP column shows what was delivered.
            options: options
                .timezone(Some("+08:00".to_owned()))
                .pipes_as_concat(false)
                .no_engine_substitution(false),
            schema,
            lock: config.limits.lock(),
            load: config.limits.load(),
        })
    }
}

#[async_trait]
impl Link for MySqlConnection {
    async fn run(&mut self, sql: String) -> Result<u64, sqlx::Error> {
        self.execute(AssertSqlSafe(sql)).await.map(|done| done.rows_affected())
    }

    fn fetch(&mut self, sql: String) -> BoxStream<'_, Result<Vec<Option<String>>, sqlx::Error>> {
        let texts = |row: MySqlRow| (0..row.len()).map(|at| row.try_get_unchecked(at)).collect();
        Executor::fetch(self, AssertSqlSafe(sql)).map(move |row| row.and_then(texts)).boxed()
    }

    async fn end(self: Box<Self>) {
        let _ = self.close().await;
    }
}

#[async_trait]
impl Engine for MysqlEngine {
    const DIALECT: Dialect = Dialect::Mysql;
    const NAME: usize = 64;

    async fn connect(&self) -> Result<Box<dyn Link>, sqlx::Error> {
        let mut conn = self.options.connect().await?;
        // Strict, so that nothing is cut silently; backslashes escape, as literals are written.
        let mode = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'";
        conn.execute(mode).await?;
        conn.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await?;
        let seconds = self.lock.as_secs().max(1);
        let locks =
            format!("SET SESSION innodb_lock_wait_timeout = {seconds}, lock_wait_timeout = {seconds}");
        conn.execute(AssertSqlSafe(locks)).await?;
        // A source may be slow, a server must not hang up; but it shall notice when we are gone.
        conn.execute("SET SESSION net_read_timeout = 3600, net_write_timeout = 3600, wait_timeout = 28800")
            .await?;
        let load = self.load.as_secs().max(1);
        let limit = format!("SET SESSION max_statement_time = {load}");
        // Only MariaDB has a limit for statements that write.
        let _ = conn.execute(AssertSqlSafe(limit)).await;
        Ok(Box::new(conn))
    }

    fn place(&self, table: &str) -> Place {
        let (schema, table) = table.split_once('.').unwrap_or((&self.schema, table));
        Place::new(schema, table, schema, quote)
    }

    async fn lock(
        &self,
        link: &mut dyn Link,
        place: &Place,
        subscription: &str,
    ) -> Result<Option<Guard>, sqlx::Error> {
        let id = hash64(format!("{} {subscription}", place.schema).as_bytes());
        let sql = format!("SELECT CAST(GET_LOCK('gt:{id:016x}', {}) AS CHAR)", self.lock.as_secs().max(1));
        let rows = all(link, sql).await?;
        Ok(rows.first().is_some_and(|row| text(row, 0) == "1").then(Guard::default))
    }

    async fn most_bytes(&self, link: &mut dyn Link) -> Result<usize, sqlx::Error> {
        let rows = all(link, "SELECT CAST(@@max_allowed_packet AS CHAR)".to_owned()).await?;
        let packet: usize = rows.first().and_then(|row| text(row, 0).parse().ok()).unwrap_or(STATEMENT);
        Ok((packet / 2).min(STATEMENT))
    }

    async fn relation(
        &self,
        link: &mut dyn Link,
        schema: &str,
        table: &str,
    ) -> Result<Option<Relation>, sqlx::Error> {
        let place = format!("table_schema = {} AND table_name = {}", literal(schema), literal(table));
        let sql = format!("SELECT CAST(table_type AS CHAR) FROM information_schema.tables WHERE {place}");
        let found = all(link, sql).await?;
        let Some(kind) = found.first().map(|row| text(row, 0)) else { return Ok(None) };
        let sql = format!(
            "SELECT CAST(column_name AS CHAR), CAST(column_type AS CHAR), CAST(data_type AS CHAR), CAST(is_nullable AS CHAR),
                    CAST(column_default IS NOT NULL AS CHAR), CAST(extra AS CHAR),
                    CAST(character_maximum_length AS CHAR), CAST(character_octet_length AS CHAR),
                    CAST(numeric_precision AS CHAR), CAST(numeric_scale AS CHAR), CAST(datetime_precision AS CHAR),
                    CAST(character_set_name AS CHAR), CAST(collation_name AS CHAR), CAST(generation_expression AS CHAR)
               FROM information_schema.columns WHERE {place} ORDER BY ordinal_position"
        );
        let (mut have, mut types) = (Vec::new(), Vec::new());
        for row in all(link, sql).await? {
            let number = |at: usize| text(&row, at).parse::<usize>().ok();
            let extra = text(&row, 5).to_lowercase();
            have.push(Have {
                name: text(&row, 0),
                declared: text(&row, 1),
                not_null: text(&row, 3) == "NO",
                filled: text(&row, 4) == "1" || extra.contains("auto_increment"),
                generated: !text(&row, 13).is_empty(),
            });
            let (set, collation) = (text(&row, 11), text(&row, 12));
            types.push(TypeInfo {
                base: text(&row, 2).to_lowercase(),
                chars: number(6),
                bytes: number(7),
                digits: number(8).zip(number(9)).map(|(all, scale)| (all.saturating_sub(scale), scale)),
                fraction: number(10),
                collation: if set.is_empty() {
                    String::new()
                } else {
                    format!(" CHARACTER SET {} COLLATE {}", quote(&set), quote(&collation))
                },
            });
        }
        let sql = format!(
            "SELECT CAST(index_name AS CHAR), CAST(column_name AS CHAR), CAST(sub_part IS NULL AS CHAR)
               FROM information_schema.statistics WHERE {place} AND non_unique = 0 ORDER BY index_name, seq_in_index"
        );
        let rows = all(link, sql).await?;
        let unique = rows
            .chunk_by(|a, b| text(a, 0) == text(b, 0))
            .filter(|index| index.iter().all(|row| text(row, 2) == "1"))
            .map(|index| index.iter().map(|row| text(row, 1)).collect())
            .collect();
        Ok(Some(Relation {
            plain: kind.contains("TABLE") || kind.contains("VERSIONED"),
            have,
            types,
            unique,
        }))
    }

    fn made(&self, name: &str, holds: TargetType, key: bool) -> Column {
        let mut slot = Slot { required: key, ..Slot::default() };
        let binary = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
        let declared = match holds {
            TargetType::Text if key => {
                slot.chars = Some(KEY_CHARS);
                format!("VARCHAR({KEY_CHARS}){binary}")
            }
            TargetType::Text => format!("LONGTEXT{binary}"),
            TargetType::Date => "DATE".to_owned(),
            TargetType::Timestamp => {
                slot.fraction = Some(3);
                "DATETIME(3)".to_owned()
            }
            TargetType::Decimal => {
                slot.digits = Some(DECIMAL);
                format!("DECIMAL({}, {})", DECIMAL.0 + DECIMAL.1, DECIMAL.1)
            }
            TargetType::Integer => "BIGINT".to_owned(),
            TargetType::Boolean => "TINYINT(1)".to_owned(),
        };
        column(name, holds, declared, slot)
    }

    fn fitted(&self, there: &Have, info: &TypeInfo, holds: TargetType) -> Option<Column> {
        let mut slot = Slot::default();
        let unsigned = there.declared.contains("unsigned");
        let range = |bits: u32| {
            let (least, most) = (-(1_i64 << (bits - 1)), (1_i64 << (bits - 1)) - 1);
            Some(if unsigned { (0, (1_i64 << bits) - 1) } else { (least, most) })
        };
        let mut as_text = false;
        match (holds, info.base.as_str()) {
            (_, "char" | "varchar") => {
                slot.chars = info.chars;
                as_text = true;
            }
            (_, "tinytext" | "text" | "mediumtext" | "longtext") => {
                slot.bytes = info.bytes;
                as_text = true;
            }
            (TargetType::Date, "date") => {}
            (TargetType::Timestamp, "datetime" | "timestamp") => slot.fraction = info.fraction,
            (TargetType::Integer, "tinyint") => slot.range = range(8),
            (TargetType::Integer, "smallint") => slot.range = range(16),
            (TargetType::Integer, "mediumint") => slot.range = range(24),
            (TargetType::Integer, "int") => slot.range = range(32),
            (TargetType::Integer, "bigint") => slot.range = unsigned.then_some((0, i64::MAX)),
            (TargetType::Integer | TargetType::Decimal, "decimal") if !unsigned => slot.digits = info.digits,
            (TargetType::Decimal, "double") if !unsigned => slot.float = true,
            (TargetType::Boolean, "tinyint" | "smallint" | "int") => {}
            _ => return None,
        }
        slot.as_text = as_text && holds != TargetType::Text;
        // JSON of MariaDB is a LONGTEXT too; its check refuses what is none.
        let declared = format!("{}{}", there.declared, info.collation);
        Some(if as_text {
            Column { quotes: true, ..column(&there.name, TargetType::Text, declared, slot) }
        } else {
            column(&there.name, holds, declared, slot)
        })
    }

    async fn alive(&self) -> bool {
        match self.options.connect().await {
            Ok(mut conn) => conn.ping().await.is_ok(),
            // Whoever refuses us a second connection is alive.
            Err(error) => matches!(error, sqlx::Error::Database(_)),
        }
    }

    fn fault(error: &sqlx::Error) -> Fault {
        let Some(inner) = error.as_database_error().and_then(|e| e.try_downcast_ref::<MySqlDatabaseError>())
        else {
            return match error {
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Fault::Other,
                _ => Fault::Lost,
            };
        };
        match inner.number() {
            1205 | 1213 => Fault::Locked,
            1969 | 3024 | 1317 => Fault::Timeout,
            1040 | 1203 | 1226 => Fault::Connections,
            1045 | 1049 | 1698 => Fault::Login,
            1044 | 1142 | 1143 | 1227 | 1370 => Fault::Refused("permission denied".to_owned()),
            1290 | 1792 | 1836 => Fault::Refused("read-only".to_owned()),
            1644 => Fault::Refused("trigger".to_owned()),
            3819 | 4025 | 1048 | 1364 | 1451 | 1452 | 1062 | 1216 | 1217 => {
                Fault::Refused(constraint(inner.message()))
            }
            3 | 28 | 1021 | 1114 => Fault::Full,
            // A table that cannot be made for want of room has the number of the system in its message only.
            1005 if ["errno: 28", "errno: 135"].iter().any(|full| inner.message().contains(full)) => {
                Fault::Full
            }
            1071 | 1118 | 1153 | 1264 | 1292 | 1366 | 1406 => Fault::Value,
            1053 | 1077 | 1079 | 1080 | 1152 | 1158..=1161 | 1927 | 4031 => Fault::Lost,
            _ => Fault::Other,
        }
    }
}

fn column(name: &str, holds: TargetType, declared: String, slot: Slot) -> Column {
    let (quotes, read) = match holds {
        TargetType::Text => (true, "CONVERT({} USING utf8mb4)"),
        TargetType::Date => (true, "CAST({} AS CHAR)"),
        TargetType::Timestamp => (true, "REPLACE(CAST({} AS CHAR), ' ', 'T')"),
        TargetType::Decimal | TargetType::Integer => (false, "CAST({} AS CHAR)"),
        TargetType::Boolean => {
            (false, "CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE CAST({} AS CHAR) END")
        }
    };
    Column {
        quoted: quote(name),
        declared,
        slot,
        quotes,
        bytes: holds == TargetType::Text,
        collate: String::new(),
        read,
        comment: String::new(),
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// The name of a constraint out of a message. Messages of repeated keys and foreign keys hold values elsewhere.
fn constraint(message: &str) -> String {
    let lower = message.to_ascii_lowercase();
    let named = lower.find("constraint ").and_then(|at| message.get(at + 11..)).unwrap_or_default();
    let name: String = match named.trim_start().strip_prefix(['`', '\'']) {
        Some(rest) => rest.chars().take_while(|c| !"`'".contains(*c)).collect(),
        None => String::new(),
    };
    if name.is_empty() { "constraint".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::constraint;

    /// Names of constraints are taken out of the messages of both servers, values never.
    #[test]
    fn constraints_are_named() {
        assert_eq!(constraint("CONSTRAINT `t.positive` failed for `db`.`t`"), "t.positive");
        assert_eq!(constraint("Check constraint 'positive' is violated."), "positive");
        assert_eq!(constraint("Duplicate entry '110101' for key 'PRIMARY'"), "constraint");
    }
}
