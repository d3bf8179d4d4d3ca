//! The index of one key column: hash of the key to offset of its record, kept in a file.
//!
//! Layout, all numbers little-endian 64-bit: magic, hash of the column name, size, time of change and
//! digest of the data file, number of rows, number of entries, checksum of the entries; then the entries
//! (hash, offset), ascending. A look-up needs one positioned read: the first hash of each block of
//! entries is held in memory.

use std::{
    fs::File,
    io::{BufWriter, Read, Write as _},
    path::{Path, PathBuf},
};

use csv::ByteRecord;

use super::{
    bytes::{At, read_at},
    copies::{index_error, write_new},
    opened::Opened,
    tag::{Stamp, Tag},
};
use crate::{error::SourceError, hash::hash64};

const MAGIC: u64 = u64::from_le_bytes(*b"GTINDEX1");
const HEADER: usize = 64;
const ENTRY: usize = 16;
/// Entries in a block.
const BLOCK: usize = 256;

/// The index of one key column of one file.
pub(super) struct Index {
    file: File,
    tag: Tag,
    entries: u64,
    /// First hash of each block.
    fences: Vec<u64>,
}

/// A key as it is compared: without the blanks and tabs around it, with which spreadsheets are made to
/// treat a number as text.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

impl Index {
    /// Whether the index is of this state of the file.
    pub(super) fn fits(&self, tag: Tag) -> bool {
        self.tag == tag
    }

    /// Opens the index of a column, building it if there is none for the file as it is now.
    pub(super) fn of(opened: &Opened, column: &str, index_dir: &Path) -> Result<Self, SourceError> {
        let path = place(index_dir, &opened.table, column);
        match Self::load(&path, opened, column) {
            Some(index) => Ok(index),
            None => {
                Self::build(&path, opened, column, index_dir)?;
                Self::load(&path, opened, column).ok_or_else(|| {
                    index_error(index_dir, std::io::Error::other("the new index cannot be read"))
                })
            }
        }
    }

    /// `None` when the file is missing, of another state of the data, or damaged.
    fn load(path: &Path, opened: &Opened, column: &str) -> Option<Self> {
        let file = File::open(path).ok()?;
        let mut header = [0_u8; HEADER];
        let mut reader = At { file: &file, offset: 0 };
        reader.read_exact(&mut header).ok()?;
        let mut numbers = header.chunks_exact(8).map(number);
        let mut next = || numbers.next().unwrap_or(0);
        let (magic, name) = (next(), next());
        let tag = Tag { stamp: Stamp { size: next(), changed_ns: next() }, digest: next() };
        let (rows, entries, checksum) = (next(), next(), next());
        let length = HEADER as u64 + entries.checked_mul(ENTRY as u64)?;
        let current = magic == MAGIC && name == hash64(column.as_bytes()) && tag == opened.tag;
        if !current || file.metadata().ok()?.len() != length {
            return None;
        }
        let mut fences = Vec::with_capacity((entries as usize).div_ceil(BLOCK));
        let (mut sum, mut left) = (0_u64, entries as usize);
        let mut block = vec![0_u8; BLOCK * ENTRY];
        while left > 0 {
            let part = block.get_mut(..left.min(BLOCK) * ENTRY)?;
            reader.read_exact(part).ok()?;
            fences.push(number(part.get(..8)?));
            sum = add(sum, part);
            left -= left.min(BLOCK);
        }
        if sum != checksum {
            return None;
        }
        opened.counted(rows);
        Some(Self { file, tag, entries, fences })
    }

    fn build(path: &Path, opened: &Opened, column: &str, index_dir: &Path) -> Result<(), SourceError> {
        let at = opened.layout.column(column).unwrap_or_default();
        let mut entries: Vec<(u64, u64)> = Vec::new();
        let mut record = ByteRecord::new();
        let mut records = opened.records()?;
        let mut rows = 0_u64;
        while let Some(place) = records.next(&mut record)? {
            rows += 1;
            let (text, _) = opened.layout.text(record.get(at).unwrap_or_default());
            let key = trimmed(&text);
            if !key.is_empty() {
                entries.push((hash64(key.as_bytes()), place.offset));
            }
        }
        entries.sort_unstable();
        write_new(index_dir, path, |out| {
            write(out, opened, column, rows, &entries).map_err(|error| index_error(index_dir, error))
        })
    }

    /// Offsets of the records whose key has this hash, in their order in the file.
    pub(super) fn find(&self, hash: u64) -> std::io::Result<Vec<u64>> {
        let mut offsets = Vec::new();
        // Equal hashes may begin at the end of the block before the first fence that is not smaller.
        let mut block = self.fences.partition_point(|fence| *fence < hash).saturating_sub(1);
        let mut bytes = [0_u8; BLOCK * ENTRY];
        while self.fences.get(block).is_some_and(|fence| *fence <= hash) {
            let first = block * BLOCK;
            let count = (self.entries as usize - first).min(BLOCK);
            let part = bytes.get_mut(..count * ENTRY).unwrap_or_default();
            fill(&self.file, part, (HEADER + first * ENTRY) as u64)?;
            for entry in part.chunks_exact(ENTRY) {
                let (key, offset) = entry.split_at(8);
                if number(key) == hash {
                    offsets.push(number(offset));
                }
            }
            block += 1;
        }
        Ok(offsets)
    }
}

fn place(index_dir: &Path, table: &str, column: &str) -> PathBuf {
    index_dir.join(format!("{:016x}.index", hash64(format!("{table}\0{column}").as_bytes())))
}

fn write(
    out: &mut BufWriter<File>,
    opened: &Opened,
    column: &str,
    rows: u64,
    entries: &[(u64, u64)],
) -> std::io::Result<()> {
    let tag = opened.tag;
    let bytes = |(hash, offset): &(u64, u64)| {
        let mut entry = [0_u8; ENTRY];
        entry[..8].copy_from_slice(&hash.to_le_bytes());
        entry[8..].copy_from_slice(&offset.to_le_bytes());
        entry
    };
    let checksum = entries.iter().fold(0, |sum, entry| add(sum, &bytes(entry)));
    let header = [
        MAGIC,
        hash64(column.as_bytes()),
        tag.stamp.size,
        tag.stamp.changed_ns,
        tag.digest,
        rows,
        entries.len() as u64,
        checksum,
    ];
    header.iter().try_for_each(|number| out.write_all(&number.to_le_bytes()))?;
    entries.iter().try_for_each(|entry| out.write_all(&bytes(entry)))
}

/// Adds eight-byte words to a checksum that depends on their order.
fn add(sum: u64, bytes: &[u8]) -> u64 {
    bytes
        .chunks_exact(8)
        .fold(sum, |sum, word| sum.rotate_left(5).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number(word))
}

fn number(bytes: &[u8]) -> u64 {
    let mut word = [0_u8; 8];
    for (to, from) in word.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_le_bytes(word)
}

fn fill(file: &File, mut part: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !part.is_empty() {
        match read_at(file, part, offset)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            length => {
                offset += length as u64;
                part = part.get_mut(length..).unwrap_or_default();
            }
        }
    }
    Ok(())
}
