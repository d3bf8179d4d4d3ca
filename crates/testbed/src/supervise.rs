//! A process that cannot outlive the one that started it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Starts the server in the background, prints its process id and waits for a word on its standard
/// input. The end of input means that our process is gone or done: the server is ended then, and its
/// directory removed when that was asked. A signal to the supervisor itself has the same effect.
const SCRIPT: &str = r#"log=$1; remove=$2; last=$3; shift 3
alive() { case "$(cat "/proc/$pid/stat" 2>/dev/null)" in ''|*") Z "*) return 1;; esac; }
finish() {
  trap '' TERM HUP INT
  kids=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
  # A stopped process takes no signal but this one.
  kill -CONT "$pid" $kids 2>/dev/null
  if [ "$1" = KILL ]; then kill -KILL "$pid" $kids 2>/dev/null; else kill "-$1" "$pid" 2>/dev/null; fi
  # A server that does not heed the signal is killed after ten seconds. No helper in the background: it
  # would stay behind when this shell ends.
  n=0; while [ "$n" -lt 250 ] && alive; do sleep 0.04; n=$((n + 1)); done
  kill -KILL "$pid" $kids 2>/dev/null
  wait "$pid" 2>/dev/null
  if [ "$2" = last ] && [ -n "$remove" ]; then rm -rf "$remove"; fi
  exit 0
}
"$@" </dev/null >>"$log" 2>&1 &
pid=$!
trap 'finish "$last" last' TERM HUP INT
echo "$pid"
exec >/dev/null 2>&1
if read -r word; then finish "$word" again; else finish "$last" last; fi
"#;

/// How long a server may take until all its threads are stopped.
const FROZEN_WITHIN: Duration = Duration::from_secs(10);

/// What to run and how to end it.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    /// Program and arguments.
    pub(crate) line: Vec<OsString>,
    /// File that gets what the server prints.
    pub(crate) log: std::path::PathBuf,
    /// Directory to remove at the end, when it is ours.
    pub(crate) remove: Option<std::path::PathBuf>,
    /// Signal that ends the server for good; may lose data.
    pub(crate) last: &'static str,
}

/// A running server with its supervisor.
#[derive(Debug)]
pub(crate) struct Supervised {
    supervisor: Child,
    pid: u32,
}

impl Supervised {
    /// Starts the server.
    pub(crate) fn start(spec: &Spec) -> anyhow::Result<Self> {
        let script = spec.log.with_file_name("supervise.sh");
        std::fs::write(&script, SCRIPT).with_context(|| format!("cannot write {}", script.display()))?;
        let mut supervisor = Command::new("sh")
            .arg(&script)
            .arg(&spec.log)
            .arg(spec.remove.as_deref().unwrap_or(Path::new("")))
            .arg(spec.last)
            .args(&spec.line)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C in the terminal goes to us; we end the server in our own time.
            .process_group(0)
            .spawn()
            .context("cannot start sh")?;
        let out = supervisor.stdout.take().context("supervisor has no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let pid =
            line.trim().parse().with_context(|| format!("supervisor said {line:?}, not a process id"))?;
        Ok(Self { supervisor, pid })
    }

    /// Process id of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// True while the server runs.
    pub(crate) fn is_running(&self) -> bool {
        // A process that ended but is not yet waited for still has a folder, with state Z.
        std::fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with('Z')))
    }

    /// Sends a signal to the server and its children.
    pub(crate) fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let mut pids = vec![self.pid];
        pids.extend(children(self.pid)?);
        let line: Vec<String> = pids.iter().map(u32::to_string).collect();
        let status = Command::new("sh")
            .args(["-c", "signal=$1; shift; kill \"-$signal\" \"$@\"", "testbed", signal])
            .args(&line)
            .stderr(Stdio::null())
            .status()?;
        // A child may have ended in between; the server itself must be there.
        if !status.success() && !self.is_running() {
            bail!("server with process id {} is not running", self.pid);
        }
        // A thread on another processor goes on for a moment, and on a busy machine long enough to answer.
        let until = Instant::now() + FROZEN_WITHIN;
        while signal == "STOP" && !pids.iter().all(|pid| is_frozen(*pid)) {
            if Instant::now() > until {
                bail!("server with process id {} does not freeze", self.pid);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Ends the server with a signal, keeps its data, and waits until it is gone.
    pub(crate) fn end(mut self, signal: &str) -> anyhow::Result<()> {
        if let Some(mut stdin) = self.supervisor.stdin.take() {
            writeln!(stdin, "{signal}")?;
        }
        self.supervisor.wait()?;
        Ok(())
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// Children of a process, from `/proc`.
fn children(parent: u32) -> anyhow::Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        // The name in brackets may hold blanks; what follows is "state ppid ...".
        let of = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
        if of == Some(parent.to_string().as_str()) {
            found.push(pid);
        }
    }
    Ok(found)
}

/// Whether every thread of a process is stopped; one that has ended is.
fn is_frozen(pid: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return true };
    threads.flatten().all(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        let state = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next());
        state.is_none_or(|state| matches!(state, "T" | "t" | "Z" | "X"))
    })
}
