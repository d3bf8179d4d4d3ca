//! Signed notes: a text, an empty line, and signature lines `— name base64(key id || signature)`.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use crate::error::{Error, NoteFault, Result};
use crate::key::{Signer, VerifierKey};

/// A note longer than this is refused before it is looked at.
const MAX_NOTE: usize = 1 << 20;
/// More signature lines than this are refused.
const MAX_SIGNATURES: usize = 100;
const LINE_START: &str = "\u{2014} ";
/// Reads base64 whose last character has stray bits, as some writers and readers elsewhere let pass.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The signer's name.
    pub name: String,
    /// The signer's key id.
    pub key_id: u32,
    /// The signature itself, without the key id; empty where the line's base64 has stray bits. Such a line of a
    /// foreign key is ignored like any other, but none of ours ever verifies in two spellings.
    pub signature: Vec<u8>,
    line: String,
}

impl NoteSignature {
    /// Reads one line without its line feed.
    pub fn parse(line: &str) -> Result<Self> {
        let form = || malformed("not a signature line");
        let (name, text) = line.strip_prefix(LINE_START).and_then(|r| r.split_once(' ')).ok_or_else(form)?;
        let blob = LENIENT.decode(text).map_err(|_| malformed("a signature is not base64"))?;
        let (id, signature) =
            blob.split_first_chunk::<4>().ok_or_else(|| malformed("a signature is too short"))?;
        let bad_name = name.is_empty() || name.chars().any(|c| c.is_whitespace() || c < ' ' || c == '+');
        if bad_name || signature.is_empty() {
            return Err(form());
        }
        let canonical = STANDARD.encode(&blob) == text;
        Ok(Self {
            name: name.to_owned(),
            key_id: u32::from_be_bytes(*id),
            signature: if canonical { signature.to_vec() } else { Vec::new() },
            line: line.to_owned(),
        })
    }

    /// A line of the signer with this name and key id.
    pub fn new(name: &str, key_id: u32, signature: &[u8]) -> Self {
        let mut blob = key_id.to_be_bytes().to_vec();
        blob.extend_from_slice(signature);
        let line = format!("{LINE_START}{name} {}", STANDARD.encode(blob));
        Self { name: name.to_owned(), key_id, signature: signature.to_vec(), line }
    }
}

impl fmt::Display for NoteSignature {
    /// The line as it was read, without its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

/// A note taken apart but not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    text: &'a str,
    /// Its signature lines, in order.
    pub signatures: Vec<NoteSignature>,
}

/// Signs `text`, which must end in a line feed, with each of the signers.
pub fn sign(text: &str, signers: &[&Signer]) -> Result<String> {
    check_text(text)?;
    let mut note = format!("{text}\n");
    for signer in signers {
        let signature = signer.sign(text.as_bytes());
        let line = NoteSignature::new(signer.name(), signer.verifier().id(), &signature);
        note.push_str(&format!("{line}\n"));
    }
    Ok(note)
}

fn check_text(text: &str) -> Result<()> {
    if !text.ends_with('\n') {
        return Err(malformed("the text does not end in a line feed"));
    }
    if text.chars().any(|c| c < ' ' && c != '\n') {
        return Err(malformed("the text holds a control character"));
    }
    Ok(())
}

fn malformed(what: &'static str) -> Error {
    Error::Note(NoteFault::Malformed(what))
}

impl<'a> Note<'a> {
    /// Takes a note apart. Says nothing about the signatures: see [`Note::verify`].
    pub fn parse(note: &'a str) -> Result<Self> {
        if note.len() > MAX_NOTE {
            return Err(malformed("longer than a mebibyte"));
        }
        let end = note.rfind("\n\n").ok_or_else(|| malformed("no empty line before the signatures"))?;
        let (text, lines) = note.split_at(end + 1);
        check_text(text)?;
        let lines = lines.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n'));
        let lines = lines.ok_or_else(|| malformed("the last line does not end"))?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(malformed("more than a hundred signatures"));
        }
        let signatures = lines.split('\n').map(NoteSignature::parse).collect::<Result<Vec<_>>>()?;
        Ok(Self { text, signatures })
    }

    /// Checks the signature of `key` and hands out the signed text. Lines of other keys are ignored.
    pub fn verify(&self, key: &VerifierKey) -> Result<&'a str> {
        let mut own = self.lines_of(key.name(), key.id());
        let Some(first) = own.next() else {
            return Err(Error::Note(NoteFault::NoSignature(key.to_string())));
        };
        // A second line of the same key would leave open which one counts.
        if own.next().is_some() || !key.verify(self.text.as_bytes(), &first.signature) {
            return Err(Error::Note(NoteFault::BadSignature(key.to_string())));
        }
        Ok(self.text)
    }

    /// The lines that claim to be of the key with this name and id. Both must match: others may share one of them.
    pub fn lines_of<'n>(&'n self, name: &'n str, key_id: u32) -> impl Iterator<Item = &'n NoteSignature> {
        self.signatures.iter().filter(move |line| line.name == name && line.key_id == key_id)
    }

    /// The text without a look at the signatures, for display and diagnosis only.
    pub fn unverified_text(&self) -> &'a str {
        self.text
    }
}

impl fmt::Display for Note<'_> {
    /// The note, byte for byte as it was read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A signed note verifies with its key and no other; each changed byte of text or signature is noticed.
    #[test]
    fn notes_verify_and_changes_are_noticed() {
        let signer = Signer::generate("county/log", [1; 32]).unwrap();
        let other = Signer::generate("county/log", [2; 32]).unwrap();
        let note = sign("county/log\n5\nroot\n", &[&signer]).unwrap();
        assert_eq!(Note::parse(&note).unwrap().verify(signer.verifier()).unwrap(), "county/log\n5\nroot\n");
        let missing = Note::parse(&note).unwrap().verify(other.verifier()).unwrap_err();
        assert!(matches!(missing, Error::Note(NoteFault::NoSignature(_))));
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let outcome = Note::parse(&changed).and_then(|n| n.verify(signer.verifier()).map(str::to_owned));
            assert!(outcome.is_err(), "byte {at} was changed without notice");
        }
    }

    /// Several signers sign the same text, and each verifies for itself.
    #[test]
    fn several_signatures() {
        let (a, b) = (Signer::generate("a", [1; 32]).unwrap(), Signer::generate("b", [2; 32]).unwrap());
        let note = sign("text\n", &[&a, &b]).unwrap();
        let note = Note::parse(&note).unwrap();
        assert!(note.verify(a.verifier()).is_ok() && note.verify(b.verifier()).is_ok());
    }

    /// Texts that the format forbids are not signed, and malformed notes are refused without a panic.
    #[test]
    fn malformed_notes_are_refused() {
        let signer = Signer::generate("a", [1; 32]).unwrap();
        assert!(sign("no end", &[&signer]).is_err());
        assert!(sign("tab\t\n", &[&signer]).is_err());
        for bad in [
            "",
            "\n",
            "\n\n",
            "a\n\n\u{2014} a",
            "a\n\n\u{2014} a AAAA\n",
            "a\n\nb\n",
            "a\n\n\u{2014}  AAAAAAA=\n",
        ] {
            assert!(Note::parse(bad).is_err(), "{bad:?}");
        }
    }
}
