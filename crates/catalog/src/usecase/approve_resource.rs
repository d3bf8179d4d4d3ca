//! The data authority approves an entry; it then waits to be published.

use kernel::ids::ResourceId;
use kernel::{Actor, Result, Role};

use super::withdraw_resource::checked_reason;
use super::{expect_state, require_in};
use crate::model::{Resource, ResourceState};
use crate::{Catalog, store};

impl Catalog {
    /// Approves a signed entry. The clock runs on until it is published.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.state`, or `input.invalid`.
    pub async fn approve_resource(
        &self,
        actor: &Actor,
        id: &ResourceId,
        note: Option<&str>,
    ) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::BusinessOperator])?;
        let note = checked_reason(note, false)?;
        let rules = self.rules().await?;
        let leaf = self.leaf("catalog.resource.approved", &known).await?;

        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        expect_state(&run, &[ResourceState::UnderReview])?;
        rules.check(&run.entry(), true)?;
        let now = self.kernel.now_ms();
        let flow = run.flow().clone().reviewed(actor, now, note.clone());
        run.step(ResourceState::AwaitingPublication, flow);
        store::run::save(tx.connection(), &mut run, now).await?;
        tx.record(actor, leaf, note.as_deref(), None).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }
}
