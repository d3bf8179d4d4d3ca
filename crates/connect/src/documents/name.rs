//! Names of documents, and where they lie. A name can never lead out of its folder.

use std::path::{Path, PathBuf};

use crate::error::{SourceCode, SourceError};

/// Longest name, characters.
const LONGEST: usize = 240;

/// Whether a part of a path may be offered or written.
pub(super) fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && part.trim() == part
        && part.chars().count() <= LONGEST
        && !part
            .chars()
            .any(|c| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
}

/// The parts of a name; `None` when one of them could lead elsewhere.
pub(super) fn parts(name: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = name.split('/').collect();
    (!parts.is_empty() && parts.len() <= 16 && parts.iter().all(|part| is_plain(part))).then_some(parts)
}

/// Where a document lies, below `root`; every step is looked at, so that a link is never followed.
///
/// # Errors
/// `document.unknown`.
pub(super) fn locate(source: &str, root: &Path, table: &str, name: &str) -> Result<PathBuf, SourceError> {
    let unknown = || unknown(source, name);
    let mut path = collection(root, table).ok_or_else(unknown)?;
    if path.symlink_metadata().is_ok_and(|meta| meta.is_symlink()) {
        return Err(unknown());
    }
    for part in parts(name).ok_or_else(unknown)? {
        path.push(part);
        let meta = path.symlink_metadata().map_err(|error| unknown().because(error))?;
        if meta.is_symlink() {
            return Err(unknown());
        }
    }
    Ok(path)
}

/// The folder of a table.
pub(super) fn collection(root: &Path, table: &str) -> Option<PathBuf> {
    match table {
        "." => Some(root.to_owned()),
        name if is_plain(name) => Some(root.join(name)),
        _ => None,
    }
}

pub(super) fn unknown(source: &str, name: &str) -> SourceError {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    SourceError::new(
        SourceCode::DocumentUnknown,
        format!("文件夹“{source}”中没有文件“{shown}”；它可能已被移走或改名，请刷新清单后重选。"),
        format!(
            "folder \"{source}\" has no document \"{shown}\"; it may have been moved or renamed, choose from the list again"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that leads out of the folder, or to something hidden, is none.
    #[test]
    fn names_stay_inside() {
        assert_eq!(parts("2026/契税/0001.pdf").unwrap().len(), 3);
        for name in [
            "",
            "/etc/passwd",
            "../a",
            "a/../b",
            "a//b",
            ".hidden",
            "a/.b",
            "a\\b",
            "a\0b",
            "c:d",
            "a/",
            "a /b",
        ] {
            assert!(parts(name).is_none(), "{name:?}");
        }
    }

    /// A link inside the folder is not followed, wherever it stands in the path.
    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.pdf"), b"x").unwrap();
        std::fs::create_dir(dir.path().join("deeds")).unwrap();
        std::fs::write(dir.path().join("deeds/one.pdf"), b"x").unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("deeds/out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.pdf"), dir.path().join("deeds/two.pdf"))
            .unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("linked")).unwrap();
        assert!(locate("s", dir.path(), "deeds", "one.pdf").is_ok());
        for (table, name) in
            [("deeds", "two.pdf"), ("deeds", "out/secret.pdf"), ("linked", "secret.pdf"), ("..", "x")]
        {
            let error = locate("s", dir.path(), table, name).unwrap_err();
            assert_eq!(error.code(), SourceCode::DocumentUnknown, "{table}/{name}");
        }
    }
}
