//! What waits for a person: proposals to confirm.

use async_trait::async_trait;
use kernel::todo::{Todo, TodoSource};
use kernel::{Actor, Result, Role};

use crate::Identity;
use crate::model::ProposalKind;
use crate::store;

/// Proposals that the reader may confirm or refuse.
pub(crate) struct Waiting(pub Identity);

#[async_trait]
impl TodoSource for Waiting {
    async fn todos(&self, actor: &Actor) -> Result<Vec<Todo>> {
        if !actor.has_role(&[Role::BusinessOperator, Role::SecurityAuditor]) {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for row in store::proposal::pending(&self.0.kernel.db).await? {
            if !self.0.may_decide(actor, &row).await? {
                continue;
            }
            let kind = ProposalKind::parse(&row.kind).unwrap_or(ProposalKind::Create);
            let organisation = self.0.known_organisation(&row.organisation_id).await?;
            all.push(Todo {
                kind: "identity.proposal".to_owned(),
                zh: format!("确认账号申请：{}", kind.zh()),
                en: format!("Confirm an account: {}", kind.en()),
                title: format!("{}（{}）", row.display_name, row.username),
                link: format!("/admin/proposals/{}", row.id),
                organisation: Some(organisation.name),
                since_ms: row.proposed_ms,
                due_ms: None,
            });
        }
        Ok(all)
    }
}
