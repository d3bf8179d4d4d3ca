//! A MariaDB server.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use tokio::sync::OnceCell;

use crate::account::{Account, is_root};
use crate::database::Database;
use crate::install::{Package, ensure_installed, find_binary};
use crate::running::Running;
use crate::server::{Dir, Server, password, with_free_port};
use crate::supervise::Spec;

/// Name of the user of every server started here; it may do everything.
const USER: &str = "testbed";

/// How a MariaDB server is started.
#[derive(Debug, Clone, Default)]
pub struct MariadbOptions {
    /// Directory for its data; must be reachable for the account `mysql` when we are root. `None`
    /// takes a temporary one that is removed with the server.
    pub dir: Option<PathBuf>,
    /// True writes the log through to disk at every commit.
    pub durable: bool,
    /// More arguments, for example `--max-connections=300`.
    pub args: Vec<String>,
}

/// A running MariaDB server. Clones share it; it ends with the last of them, or with the process.
#[derive(Debug, Clone)]
pub struct Mariadb {
    running: Running,
    client: Client,
}

/// How to reach it with the `mariadb` client.
#[derive(Debug, Clone)]
struct Client {
    program: PathBuf,
    port: u16,
    password: String,
}

impl Client {
    fn run(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        let output = Command::new(&self.program)
            .args(["--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"])
            .args(["--protocol=tcp", "--host=127.0.0.1", "--connect-timeout=5"])
            .args([&format!("--port={}", self.port), &format!("--user={USER}"), "-e", sql, database])
            .env("MYSQL_PWD", &self.password)
            .current_dir("/")
            .output()
            .context("cannot start the mariadb client")?;
        if !output.status.success() {
            bail!("mariadb: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    fn url(&self, database: &str) -> String {
        format!("mysql://{USER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }
}

/// Starts a MariaDB server of its own.
///
/// # Errors
/// When MariaDB is neither found nor installable, or the server does not start; the message holds the
/// end of its log.
pub async fn mariadb(options: MariadbOptions) -> anyhow::Result<Mariadb> {
    crate::blocking(move || start(&options)).await
}

/// The server that the tests of this process share; started at the first call.
///
/// # Errors
/// As [`mariadb`].
pub async fn shared_mariadb() -> anyhow::Result<&'static Mariadb> {
    static SHARED: OnceCell<Mariadb> = OnceCell::const_new();
    SHARED.get_or_try_init(|| mariadb(MariadbOptions::default())).await
}

fn start(options: &MariadbOptions) -> anyhow::Result<Mariadb> {
    ensure_installed(&[Package::MariadbServer])?;
    let binary = |name: &str| find_binary(name).with_context(|| format!("{name} not found"));
    let (install, program, client) = (binary("mariadb-install-db")?, binary("mariadbd")?, binary("mariadb")?);
    with_free_port(|port| {
        let account = Account::for_server("mysql");
        let dir = Dir::make(options.dir.as_deref(), "testbed-my-")?;
        let data = dir.path().join("data");
        let password = kept_password(dir.path())?;
        account.own(dir.path())?;
        if !data.join("mysql").is_dir() {
            let mut args: Vec<OsString> = vec!["--no-defaults".into(), "--skip-test-db".into()];
            args.push("--auth-root-authentication-method=normal".into());
            args.push(equals("--datadir", &data));
            if is_root() {
                args.push("--user=mysql".into());
            }
            // The script gives up its rights by itself; under `setpriv` it could not read what it needs.
            Account::Own.run(&install, &args)?;
        }
        let spec = Spec {
            line: account.line(&program, &server_args(&data, dir.path(), port, options)),
            log: dir.path().join("server.log"),
            remove: dir.hand_over(),
            last: "KILL",
        };
        let client = Client { program: client.clone(), port, password };
        let probe = {
            let client = client.clone();
            Box::new(move || client.run("mysql", "select 1").map(|_| ()))
        };
        let server = Server::new(spec, port, probe);
        server.start()?;
        Ok(Mariadb { running: Running::new(server, "TERM"), client })
    })
}

/// The statements that the server runs at every start hold the password; they lie beside the data, so
/// that a directory that stays can be started again.
fn kept_password(dir: &Path) -> anyhow::Result<String> {
    let file = dir.join("password");
    let kept = std::fs::read_to_string(&file).ok();
    let password = kept.unwrap_or_else(password);
    std::fs::write(&file, &password)?;
    let sql = format!(
        "create user if not exists '{USER}'@'127.0.0.1' identified by '{password}';\n\
         grant all on *.* to '{USER}'@'127.0.0.1' with grant option;\n"
    );
    std::fs::write(dir.join("init.sql"), sql)?;
    Ok(password)
}

fn equals(name: &str, value: &Path) -> OsString {
    let mut arg = OsString::from(name);
    arg.push("=");
    arg.push(value);
    arg
}

fn server_args(data: &Path, dir: &Path, port: u16, options: &MariadbOptions) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["--no-defaults".into(), equals("--datadir", data)];
    args.push(equals("--socket", &dir.join("server.sock")));
    args.push(equals("--pid-file", &dir.join("server.pid")));
    args.push(equals("--init-file", &dir.join("init.sql")));
    // A server that starts removes what it takes for leftovers from there, also those of another one that runs.
    args.push(equals("--tmpdir", dir));
    args.push(format!("--port={port}").into());
    for arg in [
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--skip-log-bin",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_bin",
        "--default-time-zone=+00:00",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=48M",
        "--performance-schema=OFF",
        "--key-buffer-size=1M",
    ] {
        args.push(arg.into());
    }
    if !options.durable {
        args.push("--innodb-flush-log-at-trx-commit=0".into());
        args.push("--innodb-doublewrite=0".into());
        args.push("--innodb-flush-method=nosync".into());
    }
    args.extend(options.args.iter().map(Into::into));
    args
}

impl std::ops::Deref for Mariadb {
    type Target = Running;
    fn deref(&self) -> &Running {
        &self.running
    }
}

impl Mariadb {
    /// Address of the server's own database `mysql`, with user and password.
    pub fn url(&self) -> String {
        self.client.url("mysql")
    }

    /// Makes a utf8mb4 database that nobody else uses.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn create_database(&self) -> anyhow::Result<Database> {
        let name = Database::fresh_name();
        self.sql(&format!("create database {name} character set utf8mb4")).await?;
        Ok(Database::new(name.clone(), self.client.url(&name)))
    }

    /// Runs SQL in the database `mysql`; gives the rows as lines with tabs between the columns.
    ///
    /// # Errors
    /// With the message of the server.
    pub async fn sql(&self, sql: &str) -> anyhow::Result<String> {
        self.sql_in("mysql", sql).await
    }

    /// Runs SQL in a database, as [`Mariadb::sql`].
    ///
    /// # Errors
    /// With the message of the server.
    pub async fn sql_in(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        let (client, database, sql) = (self.client.clone(), database.to_owned(), sql.to_owned());
        crate::blocking(move || client.run(&database, &sql)).await
    }
}
