//! The two shapes of call, and what the caller may ask.

use std::time::Instant;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use identity::SignedResource;
use kernel::error::Error;
use kernel::http::{ApiJson, ErrorBody};
use kernel::{Actor, Result};
use serde::Serialize;
use sharing::book::ItemLabel;
use sharing::model::{GrantState, ItemView, PurposeView, ShapeView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Exchange;
use crate::copies::model::CopyRef;
use crate::model::{QueryAnswer, QueryInput, VerifyAnswer, VerifyInput};
use crate::path::{self, identify::Proof};

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new().routes(routes!(query)).routes(routes!(verify)).routes(routes!(callable))
}

/// When the request reached the outermost layer; set there.
#[derive(Debug, Clone, Copy)]
pub struct Arrived(pub Instant);

impl<S: Send + Sync> FromRequestParts<S> for Proof {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let arrived = parts.extensions.get::<Arrived>();
        Ok(Self {
            signed_resource: parts.extensions.get::<SignedResource>().map(|signed| signed.0.clone()),
            elapsed_us: arrived
                .map(|arrived| u64::try_from(arrived.0.elapsed().as_micros()).unwrap_or(u64::MAX))
                .unwrap_or(0),
        })
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>> {
    headers.get("idempotency-key").map(|value| value.to_str()).transpose().map_err(|_| {
        Error::bad_input(
            "call.idempotency_key",
            "请求头 Idempotency-Key 须为 1 至 128 个可见的英文字符。",
            "Header Idempotency-Key must be 1 to 128 visible ASCII characters.",
        )
    })
}

/// Asks about one subject: the granted items, standardised, with proof.
#[utoipa::path(post, path = "/api/v1/query", operation_id = "query", tag = "calls", request_body = QueryInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key, same question: no second entry")),
    responses((status = 200, body = QueryAnswer), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody),
        (status = 504, body = ErrorBody)))]
async fn query(
    State(exchange): State<Exchange>,
    actor: Actor,
    proof: Proof,
    headers: HeaderMap,
    ApiJson(input): ApiJson<QueryInput>,
) -> Result<Json<QueryAnswer>> {
    path::query(&exchange, &actor, &input, &proof, idempotency_key(&headers)?).await.map(Json)
}

/// Checks claims about one subject: yes, no or unknown for each, without giving the datum.
#[utoipa::path(post, path = "/api/v1/verify", operation_id = "verify", tag = "calls", request_body = VerifyInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key, same question: no second entry")),
    responses((status = 200, body = VerifyAnswer), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody),
        (status = 504, body = ErrorBody)))]
async fn verify(
    State(exchange): State<Exchange>,
    actor: Actor,
    proof: Proof,
    headers: HeaderMap,
    ApiJson(input): ApiJson<VerifyInput>,
) -> Result<Json<VerifyAnswer>> {
    path::verify(&exchange, &actor, &input, &proof, idempotency_key(&headers)?).await.map(Json)
}

/// A grant as the one who asks needs it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CallableGrant {
    /// Grant.
    pub id: String,
    /// Catalogue code of the resource.
    pub resource_code: String,
    /// Its name.
    pub resource_name: String,
    /// Provider's name.
    pub provider_name: String,
    /// Granted items with kind.
    pub labels: Vec<ItemLabel>,
    /// Granted items with masking.
    pub items: Vec<ItemView>,
    /// Key items.
    pub keys: Vec<ItemLabel>,
    /// Purposes.
    pub purposes: Vec<PurposeView>,
    /// Shapes.
    pub shapes: Vec<ShapeView>,
    /// The held copy that may answer queries, if there is one.
    pub copy: Option<CopyRef>,
    /// First instant after validity, Unix milliseconds.
    pub valid_until_ms: i64,
    /// Calls a day.
    pub quota_per_day: u64,
    /// Calls counted today.
    pub used_today: u64,
}

/// What the caller may ask now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CallableGrants {
    /// Grants.
    pub items: Vec<CallableGrant>,
    /// How many.
    pub total: u64,
}

/// Lists the grants the caller's organisation may use now.
#[utoipa::path(get, path = "/api/v1/calls/grants", operation_id = "list_callable_grants", tag = "calls",
    responses((status = 200, body = CallableGrants), (status = 401, body = ErrorBody)))]
async fn callable(State(exchange): State<Exchange>, actor: Actor) -> Result<Json<CallableGrants>> {
    let now_ms = exchange.kernel.now_ms();
    let book = exchange.sharing.book().await?;
    let mut items: Vec<_> = book
        .iter()
        .filter(|usable| actor.is_of(&usable.grant.consumer_id) && usable.published)
        .filter(|usable| usable.grant.state.at(usable.grant.valid_until_ms, now_ms) == GrantState::Active)
        .filter(|usable| usable.lets(&actor))
        .map(|usable| CallableGrant {
            id: usable.grant.id.0.clone(),
            resource_code: usable.resource_code.clone(),
            resource_name: usable.resource_name.clone(),
            provider_name: usable.provider.name.clone(),
            labels: usable.labels.clone(),
            items: usable.grant.items.clone(),
            keys: usable.keys.clone(),
            purposes: usable.grant.purposes.clone(),
            shapes: usable.grant.shapes.clone(),
            copy: exchange.copies.answering(&usable.grant.id).map(|copy| CopyRef::from(&*copy)),
            valid_until_ms: usable.grant.valid_until_ms,
            quota_per_day: usable.grant.quota_per_day,
            used_today: exchange.quotas.used_today(&usable.grant.id, now_ms),
        })
        .collect();
    items.sort_by(|a, b| (&a.resource_code, &a.id).cmp(&(&b.resource_code, &b.id)));
    let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
    Ok(Json(CallableGrants { items, total }))
}
