//! Start a hub: migrate, recover, listen, work; stop it without losing an answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::response::Html;
use axum::routing::get;
use exchange::agents::gate::Gate;
use kernel::{Error, Kernel, Result, evidence, follow_up};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::hub::{HubLink, HubLinkOptions};

use crate::assemble::{Hub, assemble};
use crate::monitor::{self, Monitor};

/// A hub that listens. Dropped, it goes on until the process ends; [`Running::stop`] ends it in order.
pub struct Running {
    /// Where the console and the interface listen.
    pub http: SocketAddr,
    /// Where the link listens.
    pub link: SocketAddr,
    /// The capabilities.
    pub hub: Arc<Hub>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    workers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops listening, lets open calls end, then stops the workers.
    pub async fn stop(self) {
        let _nobody_listens = self.stop.send(true);
        for task in self.tasks {
            let _ended = task.await;
        }
        for worker in self.workers {
            worker.abort();
        }
    }

    /// Waits until the listeners have ended by themselves.
    pub async fn ended(&mut self) {
        for task in &mut self.tasks {
            let _ended = task.await;
        }
    }
}

async fn listen(address: SocketAddr, key: &'static str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Error::unavailable(
            "server.listen",
            format!("地址 {address}（配置项 {key}）无法监听，可能已被占用。请换一个端口或停掉占用它的程序。"),
            format!("Cannot listen on {address} (key {key}); it may be in use. Choose another port or stop what uses it."),
        )
        .caused_by(error)
    })
}

/// Starts everything and returns when both listeners are open.
///
/// # Errors
/// Any part that cannot start; nothing listens then.
pub async fn start(kernel: Kernel) -> Result<Running> {
    crate::migrate(&kernel).await?;
    kernel.recover_outbox().await?;
    let hub = Arc::new(assemble(kernel.clone()).await?);
    hub.exchange.restore().await?;

    let http_listener = listen(kernel.config.server.listen, "server.listen").await?;
    let link_listener = listen(kernel.config.link.listen, "link.listen").await?;
    let local = |listener: &TcpListener| {
        listener.local_addr().map_err(|error| Error::internal("server.listen", error))
    };
    let (http, link) = (local(&http_listener)?, local(&link_listener)?);
    let advertised = &kernel.config.link.advertise;
    hub.exchange.set_link_address(if advertised.is_empty() { link.to_string() } else { advertised.clone() });

    let metrics = kernel::telemetry::start_metrics();
    let (stop, stopped) = watch::channel(false);
    let tasks = vec![
        tokio::spawn(serve_link(hub.clone(), link_listener, until(stopped.clone()))),
        tokio::spawn(serve_http(http_router(&hub, &metrics)?, http_listener, until(stopped))),
    ];
    let workers = vec![
        tokio::spawn(evidence::index::follow(kernel.clone())),
        tokio::spawn(follow_up::work(kernel.clone(), hub.handlers.clone())),
        tokio::spawn(hub.exchange.clone().run_subscriptions()),
        tokio::spawn(hub.exchange.clone().run_documents()),
        tokio::spawn(projects::follow(hub.projects.clone())),
        tokio::spawn(tidy_metrics(metrics.clone())),
        tokio::spawn(prepare(hub.clone())),
    ];
    tracing::info!(%http, %link, "server.listening");
    Ok(Running { http, link, hub, stop, tasks, workers })
}

/// What readers would wait for otherwise; when it fails, the first of them is told.
async fn prepare(hub: Arc<Hub>) {
    if let Err(error) = hub.catalog.prepare_search().await {
        tracing::warn!(error = ?error, "server.prepare_search");
    }
}

/// The recorder keeps every single measurement until somebody adds them up. Usually a reader of `/metrics` does;
/// without one they would fill the memory.
async fn tidy_metrics(metrics: PrometheusHandle) {
    let mut every = tokio::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        metrics.run_upkeep();
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _stopped = stopped.wait_for(|stop| *stop).await;
}

async fn serve_link(
    hub: Arc<Hub>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let clock = hub.kernel.clock.clone();
    let options = HubLinkOptions {
        certificate_days: hub.kernel.config.link.certificate_days,
        ..HubLinkOptions::default()
    };
    let gate = Arc::new(Gate(hub.exchange.clone()));
    let link =
        HubLink::new(hub.ca.clone(), gate, hub.agents.clone(), Arc::new(move || clock.now_ms()), options);
    if let Err(error) = link.serve(listener, shutdown).await {
        tracing::error!(error = ?error, "server.link_ended");
    }
}

async fn serve_http(
    router: Router,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(shutdown).await {
        tracing::error!(error = ?error, "server.http_ended");
    }
}

/// The whole HTTP interface with its layers.
fn http_router(hub: &Hub, metrics: &PrometheusHandle) -> Result<Router> {
    let document =
        serde_json::to_value(&hub.openapi).map_err(|error| Error::internal("openapi.encode", error))?;
    let page = crate::reference::render(&document);
    let text = document.to_string();
    let monitor =
        Monitor { kernel: hub.kernel.clone(), agents: hub.agents.clone(), metrics: metrics.clone() };
    let router = hub
        .router
        .clone()
        .layer(axum::middleware::from_fn_with_state(hub.identity.clone(), identity::layer))
        .route(
            "/api/v1/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], text.clone()) }),
        )
        .route("/docs", get(move || async move { Html(page.clone()) }))
        .merge(monitor::router(monitor))
        .fallback(crate::console::serve);
    Ok(crate::layers::wrap(router, &hub.kernel))
}
