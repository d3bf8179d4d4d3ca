//! The certificate authority's files.

use wire::hub::{CaError, HubCa};

use crate::world::{DAY_MS, START_MS};

fn open(dir: &std::path::Path, now_ms: i64) -> Result<HubCa, CaError> {
    HubCa::open_or_create(dir, &["hub.example".to_owned(), "10.0.0.1".to_owned()], now_ms)
}

/// Opening again gives the same root and keeps the link's certificate, until it nears its end or the
/// names change.
#[test]
fn survives_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path(), START_MS).unwrap();
    let link = || std::fs::read_to_string(dir.path().join("link.pem")).unwrap();
    let made = link();
    let again = open(dir.path(), START_MS + 300 * DAY_MS).unwrap();
    assert_eq!(again.fingerprint(), first.fingerprint());
    assert_eq!(again.root_pem(), first.root_pem());
    assert_eq!(link(), made);
    let late = open(dir.path(), START_MS + 350 * DAY_MS).unwrap();
    assert_eq!(late.fingerprint(), first.fingerprint());
    let renewed = link();
    assert_ne!(renewed, made);
    HubCa::open_or_create(dir.path(), &["other.example".to_owned()], START_MS + 350 * DAY_MS).unwrap();
    assert_ne!(link(), renewed);
}

/// Private keys are for their owner only, also when a copy loosened the rights.
#[cfg(unix)]
#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("ca");
    open(&dir, START_MS).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for file in ["root.pem", "link.pem"] {
        assert_eq!(mode(&dir.join(file)), 0o600);
        std::fs::set_permissions(dir.join(file), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    open(&dir, START_MS).unwrap();
    assert_eq!(mode(&dir.join("root.pem")), 0o600);
}

/// A damaged root is never replaced in silence; a damaged link pair is simply made again.
#[test]
fn damage_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path(), START_MS).unwrap();
    std::fs::write(dir.path().join("link.pem"), "rubbish").unwrap();
    assert_eq!(open(dir.path(), START_MS).unwrap().fingerprint(), first.fingerprint());

    let root = dir.path().join("root.pem");
    let good = std::fs::read_to_string(&root).unwrap();
    let stranger = tempfile::tempdir().unwrap();
    open(stranger.path(), START_MS).unwrap();
    let strange = std::fs::read_to_string(stranger.path().join("root.pem")).unwrap();
    let key_end = "-----END PRIVATE KEY-----\n";
    let mixed =
        [good.split_inclusive(key_end).next().unwrap(), strange.split(key_end).nth(1).unwrap()].concat();
    for bad in [String::new(), "rubbish".to_owned(), first.root_pem().to_owned(), mixed] {
        std::fs::write(&root, &bad).unwrap();
        let error = open(dir.path(), START_MS).unwrap_err();
        assert!(matches!(error, CaError::Damaged { .. }), "{error:?}");
        assert!(error.zh().contains("root.pem"));
        assert_eq!(std::fs::read_to_string(&root).unwrap(), bad);
    }
    std::fs::write(&root, good).unwrap();
    assert_eq!(open(dir.path(), START_MS).unwrap().fingerprint(), first.fingerprint());
}

/// An id that cannot stand in a certificate is refused, and so is a host name that is none.
#[test]
fn names_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let ca = open(dir.path(), START_MS).unwrap();
    let csr = wire::agent::make_csr().unwrap().csr_der;
    for bad in ["", "two words", "公安", "x\ny", &"x".repeat(65)] {
        assert!(matches!(ca.issue(&csr, bad, START_MS, 10), Err(CaError::Issue { .. })), "{bad:?}");
    }
    assert!(ca.issue(&csr, &"x".repeat(64), START_MS, 10).is_ok());
    let other = tempfile::tempdir().unwrap();
    assert!(HubCa::open_or_create(other.path(), &["公安.example".to_owned()], START_MS).is_err());
}

/// No two certificates have the same serial number, not even for the same request.
#[test]
fn serial_numbers_differ() {
    let dir = tempfile::tempdir().unwrap();
    let ca = open(dir.path(), START_MS).unwrap();
    let csr = wire::agent::make_csr().unwrap().csr_der;
    let serial = |id: &str, now_ms| ca.issue(&csr, id, now_ms, 10).unwrap().serial;
    let serials = [serial("a1", START_MS), serial("a1", START_MS + 1), serial("a2", START_MS)];
    assert!(serials[0] != serials[1] && serials[0] != serials[2] && serials[1] != serials[2]);
    assert!(serials.iter().all(|serial| serial.len() == 32 && serial.starts_with(['4', '5', '6', '7'])));
}

/// A directory that cannot be used is named.
#[test]
fn unusable_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = open(&file.join("ca"), START_MS).unwrap_err();
    assert_eq!(error.code(), "ca.io");
    assert!(error.en().contains("file"));
}
