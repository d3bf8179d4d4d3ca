//! Tables and queries of sharing. No SQL stands anywhere else.

pub(crate) mod event;
pub mod grant;
pub(crate) mod grant_state;
pub(crate) mod need;
pub mod pin;
pub(crate) mod request;
pub(crate) mod request_list;

pub use grant::Grant;
use kernel::Error;
use kernel::error::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// False for text that PostgreSQL cannot hold, and that no row therefore has.
pub(crate) fn storable(text: &str) -> bool {
    !text.contains('\0')
}

/// A search text as a database can take it.
pub(crate) fn searchable(text: Option<String>) -> Option<String> {
    text.map(|text| text.replace('\0', "")).filter(|text| !text.is_empty())
}

pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("sharing.stored_json", error))
}

pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("sharing.stored_json", error))
}

/// A stored text that is none of the words its column may hold.
pub(crate) fn damaged(column: &'static str, text: &str) -> Error {
    Error::internal("sharing.stored_state", format!("column {column} holds {text:?}"))
}

/// Somebody else changed the row since it was read.
pub(crate) fn changed_meanwhile() -> Error {
    Error::conflict(
        "sharing.changed_meanwhile",
        "此件刚被他人办理过，没有重复办理。请刷新页面，看清现状后再办。",
        "Somebody else has just acted on this; nothing was done twice. Refresh the page and look again.",
    )
}
