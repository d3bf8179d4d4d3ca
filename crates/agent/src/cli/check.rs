//! `check`: does every source answer?

use std::process::ExitCode;
use std::time::Instant;

use super::clock;
use super::out::Out;
use crate::config::Config;
use crate::fault::Fault;
use crate::sources::{Slot, Sources};

pub(super) async fn check(config: &Config, out: &Out) -> Result<ExitCode, Fault> {
    let sources = Sources::open(config, &clock())?;
    if sources.names().is_empty() {
        out.line("配置中没有数据源 / The configuration has no sources.");
    }
    let mut failed = 0_u32;
    for slot in sources.iter() {
        match test(slot).await {
            Ok(line) => out.line(&line),
            Err(fault) => {
                failed += 1;
                out.line(&format!("{:<16} ✗ {} / {} [{}]", slot.name(), fault.zh, fault.en, fault.code));
            }
        }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn test(slot: &Slot) -> Result<String, Fault> {
    let began = Instant::now();
    slot.ping().await?;
    let ms = began.elapsed().as_secs_f64() * 1_000.0;
    let tables =
        slot.source().tables().await.map_err(|error| crate::sources::fault(slot.name(), &error, 0))?;
    let (kind, tables, rows) = (
        slot.source().kind().as_str(),
        tables.len(),
        tables.iter().filter_map(|table| table.rows).map(|count| count.rows).sum::<u64>(),
    );
    Ok(format!("{:<16} ✓ {kind:<9} {ms:>8.1} ms  {tables} 表 tables  {rows} 行 rows", slot.name()))
}
