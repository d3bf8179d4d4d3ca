//! An HTTP interface that answers JSON, as a source.

mod client;
mod json;
mod listing;

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Array as _, AsArray as _},
    datatypes::DataType,
    record_batch::RecordBatch,
};
use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use parking_lot::Mutex;
use serde_json::value::RawValue;

pub(crate) use self::client::Reach;
use self::{client::Client, json::GetCell as _};
use crate::{
    batch::{BatchBuilder, text_schema},
    config::{HttpConfig, HttpTable},
    error::{SourceCode, SourceError},
    profile::{ColumnProfiler, Sampling, TableProfile},
    source::{
        ColumnInfo, Lookup, ProfileOptions, RowCount, Scan, Source, SourceKind, TableForm, TableInfo, Values,
    },
    watermark::Filter,
};

/// Requests in flight for one look-up of several keys.
const AT_ONCE: usize = 4;

/// An HTTP interface as a source.
pub(crate) struct HttpSource(Arc<Interface>);

/// What the source and its running streams share.
struct Interface {
    name: String,
    config: HttpConfig,
    client: Client,
    /// Columns of tables that do not list them, as their first rows told.
    columns: Mutex<HashMap<String, Vec<String>>>,
}

impl HttpSource {
    pub(crate) fn new(name: &str, config: &HttpConfig) -> Result<Self, SourceError> {
        let client = Client::new(name, config)?;
        let columns = Mutex::new(HashMap::new());
        Ok(Self(Arc::new(Interface { name: name.to_owned(), config: config.clone(), client, columns })))
    }
}

impl Interface {
    fn table(&self, table: &str) -> Result<&HttpTable, SourceError> {
        self.config.tables.get(table).ok_or_else(|| SourceError::table_unknown(&self.name, table))
    }

    /// The columns of a table; `None` when nothing tells them, as for a table that can only be looked up.
    async fn columns(&self, name: &str) -> Result<Option<Vec<String>>, SourceError> {
        let table = self.table(name)?;
        if !table.columns.is_empty() {
            return Ok(Some(table.columns.clone()));
        }
        let known = self.columns.lock().get(name).cloned();
        if known.is_some() || table.list_path.is_none() {
            return Ok(known);
        }
        let body = self.list_page(name, table, table.page.as_ref().map_or(0, |page| page.first)).await?;
        let columns = json::columns(&self.rows(name, &table.rows, &body)?);
        self.columns.lock().insert(name.to_owned(), columns.clone());
        Ok(Some(columns))
    }

    async fn check(&self, table: &str, columns: &[String]) -> Result<(), SourceError> {
        let Some(known) = self.columns(table).await? else { return Ok(()) };
        match columns.iter().find(|column| !known.contains(column)) {
            Some(column) => Err(SourceError::column_unknown(&self.name, table, column)),
            None => Ok(()),
        }
    }

    /// The rows of an answer.
    fn rows<'b>(&self, table: &str, pointer: &str, body: &'b str) -> Result<Vec<json::Row<'b>>, SourceError> {
        json::rows(body, pointer).map_err(|why| {
            let name = &self.name;
            SourceError::new(
                SourceCode::BadAnswer,
                format!("数据源“{name}”的接口“{table}”的答复不是约定的 JSON（行在“{pointer}”处）；请核对接口版本与配置。"),
                format!(
                    "the answer of \"{table}\" in source \"{name}\" is not the agreed JSON with rows at \"{pointer}\"; check \
                     the version of the interface and the configuration"
                ),
            )
            .because(why)
        })
    }

    /// The rows of one key.
    async fn find(&self, req: &Lookup<'_>, key: &str) -> Result<Option<String>, SourceError> {
        let table = self.table(req.table)?;
        let Some(lookup) = table.lookups.get(req.key_column) else {
            return Err(SourceError::key_unsupported(&self.name, req.table, req.key_column, "HTTP"));
        };
        let Some(path) = client::fill_path(&lookup.path, key) else { return Ok(None) };
        let query: Vec<(&str, &str)> = lookup.param.iter().map(|param| (param.as_str(), key)).collect();
        self.client.get(req.table, &path, &query, true).await
    }

    /// Columns to be read from a table, checked.
    async fn chosen(&self, req: &Scan<'_>) -> Result<Vec<String>, SourceError> {
        if req.columns.is_empty() {
            return Ok(self.columns(req.table).await?.unwrap_or_default());
        }
        self.check(req.table, req.columns).await?;
        Ok(req.columns.to_vec())
    }

    fn too_large(&self, table: &str) -> SourceError {
        let name = &self.name;
        SourceError::new(
            SourceCode::Value,
            format!("数据源“{name}”的接口“{table}”的结果过大，无法组成一批；请减少行数或列数。"),
            format!(
                "an answer of \"{table}\" in source \"{name}\" is too large for one batch; ask for fewer rows or columns"
            ),
        )
    }

    /// Adds a row in the order of `columns`; a property that it does not have is null.
    fn push(
        &self,
        table: &str,
        batch: &mut BatchBuilder,
        row: &json::Row<'_>,
        columns: &[String],
    ) -> Result<(), SourceError> {
        for (at, column) in columns.iter().enumerate() {
            let cell = row.get(column).map_or(crate::text::Cell::Null, RawValue::get_cell);
            batch.push(at, &cell).map_err(|_| self.too_large(table))?;
        }
        batch.end_row();
        Ok(())
    }
}

#[async_trait]
impl Source for HttpSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Http
    }

    async fn ping(&self) -> Result<(), SourceError> {
        self.0.client.reach().await
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        let mut tables = Vec::new();
        for (name, table) in &self.0.config.tables {
            let columns = self.0.columns(name).await?.unwrap_or_default();
            let column = |column: &String| ColumnInfo {
                name: column.clone(),
                declared: "json".to_owned(),
                data_type: DataType::Utf8,
                nullable: true,
                comment: None,
                key: false,
                indexed: table.lookups.contains_key(column),
            };
            tables.push(TableInfo {
                name: name.clone(),
                form: TableForm::Endpoint,
                comment: table.comment.clone(),
                rows: None,
                columns: columns.iter().map(column).collect(),
                notes: Vec::new(),
            });
        }
        Ok(tables)
    }

    async fn profile(&self, table: &str, opts: ProfileOptions) -> Result<TableProfile, SourceError> {
        let scan = Scan { table, columns: &[], batch_rows: 1_000, values: Values::Text, after: None };
        let columns = self.0.chosen(&scan).await?;
        let mut profilers: Vec<ColumnProfiler> =
            columns.iter().map(|name| ColumnProfiler::new(name)).collect();
        let mut batches = self.stream(&scan).await?;
        let (mut sampled, mut ended) = (0_usize, true);
        while let Some(batch) = batches.try_next().await? {
            let take = batch.num_rows().min(opts.sample_rows - sampled);
            for (profiler, column) in profilers.iter_mut().zip(batch.columns()) {
                let texts = column.as_string::<i32>();
                (0..take).for_each(|row| profiler.add(texts.is_valid(row).then(|| texts.value(row))));
            }
            sampled += take;
            if take < batch.num_rows() || sampled == opts.sample_rows {
                ended = batches.try_next().await?.is_none() && take == batch.num_rows();
                break;
            }
        }
        Ok(TableProfile {
            table: table.to_owned(),
            rows: ended.then_some(RowCount { rows: sampled as u64, exact: true }),
            sampled_rows: sampled as u64,
            sampling: if ended { Sampling::All } else { Sampling::Head },
            columns: profilers.into_iter().map(ColumnProfiler::finish).collect(),
            notes: Vec::new(),
        })
    }

    async fn lookup(&self, req: &Lookup<'_>) -> Result<RecordBatch, SourceError> {
        let interface = &*self.0;
        interface.check(req.table, req.columns).await?;
        let table = interface.table(req.table)?;
        let pointer = table.lookups.get(req.key_column).and_then(|lookup| lookup.rows.as_ref());
        let pointer = pointer.unwrap_or(&table.rows);
        let mut keys: Vec<&str> = Vec::new();
        let mut asked = Vec::new();
        for key in req.key_values {
            if !keys.contains(&key.as_str()) {
                keys.push(key);
                asked.push(interface.find(req, key));
            }
        }
        let mut answers = stream::iter(asked).buffered(AT_ONCE).zip(stream::iter(keys));
        let mut batch = BatchBuilder::new(&text_schema(req.columns.iter().map(String::as_str)));
        while let Some((body, key)) = answers.next().await {
            let Some(body) = body? else { continue };
            for row in interface.rows(req.table, pointer, &body)? {
                // An interface that searches by prefix or by likeness answers more than was asked.
                let same =
                    row.get(req.key_column).is_none_or(|value| json::text(value).as_deref() == Some(key));
                if same && batch.rows() < req.limit {
                    interface.push(req.table, &mut batch, &row, req.columns)?;
                }
            }
        }
        batch.finish().map_err(|error| interface.too_large(req.table).because(error))
    }

    async fn stream(
        &self,
        req: &Scan<'_>,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        let columns = self.0.chosen(req).await?;
        let Some(after) = &req.after else {
            return listing::stream(self.0.clone(), req.table, columns, req.batch_rows);
        };
        self.0.check(req.table, &[after.column.to_owned()]).await?;
        let (filter, columns) = Filter::new(&self.0.name, req.table, after, &columns, &columns)?;
        listing::stream(self.0.clone(), req.table, columns, req.batch_rows)
            .map(|batches| filter.apply(batches))
    }
}
