//! A hub's kernel from command line, file and environment.

use std::sync::Arc;

use kernel::clock::{SharedClock, SystemClock};
use kernel::config::Config;
use kernel::entropy::SystemEntropy;
use kernel::{Error, Kernel, Result};

use crate::ConfigArgs;

/// The configuration with what the command line overrides.
///
/// # Errors
/// `config.*`.
pub fn config(args: &ConfigArgs) -> Result<Config> {
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(dir) = &args.data_dir {
        config.data_dir.clone_from(dir);
    }
    if let Some(listen) = args.listen {
        config.server.listen = listen;
    }
    config.check()?;
    Ok(config)
}

/// Opens the kernel of a node with the machine's clock and randomness.
///
/// # Errors
/// `database.*`, `evidence.open`.
pub async fn open(config: Config) -> Result<Kernel> {
    open_with(config, Arc::new(SystemClock)).await
}

/// Opens the kernel of a node with a clock of its own.
///
/// # Errors
/// As [`open`].
pub async fn open_with(config: Config, clock: SharedClock) -> Result<Kernel> {
    let entropy = SystemEntropy::new().map_err(|error| Error::internal("entropy.none", error))?;
    Kernel::open(config, clock, Arc::new(entropy)).await
}
