//! Tables and queries of planned systems and of the counts of use. No SQL stands anywhere else.

pub mod plan;
pub mod usage;

use kernel::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn decode<T: DeserializeOwned>(text: &str) -> kernel::Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("projects.stored_json", error))
}

fn encode<T: Serialize + ?Sized>(value: &T) -> kernel::Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("projects.stored_json", error))
}

/// False for text that PostgreSQL cannot hold, and that no row therefore has.
pub fn storable(text: &str) -> bool {
    !text.contains('\0')
}
