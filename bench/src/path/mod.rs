//! The same indexed look-up by three ways: a plain service, that service behind a reverse proxy, and the
//! path through hub and agent with every check and durable evidence. Department's store in SQLite and in PostgreSQL.

pub mod bare;
mod hub;
mod load;
mod report;
mod store;

use std::time::Duration;

use anyhow::{Context as _, bail};
use testbed::NginxOptions;

use crate::say;
use crate::stand::process::{self, Cpu, Program, cpu_family};
use hub::Hub;
use load::{Cell, Load};
use report::{Measured, Report};
use store::{Store, Stores};

/// Connections to the store, the same for the plain service and for the agent.
const CONNECTIONS: u32 = 8;

/// How long and how often.
pub struct Options {
    /// Measured time of one cell in one round.
    seconds: f64,
    /// Time before it.
    warm_up: f64,
    /// Rounds; the median by rate is reported.
    rounds: usize,
    /// Residents in the register.
    residents: usize,
    /// Callers at once, one cell each.
    callers: Vec<usize>,
    /// Only the store whose name begins so.
    store: String,
    /// File whose measured part is replaced.
    write: Option<std::path::PathBuf>,
}

impl Options {
    /// Reads `--name value` pairs.
    ///
    /// # Errors
    /// For an unknown name or a value that is no number.
    pub fn parse(args: &[String]) -> anyhow::Result<Self> {
        let mut options = Self {
            seconds: 3.0,
            warm_up: 1.0,
            rounds: 3,
            residents: 100_000,
            callers: vec![1, 32, 256],
            store: String::new(),
            write: None,
        };
        for pair in args.chunks(2) {
            let [name, value] = pair else { bail!("{} has no value", pair.concat()) };
            match name.as_str() {
                "--seconds" => options.seconds = value.parse()?,
                "--warm-up" => options.warm_up = value.parse()?,
                "--rounds" => options.rounds = value.parse()?,
                "--residents" => options.residents = value.parse()?,
                "--callers" => {
                    options.callers = value.split(',').map(str::parse).collect::<Result<_, _>>()?;
                }
                "--store" => options.store.clone_from(value),
                "--write" => options.write = Some(value.into()),
                _ => bail!("unknown option {name}"),
            }
        }
        if options.rounds == 0 || options.residents == 0 {
            bail!("--rounds and --residents must be at least 1");
        }
        Ok(options)
    }
}

/// Runs the whole bench and prints the report.
///
/// # Errors
/// When a program does not start, or any call of any cell gets anything but status 200.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let load_before = process::machine_load();
    let dir = tempfile::Builder::new().prefix("guantong-bench-").tempdir()?;
    say(&format!("raising a register of {} residents in SQLite and PostgreSQL", options.residents));
    let stores = Stores::raise(options.residents, dir.path()).await?;
    let hub = Hub::raise(dir.path(), &stores).await.context("hub and agent")?;
    let mut report = Report::new(options, load_before);
    for store in stores.each.iter().filter(|store| store.name.starts_with(&options.store)) {
        let arms = Arms::raise(store, &hub).await?;
        for &callers in &options.callers {
            for way in Way::ALL {
                let mut rounds = Vec::new();
                for _ in 0..options.rounds {
                    rounds.push(arms.measure(way, callers, options, &stores, &hub).await?);
                }
                rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
                let median = rounds.swap_remove(options.rounds / 2);
                say(&median.line());
                report.add(median);
            }
        }
    }
    report.ended(&hub);
    say("");
    say(&report.text());
    if let Some(file) = &options.write {
        report.write_into(file)?;
    }
    hub.stop().await
}

/// A way to the datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// (a) the plain service.
    Bare,
    /// (b) behind the reverse proxy.
    Proxied,
    /// (c) hub and agent.
    Path,
}

impl Way {
    const ALL: [Self; 3] = [Self::Bare, Self::Proxied, Self::Path];

    /// For the report.
    pub fn label(self) -> &'static str {
        match self {
            Self::Bare => "(a) plain service",
            Self::Proxied => "(b) behind nginx",
            Self::Path => "(c) hub + agent",
        }
    }
}

/// The three ways to one store.
struct Arms<'a> {
    store: &'a Store,
    bare: Program,
    nginx: testbed::Nginx,
    token: String,
}

impl<'a> Arms<'a> {
    async fn raise(store: &'a Store, hub: &Hub) -> anyhow::Result<Self> {
        let port = testbed::free_port()?;
        let program = std::env::current_exe()?;
        let args = ["bare", &port.to_string(), &store.url, &CONNECTIONS.to_string()].map(str::to_owned);
        let bare = Program::start("bare", &program, &args, None)?;
        process::wait_for_port(port).await?;
        let http = format!(
            "log_format main '$remote_addr [$time_local] \"$request\" $status $body_bytes_sent $request_time';\n\
             access_log {{dir}}/access.log main;\n\
             keepalive_requests 100000000;\n\
             upstream service {{ server 127.0.0.1:{port}; keepalive 256; keepalive_requests 100000000; }}\n\
             server {{ listen 127.0.0.1:{{port}} backlog=4096; location / {{ proxy_pass http://service; \
             proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_set_header Host $host; }} }}"
        );
        let nginx = testbed::nginx(NginxOptions { http, workers: 2 }).await?;
        Ok(Self { store, bare: bare.at(port), nginx, token: hub.token().await? })
    }

    async fn measure(
        &self,
        way: Way,
        callers: usize,
        options: &Options,
        stores: &Stores,
        hub: &Hub,
    ) -> anyhow::Result<Measured> {
        let (port, path, authorization) = match way {
            Way::Bare => (self.bare.port, "/query", None),
            Way::Proxied => (self.nginx.port(), "/query", None),
            Way::Path => (hub.port(), "/api/v1/query", Some(self.token.as_str())),
        };
        let load = Load::new(port, path, authorization, self.store.code, &stores.ids);
        let cell = Cell {
            callers,
            warm_up: Duration::from_secs_f64(options.warm_up),
            measured: Duration::from_secs_f64(options.seconds),
        };
        let evidence_before = if way == Way::Path { Some(hub.evidence(&load).await?) } else { None };
        let cpu = Cpus::now(self, stores, hub)?;
        let run = load.run(&cell).await.with_context(|| format!("{} {callers}", way.label()))?;
        let used = Cpus::now(self, stores, hub)?.since(&cpu, run.calls_with_warm_up);
        let evidence = match evidence_before {
            Some(before) => Some(hub.evidence(&load).await?.since(&before, run.calls_with_warm_up)?),
            None => None,
        };
        Ok(Measured {
            store: self.store.name,
            way,
            callers,
            rate: run.rate(),
            p50_ms: run.percentile_ms(0.50),
            p99_ms: run.percentile_ms(0.99),
            cpu: used.told(way),
            evidence,
        })
    }
}

/// Processor time of everybody in the room.
struct Cpus {
    generator: Cpu,
    bare: Cpu,
    nginx: Cpu,
    hub: Cpu,
    agent: Cpu,
    store: Cpu,
}

impl Cpus {
    fn now(arms: &Arms<'_>, stores: &Stores, hub: &Hub) -> anyhow::Result<Self> {
        Ok(Self {
            generator: Cpu::of(std::process::id())?,
            bare: Cpu::of(arms.bare.pid)?,
            nginx: cpu_family(arms.nginx.pid().context("nginx is gone")?)?,
            hub: Cpu::of(hub.hub_pid())?,
            agent: Cpu::of(hub.agent_pid())?,
            store: cpu_family(stores.postgres.pid().context("postgres is gone")?)?,
        })
    }

    fn since(&self, before: &Self, calls: u64) -> CpuPerCall {
        CpuPerCall {
            generator: self.generator.us_per_call(before.generator, calls),
            bare: self.bare.us_per_call(before.bare, calls),
            nginx: self.nginx.us_per_call(before.nginx, calls),
            hub: self.hub.us_per_call(before.hub, calls),
            agent: self.agent.us_per_call(before.agent, calls),
            store: self.store.us_per_call(before.store, calls),
        }
    }
}

/// Microseconds of processor time for one call.
struct CpuPerCall {
    generator: u64,
    bare: u64,
    nginx: u64,
    hub: u64,
    agent: u64,
    store: u64,
}

impl CpuPerCall {
    fn told(&self, way: Way) -> String {
        let mut parts = match way {
            Way::Bare => vec![("service", self.bare)],
            Way::Proxied => vec![("nginx", self.nginx), ("service", self.bare)],
            Way::Path => vec![("hub", self.hub), ("agent", self.agent)],
        };
        if self.store > 0 {
            parts.push(("PostgreSQL", self.store));
        }
        parts.push(("callers", self.generator));
        parts.iter().map(|(who, us)| format!("{who} {us}")).collect::<Vec<_>>().join(", ")
    }
}
