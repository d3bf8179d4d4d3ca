//! Searches a catalogue of ten thousand resources with two hundred thousand items, on SQLite, through the hub's own routes;
//! and again while the catalogue is being changed.

mod catalogue;
mod questions;

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use kernel::Actor;
use tower::ServiceExt as _;

use crate::report;
use crate::say;
use catalogue::Raised;

/// How large a catalogue, how many questions.
pub struct Options {
    resources: usize,
    items: usize,
    questions: usize,
    write: Option<std::path::PathBuf>,
}

impl Options {
    /// Reads `--name value` pairs.
    ///
    /// # Errors
    /// For an unknown name or a value that is no number.
    pub fn parse(args: &[String]) -> anyhow::Result<Self> {
        let mut options = Self { resources: 10_000, items: 20, questions: 3_000, write: None };
        for pair in args.chunks(2) {
            let [name, value] = pair else { bail!("{} has no value", pair.concat()) };
            match name.as_str() {
                "--resources" => options.resources = value.parse()?,
                "--items" => options.items = value.parse()?,
                "--questions" => options.questions = value.parse()?,
                "--write" => options.write = Some(value.into()),
                _ => bail!("unknown option {name}"),
            }
        }
        ensure!(
            options.resources > 0 && options.questions > 0,
            "--resources and --questions must be at least 1"
        );
        Ok(options)
    }
}

/// Times of one run.
struct Times {
    what: &'static str,
    each: Vec<Duration>,
    found: u64,
}

impl Times {
    fn line(&mut self) -> String {
        self.each.sort();
        let at = |share: f64| {
            let last = self.each.len().saturating_sub(1);
            let place = ((last as f64) * share).round() as usize;
            self.each.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        let (p50, p99, most) = (at(0.5), at(0.99), at(1.0));
        let found = self.found as f64 / self.each.len().max(1) as f64;
        format!("| {} | {} | {found:.0} | {p50:.1} | {p99:.1} | {most:.1} |\n", self.what, self.each.len())
    }
}

/// Measures and prints.
///
/// # Errors
/// When the catalogue cannot be raised or any question gets anything but status 200.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let dir = tempfile::Builder::new().prefix("guantong-search-").tempdir()?;
    say(&format!("cataloguing {} resources with {} items each in SQLite", options.resources, options.items));
    let raised = Raised::new(dir.path(), options.resources, options.items).await?;
    let app = Router::from(catalog::module(&raised.catalog).routes);
    let begin = Instant::now();
    ask(&app, &raised.reader, "/api/v1/catalogue/search?q=first").await?;
    let built = begin.elapsed();
    let mut lines = String::new();
    for (what, mix) in [("search", questions::SEARCH), ("who holds it", questions::HOLDERS)] {
        let mut times = Times { what, each: Vec::new(), found: 0 };
        for at in 0..options.questions {
            let path = mix(at);
            times.add(&app, &raised.reader, &path).await?;
        }
        lines.push_str(&times.line());
    }
    // Every question comes right after a resource was changed, so each has to bring the index up to date first.
    let mut times = Times { what: "search, each after a change", each: Vec::new(), found: 0 };
    for at in 0..(options.questions / 10).max(1) {
        raised.change(at).await?;
        times.add(&app, &raised.reader, &questions::SEARCH(at)).await?;
    }
    lines.push_str(&times.line());
    let text = format!(
        "`cargo xtask bench search`: {} resources, {} items, hub on SQLite, one reader who may see everything (business operator), page of 20 with \
         facets, through the hub's routes without the network. The index was built in {:.1} s at the first search; the process then held {} MiB.\n\n\
         | what | questions | hits on average | p50 ms | p99 ms | longest ms |\n|---|---:|---:|---:|---:|---:|\n{lines}",
        options.resources,
        options.resources * options.items,
        built.as_secs_f64(),
        resident_mib().unwrap_or(0),
    );
    say(&text);
    if let Some(file) = &options.write {
        report::replace_part(file, "search", &text)?;
    }
    Ok(())
}

impl Times {
    async fn add(&mut self, app: &Router, reader: &Actor, path: &str) -> anyhow::Result<()> {
        let begin = Instant::now();
        let total = ask(app, reader, path).await?;
        self.each.push(begin.elapsed());
        self.found += total;
        Ok(())
    }
}

/// Asks and reads the whole answer; gives the number of hits.
async fn ask(app: &Router, reader: &Actor, path: &str) -> anyhow::Result<u64> {
    let mut request = Request::builder().uri(path).body(Body::empty())?;
    request.extensions_mut().insert(reader.clone());
    let response = app.clone().oneshot(request).await?;
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await?;
    ensure!(status == StatusCode::OK, "{path}: {status} {}", String::from_utf8_lossy(&body));
    let answer: serde_json::Value = serde_json::from_slice(&body)?;
    answer["total"].as_u64().context("an answer without a total")
}

fn resident_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}
