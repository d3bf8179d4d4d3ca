//! The catalogue over HTTP. Thin: each handler calls one use case.

mod announcements;
mod classes;
mod code_sets;
mod elements;
mod flow;
mod mounts;
mod negative;
mod organisations;
mod resources;
mod systems;
mod versions;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Catalog;

/// Every route of the catalogue.
pub fn router(catalog: Catalog) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(organisations::list, organisations::create))
        .routes(routes!(organisations::change))
        .routes(routes!(systems::list, systems::create))
        .routes(routes!(systems::read, systems::change))
        .routes(routes!(elements::list))
        .routes(routes!(classes::list))
        .routes(routes!(code_sets::list))
        .routes(routes!(code_sets::read))
        .routes(routes!(resources::list, resources::create))
        .routes(routes!(resources::read, resources::change))
        .routes(routes!(flow::submit))
        .routes(routes!(flow::sign))
        .routes(routes!(flow::give_back))
        .routes(routes!(flow::approve))
        .routes(routes!(flow::publish))
        .routes(routes!(flow::withdraw))
        .routes(routes!(flow::keep))
        .routes(routes!(flow::discard))
        .routes(routes!(mounts::mount))
        .routes(routes!(mounts::approve))
        .routes(routes!(mounts::give_back))
        .routes(routes!(versions::list))
        .routes(routes!(versions::diff))
        .routes(routes!(announcements::list))
        .routes(routes!(negative::list, negative::create))
        .routes(routes!(negative::change))
        .merge(crate::propose::routes::router())
        .merge(crate::sheet::routes::router())
        .merge(crate::search::routes::router())
        .with_state(catalog)
}
