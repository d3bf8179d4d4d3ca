//! Evidence and time line of one change, written together; and time lines read again.

use kernel::error::{Error, Result};
use kernel::evidence::{Leaf, index};
use kernel::ids::{GrantId, OrganisationId};
use kernel::{Actor, Role, Tx};
use serde_json::Value;

use crate::Sharing;
use crate::evidence::EVIDENCE;
use crate::model::{NeedId, RequestId, TimelineEvent};
use crate::store::{self, Grant};

/// What a time line belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// A request.
    Request(&'a RequestId),
    /// A grant.
    Grant(&'a GrantId),
    /// A need.
    Need(&'a NeedId),
}

impl Subject<'_> {
    pub(crate) fn key(self) -> String {
        match self {
            Subject::Request(id) => format!("request:{id}"),
            Subject::Grant(id) => format!("grant:{id}"),
            Subject::Need(id) => format!("need:{id}"),
        }
    }
}

/// One change.
pub(crate) struct Happening<'a> {
    /// Leaf of the evidence; its kind is that of the event.
    pub leaf: Leaf,
    /// Words given with it.
    pub text: Option<&'a str>,
    /// What was decided or changed.
    pub detail: Option<Value>,
}

impl Sharing {
    /// Writes evidence of a change and puts it on time lines.
    pub(crate) async fn happened(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        subjects: &[Subject<'_>],
        what: Happening<'_>,
    ) -> Result<()> {
        let kind = what.leaf.kind.clone();
        // The leaf names no request or need, so the opening does.
        let keys: Vec<_> = subjects.iter().map(|subject| subject.key()).collect();
        let told = serde_json::json!({"subjects": keys, "detail": what.detail});
        let outbox = tx.record_entry(actor, what.leaf, what.text, Some(told.to_string())).await?;
        for key in keys {
            let row = store::event::Model {
                id: self.kernel.new_id::<EventId>().0,
                subject: key,
                kind: kind.clone(),
                place: 0,
                time_ms: self.kernel.now_ms(),
                organisation_id: actor.organisation().map(|own| own.id.clone()),
                role: actor.role().map(|role| role.as_str().to_owned()),
                text: what.text.map(str::to_owned),
                detail: what.detail.as_ref().map(Value::to_string),
                outbox: outbox.clone(),
            };
            store::event::insert(tx.connection(), row).await?;
        }
        Ok(())
    }

    /// A leaf that names both sides and the resource.
    pub(crate) async fn leaf_between(
        &self,
        kind: &'static str,
        consumer: &OrganisationId,
        provider: Option<&OrganisationId>,
        resource: Option<&str>,
    ) -> Result<Leaf> {
        let organisations = self.catalog.organisations().await?;
        let code = |id: &OrganisationId| organisations.get(id).map(|one| one.credit_code.clone());
        Ok(Leaf {
            consumer: code(consumer),
            provider: provider.and_then(code),
            resource: resource.map(str::to_owned),
            ..Leaf::of(kind)
        })
    }

    /// The subjects on whose time lines a change of a grant stands.
    pub(crate) fn subjects_of(grant: &Grant) -> Vec<Subject<'_>> {
        let mut subjects = vec![Subject::Grant(&grant.id)];
        subjects.extend(grant.request_id.as_ref().map(Subject::Request));
        subjects
    }

    /// A time line, oldest first.
    pub(crate) async fn timeline(&self, subject: Subject<'_>) -> Result<Vec<TimelineEvent>> {
        let rows = store::event::of(&self.kernel.db, &subject.key()).await?;
        index::catch_up(&self.kernel).await?;
        let indexes = store::event::indexes(&self.kernel.db, &rows).await?;
        let organisations = self.catalog.organisations().await?;
        rows.into_iter()
            .map(|row| {
                let known = EVIDENCE.iter().find(|one| one.kind == row.kind);
                let detail = row.detail.as_deref().map(serde_json::from_str).transpose();
                Ok(TimelineEvent {
                    zh: known.map(|one| one.zh.to_owned()).unwrap_or_default(),
                    en: known.map(|one| one.en.to_owned()).unwrap_or_default(),
                    organisation: row.organisation_id.map(|id| organisations.name(&id).to_owned()),
                    role: row.role.as_deref().and_then(Role::parse),
                    detail: detail.map_err(|error| Error::internal("sharing.stored_json", error))?,
                    evidence_index: indexes.get(&row.outbox).copied(),
                    id: row.id,
                    kind: row.kind,
                    time_ms: row.time_ms,
                    text: row.text,
                })
            })
            .collect()
    }
}

kernel::typed_ids! {
    /// An event of a time line.
    EventId = "event";
}
