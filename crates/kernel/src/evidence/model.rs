//! What stands in the hub's log: leaves without personal data, and openings beside them.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Domain of the commitment that a leaf holds over its opening.
pub const COMMIT_DOMAIN: &[u8] = b"guantong/commit/v1";

/// One leaf of the hub's log, as canonical JSON. It names organisations, resources and purposes, never a
/// person: the subject appears as `subject_tag`, everything else personal only in `commit`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Leaf {
    /// Version of this schema.
    pub v: u8,
    /// Kind, for example `exchange.query` or `sharing.grant.created`.
    pub kind: String,
    /// Unix seconds, cut to the minute, so that the public log does not time a person's visit.
    pub t: i64,
    /// Call id, for exchanges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The call whose entry covers this retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<String>,
    /// Id in the outbox, for state changes; makes a repeated append visible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbox: Option<String>,
    /// Unified social credit code of the consumer or of the acting organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// Unified social credit code of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Catalogue code of the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Grant used or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_version: Option<u32>,
    /// Matter code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// Legal basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Items delivered or checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Rows delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
    /// Agent that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Index of the same call in the agent's own log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_index: Option<u64>,
    /// SHA-256 of the answer, hex; the agent's own entry carries the same. With `copy` there is no such entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_digest: Option<String>,
    /// Run of the held copy (留存副本) that was used instead of the department's system; its chunks have entries of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// Code of a refusal or a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Keyed tag of the subject, unlinkable between entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_tag: Option<String>,
    /// Commitment over the opening: SHA-256(domain || 32 random bytes || payload), hex.
    pub commit: String,
}

impl Leaf {
    /// A leaf of that kind; time and commitment are set when it is sealed.
    pub fn of(kind: impl Into<String>) -> Self {
        Self { v: 1, kind: kind.into(), ..Self::default() }
    }
}

/// Facts that are committed to but lie outside the tree, so that they can be erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Payload {
    /// Exact time, Unix milliseconds.
    pub time_ms: i64,
    /// Who acted, for example `client:mz-dibao`.
    pub caller: String,
    /// Case number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_no: Option<String>,
    /// Item by which the subject was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_item: Option<String>,
    /// The subject's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_value: Option<String>,
    /// Idempotency key of the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Reason a person gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What changed, for state changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// An opening: the payload's exact bytes and the randomness of its commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Opening {
    /// 32 random bytes, hex.
    pub r: String,
    /// JSON of [`Payload`], byte for byte as committed.
    pub payload: String,
}

impl Opening {
    /// The commitment, hex.
    pub fn commit(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(COMMIT_DOMAIN);
        hash.update(hex::decode(&self.r).unwrap_or_default());
        hash.update(self.payload.as_bytes());
        hex::encode(hash.finalize())
    }
}

/// Whether what lies beside an entry is what the entry commits to. An opening that was erased (nothing lies there) is right;
/// so is anything beside an entry that is not a [`Leaf`] with a commitment.
pub fn opens(leaf: &[u8], beside: &[u8]) -> bool {
    let Ok(leaf) = serde_json::from_slice::<Leaf>(leaf) else { return true };
    beside.is_empty()
        || serde_json::from_slice::<Opening>(beside).is_ok_and(|opening| opening.commit() == leaf.commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A leaf shows nothing of a payload, and any change of the payload breaks the commitment.
    #[test]
    fn a_commitment_hides_and_binds() {
        let payload = Payload { subject_value: Some("330106199001011234".into()), ..Payload::default() };
        let opening = Opening {
            r: "00".repeat(32),
            payload: serde_json::to_string(&payload).expect("payload is plain data"),
        };
        let leaf = Leaf { commit: opening.commit(), ..Leaf::of("exchange.query") };
        assert!(!serde_json::to_string(&leaf).expect("leaf is plain data").contains("330106"));
        let changed = Opening { payload: opening.payload.replace("1234", "1235"), ..opening };
        assert_ne!(changed.commit(), leaf.commit);
    }
    /// An opening fits its own leaf and no other; an erased one and an entry of another kind are no fault.
    #[test]
    fn an_opening_fits_its_own_leaf() {
        let opening =
            |reason: &str| Opening { r: "07".repeat(32), payload: format!("{{\"reason\":\"{reason}\"}}") };
        let bytes = |opening: &Opening| serde_json::to_vec(opening).expect("an opening is plain data");
        let leaf = Leaf { commit: opening("a").commit(), ..Leaf::of("sharing.grant.revoked") };
        let leaf = serde_json::to_vec(&leaf).expect("a leaf is plain data");
        assert!(opens(&leaf, &bytes(&opening("a"))));
        assert!(!opens(&leaf, &bytes(&opening("b"))));
        assert!(!opens(&leaf, b"{}"));
        assert!(opens(&leaf, b""));
        assert!(opens(b"{\"kind\":\"agent.query\"}", b"{}"));
    }
}
