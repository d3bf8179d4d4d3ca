//! `guantong demo`: a fictional county on one machine. Departments' stores are raised, a hub is started, the
//! departments' agents join it as programs of their own, three years are lived through the public interface with a clock
//! that was wound back ([`past`]), real calls are made, and traffic goes on while the demo runs.

mod api;
mod calls;
mod clock;
mod departments;
mod past;
pub mod seed;
mod stores;
mod traffic;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use kernel::clock::{Clock as _, SystemClock};
use kernel::config::{Config, Link, Log, Server};
use tokio_util::sync::CancellationToken;

use crate::{node, out};

/// Lies in a folder that the demo made, so that it never empties one that it did not make.
const MARKER: &str = ".guantong-demo";

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder for everything; emptied at the start if an earlier demo made it 数据目录.
    #[arg(long, default_value = "demo-data")]
    data_dir: PathBuf,
    /// Residents 居民数.
    #[arg(long, default_value_t = 120_000)]
    residents: usize,
    /// Enterprises 企业数.
    #[arg(long, default_value_t = 9_000)]
    enterprises: usize,
    /// Seed; the same seed gives the same county 随机种子.
    #[arg(long, default_value_t = 2025)]
    seed: u64,
    /// PostgreSQL database for the departments that use one; SQLite when left out.
    #[arg(long)]
    postgres_url: Option<String>,
    /// MariaDB database for the departments that use one; SQLite when left out.
    #[arg(long)]
    mariadb_url: Option<String>,
    /// Port of console and interface; 0 takes a free one 端口.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Database of the hub itself; a SQLite file when left out.
    #[arg(long)]
    hub_database_url: Option<String>,
    /// End after the sample calls succeeded 示例调用成功后退出.
    #[arg(long)]
    once: bool,
    /// No traffic of its own while it runs 运行期间不产生模拟调用.
    #[arg(long)]
    quiet: bool,
    /// No three years of history: everything is set up as of today 不生成三年历史.
    #[arg(long)]
    no_history: bool,
    /// Language of what is printed: zh or en.
    #[arg(long, default_value = "zh")]
    lang: String,
}

/// Runs the demo until it is told to stop.
pub async fn run(args: &DemoArgs, stop: CancellationToken) -> anyhow::Result<()> {
    let say = Say { english: args.lang == "en" };
    prepare(&args.data_dir)?;
    let dir = args.data_dir.canonicalize()?;

    say.line("正在生成云澜县（虚构）……", "Making the fictional county of Yunlan…");
    let size = county::Size { residents: args.residents, enterprises: args.enterprises };
    let county = Arc::new(county::Plan { seed: args.seed, size }.generate());
    let servers = stores::Servers { postgres: args.postgres_url.clone(), mariadb: args.mariadb_url.clone() };
    let stores = stores::raise(&county, &dir, &servers).await?;
    say.line(
        &format!("{} 名居民；各部门业务库已就绪：{}", county.persons.len(), stores.describe()),
        &format!(
            "{} residents; the departments' own stores are up: {}",
            county.persons.len(),
            stores.describe()
        ),
    );

    let clock = Arc::new(clock::WindingClock::default());
    let config = config(args, &dir).await;
    kernel::telemetry::start_logs(&config.log)?;
    let running = server::start(node::open_with(config, clock.clone()).await?).await?;
    let url = format!("http://{}", running.http);
    let now_ms = SystemClock.now_ms();
    let begin_ms = if args.no_history { now_ms } else { now_ms - past::YEARS_MS };
    // Nothing is recorded yet; from here on time is the county's.
    clock.wind_back(begin_ms);
    let past = past::Past {
        hub: &running.hub,
        clock: &clock,
        county: &county,
        stores: &stores,
        dir: &dir,
        url: &url,
        history: !args.no_history,
        begin_ms,
    };
    say.line(
        "各部门正在接入，三年间的编目、申请、授权和调用……",
        "Departments join, list, ask and use: three years…",
    );
    let mut agents = departments::Agents::default();
    let seeded = past::live(&past, &mut agents, &say).await?;

    say.line("正在执行示例调用……", "Making sample calls…");
    let samples = county.sample_calls();
    let failed = calls::make(&seeded, &samples, &say).await?;
    let accounts = seeded.write_accounts(&dir, &samples)?;
    print_summary(&say, &url, &seeded, samples.first(), &accounts);
    if failed > 0 {
        bail!("{failed} sample call(s) failed");
    }
    if args.once {
        out::line("demo: ok");
    } else {
        let ahead = dir.join(clock::AHEAD_FILE);
        say.line(
            &format!("想看期限怎样到期、逐级上报：把天数写进 {}，平台的时钟就往前走。", ahead.display()),
            &format!(
                "To see clocks run out and silence escalate, write a number of days into {}.",
                ahead.display()
            ),
        );
        say.line("按 Ctrl-C 结束。", "Press Ctrl-C to end.");
        let traffic = async {
            if !args.quiet {
                traffic::run(url.clone(), county.clone(), callers(&seeded), stop.clone()).await;
            }
            stop.cancelled().await;
        };
        let stirred = async {
            if !args.quiet {
                stores.stir(&stop).await;
            }
        };
        tokio::join!(traffic, stirred, clock::follow(clock.clone(), &dir, stop.clone()));
    }
    agents.stop().await;
    running.stop().await;
    stores.stop().await;
    Ok(())
}

async fn config(args: &DemoArgs, dir: &Path) -> Config {
    Config {
        data_dir: dir.join("hub"),
        origin: "yunlan.example/hub".to_owned(),
        server: Server { listen: free_or(args.port).await, ..Server::default() },
        link: Link {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            // Those made out in the past must hold today.
            certificate_days: 3_650,
            ..Link::default()
        },
        database: kernel::config::Database { url: args.hub_database_url.clone().unwrap_or_default() },
        log: Log {
            filter: std::env::var("GUANTONG_LOG__FILTER").unwrap_or_else(|_| "warn".into()),
            ..Log::default()
        },
        ..Config::default()
    }
}

fn callers(seeded: &seed::Seeded) -> Vec<traffic::Caller> {
    let first = |one: &seed::SeededDepartment| {
        let client = one.clients.first()?;
        Some(traffic::Caller { department: one.key, id: client.id.clone(), secret: client.secret.clone() })
    };
    seeded.departments.iter().filter_map(first).collect()
}

fn prepare(dir: &Path) -> anyhow::Result<()> {
    if dir.join(MARKER).exists() {
        std::fs::remove_dir_all(dir).with_context(|| dir.display().to_string())?;
    } else if dir.exists() && std::fs::read_dir(dir)?.next().is_some() {
        bail!(
            "目录 {0} 不为空，也不是示范县的目录；请用 --data-dir 另指一个 / {0} is not empty and no demo made it; give another --data-dir",
            dir.display()
        );
    }
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join(MARKER), "made by guantong demo; emptied when it runs again\n")?;
    Ok(())
}

/// The wanted port on loopback, or a free one when it is taken.
async fn free_or(port: u16) -> SocketAddr {
    let wanted = SocketAddr::from(([127, 0, 0, 1], port));
    match tokio::net::TcpListener::bind(wanted).await {
        Ok(_free) => wanted,
        Err(_taken) => SocketAddr::from(([127, 0, 0, 1], 0)),
    }
}

/// Prints in the language asked for.
pub struct Say {
    english: bool,
}

impl Say {
    /// One line.
    pub fn line(&self, zh: &str, en: &str) {
        out::line(if self.english { en } else { zh });
    }
}

fn print_summary(
    say: &Say,
    url: &str,
    seeded: &seed::Seeded,
    sample: Option<&county::SampleCall>,
    accounts: &Path,
) {
    out::line("");
    say.line(
        &format!("控制台：{url}    接口文档：{url}/docs"),
        &format!("Console: {url}    Reference: {url}/docs"),
    );
    say.line("账号（口令均为下列所示，仅供演示）：", "Accounts (demo only):");
    for account in &seeded.accounts {
        out::line(&format!(
            "  {:<16} {:<20} {}  {}",
            account.username,
            account.password,
            account.role.zh(),
            account.organisation
        ));
    }
    if let Some(sample) = sample.and_then(|sample| calls::curl(seeded, sample)) {
        say.line("示例 curl：", "A sample curl:");
        out::line(&sample);
    }
    say.line(&format!("账号清单：{}", accounts.display()), &format!("Accounts file: {}", accounts.display()));
}
