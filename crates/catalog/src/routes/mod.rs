//! The catalogue over HTTP. Thin: each handler calls one use case.

mod code_sets;
mod elements;
mod organisations;
mod resources;
mod systems;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Catalog;

/// Every route of the catalogue.
pub fn router(catalog: Catalog) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(organisations::list, organisations::create))
        .routes(routes!(organisations::change))
        .routes(routes!(systems::list, systems::create))
        .routes(routes!(systems::change))
        .routes(routes!(elements::list))
        .routes(routes!(code_sets::list))
        .routes(routes!(code_sets::read))
        .routes(routes!(resources::list, resources::create))
        .routes(routes!(resources::read, resources::change))
        .routes(routes!(resources::mount))
        .routes(routes!(resources::publish))
        .routes(routes!(resources::withdraw))
        .with_state(catalog)
}
