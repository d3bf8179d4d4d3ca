//! Checkpoints: the signed statement "this log has so many entries and this root".

use crate::error::{Error, NoteFault, Result};
use crate::hash::Hash;
use crate::key::{Signer, VerifierKey};
use crate::note::{self, Note};

/// What a checkpoint says: `origin\nsize\nbase64(root)\n`, perhaps with extension lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointBody {
    /// The log's name, unique in the world by convention.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the Merkle tree over them.
    pub root: Hash,
    /// Further lines, which this crate does not write.
    pub extensions: Vec<String>,
}

impl CheckpointBody {
    /// A body without extensions.
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// The text that is signed.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self> {
        let body = text.strip_suffix('\n').ok_or(Error::Checkpoint("the last line does not end"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty());
        let origin = origin.ok_or(Error::Checkpoint("no origin line"))?.to_owned();
        let size = lines.next().and_then(parse_size).ok_or(Error::Checkpoint("the size is not a number"))?;
        let root =
            lines.next().and_then(Hash::from_base64).ok_or(Error::Checkpoint("the root is no hash"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(Error::Checkpoint("an extension line is empty"));
        }
        Ok(Self { origin, size, root, extensions })
    }

    /// Signs the body.
    pub fn sign(&self, signer: &Signer) -> Result<Checkpoint> {
        let note_text = note::sign(&self.to_text(), &[signer])?;
        Ok(Checkpoint { size: self.size, root: self.root, note_text })
    }

    /// Checks the note's signature and that it speaks for the log whose key this is, and reads it.
    pub fn verify(note_text: &str, key: &VerifierKey) -> Result<Self> {
        let body = Self::parse(Note::parse(note_text)?.verify(key)?)?;
        if body.origin == key.name() { Ok(body) } else { Err(Error::Note(NoteFault::Origin(body.origin))) }
    }

    /// Reads a note that one of several keys of its log must have signed, and tells which did. A line of any of them
    /// that does not fit spoils the note.
    pub fn verify_any(note_text: &str, keys: &[VerifierKey]) -> Result<(Self, VerifierKey)> {
        let note = Note::parse(note_text)?;
        let body = Self::parse(note.unverified_text())?;
        let key = signer_of(&note, &body, keys.iter())?.clone();
        Ok((body, key))
    }
}

/// The key that signed the note and whose name is the origin.
pub(crate) fn signer_of<'k>(
    note: &Note<'_>,
    body: &CheckpointBody,
    keys: impl Iterator<Item = &'k VerifierKey>,
) -> Result<&'k VerifierKey> {
    let mut found = None;
    let mut foreign = false;
    for key in keys {
        match note.verify(key) {
            Ok(_) if key.name() == body.origin => found = found.or(Some(key)),
            Ok(_) => foreign = true,
            Err(Error::Note(NoteFault::NoSignature(_))) => {}
            Err(error) => return Err(error),
        }
    }
    match found {
        Some(key) => Ok(key),
        None if foreign => Err(Error::Note(NoteFault::Origin(body.origin.clone()))),
        None => Err(Error::Note(NoteFault::NoSignature("any trusted key of its log".to_owned()))),
    }
}

/// Sizes are decimal without sign and leading zeros, so that each has one text only.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let canonical = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok()).flatten()
}

/// A signed checkpoint of this log, ready to be handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// The signed note, as others verify it.
    pub note_text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{empty_root, leaf_hash};

    /// A checkpoint reads back as it was written, signature included.
    #[test]
    fn round_trip() {
        let signer = Signer::generate("county/log", [3; 32]).unwrap();
        let body = CheckpointBody::new("county/log", 10, leaf_hash(b"x"));
        let checkpoint = body.sign(&signer).unwrap();
        assert_eq!(CheckpointBody::verify(&checkpoint.note_text, signer.verifier()).unwrap(), body);
        assert_eq!(CheckpointBody::parse(&body.to_text()).unwrap(), body);
    }

    /// A validly signed checkpoint of another origin is refused.
    #[test]
    fn foreign_origin() {
        let signer = Signer::generate("county/log", [3; 32]).unwrap();
        let foreign = CheckpointBody::new("city/log", 0, empty_root()).sign(&signer).unwrap();
        let error = CheckpointBody::verify(&foreign.note_text, signer.verifier()).unwrap_err();
        assert!(matches!(error, Error::Note(NoteFault::Origin(_))));
    }

    /// Each malformed text is refused.
    #[test]
    fn malformed() {
        let root = empty_root();
        for bad in [
            String::new(),
            format!("o\n1\n{root}"),
            format!("\n1\n{root}\n"),
            format!("o\n01\n{root}\n"),
            format!("o\n+1\n{root}\n"),
            format!("o\n18446744073709551616\n{root}\n"),
            "o\n1\nAAAA\n".to_owned(),
            format!("o\n1\n{root}\n\n"),
        ] {
            assert!(CheckpointBody::parse(&bad).is_err(), "{bad:?}");
        }
    }
}
