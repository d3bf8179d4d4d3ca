//! `guantong config`.

use clap::Subcommand;
use kernel::config::{Config, Log};

use crate::{ConfigArgs, node, out};

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check file, environment and flags, and print what results, secrets blotted out 检查配置.
    Check(ConfigArgs),
    /// Print every key with its default 打印示例.
    Example,
}

/// Carries out `guantong config`.
pub fn run(command: &ConfigCommand) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Check(args) => {
            let config = node::config(args)?;
            out::line(&config.shown()?);
            out::line("# 配置有效 / The configuration is valid.");
        }
        ConfigCommand::Example => {
            out::line(
                "# 贯通平台配置示例：每一项都写着默认值；环境变量 GUANTONG_SERVER__LISTEN 之类可覆盖。",
            );
            out::line("# Every key with its default; GUANTONG_SERVER__LISTEN and the like override it.");
            out::line(&Config::default().shown()?);
        }
    }
    Ok(())
}

/// Logging of an agent, which has no file of a hub: filter from `GUANTONG_LOG__FILTER`.
pub fn log_from_environment() -> Log {
    let filter = std::env::var("GUANTONG_LOG__FILTER").unwrap_or_else(|_| "info".to_owned());
    Log { filter, ..Log::default() }
}
