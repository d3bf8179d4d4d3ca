//! Segment files, format 1: what is on disk, byte by byte. All numbers are big endian.
//!
//! A segment begins with 24 bytes: the magic `TLOGSEG1`, the index of its first entry (u64), CRC-32 of these 16
//! bytes, four zero bytes. Records follow without gaps. The first is a checkpoint of the log as it was before the
//! segment; then come batches: entries, and one checkpoint that closes the batch. What follows the last checkpoint
//! was never acknowledged.
//!
//! A record: kind (u8: 1 entry, 2 checkpoint), flags (u8: bit 0 = sidecar erased), body length (u16), sidecar length
//! (u32), index (u64: of the entry, or the size in the checkpoint), CRC-32 of kind, lengths, index and body (u32),
//! CRC-32 of the sidecar (u32), body, sidecar. The flags stand outside the CRC, because erasing sets them later.

use std::io;
use std::sync::Arc;

use crate::storage::{File, read_up_to};

pub(crate) const SEGMENT_HEADER: u64 = 24;
pub(crate) const RECORD_HEADER: usize = 24;
/// Longest sidecar in bytes. It bounds what a damaged length can make a reader allocate.
pub(crate) const MAX_SIDECAR: usize = 1 << 20;
/// Offset of the flags in a record.
pub(crate) const FLAGS_AT: u64 = 1;
pub(crate) const ERASED: u8 = 1;
const MAGIC: &[u8; 8] = b"TLOGSEG1";
const CHUNK: usize = 256 << 10;

/// File name of the segment whose first entry is `first`.
pub(crate) fn segment_name(first: u64) -> String {
    format!("{first:020}.seg")
}

/// The inverse of [`segment_name`].
pub(crate) fn parse_segment_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".seg")?;
    (digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}

pub(crate) fn encode_segment_header(first: u64) -> [u8; SEGMENT_HEADER as usize] {
    let mut header = [0; SEGMENT_HEADER as usize];
    header[..8].copy_from_slice(MAGIC);
    header[8..16].copy_from_slice(&first.to_be_bytes());
    let crc = crc32fast::hash(&header[..16]);
    header[16..20].copy_from_slice(&crc.to_be_bytes());
    header
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Entry,
    Checkpoint,
}

/// The fixed part of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub kind: Kind,
    pub erased: bool,
    pub body_len: usize,
    pub sidecar_len: usize,
    pub index: u64,
    crc: u32,
    sidecar_crc: u32,
    head_crc: u32,
}

/// One number out of a header; the callers pass ranges inside it.
fn number<const N: usize>(header: &[u8; RECORD_HEADER], at: usize) -> [u8; N] {
    std::array::from_fn(|i| header[at + i])
}

fn head_crc(header: &[u8; RECORD_HEADER]) -> crc32fast::Hasher {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header[..1]);
    hasher.update(&header[2..16]);
    hasher
}

impl Header {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let header = bytes.first_chunk::<RECORD_HEADER>()?;
        let kind = match header[0] {
            1 => Kind::Entry,
            2 => Kind::Checkpoint,
            _ => return None,
        };
        let sidecar_len = usize::try_from(u32::from_be_bytes(number(header, 4))).ok()?;
        let erased = header[1] == ERASED;
        let plain = header[1] == 0 || erased;
        let fits = sidecar_len <= MAX_SIDECAR && (kind == Kind::Entry || sidecar_len == 0);
        (plain && fits).then(|| Self {
            kind,
            erased,
            body_len: usize::from(u16::from_be_bytes(number(header, 2))),
            sidecar_len,
            index: u64::from_be_bytes(number(header, 8)),
            crc: u32::from_be_bytes(number(header, 16)),
            sidecar_crc: u32::from_be_bytes(number(header, 20)),
            head_crc: head_crc(header).finalize(),
        })
    }

    /// Length of the whole record in bytes.
    pub fn record_len(&self) -> usize {
        RECORD_HEADER + self.body_len + self.sidecar_len
    }

    pub fn body_intact(&self, body: &[u8]) -> bool {
        // The header's CRC goes on over the body: header without flags counts 15 bytes.
        let mut hasher = crc32fast::Hasher::new_with_initial_len(self.head_crc, 15);
        hasher.update(body);
        hasher.finalize() == self.crc
    }

    pub fn sidecar_intact(&self, sidecar: &[u8]) -> bool {
        self.erased || crc32fast::hash(sidecar) == self.sidecar_crc
    }
}

fn encode(buffer: &mut Vec<u8>, kind: u8, index: u64, body: &[u8], sidecar: &[u8]) {
    let mut header = [0u8; RECORD_HEADER];
    header[0] = kind;
    header[2..4].copy_from_slice(&(body.len() as u16).to_be_bytes());
    header[4..8].copy_from_slice(&(sidecar.len() as u32).to_be_bytes());
    header[8..16].copy_from_slice(&index.to_be_bytes());
    let mut hasher = head_crc(&header);
    hasher.update(body);
    header[16..20].copy_from_slice(&hasher.finalize().to_be_bytes());
    header[20..24].copy_from_slice(&crc32fast::hash(sidecar).to_be_bytes());
    buffer.extend_from_slice(&header);
    buffer.extend_from_slice(body);
    buffer.extend_from_slice(sidecar);
}

/// Adds an entry record. The caller has checked both lengths.
pub(crate) fn encode_entry(buffer: &mut Vec<u8>, index: u64, leaf: &[u8], sidecar: &[u8]) {
    encode(buffer, 1, index, leaf, sidecar);
}

/// Adds the checkpoint record that closes a batch.
pub(crate) fn encode_checkpoint(buffer: &mut Vec<u8>, size: u64, note_text: &str) {
    encode(buffer, 2, size, note_text.as_bytes(), &[]);
}

/// A record as it stands in a scanner's buffer.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub header: Header,
    pub body: &'a [u8],
    pub sidecar: &'a [u8],
}

#[derive(Debug)]
pub(crate) enum Scanned<'a> {
    Record(Record<'a>),
    /// No valid record at this offset; the scanner stays there.
    Damaged(&'static str),
    End,
}

/// Reads a segment record by record with a small buffer.
#[derive(Debug)]
pub(crate) struct Scanner {
    file: Arc<dyn File>,
    len: u64,
    offset: u64,
    buffer: Vec<u8>,
    start: u64,
}

impl Scanner {
    /// Starts at `offset`, usually right behind the segment header.
    pub fn new(file: Arc<dyn File>, offset: u64) -> io::Result<Self> {
        let len = file.len()?;
        Ok(Self { file, len, offset, buffer: Vec::new(), start: offset })
    }

    /// Where the next record begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Goes on from another place.
    pub fn seek(&mut self, offset: u64) {
        self.offset = offset;
    }

    /// Whether the file begins with the header of the segment `first`.
    pub fn header_is(&mut self, first: u64) -> io::Result<bool> {
        Ok(self.peek(0, SEGMENT_HEADER as usize)? == encode_segment_header(first))
    }

    /// Up to `want` bytes at `offset`; fewer at the end of the file.
    fn peek(&mut self, offset: u64, want: usize) -> io::Result<&[u8]> {
        let at = offset.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
        let cached = at.is_some_and(|at| at + want <= self.buffer.len());
        if !cached {
            self.buffer.resize(want.max(CHUNK), 0);
            self.start = offset;
            let read = read_up_to(&*self.file, &mut self.buffer, offset)?;
            self.buffer.truncate(read);
        }
        let at = (offset - self.start) as usize;
        let end = self.buffer.len().min(at + want);
        Ok(&self.buffer[at.min(end)..end])
    }

    /// The next record.
    pub fn next(&mut self) -> io::Result<Scanned<'_>> {
        let offset = self.offset;
        if offset >= self.len {
            return Ok(Scanned::End);
        }
        let head = self.peek(offset, RECORD_HEADER)?;
        if head.len() < RECORD_HEADER {
            return Ok(Scanned::Damaged("cut off"));
        }
        let Some(header) = Header::parse(head) else { return Ok(Scanned::Damaged("not a record")) };
        let bytes = self.peek(offset, header.record_len())?;
        if bytes.len() < header.record_len() {
            return Ok(Scanned::Damaged("cut off"));
        }
        let (body, sidecar) = bytes[RECORD_HEADER..].split_at(header.body_len);
        if !header.body_intact(body) {
            return Ok(Scanned::Damaged("checksum of the record does not fit"));
        }
        if !header.sidecar_intact(sidecar) {
            return Ok(Scanned::Damaged("checksum of the sidecar does not fit"));
        }
        self.offset = offset + header.record_len() as u64;
        // Taken again from the buffer, because the borrow above ended with the move of the offset.
        let at = (offset - self.start) as usize + RECORD_HEADER;
        let end = at + header.record_len() - RECORD_HEADER;
        let (body, sidecar) = self.buffer[at..end].split_at(header.body_len);
        Ok(Scanned::Record(Record { header, body, sidecar }))
    }

    /// What stands at `offset`, whether intact or not, as far as its lengths can be believed: header, body, and
    /// whether the sidecar is intact.
    pub fn raw(&mut self, offset: u64) -> io::Result<Option<(Header, Vec<u8>, bool)>> {
        let Some(header) = Header::parse(self.peek(offset, RECORD_HEADER)?) else { return Ok(None) };
        let bytes = self.peek(offset, header.record_len())?;
        if bytes.len() < header.record_len() {
            return Ok(None);
        }
        let (body, sidecar) = bytes[RECORD_HEADER..].split_at(header.body_len);
        Ok(Some((header, body.to_vec(), header.sidecar_intact(sidecar))))
    }

    /// Whether the file ends at `offset`, or something stands there that looks like a record.
    pub fn sound_at(&mut self, offset: u64) -> io::Result<bool> {
        Ok(offset == self.len || Header::parse(self.peek(offset, RECORD_HEADER)?).is_some())
    }

    /// The offset of the next intact record at or behind `from` that `wanted` accepts.
    pub fn find(
        &mut self,
        from: u64,
        mut wanted: impl FnMut(&Header, &[u8]) -> bool,
    ) -> io::Result<Option<u64>> {
        for offset in from..self.len {
            let Some(header) = Header::parse(self.peek(offset, RECORD_HEADER)?) else { continue };
            if offset + header.record_len() as u64 > self.len {
                continue;
            }
            let bytes = self.peek(offset, header.record_len())?;
            let Some((body, sidecar)) =
                bytes.get(RECORD_HEADER..).and_then(|b| b.split_at_checked(header.body_len))
            else {
                continue;
            };
            if header.body_intact(body) && header.sidecar_intact(sidecar) && wanted(&header, body) {
                return Ok(Some(offset));
            }
        }
        Ok(None)
    }
}
