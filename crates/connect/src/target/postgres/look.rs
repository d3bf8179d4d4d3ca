//! What stands at the target now, and whether it can take a delivery.

use sqlx::{PgConnection, Row as _};

use super::plan::{Column, DELIVERY, Place};
use crate::target::{
    Fit, Misfit, Stored, TargetTable, TargetType,
    errors::misfit,
    fit::{self, Have},
};

pub(super) type Look = fit::Look<Column>;

/// The type of a column under its domain, and its modifier.
type Base = (String, i32);

/// Larger tables are estimated.
const COUNTED: f64 = 100_000.0;

/// Looks at the target.
pub(super) async fn look(
    conn: &mut PgConnection,
    place: &Place,
    table: &TargetTable,
) -> Result<Look, sqlx::Error> {
    let mut fit = Fit::default();
    let sql = "SELECT has_schema_privilege(oid, 'CREATE'), has_schema_privilege(oid, 'USAGE'),
                      has_database_privilege(current_database(), 'TEMP') FROM pg_namespace WHERE nspname = $1";
    let schema = sqlx::query(sql).bind(&place.schema).fetch_optional(&mut *conn).await?;
    let (may_create, may_use, may_stage) = match &schema {
        Some(row) => (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?),
        None => (false, false, false),
    };
    if schema.is_none() || !may_use {
        fit.misfits.push(no_schema(&place.schema));
        return Ok(Look {
            fit,
            columns: Vec::new(),
            keyed: false,
            simple: false,
            booked: false,
            stored: None,
        });
    }
    if !may_stage {
        fit.misfits.push(right("CREATE TEMPORARY TABLE", "数据库", "the database"));
    }
    let found = relation(conn, &place.schema, &place.table).await?;
    let books = relation(conn, &place.schema, DELIVERY).await?;
    if books.is_none() && !may_create {
        fit.misfits.push(misfit(
            "right",
            "",
            format!("模式“{}”中没有投递记录表，投递账号又无权建表；请执行 GRANT CREATE ON SCHEMA，或由管理员先建表 {DELIVERY} 与 gt_held。", place.schema),
            format!(
                "schema \"{}\" has no tables for the bookkeeping of deliveries and the account may not create them; grant \
                 CREATE ON SCHEMA, or let an administrator create {DELIVERY} and gt_held",
                place.schema
            ),
        ));
    }
    let mut stored = None;
    if books.is_some() {
        let sql = format!(
            "SELECT subscription, run, seq, position FROM {} WHERE table_name = $1 LIMIT 1",
            place.delivery
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&place.full).fetch_optional(&mut *conn).await?;
        if let Some(row) = row {
            let owner: String = row.try_get(0)?;
            let seq: i64 = row.try_get(2)?;
            if owner == table.subscription {
                stored = Some(Stored {
                    run: row.try_get(1)?,
                    seq: seq.cast_unsigned(),
                    position: row.try_get(3)?,
                });
            } else if found.is_some() {
                fit.misfits.push(fit::other_subscription(&owner));
            }
        }
    }
    let Some(found) = found else {
        fit.creates = true;
        if !may_create {
            fit.misfits.push(right("CREATE ON SCHEMA", "模式", "the schema"));
        }
        let columns: Vec<Column> = table
            .columns
            .iter()
            .map(|column| Column::made(&column.name, column.holds, table.key.contains(&column.name)))
            .collect();
        for name in table.columns.iter().map(|column| &column.name).chain([&place.table]) {
            // The server would cut a longer name silently.
            if name.len() > 63 {
                fit.misfits.push(fit::name_too_long(name, 63));
            }
        }
        return Ok(Look { fit, columns, keyed: false, simple: false, booked: books.is_some(), stored: None });
    };
    if !found.plain {
        fit.misfits.push(fit::not_a_table());
        return Ok(Look {
            fit,
            columns: Vec::new(),
            keyed: false,
            simple: false,
            booked: books.is_some(),
            stored,
        });
    }
    for (may, what) in found.may.iter().zip(["SELECT", "INSERT", "UPDATE", "DELETE"]) {
        if !may {
            fit.misfits.push(right(what, "表", "the table"));
        }
    }
    let have = columns(conn, found.oid).await?;
    let (have, bases): (Vec<Have>, Vec<Base>) = have.into_iter().unzip();
    let columns = fit::columns(&have, table, &mut fit.misfits, str::eq, |at, there, holds, required| {
        let mut fitted = bases.get(at).and_then(|base| column(there, base, holds))?;
        fitted.slot.required = required;
        Some(fitted)
    });
    let keyed = keyed(conn, found.oid, table).await?;
    let simple = keyed && simple(conn, found.oid).await?;
    if !keyed && !found.owned {
        fit.misfits.push(fit::no_key(table));
    }
    fit.rows = rows(conn, place, &found).await?;
    if fit.rows > 0 && stored.is_none() && !table.adopt {
        fit.misfits.push(fit::rows_not_ours());
    }
    Ok(Look { fit, columns, keyed, simple, booked: books.is_some(), stored })
}

fn no_schema(schema: &str) -> Misfit {
    misfit(
        "schema",
        "",
        format!("模式“{schema}”不存在，或投递账号无权使用它；请该部门建立模式并授权。"),
        format!(
            "there is no schema \"{schema}\", or the account may not use it; its department should create and grant it"
        ),
    )
}

fn right(what: &str, zh: &str, en: &str) -> Misfit {
    misfit(
        "right",
        "",
        format!("投递账号缺少{zh}的 {what} 权限；请该部门授权。"),
        format!("the account lacks the right {what} on {en}; its department should grant it"),
    )
}

struct Relation {
    oid: i64,
    plain: bool,
    tuples: f64,
    may: [bool; 4],
    owned: bool,
}

async fn relation(
    conn: &mut PgConnection,
    schema: &str,
    name: &str,
) -> Result<Option<Relation>, sqlx::Error> {
    let sql = "SELECT c.oid::int8, c.relkind IN ('r', 'p'), c.reltuples::float8, has_table_privilege(c.oid, 'SELECT'),
                      has_table_privilege(c.oid, 'INSERT'), has_table_privilege(c.oid, 'UPDATE'),
                      has_table_privilege(c.oid, 'DELETE'), pg_has_role(c.relowner, 'USAGE')
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2";
    let Some(row) = sqlx::query(sql).bind(schema).bind(name).fetch_optional(conn).await? else {
        return Ok(None);
    };
    Ok(Some(Relation {
        oid: row.try_get(0)?,
        plain: row.try_get(1)?,
        tuples: row.try_get(2)?,
        may: [row.try_get(3)?, row.try_get(4)?, row.try_get(5)?, row.try_get(6)?],
        owned: row.try_get(7)?,
    }))
}

async fn columns(conn: &mut PgConnection, oid: i64) -> Result<Vec<(Have, Base)>, sqlx::Error> {
    let sql =
        "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), COALESCE(b.typname, t.typname)::text,
                      CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
                      a.attnotnull OR t.typnotnull, a.atthasdef OR a.attidentity <> '',
                      a.attgenerated <> '' OR a.attidentity = 'a'
                 FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                 LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
                WHERE a.attrelid = $1::int8::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
    let rows = sqlx::query(sql).bind(oid).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok((
                Have {
                    name: row.try_get(0)?,
                    declared: row.try_get(1)?,
                    not_null: row.try_get(4)?,
                    filled: row.try_get(5)?,
                    generated: row.try_get(6)?,
                },
                (row.try_get(2)?, row.try_get(3)?),
            ))
        })
        .collect()
}

async fn keyed(conn: &mut PgConnection, oid: i64, table: &TargetTable) -> Result<bool, sqlx::Error> {
    let sql = "SELECT array_agg(a.attname::text) FROM pg_index i
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
                WHERE i.indrelid = $1::int8::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                  AND i.indexprs IS NULL GROUP BY i.indexrelid";
    for row in sqlx::query(sql).bind(oid).fetch_all(conn).await? {
        let names: Vec<String> = row.try_get(0)?;
        if fit::is_key(&names, table, str::eq) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the key is the only thing that rows may not share, and nothing of the department's acts on each row: then it makes no
/// difference whether rows go before others come.
async fn simple(conn: &mut PgConnection, oid: i64) -> Result<bool, sqlx::Error> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
                  AND NOT EXISTS (SELECT 1 FROM pg_rewrite r WHERE r.ev_class = c.oid)
                  AND (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)) = 1
                 FROM pg_class c WHERE c.oid = $1::int8::oid";
    sqlx::query(sql).bind(oid).fetch_one(conn).await?.try_get(0)
}

async fn rows(conn: &mut PgConnection, place: &Place, found: &Relation) -> Result<u64, sqlx::Error> {
    if found.tuples > COUNTED {
        return Ok(found.tuples as u64);
    }
    // Without the right to read there is a misfit already.
    if !found.may[0] {
        return Ok(0);
    }
    let sql =
        format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {}) counted", place.quoted, COUNTED as u64 + 1);
    let count: i64 = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(conn).await?.try_get(0)?;
    Ok(count.cast_unsigned())
}

/// How values of a kind go into a column; `None` when they cannot.
fn column(there: &Have, (base, modifier): &Base, holds: TargetType) -> Option<Column> {
    let modifier = *modifier;
    let mut made = Column::made(&there.name, holds, false);
    made.declared = there.declared.clone();
    let slot = &mut made.slot;
    match (holds, base.as_str()) {
        (_, "text") => slot.as_text = true,
        (_, "varchar" | "bpchar") => {
            slot.as_text = true;
            slot.chars = usize::try_from(modifier - 4).ok();
        }
        (TargetType::Date, "date") | (TargetType::Boolean, "bool") | (TargetType::Integer, "int8") => {}
        (TargetType::Timestamp, "timestamp") => slot.fraction = usize::try_from(modifier).ok(),
        (TargetType::Timestamp, "timestamptz") => {
            slot.fraction = usize::try_from(modifier).ok();
            made.read = "replace(({} AT TIME ZONE 'Asia/Shanghai')::text, ' ', 'T')";
        }
        (TargetType::Integer, "int4") => slot.range = Some((i64::from(i32::MIN), i64::from(i32::MAX))),
        (TargetType::Integer, "int2") => slot.range = Some((i64::from(i16::MIN), i64::from(i16::MAX))),
        (TargetType::Decimal | TargetType::Integer, "numeric") => {
            if modifier >= 4 {
                // Eleven bits with a sign: newer servers know scales below zero.
                let scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
                let precision = (modifier - 4) >> 16;
                slot.digits = Some((usize::try_from(precision - scale).ok()?, usize::try_from(scale).ok()?));
            }
        }
        (TargetType::Decimal, "float8") => {
            slot.float = true;
            made.read = "{}::numeric::text";
        }
        _ => return None,
    }
    if slot.as_text {
        made.staged = "text";
        made.read = "{}::text";
        slot.as_text = holds != TargetType::Text;
    }
    Some(made)
}
