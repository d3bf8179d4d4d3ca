//! The hash files `hashes/<L>`: for each tile level one file of all full subtree roots of height `8 L`, in order.
//!
//! They are written after the segment is durable and not synced, because they can be rebuilt from the segments. So
//! at open, files that know more entries than the segments tell that acknowledged entries are gone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::error::{Error, Result};
use crate::hash::{HASH_LEN, Hash};
use crate::proof::Nodes;
use crate::storage::{Access, File, Storage, read_exact, read_up_to, write_all};
use crate::tile::{TILE_HEIGHT, decode_hashes, encode_hashes, fold};

use super::batch::BatchTree;

/// Tile levels that 64-bit sizes can have.
pub(crate) const LEVELS: u8 = 8;

#[derive(Debug)]
pub(crate) struct HashFiles {
    storage: Arc<dyn Storage>,
    dir: PathBuf,
    files: RwLock<BTreeMap<u8, Arc<dyn File>>>,
    access: Access,
}

impl HashFiles {
    pub fn new(storage: Arc<dyn Storage>, dir: PathBuf, access: Access) -> Self {
        Self { storage, dir, files: RwLock::default(), access }
    }

    fn fail(&self, action: &'static str, level: u8) -> impl FnOnce(std::io::Error) -> Error {
        let path = self.dir.join(level.to_string()).display().to_string();
        move |e| Error::io(action, &path, e)
    }

    fn file(&self, level: u8) -> Result<Arc<dyn File>> {
        if let Some(file) = self.files.read().get(&level) {
            return Ok(Arc::clone(file));
        }
        let path = self.dir.join(level.to_string());
        let file = self.storage.open(&path, self.access).map_err(self.fail("open", level))?;
        self.files.write().insert(level, Arc::clone(&file));
        Ok(file)
    }

    /// How many hashes the file of a level holds.
    pub fn count(&self, level: u8) -> Result<u64> {
        let file = match self.file(level) {
            Ok(file) => file,
            // A folder that is only looked at may lack its hash files.
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(e) => return Err(e),
        };
        Ok(file.len().map_err(self.fail("read", level))? / HASH_LEN as u64)
    }

    /// Hashes of a tile level; all of them must be there.
    pub fn read(&self, level: u8, first: u64, count: usize) -> Result<Vec<Hash>> {
        let bytes = read_exact(&*self.file(level)?, count * HASH_LEN, first * HASH_LEN as u64);
        decode_hashes(&bytes.map_err(self.fail("read", level))?)
    }

    /// As many hashes of a tile level as there are, up to `count`.
    pub fn read_some(&self, level: u8, first: u64, count: usize) -> Result<Vec<Hash>> {
        let mut bytes = vec![0; count * HASH_LEN];
        let read = read_up_to(&*self.file(level)?, &mut bytes, first * HASH_LEN as u64);
        bytes.truncate(read.map_err(self.fail("read", level))? / HASH_LEN * HASH_LEN);
        decode_hashes(&bytes)
    }

    pub fn write(&self, level: u8, first: u64, hashes: &[Hash]) -> Result<()> {
        if hashes.is_empty() {
            return Ok(());
        }
        write_all(&*self.file(level)?, &encode_hashes(hashes), first * HASH_LEN as u64)
            .map_err(self.fail("write", level))
    }

    /// Writes what a batch completed.
    pub(super) fn write_batch(&self, tree: &BatchTree) -> Result<()> {
        for level in 0..LEVELS {
            let (first, hashes) = tree.completed(u32::from(level) * TILE_HEIGHT);
            self.write(level, first, hashes)?;
        }
        Ok(())
    }

    /// Makes all levels durable, so that the next open need not rebuild them.
    pub fn sync(&self) -> Result<()> {
        let files: Vec<_> =
            self.files.read().iter().map(|(level, file)| (*level, Arc::clone(file))).collect();
        for (level, file) in files {
            file.sync().map_err(self.fail("sync", level))?;
        }
        self.storage.sync_dir(&self.dir).map_err(|e| Error::io("sync", &self.dir.display().to_string(), e))
    }
}

impl Nodes for HashFiles {
    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        let tile_level = (level / TILE_HEIGHT) as u8;
        let height = level % TILE_HEIGHT;
        let row = self.read(tile_level, index << height, 1 << height)?;
        fold(&row).ok_or(Error::Tile("a row of hashes is incomplete"))
    }
}
