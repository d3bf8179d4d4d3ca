//! Identity over HTTP. Thin: each handler calls one use case.

mod clients;
mod oauth;
mod session;
mod users;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Identity;

/// Every route of identity.
pub fn router(identity: Identity) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(session::read, session::log_in, session::log_out))
        .routes(routes!(session::change_password))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::change))
        .routes(routes!(clients::list, clients::create))
        .routes(routes!(clients::change))
        .routes(routes!(clients::rotate))
        .routes(routes!(oauth::token))
        .with_state(identity)
}
