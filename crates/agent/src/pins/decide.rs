//! What becomes of an offered pin. Pure: policy, what is known, the offer; nothing else.
//!
//! | offer | `auto` | `manual` |
//! |---|---|---|
//! | not well formed, unknown source, on the deny list, older version | refused | refused |
//! | exactly what is in force | known | known |
//! | same mount, narrower or equal | accepted | accepted |
//! | same mount, wider | accepted, recorded as widened | waits |
//! | first of its grant, or again after a revocation | accepted | waits |
//! | again, unchanged, after a suspension | accepted | accepted |
//! | another mount, also than that of other grants on the same resource | waits | waits |

use plan::change::Difference;
use plan::{Mount, Pin, compare};

use super::stored::StoredGrant;
use crate::config::Accept;
use crate::deny::DenyList;
use crate::fault::Fault;
use crate::record::leaf;

/// What the hub gives as the reason when it takes a pin back only for a while.
const SUSPENDED: &str = "suspended";

/// By what an offer is judged.
pub struct Policy<'a> {
    /// Who accepts.
    pub accept: Accept,
    /// What never leaves.
    pub deny: &'a DenyList,
    /// Names of the sources this agent has.
    pub sources: &'a [String],
    /// Mounts of the same resource under which other grants were accepted.
    pub peers: &'a [Mount],
}

/// What becomes of an offer.
#[derive(Debug, PartialEq)]
pub enum Decision {
    /// Nothing changes; how this version stands.
    Known(&'static str),
    /// Pin it.
    Accept {
        /// Kind of the entry in the record.
        kind: &'static str,
        /// Codes of what is wider than before.
        why: Vec<String>,
    },
    /// Keep it for a person.
    Pending {
        /// Why.
        reasons: Vec<Difference>,
    },
}

/// Judges an offer.
///
/// # Errors
/// The refusal, with code and sentences.
pub fn decide(
    policy: &Policy<'_>,
    known: Option<&StoredGrant>,
    new: &Pin,
    digest: &str,
) -> Result<Decision, Fault> {
    new.validate()?;
    if !policy.sources.contains(&new.mount.source) {
        let (source, sources) = (&new.mount.source, policy.sources.join(", "));
        return Err(Fault::new(
            "pin.source_unknown",
            format!("前置机没有名为“{source}”的数据源；现有：{sources}"),
            format!("The agent has no source named \"{source}\"; it has: {sources}"),
        ));
    }
    if let Some(place) = denied(policy.deny, new) {
        return Err(Fault::new(
            "agent.denied",
            format!("“{place}”在本部门的拒绝清单中，不接受该授权"),
            format!("\"{place}\" is on this department's deny list; the grant is not accepted"),
        ));
    }
    let accepted = known.and_then(|known| known.accepted.as_ref());
    if accepted.is_some_and(|kept| kept.digest == digest) {
        return Ok(Decision::Known("accepted"));
    }
    if known.and_then(|known| known.pending.as_ref()).is_some_and(|pending| pending.digest == digest) {
        return Ok(Decision::Known("pending"));
    }
    if known.and_then(|known| known.refused.as_deref()) == Some(digest) {
        return Ok(Decision::Known("refused"));
    }
    let revoked = known.and_then(|known| known.revoked.as_ref());
    // A suspension is the hub's own pause; what comes back unchanged is what this department agreed to.
    if accepted.is_none() && revoked.is_some_and(|gone| gone.digest == digest && gone.reason == SUSPENDED) {
        return Ok(Decision::Accept { kind: leaf::PIN_ACCEPTED, why: vec!["agent.resumed".to_owned()] });
    }
    let before = accepted.map(|kept| &kept.pin).or(revoked.map(|gone| &gone.pin));
    let Some(before) = before else {
        // A new grant id is no way around the rule for mounts.
        if let (Some(peer), false) = (policy.peers.first(), policy.peers.contains(&new.mount)) {
            let other = Pin { grant: new.grant.clone(), mount: peer.clone() };
            return Ok(Decision::Pending { reasons: compare(new, &other).mount });
        }
        return Ok(first(
            policy.accept,
            "agent.first",
            "该授权首次下发",
            "This grant is offered for the first time",
        ));
    };
    if new.grant.version < before.grant.version {
        let (old, was) = (new.grant.version, before.grant.version);
        return Err(Fault::new(
            "pin.old_version",
            format!("授权版本 {old} 早于已固定的版本 {was}，不接受回退"),
            format!(
                "Version {old} of the grant is older than the pinned version {was}; going back is not accepted"
            ),
        ));
    }
    let change = compare(new, before);
    if !change.mount.is_empty() {
        return Ok(Decision::Pending { reasons: change.mount.into_iter().chain(change.widened).collect() });
    }
    if accepted.is_none() {
        return Ok(match (policy.accept, change.widened.is_empty()) {
            (Accept::Auto, false) => widened(&change.widened),
            _ => first(
                policy.accept,
                "agent.again",
                "该授权撤销后再次下发",
                "This grant is offered again after it was revoked",
            ),
        });
    }
    Ok(match (change.widened.is_empty(), policy.accept) {
        (true, _) => Decision::Accept { kind: leaf::PIN_ACCEPTED, why: Vec::new() },
        (false, Accept::Auto) => widened(&change.widened),
        (false, Accept::Manual) => Decision::Pending { reasons: change.widened },
    })
}

fn widened(widened: &[Difference]) -> Decision {
    Decision::Accept { kind: leaf::PIN_WIDENED, why: widened.iter().map(|one| one.code.to_owned()).collect() }
}

fn first(accept: Accept, code: &'static str, zh: &str, en: &str) -> Decision {
    match accept {
        Accept::Auto => Decision::Accept { kind: leaf::PIN_ACCEPTED, why: Vec::new() },
        Accept::Manual => {
            Decision::Pending { reasons: vec![Difference { code, zh: zh.to_owned(), en: en.to_owned() }] }
        }
    }
}

/// The first table or column the pin would have to read that the deny list forbids. A column that is mounted but neither
/// granted, a key, nor a condition is not read, so it does not count.
fn denied(deny: &DenyList, pin: &Pin) -> Option<String> {
    let mount = &pin.mount;
    if deny.denies_table(&mount.source, &mount.table) {
        return Some(format!("{}/{}", mount.source, mount.table));
    }
    let read = |item: &str| {
        mount.keys.iter().any(|key| key == item)
            || pin.grant.items.iter().any(|granted| granted.item == item)
            || pin.grant.row_filter.all.iter().any(|condition| condition.item == item)
    };
    let columns = mount.items.iter().filter(|item| read(&item.item)).map(|item| &item.column);
    let mut columns = columns.chain(mount.as_of_column.as_ref());
    let column = columns.find(|column| deny.denies_column(&mount.source, &mount.table, column))?;
    Some(format!("{}/{}/{column}", mount.source, mount.table))
}
