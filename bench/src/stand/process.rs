//! Programs that the bench starts, ended by their process id, and what they used.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// Linux counts processor time in hundredths of a second wherever it reports it to programs.
const TICK_US: u64 = 10_000;

/// A started program; it ends with this value.
pub struct Program {
    child: Child,
    /// Process id.
    pub pid: u32,
    /// Port it listens on, when it has one.
    pub port: u16,
}

impl Program {
    /// Starts it; what it says goes to a file, or nowhere.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &str, program: &Path, args: &[String], log: Option<&Path>) -> anyhow::Result<Self> {
        let (out, err) = match log {
            Some(path) => {
                let file = File::options().create(true).append(true).open(path)?;
                (Stdio::from(file.try_clone()?), Stdio::from(file))
            }
            None => (Stdio::null(), Stdio::inherit()),
        };
        let child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .with_context(|| format!("{name}: {}", program.display()))?;
        let pid = child.id();
        Ok(Self { child, pid, port: 0 })
    }

    /// The same with its port.
    pub fn at(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Asks it to end, and waits for a while.
    pub async fn stop(mut self) {
        let _asked = Command::new("kill").arg("-TERM").arg(self.pid.to_string()).status();
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Memory now, MiB: of pages that several processes share each its part (PSS), so that programs can be added up.
    pub fn memory_mib(pid: u32) -> u64 {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        kib(&rollup, "Pss:").div_ceil(1024)
    }

    /// Highest resident memory so far, MiB.
    pub fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap_or_default();
        kib(&status, "VmHWM:").div_ceil(1024)
    }
}

/// A figure of a list that the kernel gives, KiB.
fn kib(list: &str, name: &str) -> u64 {
    list.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0)
}

/// Watches the memory of programs together while it lives.
pub struct Watched {
    peak: std::sync::Arc<std::sync::atomic::AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Watched {
    /// Looks ten times a second.
    pub fn begin(pids: Vec<u32>) -> Self {
        let peak = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let seen = std::sync::Arc::clone(&peak);
        let task = tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(100));
            loop {
                tick.tick().await;
                let sum = pids.iter().map(|pid| Program::memory_mib(*pid)).sum();
                seen.fetch_max(sum, std::sync::atomic::Ordering::Relaxed);
            }
        });
        Self { peak, task }
    }

    /// The most that was seen so far, MiB.
    pub fn peak_mib(&self) -> u64 {
        self.peak.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Waits until somebody listens on a loopback port.
///
/// # Errors
/// After 30 seconds.
pub async fn wait_for_port(port: u16) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(30);
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if Instant::now() > until {
            bail!("nobody listens on port {port} after 30 s");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Processor time used, microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu(u64);

impl Cpu {
    /// Of one process.
    ///
    /// # Errors
    /// When it is gone.
    pub fn of(pid: u32) -> anyhow::Result<Self> {
        let (_, fields) = stat(pid).with_context(|| format!("process {pid} is gone"))?;
        // Fields 14 and 15 of `stat`; the list begins with field 3.
        let ticks = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<u64>().ok()).sum::<u64>();
        Ok(Self(ticks * TICK_US))
    }

    /// What one call cost.
    pub fn us_per_call(self, before: Self, calls: u64) -> u64 {
        self.0.saturating_sub(before.0) / calls.max(1)
    }
}

/// Of a process and its children.
///
/// # Errors
/// When it is gone.
pub fn cpu_family(pid: u32) -> anyhow::Result<Cpu> {
    let mut sum = Cpu::of(pid)?.0;
    for entry in std::fs::read_dir("/proc")? {
        let Some(other) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Some((parent, _)) = stat(other) else { continue };
        if parent == pid {
            sum += Cpu::of(other).unwrap_or_default().0;
        }
    }
    Ok(Cpu(sum))
}

/// Parent and the fields after the name, the first of them the state.
fn stat(pid: u32) -> Option<(u32, Vec<String>)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold blanks.
    let fields: Vec<String> = text.rsplit(')').next()?.split_whitespace().map(str::to_owned).collect();
    let parent = fields.get(1)?.parse().ok()?;
    Some((parent, fields))
}

/// The machine's load averages, as the kernel shows them.
pub fn machine_load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// Bytes of all files below a folder.
pub fn bytes_below(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => bytes_below(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}
