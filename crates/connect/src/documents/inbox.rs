//! Where documents of other departments are taken in. What has not arrived as a whole, and was not scanned, is never seen: it lies
//! in a hidden folder, from where an interrupted transfer goes on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::name::{is_plain, parts};
use super::{DocumentsConfig, Scanned, scan};
use crate::error::{SourceCode, SourceError};

/// Hidden folder of what is on its way, and of what is known about what has arrived.
const HIDDEN: &str = ".gt";
const BUFFER: usize = 1 << 20;
/// Copies of one name that may lie beside one another.
const MOST_NAMESAKES: usize = 1_000;
/// Bytes after which what was written is brought to the disk, so that no more than these are sent again after a power cut.
const SYNC_EVERY: u64 = 64 << 20;

/// A folder that takes documents in.
#[derive(Debug, Clone)]
pub struct Inbox {
    name: String,
    config: DocumentsConfig,
}

/// A document that arrives.
#[derive(Debug)]
pub struct Incoming {
    inbox: Inbox,
    id: String,
    file: File,
    hash: Sha256,
    have: u64,
    unsynced: u64,
}

/// A document that has arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Where it lies, below the folder.
    pub path: String,
    /// Its SHA-256, hex.
    pub digest: String,
    /// Its size.
    pub bytes: u64,
    /// What the receiver's own scan said.
    pub scanned: Scanned,
}

/// What became of a document whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removed {
    /// It was deleted.
    Deleted,
    /// It was not there any more.
    Gone,
    /// It was changed since, so that it is the department's own now, and was left.
    Changed,
}

impl Inbox {
    /// A folder by its configuration.
    pub fn new(name: &str, config: &DocumentsConfig) -> Self {
        Self { name: name.to_owned(), config: config.clone() }
    }

    /// Whether documents can be written here.
    ///
    /// # Errors
    /// `target.refused`, `source.down`.
    pub fn ready(&self) -> Result<(), SourceError> {
        fs::create_dir_all(self.hidden()).map_err(|error| self.failed(error))?;
        let probe = self.hidden().join(".probe");
        fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(|error| self.failed(error))
    }

    /// What has arrived under this id, when it has.
    ///
    /// # Errors
    /// `source.down`.
    pub fn kept(&self, id: &str) -> Result<Option<Kept>, SourceError> {
        let Some(kept) = self.line(id)? else { return Ok(None) };
        // Killed between the line and the last step, the part still lies there and is put in place again.
        Ok((!self.part(id)?.exists()).then_some(kept))
    }

    /// Takes up a transfer where it stood. Reads what is there already; blocks.
    ///
    /// # Errors
    /// `target.*`, `source.down`.
    pub fn take_up(&self, id: &str) -> Result<Incoming, SourceError> {
        fs::create_dir_all(self.hidden()).map_err(|error| self.failed(error))?;
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(self.part(id)?)
            .map_err(|error| self.failed(error))?;
        let (mut hash, mut have, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER]);
        loop {
            let count = file.read(&mut buffer).map_err(|error| self.failed(error))?;
            if count == 0 {
                break;
            }
            hash.update(buffer.get(..count).unwrap_or_default());
            have += count as u64;
        }
        Ok(Incoming { inbox: self.clone(), id: id.to_owned(), file, hash, have, unsynced: 0 })
    }

    /// Gives up what has arrived of a transfer that will not go on. Nothing there is no error.
    ///
    /// # Errors
    /// `target.*`, `source.down`.
    pub fn discard(&self, id: &str) -> Result<(), SourceError> {
        self.absent(fs::remove_file(self.part(id)?)).map(drop)
    }

    /// Deletes a document whose time is over.
    ///
    /// # Errors
    /// `target.*`, `source.down`.
    pub fn remove(&self, id: &str) -> Result<Removed, SourceError> {
        self.discard(id)?;
        let Some(kept) = self.line(id)? else { return Ok(Removed::Gone) };
        let path = self.config.dir.join(&kept.path);
        let removed = match File::open(&path) {
            Err(_) => Removed::Gone,
            Ok(file) => {
                if self.digest_of(file)? != kept.digest {
                    Removed::Changed
                } else if self.absent(fs::remove_file(&path))? {
                    Removed::Deleted
                } else {
                    Removed::Gone
                }
            }
        };
        self.absent(fs::remove_file(self.note(id)?))?;
        Ok(removed)
    }

    fn digest_of(&self, mut file: File) -> Result<String, SourceError> {
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; BUFFER]);
        loop {
            match file.read(&mut buffer).map_err(|error| self.failed(error))? {
                0 => return Ok(hex(hash)),
                count => hash.update(buffer.get(..count).unwrap_or_default()),
            }
        }
    }

    fn hidden(&self) -> PathBuf {
        self.config.dir.join(HIDDEN)
    }

    fn part(&self, id: &str) -> Result<PathBuf, SourceError> {
        Ok(self.hidden().join(format!("{}.part", self.safe(id)?)))
    }

    fn note(&self, id: &str) -> Result<PathBuf, SourceError> {
        Ok(self.hidden().join(format!("{}.json", self.safe(id)?)))
    }

    fn safe<'i>(&self, id: &'i str) -> Result<&'i str, SourceError> {
        let plain =
            !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if plain { Ok(id) } else { Err(self.misnamed(id)) }
    }

    fn line(&self, id: &str) -> Result<Option<Kept>, SourceError> {
        match fs::read(self.note(id)?) {
            // A line that was cut off stands for a document that was not put in place.
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Whether it was there.
    fn absent(&self, done: io::Result<()>) -> Result<bool, SourceError> {
        match done {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: io::Error) -> SourceError {
        let name = &self.name;
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => SourceError::new(
                SourceCode::TargetFull,
                format!("接收文件夹“{name}”所在的磁盘已满；请清理或扩容，平台会从中断处接着传。"),
                format!("the disk of inbox \"{name}\" is full; make room, and the transfer goes on from where it stopped"),
            ),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => SourceError::new(
                SourceCode::TargetRefused,
                format!("前置机无权写入接收文件夹“{name}”；请在该机上给前置机的账号写权限。"),
                format!("the agent may not write into inbox \"{name}\"; give its account the right on that machine"),
            ),
            _ => SourceError::down(name),
        }
        .because(error)
    }

    fn misnamed(&self, name: &str) -> SourceError {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
        SourceError::new(
            SourceCode::TargetRefused,
            format!("接收文件夹“{}”不接受名称“{shown}”；请提供方改名后重新交接。", self.name),
            format!(
                "inbox \"{}\" does not take the name \"{shown}\"; have the provider rename the document",
                self.name
            ),
        )
    }

    /// A free place for a name: what is there is never overwritten.
    fn reserve(&self, folder: &str, name: &str) -> Result<String, SourceError> {
        let parts = parts(name).filter(|_| is_plain(folder)).ok_or_else(|| self.misnamed(name))?;
        let (last, above) = parts.split_last().ok_or_else(|| self.misnamed(name))?;
        let mut relative = PathBuf::from(folder);
        relative.extend(above);
        let dir = self.config.dir.join(&relative);
        if links(&self.config.dir, &relative) {
            return Err(self.misnamed(name));
        }
        fs::create_dir_all(&dir).map_err(|error| self.failed(error))?;
        let (stem, extension) =
            last.rsplit_once('.').map_or((*last, String::new()), |(stem, end)| (stem, format!(".{end}")));
        for copy in 1..=MOST_NAMESAKES {
            let name = if copy == 1 { (*last).to_owned() } else { format!("{stem} ({copy}){extension}") };
            match OpenOptions::new().write(true).create_new(true).open(dir.join(&name)) {
                Ok(_) => return Ok(relative.join(name).to_string_lossy().replace('\\', "/")),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        Err(self.misnamed(name))
    }
}

/// Whether a step below the root is a link.
fn links(root: &Path, relative: &Path) -> bool {
    let mut path = root.to_owned();
    relative.components().any(|part| {
        path.push(part);
        path.symlink_metadata().is_ok_and(|meta| meta.is_symlink())
    })
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Incoming {
    /// Bytes that are there.
    pub fn have(&self) -> u64 {
        self.have
    }

    /// Adds bytes; blocks.
    ///
    /// # Errors
    /// `target.full`, `source.down`. What was written stays for the next attempt.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        if let Err(error) = self.file.write_all(bytes) {
            // A part of these bytes may have been written; the next attempt begins with whole portions again.
            let _ = self.file.set_len(self.have);
            return Err(self.inbox.failed(error));
        }
        self.hash.update(bytes);
        self.have += bytes.len() as u64;
        self.unsynced += bytes.len() as u64;
        if self.unsynced >= SYNC_EVERY {
            self.unsynced = 0;
            self.file.sync_data().map_err(|error| self.inbox.failed(error))?;
        }
        Ok(())
    }

    /// Holds the document against its digest, has it scanned, and puts it in place under `folder` and `name`, or beside what is
    /// there under that name.
    ///
    /// # Errors
    /// `document.damaged`: what arrived is not what was sent, and was thrown away. `document.infected`: it was thrown away.
    /// `document.scan_failed`, `target.*`.
    pub async fn finish(self, digest: &str, folder: &str, name: &str) -> Result<Kept, SourceError> {
        let Self { inbox, id, file, hash, have, .. } = self;
        let part = inbox.part(&id)?;
        let synced = tokio::task::spawn_blocking(move || file.sync_all()).await;
        synced.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| inbox.failed(error))?;
        if hex(hash) != digest {
            inbox.discard(&id)?;
            return Err(damaged(&inbox.name));
        }
        let scanned = match scan::scan(&inbox.name, &inbox.config, &part).await {
            Ok(scanned) => scanned,
            Err(error) if error.code() == SourceCode::DocumentInfected => {
                inbox.discard(&id)?;
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        let path = match inbox.line(&id)? {
            // An earlier attempt was killed after it had taken its place.
            Some(earlier) => earlier.path,
            None => inbox.reserve(folder, name)?,
        };
        let kept = Kept { path, digest: digest.to_owned(), bytes: have, scanned };
        inbox.put(&id, &part, &kept)?;
        Ok(kept)
    }
}

impl Inbox {
    fn put(&self, id: &str, part: &Path, kept: &Kept) -> Result<(), SourceError> {
        let line = serde_json::to_vec(kept).map_err(|error| self.failed(io::Error::other(error)))?;
        let place = self.config.dir.join(&kept.path);
        let written = File::create(self.note(id)?).and_then(|mut note| {
            note.write_all(&line)?;
            note.sync_all()?;
            fs::rename(part, &place)?;
            // The folder's own entry, so that the document stands there after a power cut.
            place.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
        });
        written.map_err(|error| self.failed(error))
    }
}

fn damaged(name: &str) -> SourceError {
    SourceError::new(
        SourceCode::DocumentDamaged,
        format!("接收文件夹“{name}”收到的文件与提供方的摘要不一致，已丢弃；平台会重新传输。"),
        format!(
            "what inbox \"{name}\" received does not have the provider's digest and was thrown away; it is sent again"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox(dir: &Path, scan: &[&str]) -> Inbox {
        let scan = scan.iter().map(|&one| one.to_owned()).collect();
        Inbox::new("in", &DocumentsConfig { dir: dir.to_owned(), scan, scan_timeout_ms: 5_000 })
    }

    fn digest(bytes: &[u8]) -> String {
        hex(Sha256::new_with_prefix(bytes))
    }

    /// A transfer that was cut goes on from what is there, nothing is seen before it is whole, and what lies there under the
    /// same name stays.
    #[tokio::test]
    async fn a_cut_transfer_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let inbox = inbox(dir.path(), &[]);
        fs::create_dir(dir.path().join("R1")).unwrap();
        fs::write(dir.path().join("R1/deed.pdf"), b"older").unwrap();
        let mut first = inbox.take_up("a-1").unwrap();
        first.append(b"hello ").unwrap();
        drop(first);
        let mut second = inbox.take_up("a-1").unwrap();
        assert_eq!(second.have(), 6);
        second.append(b"world").unwrap();
        assert_eq!(fs::read_dir(dir.path().join("R1")).unwrap().count(), 1, "nothing is seen before the end");
        let kept = second.finish(&digest(b"hello world"), "R1", "deed.pdf").await.unwrap();
        assert_eq!(
            (kept.path.as_str(), kept.bytes, kept.scanned),
            ("R1/deed (2).pdf", 11, Scanned::Unscanned)
        );
        assert_eq!(fs::read(dir.path().join("R1/deed (2).pdf")).unwrap(), b"hello world");
        assert_eq!(fs::read(dir.path().join("R1/deed.pdf")).unwrap(), b"older");
        assert_eq!(inbox.kept("a-1").unwrap(), Some(kept), "whoever asks again is told so");
        assert_eq!(inbox.remove("a-1").unwrap(), Removed::Deleted);
        assert_eq!(inbox.remove("a-1").unwrap(), Removed::Gone);
        assert_eq!(fs::read(dir.path().join("R1/deed.pdf")).unwrap(), b"older");
    }

    /// What does not have the digest is thrown away; so is what the scanner finds infected; a scanner that fails keeps the
    /// document back without losing it.
    #[tokio::test]
    async fn damaged_and_infected_documents_are_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        for (scan, code) in [
            (&["sh", "-c", "exit 0"][..], SourceCode::DocumentDamaged),
            (&["sh", "-c", "! grep -q virus \"$0\""][..], SourceCode::DocumentInfected),
            (&["sh", "-c", "exit 2"][..], SourceCode::DocumentScan),
            (&["no-such-scanner"][..], SourceCode::DocumentScan),
        ] {
            let inbox = inbox(dir.path(), scan);
            let mut incoming = inbox.take_up("b").unwrap();
            incoming.append(b"a virus").unwrap();
            let wanted =
                if code == SourceCode::DocumentDamaged { digest(b"other") } else { digest(b"a virus") };
            let error = incoming.finish(&wanted, "R1", "x.bin").await.unwrap_err();
            assert_eq!(error.code(), code, "{scan:?}");
            let left = inbox.take_up("b").unwrap().have();
            assert_eq!(left > 0, code == SourceCode::DocumentScan, "{scan:?}");
            inbox.discard("b").unwrap();
            assert!(!dir.path().join("R1/x.bin").exists());
        }
    }

    /// A document that the department went on to change is its own, and is left when its time is over.
    #[tokio::test]
    async fn a_changed_document_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let inbox = inbox(dir.path(), &["true"]);
        let mut incoming = inbox.take_up("c").unwrap();
        incoming.append(b"text").unwrap();
        let kept = incoming.finish(&digest(b"text"), "R1", "2026/note.txt").await.unwrap();
        assert_eq!(kept.scanned, Scanned::Clean);
        fs::write(dir.path().join("R1/2026/note.txt"), b"text and our remarks").unwrap();
        assert_eq!(inbox.remove("c").unwrap(), Removed::Changed);
        assert!(dir.path().join("R1/2026/note.txt").exists());
        assert!(inbox.take_up("../c").is_err() && inbox.remove("a/b").is_err());
    }
}
