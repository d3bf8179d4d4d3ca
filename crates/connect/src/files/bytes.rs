//! Reading the bytes of a text file so that a parser of single bytes is safe on them.

use std::{
    fs::File,
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::encoding::Encoding;

/// Stands for the delimiter where the delimiter's own byte also occurs inside characters.
pub(super) const UNIT: u8 = 0x1f;

/// How many bytes one record may have. An opening quote that is never closed would otherwise take the
/// rest of the file into memory as one value.
pub(super) const LONGEST_RECORD: u64 = 4 * 1024 * 1024;

/// Replaces a delimiter byte by [`UNIT`], but not where it is the second byte of a character: in GB18030
/// `|` is one. Every other byte, and so every offset, stays as it is.
#[derive(Debug, Clone)]
pub(super) struct Translate {
    delimiter: u8,
    in_pair: bool,
}

impl Translate {
    /// The translation that is needed for this pair, if one is.
    pub(super) fn needed(encoding: Encoding, delimiter: u8) -> Option<Self> {
        (encoding == Encoding::Gb18030 && delimiter == b'|').then_some(Self { delimiter, in_pair: false })
    }

    pub(super) fn apply(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.in_pair && *byte >= 0x30 {
                // A character of four bytes is two such pairs in a row.
                self.in_pair = false;
            } else if (0x81..=0xfe).contains(byte) {
                self.in_pair = true;
            } else {
                // A first byte without a second one is damaged text; it must not swallow structure.
                self.in_pair = false;
                if *byte == self.delimiter {
                    *byte = UNIT;
                }
            }
        }
    }
}

/// A reader for one parser: translates delimiters and stops at a record that is too long.
pub(super) struct Guarded<R> {
    inner: R,
    translate: Option<Translate>,
    budget: Arc<AtomicU64>,
}

impl<R: Read> Guarded<R> {
    /// A reader, and the budget that must be refilled after each record.
    pub(super) fn new(inner: R, translate: Option<Translate>) -> (Self, Arc<AtomicU64>) {
        let budget = Arc::new(AtomicU64::new(LONGEST_RECORD));
        (Self { inner, translate, budget: budget.clone() }, budget)
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.budget.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TooLong));
        }
        let length = self.inner.read(buffer)?;
        self.budget.store(left.saturating_sub(length as u64), Ordering::Relaxed);
        if let (Some(translate), Some(read)) = (&mut self.translate, buffer.get_mut(..length)) {
            translate.apply(read);
        }
        Ok(length)
    }
}

/// The record did not end within [`LONGEST_RECORD`].
#[derive(Debug, thiserror::Error)]
#[error("the record does not end within {LONGEST_RECORD} bytes")]
pub(super) struct TooLong;

/// Reads a file from an offset without moving a shared position, so that many look-ups share one handle.
pub(super) struct At<'f> {
    pub(super) file: &'f File,
    pub(super) offset: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = read_at(self.file, buffer, self.offset)?;
        self.offset += length as u64;
        Ok(length)
    }
}

/// One positioned read.
#[cfg(unix)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// One positioned read.
#[cfg(windows)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` as the second byte of a GB18030 character stays; as a delimiter it is replaced; a broken first
    /// byte before a line end does not hide the delimiter of the next line.
    #[test]
    fn translates_only_delimiters() {
        // 0x8C 0x7C is one character whose second byte looks like the delimiter.
        let mut bytes = *b"a|\x8c\x7c|b\x81\n|c";
        Translate::needed(Encoding::Gb18030, b'|').unwrap().apply(&mut bytes);
        assert_eq!(&bytes, b"a\x1f\x8c\x7c\x1fb\x81\n\x1fc");
    }
}
