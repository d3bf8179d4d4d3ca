//! The same by hand, and by programs of others.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::process::Command;

use super::{persons, timed};

async fn sql(url: &str, statements: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await?;
    Ok(())
}

async fn count(url: &str, table: &str, rows: u64) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    let statement = format!("SELECT count(*) FROM {table}");
    let there: i64 = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut connection).await?;
    ensure!(u64::try_from(there)? == rows, "{table} holds {there} rows, not {rows}");
    Ok(())
}

/// Two `psql` and a pipe between them.
async fn piped(from: &str, to: &str, table: &str) -> anyhow::Result<()> {
    let psql = testbed::find_binary("psql").context("psql")?;
    let script = format!(
        "\"{psql}\" -qX \"$FROM\" -c 'COPY hkrk TO STDOUT (FORMAT binary)' | \
         \"{psql}\" -qX \"$TO\" -v ON_ERROR_STOP=1 -c 'COPY {table} FROM STDIN (FORMAT binary)'",
        psql = psql.display()
    );
    let status =
        Command::new("bash").args(["-o", "pipefail", "-c", &script]).env("FROM", from).env("TO", to).status();
    ensure!(status.await?.success(), "the pipe failed");
    Ok(())
}

/// Writes out what the server still holds of earlier ways, so that each begins alike.
///
/// # Errors
/// When the server does not answer.
pub async fn settle(url: &str) -> anyhow::Result<()> {
    sql(url, "CHECKPOINT").await
}

/// A binary COPY pipe into a new table with a primary key. Seconds.
///
/// # Errors
/// When it fails or rows are missing.
pub async fn pipe(from: &str, to: &str, table: &str, rows: u64) -> anyhow::Result<f64> {
    sql(to, &format!("CREATE TABLE {table} ({}, PRIMARY KEY (gmsfhm))", persons::ddl())).await?;
    settle(to).await?;
    let seconds = timed(piped(from, to, table)).await?;
    count(to, table, rows).await?;
    Ok(seconds)
}

/// A staging table and an upsert by hand. Seconds.
///
/// # Errors
/// When it fails or rows are missing.
pub async fn merge(from: &str, to: &str, table: &str, rows: u64) -> anyhow::Result<f64> {
    settle(to).await?;
    let set = persons::COLUMNS.iter().skip(1).map(|(column, ..)| format!("{column} = excluded.{column}"));
    let set: Vec<String> = set.collect();
    let work = async {
        sql(to, &format!("CREATE UNLOGGED TABLE staged ({})", persons::ddl())).await?;
        piped(from, to, "staged").await?;
        let merge = format!(
            "INSERT INTO {table} SELECT * FROM staged ON CONFLICT (gmsfhm) DO UPDATE SET {}; DROP TABLE staged",
            set.join(", ")
        );
        sql(to, &merge).await
    };
    let seconds = timed(work).await?;
    count(to, table, rows).await?;
    Ok(seconds)
}

/// Programs of others in a Python environment of their own.
pub struct Tools {
    bin: PathBuf,
    /// The program of that name.
    sling: PathBuf,
    dir: PathBuf,
}

impl Tools {
    /// Installs them from PyPI.
    ///
    /// # Errors
    /// When Python or the index cannot be had.
    pub async fn install(dir: &Path) -> anyhow::Result<Self> {
        let home = dir.join("python");
        let made = Command::new("python3").args(["-m", "venv"]).arg(&home).status().await?;
        ensure!(made.success(), "python3 -m venv");
        let bin = home.join("bin");
        // The package of sling that holds the program itself; the one named `sling` fetches it from elsewhere when started.
        let processor = if std::env::consts::ARCH == "aarch64" { "arm64" } else { "amd64" };
        let sling = format!("sling-linux-{processor}");
        let packages =
            [sling.as_str(), "dlt[postgres]", "sqlalchemy>=2", "connectorx", "pyarrow", "psycopg2-binary"];
        let mut pip = Command::new(bin.join("pip"));
        pip.args(["install", "-q"]).args(packages).stdout(Stdio::null());
        ensure!(pip.status().await?.success(), "pip install");
        let place = format!("import os, sling_linux_{processor} as it; print(os.path.dirname(it.__file__))");
        let place = Command::new(bin.join("python")).args(["-c", &place]).output().await?;
        ensure!(place.status.success(), "sling: {}", String::from_utf8_lossy(&place.stderr));
        let sling = Path::new(String::from_utf8(place.stdout)?.trim()).join("bin").join(sling);
        std::fs::set_permissions(&sling, std::fs::Permissions::from_mode(0o755))?;
        Ok(Self { bin, sling, dir: dir.to_owned() })
    }

    /// `sling`, full refresh. Seconds.
    ///
    /// # Errors
    /// When it fails or rows are missing.
    pub async fn sling(&self, from: &str, to: &str, rows: u64) -> anyhow::Result<f64> {
        settle(to).await?;
        let plain = |url: &str| format!("{url}?sslmode=disable");
        let work = async {
            let done = Command::new(&self.sling)
                .args([
                    "run",
                    "--src-stream",
                    "public.hkrk",
                    "--tgt-object",
                    "public.by_sling",
                    "--mode",
                    "full-refresh",
                ])
                .args(["--src-conn", &plain(from), "--tgt-conn", &plain(to)])
                .env("HOME", &self.dir)
                .output()
                .await?;
            ensure!(done.status.success(), "sling: {}", String::from_utf8_lossy(&done.stderr));
            sql(to, "ALTER TABLE by_sling ADD PRIMARY KEY (gmsfhm)").await
        };
        let seconds = timed(work).await?;
        count(to, "by_sling", rows).await?;
        Ok(seconds)
    }

    /// `dlt` with its fastest backend. Seconds.
    ///
    /// # Errors
    /// When it fails or rows are missing.
    pub async fn dlt(&self, from: &str, to: &str, rows: u64) -> anyhow::Result<f64> {
        settle(to).await?;
        let script = self.dir.join("by_dlt.py");
        std::fs::write(&script, DLT)?;
        // SQLAlchemy knows the engine by its full name only, and takes another driver unless told.
        let full = |url: &str, name: &str| url.replacen("postgres://", &format!("{name}://"), 1);
        let work = async {
            let done = Command::new(self.bin.join("python"))
                .arg(&script)
                .env("HOME", &self.dir)
                .env("FROM", full(from, "postgresql+psycopg2"))
                .env("TO", full(to, "postgresql"))
                .env("RUNTIME__DLTHUB_TELEMETRY", "false")
                .output()
                .await?;
            ensure!(done.status.success(), "dlt: {}", String::from_utf8_lossy(&done.stderr));
            sql(to, "ALTER TABLE by_dlt.hkrk ADD PRIMARY KEY (gmsfhm)").await
        };
        let seconds = timed(work).await?;
        count(to, "by_dlt.hkrk", rows).await?;
        Ok(seconds)
    }
}

const DLT: &str = r#"
import os
import dlt
from dlt.sources.sql_database import sql_table

table = sql_table(credentials=os.environ["FROM"], table="hkrk", backend="connectorx", reflection_level="full_with_precision")
pipeline = dlt.pipeline(pipeline_name="bench", destination=dlt.destinations.postgres(os.environ["TO"]), dataset_name="by_dlt")
pipeline.run(table, write_disposition="replace", loader_file_format="csv")
"#;
