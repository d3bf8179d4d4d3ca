//! Taking a segment file apart and putting it together again, as somebody would who forges one.

use std::fs;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub kind: u8,
    pub index: u64,
    pub body: Vec<u8>,
    pub sidecar: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Segment {
    header: Vec<u8>,
    pub records: Vec<Record>,
}

impl Segment {
    pub fn parse(bytes: &[u8]) -> Self {
        let mut records = Vec::new();
        let mut at = 24;
        while at < bytes.len() {
            let head = &bytes[at..at + 24];
            let body_len = usize::from(u16::from_be_bytes(head[2..4].try_into().unwrap()));
            let sidecar_len = u32::from_be_bytes(head[4..8].try_into().unwrap()) as usize;
            let index = u64::from_be_bytes(head[8..16].try_into().unwrap());
            let (body, sidecar) = bytes[at + 24..at + 24 + body_len + sidecar_len].split_at(body_len);
            records.push(Record { kind: head[0], index, body: body.to_vec(), sidecar: sidecar.to_vec() });
            at += 24 + body_len + sidecar_len;
        }
        Self { header: bytes[..24].to_vec(), records }
    }

    /// Writes the segment with right checksums.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header.clone();
        for record in &self.records {
            let mut head = vec![record.kind, 0];
            head.extend_from_slice(&(record.body.len() as u16).to_be_bytes());
            head.extend_from_slice(&(record.sidecar.len() as u32).to_be_bytes());
            head.extend_from_slice(&record.index.to_be_bytes());
            let covered = [&head[..1], &head[2..16], &record.body[..]].concat();
            head.extend_from_slice(&crc32fast::hash(&covered).to_be_bytes());
            head.extend_from_slice(&crc32fast::hash(&record.sidecar).to_be_bytes());
            bytes.extend_from_slice(&head);
            bytes.extend_from_slice(&record.body);
            bytes.extend_from_slice(&record.sidecar);
        }
        bytes
    }

    /// Where each checkpoint ends, with its size.
    pub fn checkpoint_ends(&self) -> Vec<(usize, u64)> {
        let mut at = 24;
        let mut ends = Vec::new();
        for record in &self.records {
            at += 24 + record.body.len() + record.sidecar.len();
            if record.kind == 2 && record.index > 0 {
                ends.push((at, record.index));
            }
        }
        ends
    }

    /// Position of the entry `index` among the records.
    pub fn position(&self, index: u64) -> usize {
        self.records.iter().position(|r| r.kind == 1 && r.index == index).unwrap()
    }
}

/// The segment files of a log, ascending.
pub fn segments(dir: &Path) -> Vec<PathBuf> {
    let items = fs::read_dir(dir.join("segments")).unwrap();
    let mut paths: Vec<_> = items.map(|item| item.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "seg"));
    paths.sort();
    paths
}

pub fn last_segment(dir: &Path) -> PathBuf {
    segments(dir).pop().unwrap()
}

/// Changes the segment that holds the entry `index`.
pub fn edit(dir: &Path, index: u64, change: impl FnOnce(&mut Segment)) {
    let holds = |path: &PathBuf| {
        let segment = Segment::parse(&fs::read(path).unwrap());
        segment.records.iter().any(|r| r.kind == 1 && r.index == index)
    };
    let path = segments(dir).into_iter().find(holds).unwrap();
    let mut segment = Segment::parse(&fs::read(&path).unwrap());
    assert_eq!(segment.bytes(), fs::read(&path).unwrap(), "the test knows the format");
    change(&mut segment);
    fs::write(path, segment.bytes()).unwrap();
}
