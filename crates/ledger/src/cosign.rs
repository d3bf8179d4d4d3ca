//! Cosignatures (C2SP tlog-cosignature v1, type 04): the statement of a witness that, at a time, a checkpoint was the
//! largest consistent one that it had seen of this log.
//!
//! A cosignature stands in a checkpoint's note as one more signature line. What it signs is not the note's text alone
//! but two lines more, so that it cannot be taken for the log's own signature.

use std::fmt;
use std::path::Path;

use crate::checkpoint::CheckpointBody;
use crate::error::{Error, NoteFault, Result};
use crate::key::{PublicKey, SecretKey, read_key_file, write_key_file};
use crate::note::{Note, NoteSignature};

/// Signature type byte of timestamped Ed25519 cosignatures.
const COSIGNATURE: u8 = 4;
const OTHER_TYPE: &str = "only cosigner keys of type 04 are known";
/// The largest time that the format allows, in seconds.
pub const MAX_TIME: u64 = i64::MAX as u64;
/// Eight bytes of time and the Ed25519 signature.
const BLOB_LEN: usize = 8 + 64;

/// The bytes that a cosigner signs: a fixed line, its time, and the whole text of the checkpoint.
fn message(text: &str, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// The public half of a cosigner's key, in the text form `name+hex8+base64(04 || key)`.
#[derive(Clone, PartialEq, Eq)]
pub struct CosignerKey(PublicKey);

impl CosignerKey {
    /// Builds the key from the cosigner's name and the 32 bytes of its Ed25519 public key.
    pub fn from_public(name: &str, public: &[u8; 32]) -> Result<Self> {
        PublicKey::new(name, COSIGNATURE, public).map(Self)
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self> {
        PublicKey::parse(text, COSIGNATURE, OTHER_TYPE).map(Self)
    }

    /// The cosigner's name.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The four-byte key id as it stands in signature lines.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The 32 bytes of the Ed25519 public key.
    pub fn public(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// When this key cosigned the note, in seconds since 1970; `None` when it has no line there. Of several lines the
    /// newest counts. A line of this key that does not fit the text is an error, because somebody tampered.
    pub fn cosigned(&self, note: &Note<'_>) -> Result<Option<u64>> {
        let mut newest = None;
        for line in note.lines_of(self.name(), self.id()) {
            let time = self.check(note.unverified_text(), line);
            newest =
                newest.max(Some(time.ok_or_else(|| Error::Note(NoteFault::BadSignature(self.to_string())))?));
        }
        Ok(newest)
    }

    /// The time in a line of this key, when its signature fits the text.
    fn check(&self, text: &str, line: &NoteSignature) -> Option<u64> {
        let (time, signature) = line.signature.split_first_chunk::<8>()?;
        let time = u64::from_be_bytes(*time);
        let good = line.signature.len() == BLOB_LEN
            && time <= MAX_TIME
            && CheckpointBody::parse(text).is_ok()
            && self.0.verify(&message(text, time), signature);
        good.then_some(time)
    }
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosignerKey({self})")
    }
}

impl std::str::FromStr for CosignerKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

/// A cosigner's signing key. Its `Debug` form never shows the secret.
///
/// The signed bytes do not name the cosigner: never use one key under two names, and never a log's key.
#[derive(Clone)]
pub struct Cosigner {
    secret: SecretKey,
    verifier: CosignerKey,
}

impl Cosigner {
    fn of(secret: SecretKey) -> Self {
        Self { verifier: CosignerKey(secret.public().clone()), secret }
    }

    /// Makes a key from a name and 32 random bytes, which the caller draws from a secure source.
    pub fn generate(name: &str, random: [u8; 32]) -> Result<Self> {
        SecretKey::generate(name, COSIGNATURE, random).map(Self::of)
    }

    /// Reads the text form `PRIVATE+KEY+name+hex8+base64(04 || seed)`.
    pub fn parse(text: &str) -> Result<Self> {
        SecretKey::parse(text, COSIGNATURE, OTHER_TYPE).map(Self::of)
    }

    /// The secret in its text form. Write it nowhere but into a file that only the service can read.
    pub fn to_secret_text(&self) -> String {
        self.secret.to_text()
    }

    /// Reads a key file written by [`Cosigner::to_file`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::parse(&read_key_file(path.as_ref())?)
    }

    /// Writes the key to a new file that only its owner can read (mode 0600), durably. An existing file is an error.
    pub fn to_file(&self, path: impl AsRef<Path>) -> Result<()> {
        write_key_file(path.as_ref(), &self.to_secret_text())
    }

    /// The public half.
    pub fn verifier(&self) -> &CosignerKey {
        &self.verifier
    }

    /// The signature line over the checkpoint with this text, as of `time` in seconds since 1970. What it says, that no
    /// larger consistent checkpoint was seen, is for the caller to ensure.
    pub fn cosign(&self, text: &str, time: u64) -> Result<NoteSignature> {
        CheckpointBody::parse(text)?;
        if time > MAX_TIME {
            return Err(Error::Checkpoint("the time of a cosignature is at most 2^63 - 1 seconds"));
        }
        let mut blob = time.to_be_bytes().to_vec();
        blob.extend_from_slice(&self.secret.sign(&message(text, time)));
        Ok(NoteSignature::new(self.verifier.name(), self.verifier.id(), &blob))
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.verifier)
    }
}

/// Adds to a checkpoint's note what a witness answered: of its lines those which a trusted key made over this very
/// checkpoint. An older line of the same key gives way; lines of other keys are ignored, as are damaged ones. The lines
/// that were there keep their bytes and their order. Answers the note and how many lines were taken.
pub fn attach(note_text: &str, answer: &str, trusted: &[&CosignerKey]) -> Result<(String, usize)> {
    let mut note = Note::parse(note_text)?;
    let text = note.unverified_text();
    let mut taken = 0;
    for line in answer.lines().filter_map(|line| NoteSignature::parse(line).ok()) {
        let own = |key: &&&CosignerKey| key.name() == line.name && key.id() == line.key_id;
        let Some(key) = trusted.iter().find(own) else { continue };
        let Some(time) = key.check(text, &line) else { continue };
        if key.cosigned(&note).is_ok_and(|before| before.is_some_and(|before| before > time)) {
            continue;
        }
        note.signatures.retain(|other| other.name != line.name || other.key_id != line.key_id);
        note.signatures.push(line);
        taken += 1;
    }
    Ok((note.to_string(), taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cosigner's key survives its texts and its file, and neither debug print shows the secret. A log's key is no
    /// cosigner's key, nor the other way round: the type is part of the id.
    #[test]
    fn keys_round_trip() {
        let cosigner = Cosigner::generate("witness.example/w1", [9; 32]).unwrap();
        let text = cosigner.verifier().to_string();
        assert_eq!(CosignerKey::parse(&text).unwrap(), *cosigner.verifier());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("witness.key");
        cosigner.to_file(&path).unwrap();
        assert_eq!(Cosigner::from_file(&path).unwrap().verifier(), cosigner.verifier());
        assert!(cosigner.to_file(&path).is_err());
        assert!(!format!("{cosigner:?}").contains(&cosigner.to_secret_text()[40..]));

        let log = crate::Signer::generate("witness.example/w1", [9; 32]).unwrap();
        assert_ne!(log.verifier().id(), cosigner.verifier().id());
        assert!(CosignerKey::parse(&log.verifier().to_string()).is_err());
        assert!(crate::VerifierKey::parse(&text).is_err());
        assert!(Cosigner::parse(&log.to_secret_text()).is_err());
        assert!(crate::Signer::parse(&cosigner.to_secret_text()).is_err());
    }

    /// What is no checkpoint, or a time that the format cannot hold, is not cosigned.
    #[test]
    fn only_checkpoints_are_cosigned() {
        let cosigner = Cosigner::generate("w", [9; 32]).unwrap();
        let text = CheckpointBody::new("log", 1, crate::leaf_hash(b"x")).to_text();
        assert!(cosigner.cosign(&text, MAX_TIME).is_ok());
        assert!(cosigner.cosign(&text, MAX_TIME + 1).is_err());
        assert!(cosigner.cosign("any text\n", 1).is_err());
    }
}
