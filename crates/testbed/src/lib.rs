//! Real servers on loopback for tests, the demo and the bench.
//!
//! Connectors and stores are tested against the engines that offices run, not against imitations.
//! This crate finds the binaries (or installs the Debian packages), starts a server on a free loopback
//! port with a data directory of its own, and ends exactly the processes it started, also when the
//! program that asked for them is killed: a small shell supervisor holds the read end of a pipe and
//! ends the server when the write end is gone.
//!
//! ```no_run
//! # async fn sample() -> anyhow::Result<()> {
//! let postgres = testbed::shared_postgres().await?;
//! let database = postgres.create_database().await?;
//! let url = database.url();
//! # let _ = url; Ok(()) }
//! ```

mod account;
mod database;
mod install;
mod mariadb;
mod nginx;
mod place;
mod ports;
mod postgres;
mod running;
mod server;
mod supervise;

pub use database::Database;
pub use install::{Package, ensure_installed, find_binary};
pub use mariadb::{Mariadb, MariadbOptions, mariadb, shared_mariadb};
pub use nginx::{Nginx, NginxOptions, nginx};
pub use place::Place;
pub use ports::free_port;
pub use postgres::{Postgres, PostgresOptions, postgres, shared_postgres};
pub use running::Running;

/// Runs blocking work (starting processes, waiting for them) off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await?
}
