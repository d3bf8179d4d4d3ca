//! Capabilities put together: the one list of modules.

use std::sync::Arc;

use axum::Router;
use kernel::follow_up::Handler;
use kernel::module::{EvidenceKind, Module};
use kernel::{Error, Kernel, Result};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use wire::hub::{Agents, AgentsOptions, HubCa};

/// A hub with every capability, not yet listening.
pub struct Hub {
    /// The kernel.
    pub kernel: Kernel,
    /// The catalogue.
    pub catalog: catalog::Catalog,
    /// Users, sessions, clients.
    pub identity: identity::Identity,
    /// Grants.
    pub sharing: sharing::Sharing,
    /// The path and the agents.
    pub exchange: exchange::Exchange,
    /// Planned systems, budget view, map.
    pub projects: projects::Projects,
    /// Connected agents.
    pub agents: Agents,
    /// Certificates of the link.
    pub ca: Arc<HubCa>,
    /// HTTP interface without layers.
    pub router: Router,
    /// Its description.
    pub openapi: OpenApi,
    /// Follow-up work.
    pub handlers: Vec<Arc<dyn Handler>>,
    /// Kinds of evidence, for people.
    pub evidence_kinds: Vec<EvidenceKind>,
}

/// Host names and addresses the link's certificate is made out to.
fn link_names(kernel: &Kernel) -> Vec<String> {
    let advertised = &kernel.config.link.advertise;
    let host = advertised.rsplit_once(':').map_or(advertised.as_str(), |(host, _)| host);
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let host = host.trim_matches(['[', ']']);
    if !host.is_empty() && !names.iter().any(|name| name == host) {
        names.push(host.to_owned());
    }
    names
}

/// Builds every capability over a migrated kernel.
///
/// # Errors
/// `link.ca` when the certificates of the link cannot be opened; a capability's own.
pub async fn assemble(kernel: Kernel) -> Result<Hub> {
    let ca_dir = kernel.config.data_dir.join("link");
    let ca = HubCa::open_or_create(&ca_dir, &link_names(&kernel), kernel.now_ms())
        .map_err(|error| Error::unavailable(error.code(), error.zh(), error.en()).caused_by(error))?;
    let ca = Arc::new(ca);
    let clock = kernel.clock.clone();
    let agents = Agents::new(AgentsOptions::default(), Arc::new(move || clock.now_ms()));

    let catalog = catalog::Catalog::new(kernel.clone());
    let identity = identity::Identity::new(kernel.clone(), catalog.clone())?;
    let sharing = sharing::Sharing::new(kernel.clone(), catalog.clone())?;
    sharing.know_identity(identity.clone());
    let exchange = exchange::Exchange::new(
        kernel.clone(),
        catalog.clone(),
        identity.clone(),
        sharing.clone(),
        agents.clone(),
        ca.clone(),
    );
    let projects = projects::Projects::new(kernel.clone(), catalog.clone());
    let mut modules = vec![
        catalog::module(&catalog),
        identity::module(&identity),
        sharing::module(&sharing),
        exchange::module(&exchange),
        projects::module(&projects),
    ];
    modules.push(desk::module(&desk::Desk::new(kernel.clone(), &modules)));
    let (router, openapi, handlers, evidence_kinds) = join(modules);
    Ok(Hub {
        kernel,
        catalog,
        identity,
        sharing,
        exchange,
        projects,
        agents,
        ca,
        router,
        openapi,
        handlers,
        evidence_kinds,
    })
}

type Joined = (Router, OpenApi, Vec<Arc<dyn Handler>>, Vec<EvidenceKind>);

fn join(modules: Vec<Module>) -> Joined {
    let mut routes = OpenApiRouter::new();
    let mut handlers = Vec::new();
    let mut evidence = Vec::new();
    for module in modules {
        routes = routes.merge(module.routes);
        handlers.extend(module.handlers);
        evidence.extend_from_slice(module.evidence);
    }
    let (router, mut openapi) = routes.split_for_parts();
    describe(&mut openapi);
    (router, openapi, handlers, evidence)
}

fn describe(openapi: &mut OpenApi) {
    openapi.info.title = "Guantong 贯通".to_owned();
    openapi.info.version = env!("CARGO_PKG_VERSION").to_owned();
    openapi.info.description = Some(
        "One office's own database answers another office's question, with proof. \
         一个部门的数据，依授权、留痕迹，直接答复另一个部门。"
            .to_owned(),
    );
    let components = openapi.components.get_or_insert_default();
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            "guantong_session",
            "Console session; writes also need the header X-Guantong-Console: 1",
        ))),
    );
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    openapi.info.license = Some(utoipa::openapi::License::new("Apache-2.0"));
}

/// The description alone, for `guantong openapi`; needs a kernel only because routes carry their state.
///
/// # Errors
/// As [`assemble`].
pub async fn openapi(kernel: Kernel) -> Result<String> {
    crate::migrate(&kernel).await?;
    let hub = assemble(kernel).await?;
    hub.openapi.to_pretty_json().map_err(|error| Error::internal("openapi.encode", error))
}
