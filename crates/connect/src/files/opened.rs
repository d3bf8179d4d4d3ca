//! A text file that is open for reading, and walking through its records.

use std::{
    fs::File,
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use csv::ByteRecord;

use super::{
    bytes::{At, Guarded, LONGEST_RECORD, TooLong},
    layout::{Layout, unreadable},
    tag::Tag,
};
use crate::{
    error::SourceError,
    source::{Note, RowCount},
};

/// Not counted yet.
const UNKNOWN: u64 = u64::MAX;

/// A table of a folder, open for reading.
pub(super) struct Opened {
    /// Name of the table.
    pub(super) table: String,
    /// Bytes of the text: of the file itself, or of its copy.
    pub(super) file: File,
    /// What the file was when it was opened.
    pub(super) tag: Tag,
    /// Size of the text.
    pub(super) size: u64,
    pub(super) layout: Layout,
    rows: AtomicU64,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) line: u64,
}

impl Opened {
    pub(super) fn new(table: &str, file: File, tag: Tag, size: u64, layout: Layout) -> Self {
        let rows = AtomicU64::new(layout.rows.unwrap_or(UNKNOWN));
        Self { table: table.to_owned(), file, tag, size, layout, rows }
    }

    /// Remembers the number of rows, once they have all been seen.
    pub(super) fn counted(&self, rows: u64) {
        self.rows.store(rows, Ordering::Relaxed);
    }

    /// Rows: counted if the file was read through, otherwise by the size of the first records.
    pub(super) fn rows(&self) -> RowCount {
        match self.rows.load(Ordering::Relaxed) {
            UNKNOWN => {
                let rows =
                    (self.size.saturating_sub(self.layout.start) as f64 / self.layout.record_bytes).round();
                RowCount { rows: rows as u64, exact: false }
            }
            rows => RowCount { rows, exact: true },
        }
    }

    /// All records after the header.
    pub(super) fn records(&self) -> Result<Records<'_>, SourceError> {
        let mut records = self.records_at(self.layout.start, 1 << 17);
        records.next(&mut ByteRecord::new())?;
        Ok(records)
    }

    /// Records from an offset on, read in pieces of `piece` bytes.
    pub(super) fn records_at(&self, offset: u64, piece: usize) -> Records<'_> {
        let (reader, budget) = Guarded::new(At { file: &self.file, offset }, self.layout.translate());
        let reader: csv::Reader<Guarded<At<'_>>> =
            self.layout.parser().buffer_capacity(piece).from_reader(reader);
        Records { reader, budget, base: offset, opened: self }
    }
}

/// Walks through records.
pub(super) struct Records<'o> {
    reader: csv::Reader<Guarded<At<'o>>>,
    budget: Arc<AtomicU64>,
    base: u64,
    opened: &'o Opened,
}

impl Records<'_> {
    /// The next record and its place; `None` at the end.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> Result<Option<Place>, SourceError> {
        let begins = self.reader.position().line();
        match self.reader.read_byte_record(record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                self.budget.store(LONGEST_RECORD, Ordering::Relaxed);
                let (offset, line) = record.position().map_or((0, 1), |at| (at.byte(), at.line()));
                // The parser ends a record at CR and leaves the LF to the next one.
                let line = if self.opened.layout.crlf && offset > 0 { line + 1 } else { line };
                Ok(Some(Place { offset: self.base + offset, line }))
            }
            Err(error) => Err(self.failed(error, begins)),
        }
    }

    fn failed(&self, error: csv::Error, begins: u64) -> SourceError {
        let name = &self.opened.table;
        let line = begins + u64::from(self.opened.layout.crlf);
        match error.into_kind() {
            csv::ErrorKind::Io(io) if io.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => {
                let megabytes = LONGEST_RECORD / 1024 / 1024;
                SourceError::bad_file(
                    name,
                    format_args!(
                        "从第 {line} 行起的一条记录超过 {megabytes} MB，多半是引号没有闭合；请在文件中改正该行。"
                    ),
                    format_args!(
                        "the record that begins in line {line} is longer than {megabytes} MB, most likely because a \
                         quote is never closed; correct the line in the file"
                    ),
                )
            }
            csv::ErrorKind::Io(io) => unreadable(name, io),
            other => unreadable(name, std::io::Error::other(format!("{other:?}"))),
        }
    }
}

/// What is odd about records, gathered while they are read.
#[derive(Debug, Default)]
pub(super) struct Oddities {
    ragged: Option<(u64, u64)>,
    encoding: Option<(u64, u64)>,
    nul: Option<(u64, u64)>,
}

fn met(oddity: &mut Option<(u64, u64)>, line: u64) {
    let (_, count) = oddity.get_or_insert((line, 0));
    *count += 1;
}

impl Oddities {
    pub(super) fn ragged(&mut self, line: u64) {
        met(&mut self.ragged, line);
    }

    pub(super) fn bad_bytes(&mut self, line: u64) {
        met(&mut self.encoding, line);
    }

    pub(super) fn nul(&mut self, line: u64) {
        met(&mut self.nul, line);
    }

    /// The notes on a file.
    pub(super) fn notes(&self, file: &str) -> Vec<Note> {
        let note = |found: Option<(u64, u64)>, code, zh: &str, en: &str| {
            found.map(|(line, count)| Note {
                code,
                zh: format!("文件“{file}”{zh}，共 {count} 处，首处在第 {line} 行；请在文件中改正。"),
                en: format!(
                    "file \"{file}\" {en}: {count} times, first in line {line}; correct it in the file"
                ),
                line: Some(line),
                count,
            })
        };
        [
            note(
                self.ragged,
                "file.ragged_row",
                "有的行字段数与表头不同",
                "has rows with more or fewer fields than the header",
            ),
            note(
                self.encoding,
                "file.bad_bytes",
                "有不属于其编码的字节（显示为 U+FFFD）",
                "has bytes outside its encoding (shown as U+FFFD)",
            ),
            note(self.nul, "file.nul", "有 NUL 字节", "has NUL bytes"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Reads everything of a reader, for small side files.
pub(super) fn read_small(path: &std::path::Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(64 * 1024).read_to_string(&mut text)?;
    Ok(text)
}
