//! Policies: every rule of the format, and whose word makes a quorum.

use ledger::policy::PolicyFault;
use ledger::{Cosigner, Error, Policy, Signer};
use proptest::prelude::*;

use crate::cosign::{checkpoint, cosigned, cosigner};
use crate::support::*;

fn vkey(number: u8) -> String {
    cosigner(number).verifier().to_string()
}

/// The example of the specification with keys filled in: two of X and any of Y.
pub fn example() -> String {
    let mut text = format!("log {} https://log.example/\n\n", signer().verifier());
    for (number, name) in (1..).zip(["X1", "X2", "X3", "Y1", "Y2", "Y3"]) {
        if number == 4 {
            text.push_str("group X-witnesses 2 X1 X2 X3\n\n");
        }
        text.push_str(&format!("witness {name} {}\n", vkey(number)));
    }
    text + "group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

fn cosigners(numbers: &[u8]) -> Vec<Cosigner> {
    numbers.iter().map(|number| cosigner(*number)).collect()
}

/// The line and the fault of a policy that must be refused.
fn refused(text: impl AsRef<[u8]>) -> (usize, PolicyFault) {
    match Policy::parse(text.as_ref()) {
        Err(Error::Policy { line, fault }) => (line, fault),
        other => panic!("accepted: {other:?}"),
    }
}

/// A policy of witnesses A, B, C and D on lines 1 to 4, with further lines.
fn with(lines: &str) -> String {
    let witness = |(name, number)| format!("witness {name} {}\n", vkey(number));
    let witnesses: String = ["A", "B", "C", "D"].into_iter().zip(1..).map(witness).collect();
    witnesses + lines
}

/// The example's quorum is met by exactly the sets of witnesses that its words say, and the verdict names who cosigned
/// and who is missing.
#[test]
fn the_example_counts_as_its_words_say() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    for set in 0u8..64 {
        let numbers: Vec<u8> = (1..=6).filter(|number| set & (1 << (number - 1)) != 0).collect();
        let verdict = policy.check(&cosigned(&checkpoint(5), &cosigners(&numbers), 1000)).unwrap();
        let expected = (set & 0b111).count_ones() >= 2 && set & 0b11_1000 != 0;
        assert_eq!(verdict.met, expected, "{numbers:?}");
        assert_eq!(verdict.as_of.is_some(), expected);
        assert_eq!(verdict.cosigners().count() + verdict.missing().count(), 6);
        let names = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];
        let found: Vec<&str> = verdict.cosigners().map(|w| w.name.as_str()).collect();
        assert_eq!(found, numbers.iter().map(|n| names[usize::from(n - 1)]).collect::<Vec<_>>());
        assert_eq!(verdict.require().is_ok(), expected);
    }
    let error = policy.check(&checkpoint(5)).unwrap().require().unwrap_err();
    assert_eq!(error.code(), "ledger.quorum");
    assert!(error.en().contains("X1, X2, X3, Y1, Y2, Y3") && error.zh().contains("X1、X2"), "{error}");
}

/// The quorum speaks as of the latest time at which enough witnesses had cosigned, not of the newest or oldest line.
#[test]
fn the_age_is_that_of_the_whole_quorum() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let note = checkpoint(5);
    // X1 at 100, X2 at 500, X3 at 300: two of them as of 300. Y1 at 200, Y2 at 50: any as of 200.
    let note = cosigned(&note, &cosigners(&[1]), 100);
    let note = cosigned(&note, &cosigners(&[2]), 500);
    let note = cosigned(&note, &cosigners(&[3]), 300);
    let note = cosigned(&note, &cosigners(&[4]), 200);
    let note = cosigned(&note, &cosigners(&[5]), 50);
    let verdict = policy.check(&note).unwrap();
    assert_eq!(verdict.as_of, Some(200));
    assert_eq!((verdict.age(1000), verdict.age(100)), (Some(800), Some(0)));
    assert_eq!(verdict.missing().map(|w| w.name.as_str()).collect::<Vec<_>>(), ["Y3"]);
    assert!(verdict.met);
}

/// Thresholds, groups in groups, a single witness and `none` as quorum; witnesses whom the quorum does not ask for are
/// listed and not missed.
#[test]
fn quorums_of_all_kinds() {
    let met = |lines: &str, numbers: &[u8]| {
        let policy = Policy::parse(with(lines).as_bytes()).unwrap();
        let note = cosigned(&checkpoint(5), &cosigners(numbers), 7);
        let verdict = policy.check_from(&note, &[signer().verifier()]).unwrap();
        (verdict.met, verdict.missing().count())
    };
    assert_eq!(met("quorum A\n", &[1]), (true, 0));
    assert_eq!(met("quorum A\n", &[2, 3, 4]), (false, 1));
    assert_eq!(met("quorum none\n", &[]), (true, 0));
    assert_eq!(met("group g 3 A B C D\nquorum g\n", &[1, 3]), (false, 2));
    assert_eq!(met("group g 3 A B C D\nquorum g\n", &[1, 3, 4]), (true, 1));
    assert_eq!(met("group g all A\nquorum g\n", &[1]), (true, 0));
    let nested = "group g any A B\ngroup h all g C\ngroup i 1 h D\nquorum i\n";
    assert_eq!(met(nested, &[2, 3]), (true, 2));
    assert_eq!(met(nested, &[4]), (true, 3));
    assert_eq!(met(nested, &[1, 2]), (false, 2));
    // A quorum may stand before lines that it does not need, and a group may be called like a keyword.
    assert_eq!(met("quorum A\ngroup any any B C\n", &[1]), (true, 0));
}

/// Blanks, tabs, comments, URLs, foreign letters and a missing last line feed are read as the format says.
#[test]
fn the_outer_form_is_free() {
    let text = format!(
        "# a comment: {}\n \t # another\n\n\t log \t {} \t https://log.example/#a \n witness \u{5c40}#1 {} https://w/ \t\nquorum\t\u{5c40}#1",
        "\u{4e2d}\u{6587}",
        signer().verifier(),
        vkey(1)
    );
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/#a"));
    let witness = policy.witnesses().next().unwrap();
    assert_eq!((witness.name.as_str(), witness.url.as_deref()), ("\u{5c40}#1", Some("https://w/")));
    assert_eq!(witness.key.as_ref(), Some(cosigner(1).verifier()));
    assert!(policy.check(&cosigned(&checkpoint(5), &cosigners(&[1]), 7)).unwrap().met);
    // Names are bytes: these two differ though both are shown as a replacement character.
    let mut bytes = [b"witness \xff ".as_slice(), vkey(1).as_bytes(), b"\nwitness \xfe "].concat();
    bytes.extend_from_slice(format!("{}\ngroup g all ", vkey(2)).as_bytes());
    bytes.extend_from_slice(b"\xff \xfe\nquorum g\n");
    assert!(Policy::parse(&bytes).is_ok());
}

/// Everything that the format forbids is refused, with the number of the line.
#[test]
fn faults_are_named_with_their_line() {
    let line = |text: &str| {
        let (line, fault) = refused(with(text));
        (line, format!("{fault:?}").split([' ', '(', '{']).next().unwrap().to_owned())
    };
    let at = |number: usize, kind: &str| (number, kind.to_owned());
    assert_eq!(line("quorum E\n"), at(5, "Unknown"));
    assert_eq!(line("group g any A E\nquorum g\n"), at(5, "Unknown"));
    assert_eq!(line("group g any g\nquorum g\n"), at(5, "Unknown"));
    assert_eq!(line("group g any h\ngroup h any g\nquorum g\n"), at(5, "Unknown"));
    assert_eq!(line("quorum g\ngroup g any A\n"), at(5, "Unknown"));
    assert_eq!(line("group g any none\nquorum g\n"), at(5, "Unknown"));
    assert_eq!(line("group none any A\nquorum A\n"), at(5, "Reserved"));
    assert_eq!(line("\ngroup g any A A\nquorum g\n"), at(6, "Member"));
    assert_eq!(line("group g any A\ngroup h any B A\nquorum h\n"), at(6, "Member"));
    assert_eq!(line("group A any B\nquorum A\n"), at(5, "SameName"));
    assert_eq!(line("group g any A\ngroup g any B\nquorum g\n"), at(6, "SameName"));
    for threshold in ["0", "3", "01", "+1", "-1", "1.0", "most", "ANY", "99999999999999999999999"] {
        assert_eq!(line(&format!("group g {threshold} A B\nquorum g\n")), at(5, "Threshold"), "{threshold}");
    }
    for form in ["group g any\n", "group g\n", "group\n", "quorum\n", "quorum A B\n", "log\n", "witness E\n"]
    {
        assert_eq!(line(form), at(5, "Form"), "{form}");
    }
    assert_eq!(line("quorum A\nquorum A\n"), at(6, "SecondQuorum"));
    assert_eq!(line("quorum A\nquorum none\n"), at(6, "SecondQuorum"));
    assert_eq!(line(""), at(4, "NoQuorum"));
    assert_eq!(line("policy x\n"), at(5, "Keyword"));
    assert_eq!(line("Quorum A\n"), at(5, "Keyword"));
    for bad in ["quorum A\r\n", "# \u{0}\nquorum A\n", "quorum\u{b}A\n", "# \u{7f}\nquorum A\n"] {
        assert_eq!(line(bad), at(5, "Character"), "{bad:?}");
    }
    assert_eq!(refused("").0, 1);
}

/// The key with the digits of its id in upper case.
fn shouted(vkey: &str) -> String {
    let id = vkey.split('+').nth(1).unwrap();
    assert_ne!(id, id.to_uppercase());
    vkey.replacen(id, &id.to_uppercase(), 1)
}

/// Keys of the wrong kind and keys that stand there twice, under whatever names and kinds, are refused.
#[test]
fn keys_are_of_their_kind_and_stand_once() {
    let kind = |text: &str| refused(with(text));
    let renamed = Cosigner::generate("another.name", [101; 32]).unwrap().verifier().to_string();
    assert_eq!(kind(&format!("witness E {renamed}\nquorum A\n")), (5, PolicyFault::SameKey(1)));
    let log = Signer::generate("log", [101; 32]).unwrap().verifier().to_string();
    assert_eq!(kind(&format!("log {log}\nquorum A\n")), (5, PolicyFault::SameKey(1)));
    let (one, two) = (signer(), Signer::generate("second", [42; 32]).unwrap());
    let twice = format!("log {}\nlog {}\nquorum none\n", one.verifier(), two.verifier());
    assert_eq!(refused(twice), (2, PolicyFault::SameKey(1)));
    for text in [
        format!("log {}\nquorum A\n", vkey(5)),
        format!("witness E {}\nquorum A\n", signer().verifier()),
        format!("witness E {}\nquorum A\n", vkey(5).replace("+", "-")),
        format!("witness E {}\nquorum A\n", shouted(&vkey(5))),
        "log x\nquorum A\n".to_owned(),
    ] {
        assert!(matches!(kind(&text), (5, PolicyFault::Key { .. })), "{text}");
    }
}

/// A witness with an ML-DSA-44 key may be named; it never counts, so the quorum errs on the safe side.
#[test]
fn witnesses_of_a_later_kind_never_count() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let material = [vec![6u8], vec![7; 1312]].concat();
    let id = sha2::Sha256::digest([b"pq.example\n".as_slice(), &material].concat());
    let key = base64::engine::general_purpose::STANDARD.encode(&material);
    let vkey = format!("pq.example+{:08x}+{key}", u32::from_be_bytes(id[..4].try_into().unwrap()));
    let policy =
        Policy::parse(with(&format!("witness P {vkey}\ngroup g 2 P A\nquorum g\n")).as_bytes()).unwrap();
    assert_eq!(policy.witnesses().last().unwrap().key, None);
    let note = cosigned(&checkpoint(5), &cosigners(&[1]), 7);
    let verdict = policy.check_from(&note, &[signer().verifier()]).unwrap();
    assert!(!verdict.met && verdict.missing().map(|w| w.name.as_str()).eq(["P"]));
    let wrong = vkey.replace("pq.example", "pq.other");
    assert!(matches!(refused(with(&format!("witness P {wrong}\n"))), (5, PolicyFault::Key { .. })));
}

/// Any listed log will do, under its own name only; without one there is no verdict at all.
#[test]
fn a_listed_log_must_have_signed() {
    let other = Signer::generate(ORIGIN, [43; 32]).unwrap();
    let foreign = Signer::generate("foreign.example/log", [44; 32]).unwrap();
    let logs = |keys: &[&Signer]| -> String {
        let lines = keys.iter().map(|key| format!("log {}\n", key.verifier()));
        lines.chain(["quorum none\n".to_owned()]).collect()
    };
    let check = |keys: &[&Signer], note: &str| {
        Policy::parse(logs(keys).as_bytes()).unwrap().check(note).map(|verdict| verdict.log)
    };
    let note = checkpoint(5);
    assert_eq!(check(&[&other, &foreign, &signer()], &note).unwrap(), *signer().verifier());
    assert_eq!(check(&[&other, &foreign], &note).unwrap_err().code(), "ledger.note");
    assert_eq!(check(&[], &note).unwrap_err().code(), "ledger.note");
    // A log that signs in another's name is refused.
    let body = ledger::CheckpointBody::new(ORIGIN, 5, ledger::leaf_hash(b"x"));
    let posing = body.sign(&foreign).unwrap().note_text;
    assert!(check(&[&foreign], &posing).unwrap_err().en().contains("another log"));
}

/// A damaged line of a known key spoils the note; damaged lines of strangers do not.
#[test]
fn a_bad_line_of_a_known_key_spoils_the_note() {
    let policy = Policy::parse(with("group g 2 A B C D\nquorum g\n").as_bytes()).unwrap();
    let good = cosigned(&checkpoint(5), &cosigners(&[1, 2]), 7);
    let check = |note: &str| policy.check_from(note, &[signer().verifier()]);
    let stray = cosigned(&checkpoint(6), &cosigners(&[3]), 7);
    let bad = format!("{good}{}\n", stray.lines().last().unwrap());
    assert!(check(&bad).unwrap_err().en().contains("witness.example/w3"));
    let stray = cosigned(&checkpoint(6), &cosigners(&[9]), 7);
    assert!(check(&format!("{good}{}\n", stray.lines().last().unwrap())).unwrap().met);
}

/// The format wants room for 32 of each; more than makes sense is refused with its line.
#[test]
fn limits() {
    let many = |count: u32| -> String {
        let lines = (0..count).map(|number| {
            let mut seed = [7; 32];
            seed[..4].copy_from_slice(&number.to_be_bytes());
            let log = Signer::generate("log", seed).unwrap();
            seed[31] = 8;
            let witness = Cosigner::generate("w", seed).unwrap();
            format!(
                "log {}\nwitness w{number} {}\ngroup g{number} any w{number}\n",
                log.verifier(),
                witness.verifier()
            )
        });
        lines.chain(["quorum none\n".to_owned()]).collect()
    };
    assert!(Policy::parse(many(64).as_bytes()).is_ok());
    assert_eq!(refused(many(257)), (257 * 3 - 2, PolicyFault::TooLarge(256)));
}

proptest! {
    /// One changed byte in a policy makes it invalid, or leaves a quorum that the words then on the page demand: no
    /// witness of the first policy counts who is not written in the second, and no key verifies for another.
    #[test]
    fn a_changed_byte_lets_nobody_in(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let text = example();
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = to;
        let Ok(policy) = Policy::parse(&bytes) else { return Ok(()) };
        let note = cosigned(&checkpoint(5), &cosigners(&[1, 2, 4]), 7);
        if let Ok(verdict) = policy.check(&note) {
            for standing in verdict.cosigners() {
                prop_assert!(text.contains(&standing.key_text), "{} was not trusted", standing.key_text);
            }
            prop_assert!(verdict.log == *signer().verifier());
        }
        // No quorum comes from nothing: a note without cosignatures never meets a changed threshold or name.
        prop_assert!(policy.check(&checkpoint(5)).map_or(true, |verdict| !verdict.met));
    }

    /// Any bytes are read without a panic.
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300), lines in "((log|witness|group|quorum|#)?[ \t](A|any|all|none|2|g)?\n){0,8}") {
        let _ = Policy::parse(&bytes);
        let _ = Policy::parse(lines.as_bytes());
    }
}
