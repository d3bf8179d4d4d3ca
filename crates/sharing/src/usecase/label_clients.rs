//! Names of the client systems that stand in grants and requests. The consumer's own people and the overseers read them;
//! another department reads the ids only, and nobody learns the name of a system that is not the consumer's.

use kernel::error::Result;
use kernel::ids::OrganisationId;
use kernel::{Actor, Role};

use crate::Sharing;
use crate::model::ClientLabel;

/// Roles that read the names of every department's.
const SEES_ALL: &[Role] = &[Role::BusinessOperator, Role::SecurityAuditor];

impl Sharing {
    /// Labels for each list of client ids with the consumer it belongs to, in the same order.
    pub(crate) async fn label_clients(
        &self,
        actor: &Actor,
        lists: &[(&OrganisationId, &[String])],
    ) -> Result<Vec<Vec<ClientLabel>>> {
        let may = |consumer: &OrganisationId| actor.has_role(SEES_ALL) || actor.is_of(consumer);
        let wanted: Vec<_> =
            lists.iter().filter(|(consumer, _)| may(consumer)).flat_map(|(_, ids)| *ids).cloned().collect();
        let known = match self.identity() {
            Some(identity) if !wanted.is_empty() => identity.clients_by_id(wanted).await?,
            _ => std::collections::HashMap::new(),
        };
        let label = |consumer: &OrganisationId, id: &String| {
            let found = known.get(id).filter(|one| may(consumer) && one.organisation_id == *consumer);
            ClientLabel { client_id: id.clone(), name: found.map(|one| one.name.clone()) }
        };
        Ok(lists.iter().map(|(consumer, ids)| ids.iter().map(|id| label(consumer, id)).collect()).collect())
    }
}
