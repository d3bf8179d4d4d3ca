//! What people do with the catalogue; one file per verb, each a method of [`crate::Catalog`].

pub mod announce;
pub mod approve_resource;
pub mod change_organisation;
pub mod change_resource;
pub mod change_system;
pub mod create_organisation;
pub mod create_resource;
pub mod create_system;
pub mod discard_revision;
pub(crate) mod escalate;
pub mod judge_mount;
mod legal;
pub mod list_organisations;
pub mod list_resources;
pub mod list_systems;
pub mod mount_resource;
pub mod negative_list;
pub mod publish_resource;
pub mod read_resource;
pub mod return_resource;
pub mod sign_resource;
pub mod submit_resource;
mod todos;
pub mod versions;
pub mod withdraw_resource;

use kernel::evidence::Leaf;
use kernel::ids::{OrganisationId, ResourceId};
use kernel::{Actor, Error, Result, Role};

use crate::Catalog;
use crate::model::{Resource, ResourceState, Run};

/// Requires one of the roles within an organisation. The platform itself may always: it acts at the first
/// start and when a demo is seeded, never for a request.
fn require_in(actor: &Actor, organisation: &OrganisationId, roles: &[Role]) -> Result<()> {
    if matches!(actor, Actor::System) { Ok(()) } else { actor.require_in(organisation, roles) }
}

/// Organisation named in the input, or the actor's own.
fn organisation_or_own(actor: &Actor, given: Option<&OrganisationId>) -> Result<OrganisationId> {
    given.or_else(|| actor.organisation().map(|own| &own.id)).cloned().ok_or_else(|| {
        Error::invalid(
            "input.invalid",
            "请指明所属机构（organisation_id）。",
            "Name the organisation (organisation_id).",
        )
    })
}

/// Page of the console that shows a resource.
fn link(id: &ResourceId) -> String {
    format!("/catalogue/{id}")
}

/// Chinese and English word of a state.
fn word(state: ResourceState) -> (&'static str, &'static str) {
    match state {
        ResourceState::Draft => ("待提交", "draft"),
        ResourceState::Signing => ("待签发", "waiting for signature"),
        ResourceState::UnderReview => ("待审核", "under review"),
        ResourceState::Returned => ("已退回", "returned"),
        ResourceState::AwaitingPublication => ("待发布", "awaiting publication"),
        ResourceState::Published => ("已发布", "published"),
        ResourceState::GoingOffline => ("下线中", "going offline"),
        ResourceState::Offline => ("已下线", "offline"),
    }
}

/// Requires that what runs is in one of the states.
fn expect_state(run: &Run, states: &[ResourceState]) -> Result<()> {
    if states.contains(&run.state()) {
        return Ok(());
    }
    let (zh, en): (Vec<_>, Vec<_>) = states.iter().map(|state| word(*state)).unzip();
    let (is_zh, is_en) = word(run.state());
    Err(Error::conflict(
        "catalog.resource.state",
        format!("目录现为“{is_zh}”，此操作须在“{}”时办理。请刷新后查看当前状态。", zh.join("”或“")),
        format!(
            "The entry is {is_en}; this is done while it is {}. Refresh to see its present state.",
            en.join(" or ")
        ),
    ))
}

/// Requires that the entry itself, whatever its revision does, is in that state.
fn expect_current(run: &Run, state: ResourceState, code: &'static str, (zh, en): (&str, &str)) -> Result<()> {
    if run.current.state == state {
        return Ok(());
    }
    Err(Error::conflict(
        code,
        format!("{zh}，请刷新后查看当前状态。"),
        format!("{en}; refresh to see its present state."),
    ))
}

/// True when the actor may know of a resource: in force, his own department's, or he looks after all.
fn may_know(actor: &Actor, resource: &Resource) -> bool {
    resource.state.in_force() || may_see_mount(actor, resource)
}

/// True when the actor may see how the resource hangs on the department's system.
fn may_see_mount(actor: &Actor, resource: &Resource) -> bool {
    matches!(actor, Actor::System)
        || actor.has_role(&[Role::BusinessOperator])
        || actor.is_of(&resource.organisation_id)
}

impl Catalog {
    /// A leaf that names the resource and its provider.
    async fn leaf(&self, kind: &str, resource: &Resource) -> Result<Leaf> {
        let organisations = self.organisations().await?;
        Ok(Leaf {
            provider: organisations.get(&resource.organisation_id).map(|one| one.credit_code.clone()),
            resource: Some(resource.code.clone()),
            ..Leaf::of(kind)
        })
    }
}
