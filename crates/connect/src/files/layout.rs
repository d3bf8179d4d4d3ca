//! How a text file is laid out: encoding, delimiter, header, and what is odd about it.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fs::File,
    io::Read,
};

use super::{
    bytes::{At, Translate, UNIT},
    encoding::{self, Encoding},
    sniff,
};
use crate::{error::SourceError, source::Note};

/// Bytes at the start of a file from which delimiter and average record are taken.
const SAMPLE: u64 = 256 * 1024;

/// The layout of a text file.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) encoding: Encoding,
    pub(super) delimiter: u8,
    /// First byte after the mark of the encoding.
    pub(super) start: u64,
    /// Column names, made unique.
    pub(super) columns: Vec<String>,
    by_name: HashMap<String, usize>,
    /// Bytes of an average record.
    pub(super) record_bytes: f64,
    /// Rows, when the sample was the whole file.
    pub(super) rows: Option<u64>,
    /// Whether lines end in CR LF.
    pub(super) crlf: bool,
    pub(super) notes: Vec<Note>,
}

impl Layout {
    /// Recognises the layout. `encoding` and `delimiter` are given where they are known.
    pub(super) fn read(
        name: &str,
        file: &File,
        size: u64,
        encoding: Option<Encoding>,
        delimiter: Option<u8>,
    ) -> Result<Self, SourceError> {
        let io = |error: std::io::Error| unreadable(name, error);
        let mut sample = Vec::new();
        At { file, offset: 0 }.take(SAMPLE).read_to_end(&mut sample).map_err(io)?;
        refuse_spreadsheet(name, &sample)?;
        let marked = Encoding::marked(&sample);
        let start = marked.map_or(0, |(_, length)| length);
        let encoding = match encoding.or(marked.map(|(encoding, _)| encoding)) {
            Some(known) => known,
            None if looks_utf16(&sample) => Encoding::Utf16Le,
            None => encoding::recognise(At { file, offset: 0 }).map_err(io)?,
        };
        let body = sample.get(start as usize..).unwrap_or_default();
        let complete = size <= SAMPLE;
        let delimiter = delimiter.unwrap_or_else(|| sniff::delimiter(body, encoding, complete));
        let mut layout = Self {
            encoding,
            delimiter,
            start,
            columns: Vec::new(),
            by_name: HashMap::new(),
            record_bytes: 1.0,
            rows: None,
            crlf: body.windows(2).take(4096).any(|pair| pair == b"\r\n"),
            notes: Vec::new(),
        };
        if matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
            return Ok(layout);
        }
        layout.read_head(name, body, complete)?;
        Ok(layout)
    }

    fn read_head(&mut self, name: &str, body: &[u8], complete: bool) -> Result<(), SourceError> {
        let mut bytes = body.to_vec();
        if let Some(mut translate) = self.translate() {
            translate.apply(&mut bytes);
        }
        let mut reader = self.parser().from_reader(bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        if !reader.read_byte_record(&mut record).unwrap_or(false) {
            self.notes.push(Note {
                code: "file.empty",
                zh: format!("文件“{name}”是空的；请放入带表头的数据。"),
                en: format!("file \"{name}\" is empty; put data with a header row into it"),
                line: None,
                count: 1,
            });
            self.rows = Some(0);
            return Ok(());
        }
        self.take_header(name, &record);
        let (mut records, from) = (0_u64, reader.position().byte());
        let mut to = from;
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            records += 1;
            to = reader.position().byte();
        }
        if records == 0 && complete {
            self.notes.push(Note {
                code: "file.no_rows",
                zh: format!("文件“{name}”只有表头，没有数据行；请核对是否导出完整。"),
                en: format!("file \"{name}\" has a header but no rows; check that it was exported in full"),
                line: Some(1),
                count: 1,
            });
        }
        self.rows = complete.then_some(records);
        self.record_bytes = ((to - from) as f64 / records.max(1) as f64).max(1.0);
        Ok(())
    }

    /// Takes the first record as names. A name that is missing or stands twice gets a number.
    fn take_header(&mut self, file: &str, record: &csv::ByteRecord) {
        let mut taken: HashSet<String> = HashSet::new();
        for (at, field) in record.iter().enumerate() {
            let (text, _) = self.text(field);
            let wanted = text.trim().trim_start_matches('\u{feff}').to_owned();
            let base = if wanted.is_empty() { format!("column_{}", at + 1) } else { wanted.clone() };
            let mut name = base.clone();
            let mut number = 2;
            while !taken.insert(name.clone()) {
                name = format!("{base}_{number}");
                number += 1;
            }
            if name != wanted {
                let place = at + 1;
                self.notes.push(Note {
                    code: if wanted.is_empty() { "file.header_missing" } else { "file.header_duplicate" },
                    zh: format!("文件“{file}”第 {place} 列的表头“{wanted}”缺失或重复，按“{name}”使用；请在文件中改正表头。"),
                    en: format!(
                        "header \"{wanted}\" of column {place} in file \"{file}\" is missing or stands twice and is used \
                         as \"{name}\"; correct the header in the file"
                    ),
                    line: Some(1),
                    count: 1,
                });
            }
            self.by_name.insert(name.clone(), at);
            self.columns.push(name);
        }
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The translation that the bytes need before they are parsed.
    pub(super) fn translate(&self) -> Option<Translate> {
        Translate::needed(self.encoding, self.delimiter)
    }

    /// A field as text, and whether every byte was of the encoding.
    pub(super) fn text<'b>(&self, bytes: &'b [u8]) -> (Cow<'b, str>, bool) {
        let (text, sound) = self.encoding.decode(bytes);
        // Inside quotes the delimiter's byte was no delimiter.
        match self.translate() {
            Some(_) if text.contains(char::from(UNIT)) => (
                Cow::Owned(
                    text.replace(char::from(UNIT), char::from(self.delimiter).encode_utf8(&mut [0; 4])),
                ),
                sound,
            ),
            _ => (text, sound),
        }
    }

    /// A parser for the bytes.
    pub(super) fn parser(&self) -> csv::ReaderBuilder {
        let mut builder = csv::ReaderBuilder::new();
        let delimiter = if self.translate().is_some() { UNIT } else { self.delimiter };
        builder.has_headers(false).flexible(true).delimiter(delimiter);
        builder
    }
}

/// A spreadsheet under the name of a text file is told as such, instead of as damaged text.
fn refuse_spreadsheet(name: &str, head: &[u8]) -> Result<(), SourceError> {
    let kind = match head {
        [b'P', b'K', 3, 4, ..] => ".xlsx",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => ".xls",
        _ => return Ok(()),
    };
    Err(SourceError::bad_file(
        name,
        format_args!("内容是电子表格而不是文本；请把扩展名改为 {kind}，或另存为 CSV。"),
        format_args!("it holds a spreadsheet, not text; rename it to {kind} or save it as CSV"),
    ))
}

/// UTF-16 without a mark: every second byte of Latin text is zero.
fn looks_utf16(head: &[u8]) -> bool {
    let head = head.get(..head.len().min(4096)).unwrap_or_default();
    let odd_zeros = head.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    let even_zeros = head.iter().step_by(2).filter(|byte| **byte == 0).count();
    head.len() >= 8 && odd_zeros * 10 > head.len() && even_zeros == 0
}

/// The file cannot be read at all.
pub(super) fn unreadable(name: &str, error: std::io::Error) -> SourceError {
    SourceError::bad_file(
        name,
        "无法读取；请检查文件是否存在、是否被占用以及前置机是否有读取权限。",
        "it cannot be read; check that it exists, is not locked, and may be read by the agent",
    )
    .because(error)
}
