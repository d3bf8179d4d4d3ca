//! Identity over HTTP. Thin: each handler calls one use case.

mod clients;
mod delegations;
mod elsewhere;
mod oauth;
mod proposals;
mod second_factor;
mod session;
mod sessions;
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
        .routes(routes!(session::second_step))
        .routes(routes!(session::act_for))
        .routes(routes!(second_factor::show))
        .routes(routes!(second_factor::enrol))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::renew))
        .routes(routes!(second_factor::remove))
        .routes(routes!(second_factor::reset))
        .routes(routes!(sessions::own))
        .routes(routes!(sessions::end_own))
        .routes(routes!(sessions::end_own_others))
        .routes(routes!(sessions::of_user, sessions::end_of_user))
        .routes(routes!(sessions::end_one_of_user))
        .routes(routes!(elsewhere::services))
        .routes(routes!(elsewhere::begin))
        .routes(routes!(elsewhere::callback))
        .routes(routes!(elsewhere::identities))
        .routes(routes!(elsewhere::bind, elsewhere::unbind))
        .routes(routes!(proposals::list, proposals::propose))
        .routes(routes!(proposals::show))
        .routes(routes!(proposals::confirm))
        .routes(routes!(proposals::refuse))
        .routes(routes!(proposals::withdraw))
        .routes(routes!(delegations::list, delegations::delegate))
        .routes(routes!(delegations::delegates))
        .routes(routes!(delegations::revoke))
        .routes(routes!(users::change))
        .routes(routes!(clients::list, clients::create))
        .routes(routes!(clients::choices))
        .routes(routes!(clients::change))
        .routes(routes!(clients::rotate))
        .routes(routes!(oauth::token))
        .with_state(identity)
}
