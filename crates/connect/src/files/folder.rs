//! A folder as a source: which tables there are, and keeping open what is used.

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{datatypes::DataType, record_batch::RecordBatch};
use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    copies,
    encoding::Encoding,
    index::Index,
    layout::{Layout, unreadable},
    opened::Opened,
    reading, sheet,
    tag::{Stamp, Tag},
};
use crate::{
    config::FilesConfig,
    error::{SourceCode, SourceError},
    profile::TableProfile,
    source::{ColumnInfo, Lookup, Note, ProfileOptions, Scan, Source, SourceKind, TableForm, TableInfo},
    watermark::Filter,
};

const TEXTS: [&str; 3] = ["csv", "tsv", "txt"];
const SHEETS: [&str; 3] = ["xlsx", "xlsm", "xls"];

/// A folder of files as a source.
pub(crate) struct FilesSource(Arc<Folder>);

struct Folder {
    name: String,
    config: FilesConfig,
    opened: Mutex<HashMap<String, Arc<Opened>>>,
    indexes: Mutex<HashMap<(String, String), Arc<Index>>>,
    /// One copy or index is made at a time: making one reads a whole file.
    making: Mutex<()>,
}

impl FilesSource {
    pub(crate) fn new(name: &str, config: &FilesConfig) -> Result<Self, SourceError> {
        for (file, encoding) in &config.encodings {
            if Encoding::named(encoding).is_none() {
                return Err(SourceError::config(
                    name,
                    format_args!(
                        "文件“{file}”的编码“{encoding}”无法识别；可用 gb18030、utf-8、utf-16le、utf-16be。"
                    ),
                    format_args!(
                        "the encoding \"{encoding}\" of file \"{file}\" is unknown; use gb18030, utf-8, utf-16le or utf-16be"
                    ),
                ));
            }
        }
        Ok(Self(Arc::new(Folder {
            name: name.to_owned(),
            config: config.clone(),
            opened: Mutex::new(HashMap::new()),
            indexes: Mutex::new(HashMap::new()),
            making: Mutex::new(()),
        })))
    }

    /// Runs work that reads files on a thread for such work.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> Result<T, SourceError> + Send + 'static,
    ) -> Result<T, SourceError> {
        let folder = self.0.clone();
        match tokio::task::spawn_blocking(move || work(&folder)).await {
            Ok(result) => result,
            Err(error) => Err(SourceError::down(&self.0.name).because(error)),
        }
    }
}

impl Folder {
    /// The file of a table, and its sheet. A name that would lead out of the folder is no table.
    fn locate(&self, table: &str) -> Result<(PathBuf, Option<String>), SourceError> {
        let unknown = || SourceError::table_unknown(&self.name, table);
        let found = |file: &str| {
            let plain = !file.contains(['/', '\\', ':', '\0']) && !file.starts_with('.');
            let path = self.config.dir.join(file);
            (plain && path.is_file()).then_some(path)
        };
        if kind_of(table) == Some(TableForm::File) {
            return Ok((found(table).ok_or_else(unknown)?, None));
        }
        for (at, _) in table.match_indices('#') {
            let (file, sheet) =
                (table.get(..at).unwrap_or_default(), table.get(at + 1..).unwrap_or_default());
            if kind_of(file) == Some(TableForm::Sheet)
                && let Some(path) = found(file)
            {
                return Ok((path, Some(sheet.to_owned())));
            }
        }
        Err(unknown())
    }

    /// A table, open, as its file is now.
    fn open(&self, table: &str) -> Result<Arc<Opened>, SourceError> {
        let (path, sheet) = self.locate(table)?;
        let stamp = Stamp::of(&path).map_err(|error| unreadable(table, error))?;
        let current = |opened: &Arc<Opened>| opened.tag.stamp == stamp;
        if let Some(opened) = self.opened.lock().get(table).filter(|opened| current(opened)) {
            return Ok(opened.clone());
        }
        let _one = self.making.lock();
        if let Some(opened) = self.opened.lock().get(table).filter(|opened| current(opened)) {
            return Ok(opened.clone());
        }
        let opened = Arc::new(self.open_now(table, &path, sheet.as_deref())?);
        self.opened.lock().insert(table.to_owned(), opened.clone());
        Ok(opened)
    }

    fn open_now(&self, table: &str, path: &Path, sheet: Option<&str>) -> Result<Opened, SourceError> {
        let io = |error| unreadable(table, error);
        let file = File::open(path).map_err(io)?;
        let tag = Tag::of(path, &file).map_err(io)?;
        let index_dir = &self.config.index_dir;
        if let Some(sheet) = sheet {
            if !sheet::names(table, path)?.iter().any(|name| name == sheet) {
                return Err(SourceError::table_unknown(&self.name, table));
            }
            return copies::of_sheet(table, path, sheet, index_dir, tag);
        }
        let known = self.config.encodings.get(table).and_then(|name| Encoding::named(name));
        let layout = Layout::read(table, &file, tag.stamp.size, known, None)?;
        if matches!(layout.encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
            return copies::of_utf16(table, &file, &layout, index_dir, tag);
        }
        Ok(Opened::new(table, file, tag, tag.stamp.size, layout))
    }

    /// The index of a column, for the file as it was opened.
    fn index(&self, opened: &Opened, column: &str) -> Result<Arc<Index>, SourceError> {
        let key = (opened.table.clone(), column.to_owned());
        let current = |index: &Arc<Index>| index.fits(opened.tag);
        if let Some(index) = self.indexes.lock().get(&key).filter(|index| current(index)) {
            return Ok(index.clone());
        }
        let _one = self.making.lock();
        if let Some(index) = self.indexes.lock().get(&key).filter(|index| current(index)) {
            return Ok(index.clone());
        }
        let index = Arc::new(Index::of(opened, column, &self.config.index_dir)?);
        self.indexes.lock().insert(key, index.clone());
        Ok(index)
    }

    fn files(&self) -> Result<Vec<String>, SourceError> {
        let entries = std::fs::read_dir(&self.config.dir).map_err(|error| self.no_folder(error))?;
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            // `~$` marks the lock file of a spreadsheet that somebody has open.
            .filter(|name| kind_of(name).is_some() && !name.starts_with(['.', '~']))
            .collect();
        names.sort();
        Ok(names)
    }

    fn no_folder(&self, error: std::io::Error) -> SourceError {
        let (name, dir) = (&self.name, self.config.dir.display());
        let code = match error.kind() {
            std::io::ErrorKind::PermissionDenied => SourceCode::Permission,
            _ => SourceCode::Down,
        };
        SourceError::new(
            code,
            format!("数据源“{name}”的目录“{dir}”无法读取；请检查目录是否存在、共享是否挂载以及权限。"),
            format!("the folder \"{dir}\" of source \"{name}\" cannot be read; check that it exists, is mounted and may be read"),
        )
        .because(error)
    }

    fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        let mut tables = Vec::new();
        for file in self.files()? {
            if kind_of(&file) == Some(TableForm::File) {
                tables.push(self.describe(&file, TableForm::File));
                continue;
            }
            match sheet::names(&file, &self.config.dir.join(&file)) {
                Ok(sheets) => tables.extend(
                    sheets.iter().map(|sheet| self.describe(&format!("{file}#{sheet}"), TableForm::Sheet)),
                ),
                Err(error) => tables.push(broken(&file, TableForm::Sheet, &error)),
            }
        }
        Ok(tables)
    }

    fn describe(&self, table: &str, form: TableForm) -> TableInfo {
        match self.open(table) {
            Ok(opened) => TableInfo {
                name: table.to_owned(),
                form,
                comment: None,
                rows: Some(opened.rows()),
                columns: opened.layout.columns.iter().map(|name| column_info(name)).collect(),
                notes: opened.layout.notes.clone(),
            },
            Err(error) => broken(table, form, &error),
        }
    }
}

/// A file that cannot be read is still listed, with the reason.
fn broken(table: &str, form: TableForm, error: &SourceError) -> TableInfo {
    let (zh, en) = (error.zh().to_owned(), error.en().to_owned());
    let note = Note { code: error.code().as_str(), zh, en, line: None, count: 1 };
    TableInfo {
        name: table.to_owned(),
        form,
        comment: None,
        rows: None,
        columns: Vec::new(),
        notes: vec![note],
    }
}

fn column_info(name: &str) -> ColumnInfo {
    ColumnInfo {
        name: name.to_owned(),
        declared: "text".to_owned(),
        data_type: DataType::Utf8,
        nullable: true,
        comment: None,
        key: false,
        indexed: false,
    }
}

fn kind_of(file: &str) -> Option<TableForm> {
    let extension = Path::new(file).extension()?.to_str()?.to_ascii_lowercase();
    if TEXTS.contains(&extension.as_str()) {
        Some(TableForm::File)
    } else if SHEETS.contains(&extension.as_str()) {
        Some(TableForm::Sheet)
    } else {
        None
    }
}

#[async_trait]
impl Source for FilesSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Files
    }

    async fn ping(&self) -> Result<(), SourceError> {
        self.run(|folder| folder.files().map(drop)).await
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        self.run(Folder::tables).await
    }

    async fn profile(&self, table: &str, opts: ProfileOptions) -> Result<TableProfile, SourceError> {
        let table = table.to_owned();
        self.run(move |folder| reading::profile(&*folder.open(&table)?, opts.sample_rows)).await
    }

    async fn lookup(&self, req: &Lookup<'_>) -> Result<RecordBatch, SourceError> {
        let (table, key) = (req.table.to_owned(), req.key_column.to_owned());
        let (keys, columns, limit) = (req.key_values.to_vec(), req.columns.to_vec(), req.limit);
        self.run(move |folder| {
            let opened = folder.open(&table)?;
            reading::places(&folder.name, &opened, std::slice::from_ref(&key))?;
            let index = folder.index(&opened, &key)?;
            reading::lookup(&folder.name, &opened, &index, &key, &keys, &columns, limit)
        })
        .await
    }

    async fn stream(
        &self,
        req: &Scan<'_>,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        let table = req.table.to_owned();
        let batch_rows = req.batch_rows;
        let mut columns = req.columns.to_vec();
        let mut wanted = columns.clone();
        wanted.extend(req.after.map(|after| after.column.to_owned()));
        let opened = self
            .run(move |folder| {
                let opened = folder.open(&table)?;
                reading::places(&folder.name, &opened, &wanted).map(|_| opened)
            })
            .await?;
        let mut filter = None;
        if let Some(after) = &req.after {
            let made = Filter::new(&self.0.name, req.table, after, &columns, &opened.layout.columns)?;
            filter = Some(made.0);
            columns = made.1;
        }
        let (sender, receiver) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = reading::stream(&opened, &columns, batch_rows, &sender) {
                let _ = sender.blocking_send(Err(error));
            }
        });
        let batches = ReceiverStream::new(receiver).boxed();
        Ok(match filter {
            Some(filter) => filter.apply(batches),
            None => batches,
        })
    }
}
