//! `pins` and `approve`.

use std::process::ExitCode;

use plan::{GrantedItem, Pin, Shape};

use super::asked;
use super::out::Out;
use crate::ask::{Ask, Told};
use crate::clock::shanghai_minute;
use crate::config::Config;
use crate::fault::Fault;
use crate::pins::StoredGrant;

pub(super) async fn list(config: &Config, json: bool, out: &Out) -> Result<ExitCode, Fault> {
    let grants = grants(config).await?;
    if json {
        out.json(&grants);
        return Ok(ExitCode::SUCCESS);
    }
    if grants.is_empty() {
        out.line("尚无授权 / No grants yet.");
    }
    for (grant, entry) in &grants {
        if let Some(kept) = &entry.accepted {
            let (at, by) = (shanghai_minute(kept.at_ms), &kept.by);
            out.line(&format!("{grant}  已接受 accepted  {at}  {by}"));
            describe(&kept.pin, &kept.digest, out);
        }
        if let Some(pending) = &entry.pending {
            out.line(&format!("{grant}  待确认 pending  {}", shanghai_minute(pending.at_ms)));
            describe(&pending.pin, &pending.digest, out);
            for reason in &pending.reasons {
                out.line(&format!("    ! {} / {}", reason.zh, reason.en));
            }
            out.line(&format!("    → guantong agent approve {grant} --digest {}", short(&pending.digest)));
        }
        if let (Some(gone), None) = (&entry.revoked, &entry.accepted) {
            out.line(&format!("{grant}  已撤销 revoked  {}  {}", shanghai_minute(gone.at_ms), gone.reason));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn approve(
    config: &Config,
    grant: &str,
    digest: Option<&str>,
    accept: bool,
    out: &Out,
) -> Result<ExitCode, Fault> {
    let grants = grants(config).await?;
    let pending = grants.iter().find(|(id, _)| id == grant).and_then(|(_, entry)| entry.pending.as_ref());
    let Some(pending) = pending.filter(|pending| pending.digest.starts_with(digest.unwrap_or_default()))
    else {
        return Err(Fault::new(
            "pin.not_pending",
            format!("授权 {grant} 没有等待确认的该版本；请用 guantong agent pins 查看"),
            format!("No such version of grant {grant} waits for approval; see `guantong agent pins`"),
        ));
    };
    describe(&pending.pin, &pending.digest, out);
    let by = ["USER", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "console".to_owned());
    let decide = Ask::Decide { grant: grant.to_owned(), digest: pending.digest.clone(), accept, by };
    match asked(config, decide).await? {
        Told::Decided(state) => {
            let zh = if state == "accepted" { "已接受" } else { "已拒绝" };
            out.line(&format!("{grant}: {zh} / {state}"));
            Ok(ExitCode::SUCCESS)
        }
        _ => Ok(ExitCode::FAILURE),
    }
}

async fn grants(config: &Config) -> Result<Vec<(String, StoredGrant)>, Fault> {
    match asked(config, Ask::Pins).await? {
        Told::Pins(grants) => Ok(grants),
        _ => Ok(Vec::new()),
    }
}

/// What a person must know before agreeing: who gets what, from where, for what, how long, how often.
fn describe(pin: &Pin, digest: &str, out: &Out) {
    let (grant, mount) = (&pin.grant, &pin.mount);
    out.line(&format!("    使用方 consumer   {} ({})", grant.consumer_name, grant.consumer));
    out.line(&format!("    资源 resource     {}  v{}  {}", grant.resource, grant.version, short(digest)));
    out.line(&format!("    来源 from         {} / {}", mount.source, mount.table));
    for item in &grant.items {
        let column =
            mount.items.iter().find(|mounted| mounted.item == item.item).map_or("-", |m| m.column.as_str());
        out.line(&format!("    数据项 item       {} ← {column}{}", item.item, manner(item)));
    }
    for condition in &grant.row_filter.all {
        out.line(&format!(
            "    行条件 rows       {} {:?} {}",
            condition.item,
            condition.op,
            condition.values.join(", ")
        ));
    }
    for purpose in &grant.purposes {
        out.line(&format!("    用途 purpose      {} {}", purpose.matter, purpose.basis));
    }
    let shapes: Vec<_> = grant
        .shapes
        .iter()
        .map(|shape| match shape {
            Shape::Query => "查询 query",
            Shape::Verify => "核验 verify",
            Shape::Batch => "库表交换 batch",
            Shape::File => "文件交接 file",
            Shape::Hold => "留存副本 hold",
        })
        .collect();
    out.line(&format!("    方式 shapes       {}", shapes.join(", ")));
    let (from, until) = (shanghai_minute(grant.valid_from_ms), shanghai_minute(grant.valid_until_ms));
    out.line(&format!("    有效期 valid      {from} – {until}"));
    out.line(&format!(
        "    配额 quota        {}/日 day, {}/秒 s",
        grant.quota_per_day, grant.quota_per_second
    ));
}

fn manner(item: &GrantedItem) -> &'static str {
    match (item.verify_only, item.masked) {
        (true, _) => "  只核验 verify only",
        (false, true) => "  脱敏 masked",
        (false, false) => "",
    }
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
