//! Silence escalates by itself: who must act is reminded when the clock runs out, the next level is told when he
//! still does not. Each step is a notice and evidence.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::evidence::Leaf;
use kernel::follow_up::Handler;
use kernel::ids::{OrganisationId, ResourceId};
use kernel::notice::Notice;
use kernel::working_time::due_ms;
use kernel::{Actor, Error, Result, Role, Tx};

use super::link;
use crate::model::{Flow, MountState, Resource, ResourceState};
use crate::settings::ESCALATION_DAYS;
use crate::{Catalog, store};

/// What somebody is silent about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// An entry or a revision: its signature, then its review.
    Entry,
    /// A mount's review.
    Mount,
}

impl Silence {
    fn kind(self) -> &'static str {
        match self {
            Self::Entry => "catalog.review_due",
            Self::Mount => "catalog.mount_due",
        }
    }
}

/// Looks again at `at_ms` whether the step that is due at `due` was done.
pub(super) async fn watch(
    tx: &Tx<'_>,
    silence: Silence,
    id: &ResourceId,
    due: i64,
    step: u8,
    at_ms: i64,
) -> Result<()> {
    tx.follow_up_at(silence.kind(), &format!("{id}@{due}@{step}"), at_ms).await
}

/// Who is told, of which organisation, and what he is told of.
struct Told<'a> {
    organisation: Option<&'a OrganisationId>,
    roles: &'static [Role],
    zh: &'static str,
    en: &'static str,
}

const HEAD: &[Role] = &[Role::DepartmentHead];
const AUTHORITY: &[Role] = &[Role::BusinessOperator];
const PLATFORM: &[Role] = &[Role::PlatformOperator, Role::SecurityAuditor];

/// Whom a step of silence reaches. The first reminds who must act, the second tells the level above.
fn told(state: ResourceState, step: u8, provider: &OrganisationId) -> Option<Vec<Told<'_>>> {
    let to = |organisation, roles, zh, en| Told { organisation, roles, zh, en };
    Some(match (state, step) {
        (ResourceState::Signing, 0) => {
            vec![to(
                Some(provider),
                HEAD,
                "签发已到期，请尽快签发或退回",
                "is due to be signed; sign or return it",
            )]
        }
        (ResourceState::Signing, _) => {
            vec![to(
                None,
                AUTHORITY,
                "逾期未签发，请督促提供部门",
                "was not signed in time; urge the provider",
            )]
        }
        (ResourceState::UnderReview | ResourceState::AwaitingPublication, 0) => {
            vec![to(None, AUTHORITY, "审核发布已到期，请尽快办理", "is due to be reviewed and published")]
        }
        (ResourceState::UnderReview | ResourceState::AwaitingPublication, _) => vec![
            to(None, PLATFORM, "逾期未审核发布，请督办", "was not reviewed in time; see to it"),
            to(
                Some(provider),
                HEAD,
                "逾期未审核发布，已报平台督办",
                "was not reviewed in time; the platform was told",
            ),
        ],
        _ => return None,
    })
}

fn told_of_mount(step: u8, provider: &OrganisationId) -> Vec<Told<'_>> {
    let to = |organisation, roles, zh, en| Told { organisation, roles, zh, en };
    match step {
        0 => {
            vec![to(None, AUTHORITY, "挂接审核已到期，请尽快办理", "has a mount that is due to be reviewed")]
        }
        _ => vec![
            to(
                None,
                PLATFORM,
                "挂接逾期未审核，请督办",
                "has a mount that was not reviewed in time; see to it",
            ),
            to(
                Some(provider),
                HEAD,
                "挂接逾期未审核，已报平台督办",
                "has a mount not reviewed in time; the platform was told",
            ),
        ],
    }
}

impl Catalog {
    async fn silent_entry(&self, id: &ResourceId, due: i64, step: u8) -> Result<()> {
        let Some(known) = self.resource(id).await? else { return Ok(()) };
        let (days, leaf) = self.step_facts(&known, step).await?;
        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        let Some(told) = told(run.state(), step, &known.organisation_id) else { return Ok(()) };
        if !waits(run.flow(), due, step) {
            return Ok(());
        }
        run.flow_mut().escalated = step + 1;
        let now = self.kernel.now_ms();
        store::run::save(tx.connection(), &mut run, now).await?;
        let leaf = Leaf { code: Some(run.state().as_str().to_owned()), ..leaf };
        self.escalate(tx, Silence::Entry, &run.entry(), told, (due, step, days), leaf).await
    }

    async fn silent_mount(&self, id: &ResourceId, due: i64, step: u8) -> Result<()> {
        let Some(known) = self.resource(id).await? else { return Ok(()) };
        let (days, leaf) = self.step_facts(&known, step).await?;
        let tx = self.kernel.begin().await?;
        let Some(mut change) = store::mount_change::of(tx.connection(), id).await? else { return Ok(()) };
        if change.state != MountState::Pending || !waits(&change.flow, due, step) {
            return Ok(());
        }
        change.flow.escalated = step + 1;
        store::mount_change::put(tx.connection(), &change).await?;
        let leaf = Leaf { code: Some("mount_pending".to_owned()), ..leaf };
        let told = told_of_mount(step, &known.organisation_id);
        self.escalate(tx, Silence::Mount, &known, told, (due, step, days), leaf).await
    }

    async fn step_facts(&self, known: &Resource, step: u8) -> Result<(u32, Leaf)> {
        let kind = if step == 0 { "catalog.review.reminded" } else { "catalog.review.escalated" };
        Ok((self.kernel.days(&ESCALATION_DAYS).await?, self.leaf(kind, known).await?))
    }

    async fn escalate(
        &self,
        tx: Tx<'_>,
        silence: Silence,
        entry: &Resource,
        told: Vec<Told<'_>>,
        (due, step, days): (i64, u8, u32),
        leaf: Leaf,
    ) -> Result<()> {
        for one in &told {
            tx.notify(Notice {
                organisation: one.organisation,
                roles: one.roles,
                kind: if step == 0 { "catalog.reminder" } else { "catalog.escalation" },
                link: link(&entry.id),
                zh: format!("目录“{}”{}。", entry.name, one.zh),
                en: format!("The entry \"{}\" {}.", entry.name, one.en),
            })
            .await?;
        }
        if step == 0 {
            let next = due_ms(self.kernel.now_ms(), days);
            watch(&tx, silence, &entry.id, due, step + 1, next).await?;
        }
        let words: Vec<_> = told.iter().map(|one| one.en).collect();
        tx.record(&Actor::System, leaf, None, Some(words.join("; "))).await?;
        tx.commit().await
    }
}

/// True while the same step is still due and this escalation was not made yet.
fn waits(flow: &Flow, due: i64, step: u8) -> bool {
    flow.due_ms == Some(due) && flow.escalated == step
}

struct Watcher(Catalog, Silence);

#[async_trait]
impl Handler for Watcher {
    fn kind(&self) -> &'static str {
        self.1.kind()
    }
    async fn run(&self, key: &str) -> Result<()> {
        let mut parts = key.rsplitn(3, '@');
        let step = parts.next().and_then(|text| text.parse().ok());
        let due = parts.next().and_then(|text| text.parse().ok());
        let (Some(step), Some(due), Some(id)) = (step, due, parts.next()) else {
            return Err(Error::internal("catalog.follow_up_key", key.to_owned()));
        };
        let id = ResourceId(id.to_owned());
        match self.1 {
            Silence::Entry => self.0.silent_entry(&id, due, step).await,
            Silence::Mount => self.0.silent_mount(&id, due, step).await,
        }
    }
}

/// The handlers of silence.
pub(crate) fn handlers(catalog: &Catalog) -> [Arc<dyn Handler>; 2] {
    [Silence::Entry, Silence::Mount]
        .map(|silence| -> Arc<dyn Handler> { Arc::new(Watcher(catalog.clone(), silence)) })
}
