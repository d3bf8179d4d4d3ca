//! `cargo xtask <verb>`.

use clap::{Parser, Subcommand};

/// Developer commands of Guantong 贯通 / 开发者命令.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Raise the demo county on this machine and serve it / 在本机运行示范县.
    Demo(xtask::demo::Args),
    /// Install what tests need, then run all tests: Rust, web units, end to end / 运行全部测试.
    Test,
    /// Formatting, lints, generated files, then all tests / 与 CI 完全相同的检查.
    Ci,
    /// Write the generated files: OpenAPI, typed web client, sample configuration / 重新生成派生文件.
    Gen {
        /// Write nothing; fail when a committed file differs from what would be written.
        #[arg(long)]
        check: bool,
    },
    /// Run a bench by name, optimised / 运行性能测试.
    Bench(xtask::bench::Args),
    /// Format all sources / 格式化源码.
    Fmt,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().verb {
        Verb::Demo(args) => xtask::demo::run(&args).await,
        Verb::Test => xtask::test::run().await,
        Verb::Ci => xtask::ci::run().await,
        Verb::Gen { check } => xtask::generate::run(check),
        Verb::Bench(args) => xtask::bench::run(&args),
        Verb::Fmt => xtask::shell::cargo(&["fmt", "--all"]).run(),
    }
}
