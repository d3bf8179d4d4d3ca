//! `guantong restore`: a backup becomes a node again, in an empty place, and is verified before anybody uses it.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use kernel::config::Config;

use super::manifest::Manifest;
use super::{archive, database, evidence, store};
use crate::lang::Lang;
use crate::node;

/// Flags of `guantong restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Backup to restore 备份文件.
    file: PathBuf,
    /// Data folder to make; must not exist or be empty 数据目录.
    #[arg(long)]
    data_dir: PathBuf,
    /// Configuration file to write; must not exist 配置文件.
    #[arg(long, short)]
    config: PathBuf,
    /// PostgreSQL database to fill; must be empty 空的 PostgreSQL 库.
    #[arg(long, env = "GUANTONG_RESTORE_DATABASE")]
    database: Option<String>,
    /// SHA-256 of the backup as it was noted down 备份时记下的摘要.
    #[arg(long)]
    sha256: Option<String>,
    /// Language of what is printed.
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Restores.
pub async fn run(args: &RestoreArgs) -> anyhow::Result<()> {
    let lang = args.lang;
    check_target(args)?;
    if let Some(expected) = &args.sha256 {
        let found = archive::digest(&args.file)?;
        if !found.eq_ignore_ascii_case(expected.trim()) {
            bail!(
                "备份文件的摘要不符：{found}，没有恢复 / The digest of the backup differs: {found}; nothing was restored"
            );
        }
    }
    // Once through before anything is made.
    let manifest = archive::verify(&args.file)?;
    check_version(&manifest)?;
    lang.line(
        &format!(
            "备份完整：{} 个文件，节点 {}，由版本 {} 写出",
            manifest.files.len(),
            manifest.origin,
            manifest.program
        ),
        &format!(
            "The backup is whole: {} files of node {}, by version {}",
            manifest.files.len(),
            manifest.origin,
            manifest.program
        ),
    );
    let data_dir = std::path::absolute(&args.data_dir)?;
    let made = fill(args, &data_dir).await;
    if let Err(error) = &made {
        // Nothing but what this run made lies there.
        let _removed = std::fs::remove_dir_all(&data_dir);
        let _removed = std::fs::remove_file(&args.config);
        if args.database.is_some() {
            lang.line(
                "恢复没有完成，目标数据库可能留有部分内容，请清空后再试。",
                "The restore did not end; the target database may hold a part; empty it before the next try.",
            );
        }
        tracing::debug!(error = ?error, "restore.failed");
    }
    let size = made?;
    let (folder, config) = (data_dir.display(), args.config.display());
    lang.line(
        &format!("已恢复到 {folder}，存证 {size} 条，与数据库一致。配置：{config}"),
        &format!("Restored to {folder}; {size} pieces of evidence, at one with the database. Configuration: {config}"),
    );
    lang.line(
        &format!("接下来：确认原节点已停用（两个节点不能同时运行），再运行 guantong doctor --config {config}"),
        &format!("Next: make sure that the old node is off (never run both), then guantong doctor --config {config}"),
    );
    Ok(())
}

fn check_target(args: &RestoreArgs) -> anyhow::Result<()> {
    let in_use = std::fs::read_dir(&args.data_dir).is_ok_and(|mut entries| entries.next().is_some());
    for (path, taken) in
        [(&args.data_dir, in_use || args.data_dir.is_file()), (&args.config, args.config.exists())]
    {
        if taken {
            bail!(
                "{} 已存在且不为空，没有改动任何内容 / is there and not empty; nothing was changed",
                path.display()
            );
        }
    }
    Ok(())
}

/// The program knows everything that the database has.
fn check_version(manifest: &Manifest) -> anyhow::Result<()> {
    let known = server::known_migrations();
    if let Some(newer) = manifest.migrations.iter().find(|one| !known.contains(one)) {
        bail!(
            "备份由更新版本 {} 写出（{newer}），请用不低于它的程序恢复 / The backup is of a newer version {} ({newer}); restore it \
             with a program that is not older",
            manifest.program,
            manifest.program
        );
    }
    Ok(())
}

async fn fill(args: &RestoreArgs, data_dir: &Path) -> anyhow::Result<u64> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir)?;
    let unpacked = data_dir.join(".restoring");
    let manifest = {
        let (file, into) = (args.file.clone(), unpacked.clone());
        tokio::task::spawn_blocking(move || archive::unpack(&file, &into)).await??
    };
    for folder in ["evidence", "keys", "link"] {
        let from = unpacked.join(folder);
        if from.exists() {
            std::fs::rename(&from, data_dir.join(folder))?;
        }
    }
    let text = std::fs::read_to_string(unpacked.join("config.toml"))?;
    let text = moved(&text, data_dir, args.database.as_deref())?;
    write_secret(&args.config, &text)?;
    let config = Config::load(Some(&args.config))?;
    if args.database.is_some() {
        let db = kernel::db::open(&config.database_url()).await?;
        if !store::is_empty(&db).await? {
            bail!("目标数据库不是空的，没有改动 / The target database is not empty; it was left alone");
        }
    }
    database::copy_in(&config, manifest.database, &unpacked).await?;
    std::fs::remove_dir_all(&unpacked)?;
    let kernel = node::open(config).await?;
    server::migrate(&kernel).await?;
    // What was committed but not yet logged when the backup was made is logged now, once.
    kernel.recover_outbox().await?;
    evidence::check(&kernel, &manifest.evidence).await
}

/// The configuration with its new places.
fn moved(text: &str, data_dir: &Path, database: Option<&str>) -> anyhow::Result<String> {
    let mut table: toml::Table = text.parse().context("config.toml")?;
    table.insert("data_dir".to_owned(), data_dir.display().to_string().into());
    let url = database.unwrap_or_default();
    let section = table.entry("database").or_insert_with(|| toml::Table::new().into());
    section.as_table_mut().context("database")?.insert("url".to_owned(), url.into());
    Ok(toml::to_string_pretty(&table)?)
}

fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}
