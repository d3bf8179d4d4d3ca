//! HTTP interface of sharing.

mod grants;
mod needs;
mod requests;

use axum::Json;
use axum::extract::State;
use kernel::http::ErrorBody;
use kernel::settings::ChoiceValue;
use kernel::{Actor, Result};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Sharing;
use crate::model::TimelineEvent;
use crate::settings;

/// A time line, oldest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Timeline {
    /// What happened.
    pub items: Vec<TimelineEvent>,
}

/// Lists that forms of sharing choose from.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SharingChoices {
    /// Reasons of a refusal.
    pub refusal_reasons: Vec<ChoiceValue>,
    /// Breaches for which a grant is suspended.
    pub breach_causes: Vec<ChoiceValue>,
    /// Other causes for which sharing may be stopped.
    pub stop_causes: Vec<ChoiceValue>,
    /// Longest extension, working days.
    pub extension_days: u32,
    /// Working days the consumer has to fill the gaps of a notice.
    pub completion_days: u32,
    /// Longest time for listing what a department promised, working days.
    pub listing_days: u32,
}

/// Routes of this capability.
pub fn router(sharing: Sharing) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(choices))
        .with_state(sharing.clone())
        .merge(grants::router(sharing.clone()))
        .merge(requests::router(sharing.clone()))
        .merge(needs::router(sharing))
}

/// Lists that forms of sharing choose from, as set at this node.
#[utoipa::path(get, path = "/api/v1/sharing/choices", operation_id = "list_sharing_choices", tag = "requests",
    responses((status = 200, body = SharingChoices), (status = 401, body = ErrorBody)))]
async fn choices(State(sharing): State<Sharing>, actor: Actor) -> Result<Json<SharingChoices>> {
    actor.require_user()?;
    let kernel = sharing.kernel();
    Ok(Json(SharingChoices {
        refusal_reasons: kernel.choices(&settings::REFUSAL_REASONS).await?,
        breach_causes: kernel.choices(&settings::BREACH_CAUSES).await?,
        stop_causes: kernel.choices(&settings::STOP_CAUSES).await?,
        extension_days: kernel.days(&settings::EXTENSION).await?,
        completion_days: kernel.days(&settings::COMPLETION).await?,
        listing_days: kernel.days(&settings::LISTING).await?,
    }))
}
