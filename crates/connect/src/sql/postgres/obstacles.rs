//! What stands in the way of watching a table, with the statements for the department's administrator.

use std::{collections::HashMap, sync::Arc};

use sqlx::{Arguments as _, Row as _, postgres::PgArguments, postgres::PgRow};

use super::{Postgres, watching::PUBLICATION};
use crate::{
    error::SourceError,
    sql::{database::Core, schema::Table},
    watch::{Obstacle, Watch, Watchable},
};

/// The server and the account.
const SERVER: &str = "
    SELECT current_setting('wal_level'), pg_is_in_recovery(), current_user::text,
           (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),
           EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = $1::text),
           EXISTS (SELECT 1 FROM pg_replication_slots
                    WHERE slot_name = $1::text AND (plugin IS DISTINCT FROM 'pgoutput' OR database <> current_database())),
           (SELECT count(*) FROM pg_replication_slots), current_setting('max_replication_slots')::int8";

/// The table with what its leaves tell of a row that is gone, and the publication. A setting that only newer servers
/// know is read through JSON.
const TABLE: &str = "
    WITH RECURSIVE t AS (SELECT c.oid, c.relkind, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.oid = $1::text::regclass),
         parts AS (SELECT oid FROM t UNION
                   SELECT i.inhrelid FROM parts JOIN pg_inherits i ON i.inhparent = parts.oid JOIN t ON t.relkind = 'p'),
         leaves AS (SELECT c.oid, c.relreplident, c.relname, n.nspname FROM parts JOIN pg_class c ON c.oid = parts.oid
                      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r')
    SELECT t.relkind::text, p.pubname IS NOT NULL,
           COALESCE(p.pubinsert AND p.pubupdate AND p.pubdelete
                    AND COALESCE((to_jsonb(p)->>'pubtruncate')::boolean, true), false),
           COALESCE((to_jsonb(p)->>'pubviaroot')::boolean, false),
           pt.pubname IS NOT NULL, to_jsonb(pt)->>'rowfilter' IS NOT NULL,
           CASE WHEN jsonb_typeof(to_jsonb(pt)->'attnames') = 'array'
                THEN array(SELECT jsonb_array_elements_text(to_jsonb(pt)->'attnames')) END,
           array(SELECT format('%I.%I', l.nspname, l.relname) FROM leaves l WHERE l.relreplident <> 'f'),
           array(SELECT format('%I.%I', l.nspname, l.relname) FROM leaves l
                  WHERE l.relreplident <> 'f' AND EXISTS (
                    SELECT 1 FROM unnest($2::text[]) k WHERE NOT EXISTS (
                      SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = l.oid AND a.attnum = ANY(i.indkey)
                       WHERE i.indrelid = l.oid AND a.attname = k
                         AND (l.relreplident = 'd' AND i.indisprimary OR l.relreplident = 'i' AND i.indisreplident)))),
           array(SELECT format('%I.%I', l.nspname, l.relname) FROM leaves l
                  WHERE l.relreplident = 'n' OR NOT (l.relreplident = 'f' OR EXISTS (
                    SELECT 1 FROM pg_index i WHERE i.indrelid = l.oid
                       AND (l.relreplident = 'd' AND i.indisprimary OR l.relreplident = 'i' AND i.indisreplident)))),
           array(SELECT a.attname::text FROM pg_attribute a
                  WHERE a.attrelid = t.oid AND to_jsonb(a)->>'attgenerated' = 's')
      FROM t LEFT JOIN pg_publication p ON p.pubname = $3
      LEFT JOIN pg_publication_tables pt
        ON pt.pubname = p.pubname AND pt.schemaname = t.nspname AND pt.tablename = t.relname";

const TYPES: &str = "
    SELECT c.oid::int8, a.attname::text, a.atttypid::int8 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.oid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped";

/// The numbers by which the log names a table and the types of its columns.
pub(super) struct Types {
    pub(super) table: u32,
    columns: HashMap<String, u32>,
}

impl Types {
    pub(super) fn of(&self, column: &str) -> Option<u32> {
        self.columns.get(column).copied()
    }
}

/// Reads them.
pub(super) async fn types(source: &Core<Postgres>, table: &Table) -> Result<Types, SourceError> {
    let rows = rows(source, TYPES, |args| args.add(table.quoted.clone())).await?;
    let mut types = Types { table: 0, columns: HashMap::new() };
    for row in &rows {
        let oid = |at: usize| {
            row.try_get::<i64, _>(at).ok().and_then(|oid| u32::try_from(oid).ok()).unwrap_or_default()
        };
        types.table = oid(0);
        types.columns.insert(row.try_get(1).unwrap_or_default(), oid(2));
    }
    if types.table == 0 {
        return Err(SourceError::table_unknown(&source.name, &table.info.name));
    }
    Ok(types)
}

async fn rows(
    source: &Core<Postgres>,
    sql: &'static str,
    bind: impl Fn(&mut PgArguments) -> Result<(), sqlx::error::BoxDynError> + Sync,
) -> Result<Vec<PgRow>, SourceError> {
    let args = || {
        let mut args = PgArguments::default();
        bind(&mut args).map_err(|error| source.error(sqlx::Error::Encode(error)))?;
        Ok(args)
    };
    Ok(source.rows(Arc::from(sql), args).await?)
}

/// Finds everything at once, so that the administrator is asked once.
pub(super) async fn find(source: &Arc<Core<Postgres>>, watch: &Watch<'_>) -> Result<Watchable, SourceError> {
    let mut names: Vec<&str> = watch.columns.iter().map(String::as_str).collect();
    names.extend(watch.key_columns.iter().map(String::as_str));
    // What was just altered on our advice must not be judged by an older picture.
    source.read_schema().await?;
    let table = source.table(watch.table, &names).await?;
    for name in &names {
        source.column(&table, name)?;
    }
    let mut found = Vec::new();
    let server = rows(source, SERVER, |args| args.add(watch.name)).await?;
    if let Some(row) = server.first() {
        of_server(row, watch.name, &mut found).map_err(|error| source.error(error))?;
    }
    let bound = rows(source, TABLE, |args| {
        args.add(table.quoted.clone())?;
        args.add(watch.key_columns.to_vec())?;
        args.add(PUBLICATION)
    })
    .await?;
    let row = bound.first().ok_or_else(|| SourceError::table_unknown(&source.name, watch.table))?;
    of_table(row, &table.quoted, &names, watch, &mut found).map_err(|error| source.error(error))?;
    Ok(Watchable { obstacles: found })
}

fn obstacle(code: &str, zh: String, en: String) -> Obstacle {
    Obstacle { code: code.to_owned(), zh, en }
}

/// The publication was there and is no longer.
pub(super) fn publication_gone() -> Obstacle {
    obstacle(
        "watch.publication",
        format!("发布 {PUBLICATION} 已不存在；请由数据库管理员重新创建，然后重新全量读取。"),
        format!(
            "the publication {PUBLICATION} is gone; the database administrator has to create it again, then read the \
                 whole table again"
        ),
    )
}

fn of_server(row: &PgRow, name: &str, found: &mut Vec<Obstacle>) -> Result<(), sqlx::Error> {
    let level: String = row.try_get(0)?;
    if row.try_get(1)? {
        found.push(obstacle(
            "watch.standby",
            "所连的是备库，不能在其上捕获变更；请在前置机配置中改连主库。".to_owned(),
            "this server is a standby, on which changes cannot be captured; connect the agent to the primary"
                .to_owned(),
        ));
    }
    if level != "logical" {
        found.push(obstacle(
            "watch.wal_level",
            format!("数据库的 wal_level 是 {level}；请执行 ALTER SYSTEM SET wal_level = 'logical'; 然后重启数据库。"),
            format!("wal_level of the server is {level}; run ALTER SYSTEM SET wal_level = 'logical'; and restart the server"),
        ));
    }
    let user: String = row.try_get(2)?;
    if row.try_get::<Option<bool>, _>(3)? != Some(true) {
        let sql = format!("ALTER ROLE {} REPLICATION;", Postgres::quote(&user));
        found.push(obstacle(
            "watch.replication_right",
            format!("前置机的账号没有复制权限；请执行 {sql}"),
            format!("the agent's account has not the right to replicate; run {sql}"),
        ));
    }
    let (exists, foreign): (bool, bool) = (row.try_get(4)?, row.try_get(5)?);
    if foreign {
        found.push(obstacle(
            "watch.slot_taken",
            format!("复制槽 {name} 已被其他用途占用；请另取监视名称，或执行 SELECT pg_drop_replication_slot('{name}');"),
            format!("the replication slot {name} serves something else; choose another name, or run \
                     SELECT pg_drop_replication_slot('{name}');"),
        ));
    }
    let (slots, most): (i64, i64) = (row.try_get(6)?, row.try_get(7)?);
    if !exists && slots >= most {
        let sql = format!("ALTER SYSTEM SET max_replication_slots = {};", most + 10);
        found.push(obstacle(
            "watch.slots",
            format!("数据库的复制槽已用完（{slots}/{most}）；请执行 {sql} 然后重启数据库。"),
            format!("all replication slots of the server are taken ({slots} of {most}); run {sql} and restart the server"),
        ));
    }
    Ok(())
}

fn of_table(
    row: &PgRow,
    quoted: &str,
    names: &[&str],
    watch: &Watch<'_>,
    found: &mut Vec<Obstacle>,
) -> Result<(), sqlx::Error> {
    let kind: String = row.try_get(0)?;
    if kind != "r" && kind != "p" {
        found.push(obstacle(
            "watch.not_a_table",
            format!("{quoted} 不是普通表（视图、外部表没有变更日志）；请改为监视其背后的表，或定期全量比对。"),
            format!("{quoted} is no ordinary table, and views and foreign tables have no log of changes; watch the table \
                     behind it, or compare the whole from time to time"),
        ));
        return Ok(());
    }
    // First of all: a published table that cannot name its rows refuses the department's own updates.
    let (partial, keyless, nameless): (Vec<String>, Vec<String>, Vec<String>) =
        (row.try_get(7)?, row.try_get(8)?, row.try_get(9)?);
    let lacking = if watch.whole_rows {
        partial
    } else if keyless.is_empty() {
        nameless
    } else {
        keyless
    };
    if !lacking.is_empty() {
        let each: Vec<String> =
            lacking.iter().map(|table| format!("ALTER TABLE {table} REPLICA IDENTITY FULL;")).collect();
        let sql = each.join(" ");
        found.push(obstacle(
            "watch.replica_identity",
            format!("该表删除或修改行时，日志中没有足以识别旧行的列；请先执行 {sql}"),
            format!("the log does not tell enough of the rows of this table that are deleted or changed; first run {sql}"),
        ));
    }
    let (there, complete, via_root, listed, filtered): (bool, bool, bool, bool, bool) =
        (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    let root = if kind == "p" { " WITH (publish_via_partition_root = true)" } else { "" };
    if !there {
        let sql = format!("CREATE PUBLICATION {PUBLICATION} FOR TABLE {quoted}{root};");
        found.push(obstacle(
            "watch.publication",
            format!("数据库中没有名为 {PUBLICATION} 的发布；请由表的所有者执行 {sql}"),
            format!("there is no publication named {PUBLICATION}; the owner of the table has to run {sql}"),
        ));
        return published(row, names, found);
    }
    if !complete {
        let sql =
            format!("ALTER PUBLICATION {PUBLICATION} SET (publish = 'insert, update, delete, truncate');");
        found.push(obstacle(
            "watch.publication_partial",
            format!("发布 {PUBLICATION} 没有包含全部操作；请执行 {sql}"),
            format!("the publication {PUBLICATION} does not publish every operation; run {sql}"),
        ));
    }
    if kind == "p" && !via_root {
        let sql = format!("ALTER PUBLICATION {PUBLICATION} SET (publish_via_partition_root = true);");
        found.push(obstacle(
            "watch.publication_root",
            format!("分区表须以父表的名义发布；请执行 {sql}"),
            format!("a partitioned table has to be published as a whole; run {sql}"),
        ));
    } else if !listed {
        let sql = format!("ALTER PUBLICATION {PUBLICATION} ADD TABLE {quoted};");
        found.push(obstacle(
            "watch.publication_table",
            format!("发布 {PUBLICATION} 不包含该表；请由表的所有者执行 {sql}"),
            format!("the publication {PUBLICATION} does not contain the table; the owner of the table has to run {sql}"),
        ));
    }
    let columns: Option<Vec<String>> = row.try_get(6)?;
    let part = columns.is_some_and(|columns| names.iter().any(|name| !columns.iter().any(|one| one == name)));
    if filtered || part {
        let sql = format!(
            "ALTER PUBLICATION {PUBLICATION} DROP TABLE {quoted}; ALTER PUBLICATION {PUBLICATION} ADD TABLE {quoted};"
        );
        found.push(obstacle(
            "watch.publication_filtered",
            format!("发布 {PUBLICATION} 只包含该表的部分行或列；请执行 {sql}"),
            format!(
                "the publication {PUBLICATION} contains only some rows or columns of the table; run {sql}"
            ),
        ));
    }
    published(row, names, found)
}

/// Columns that are computed by the server are not in the log.
fn published(row: &PgRow, names: &[&str], found: &mut Vec<Obstacle>) -> Result<(), sqlx::Error> {
    let generated: Vec<String> = row.try_get(10)?;
    for column in generated.iter().filter(|column| names.contains(&column.as_str())) {
        found.push(obstacle(
            "watch.generated",
            format!("列“{column}”由数据库计算得出，不在变更日志中；请不选此列，或改用增量字段、定期全量比对。"),
            format!("column \"{column}\" is computed by the database and not in the log; leave it out, or use a watermark \
                     column or a comparison of the whole table"),
        ));
    }
    Ok(())
}
