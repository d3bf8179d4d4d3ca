//! Write down what an agent says of a grant.

use kernel::error::Result;
use kernel::ids::{GrantId, ResourceId};

use crate::Sharing;
use crate::store::{self, Grant, pin};

impl Sharing {
    /// Writes down what an agent says. Not evidence of ours: the agent keeps its own record. When it has pinned a
    /// grant that came out of a request, the request is delivered.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn note_pin(&self, grant: &GrantId, digest: &str, state: &str, reason: &str) -> Result<()> {
        // An agent may speak of a grant that this hub never gave; that is not ours to keep.
        if store::grant::find(&self.kernel.db, grant).await?.is_none() {
            return Ok(());
        }
        let short: String = reason.chars().take(500).collect();
        let row = pin::Model {
            grant_id: grant.clone(),
            digest: digest.chars().take(64).collect(),
            state: state.chars().take(20).collect(),
            reason: (!short.is_empty()).then_some(short),
            updated_ms: self.kernel.now_ms(),
        };
        let accepted = row.state == "accepted";
        pin::put(&self.kernel.db, row).await?;
        if accepted { self.grant_pinned(grant).await } else { Ok(()) }
    }

    /// Pins of the given grants: grant, digest, state, reason.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn pins(&self, ids: Vec<GrantId>) -> Result<Vec<(GrantId, String, String, String)>> {
        let rows = pin::of(&self.kernel.db, ids).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.grant_id, row.digest, row.state, row.reason.unwrap_or_default()))
            .collect())
    }

    /// One grant as stored, whoever asks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn stored(&self, id: &GrantId) -> Result<Option<Grant>> {
        store::grant::find(&self.kernel.db, id).await
    }

    /// Grants on one resource that are not revoked.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of_resource(&self, id: &ResourceId) -> Result<Vec<Grant>> {
        store::grant::of_resource(&self.kernel.db, id).await
    }
}
