//! Checking an answer that carries its evidence: a leaf, its proof and the signed checkpoint.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::checkpoint::CheckpointBody;
use crate::error::Result;
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifierKey;
use crate::proof::verify_inclusion;

/// Checks that `leaf` stands at `index` in the log that `note_text`, signed by `key`, describes.
pub fn verify_inclusion_note(
    note_text: &str,
    key: &VerifierKey,
    index: u64,
    leaf: &[u8],
    proof: &[Hash],
) -> Result<CheckpointBody> {
    let body = CheckpointBody::verify(note_text, key)?;
    verify_inclusion(index, body.size, &leaf_hash(leaf), proof, &body.root)?;
    Ok(body)
}

/// Remembers the notes verified last. Under load many answers share one checkpoint, and one signature check then
/// serves them all. Only verified notes are kept, each bound to the key that verified it.
#[derive(Debug)]
pub struct NoteCache {
    capacity: usize,
    verified: Mutex<VecDeque<Verified>>,
}

#[derive(Debug)]
struct Verified {
    key: VerifierKey,
    note_text: String,
    body: Arc<CheckpointBody>,
}

impl NoteCache {
    /// A cache of at most `capacity` notes (at least one); some eight per signing log are plenty.
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), verified: Mutex::new(VecDeque::new()) }
    }

    /// The checkpoint in `note_text`, verified now or earlier.
    pub fn checkpoint(&self, note_text: &str, key: &VerifierKey) -> Result<Arc<CheckpointBody>> {
        let known = |v: &&Verified| v.note_text == note_text && v.key == *key;
        if let Some(found) = self.verified.lock().iter().find(known) {
            return Ok(Arc::clone(&found.body));
        }
        // The signature is checked outside the lock, so that a cached note never waits for it.
        let body = Arc::new(CheckpointBody::verify(note_text, key)?);
        let mut verified = self.verified.lock();
        if verified.iter().find(known).is_none() {
            verified.truncate(self.capacity - 1);
            let entry =
                Verified { key: key.clone(), note_text: note_text.to_owned(), body: Arc::clone(&body) };
            verified.push_front(entry);
        }
        Ok(body)
    }

    /// Like [`verify_inclusion_note`], with the signature checked only once per note.
    pub fn verify_inclusion(
        &self,
        note_text: &str,
        key: &VerifierKey,
        index: u64,
        leaf: &[u8],
        proof: &[Hash],
    ) -> Result<Arc<CheckpointBody>> {
        let body = self.checkpoint(note_text, key)?;
        verify_inclusion(index, body.size, &leaf_hash(leaf), proof, &body.root)?;
        Ok(body)
    }
}

impl Default for NoteCache {
    fn default() -> Self {
        Self::new(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Signer;

    /// The cache gives the same verdicts as the plain check: good answers pass, and a cached note does not help a
    /// wrong leaf, a wrong index or another key.
    #[test]
    fn cache_changes_no_verdict() {
        let signer = Signer::generate("log", [1; 32]).unwrap();
        let other = Signer::generate("log", [2; 32]).unwrap();
        let note = CheckpointBody::new("log", 1, leaf_hash(b"leaf")).sign(&signer).unwrap().note_text;
        let cache = NoteCache::new(2);
        for _ in 0..2 {
            assert!(cache.verify_inclusion(&note, signer.verifier(), 0, b"leaf", &[]).is_ok());
            assert!(cache.verify_inclusion(&note, signer.verifier(), 0, b"Leaf", &[]).is_err());
            assert!(cache.verify_inclusion(&note, signer.verifier(), 1, b"leaf", &[]).is_err());
            assert!(cache.verify_inclusion(&note, other.verifier(), 0, b"leaf", &[]).is_err());
        }
        assert!(verify_inclusion_note(&note, signer.verifier(), 0, b"leaf", &[]).is_ok());
    }

    /// The cache never grows beyond its capacity and refuses unsigned texts.
    #[test]
    fn cache_is_bounded() {
        let signer = Signer::generate("log", [1; 32]).unwrap();
        let cache = NoteCache::new(3);
        for size in 1..10 {
            let note = CheckpointBody::new("log", size, leaf_hash(b"x")).sign(&signer).unwrap().note_text;
            assert!(cache.checkpoint(&note, signer.verifier()).is_ok());
        }
        assert_eq!(cache.verified.lock().len(), 3);
        assert!(cache.checkpoint("log\n1\nAAAA\n\n", signer.verifier()).is_err());
        assert_eq!(cache.verified.lock().len(), 3);
    }
}
