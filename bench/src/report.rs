//! Measured parts of the documentation.

use std::path::Path;

use anyhow::Context as _;

/// Replaces what stands between `<!-- name: begin -->` and `<!-- name: end -->`.
///
/// # Errors
/// When the file cannot be read or written, or has no such part.
pub fn replace_part(file: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let old = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let (before, rest) =
        old.split_once(&begin).with_context(|| format!("{} has no {begin}", file.display()))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("{} has no {end}", file.display()))?;
    std::fs::write(file, format!("{before}{begin}\n{text}\n{end}{after}"))?;
    Ok(())
}
