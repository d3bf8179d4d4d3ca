//! The evidence as outsiders check it: single entries with their proof, whole logs, and logs that somebody touched.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::{Hash, VerifierKey, verify_inclusion_note};
use serde_json::Value;

use crate::world::{Backing, CLEAN, Who, World, resident_id, run, run_program};

async fn with_calls(backing: Backing, calls: usize) -> (std::sync::Arc<World>, Vec<Value>) {
    let world = World::shared(backing).await;
    let grant = world.grant(|_| {}).await;
    let mut answers = Vec::new();
    for _ in 0..calls {
        answers.push(world.query(&world.question(&grant, CLEAN)).await.ok());
    }
    (world, answers)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The report of `guantong verify --json` and whether it ended well.
fn verify(args: &[&str]) -> (bool, Value) {
    let output = run_program(&[&["verify", "--json"], args].concat(), &[]);
    let report = serde_json::from_slice(&output.stdout);
    (
        output.status.success(),
        report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))),
    )
}

/// The proof that comes with an entry holds for exactly this entry under the node's key; parties see what was opened to
/// them, the opening fits the commitment, and the provider's own record holds the same digest.
#[test]
fn the_proof_of_an_entry_holds() {
    for backing in [Backing::Sqlite, Backing::Postgres] {
        run(async {
            let (world, answers) = with_calls(backing, 1).await;
            let index = answers[0]["evidence"]["index"].as_u64().unwrap();
            let path = format!("/api/v1/evidence/{index}");
            let view = world.as_(Who::ConsumerHead).get(&path).await.ok();
            let key = world.as_(Who::Nobody).get("/api/v1/ledger/key").await.ok();
            assert_eq!(view["verifier_key"].as_str().unwrap(), key.as_str().unwrap().trim());
            let key = VerifierKey::parse(key.as_str().unwrap().trim()).unwrap();
            let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
            let proof: Vec<_> = view["proof"]
                .as_array()
                .unwrap()
                .iter()
                .map(|hash| Hash::from_slice(&bytes(hash)).unwrap())
                .collect();
            let note = view["checkpoint"].as_str().unwrap();
            let leaf = bytes(&view["leaf"]);
            verify_inclusion_note(note, &key, index, &leaf, &proof).unwrap();
            let mut altered = leaf.clone();
            altered[10] ^= 1;
            assert!(verify_inclusion_note(note, &key, index, &altered, &proof).is_err());
            assert!(verify_inclusion_note(note, &key, index + 1, &leaf, &proof).is_err());

            let entry: Value = serde_json::from_slice(&leaf).unwrap();
            assert_eq!(
                (&entry["call"], &entry["agent_digest"]),
                (&answers[0]["call"], &answers[0]["evidence"]["digest"])
            );
            let said = &view["opening"]["said"];
            assert_eq!(
                (&said["subject_value"], &said["case_no"]),
                (&resident_id(CLEAN).into(), &"2026-0001".into())
            );
            let opening = kernel::evidence::Opening {
                r: view["opening"]["r"].as_str().unwrap().to_owned(),
                payload: view["opening"]["payload"].as_str().unwrap().to_owned(),
            };
            assert_eq!(entry["commit"], opening.commit());
            // The provider is a party and sees the entry; whom it was about only the consumer and the auditor see.
            assert!(world.as_(Who::ProviderHead).get(&path).await.ok()["opening"].is_null());
            assert!(world.as_(Who::Auditor).get(&path).await.ok()["opening"].is_object());

            let report =
                ledger::verify_dir(world.agent.state_dir.join("record"), &ledger::VerifyOptions::default())
                    .unwrap();
            assert!(report.is_ok(), "{:?}", report.findings);
        });
    }
}

/// `guantong verify` passes on the folder of a running hub, on a copy, and over HTTP, also under a key given from outside.
#[test]
fn a_whole_log_is_verified() {
    for backing in [Backing::Sqlite, Backing::Postgres] {
        run(async {
            let (world, answers) = with_calls(backing, 3).await;
            let last = answers[2]["evidence"]["index"].as_u64().unwrap();
            let dir = tempfile::tempdir().unwrap();
            let own = dir.path().join("copy");
            copy(&world.hub.log_dir(), &own);
            let key = world.as_(Who::Nobody).get("/api/v1/ledger/key").await.ok();
            let key = key.as_str().unwrap().trim();
            let log_dir = world.hub.log_dir();
            for args in [
                vec![log_dir.to_str().unwrap()],
                vec![own.to_str().unwrap(), "--key", key],
                vec!["--url", world.url.as_str()],
                vec!["--url", world.url.as_str(), "--key", key],
            ] {
                let (ok, report) = verify(&args);
                assert!(ok && report["findings_total"] == 0, "{args:?}: {report}");
                assert!(report["size"].as_u64().unwrap() > last, "{args:?}: {report}");
                assert_eq!(report["entries_checked"], report["size"], "{args:?}");
            }
            let foreign =
                ledger::Signer::generate("test.example/hub", [9; 32]).unwrap().verifier().to_string();
            let (ok, report) = verify(&[own.to_str().unwrap(), "--key", &foreign]);
            assert!(!ok && report["findings"][0]["code"] == "ledger.signature", "{report}");
        });
    }
}

/// Offset of a text in the files of a copied log.
fn find(dir: &Path, text: &str) -> (PathBuf, usize) {
    std::fs::read_dir(dir.join("segments"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .find_map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            let at = bytes.windows(text.len()).position(|window| window == text.as_bytes())?;
            Some((path, at))
        })
        .unwrap()
}

/// One byte of one entry changed in a copy is found, and the entry is named; so is a log cut short of what was saved.
#[test]
fn a_touched_log_is_found_out() {
    for backing in [Backing::Sqlite, Backing::Postgres] {
        run(async {
            let (world, answers) = with_calls(backing, 3).await;
            let dir = tempfile::tempdir().unwrap();
            let own = dir.path().join("copy");
            copy(&world.hub.log_dir(), &own);
            let (file, at) = find(&own, answers[1]["call"].as_str().unwrap());
            let mut bytes = std::fs::read(&file).unwrap();
            bytes[at] ^= 1;
            std::fs::write(&file, bytes).unwrap();
            let (ok, report) = verify(&[own.to_str().unwrap()]);
            assert!(!ok, "{report}");
            let findings = report["findings"].as_array().unwrap();
            let named = findings.iter().any(|finding| {
                finding["code"] == "ledger.entry-changed"
                    && finding["index"] == answers[1]["evidence"]["index"]
            });
            assert!(
                named && findings.iter().all(|f| f["zh"].as_str().is_some_and(|zh| !zh.is_empty())),
                "{report}"
            );

            // An older state of the same log, held against a checkpoint saved later.
            let old = dir.path().join("old");
            copy(&world.hub.log_dir(), &old);
            let grant = answers[0]["evidence"]["index"].clone();
            world.as_(Who::ConsumerHead).get(&format!("/api/v1/evidence/{grant}")).await.ok();
            let (again, _) = with_calls(backing, 1).await;
            let saved = dir.path().join("saved");
            let note = again.as_(Who::Nobody).get("/api/v1/ledger/checkpoint").await.ok();
            std::fs::write(&saved, note.as_str().unwrap()).unwrap();
            let (ok, report) = verify(&[old.to_str().unwrap(), "--saved", saved.to_str().unwrap()]);
            assert!(!ok, "{report}");
            assert!(
                report["findings"].as_array().unwrap().iter().any(|f| f["code"] == "ledger.rollback"),
                "{report}"
            );
        });
    }
}
