//! Lists proposals about accounts.

use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result, Role};

use crate::Identity;
use crate::model::{Proposal, ProposalId, ProposalKind, ProposalState};
use crate::store;

impl Identity {
    /// One proposal. For the three roles of the whole platform.
    ///
    /// # Errors
    /// `actor.role`, `account_proposal.not_found`.
    pub async fn proposal(&self, actor: &Actor, id: &ProposalId) -> Result<Proposal> {
        actor.require(&Role::PARTED)?;
        let row = store::proposal::by_id(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))?;
        self.proposal_view(actor, row).await
    }

    /// Proposals. For the three roles of the whole platform.
    ///
    /// # Errors
    /// `actor.role`.
    pub async fn list_proposals(
        &self,
        actor: &Actor,
        query: &ListQuery,
        state: Option<ProposalState>,
    ) -> Result<Page<Proposal>> {
        actor.require(&Role::PARTED)?;
        let state = state.map(ProposalState::as_str);
        let (rows, total) = store::proposal::list(&self.kernel.db, query, state).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(self.proposal_view(actor, row).await?);
        }
        Ok(Page::new(all, total, query))
    }

    async fn proposal_view(&self, actor: &Actor, row: store::proposal::Model) -> Result<Proposal> {
        let damaged = |what: &str| Error::internal("identity.damaged_row", format!("{what} is unknown"));
        let decided_by = match &row.decided_by {
            Some(id) => Some(self.name_of(id).await?),
            None => None,
        };
        Ok(Proposal {
            may_decide: self.may_decide(actor, &row).await?,
            kind: ProposalKind::parse(&row.kind).ok_or_else(|| damaged("kind"))?,
            state: ProposalState::parse(&row.state).ok_or_else(|| damaged("state"))?,
            role: Role::parse(&row.role).ok_or_else(|| damaged("role"))?,
            organisation: self.organisation_view(&row.organisation_id).await?,
            proposed_by: self.name_of(&row.proposed_by).await?,
            decided_by,
            id: row.id,
            user_id: row.user_id,
            username: row.username,
            display_name: row.display_name,
            person: row.person,
            provider: row.provider,
            subject: row.subject,
            reason: row.reason,
            proposed_ms: row.proposed_ms,
            decided_ms: row.decided_ms,
            decision_reason: row.decision_reason,
        })
    }
}
