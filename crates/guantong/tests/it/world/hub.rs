//! A hub, within this process or as a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use catalog::model::{OrganisationInput, OrganisationKind};
use kernel::clock::{Clock, SystemClock};
use kernel::config::{Config, Database, Link, Server};
use kernel::entropy::SystemEntropy;
use kernel::{Actor, Kernel, Role};
use reqwest::Method;

use super::{Backing, PASSWORD, Session, fitting_code, until};

/// Name of the hub in its evidence.
pub const ORIGIN: &str = "test.example/hub";

/// The machine's clock, moved by as much as a test says.
#[derive(Default)]
pub struct Moved(AtomicI64);

impl Moved {
    /// Moves it on.
    pub fn advance_ms(&self, by: i64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.0.load(Ordering::SeqCst)
    }
}

fn bureau() -> (&'static str, String) {
    ("云澜县数据局", fitting_code("11513428MB000000"))
}

/// A hub within this process.
pub struct HubTask {
    /// Its address.
    pub url: String,
    /// Its data folder.
    pub data_dir: PathBuf,
    /// Its clock.
    pub clock: Arc<Moved>,
    running: server::Running,
}

impl HubTask {
    /// Starts it on free ports.
    pub async fn start(dir: &Path, backing: Backing) -> Self {
        let data_dir = dir.join("hub");
        let local = || std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let url = match backing {
            Backing::Sqlite => String::new(),
            Backing::Postgres => {
                let postgres = testbed::shared_postgres().await.unwrap();
                postgres.create_database().await.unwrap().url().to_owned()
            }
        };
        let config = Config {
            data_dir: data_dir.clone(),
            origin: ORIGIN.to_owned(),
            server: Server { listen: local(), ..Server::default() },
            link: Link { listen: local(), ..Link::default() },
            database: Database { url },
            ..Config::default()
        };
        let clock = Arc::new(Moved::default());
        let entropy = Arc::new(SystemEntropy::new().unwrap());
        let kernel = Kernel::open(config, clock.clone(), entropy).await.unwrap();
        let running = server::start(kernel).await.unwrap();
        Self { url: format!("http://{}", running.http), data_dir, clock, running }
    }

    /// Registers the bureau that runs the platform, with the first holders of the three roles, and logs its platform
    /// operator in.
    pub async fn first_user(&self) -> Session {
        let (name, credit_code) = bureau();
        let bureau = OrganisationInput {
            name: name.to_owned(),
            short_name: None,
            short_code: None,
            credit_code,
            parent_id: None,
            kind: OrganisationKind::DataAuthority,
            region: "513428".to_owned(),
        };
        let hub = &self.running.hub;
        let bureau = hub.catalog.create_organisation(&Actor::System, bureau).await.unwrap();
        for (username, role) in FIRST {
            let role = Role::parse(role).unwrap();
            hub.identity.bootstrap(username, PASSWORD, role, &bureau.id).await.unwrap();
        }
        Session::log_in(&self.url, "admin", PASSWORD).await
    }

    /// The folder of its evidence log.
    pub fn log_dir(&self) -> PathBuf {
        self.data_dir.join("evidence/log")
    }
}

/// How a hub process is started.
#[derive(Default)]
pub struct HubOptions {
    /// `host:port` that agents are told to dial, when it is not the link's own.
    pub advertise: Option<String>,
    /// Milliseconds a department may take for an answer.
    pub call_timeout_ms: Option<u64>,
    /// Puts its data on a disk of that many KiB, which goes with the process.
    pub disk_kib: Option<u64>,
}

/// A hub as a process of its own, on ports that stay the same when it is started again.
pub struct HubProcess {
    /// Its address.
    pub url: String,
    /// `host:port` of its link.
    pub link: String,
    /// Its data folder, as it sees it.
    pub data_dir: PathBuf,
    /// What it wrote on standard error.
    pub log: PathBuf,
    config: PathBuf,
    disk_kib: Option<u64>,
    child: Option<tokio::process::Child>,
}

/// Runs the program under test to its end.
pub fn run_program(args: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guantong"));
    command.args(args).envs(environment.iter().copied()).stdin(Stdio::null()).output().unwrap()
}

/// The first holders of the three roles.
const FIRST: [(&str, &str); 3] =
    [("admin", "platform_operator"), ("business", "business_operator"), ("auditor", "security_auditor")];

/// Adds the first users, then becomes the hub: in a name space of its own, where a small disk is mounted.
const ON_SMALL_DISK: &str = r#"mount -t tmpfs -o size="$1"k tmpfs "$2" && program="$3" && config="$4" && shift 4 &&
for who in admin:platform_operator business:business_operator auditor:security_auditor; do
"$program" user --config "$config" --username "${who%:*}" --role "${who#*:}" "$@" || exit 1; done &&
exec "$program" serve --config "$config""#;

impl HubProcess {
    /// Writes its configuration, adds the first user and starts it.
    pub async fn start(dir: &Path, options: HubOptions) -> (Self, Session) {
        let (http, link) = (testbed::free_port().unwrap(), testbed::free_port().unwrap());
        let data_dir = dir.join("hub");
        std::fs::create_dir_all(&data_dir).unwrap();
        let advertise = options.advertise.unwrap_or_default();
        let text = format!(
            "data_dir = {data_dir:?}\norigin = \"{ORIGIN}\"\n[server]\nlisten = \"127.0.0.1:{http}\"\n[link]\n\
             listen = \"127.0.0.1:{link}\"\nadvertise = \"{advertise}\"\n[limits]\ncall_timeout_ms = {}\n\
             [log]\nfilter = \"debug\"\n",
            options.call_timeout_ms.unwrap_or(5_000),
        );
        let config = dir.join("hub.toml");
        std::fs::write(&config, text).unwrap();
        let mut hub = Self {
            url: format!("http://127.0.0.1:{http}"),
            link: format!("127.0.0.1:{link}"),
            log: dir.join("hub.log"),
            disk_kib: options.disk_kib,
            data_dir,
            config,
            child: None,
        };
        if hub.disk_kib.is_none() {
            let bureau = bureau_flags();
            for (username, role) in FIRST {
                let mut args = vec!["user", "--config", hub.config.to_str().unwrap()];
                args.extend(["--username", username, "--role", role]);
                args.extend(bureau.iter().map(String::as_str));
                let added = run_program(&args, &[("GUANTONG_PASSWORD", PASSWORD)]);
                assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
            }
        }
        hub.up().await;
        let admin = Session::log_in(&hub.url, "admin", PASSWORD).await;
        (hub, admin)
    }

    /// Starts a hub that has its configuration and its users already.
    pub async fn serve(dir: &Path, config: PathBuf, http: u16, data_dir: PathBuf) -> Self {
        let mut hub = Self {
            url: format!("http://127.0.0.1:{http}"),
            link: String::new(),
            log: dir.join("served.log"),
            disk_kib: None,
            data_dir,
            config,
            child: None,
        };
        hub.up().await;
        hub
    }

    fn command(&self) -> tokio::process::Command {
        let program = env!("CARGO_BIN_EXE_guantong");
        let Some(kib) = self.disk_kib else {
            let mut command = tokio::process::Command::new(program);
            command.arg("serve").arg("--config").arg(&self.config);
            return command;
        };
        let mut command = tokio::process::Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", ON_SMALL_DISK, "sh"]);
        command.arg(kib.to_string()).arg(&self.data_dir).arg(program).arg(&self.config).args(bureau_flags());
        command.env("GUANTONG_PASSWORD", PASSWORD);
        command
    }

    /// Starts it and waits until it is ready.
    pub async fn up(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log).unwrap();
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        self.child = Some(command.spawn().unwrap());
        let nobody = Session::nobody(&self.url);
        until("the hub to be ready", async || {
            if let Some(Ok(Some(status))) = self.child.as_mut().map(tokio::process::Child::try_wait) {
                panic!("the hub ended: {status}; {}", std::fs::read_to_string(&self.log).unwrap());
            }
            let answer = nobody.try_raw(Method::GET, "/readyz", None).await.ok()?;
            answer.status.is_success().then_some(())
        })
        .await;
    }

    /// Ends it as a power cut of the program would.
    pub async fn kill(&mut self) {
        // `unshare` and `sh` become the program, so this is the hub itself.
        self.child.take().unwrap().kill().await.unwrap();
    }

    /// Its data folder as it is seen from outside, also when it lies on a disk of the hub's own.
    pub fn seen_dir(&self) -> PathBuf {
        match (self.disk_kib, self.child.as_ref().and_then(tokio::process::Child::id)) {
            (Some(_), Some(pid)) => {
                let inside = self.data_dir.strip_prefix("/").unwrap();
                Path::new("/proc").join(pid.to_string()).join("root").join(inside)
            }
            _ => self.data_dir.clone(),
        }
    }

    /// The folder of its evidence log.
    pub fn log_dir(&self) -> PathBuf {
        self.seen_dir().join("evidence/log")
    }
}

fn bureau_flags() -> Vec<String> {
    let (name, code) = bureau();
    let pairs = [("--organisation", code.as_str()), ("--organisation-name", name), ("--region", "513428")];
    pairs.iter().flat_map(|(flag, value)| [(*flag).to_owned(), (*value).to_owned()]).collect()
}
