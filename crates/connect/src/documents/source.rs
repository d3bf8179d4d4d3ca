//! A folder of documents as a source: its tables list what lies there.

use arrow::{datatypes::DataType, record_batch::RecordBatch};
use async_trait::async_trait;
use futures::{StreamExt as _, stream, stream::BoxStream};

use super::folder::{DocumentFolder, Line};
use super::{BYTES_COLUMN, DocumentsConfig, MODIFIED_COLUMN, NAME_COLUMN};
use crate::{
    batch::{BatchBuilder, stamp_type, text_schema},
    error::{SourceCode, SourceError},
    profile::{ColumnProfiler, Sampling, TableProfile},
    source::{
        ColumnInfo, Lookup, ProfileOptions, RowCount, Scan, Source, SourceKind, TableForm, TableInfo, Values,
    },
    text::Cell,
    watermark::Filter,
};

const COLUMNS: [&str; 3] = [NAME_COLUMN, BYTES_COLUMN, MODIFIED_COLUMN];

/// A folder of documents as a source.
pub(crate) struct DocumentSource(DocumentFolder);

impl DocumentSource {
    pub(crate) fn new(name: &str, config: &DocumentsConfig) -> Self {
        Self(DocumentFolder::new(name, config))
    }

    /// Runs what touches the disk beside the runtime.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&DocumentFolder) -> Result<T, SourceError> + Send + 'static,
    ) -> Result<T, SourceError> {
        let folder = self.0.clone();
        let name = self.0.name.clone();
        let done = tokio::task::spawn_blocking(move || work(&folder)).await;
        done.unwrap_or_else(|error| Err(SourceError::down(&name).because(error)))
    }

    fn check(&self, table: &str, columns: &[String]) -> Result<Vec<String>, SourceError> {
        match columns.iter().find(|column| !COLUMNS.contains(&column.as_str())) {
            Some(column) => Err(SourceError::column_unknown(&self.0.name, table, column)),
            None if columns.is_empty() => Ok(COLUMNS.map(str::to_owned).to_vec()),
            None => Ok(columns.to_vec()),
        }
    }

    fn batch(&self, lines: &[Line], columns: &[String], values: Values) -> Result<RecordBatch, SourceError> {
        let schema = match values {
            Values::Text => text_schema(columns.iter().map(String::as_str)),
            Values::Typed => std::sync::Arc::new(arrow::datatypes::Schema::new(
                columns
                    .iter()
                    .map(|name| arrow::datatypes::Field::new(name, type_of(name), true))
                    .collect::<Vec<_>>(),
            )),
        };
        let mut batch = BatchBuilder::new(&schema);
        for line in lines {
            for (at, column) in columns.iter().enumerate() {
                let cell = match column.as_str() {
                    BYTES_COLUMN => Cell::Int(i64::try_from(line.bytes).unwrap_or(i64::MAX)),
                    MODIFIED_COLUMN => Cell::Owned(stamp(line)),
                    _ => Cell::Text(&line.name),
                };
                batch.push(at, &cell).map_err(|_| self.too_large())?;
            }
            batch.end_row();
        }
        batch.finish().map_err(|error| self.too_large().because(error))
    }

    fn too_large(&self) -> SourceError {
        SourceError::new(
            SourceCode::Value,
            format!("文件夹“{}”的清单过大，无法组成一批；请分成几个子文件夹。", self.0.name),
            format!(
                "the list of folder \"{}\" is too large for one batch; part it into sub-folders",
                self.0.name
            ),
        )
    }
}

/// Its time as text: to the second, which is what people compare.
fn stamp(line: &Line) -> String {
    line.modified.format("%Y-%m-%dT%H:%M:%S").to_string()
}

fn type_of(column: &str) -> DataType {
    match column {
        BYTES_COLUMN => DataType::Int64,
        MODIFIED_COLUMN => stamp_type(),
        _ => DataType::Utf8,
    }
}

#[async_trait]
impl Source for DocumentSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Documents
    }

    async fn ping(&self) -> Result<(), SourceError> {
        self.blocking(DocumentFolder::reach).await
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        let column = |name: &str, comment: &str| ColumnInfo {
            name: name.to_owned(),
            declared: if name == NAME_COLUMN {
                "text"
            } else if name == BYTES_COLUMN {
                "bigint"
            } else {
                "timestamp"
            }
            .to_owned(),
            data_type: type_of(name),
            nullable: false,
            comment: Some(comment.to_owned()),
            key: name == NAME_COLUMN,
            indexed: name == NAME_COLUMN,
        };
        let tables = self.blocking(DocumentFolder::tables).await?;
        let table = |(name, documents): (String, u64)| TableInfo {
            name,
            form: TableForm::Folder,
            comment: None,
            rows: Some(RowCount { rows: documents, exact: true }),
            columns: vec![
                column(NAME_COLUMN, "文件名称"),
                column(BYTES_COLUMN, "文件大小（字节）"),
                column(MODIFIED_COLUMN, "修改时间"),
            ],
            notes: Vec::new(),
        };
        Ok(tables.into_iter().map(table).collect())
    }

    async fn profile(&self, table: &str, opts: ProfileOptions) -> Result<TableProfile, SourceError> {
        let wanted = table.to_owned();
        let lines = self.blocking(move |folder| folder.lines(&wanted, None)).await?;
        let mut profilers: Vec<ColumnProfiler> =
            COLUMNS.iter().map(|name| ColumnProfiler::new(name)).collect();
        let sampled = lines.len().min(opts.sample_rows);
        for line in lines.iter().take(sampled) {
            let texts = [line.name.clone(), line.bytes.to_string(), stamp(line)];
            for (profiler, text) in profilers.iter_mut().zip(&texts) {
                profiler.add(Some(text));
            }
        }
        Ok(TableProfile {
            table: table.to_owned(),
            rows: Some(RowCount { rows: lines.len() as u64, exact: true }),
            sampled_rows: sampled as u64,
            sampling: if sampled == lines.len() { Sampling::All } else { Sampling::Head },
            columns: profilers.into_iter().map(ColumnProfiler::finish).collect(),
            notes: Vec::new(),
        })
    }

    async fn lookup(&self, req: &Lookup<'_>) -> Result<RecordBatch, SourceError> {
        let columns = self.check(req.table, req.columns)?;
        if req.key_column != NAME_COLUMN {
            return Err(SourceError::key_unsupported(&self.0.name, req.table, req.key_column, "file"));
        }
        let (table, names) = (req.table.to_owned(), req.key_values.to_vec());
        let lines = self.blocking(move |folder| {
            let mut lines: Vec<Line> = Vec::new();
            for name in names {
                for line in folder.lines(&table, Some(&name))? {
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
            }
            Ok(lines)
        });
        let lines = lines.await?;
        self.batch(lines.get(..lines.len().min(req.limit)).unwrap_or_default(), &columns, Values::Text)
    }

    async fn stream(
        &self,
        req: &Scan<'_>,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        let mut columns = self.check(req.table, req.columns)?;
        let filter = match &req.after {
            Some(after) => {
                let all = COLUMNS.map(str::to_owned);
                let (filter, wider) = Filter::new(&self.0.name, req.table, after, &columns, &all)?;
                columns = wider;
                Some(filter)
            }
            None => None,
        };
        let table = req.table.to_owned();
        let lines = self.blocking(move |folder| folder.lines(&table, None)).await?;
        let batches = lines.chunks(req.batch_rows.max(1)).map(|part| self.batch(part, &columns, req.values));
        let batches = stream::iter(batches.collect::<Vec<_>>()).boxed();
        Ok(match filter {
            Some(filter) => filter.apply(batches),
            None => batches,
        })
    }

    fn documents(&self) -> Option<&DocumentFolder> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray as _;
    use futures::TryStreamExt as _;

    use super::*;

    /// The tables of a folder are its sub-folders; hidden files are not in them; a document is found by its name and by nothing
    /// else.
    #[tokio::test]
    async fn a_folder_lists_its_documents() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("deeds/2026")).unwrap();
        for name in ["deeds/a.pdf", "deeds/2026/b.pdf", "deeds/.hidden", "loose.zip"] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        let config = DocumentsConfig { dir: dir.path().to_owned(), scan: Vec::new(), scan_timeout_ms: 1_000 };
        let source = DocumentSource::new("archive", &config);
        let tables = source.tables().await.unwrap();
        let told: Vec<_> =
            tables.iter().map(|table| (table.name.as_str(), table.rows.unwrap().rows)).collect();
        assert_eq!(told, [(".", 1), ("deeds", 2)]);
        let scan = Scan { table: "deeds", columns: &[], batch_rows: 1, values: Values::Text, after: None };
        let batches: Vec<RecordBatch> = source.stream(&scan).await.unwrap().try_collect().await.unwrap();
        let names: Vec<_> =
            batches.iter().map(|batch| batch.column(0).as_string::<i32>().value(0).to_owned()).collect();
        assert_eq!(names, ["2026/b.pdf", "a.pdf"]);
        let columns = ["name".to_owned(), "bytes".to_owned()];
        let ask = async |name: &str| {
            let keys = [name.to_owned()];
            let req =
                Lookup { table: "deeds", key_column: "name", key_values: &keys, columns: &columns, limit: 9 };
            source.lookup(&req).await.unwrap()
        };
        let found = ask("2026/b.pdf").await;
        assert_eq!((found.num_rows(), found.column(1).as_string::<i32>().value(0)), (1, "16"));
        assert_eq!(ask("../loose.zip").await.num_rows(), 0);
        assert_eq!(ask(".hidden").await.num_rows(), 0);
        let gone = Scan { table: "gone", ..scan };
        assert_eq!(source.stream(&gone).await.err().unwrap().code(), SourceCode::TableUnknown);
    }
}
