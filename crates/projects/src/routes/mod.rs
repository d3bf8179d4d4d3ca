//! HTTP interface.

mod budget;
mod plans;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Projects;

/// Routes of this capability.
pub fn router(projects: Projects) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(plans::list, plans::file))
        .routes(routes!(plans::show, plans::change))
        .routes(routes!(plans::preview))
        .routes(routes!(plans::submit))
        .routes(routes!(plans::sign))
        .routes(routes!(plans::give_back))
        .routes(routes!(plans::reply))
        .routes(routes!(plans::decide))
        .routes(routes!(budget::list))
        .routes(routes!(budget::departments))
        .routes(routes!(budget::show))
        .routes(routes!(budget::map))
        .with_state(projects)
}
