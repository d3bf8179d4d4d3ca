//! What lists of subscriptions and of runs are narrowed to.

use kernel::ids::{OrganisationId, ResourceId};
use serde::Deserialize;

use super::model::SubscriptionState;
use super::store::subscription;

/// What a list of subscriptions is narrowed to.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SubscriptionFilter {
    /// How it stands.
    #[serde(default)]
    pub state: Option<SubscriptionState>,
    /// Provider.
    #[serde(default)]
    pub provider_id: Option<OrganisationId>,
    /// Consumer.
    #[serde(default)]
    pub consumer_id: Option<OrganisationId>,
    /// Resource.
    #[serde(default)]
    pub resource_id: Option<ResourceId>,
}

impl SubscriptionFilter {
    pub(super) fn takes(&self, row: &subscription::Model) -> bool {
        self.state.is_none_or(|state| row.stands() == state)
            && self.provider_id.as_ref().is_none_or(|id| *id == row.provider_id)
            && self.consumer_id.as_ref().is_none_or(|id| *id == row.consumer_id)
            && self.resource_id.as_ref().is_none_or(|id| *id == row.resource_id)
    }
}

/// What a list of runs is narrowed to.
#[derive(Debug, Default, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunFilter {
    /// `deliver` or `compare`.
    #[serde(default)]
    pub kind: Option<String>,
    /// `running`, `succeeded`, `stopped` or `failed`.
    #[serde(default)]
    pub state: Option<String>,
}

impl RunFilter {
    /// Texts a database can hold; what it cannot, no run has.
    pub(super) fn storable(&self) -> bool {
        [&self.kind, &self.state].into_iter().flatten().all(|text| !text.contains('\0') && text.len() <= 40)
    }
}
