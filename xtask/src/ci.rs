//! `cargo xtask ci`: what must hold before a change lands.

use crate::shell::cargo;

/// Formatting, lints, generated files, then exactly what `cargo xtask test` runs.
///
/// # Errors
/// At the first step that fails.
pub async fn run() -> anyhow::Result<()> {
    cargo(&["fmt", "--all", "--check"]).run()?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
    crate::generate::run(true)?;
    crate::test::run().await
}
