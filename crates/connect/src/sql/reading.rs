//! Listing, profiling, looking up and streaming, the same for every engine.

use std::{fmt::Write as _, sync::Arc};

use arrow::record_batch::RecordBatch;
use futures::stream::BoxStream;

use super::{
    database::{Core, Failure},
    engine::{Args, Engine, Fault, Key},
    scan::Scanner,
    schema::{Column, Table},
};
use arrow::array::{Array as _, AsArray as _};
use futures::StreamExt as _;

use crate::{
    batch::{BatchBuilder, text_schema},
    error::{SourceCode, SourceError},
    profile::{ColumnProfiler, Sampling, TableProfile},
    source::{Lookup, ProfileOptions, RowCount, Scan, TableInfo, Values},
    watch::After,
};

/// Tables up to this many rows are counted; larger ones are estimated.
const COUNTED: u64 = 100_000;

pub(super) async fn lookup<E: Engine>(
    source: &Core<E>,
    req: &Lookup<'_>,
) -> Result<RecordBatch, SourceError> {
    let mut again = true;
    loop {
        match lookup_once(source, req).await {
            Err((Fault::Stale, _)) if again => {
                again = false;
                source.forget_schema();
            }
            result => return result.map_err(|(_, error)| error),
        }
    }
}

async fn lookup_once<E: Engine>(
    source: &Core<E>,
    req: &Lookup<'_>,
) -> Result<RecordBatch, (Fault, SourceError)> {
    let plain = |error: SourceError| (Fault::Query, error);
    let mut names: Vec<&str> = Vec::with_capacity(req.columns.len() + 1);
    names.push(req.key_column);
    names.extend(req.columns.iter().map(String::as_str));
    let table = source.table(req.table, &names).await.map_err(plain)?;
    let key = source.column(&table, req.key_column).map_err(plain)?;
    let columns = columns_of(source, &table, req.columns).map_err(plain)?;
    let mut batch = BatchBuilder::new(&text_schema(req.columns.iter().map(String::as_str)));

    let condition = || {
        E::key(key, req.key_values).map_err(|error| {
            let declared = &key.info.declared;
            SourceError::key_unsupported(&source.name, req.table, req.key_column, declared).because(error)
        })
    };
    let sql = match condition().map_err(plain)? {
        Key::Unsupported => {
            let declared = &key.info.declared;
            return Err(plain(SourceError::key_unsupported(
                &source.name,
                req.table,
                req.key_column,
                declared,
            )));
        }
        Key::Nothing => return finish(source, &mut batch).map_err(plain),
        Key::Some(_) if req.limit == 0 => return finish(source, &mut batch).map_err(plain),
        Key::Some(condition) => {
            let mut sql = select(columns.iter().map(|column| column.select.as_str()), &table.quoted);
            let _ = write!(sql, " WHERE {} LIMIT {}", condition.sql, req.limit);
            sql
        }
    };
    let args = || match condition()? {
        Key::Some(condition) => Ok(condition.args),
        Key::Nothing | Key::Unsupported => Ok(Args::<E>::default()),
    };
    let rows = source.rows(sql.into(), args).await.map_err(|failure| (failure.fault, failure.error))?;
    for row in &rows {
        push_row::<E>(source, &mut batch, row, &columns, req.table).map_err(plain)?;
    }
    finish(source, &mut batch).map_err(plain)
}

fn columns_of<'t, E: Engine>(
    source: &Core<E>,
    table: &'t Table,
    names: &[String],
) -> Result<Vec<&'t Column>, SourceError> {
    names.iter().map(|name| source.column(table, name)).collect()
}

/// `SELECT` of these expressions; of nothing but the rows themselves when there are none.
pub(super) fn select<'e>(expressions: impl Iterator<Item = &'e str>, from: &str) -> String {
    let mut sql = String::with_capacity(256);
    sql.push_str("SELECT ");
    let start = sql.len();
    for expression in expressions {
        if sql.len() > start {
            sql.push_str(", ");
        }
        sql.push_str(expression);
    }
    if sql.len() == start {
        sql.push('1');
    }
    sql.push_str(" FROM ");
    sql.push_str(from);
    sql
}

pub(super) fn push_row<E: Engine>(
    source: &Core<E>,
    batch: &mut BatchBuilder,
    row: &super::engine::Row<E>,
    columns: &[&Column],
    table: &str,
) -> Result<(), SourceError> {
    for (at, column) in columns.iter().enumerate() {
        let cell =
            E::cell(row, at, column).map_err(|why| misfit(&source.name, table, column).because(why))?;
        batch.push(at, &cell).map_err(|_| misfit(&source.name, table, column))?;
    }
    batch.end_row();
    Ok(())
}

pub(super) fn misfit(source: &str, table: &str, column: &Column) -> SourceError {
    let (name, declared) = (&column.info.name, &column.info.declared);
    SourceError::new(
        SourceCode::Value,
        format!(
            "数据源“{source}”的表“{table}”的列“{name}”中有不符合其类型 {declared} 的值；请按文本读取，或由该部门改正该值。"
        ),
        format!(
            "column \"{name}\" of table \"{table}\" in source \"{source}\" holds a value that does not fit its type \
             {declared}; read it as text, or let the department correct it"
        ),
    )
}

pub(super) fn finish<E: Engine>(
    source: &Core<E>,
    batch: &mut BatchBuilder,
) -> Result<RecordBatch, SourceError> {
    batch.finish().map_err(|error| {
        let name = &source.name;
        SourceError::new(
            SourceCode::Value,
            format!("数据源“{name}”的结果过大，无法组成一批；请减少行数或列数。"),
            format!(
                "an answer of source \"{name}\" is too large for one batch; ask for fewer rows or columns"
            ),
        )
        .because(error)
    })
}

pub(super) async fn stream<E: Engine>(
    source: &Arc<Core<E>>,
    req: &Scan<'_>,
) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
    let mut names: Vec<&str> = req.columns.iter().map(String::as_str).collect();
    names.extend(req.after.map(|after| after.column));
    let table = source.table(req.table, &names).await?;
    let columns: Vec<Column> = if req.columns.is_empty() {
        table.columns.clone()
    } else {
        columns_of(source, &table, req.columns)?.into_iter().cloned().collect()
    };
    let (rest, args) = match &req.after {
        Some(after) => above(source, &table, after)?,
        None => (String::new(), None),
    };
    Scanner::new(source, &table, columns, req.batch_rows, req.values).start(&rest, args).await
}

/// The end of a statement that gives the rows at or above a watermark in its order.
fn above<E: Engine>(
    source: &Core<E>,
    table: &Table,
    after: &After<'_>,
) -> Result<(String, Option<Args<E>>), SourceError> {
    let column = source.column(table, after.column)?;
    let (name, declared) = (&table.info.name, &column.info.declared);
    let refused = || SourceError::watermark(&source.name, name, after.column, declared);
    if !E::grows(column) {
        return Err(refused());
    }
    let quoted = &column.quoted;
    // Without nulls to be put first an index gives the order by itself.
    let (nulls, order) = if column.info.nullable {
        (format!(" OR {quoted} IS NULL"), E::NULLS_FIRST)
    } else {
        (String::new(), "")
    };
    let Some(value) = after.value else { return Ok((format!(" ORDER BY {quoted}{order}"), None)) };
    match E::above(column, value).map_err(|error| refused().because(error))? {
        Key::Some(condition) => {
            let sql = format!(" WHERE {}{nulls} ORDER BY {quoted}{order}", condition.sql);
            Ok((sql, Some(condition.args)))
        }
        Key::Nothing => Err(SourceError::watermark_value(&source.name, name, after.column, declared)),
        Key::Unsupported => Err(refused()),
    }
}

pub(super) async fn profile<E: Engine>(
    source: &Arc<Core<E>>,
    table: &str,
    opts: ProfileOptions,
) -> Result<TableProfile, SourceError> {
    let table = source.table(table, &[]).await?;
    let rows = count(source, &table).await?;
    let sample = opts.sample_rows.max(1);
    let (suffix, sampling) = match rows {
        Some(count) if count.exact && count.rows <= sample as u64 => (String::new(), Sampling::All),
        _ => E::sample(&table, rows, sample),
    };
    let mut profilers: Vec<ColumnProfiler> =
        table.columns.iter().map(|column| ColumnProfiler::new(&column.info.name)).collect();
    let mut sampled = 0_u64;
    let scanner = Scanner::new(source, &table, table.columns.clone(), 2_000, Values::Text);
    let mut batches = scanner.start(&suffix, None).await?;
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        sampled += batch.num_rows() as u64;
        for (profiler, column) in profilers.iter_mut().zip(batch.columns()) {
            let texts = column.as_string::<i32>();
            (0..texts.len()).for_each(|row| profiler.add(texts.is_valid(row).then(|| texts.value(row))));
        }
    }
    Ok(TableProfile {
        table: table.info.name.clone(),
        rows,
        sampled_rows: sampled,
        sampling,
        columns: profilers.into_iter().map(ColumnProfiler::finish).collect(),
        notes: Vec::new(),
    })
}

pub(super) async fn tables<E: Engine>(source: &Core<E>) -> Result<Vec<TableInfo>, SourceError> {
    let schema = source.read_schema().await?;
    let mut tables: Vec<TableInfo> = Vec::with_capacity(schema.tables.len());
    for table in schema.tables.values() {
        let mut info = table.info.clone();
        info.rows = count(source, table).await?;
        tables.push(info);
    }
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

/// Counts a table up to [`COUNTED`] rows; beyond, takes the engine's estimate. A view that cannot be
/// counted in time has no count.
async fn count<E: Engine>(source: &Core<E>, table: &Table) -> Result<Option<RowCount>, SourceError> {
    let estimate = table.info.rows;
    if estimate.is_some_and(|known| known.rows > COUNTED) {
        return Ok(estimate);
    }
    let limit = COUNTED + 1;
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {limit}) AS counted", table.quoted);
    let counted = match number(source, sql).await {
        Ok(counted) => counted,
        // A view may be too slow or refer to what is gone; the list is still worth having.
        Err(failure) if failure.fault != Fault::Lost => return Ok(None),
        Err(failure) => return Err(failure.error),
    };
    match counted {
        Some(rows) if rows <= COUNTED => Ok(Some(RowCount { rows, exact: true })),
        _ => {
            let better = match E::estimate(table) {
                Some(sql) => number(source, sql).await.ok().flatten(),
                None => None,
            };
            let rows = better.or(estimate.map(|known| known.rows)).unwrap_or(limit).max(limit);
            Ok(Some(RowCount { rows, exact: false }))
        }
    }
}

/// The one number that a statement gives.
async fn number<E: Engine>(source: &Core<E>, sql: String) -> Result<Option<u64>, Failure> {
    let rows = source.rows(sql.into(), || Ok(Args::<E>::default())).await?;
    Ok(rows.first().and_then(E::number).and_then(|number| u64::try_from(number).ok()))
}
