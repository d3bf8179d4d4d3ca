//! Handovers as people see them.

use std::sync::atomic::Ordering;

use kernel::{Actor, Result};

use super::model::{HandoverState, HandoverView};
use super::runner::place;
use super::store::Model;
use super::usecase::may_change;
use crate::Exchange;
use crate::subscriptions::store::read;

impl Exchange {
    pub(super) async fn handover_view(&self, actor: &Actor, row: &Model) -> Result<HandoverView> {
        let organisations = self.catalog.organisations().await?;
        let resource = self.catalog.resource(&row.resource_id).await?;
        let attempt = self.moving.of(&row.id).filter(|_| row.stands() == HandoverState::Moving);
        let kept = u64::try_from(row.moved).unwrap_or(0);
        let began = attempt.as_ref().and_then(|attempt| *attempt.began.lock());
        let moved = attempt.map_or(kept, |attempt| attempt.moved.load(Ordering::Relaxed).max(kept));
        let per_second = began.map(|(since, from)| {
            let took = u64::try_from(self.kernel.now_ms().saturating_sub(since)).unwrap_or(0).max(1);
            moved.saturating_sub(from).saturating_mul(1_000) / took
        });
        let index = |index: Option<i64>| index.and_then(|index| u64::try_from(index).ok());
        let own = actor.is_of(&row.consumer_id);
        Ok(HandoverView {
            id: row.id.clone(),
            state: row.stands(),
            notice: row.notice.as_deref().map(read).transpose()?,
            grant_id: row.grant_id.clone(),
            resource_id: row.resource_id.clone(),
            resource_code: resource.as_ref().map(|one| one.code.clone()).unwrap_or_default(),
            resource_name: resource.map(|one| one.name).unwrap_or_default(),
            provider_name: organisations.name(&row.provider_id).to_owned(),
            provider_id: row.provider_id.clone(),
            consumer_name: organisations.name(&row.consumer_id).to_owned(),
            consumer_id: row.consumer_id.clone(),
            document: row.document.clone(),
            to: place(row).filter(|_| own),
            purpose: read(&row.purpose)?,
            case_no: row.case_no.clone(),
            note: row.note.clone(),
            offered: row.offered,
            created_by: row.created_by.clone(),
            created_ms: row.created_ms,
            expires_ms: row.expires_ms,
            bytes: index(row.bytes),
            moved,
            bytes_per_second: per_second,
            digest: row.digest.clone(),
            provider_clean: row.provider_clean,
            receiver_clean: row.receiver_clean,
            path: row.path.clone().filter(|_| own),
            received_ms: row.received_ms,
            removed: row.removed.clone(),
            first_index: index(row.first_index),
            receipt_index: index(row.receipt_index),
            failures: u32::try_from(row.failures).unwrap_or(0),
            may_change: may_change(actor, row),
        })
    }
}
