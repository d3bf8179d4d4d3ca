//! `guantong backup` and `guantong restore`: the whole of a node in one file, and back, verified both times.

mod archive;
mod database;
mod evidence;
mod manifest;
mod restore;
pub mod store;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use kernel::clock::{Clock as _, SystemClock};
use kernel::config::Config;

use self::archive::Writer;
use self::manifest::{FORMAT, Manifest};
use crate::lang::Lang;
use crate::{ConfigArgs, node};

pub use restore::{RestoreArgs, run as restore};

/// Flags of `guantong backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// File to write; must not exist 备份文件.
    file: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
    /// Language of what is printed.
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Writes a backup. The hub may run meanwhile: first the database as it is at one moment, then the evidence, which only
/// grows. So the database is never ahead of the log, and what was committed but not yet logged lies in the outbox of the copy.
pub async fn run(args: &BackupArgs) -> anyhow::Result<()> {
    let config = node::config(&args.config)?;
    let lang = args.lang;
    if args.file.exists() {
        bail!("{} 已存在，请换一个文件名 / is there already; choose another name", args.file.display());
    }
    if !config.data_dir.is_dir() {
        bail!("数据目录 {} 不存在 / the data folder is not there", config.data_dir.display());
    }
    let folder = args.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let work = tempfile::Builder::new()
        .prefix(".guantong-backup-")
        .tempdir_in(folder)
        .with_context(|| folder.display().to_string())?;
    let part = work.path().join("archive");
    let mut writer = Writer::create(&part)?;

    let (kind, migrations) = database::copy_out(&config, work.path(), &mut writer, lang).await?;
    for folder in ["keys", "link"] {
        writer.add_folder(&config.data_dir.join(folder), folder, |_| true)?;
    }
    writer.add_bytes("config.toml", config_text(&args.config, &config)?.as_bytes())?;
    let evidence = evidence::copy_out(&config.data_dir, &mut writer)?;
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created_ms: SystemClock.now_ms(),
        origin: config.origin.clone(),
        database: kind,
        migrations,
        evidence,
        files: Vec::new(),
    };
    let manifest = writer.finish(manifest)?;
    // What was written is read again before anybody relies on it.
    archive::verify(&part)?;
    let digest = archive::digest(&part)?;
    std::fs::rename(&part, &args.file).with_context(|| args.file.display().to_string())?;
    let (file, size) = (args.file.display(), std::fs::metadata(&args.file)?.len() >> 10);
    lang.line(
        &format!(
            "已备份：{file}（{size} KiB，{} 个文件，存证 {} 条）",
            manifest.files.len(),
            manifest.evidence.size
        ),
        &format!(
            "Backed up: {file} ({size} KiB, {} files, {} pieces of evidence)",
            manifest.files.len(),
            manifest.evidence.size
        ),
    );
    lang.line(&format!("SHA-256：{digest}"), &format!("SHA-256: {digest}"));
    lang.line(
        "备份含密钥与口令，请加密存放到另一台机器；把上面的摘要另记一处，恢复时用 --sha256 核对。",
        "It holds keys and secrets: keep it encrypted on another machine, and the digest elsewhere, for --sha256 at a restore.",
    );
    Ok(())
}

/// The configuration as it was given, or, without a file, as it holds.
fn config_text(args: &ConfigArgs, config: &Config) -> anyhow::Result<String> {
    match &args.config {
        Some(file) => std::fs::read_to_string(file).with_context(|| file.display().to_string()),
        None => Ok(toml::to_string_pretty(config)?),
    }
}
