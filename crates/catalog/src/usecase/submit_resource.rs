//! Submits an entry, or the revision of a published one, for the department head's signature.

use kernel::ids::ResourceId;
use kernel::notice::Notice;
use kernel::working_time::due_ms;
use kernel::{Actor, Error, Result, Role};

use super::escalate::{Silence, watch};
use super::{expect_state, link, require_in};
use crate::model::diff;
use crate::model::{Flow, Resource, ResourceState, Run};
use crate::settings::SIGN_DAYS;
use crate::{Catalog, store};

impl Catalog {
    /// Submits what the own department entered. Everything the law asks is checked here, so that the head signs
    /// nothing half-finished.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.state`, `catalog.revision.no_change`, or `input.invalid`
    /// with every gap.
    pub async fn submit_resource(&self, actor: &Actor, id: &ResourceId) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentOperator])?;
        let rules = self.rules().await?;
        let days = self.kernel.days(&SIGN_DAYS).await?;
        let leaf = self.leaf("catalog.resource.submitted", &known).await?;

        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        expect_state(&run, &[ResourceState::Draft, ResourceState::Returned, ResourceState::Offline])?;
        rules.check(&run.entry(), false)?;
        something_changed(&run)?;
        let now = self.kernel.now_ms();
        let due = due_ms(now, days);
        run.step(ResourceState::Signing, Flow::submitted(actor, now, due));
        watch(&tx, Silence::Entry, id, due, 0, due).await?;
        tx.notify(Notice {
            organisation: Some(&known.organisation_id),
            roles: &[Role::DepartmentHead],
            kind: "catalog.to_sign",
            link: link(id),
            zh: format!("目录“{}”已提交，请您签发。", run.entry().name),
            en: format!("The entry \"{}\" waits for your signature.", run.entry().name),
        })
        .await?;
        store::run::save(tx.connection(), &mut run, now).await?;
        tx.record(actor, leaf, None, Some(run.entry().name)).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }
}

/// A revision that changes nothing is not worth a head's and an authority's time.
fn something_changed(run: &Run) -> Result<()> {
    let changed = run.revision.is_none() || !differences(&run.current, &run.entry())?.is_empty();
    if changed {
        return Ok(());
    }
    Err(Error::conflict(
        "catalog.revision.no_change",
        "这次变更与已发布的版本没有差异，请先修改，或放弃变更。",
        "This revision does not differ from the published version; change something or discard it.",
    ))
}

/// What differs between two states of an entry.
pub(super) fn differences(old: &Resource, new: &Resource) -> Result<Vec<diff::EntryChange>> {
    let json =
        |one: &Resource| serde_json::to_value(one).map_err(|error| Error::internal("catalog.encode", error));
    Ok(diff::between(&json(old)?, &json(new)?))
}
