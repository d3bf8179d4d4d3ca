//! The archive: a tar file, compressed, its manifest at the end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::manifest::{self, FORMAT, Manifest, NAME};

/// Writes an archive.
pub struct Writer {
    tar: tar::Builder<GzEncoder<BufWriter<File>>>,
    files: Vec<manifest::File>,
}

/// Reads and hashes at once.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

impl<R> Hashing<R> {
    fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }
}

impl Writer {
    /// Begins an archive that only its owner can read.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
        let tar = tar::Builder::new(GzEncoder::new(BufWriter::new(file), Compression::fast()));
        Ok(Self { tar, files: Vec::new() })
    }

    fn add(&mut self, name: &str, size: u64, content: impl Read) -> anyhow::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_entry_type(tar::EntryType::Regular);
        // A file that grows while it is read is taken as long as it was at the beginning.
        let mut content = Hashing::new(content.take(size));
        self.tar.append_data(&mut header, name, &mut content).with_context(|| name.to_owned())?;
        if content.bytes != size {
            bail!("{name} 在备份时变短了 / became shorter while it was read");
        }
        let sha256 = hex::encode(content.hash.finalize());
        self.files.push(manifest::File { path: name.to_owned(), size, sha256 });
        Ok(())
    }

    /// Adds bytes.
    pub fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.add(name, bytes.len() as u64, bytes)
    }

    /// Adds a file as long as it now is.
    pub fn add_file(&mut self, path: &Path, name: &str) -> anyhow::Result<()> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let size = file.metadata()?.len();
        self.add(name, size, file)
    }

    /// Adds the files of a folder and of those in it, in the order of their names.
    pub fn add_folder(&mut self, dir: &Path, name: &str, wanted: fn(&str) -> bool) -> anyhow::Result<()> {
        if !dir.is_dir() {
            return Ok(());
        }
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(dir).with_context(|| dir.display().to_string())? {
            let entry = entry?;
            entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
        entries.sort();
        for (file, path) in entries.into_iter().filter(|(file, _)| wanted(file)) {
            let inside = format!("{name}/{file}");
            if path.is_dir() {
                self.add_folder(&path, &inside, wanted)?;
            } else {
                self.add_file(&path, &inside)?;
            }
        }
        Ok(())
    }

    /// Writes the manifest and makes everything durable.
    pub fn finish(mut self, manifest: Manifest) -> anyhow::Result<Manifest> {
        let manifest = Manifest { files: std::mem::take(&mut self.files), ..manifest };
        let bytes = serde_json::to_vec_pretty(&manifest)?;
        self.add_bytes(NAME, &bytes)?;
        let file = self.tar.into_inner()?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(manifest)
    }
}

/// SHA-256 of the whole file, hex.
pub fn digest(path: &Path) -> anyhow::Result<String> {
    let mut content = Hashing::new(BufReader::new(File::open(path)?));
    io::copy(&mut content, &mut io::sink())?;
    Ok(hex::encode(content.hash.finalize()))
}

fn damaged(what: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "备份文件已损坏或被改动，没有恢复任何内容：{what}。请换另一份备份 / The archive is damaged or was changed; nothing was \
         restored: {what}. Use another backup"
    )
}

/// A path that stays within the target.
fn inside(path: &Path) -> Option<PathBuf> {
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && path.components().next().is_some()).then(|| path.to_owned())
}

/// Reads the archive through; each file goes where `place` says, or nowhere. Gives the manifest after every file was found
/// as it says, no more and no fewer.
fn read(
    path: &Path,
    mut place: impl FnMut(&Path, &mut dyn Read) -> anyhow::Result<()>,
) -> anyhow::Result<Manifest> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut tar = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
    let mut found: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut manifest: Option<Manifest> = None;
    for entry in tar.entries().map_err(|error| damaged(&error.to_string()))? {
        let mut entry = entry.map_err(|error| damaged(&error.to_string()))?;
        let name = entry.path().map_err(|error| damaged(&error.to_string()))?.into_owned();
        let shown = name.display().to_string();
        let regular = entry.header().entry_type().is_file();
        let Some(name) = inside(&name).filter(|_| regular) else { return Err(damaged(&shown)) };
        if manifest.is_some() {
            return Err(damaged("files after the manifest"));
        }
        if shown == NAME {
            let mut text = Vec::new();
            entry.read_to_end(&mut text).map_err(|error| damaged(&error.to_string()))?;
            manifest = Some(serde_json::from_slice(&text).map_err(|error| damaged(&error.to_string()))?);
            continue;
        }
        let mut content = Hashing::new(&mut entry);
        place(&name, &mut content).map_err(|error| damaged(&format!("{shown}: {error}")))?;
        io::copy(&mut content, &mut io::sink()).map_err(|error| damaged(&format!("{shown}: {error}")))?;
        let (bytes, hash) = (content.bytes, hex::encode(content.hash.finalize()));
        if found.insert(shown.clone(), (bytes, hash)).is_some() {
            return Err(damaged(&format!("{shown} twice")));
        }
    }
    // To the very end, where the checksum of the whole stands.
    io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(|error| damaged(&error.to_string()))?;
    let manifest = manifest.ok_or_else(|| damaged("the manifest is missing"))?;
    if manifest.format != FORMAT {
        bail!(
            "备份格式 {} 不是本程序所用的 {FORMAT}，请用写出它的程序版本 {} 恢复 / The archive has form {}, not {FORMAT}; restore it \
             with program version {}",
            manifest.format,
            manifest.program,
            manifest.format,
            manifest.program
        );
    }
    for file in &manifest.files {
        if found.remove(&file.path) != Some((file.size, file.sha256.clone())) {
            return Err(damaged(&file.path));
        }
    }
    match found.into_keys().next() {
        Some(stranger) => Err(damaged(&stranger)),
        None => Ok(manifest),
    }
}

/// Every file is as the manifest says.
pub fn verify(path: &Path) -> anyhow::Result<Manifest> {
    read(path, |_, _| Ok(()))
}

/// Unpacks into an empty folder.
pub fn unpack(path: &Path, into: &Path) -> anyhow::Result<Manifest> {
    read(path, |name, content| {
        let to = into.join(name);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&to)?;
        io::copy(content, &mut file)?;
        file.flush()?;
        file.sync_all()?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::manifest::{DatabaseKind, Evidence};

    fn sample(dir: &Path) -> PathBuf {
        let path = dir.join("archive");
        let mut writer = Writer::create(&path).unwrap();
        writer.add_bytes("keys/a.key", b"secret").unwrap();
        writer.add_bytes("database/guantong.db", &[7; 5000]).unwrap();
        let manifest = Manifest {
            format: FORMAT,
            program: "0".into(),
            created_ms: 0,
            origin: "o".into(),
            database: DatabaseKind::Sqlite,
            migrations: Vec::new(),
            evidence: Evidence { size: 0, root: String::new() },
            files: Vec::new(),
        };
        writer.finish(manifest).unwrap();
        path
    }

    /// An archive comes back as it went in; a single changed or missing byte is noticed, unless it is one of the few bits of
    /// padding that mean nothing, and then what comes back is the same.
    #[test]
    fn every_byte_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = sample(dir.path());
        assert_eq!(verify(&path).unwrap().files.len(), 2);
        let out = dir.path().join("out");
        unpack(&path, &out).unwrap();
        assert_eq!(std::fs::read(out.join("keys/a.key")).unwrap(), b"secret");
        let bytes = std::fs::read(&path).unwrap();
        let mut noticed = 0;
        // Bytes 4 to 9 of gzip are a time and the like, which say nothing about the content.
        for at in 10..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            if verify(&path).is_ok() {
                let again = dir.path().join(format!("again-{at}"));
                unpack(&path, &again).unwrap();
                assert_eq!(std::fs::read(again.join("keys/a.key")).unwrap(), b"secret", "byte {at}");
            } else {
                noticed += 1;
            }
        }
        assert!(noticed * 10 > (bytes.len() - 10) * 9, "{noticed} of {}", bytes.len());
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(verify(&path).is_err(), "half");
    }

    /// A path that leads out of the target is refused before anything is written there.
    #[test]
    fn nothing_leaves_the_target() {
        for path in ["/etc/passwd", "../x", "a/../../x", ""] {
            assert!(inside(Path::new(path)).is_none(), "{path}");
        }
        assert!(inside(Path::new("evidence/log/FORMAT")).is_some());
    }
}
