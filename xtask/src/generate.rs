//! `cargo xtask gen`: files that are generated, committed, and compared in CI.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::shell::{cargo, npm, say, step};

/// The OpenAPI document, written by the program itself.
const OPENAPI: &str = "docs/openapi.json";
/// The sample configuration, written by the program itself.
const CONFIG: &str = "docs/config.example.toml";
/// Types of the web client, made from the OpenAPI document.
const CLIENT: &str = "web/src/api/schema.d.ts";

/// Writes the generated files, or with `check` compares them with those committed.
///
/// # Errors
/// When a generator fails; with `check` also when a file differs, naming each.
pub fn run(check: bool) -> anyhow::Result<()> {
    crate::web::ensure_packages()?;
    let made = tempfile::tempdir()?;
    // The selection of packages that the tests build, so that CI builds once.
    cargo(&["build", "--workspace", "--all-targets"]).run()?;
    let program = crate::repo::target().join("debug").join("guantong");
    let guantong = |args: &[&str]| step(&program, args).read();
    let files = [OPENAPI, CONFIG, CLIENT].map(|file| (file, place(made.path(), file)));
    let [(_, openapi), (_, config), (_, client)] = &files;
    std::fs::write(openapi, guantong(&["openapi"])?)?;
    std::fs::write(config, guantong(&["config", "example"])?)?;
    let (from, to) = (text(openapi)?, text(client)?);
    npm(&["exec", "--no", "--", "openapi-typescript", from, "-o", to]).run()?;

    let mut differ = Vec::new();
    for (file, made) in &files {
        let fresh = std::fs::read(made)?;
        let committed = crate::repo::root().join(file);
        if std::fs::read(&committed).ok().as_deref() == Some(fresh.as_slice()) {
            continue;
        }
        differ.push(*file);
        if !check {
            std::fs::create_dir_all(committed.parent().context("a generated file stands in a folder")?)?;
            std::fs::write(&committed, fresh)?;
        }
    }
    match (check, differ.is_empty()) {
        (_, true) => say("派生文件无变化 / generated files are up to date"),
        (false, false) => say(&format!("已写入 / written: {}", differ.join(", "))),
        (true, false) => bail!(
            "派生文件已过期，请运行 cargo xtask gen 并提交 / out of date, run cargo xtask gen and commit: {}",
            differ.join(", ")
        ),
    }
    Ok(())
}

fn place(dir: &Path, file: &str) -> PathBuf {
    dir.join(file.replace('/', "-"))
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("temporary directory is not UTF-8")
}
