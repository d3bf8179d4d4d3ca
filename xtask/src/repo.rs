//! Where things are in the repository.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// Root of the repository, wherever the command is called from.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The folder of the browser side.
pub fn web() -> PathBuf {
    root().join("web")
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// Every file below a folder of the repository with one of these extensions, sorted, without what is
/// built or fetched. Paths are relative to the root.
///
/// # Errors
/// When a folder cannot be read.
pub fn files(below: &str, extensions: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let root = root();
    let mut found = Vec::new();
    let mut open = vec![root.join(below)];
    while let Some(dir) = open.pop() {
        let entries = std::fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                let skipped = name.starts_with("target") || (name.starts_with('.') && name != ".ci");
                if !skipped && !["node_modules", "dist", "test-results", "demo-data"].contains(&name.as_str())
                {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|ext| extensions.iter().any(|one| ext == *one)) {
                found.push(path.strip_prefix(&root)?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}
