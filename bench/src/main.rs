//! Benches. `guantong-bench path` holds the path against a plain service and a plain proxy; see
//! `docs/performance.md`. `guantong-bench batch` moves tables, `continuous` follows one that changes, `capture` reads logs alone,
//! `document` hands a large file over, `propose` scores reverse cataloguing, `search` searches a large catalogue. Started with `cargo xtask bench <name>`, which
//! builds what is needed optimised.

mod batch;
mod capture;
mod continuous;
mod document;
mod path;
mod propose;
mod report;
mod search;
mod stand;

use anyhow::bail;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    // Reqwest is built without a provider of its own; a second installation changes nothing.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    match args.first().map(String::as_str) {
        Some("path") => {
            let options = path::Options::parse(rest)?;
            // Interrupted, the bench returns like any other way, so that what it started ends with it.
            tokio::select! {
                done = path::run(&options) => done,
                () = interrupted() => bail!("interrupted"),
            }
        }
        Some("batch") => {
            let options = batch::Options::parse(rest)?;
            tokio::select! {
                done = batch::run(&options) => done,
                () = interrupted() => bail!("interrupted"),
            }
        }
        Some("continuous") => {
            let options = continuous::Options::parse(rest)?;
            tokio::select! {
                done = continuous::run(&options) => done,
                () = interrupted() => bail!("interrupted"),
            }
        }
        Some("document") => {
            let options = document::Options::parse(rest)?;
            tokio::select! {
                done = document::run(&options) => done,
                () = interrupted() => bail!("interrupted"),
            }
        }
        Some("capture") => {
            let options = capture::Options::parse(rest)?;
            tokio::select! {
                done = capture::run(&options) => done,
                () = interrupted() => bail!("interrupted"),
            }
        }
        Some("propose") => propose::run(&propose::Options::parse(rest)?).await,
        Some("search") => search::run(&search::Options::parse(rest)?).await,
        // The plain service, a process of its own; started by the bench.
        Some("bare") => path::bare::run(rest),
        _ => bail!(
            "usage: guantong-bench path [--seconds S] [--warm-up S] [--rounds N] [--residents N] [--callers N,N] [--store NAME] \
             [--write FILE]\n       \
             guantong-bench batch [--rows N] [--rivals true|false] [--others true|false] [--write FILE]\n       \
             guantong-bench continuous [--rate N] [--seconds S] [--each N] [--rows N] [--engine postgres|mysql] [--write FILE]\n       \
             guantong-bench document [--gib N] [--write FILE]\n       \
             guantong-bench capture [--rows N] [--small N] [--write FILE]\n       \
             guantong-bench propose [--residents N] [--seed N] [--verbose true] [--write FILE]\n       \
             guantong-bench search [--resources N] [--items N] [--questions N] [--write FILE]"
        ),
    }
}

async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// One line on standard output.
#[expect(clippy::print_stdout, reason = "a bench speaks on standard output")]
fn say(text: &str) {
    println!("{text}");
}
