//! Cosignatures of witnesses, and notes with many signature lines of all kinds.

use ed25519_dalek::{Signer as _, SigningKey};
use ledger::note::{Note, NoteSignature};
use ledger::{CheckpointBody, Cosigner, CosignerKey, VerifierKey, cosign, leaf_hash};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::support::*;

/// The example of the tlog-cosignature specification; its keys are not published.
const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
    \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE\
    +xeMcTOAYQ8=\n\
    \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe\
    +mbIUBkBIfZ+qnA==\n";

pub fn cosigner(number: u8) -> Cosigner {
    Cosigner::generate(&format!("witness.example/w{number}"), [100 + number; 32]).unwrap()
}

/// A checkpoint of the test log, signed by it alone.
pub fn checkpoint(size: u64) -> String {
    CheckpointBody::new(ORIGIN, size, leaf_hash(&size.to_be_bytes())).sign(&signer()).unwrap().note_text
}

/// The note with a line of each cosigner, the first at `time`, each later one second later.
pub fn cosigned(note: &str, cosigners: &[Cosigner], time: u64) -> String {
    let text = Note::parse(note).unwrap().unverified_text();
    let lines = cosigners.iter().zip(time..).map(|(c, time)| format!("{}\n", c.cosign(text, time).unwrap()));
    std::iter::once(note.to_owned()).chain(lines).collect()
}

fn time(note: &str, key: &CosignerKey) -> ledger::Result<Option<u64>> {
    key.cosigned(&Note::parse(note)?)
}

/// The specification's example is read as it says: names, key ids, the time, and every byte is kept.
#[test]
fn the_example_of_the_specification_is_read() {
    let note = Note::parse(EXAMPLE).unwrap();
    let body = CheckpointBody::parse(note.unverified_text()).unwrap();
    assert_eq!((body.origin.as_str(), body.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(note.signatures.len(), 2);
    let line = &note.signatures[1];
    assert_eq!((line.name.as_str(), line.key_id), ("witness.example.com/w1", 0x8d66_cf3f));
    assert_eq!(line.signature.len(), 72);
    assert_eq!(line.signature[..8], 1_679_315_147u64.to_be_bytes());
    assert_eq!(note.to_string(), EXAMPLE);
}

/// A cosignature is, byte for byte, what one gets from the words of the specification with nothing but SHA-256 and
/// Ed25519, and such a line from elsewhere is accepted.
#[test]
fn a_cosignature_is_what_the_specification_says() {
    let (name, key) = ("witness.example/w1", SigningKey::from_bytes(&[101; 32]));
    let text = Note::parse(&checkpoint(7)).unwrap().unverified_text().to_owned();
    let id = [name.as_bytes(), b"\n\x04", key.verifying_key().as_bytes()].concat();
    let id = u32::from_be_bytes(Sha256::digest(&id)[..4].try_into().unwrap());
    let ours = cosigner(1);
    assert_eq!(ours.verifier().id(), id);
    for (at, digits) in
        [(0, "0"), (7, "7"), (1_700_000_000, "1700000000"), (cosign::MAX_TIME, "9223372036854775807")]
    {
        let signed = format!("cosignature/v1\ntime {digits}\n{text}");
        let blob = [at.to_be_bytes().as_slice(), &key.sign(signed.as_bytes()).to_bytes()].concat();
        let line = NoteSignature::new(name, id, &blob);
        assert_eq!(ours.cosign(&text, at).unwrap(), line);
        assert_eq!(time(&format!("{}{line}\n", checkpoint(7)), ours.verifier()).unwrap(), Some(at));
    }
}

/// The log's own signature does not pass as a cosignature, nor the other way round, even with one key for both.
#[test]
fn log_and_witness_signatures_are_not_exchangeable() {
    let twin = Cosigner::generate(ORIGIN, [42; 32]).unwrap();
    let note = checkpoint(7);
    let text = Note::parse(&note).unwrap().unverified_text().to_owned();
    assert_eq!(time(&note, twin.verifier()).unwrap(), None);
    // The log's signature under the witness's id, with and without a time before it.
    let log_line = Note::parse(&note).unwrap().signatures[0].signature.clone();
    for blob in [log_line.clone(), [vec![0; 8], log_line].concat()] {
        let line = NoteSignature::new(ORIGIN, twin.verifier().id(), &blob);
        assert!(time(&format!("{note}{line}\n"), twin.verifier()).is_err());
    }
    // The witness's signature under the log's id.
    let blob = twin.cosign(&text, 5).unwrap().signature[8..].to_vec();
    let line = NoteSignature::new(ORIGIN, signer().verifier().id(), &blob);
    assert!(CheckpointBody::verify(&format!("{text}\n{line}\n"), signer().verifier()).is_err());
}

/// The time is signed too, and one beyond the format's limit does not count.
#[test]
fn the_time_is_part_of_what_is_signed() {
    let witness = cosigner(1);
    let note = checkpoint(7);
    let text = Note::parse(&note).unwrap().unverified_text();
    let mut blob = witness.cosign(text, 1000).unwrap().signature;
    blob[7] ^= 1;
    let line = NoteSignature::new(witness.verifier().name(), witness.verifier().id(), &blob);
    assert!(time(&format!("{note}{line}\n"), witness.verifier()).is_err());
    let key = SigningKey::from_bytes(&[101; 32]);
    let late = cosign::MAX_TIME + 1;
    let signed = format!("cosignature/v1\ntime {late}\n{text}");
    let blob = [late.to_be_bytes().as_slice(), &key.sign(signed.as_bytes()).to_bytes()].concat();
    let line = NoteSignature::new(witness.verifier().name(), witness.verifier().id(), &blob);
    assert!(time(&format!("{note}{line}\n"), witness.verifier()).is_err());
}

/// Lines of unknown keys and kinds, also those with stray bits at the end of their base64, neither hide the known ones
/// nor lose a byte; a hundred lines are read, more are refused.
#[test]
fn foreign_lines_are_tolerated_and_kept() {
    let witness = cosigner(1);
    let note = checkpoint(7);
    let text = Note::parse(&note).unwrap().unverified_text();
    let mut many = note.clone();
    // SM2 and ML-DSA have other lengths; a name may hold any letters but spaces and plus signs.
    for (name, len) in [("部门/见证", 64), ("ml-dsa.example", 2428), ("x", 1), (ORIGIN, 64)] {
        many.push_str(&format!("{}\n", NoteSignature::new(name, 7, &vec![3; len])));
    }
    // `AAAAAAF=` and `AAAAAAE=` are the same bytes; Go writes the second and reads both.
    many.push_str("\u{2014} odd.example AAAAAAF=\n");
    many.push_str(&format!("{}\n", witness.cosign(text, 5).unwrap()));
    let parsed = Note::parse(&many).unwrap();
    assert_eq!(parsed.signatures.len(), 7);
    assert_eq!(parsed.to_string(), many);
    assert!(CheckpointBody::verify(&many, signer().verifier()).is_ok());
    assert_eq!(time(&many, witness.verifier()).unwrap(), Some(5));

    let line = format!("{}\n", NoteSignature::new("other", 1, &[1]));
    let hundred = format!("{note}{}", line.repeat(99));
    assert!(CheckpointBody::verify(&hundred, signer().verifier()).is_ok());
    assert!(CheckpointBody::verify(&format!("{hundred}{line}"), signer().verifier()).is_err());
}

/// What is no signature line makes the note none, as the format demands; and a known key's line never verifies in a
/// second spelling.
#[test]
fn malformed_lines_are_refused() {
    let note = checkpoint(7);
    for line in [
        "plain text",
        "- name AAAAAAE=",
        "\u{2014} name",
        "\u{2014} name AAAA",
        "\u{2014} name AAAAAA==",
        "\u{2014} name AAAAA*E=",
        "\u{2014} name AAAAAAE",
        "\u{2014} a+b AAAAAAE=",
        "\u{2014} a\u{3000}b AAAAAAE=",
        "\u{2014} a\tb AAAAAAE=",
        "\u{2014} a\u{1}b AAAAAAE=",
        "\u{2014}  AAAAAAE=",
        "\u{2014} name  AAAAAAE=",
        "\u{2014} name AAAAAAE= ",
    ] {
        assert!(CheckpointBody::verify(&format!("{note}{line}\n"), signer().verifier()).is_err(), "{line:?}");
    }
    // 68 bytes of signature and id leave one character with unused bits, the one before the padding.
    let end = note.trim_end().len() - 2;
    let stray = char::from(note.as_bytes()[end] + 1);
    let respelled = format!("{}{stray}=\n", &note[..end]);
    assert!(note.ends_with("=\n") && respelled != note && Note::parse(&respelled).is_ok());
    assert!(CheckpointBody::verify(&respelled, signer().verifier()).is_err());
}

/// Only lines by trusted keys over this very checkpoint are taken from an answer; an older one gives way to a newer one
/// and never the other way round, and what stood in the note keeps its bytes.
#[test]
fn attaching_takes_what_verifies() {
    let (one, two, stranger) = (cosigner(1), cosigner(2), cosigner(3));
    let trusted = [one.verifier(), two.verifier()];
    let note = checkpoint(7);
    let text = Note::parse(&note).unwrap().unverified_text();
    let other = checkpoint(8);
    let other = Note::parse(&other).unwrap().unverified_text();
    let answer = format!(
        "garbage\n{}\n{}\n{}\n",
        stranger.cosign(text, 9).unwrap(),
        two.cosign(other, 9).unwrap(),
        one.cosign(text, 9).unwrap()
    );
    let (with, taken) = cosign::attach(&note, &answer, &trusted).unwrap();
    assert_eq!(taken, 1);
    assert_eq!(with, format!("{note}{}\n", one.cosign(text, 9).unwrap()));
    let older = format!("{}\n", one.cosign(text, 8).unwrap());
    assert_eq!(cosign::attach(&with, &older, &trusted).unwrap(), (with.clone(), 0));
    let newer = format!("{}\n", one.cosign(text, 10).unwrap());
    let (renewed, _) = cosign::attach(&with, &newer, &trusted).unwrap();
    assert_eq!(renewed, format!("{note}{newer}"));
    assert_eq!(time(&renewed, one.verifier()).unwrap(), Some(10));
    assert_eq!(time(&format!("{with}{newer}"), one.verifier()).unwrap(), Some(10), "the newest line counts");
    assert_eq!(cosign::attach(&note, "", &trusted).unwrap(), (note.clone(), 0));
}

proptest! {
    /// Whatever one byte becomes, a cosignature never speaks for another text, another time or another key.
    #[test]
    fn a_changed_byte_never_verifies_more(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let witnesses = [cosigner(1), cosigner(2)];
        let note = cosigned(&checkpoint(7), &witnesses, 1_700_000_000);
        let mut bytes = note.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = to;
        let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
        let Ok(parsed) = Note::parse(&changed) else { return Ok(()) };
        prop_assert_eq!(parsed.to_string(), changed.as_str());
        let text = Note::parse(&note).unwrap().unverified_text();
        for (witness, expected) in witnesses.iter().zip(1_700_000_000..) {
            if let Ok(Some(time)) = witness.verifier().cosigned(&parsed) {
                prop_assert_eq!((time, parsed.unverified_text()), (expected, text));
            }
        }
        let log: &VerifierKey = &signer().verifier().clone();
        if let Ok(body) = CheckpointBody::verify(&changed, log) {
            prop_assert_eq!(body.to_text(), text);
        }
    }
}
