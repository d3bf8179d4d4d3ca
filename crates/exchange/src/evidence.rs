//! The evidence as its parties read it: lists, single entries with proof, openings for those concerned.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::error::{Error, Result};
use kernel::evidence::{Leaf, Opening, Payload, index};
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Role};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, Order, PaginatorTrait as _, QueryFilter as _};
use sea_orm::{QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use crate::Exchange;

/// Filters of the evidence list.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EvidenceFilter {
    /// Kind, or its beginning, for example `exchange.`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Resource code.
    #[serde(default)]
    pub resource: Option<String>,
    /// Grant id.
    #[serde(default)]
    pub grant: Option<String>,
    /// Call id.
    #[serde(default)]
    pub call: Option<String>,
    /// Run of a subscription: the entries of its chunks, and that of its end.
    #[serde(default)]
    pub run: Option<String>,
    /// Not before, Unix milliseconds.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Before, Unix milliseconds.
    #[serde(default)]
    pub until_ms: Option<i64>,
}

/// One line of the list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EvidenceLineView {
    /// Index in the log.
    pub index: u64,
    /// Kind.
    pub kind: String,
    /// Unix milliseconds.
    pub time_ms: i64,
    /// Consumer's credit code.
    pub consumer: Option<String>,
    /// Its name.
    pub consumer_name: Option<String>,
    /// Provider's credit code.
    pub provider: Option<String>,
    /// Its name.
    pub provider_name: Option<String>,
    /// Resource code.
    pub resource: Option<String>,
    /// Grant id.
    pub grant: Option<String>,
    /// Matter code.
    pub matter: Option<String>,
    /// Call id.
    pub call: Option<String>,
    /// Who acted, as the opening names him.
    pub caller: String,
    /// Name of him or of the client system.
    pub caller_name: Option<String>,
    /// Code of a refusal.
    pub code: Option<String>,
}

/// One entry with its proof.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EvidenceView {
    /// Index in the log.
    pub index: u64,
    /// The leaf's bytes, base64.
    pub leaf: String,
    /// The leaf as JSON.
    pub entry: Leaf,
    /// Consumer's or actor's name.
    pub consumer_name: Option<String>,
    /// Provider's name.
    pub provider_name: Option<String>,
    /// The opening, for the consumer's own people and the auditor.
    pub opening: Option<OpeningView>,
    /// Audit path from leaf to root, base64.
    pub proof: Vec<String>,
    /// Size of the checkpoint the proof leads to.
    pub size: u64,
    /// Signed checkpoint (C2SP note).
    pub checkpoint: String,
    /// Key that signed it.
    pub verifier_key: String,
}

/// An opening with what it says.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OpeningView {
    /// As committed.
    #[serde(flatten)]
    pub opening: Opening,
    /// What it says.
    pub said: Payload,
}

impl Exchange {
    fn party_filter(actor: &Actor) -> Result<Option<String>> {
        actor.require_user()?;
        if actor.has_role(&[Role::SecurityAuditor]) {
            return Ok(None);
        }
        let own = actor.organisation().map(|own| own.credit_code.clone());
        own.map(Some).ok_or_else(|| {
            Error::forbidden(
                "evidence.party",
                "只能查看本机构的存证。",
                "Only evidence of your own organisation.",
            )
        })
    }

    /// Evidence the actor is a party to, newest first; all of it for the auditor.
    ///
    /// # Errors
    /// `evidence.party`.
    pub async fn evidence_list(
        &self,
        actor: &Actor,
        query: &ListQuery,
        filter: &EvidenceFilter,
    ) -> Result<Page<EvidenceLineView>> {
        let mut find = index::Entity::find();
        if let Some(own) = Self::party_filter(actor)? {
            find = find.filter(
                Condition::any().add(index::Column::Consumer.eq(&own)).add(index::Column::Provider.eq(&own)),
            );
        }
        if let Some(kind) = &filter.kind {
            find = find.filter(index::Column::Kind.starts_with(kind));
        }
        for (column, value) in [
            (index::Column::Resource, &filter.resource),
            (index::Column::GrantId, &filter.grant),
            (index::Column::Call, &filter.call),
        ] {
            if let Some(value) = value {
                find = find.filter(column.eq(value));
            }
        }
        if let Some(run) = &filter.run {
            let chunks = index::Column::Call.starts_with(format!("{run}:"));
            find = find.filter(Condition::any().add(index::Column::Call.eq(run)).add(chunks));
        }
        if let Some(from) = filter.from_ms {
            find = find.filter(index::Column::TimeMs.gte(from));
        }
        if let Some(until) = filter.until_ms {
            find = find.filter(index::Column::TimeMs.lt(until));
        }
        if let Some(text) = query.search() {
            find = find.filter(
                Condition::any()
                    .add(index::Column::Resource.contains(&text))
                    .add(index::Column::Matter.contains(&text))
                    .add(index::Column::Caller.contains(&text))
                    .add(index::Column::Call.eq(&text)),
            );
        }
        let db = &self.kernel.db;
        let total = find.clone().count(db).await?;
        let order = if query.order() == Some(("index", false)) { Order::Asc } else { Order::Desc };
        let rows = find
            .order_by(index::Column::Idx, order)
            .offset(query.page_index() * query.size())
            .limit(query.size())
            .all(db)
            .await?;
        let organisations = self.catalog.organisations().await?;
        let name = |code: &Option<String>| {
            let code = code.as_deref()?;
            organisations.iter().find(|o| o.credit_code == code).map(|o| o.name.clone())
        };
        let callers = self.identity.caller_names(rows.iter().map(|row| row.caller.as_str())).await?;
        let lines = rows
            .into_iter()
            .map(|row| EvidenceLineView {
                index: u64::try_from(row.idx).unwrap_or(0),
                consumer_name: name(&row.consumer),
                provider_name: name(&row.provider),
                kind: row.kind,
                time_ms: row.time_ms,
                consumer: row.consumer,
                provider: row.provider,
                resource: row.resource,
                grant: row.grant_id,
                matter: row.matter,
                call: row.call,
                caller_name: callers.get(&row.caller).cloned(),
                caller: row.caller,
                code: row.code,
            })
            .collect();
        Ok(Page::new(lines, total, query))
    }

    /// One entry with its proof.
    ///
    /// # Errors
    /// `evidence.not_found` also for entries to which the actor is no party.
    pub async fn evidence_entry(&self, actor: &Actor, at: u64) -> Result<EvidenceView> {
        let missing = || {
            Error::not_found(
                "evidence.not_found",
                format!("没有编号为 {at} 的存证，或您无权查看。"),
                format!("No entry {at}, or you may not see it."),
            )
        };
        let own = Self::party_filter(actor)?;
        let log = self.kernel.evidence.log();
        if at >= log.size() {
            return Err(missing());
        }
        let read = |error: ledger::Error| Error::internal("evidence.read", error);
        let leaf_bytes = log.entry(at).map_err(read)?;
        let entry: Leaf =
            serde_json::from_slice(&leaf_bytes).map_err(|error| Error::internal("evidence.decode", error))?;
        let is = |code: &Option<String>| own.is_some() && *code == own;
        if own.is_some() && !is(&entry.consumer) && !is(&entry.provider) {
            return Err(missing());
        }
        let opening = if own.is_none() || is(&entry.consumer) { self.opening(at)? } else { None };
        let checkpoint = log.checkpoint();
        let proof = log.inclusion_proof(at, checkpoint.size).map_err(read)?;
        let organisations = self.catalog.organisations().await?;
        let name = |code: &Option<String>| {
            let code = code.as_deref()?;
            organisations.iter().find(|o| o.credit_code == code).map(|o| o.name.clone())
        };
        Ok(EvidenceView {
            index: at,
            leaf: STANDARD.encode(&leaf_bytes),
            consumer_name: name(&entry.consumer),
            provider_name: name(&entry.provider),
            entry,
            opening,
            proof: proof.iter().map(|hash| STANDARD.encode(hash.as_bytes())).collect(),
            size: checkpoint.size,
            checkpoint: checkpoint.note_text.clone(),
            verifier_key: self.kernel.evidence.verifier_key(),
        })
    }

    fn opening(&self, at: u64) -> Result<Option<OpeningView>> {
        let log = self.kernel.evidence.log();
        let bytes = log.sidecar(at).map_err(|error| Error::internal("evidence.read", error))?;
        let opening = bytes.and_then(|bytes| serde_json::from_slice::<Opening>(&bytes).ok());
        Ok(opening.and_then(|opening| {
            let said = serde_json::from_str(&opening.payload).ok()?;
            Some(OpeningView { opening, said })
        }))
    }
}
