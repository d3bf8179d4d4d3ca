//! `cargo xtask bench <name>`.

use crate::shell::{cargo, step};

/// Which bench, and what it is told.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Name of the bench, for example `path`.
    name: String,
    /// Whatever else the bench understands.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Builds the bench optimised and runs it.
///
/// # Errors
/// When the build or the bench fails.
pub fn run(args: &Args) -> anyhow::Result<()> {
    // Always both, though only the path is measured on the program itself: another selection of packages would have other
    // features, and build everything again.
    cargo(&["build", "--profile", "bench", "-p", "guantong-bench", "-p", "guantong"]).run()?;
    // The profile `bench` shares the folder of `release`.
    let built = crate::repo::target().join("release");
    let rest: Vec<&str> =
        std::iter::once(args.name.as_str()).chain(args.rest.iter().map(String::as_str)).collect();
    step(built.join("guantong-bench"), &rest).env("GUANTONG_BIN", built.join("guantong")).run()
}
