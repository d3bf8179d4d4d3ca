//! Publishes an approved entry, or puts an approved revision in place of the published version.

use kernel::ids::ResourceId;
use kernel::notice::Notice;
use kernel::{Actor, Result, Role, Tx};

use super::submit_resource::differences;
use super::withdraw_resource::checked_reason;
use super::{expect_state, link, require_in};
use crate::model::{AnnouncementKind, ChangeKind, EntryChange, Resource, ResourceState, Run, mount_state};
use crate::{Catalog, MOUNT_CHANGED, store};

impl Catalog {
    /// Publishes what was approved, and announces it. The version rises.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.state`, or `input.invalid` with everything that is missing.
    pub async fn publish_resource(
        &self,
        actor: &Actor,
        id: &ResourceId,
        reason: Option<&str>,
    ) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::BusinessOperator])?;
        let reason = checked_reason(reason, false)?;
        let rules = self.rules().await?;
        let users = self.users_of(id).await?;
        let leaf = self.leaf("catalog.resource.published", &known).await?;

        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        expect_state(&run, &[ResourceState::AwaitingPublication])?;
        rules.check(&run.entry(), true)?;
        let changes = match run.revision {
            Some(_) => differences(&run.current, &run.entry())?,
            None => Vec::new(),
        };
        let revised = self.put_in_force(&tx, &mut run, reason.clone()).await?;
        store::version::keep(tx.connection(), &run.current, actor).await?;
        let kind = if revised { AnnouncementKind::Revised } else { AnnouncementKind::Published };
        let text = if revised { Some(summary(&changes)) } else { reason.clone() };
        self.announce(&tx, kind, &run.current, text.clone()).await?;
        tx.notify(Notice {
            organisation: Some(&known.organisation_id),
            roles: &[Role::DepartmentOperator, Role::DepartmentHead],
            kind: "catalog.published",
            link: link(id),
            zh: format!("目录“{}”第 {} 版已发布。", run.current.name, run.current.version),
            en: format!("Version {} of \"{}\" is published.", run.current.version, run.current.name),
        })
        .await?;
        for user in users.iter().filter(|_| revised) {
            tx.notify(Notice {
                organisation: Some(user),
                roles: &[Role::DepartmentOperator, Role::DepartmentDeveloper],
                kind: "catalog.revised",
                link: link(id),
                zh: format!("您部门使用的资源“{}”有更新：{}", run.current.name, summary(&changes)),
                en: format!("A resource you use has a new version: \"{}\".", run.current.name),
            })
            .await?;
        }
        tx.follow_up(MOUNT_CHANGED, id.as_str()).await?;
        tx.record(actor, leaf, reason.as_deref(), Some(format!("version {}", run.current.version))).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }

    /// Makes what runs the version in force; true when it was a revision.
    async fn put_in_force(&self, tx: &Tx<'_>, run: &mut Run, reason: Option<String>) -> Result<bool> {
        let db = tx.connection();
        let id = run.current.id.clone();
        let now = self.kernel.now_ms();
        let flow = run.flow().clone().done(now, reason.clone());
        let entry = run.entry();
        let revised = run.revision.take().is_some();
        let waiting = store::mount_change::of(db, &id).await?.map(|change| change.state);
        let class_code = match entry.class_code.clone() {
            Some(code) => code,
            None => super::create_resource::class_code(db, &entry).await?,
        };
        run.current = Resource {
            state: ResourceState::Published,
            state_reason: reason,
            signed_off_by: flow.signed_by.clone(),
            version: (store::version::last(db, &id).await? + 1).max(if revised { 0 } else { entry.version }),
            published_ms: Some(now),
            mount_state: mount_state(entry.mount.as_ref().map(|view| &view.mount), waiting, &entry.items),
            class_code: Some(class_code),
            flow,
            ..entry
        };
        store::run::save(db, run, now).await?;
        store::item::replace(db, &id, &run.current.items).await?;
        Ok(revised)
    }
}

/// The changes in one sentence.
fn summary(changes: &[EntryChange]) -> String {
    let words = changes.iter().take(8).map(|change| {
        let verb = match change.kind {
            ChangeKind::Added => "新增",
            ChangeKind::Removed => "删除",
            ChangeKind::Changed => "修改",
        };
        format!("{verb}{}", change.zh)
    });
    let more = if changes.len() > 8 { format!("等 {} 处", changes.len()) } else { String::new() };
    format!("{}{more}。", words.collect::<Vec<_>>().join("、"))
}
