//! The browser side: packages and build, only when something changed.

use std::path::Path;
use std::time::SystemTime;

use anyhow::Context;

use crate::shell::npm;

/// What the built page is made of, below `web/`.
const SOURCES: [&str; 7] =
    ["src", "public", "scripts", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json"];

/// Installs the npm packages when the lock file is newer than what is installed.
///
/// # Errors
/// When npm is not there or fails.
pub fn ensure_packages() -> anyhow::Result<()> {
    let web = crate::repo::web();
    let installed = newest(&web.join("node_modules/.package-lock.json"))?;
    let wanted = newest(&web.join("package-lock.json"))?.context("web/package-lock.json is missing")?;
    if installed.is_none_or(|installed| installed < wanted) {
        npm(&["ci", "--no-audit", "--no-fund"]).run()?;
    }
    Ok(())
}

/// Builds the page into `web/dist` when a source is newer than the last build.
///
/// # Errors
/// When npm is not there or the build fails.
pub fn ensure_built() -> anyhow::Result<()> {
    ensure_packages()?;
    let web = crate::repo::web();
    let built = newest(&web.join("dist/index.html"))?;
    let mut wanted = None;
    for source in SOURCES {
        wanted = wanted.max(newest(&web.join(source))?);
    }
    if built < wanted {
        npm(&["run", "build"]).run()?;
    }
    Ok(())
}

/// Newest time of change of a file or of any file below a folder; `None` when there is nothing.
fn newest(path: &Path) -> anyhow::Result<Option<SystemTime>> {
    let Ok(meta) = std::fs::metadata(path) else { return Ok(None) };
    if !meta.is_dir() {
        return Ok(Some(meta.modified()?));
    }
    let mut found = None;
    for entry in std::fs::read_dir(path)? {
        found = found.max(newest(&entry?.path())?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::newest;

    /// The newest time of a folder is that of its newest file, however deep; nothing has no time.
    #[test]
    fn newest_looks_below() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(newest(&dir.path().join("absent")).unwrap(), None);
        std::fs::create_dir(dir.path().join("deep")).unwrap();
        assert_eq!(newest(dir.path()).unwrap(), None);
        let file = dir.path().join("deep/a");
        std::fs::write(&file, "a").unwrap();
        assert_eq!(newest(dir.path()).unwrap(), Some(std::fs::metadata(&file).unwrap().modified().unwrap()));
    }
}
