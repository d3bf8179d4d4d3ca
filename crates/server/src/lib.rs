//! The composition root: puts capabilities, migrations, workers, the web console and the listeners together.
//!
//! Adding a capability is one line in [`assemble`] and one in [`migrate`].

mod assemble;
mod console;
mod layers;
mod migrate;
mod monitor;
mod reference;
mod run;

pub use assemble::{Hub, assemble, openapi};
pub use migrate::{applied_migrations, known_migrations, migrate, migrate_database};
pub use run::{Running, start};
