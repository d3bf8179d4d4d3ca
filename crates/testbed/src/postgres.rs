//! A PostgreSQL server.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use tokio::sync::OnceCell;

use crate::account::Account;
use crate::database::Database;
use crate::install::{Package, ensure_installed, find_binary};
use crate::running::Running;
use crate::server::{Dir, Server, password, with_free_port};
use crate::supervise::Spec;

/// Name of the user of every server started here; it may do everything.
const USER: &str = "testbed";

/// How a PostgreSQL server is started.
#[derive(Debug, Clone, Default)]
pub struct PostgresOptions {
    /// Directory for its data; must be reachable for the account `postgres` when we are root. `None`
    /// takes a temporary one that is removed with the server.
    pub dir: Option<PathBuf>,
    /// True keeps `fsync` and full page writes on, for benches and crash tests.
    pub durable: bool,
    /// More settings, for example `("max_connections", "300")`.
    pub settings: Vec<(String, String)>,
    /// A disk of that many KiB for databases, besides the data directory; see [`Postgres::create_database_on_disk`].
    pub disk_kib: Option<u64>,
}

/// A running PostgreSQL server. Clones share it; it ends with the last of them, or with the process.
#[derive(Debug, Clone)]
pub struct Postgres {
    running: Running,
    client: Client,
    /// Where the small disk is mounted for the server.
    disk: Option<PathBuf>,
}

/// How to reach it with `psql`.
#[derive(Debug, Clone)]
struct Client {
    psql: PathBuf,
    port: u16,
    password: String,
}

impl Client {
    fn run(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        let output = Command::new(&self.psql)
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", USER])
            .args(["-p", &self.port.to_string(), "-d", database, "-c", sql])
            .env("PGPASSWORD", &self.password)
            .env("PGCONNECT_TIMEOUT", "5")
            .current_dir("/")
            .output()
            .context("cannot start psql")?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }
}

/// Starts a PostgreSQL server of its own.
///
/// # Errors
/// When PostgreSQL is neither found nor installable, or the server does not start; the message holds
/// the end of its log.
pub async fn postgres(options: PostgresOptions) -> anyhow::Result<Postgres> {
    crate::blocking(move || start(&options)).await
}

/// The server that the tests of this process share; started at the first call.
///
/// # Errors
/// As [`postgres`].
pub async fn shared_postgres() -> anyhow::Result<&'static Postgres> {
    static SHARED: OnceCell<Postgres> = OnceCell::const_new();
    SHARED.get_or_try_init(|| postgres(PostgresOptions::default())).await
}

fn start(options: &PostgresOptions) -> anyhow::Result<Postgres> {
    ensure_installed(&[Package::Postgresql])?;
    let binary = |name: &str| find_binary(name).with_context(|| format!("{name} not found"));
    let (initdb, program, psql) = (binary("initdb")?, binary("postgres")?, binary("psql")?);
    with_free_port(|port| {
        let dir = Dir::make(options.dir.as_deref(), "testbed-pg-")?;
        let (account, disk) = match options.disk_kib {
            None => (Account::for_server("postgres"), None),
            Some(kib) => {
                let disk = dir.path().join("disk");
                std::fs::create_dir_all(&disk)?;
                (Account::apart("postgres", disk.clone(), kib)?, Some(disk))
            }
        };
        let data = dir.path().join("data");
        let client = Client { psql: psql.clone(), port, password: kept_password(dir.path())? };
        account.own(dir.path())?;
        if !data.join("PG_VERSION").exists() {
            let pwfile = dir.path().join("password");
            account.run(&initdb, &initdb_args(&data, &pwfile))?;
        }
        let log = dir.path().join("server.log");
        let line = account.line(&program, &server_args(&data, dir.path(), port, options));
        let spec = Spec { line, log, remove: dir.hand_over(), last: "QUIT" };
        let probe = {
            let client = client.clone();
            Box::new(move || client.run("postgres", "select 1").map(|_| ()))
        };
        let server = Server::new(spec, port, probe);
        server.start()?;
        Ok(Postgres { running: Running::new(server, "INT"), client, disk })
    })
}

/// The password lies beside the data, so that a directory that stays can be started again.
fn kept_password(dir: &Path) -> anyhow::Result<String> {
    let file = dir.join("password");
    if let Ok(kept) = std::fs::read_to_string(&file) {
        return Ok(kept.trim().to_owned());
    }
    let made = password();
    std::fs::write(&file, &made)?;
    Ok(made)
}

fn initdb_args(data: &Path, pwfile: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> =
        ["--no-sync", "-A", "scram-sha-256", "-U", USER, "-E", "UTF8"].map(Into::into).into();
    args.extend(["--locale=C.UTF-8".into(), "--pwfile".into(), pwfile.into(), "-D".into(), data.into()]);
    args
}

fn server_args(data: &Path, dir: &Path, port: u16, options: &PostgresOptions) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["-D".into(), data.into(), "-k".into(), dir.into()];
    args.extend(["-p".into(), port.to_string().into()]);
    let mut set = |name: &str, value: &str| args.extend(["-c".into(), format!("{name}={value}").into()]);
    set("listen_addresses", "127.0.0.1");
    set("max_connections", "200");
    set("shared_buffers", "32MB");
    set("timezone", "UTC");
    if !options.durable {
        set("fsync", "off");
        set("full_page_writes", "off");
        set("synchronous_commit", "off");
    }
    for (name, value) in &options.settings {
        set(name, value);
    }
    args
}

impl std::ops::Deref for Postgres {
    type Target = Running;
    fn deref(&self) -> &Running {
        &self.running
    }
}

impl Postgres {
    /// Address of the database `postgres`, with user and password.
    pub fn url(&self) -> String {
        self.client.url("postgres")
    }

    /// Makes a database that nobody else uses.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn create_database(&self) -> anyhow::Result<Database> {
        let name = Database::fresh_name();
        self.psql(&format!("create database {name}")).await?;
        Ok(Database::new(name.clone(), self.client.url(&name)))
    }

    /// Makes a database on the small disk, which ends with the server's process: such a server is not started again.
    ///
    /// # Errors
    /// When the server has no such disk, or does not answer.
    pub async fn create_database_on_disk(&self) -> anyhow::Result<Database> {
        let disk = self.disk.as_deref().context("the server was started without a disk of its own")?;
        let name = Database::fresh_name();
        self.psql(&format!("create tablespace on_{name} location '{}'", disk.display())).await?;
        self.psql(&format!("create database {name} tablespace on_{name}")).await?;
        Ok(Database::new(name.clone(), self.client.url(&name)))
    }

    /// The small disk as it is seen from outside, while the server runs.
    pub fn disk(&self) -> Option<PathBuf> {
        let inside = self.disk.as_deref()?.strip_prefix("/").ok()?;
        Some(Path::new("/proc").join(self.running.pid()?.to_string()).join("root").join(inside))
    }

    /// Runs SQL in the database `postgres`; gives the rows as lines with `|` between the columns.
    ///
    /// # Errors
    /// With the message of the server.
    pub async fn psql(&self, sql: &str) -> anyhow::Result<String> {
        self.psql_in("postgres", sql).await
    }

    /// Runs SQL in a database, as [`Postgres::psql`].
    ///
    /// # Errors
    /// With the message of the server.
    pub async fn psql_in(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        let (client, database, sql) = (self.client.clone(), database.to_owned(), sql.to_owned());
        crate::blocking(move || client.run(&database, &sql)).await
    }
}
