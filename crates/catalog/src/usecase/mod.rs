//! What people do with the catalogue; one file per verb, each a method of [`crate::Catalog`].

pub mod change_organisation;
pub mod change_resource;
pub mod change_system;
pub mod create_organisation;
pub mod create_resource;
pub mod create_system;
pub mod list_resources;
pub mod list_systems;
pub mod mount_resource;
pub mod publish_resource;
pub mod read_resource;
pub mod withdraw_resource;

use kernel::evidence::Leaf;
use kernel::ids::OrganisationId;
use kernel::{Actor, Error, Result, Role};

use crate::Catalog;
use crate::model::Resource;

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

/// True when the actor may know of a resource: published, his own department's, or he looks after all.
fn may_know(actor: &Actor, resource: &Resource) -> bool {
    resource.state == crate::model::ResourceState::Published || may_see_mount(actor, resource)
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
