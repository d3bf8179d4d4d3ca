//! Discards the revision of a published entry.

use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result, Role};

use super::require_in;
use crate::model::Resource;
use crate::{Catalog, store};

impl Catalog {
    /// Discards a revision, wherever it stands; the published version stays as it is.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*` or `catalog.revision.none`.
    pub async fn discard_revision(&self, actor: &Actor, id: &ResourceId) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentOperator, Role::DepartmentHead])?;
        let leaf = self.leaf("catalog.revision.discarded", &known).await?;
        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        if run.revision.take().is_none() {
            return Err(Error::conflict(
                "catalog.revision.none",
                "这个资源没有正在办理的变更，请刷新后查看当前状态。",
                "No revision of this resource is under way; refresh to see its present state.",
            ));
        }
        store::run::save(tx.connection(), &mut run, self.kernel.now_ms()).await?;
        tx.record(actor, leaf, None, None).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }
}
