//! `cargo xtask ci`: what must hold before a change lands.

use crate::shell::cargo;

/// Formatting, lints, generated files, then exactly what `cargo xtask test` runs.
///
/// # Errors
/// At the first step that fails.
pub async fn run() -> anyhow::Result<()> {
    cargo(&["fmt", "--all", "--check"]).run()?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
    // Before the first program is built, since the program carries the page.
    crate::web::ensure_built()?;
    crate::generate::run(true)?;
    crate::test::run().await
}
