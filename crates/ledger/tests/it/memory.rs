//! A storage in memory that fails and loses power on command. It keeps apart what is durable and what is not, so
//! that a power cut can lose any part of the latter.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::storage::{Access, File, Storage};
use parking_lot::Mutex;

/// What happens at the chosen operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The operation fails and does nothing.
    Error(io::ErrorKind),
    /// A write puts down half of its bytes, and the rest fails.
    Short(io::ErrorKind),
    /// The operation and all later ones fail: the power is off.
    PowerCut,
}

#[derive(Clone, Debug)]
enum Change {
    Write(u64, Vec<u8>),
    SetLen(u64),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, new) => {
                let (start, end) = (*offset as usize, *offset as usize + new.len());
                bytes.resize(bytes.len().max(end), 0);
                bytes[start..end].copy_from_slice(new);
            }
            Self::SetLen(len) => bytes.resize(*len as usize, 0),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone, Debug, Default)]
struct World {
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    contents: Vec<Content>,
    operations: u64,
    faults: Vec<(std::ops::Range<u64>, Fault)>,
    short: bool,
    dead: bool,
    locked: bool,
}

impl World {
    /// Counts an operation and fails it when it is its turn.
    fn step(&mut self) -> io::Result<()> {
        let number = self.operations;
        self.operations += 1;
        if self.dead {
            return Err(io::Error::other("no power"));
        }
        match self.faults.iter().find(|(range, _)| range.contains(&number)) {
            None => Ok(()),
            Some((_, Fault::Error(kind))) => Err((*kind).into()),
            Some((_, Fault::PowerCut)) => {
                self.dead = true;
                Err(io::Error::other("no power"))
            }
            Some((_, Fault::Short(kind))) => {
                self.short = true;
                Err((*kind).into())
            }
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<World>>);

impl Memory {
    pub fn with_fault(operations: std::ops::Range<u64>, fault: Fault) -> Self {
        let memory = Self::default();
        memory.0.lock().faults.push((operations, fault));
        memory
    }

    /// What the next process finds after this one was killed: all that was written, synced or not.
    pub fn after_kill(&self) -> Self {
        let mut world = self.0.lock().clone();
        (world.operations, world.dead, world.locked) = (0, false, false);
        world.faults.clear();
        Self(Arc::new(Mutex::new(world)))
    }

    /// The same storage, with one more fault to come.
    pub fn and_fault(self, operations: std::ops::Range<u64>, fault: Fault) -> Self {
        self.0.lock().faults.push((operations, fault));
        self
    }

    /// The content of a file that a power cut cannot take.
    pub fn durable(&self, path: &Path) -> Vec<u8> {
        let world = self.0.lock();
        world.durable_names.get(path).map_or_else(Vec::new, |id| world.contents[*id].durable.clone())
    }

    /// Writes the files below `root`, as a process sees them now, into a folder on disk.
    pub fn dump(&self, root: &Path, dir: &Path) {
        let world = self.0.lock();
        for (path, id) in &world.names {
            let target = dir.join(path.strip_prefix(root).unwrap());
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, &world.contents[*id].now).unwrap();
        }
    }

    /// From now on nothing fails any more.
    pub fn heal(&self) {
        self.0.lock().faults.clear();
    }

    pub fn operations(&self) -> u64 {
        self.0.lock().operations
    }

    /// What the machine finds when the power is back: all that is durable, and of the rest whatever `random` lets
    /// survive: a beginning of the names, and of each file a beginning of its changes in which single sectors are
    /// lost.
    pub fn after_power_cut(&self, random: &mut dyn FnMut() -> u32) -> Self {
        let mut world = self.0.lock().clone();
        let keep_names = random().is_multiple_of(2);
        if !keep_names {
            world.names = world.durable_names.clone();
        }
        world.durable_names = world.names.clone();
        for content in &mut world.contents {
            let mut bytes = content.durable.clone();
            let kept = random() as usize % (content.pending.len() + 1);
            for change in &content.pending[..kept] {
                match change {
                    Change::SetLen(_) => change.apply(&mut bytes),
                    Change::Write(offset, new) => {
                        let end = *offset as usize + new.len();
                        bytes.resize(bytes.len().max(end), 0);
                        let mut at = 0;
                        while at < new.len() {
                            // Sectors are small here, so that small batches are torn too.
                            let len = (64 - (*offset as usize + at) % 64).min(new.len() - at);
                            if !random().is_multiple_of(4) {
                                Change::Write(offset + at as u64, new[at..at + len].to_vec())
                                    .apply(&mut bytes);
                            }
                            at += len;
                        }
                    }
                }
            }
            *content = Content { now: bytes.clone(), durable: bytes, pending: Vec::new() };
        }
        (world.operations, world.dead, world.locked) = (0, false, false);
        world.faults.clear();
        Self(Arc::new(Mutex::new(world)))
    }
}

impl Storage for Memory {
    fn create_dir(&self, _path: &Path) -> io::Result<()> {
        self.0.lock().step()
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        let mut world = self.0.lock();
        world.step()?;
        let id = match world.names.get(path) {
            Some(id) => *id,
            None if access == Access::Read => return Err(io::ErrorKind::NotFound.into()),
            None => {
                world.contents.push(Content::default());
                let id = world.contents.len() - 1;
                world.names.insert(path.to_path_buf(), id);
                id
            }
        };
        Ok(Arc::new(Handle { memory: self.clone(), id }))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut world = self.0.lock();
        world.step()?;
        let inside = world.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = self.0.lock();
        world.step()?;
        let id = world.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        world.names.insert(to.to_path_buf(), id);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut world = self.0.lock();
        world.step()?;
        world.names.remove(path).map(drop).ok_or(io::ErrorKind::NotFound.into())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut world = self.0.lock();
        world.step()?;
        world.durable_names.retain(|path, _| path.parent() != Some(dir));
        let inside: Vec<_> = world
            .names
            .iter()
            .filter(|(path, _)| path.parent() == Some(dir))
            .map(|(path, id)| (path.clone(), *id))
            .collect();
        world.durable_names.extend(inside);
        Ok(())
    }

    fn lock(&self, _path: &Path) -> io::Result<Option<Box<dyn Any + Send + Sync>>> {
        let mut world = self.0.lock();
        world.step()?;
        if std::mem::replace(&mut world.locked, true) {
            return Ok(None);
        }
        Ok(Some(Box::new(Unlock(self.clone()))))
    }
}

struct Unlock(Memory);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.0.lock().locked = false;
    }
}

#[derive(Debug)]
struct Handle {
    memory: Memory,
    id: usize,
}

impl File for Handle {
    fn len(&self) -> io::Result<u64> {
        let mut world = self.memory.0.lock();
        world.step()?;
        Ok(world.contents[self.id].now.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut world = self.memory.0.lock();
        world.step()?;
        let now = &world.contents[self.id].now;
        let rest = now.get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut world = self.memory.0.lock();
        let mut bytes = bytes;
        if let Err(e) = world.step() {
            if !std::mem::take(&mut world.short) || bytes.len() < 2 {
                return Err(e);
            }
            // Half is written now; the rest is the next operation, which must fail.
            bytes = &bytes[..bytes.len() / 2];
            let next = world.operations;
            world.faults.push((next..next + 1, Fault::Error(e.kind())));
        }
        let content = &mut world.contents[self.id];
        let change = Change::Write(offset, bytes.to_vec());
        change.apply(&mut content.now);
        content.pending.push(change);
        Ok(bytes.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut world = self.memory.0.lock();
        world.step()?;
        let content = &mut world.contents[self.id];
        let change = Change::SetLen(len);
        change.apply(&mut content.now);
        content.pending.push(change);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.memory.0.lock();
        world.step()?;
        let content = &mut world.contents[self.id];
        content.durable = content.now.clone();
        content.pending.clear();
        Ok(())
    }
}
