//! The evidence in a backup: the log and its keys, copied while the log may grow.

use std::path::Path;

use anyhow::{Context as _, bail};
use kernel::Kernel;
use kernel::evidence::{Leaf, index, verify_options};
use ledger::Report;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::archive::Writer;
use super::manifest::Evidence;

/// Rows compared at once.
const BATCH: u64 = 1000;

fn verified(dir: &Path) -> anyhow::Result<Report> {
    let report = ledger::verify_dir(dir, &verify_options()).with_context(|| dir.display().to_string())?;
    if let Some(first) = report.findings.first() {
        bail!("存证日志核验不通过：{} / The evidence log does not verify: {}", first.zh, first.en);
    }
    Ok(report)
}

/// Copies log and keys. The hashes go before the segments, as they do when the log is written: then the copy never holds a
/// hash of an entry that it lacks.
pub fn copy_out(data_dir: &Path, writer: &mut Writer) -> anyhow::Result<Evidence> {
    let dir = data_dir.join("evidence");
    let log = dir.join("log");
    let report = verified(&log)?;
    writer.add_folder(&log.join("hashes"), "evidence/log/hashes", |_| true)?;
    writer.add_folder(&log.join("segments"), "evidence/log/segments", |_| true)?;
    writer.add_folder(&dir, "evidence", |name| {
        !["lock", "hashes", "segments"].contains(&name) && !name.ends_with(".new")
    })?;
    Ok(Evidence { size: report.size, root: report.root.to_string() })
}

/// The restored log verifies, holds what the manifest says, and tells the same story as the database.
pub async fn check(kernel: &Kernel, expected: &Evidence) -> anyhow::Result<u64> {
    let dir = kernel.config.data_dir.join("evidence/log");
    let report = tokio::task::spawn_blocking(move || verified(&dir)).await??;
    if report.size < expected.size {
        bail!(
            "存证只有 {} 条，备份时有 {} 条 / The log has {} entries; it had {}",
            report.size,
            expected.size,
            report.size,
            expected.size
        );
    }
    let mut from: i64 = 0;
    loop {
        let rows = index::Entity::find()
            .filter(index::Column::Idx.gte(from))
            .order_by_asc(index::Column::Idx)
            .limit(BATCH)
            .all(&kernel.db)
            .await?;
        let Some(last) = rows.last() else { return Ok(report.size) };
        let next = last.idx + 1;
        for row in rows {
            compare(kernel, &row, report.size)?;
        }
        from = next;
    }
}

/// A row of the index is the entry of that number.
fn compare(kernel: &Kernel, row: &index::Model, size: u64) -> anyhow::Result<()> {
    let at = u64::try_from(row.idx).unwrap_or(u64::MAX);
    let differs = || {
        anyhow::anyhow!(
            "数据库与存证不一致：第 {} 条。请换另一份备份 / Database and evidence differ at entry {}; use another backup",
            row.idx,
            row.idx
        )
    };
    if at >= size {
        return Err(differs());
    }
    let leaf: Leaf = serde_json::from_slice(&kernel.evidence.log().entry(at)?)?;
    let same = leaf.kind == row.kind
        && leaf.outbox == row.outbox
        && leaf.call == row.call
        && leaf.agent_digest == row.digest;
    if same { Ok(()) } else { Err(differs()) }
}
