//! From the comparison to the report: the signature, the root, checkpoints saved earlier.

use std::collections::BTreeMap;

use crate::checkpoint::CheckpointBody;
use crate::compact::CompactRange;
use crate::error::Result;
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::tile::{TILE_HEIGHT, TileKind, TilePath};

use super::VerifyOptions;
use super::engine::{Engine, Source, Stretch};
use super::report::{Check, CheckState, Finding, FindingKind, Findings, Report};

/// The signed checkpoint of a log, with the verdict on its signature.
pub(super) struct Claim {
    pub note: String,
    pub body: CheckpointBody,
    pub place: String,
    /// Keys found beside the log.
    pub own_keys: Vec<VerifierKey>,
}

/// Compares everything and writes the report.
pub(super) fn compare(source: &mut dyn Source, claim: Claim, options: &VerifyOptions) -> Result<Report> {
    let Claim { note, body, place, own_keys } = claim;
    let mut checks = Vec::new();
    let mut findings = Findings::default();
    let keys = if let Some(key) = &options.key { vec![key.clone()] } else { own_keys };
    let signed = keys.iter().any(|key| CheckpointBody::verify(&note, key).is_ok());
    if !signed && !keys.is_empty() {
        findings.push(Finding::new(FindingKind::Signature, place.clone()));
    }
    checks.push(signature_check(signed, &keys, options.key.is_some()));

    let (saved, unusable) = read_saved(&options.saved, &keys);
    for number in unusable {
        findings.push(Finding::new(FindingKind::Signature, format!("saved checkpoint {number}")));
    }
    let mut engine = Engine {
        source,
        limit: body.size,
        findings,
        found: CompactRange::new(),
        stored: CompactRange::new(),
        stored_whole: true,
        roots: saved.iter().map(|saved| (saved.size, None)).collect(),
        ahead: None,
        read: 0,
    };
    engine.run()?;
    let Engine { mut findings, found, stored, stored_whole, roots, read, source, .. } = engine;

    let found_fits = found.size() == body.size && found.root() == body.root;
    let stored_fits = stored_whole && stored.size() == body.size && stored.root() == body.root;
    if found_fits {
        // The entries give the signed root, so whatever differs from them is what was changed.
        for finding in findings.list.iter_mut().filter(|finding| finding.kind.rests_on_stored_hash()) {
            let place = finding.index.map_or_else(String::new, |index| {
                let tile = TilePath::at(TileKind::Hashes { level: 0 }, index >> TILE_HEIGHT, body.size);
                tile.map_or_else(String::new, |tile| tile.to_string())
            });
            let (index, count) = (finding.index.unwrap_or_default(), finding.count);
            let hashes = (finding.found, finding.expected);
            *finding =
                Finding::new(FindingKind::HashFile, place).entries(index, count).hashes(hashes.0, hashes.1);
        }
    } else if !stored_fits {
        let stretch = source.localise(body.size)?.unwrap_or(Stretch {
            from: 0,
            to: body.size,
            place: place.clone(),
            expected: Some(body.root),
            found: Some(found.root()),
        });
        let finding = Finding::new(FindingKind::Root, stretch.place);
        let finding = finding.entries(stretch.from, stretch.to.saturating_sub(stretch.from));
        findings.push(finding.hashes(stretch.expected, stretch.found));
    }
    checks.push(entries_check(read, body.size, &findings));
    checks.push(root_check(found_fits, &body));
    if let Some(check) = saved_check(&saved, &roots, &body, &mut findings) {
        checks.push(check);
    }
    Ok(Report {
        origin: body.origin,
        size: body.size,
        root: body.root,
        checkpoint: note,
        entries_checked: read,
        checks,
        findings: findings.list,
        findings_total: findings.total,
    })
}

fn signature_check(signed: bool, keys: &[VerifierKey], given: bool) -> Check {
    let (state, en, zh) = match (signed, keys.is_empty(), given) {
        (true, _, true) => (CheckState::Passed, "signed by the given key", "由给定的公钥签名"),
        (true, _, false) => (
            CheckState::Passed,
            "signed by the key that lies beside the log; give the published key to be sure",
            "由日志旁的公钥签名；请提供公布的公钥以确认",
        ),
        (false, true, _) => (
            CheckState::NotDone,
            "no key to check the signature; give one",
            "没有可用于验签的公钥：请提供公钥",
        ),
        (false, false, _) => (CheckState::Failed, "not signed by this key", "不是由该公钥签名"),
    };
    Check { code: "signature", state, zh: zh.to_owned(), en: en.to_owned() }
}

fn entries_check(read: u64, size: u64, findings: &Findings) -> Check {
    let ok = findings.list.iter().all(|f| matches!(f.kind, FindingKind::Signature));
    Check {
        code: "entries",
        state: if ok { CheckState::Passed } else { CheckState::Failed },
        zh: format!("共 {size} 条，已读取并计算 {read} 条"),
        en: format!("{read} of {size} entries read and hashed"),
    }
}

fn root_check(fits: bool, body: &CheckpointBody) -> Check {
    let (state, en, zh) = if fits {
        (CheckState::Passed, "the entries give the root", "由条目算出的根哈希与检查点一致")
    } else {
        (CheckState::Failed, "the entries do not give the root", "由条目算出的根哈希与检查点不一致")
    };
    Check { code: "root", state, zh: format!("{zh}（{}）", body.root), en: format!("{en} {}", body.root) }
}

/// The saved checkpoints that are usable, and the numbers (from 1) of those that are not.
fn read_saved(saved: &[String], keys: &[VerifierKey]) -> (Vec<CheckpointBody>, Vec<usize>) {
    let (mut usable, mut unusable) = (Vec::new(), Vec::new());
    for (number, note) in (1..).zip(saved) {
        match keys.iter().find_map(|key| CheckpointBody::verify(note, key).ok()) {
            Some(body) => usable.push(body),
            None => unusable.push(number),
        }
    }
    usable.sort_by_key(|body| body.size);
    (usable, unusable)
}

fn saved_check(
    saved: &[CheckpointBody],
    roots: &BTreeMap<u64, Option<Hash>>,
    body: &CheckpointBody,
    findings: &mut Findings,
) -> Option<Check> {
    let mut ok = true;
    let mut good = 0;
    for old in saved {
        let place = format!("saved checkpoint of {} entries", old.size);
        if old.size > body.size {
            let finding = Finding::new(FindingKind::Rollback, place).entries(body.size, old.size - body.size);
            findings.push(finding.hashes(Some(old.root), Some(body.root)));
            ok = false;
        } else {
            let found = roots.get(&old.size).copied().flatten();
            if found == Some(old.root) {
                good = old.size;
                continue;
            }
            let finding = Finding::new(FindingKind::Fork, place).entries(good, old.size - good);
            findings.push(finding.hashes(Some(old.root), found));
            ok = false;
        }
        // One is enough: all later ones fail for the same reason.
        break;
    }
    (!saved.is_empty()).then(|| Check {
        code: "saved",
        state: if ok { CheckState::Passed } else { CheckState::Failed },
        zh: format!("与此前保存的 {} 个检查点比对", saved.len()),
        en: format!("compared with {} checkpoints saved earlier", saved.len()),
    })
}
