//! The database in a backup: a whole SQLite file, what `pg_dump` writes, or an export of our own where that is not there.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, bail};
use kernel::config::Config;

use super::archive::Writer;
use super::manifest::DatabaseKind;
use super::store;
use crate::lang::Lang;

/// Name of the SQLite file, in the archive and in a data folder.
pub const SQLITE: &str = "guantong.db";
const PG_DUMP: &str = "guantong.dump";

/// Copies the database as it is at one moment; gives how, and the migrations it had.
pub async fn copy_out(
    config: &Config,
    work: &Path,
    writer: &mut Writer,
    lang: Lang,
) -> anyhow::Result<(DatabaseKind, Vec<String>)> {
    let url = config.database_url();
    if let Some(file) = url.strip_prefix("sqlite://")
        && !Path::new(file.split('?').next().unwrap_or(file)).exists()
    {
        bail!("数据库文件 {file} 不存在 / is not there");
    }
    let db = kernel::db::open(&url).await?;
    let migrations = server::applied_migrations(&db).await?;
    if migrations.is_empty() {
        bail!("数据库是空的，没有可备份的内容 / The database is empty");
    }
    if kernel::db::is_sqlite(&db) {
        let copy = work.join(SQLITE);
        store::copy_sqlite(&db, &copy).await?;
        writer.add_file(&copy, &format!("database/{SQLITE}"))?;
        std::fs::remove_file(&copy)?;
        return Ok((DatabaseKind::Sqlite, migrations));
    }
    let dump = work.join(PG_DUMP);
    let tried = postgres("pg_dump", &url, |command, address| {
        command
            .args(["--format=custom", "--no-owner", "--no-privileges", "--file"])
            .arg(&dump)
            .arg("--dbname")
            .arg(address);
    });
    match tried {
        Ok(done) if done.status.success() => {
            lang.line("PostgreSQL：由 pg_dump 导出", "PostgreSQL: by pg_dump");
            writer.add_file(&dump, &format!("database/{PG_DUMP}"))?;
            return Ok((DatabaseKind::PgDump, migrations));
        }
        Ok(done) => {
            let said = String::from_utf8_lossy(&done.stderr).lines().next().unwrap_or_default().to_owned();
            lang.line(
                &format!("pg_dump 没有成功（{said}），改用内置导出"),
                &format!("pg_dump failed ({said}); by our own export instead"),
            );
        }
        Err(_) => lang.line("本机没有 pg_dump，用内置导出", "There is no pg_dump here; by our own export"),
    }
    store::export_tables(&db, work, writer).await?;
    Ok((DatabaseKind::Tables, migrations))
}

/// Brings the database back into an empty place.
pub async fn copy_in(config: &Config, kind: DatabaseKind, unpacked: &Path) -> anyhow::Result<()> {
    let url = config.database_url();
    let sqlite = url.starts_with("sqlite:");
    match kind {
        DatabaseKind::Sqlite if sqlite => {
            let to = url.trim_start_matches("sqlite://");
            std::fs::rename(unpacked.join("database").join(SQLITE), to)
                .or_else(|_| std::fs::copy(unpacked.join("database").join(SQLITE), to).map(drop))
                .with_context(|| to.to_owned())
        }
        DatabaseKind::PgDump if !sqlite => {
            let done = postgres("pg_restore", &url, |command, address| {
                command.args([
                    "--no-owner",
                    "--no-privileges",
                    "--exit-on-error",
                    "--single-transaction",
                    "--dbname",
                ]);
                command.arg(address).arg(unpacked.join("database").join(PG_DUMP));
            });
            let done = done.context("需要 pg_restore（postgresql-client） / pg_restore is needed")?;
            if !done.status.success() {
                bail!("pg_restore: {}", String::from_utf8_lossy(&done.stderr));
            }
            Ok(())
        }
        DatabaseKind::Tables if !sqlite => {
            let kernel_db = kernel::db::open(&url).await?;
            store::import_tables(&kernel_db, &unpacked.join("database/tables")).await
        }
        _ => bail!(
            "备份的数据库类型与目标不同：SQLite 备份恢复到 SQLite，PostgreSQL 备份恢复到 PostgreSQL（--database） / The database of \
             the backup is of another kind than the target; give --database for PostgreSQL, none for SQLite"
        ),
    }
}

/// Runs a program of PostgreSQL; the password goes by the environment, where the list of processes does not show it.
fn postgres(program: &str, url: &str, arguments: impl FnOnce(&mut Command, &str)) -> anyhow::Result<Output> {
    let mut address = url::Url::parse(url)?;
    let mut command = Command::new(program);
    if let Some(password) = address.password() {
        let plain = percent_decoded(password);
        command.env("PGPASSWORD", plain);
    }
    address.set_password(None).map_err(|()| anyhow::anyhow!("database.url"))?;
    arguments(&mut command, address.as_str());
    command.stdin(std::process::Stdio::null()).output().with_context(|| program.to_owned())
}

/// Text of a URL's part.
fn percent_decoded(text: &str) -> String {
    let plus = text.replace('+', "%2B");
    let mut pairs = url::form_urlencoded::parse(plus.as_bytes());
    pairs.next().map(|(key, _)| key.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    /// A password with signs in it reaches PostgreSQL as it was meant.
    #[test]
    fn passwords_are_decoded() {
        assert_eq!(percent_decoded("p%40ss+w%2Frd"), "p@ss+w/rd");
        assert_eq!(percent_decoded("plain"), "plain");
    }
}
