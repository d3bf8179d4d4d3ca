//! Reads one resource, as far as the reader may.

use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result};

use super::submit_resource::differences;
use super::{may_know, may_see_mount};
use crate::model::{MountChangeView, MountView, Resource, RevisionView};
use crate::{Catalog, store};

impl Catalog {
    /// One resource. Other departments see what is in force, without table and column names and without what is
    /// under way.
    ///
    /// # Errors
    /// `resource.not_found`, also for what the reader may not know of.
    pub async fn read_resource(&self, actor: &Actor, id: &ResourceId) -> Result<Resource> {
        let mut resource = self.known(actor, id).await?;
        if !may_see_mount(actor, &resource) {
            return Ok(Resource { mount: None, revision_state: None, ..resource });
        }
        let run = store::run::load(&self.kernel.db, id).await?;
        if run.revision.is_some() {
            let changes = differences(&run.current, &run.entry())?;
            resource.revision = run.revision.map(|revision| {
                let (state, flow, entry) = (revision.state, revision.flow, revision.entry);
                Box::new(RevisionView { state, flow, entry, changes })
            });
        }
        if let Some(change) = store::mount_change::of(&self.kernel.db, id).await? {
            let agent = match self.agents() {
                Some(agents) => agents.agent(&change.mount.agent_id).await?,
                None => None,
            };
            let mount = MountView { mount: change.mount, agent_name: agent.map(|agent| agent.name) };
            resource.mount_change = Some(MountChangeView { mount, state: change.state, flow: change.flow });
        }
        Ok(resource)
    }

    /// One resource that the actor may know of.
    pub(super) async fn known(&self, actor: &Actor, id: &ResourceId) -> Result<Resource> {
        let found = self.resource(id).await?.filter(|resource| may_know(actor, resource));
        found.ok_or_else(|| Error::missing(id))
    }
}
