//! Taking rows out of the binary form of `COPY … TO STDOUT`, straight into text columns.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, NullBufferBuilder, RecordBatch, RecordBatchOptions, StringArray},
    buffer::{Buffer, OffsetBuffer, ScalarBuffer},
    datatypes::SchemaRef,
    error::ArrowError,
};
use bytes::{Bytes, BytesMut};

use super::values::Form;
use crate::sql::schema::Column;

/// What every such stream begins with; flags and the length of an extension follow.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Bytes of text after which a batch is full whatever its rows, so that it stays bounded and its offsets fit.
const FULL: usize = 32 * 1024 * 1024;

/// The stream is not what it must be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    /// The stream as a whole.
    #[error("the bulk form of the server is not the one that is documented")]
    Stream,
    /// A value of a column.
    #[error("a value does not have the form of its column")]
    Value(usize),
}

/// Reads pieces of the stream, which may end anywhere, into batches.
pub(crate) struct Reader {
    schema: SchemaRef,
    columns: Vec<Texts>,
    piece: Bytes,
    begun: bool,
    rows: usize,
    bytes: usize,
}

/// One text column that grows.
struct Texts {
    form: Form,
    bytes: Vec<u8>,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Reader {
    pub(crate) fn new(schema: &SchemaRef, columns: &[Column]) -> Self {
        let texts = |column| Texts {
            form: Form::of(column),
            bytes: Vec::new(),
            offsets: vec![0],
            nulls: NullBufferBuilder::new(0),
        };
        let columns = columns.iter().map(texts).collect();
        Self { schema: schema.clone(), columns, piece: Bytes::new(), begun: false, rows: 0, bytes: 0 }
    }

    /// Takes the next piece, of which [`Reader::row`] then reads.
    pub(crate) fn feed(&mut self, piece: Bytes) {
        if self.piece.is_empty() {
            self.piece = piece;
        } else {
            let mut joined = BytesMut::with_capacity(self.piece.len() + piece.len());
            joined.extend_from_slice(&self.piece);
            joined.extend_from_slice(&piece);
            self.piece = joined.freeze();
        }
    }

    /// Reads one row; false when the next one is not complete yet.
    pub(crate) fn row(&mut self) -> Result<bool, Malformed> {
        if !self.begun && !self.begin()? {
            return Ok(false);
        }
        let bytes = &self.piece[..];
        let Some(fields) = int16(bytes, 0) else { return Ok(false) };
        if fields < 0 {
            return Ok(false);
        }
        if usize::try_from(fields).ok() != Some(self.columns.len()) {
            return Err(Malformed::Stream);
        }
        // First to its end, so that no row is taken by half.
        let mut end = 2;
        for _ in 0..fields {
            let Some(length) = int32(bytes, end) else { return Ok(false) };
            end += 4 + usize::try_from(length).unwrap_or(0);
        }
        if bytes.len() < end {
            return Ok(false);
        }
        let mut at = 2;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let length = int32(bytes, at).ok_or(Malformed::Stream)?;
            at += 4;
            match usize::try_from(length) {
                Ok(length) => {
                    let value = bytes.get(at..at + length).ok_or(Malformed::Stream)?;
                    at += length;
                    let before = column.bytes.len();
                    column.form.write(value, &mut column.bytes).ok_or(Malformed::Value(index))?;
                    self.bytes += column.bytes.len() - before;
                    column.nulls.append_non_null();
                }
                Err(_) => column.nulls.append_null(),
            }
            let offset = i32::try_from(column.bytes.len()).map_err(|_| Malformed::Value(index))?;
            column.offsets.push(offset);
        }
        self.piece = self.piece.slice(end..);
        self.rows += 1;
        Ok(true)
    }

    fn begin(&mut self) -> Result<bool, Malformed> {
        let head = SIGNATURE.len() + 8;
        if self.piece.len() < head {
            return Ok(false);
        }
        if !self.piece.starts_with(SIGNATURE) {
            return Err(Malformed::Stream);
        }
        let extension = int32(&self.piece, head - 4).and_then(|length| usize::try_from(length).ok());
        let end = head + extension.ok_or(Malformed::Stream)?;
        if self.piece.len() < end {
            return Ok(false);
        }
        self.piece = self.piece.slice(end..);
        self.begun = true;
        Ok(true)
    }

    /// Rows in the batch so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether the batch is to be given although it has fewer rows than were asked for.
    pub(crate) fn is_heavy(&self) -> bool {
        self.bytes >= FULL
    }

    /// The batch so far; the reader goes on with a new one.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch, Malformed> {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter_mut().enumerate() {
            arrays.push(Arc::new(column.finish().map_err(|_| Malformed::Value(index))?));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        (self.rows, self.bytes) = (0, 0);
        RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)
            .map_err(|_| Malformed::Stream)
    }
}

impl Texts {
    /// Checks all texts of the batch at once, which is many times quicker than one by one.
    fn finish(&mut self) -> Result<StringArray, ArrowError> {
        // The next batch is most likely as large as this one.
        let fresh = Vec::with_capacity(self.bytes.len());
        let bytes = std::mem::replace(&mut self.bytes, fresh);
        let mut fresh = Vec::with_capacity(self.offsets.len());
        fresh.push(0);
        let offsets = std::mem::replace(&mut self.offsets, fresh);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        StringArray::try_new(offsets, Buffer::from_vec(bytes), self.nulls.finish())
    }
}

fn int16(bytes: &[u8], at: usize) -> Option<i16> {
    Some(i16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn int32(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{Array as _, AsArray as _},
        datatypes::DataType,
    };
    use proptest::prelude::*;

    use super::*;
    use crate::{batch::text_schema, source::ColumnInfo, sql::schema::Class};

    fn columns() -> Vec<Column> {
        let column = |name: &str, class| Column {
            info: ColumnInfo {
                name: name.to_owned(),
                declared: String::new(),
                data_type: DataType::Utf8,
                nullable: true,
                comment: None,
                key: false,
                indexed: false,
            },
            quoted: name.to_owned(),
            select: name.to_owned(),
            holder: None,
            class,
        };
        vec![column("a", Class::Text), column("b", Class::Int)]
    }

    fn reader() -> Reader {
        Reader::new(&text_schema(["a", "b"]), &columns())
    }

    fn stream(rows: &[(Option<String>, i32)]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([0; 8]);
        for (text, number) in rows {
            bytes.extend(2_i16.to_be_bytes());
            match text {
                Some(text) => {
                    bytes.extend((text.len() as i32).to_be_bytes());
                    bytes.extend(text.as_bytes());
                }
                None => bytes.extend((-1_i32).to_be_bytes()),
            }
            bytes.extend(4_i32.to_be_bytes());
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend((-1_i16).to_be_bytes());
        bytes
    }

    proptest! {
        /// However the stream is cut into pieces, the same rows come out.
        #[test]
        fn pieces_may_end_anywhere(
            rows in proptest::collection::vec((proptest::option::of("[a-z字]{0,5}"), any::<i32>()), 0..20),
            cuts in 1_usize..40,
        ) {
            let mut reader = reader();
            let bytes = stream(&rows);
            for piece in bytes.chunks(cuts) {
                reader.feed(Bytes::copy_from_slice(piece));
                while reader.row().unwrap() {}
            }
            prop_assert_eq!(reader.rows(), rows.len());
            let batch = reader.finish().unwrap();
            for (at, (text, number)) in rows.iter().enumerate() {
                let column = batch.column(0).as_string::<i32>();
                let found = (!column.is_null(at)).then(|| column.value(at).to_owned());
                prop_assert_eq!(&found, text);
                prop_assert_eq!(batch.column(1).as_string::<i32>().value(at), number.to_string());
            }
        }

        /// Whatever bytes come, the reader refuses or waits, and never panics.
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut reader = reader();
            let mut stream = stream(&[]);
            stream.truncate(SIGNATURE.len() + 8);
            stream.extend(bytes);
            reader.feed(Bytes::from(stream));
            while let Ok(true) = reader.row() {}
            let _ = reader.finish();
        }
    }

    /// Bytes that are no text are told with their column.
    #[test]
    fn bad_text_is_found() {
        let mut reader = reader();
        let mut bytes = stream(&[(Some("abc".to_owned()), 1)]);
        let at = bytes.len() - 2 - 8 - 3;
        bytes[at] = 0xff;
        reader.feed(Bytes::from(bytes));
        assert!(reader.row().unwrap());
        assert!(matches!(reader.finish(), Err(Malformed::Value(0))));
    }
}
