//! A fictional county for demo, tests and bench.
//!
//! 云澜县 does not exist, and neither do its people, towns and enterprises. Its region code is borrowed from a
//! real county all the same, because numbers with an unused code would rightly be refused as invalid.
//!
//! [`generate`] makes the truth: who lives where, who is married to whom, which enterprise belongs to whom. From the
//! truth each department's tables are derived, with its own column names, its own codes and its own mistakes,
//! and the `raise_*` functions write them into real engines. The same seed and size always give the same county, to
//! the letter. The truth is kept aside ([`write_truth`]), so that whatever claims to see through the mistakes can
//! be scored.
//!
//! ```
//! let county = county::generate(7, county::Size { residents: 200, enterprises: 20 });
//! assert!(county.persons.len() >= 200);
//! assert_eq!(county.departments().len(), 16);
//! ```

mod api;
mod department;
mod dirt;
mod grants;
mod inventory;
mod names;
mod places;
mod planned;
mod raise;
mod samples;
mod streams;
mod table;
mod traffic;
mod truth;

pub use api::{Api, serve_api};
pub use department::{ClientSystem, Department, Engine, Item, Resource, ShareType, System};
pub use dirt::Dirt;
pub use grants::SampleGrant;
pub use inventory::{Entry, Inventoried, Listed, Revised, SystemState, listed, revisions, systems};
pub use planned::{PlannedItem, PlannedResource, PlannedSystem, plans};
pub use raise::{
    mariadb_database, publish_postgres, raise_archive, raise_files, raise_mariadb, raise_postgres,
    raise_sqlite, row_truths, stir_postgres, write_facts, write_truth,
};
pub use samples::SampleCall;
pub use table::{Column, ColumnType, Row, Table, Truth};
pub use traffic::{Expected, Traffic, TrafficCall};
pub use truth::{
    County, Disability, Enterprise, Home, Household, Land, LowIncome, Marriage, Mortgage, Person, Sex, Size,
    Student, Vehicle, Veteran, generate,
};

/// Region code (GB/T 2260) that the fictional county borrows; see the crate's documentation.
pub const REGION: &str = "513428";
/// Name of the county.
pub const NAME: &str = "云澜县";

/// Seed and size of a county, as a command line or a configuration gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Whatever differs gives another county.
    pub seed: u64,
    /// How many people and enterprises.
    pub size: Size,
}

impl Plan {
    /// Makes the county.
    pub fn generate(self) -> County {
        generate(self.seed, self.size)
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self { seed: 2025, size: Size::default() }
    }
}
