//! A large document from one office's folder into another's, once undisturbed and once with a receiver that is killed half-way.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::json;
use tokio::process::Command;

use crate::say;
use crate::stand::api::{Session, text};
use crate::stand::process::{Watched, machine_load};
use crate::stand::{Agent, Stand, basis, granted, published};

/// Bytes written at a time.
const PIECE: usize = 8 << 20;
/// How often it is looked how far a document is.
const LOOK: Duration = Duration::from_millis(100);
const ITEMS: [(&str, &str, &str); 2] =
    [("document", "document.name", "name"), ("size", "document.bytes", "bytes")];

/// How large.
pub struct Options {
    /// Size of the document, GiB.
    gib: u64,
    /// File whose measured part is replaced.
    write: Option<PathBuf>,
}

impl Options {
    /// Reads `--name value` pairs.
    ///
    /// # Errors
    /// For an unknown name or a value that is no number.
    pub fn parse(args: &[String]) -> anyhow::Result<Self> {
        let mut options = Self { gib: 10, write: None };
        for pair in args.chunks(2) {
            let [name, value] = pair else { bail!("{} has no value", pair.concat()) };
            match name.as_str() {
                "--gib" => options.gib = value.parse()?,
                "--write" => options.write = Some(value.into()),
                _ => bail!("unknown option {name}"),
            }
        }
        Ok(options)
    }
}

/// Runs the bench and prints the report.
///
/// # Errors
/// When a program does not start, or the document does not arrive as it is.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let load = machine_load();
    let dir = tempfile::Builder::new().prefix("guantong-bench-").tempdir()?;
    let (archive, inbox) = (dir.path().join("archive"), dir.path().join("inbox"));
    for folder in [&archive.join("deeds"), &inbox] {
        std::fs::create_dir_all(folder)?;
    }
    say(&format!("writing {} GiB", options.gib));
    let source = archive.join("deeds/deed.bin");
    write(&source, options.gib)?;
    let bytes = (options.gib << 30) as f64;
    let mut lines: Vec<(&str, f64, Option<u64>)> = Vec::new();
    let (by_hand, digest) = copied(&source, &dir.path().join("by-hand")).await?;
    lines.push(("(a) `cp` and `sha256sum` of both by hand", by_hand, None));
    let mut offices = Offices::raise(dir.path(), &archive, &inbox).await?;
    let seconds = offices.hand_over(&digest, 0, options.gib).await?;
    lines.push(("handover", seconds, Some(offices.memory.peak_mib())));
    Offices::clear(&inbox)?;
    let seconds = offices.hand_over(&digest, 1, options.gib).await?;
    lines.push(("handover, receiver killed half-way", seconds, Some(offices.memory.peak_mib())));
    let mut report = format!(
        "One document of {} GiB; load of the machine before: {load}.\n\n\
         | way | s | MB/s | of (a) | hub and agents, peak |\n|---|---:|---:|---:|---:|\n",
        options.gib
    );
    for (way, seconds, memory) in lines {
        let memory = memory.map(|mib| format!("{mib} MiB")).unwrap_or_default();
        let rate = bytes / seconds / 1e6;
        report.push_str(&format!(
            "| {way} | {seconds:.1} | {rate:.0} | {:.2} | {memory} |\n",
            by_hand / seconds
        ));
    }
    say(&report);
    if let Some(file) = &options.write {
        crate::report::replace_part(file, "document", &report)?;
    }
    Ok(())
}

/// Bytes that no file system shortens.
fn write(path: &Path, gib: u64) -> anyhow::Result<()> {
    let mut file = std::fs::File::create(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut piece = vec![0_u8; PIECE];
    for _ in 0..(gib << 30) / PIECE as u64 {
        for word in piece.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&piece)?;
    }
    file.sync_all()?;
    Ok(())
}

/// Copies and digests by hand: seconds, and the digest.
async fn copied(from: &Path, to: &Path) -> anyhow::Result<(f64, String)> {
    let began = Instant::now();
    let script = "cp --reflink=never \"$0\" \"$1\" && sync \"$1\" && sha256sum \"$0\" \"$1\"";
    let done = Command::new("sh").args(["-c", script]).arg(from).arg(to).output().await?;
    let seconds = began.elapsed().as_secs_f64();
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let told = String::from_utf8(done.stdout)?;
    let digests: Vec<&str> = told.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let [one, other] = digests.as_slice() else { bail!("sha256sum: {told}") };
    ensure!(one == other, "the copies differ");
    std::fs::remove_file(to)?;
    Ok((seconds, (*one).to_owned()))
}

struct Offices {
    stand: Stand,
    provider: Agent,
    consumer: Option<Agent>,
    operator: Session,
    grant: String,
    memory: Watched,
}

impl Offices {
    async fn raise(dir: &Path, archive: &Path, inbox: &Path) -> anyhow::Result<Self> {
        let county =
            county::Plan { seed: 1, size: county::Size { residents: 300, enterprises: 30 } }.generate();
        let departments = county.departments();
        let find =
            |key: &str| departments.iter().find(|known| known.key == key).context("no such department");
        let stand = Stand::raise(dir, find("health")?).await?;
        let owner = stand.owner(find("natural")?).await?;
        let taker = stand.organisation(find("civil")?).await?;
        let operator = stand.user("taking", "department_operator", &taker).await?;
        let source = format!("[sources.archive]\nkind = \"documents\"\ndir = {archive:?}\n");
        let provider = stand.agent("provider", &owner.id, &source).await?;
        let target = format!("[targets.inbox]\nkind = \"documents\"\ndir = {inbox:?}\n");
        let consumer = stand.agent("consumer", &taker, &target).await?;
        let items = ITEMS.map(
            |(item, element, _)| json!({"item": item, "element": element, "is_key": item == "document"}),
        );
        let resource = json!({
            "code": "ZRZY-DA-001", "name": "不动产登记档案", "abstract": "登记档案扫描件", "organisation_id": owner.id,
            "classification": "theme", "share_type": "conditional", "share_condition": "办理社会救助需要核对不动产时使用",
            "update_cycle": "real_time", "items": items,
        });
        let columns = ITEMS.map(|(item, _, column)| json!({"item": item, "column": column}));
        let mount = json!({
            "agent_id": provider.id, "source": "archive", "table": "deeds", "keys": ["document"], "columns": columns,
        });
        let resource = published(&stand, &owner, &resource, &mount).await?;
        let items = ITEMS.map(|(item, ..)| json!({"item": item}));
        let grant = json!({
            "consumer_id": taker, "resource_id": resource, "items": items, "shapes": ["file"],
            "quota_per_day": 1_000, "quota_per_second": 10,
        });
        let grant = granted(&owner, grant).await?;
        let memory = Watched::begin(vec![stand.hub.pid, provider.program.pid, consumer.program.pid]);
        Ok(Self { stand, provider, consumer: Some(consumer), operator, grant, memory })
    }

    /// Hands the document over, with so many kills of the receiver when half of it has arrived. Seconds.
    async fn hand_over(&mut self, digest: &str, kills: u32, gib: u64) -> anyhow::Result<f64> {
        let consumer = self.consumer.as_ref().context("the receiver")?.id.clone();
        let body = json!({
            "grant_id": self.grant, "document": "deed.bin", "to": {"agent_id": consumer, "target": "inbox"},
            "purpose": basis(), "case_no": "2026-0001",
        });
        let began = Instant::now();
        let made = self.operator.post("/api/v1/handovers", &body).await?;
        let path = format!("/api/v1/handovers/{}", text(&made, "id")?);
        let mut killed = 0;
        loop {
            let seen = self.operator.get(&path).await?;
            let moved = seen["moved"].as_u64().unwrap_or(0);
            match seen["state"].as_str() {
                Some("received") => {
                    ensure!(
                        seen["digest"].as_str() == Some(digest),
                        "the document arrived otherwise: {seen}"
                    );
                    return Ok(began.elapsed().as_secs_f64());
                }
                Some("failed" | "declined" | "cancelled") => bail!("{seen}"),
                _ if killed < kills && moved > gib << 29 => {
                    killed += 1;
                    let consumer = self.consumer.take().context("the receiver")?;
                    let consumer = self.stand.kill(consumer).await?;
                    self.memory = Watched::begin(vec![
                        self.stand.hub.pid,
                        self.provider.program.pid,
                        consumer.program.pid,
                    ]);
                    self.consumer = Some(consumer);
                }
                _ => {}
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Throws away what was received.
    fn clear(inbox: &Path) -> anyhow::Result<()> {
        for folder in std::fs::read_dir(inbox)? {
            let folder = folder?.path();
            if folder.is_dir() {
                for file in std::fs::read_dir(folder)? {
                    let file = file?.path();
                    if file.is_file() {
                        std::fs::remove_file(file)?;
                    }
                }
            }
        }
        Ok(())
    }
}
