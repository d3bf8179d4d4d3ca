//! Takes a published resource offline, with a cause, after a time in which its users can prepare.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::error::Fields;
use kernel::follow_up::Handler;
use kernel::ids::{OrganisationId, ResourceId};
use kernel::notice::Notice;
use kernel::working_time::due_ms;
use kernel::{Actor, Error, Result, Role, Tx};

use super::{expect_current, link, require_in};
use crate::model::{AnnouncementKind, Flow, Resource, ResourceState};
use crate::settings::{OFFLINE_CAUSES, OFFLINE_GRACE_DAYS};
use crate::{Catalog, MOUNT_CHANGED, store};

/// Kind of the follow-up that ends the time of grace.
const OFFLINE_DUE: &str = "catalog.offline_due";

/// A reason within its limits; blank counts as none.
pub(super) fn checked_reason(reason: Option<&str>, needed: bool) -> Result<Option<String>> {
    let reason = reason.map(str::trim).filter(|text| !text.is_empty());
    let mut fields = Fields::default();
    if needed || reason.is_some() {
        fields.text("reason", reason.unwrap_or_default(), 500);
    }
    fields.finish()?;
    Ok(reason.map(str::to_owned))
}

impl Catalog {
    /// Announces that a published resource goes offline, and tells everybody who holds a grant over it. A revision
    /// under way falls away. The clock takes it offline; until then it may be kept.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.not_published`, or `input.invalid` without listed cause and
    /// reason.
    pub async fn withdraw_resource(
        &self,
        actor: &Actor,
        id: &ResourceId,
        cause: Option<&str>,
        reason: &str,
    ) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentHead, Role::BusinessOperator])?;
        let mut fields = Fields::default();
        fields.text("reason", reason, 500);
        let given: Vec<_> = cause.map(str::to_owned).into_iter().collect();
        let causes = self.chosen(&OFFLINE_CAUSES, &given, "cause", &mut fields).await?;
        fields.finish()?;
        let (reason, days) = (reason.trim(), self.kernel.days(&OFFLINE_GRACE_DAYS).await?);
        let users = self.users_of(id).await?;
        let leaf = self.leaf("catalog.resource.withdrawn", &known).await?;

        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        expect_current(
            &run,
            ResourceState::Published,
            "catalog.resource.not_published",
            ("只有已发布的资源才能下线", "Only a published resource can be withdrawn"),
        )?;
        run.revision = None;
        let now = self.kernel.now_ms();
        let offline_ms = due_ms(now, days);
        let flow = Flow {
            offline_cause: given.first().cloned(),
            offline_ms: Some(offline_ms),
            ..run.current.flow.clone().done(now, Some(reason.to_owned()))
        };
        run.step(ResourceState::GoingOffline, flow);
        store::run::save(tx.connection(), &mut run, now).await?;
        let words = causes.first().map(|one| one.zh.clone()).unwrap_or_default();
        let text = format!("{words}：{reason}");
        self.announce(&tx, AnnouncementKind::GoingOffline, &run.current, Some(text.clone())).await?;
        let day = kernel::working_time::day_of(offline_ms);
        let zh = format!("您部门使用的资源“{}”将于 {day} 后下线（{text}），请提前安排。", known.name);
        let en = format!("A resource you use, \"{}\", goes offline after {day}: {text}", known.name);
        tell_users(&tx, &users, id, (zh, en)).await?;
        tx.follow_up_at(OFFLINE_DUE, &format!("{id}@{offline_ms}"), offline_ms).await?;
        tx.record(actor, leaf, Some(reason), Some(format!("{words}; users told: {}", users.len()))).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }

    /// Takes the offline notice back: the resource stays published.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.not_going_offline`, or `input.invalid` without a reason.
    pub async fn keep_resource(&self, actor: &Actor, id: &ResourceId, reason: &str) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentHead, Role::BusinessOperator])?;
        let reason = checked_reason(Some(reason), true)?;
        let users = self.users_of(id).await?;
        let leaf = self.leaf("catalog.resource.kept", &known).await?;

        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        expect_current(
            &run,
            ResourceState::GoingOffline,
            "catalog.resource.not_going_offline",
            ("只有下线中的资源才能撤回下线", "Only a resource that is going offline can be kept"),
        )?;
        let now = self.kernel.now_ms();
        let flow = Flow {
            offline_cause: None,
            offline_ms: None,
            ..run.current.flow.clone().done(now, reason.clone())
        };
        run.step(ResourceState::Published, flow);
        store::run::save(tx.connection(), &mut run, now).await?;
        self.announce(&tx, AnnouncementKind::Kept, &run.current, reason.clone()).await?;
        let zh = format!("您部门使用的资源“{}”不再下线，继续提供。", known.name);
        let en = format!("A resource you use, \"{}\", does not go offline after all.", known.name);
        tell_users(&tx, &users, id, (zh, en)).await?;
        tx.record(actor, leaf, reason.as_deref(), None).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }

    /// The time of grace is over.
    async fn take_offline(&self, id: &ResourceId, offline_ms: i64) -> Result<()> {
        let Some(known) = self.resource(id).await? else { return Ok(()) };
        let users = self.users_of(id).await?;
        let leaf = self.leaf("catalog.resource.offline", &known).await?;
        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        let still = run.current.state == ResourceState::GoingOffline
            && run.current.flow.offline_ms == Some(offline_ms);
        if !still {
            return Ok(());
        }
        let now = self.kernel.now_ms();
        let flow = Flow { since_ms: Some(now), ..run.current.flow.clone() };
        run.step(ResourceState::Offline, flow);
        store::run::save(tx.connection(), &mut run, now).await?;
        self.announce(&tx, AnnouncementKind::Offline, &run.current, run.current.state_reason.clone()).await?;
        let zh = format!("您部门使用的资源“{}”已下线，相关授权不再可用。", known.name);
        let en =
            format!("A resource you used, \"{}\", is offline; grants over it no longer work.", known.name);
        tell_users(&tx, &users, id, (zh, en)).await?;
        tx.follow_up(MOUNT_CHANGED, id.as_str()).await?;
        tx.record(&Actor::System, leaf, None, None).await?;
        tx.commit().await
    }
}

async fn tell_users(
    tx: &Tx<'_>,
    users: &[OrganisationId],
    id: &ResourceId,
    (zh, en): (String, String),
) -> Result<()> {
    for user in users {
        tx.notify(Notice {
            organisation: Some(user),
            roles: &[Role::DepartmentHead, Role::DepartmentOperator, Role::DepartmentDeveloper],
            kind: "catalog.offline",
            link: link(id),
            zh: zh.clone(),
            en: en.clone(),
        })
        .await?;
    }
    Ok(())
}

struct OfflineDue(Catalog);

#[async_trait]
impl Handler for OfflineDue {
    fn kind(&self) -> &'static str {
        OFFLINE_DUE
    }
    async fn run(&self, key: &str) -> Result<()> {
        let parts = key.rsplit_once('@').and_then(|(id, ms)| Some((id, ms.parse::<i64>().ok()?)));
        let (id, ms) = parts.ok_or_else(|| Error::internal("catalog.follow_up_key", key.to_owned()))?;
        self.0.take_offline(&ResourceId(id.to_owned()), ms).await
    }
}

/// The handler of that follow-up.
pub(crate) fn handler(catalog: &Catalog) -> Arc<dyn Handler> {
    Arc::new(OfflineDue(catalog.clone()))
}
