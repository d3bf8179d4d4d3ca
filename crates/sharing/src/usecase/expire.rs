//! Grants that end (到期): a reminder before, and at the end the agent is told to drop its pin.

use async_trait::async_trait;
use kernel::error::Result;
use kernel::follow_up::Handler;
use kernel::ids::GrantId;
use kernel::notice::Notice;
use kernel::{Actor, Kernel, Tx};

use super::request::STAFF;
use crate::settings;
use crate::store;
use crate::usecase::record::Subject;
use crate::{GRANT_EXPIRY, PIN_CHANGED, Sharing};

const DAY_MS: i64 = 86_400_000;

/// Leaves the work of reminding and of ending.
pub(crate) async fn leave_work(
    kernel: &Kernel,
    tx: &Tx<'_>,
    id: &GrantId,
    valid_until_ms: i64,
) -> Result<()> {
    let days = kernel.days(&settings::EXPIRY).await?;
    let soon = valid_until_ms - i64::from(days) * DAY_MS;
    if soon > kernel.now_ms() {
        tx.follow_up_at(GRANT_EXPIRY, &format!("{id}/soon"), soon).await?;
    }
    tx.follow_up_at(GRANT_EXPIRY, &format!("{id}/end"), valid_until_ms).await
}

/// Reminds of the end and marks it.
pub(crate) struct GrantExpiry(pub Sharing);

#[async_trait]
impl Handler for GrantExpiry {
    fn kind(&self) -> &'static str {
        GRANT_EXPIRY
    }
    async fn run(&self, key: &str) -> Result<()> {
        let Some((id, what)) = key.split_once('/') else { return Ok(()) };
        self.0.expiry(&GrantId(id.to_owned()), what == "end").await
    }
}

impl Sharing {
    async fn expiry(&self, id: &GrantId, ended: bool) -> Result<()> {
        let Some(grant) = store::grant::find(&self.kernel.db, id).await? else { return Ok(()) };
        let over = self.kernel.now_ms() >= grant.valid_until_ms;
        if grant.state.is_ended() || over != ended {
            return Ok(());
        }
        let kind = if ended { "sharing.grant.expired" } else { "sharing.grant.expiring" };
        // The work is done at least once; what it tells is told once.
        if store::event::has(&self.kernel.db, &Subject::Grant(id).key(), kind).await? {
            return Ok(());
        }
        let name = self.catalog.resource(&grant.resource_id).await?.map(|resource| resource.name);
        let name = name.unwrap_or_default();
        let day = kernel::working_time::day_of(grant.valid_until_ms - 1);
        let (zh, en) = if ended {
            (
                format!("“{name}”的授权已于 {day} 到期，如仍需使用请重新申请。"),
                format!("The grant on “{name}” ended on {day}; request it again if you still need it."),
            )
        } else {
            (
                format!("“{name}”的授权将于 {day} 到期，如需继续使用请及早重新申请。"),
                format!("The grant on “{name}” ends on {day}; request it again in time."),
            )
        };
        let tx = self.kernel.begin().await?;
        self.note_grant(&tx, &Actor::System, &grant, kind, None).await?;
        tx.notify(Notice {
            organisation: Some(&grant.consumer_id),
            roles: STAFF,
            kind,
            link: format!("/grants/{id}"),
            zh,
            en,
        })
        .await?;
        if ended {
            tx.follow_up(PIN_CHANGED, id.as_str()).await?;
        }
        tx.commit().await
    }
}
