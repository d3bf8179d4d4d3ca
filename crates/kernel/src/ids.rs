//! Typed ids: one type per kind of thing, so that a grant's id cannot be passed where a client's is meant.
//!
//! An id is a UUID version 7 (RFC 9562) in text, made from the injected clock and randomness: it sorts by
//! time of creation and says nothing about its subject.

use crate::clock::Clock;
use crate::entropy::{self, Entropy};

/// A new UUID version 7 from the given clock and randomness.
pub fn new_uuid(clock: &dyn Clock, entropy: &dyn Entropy) -> uuid::Uuid {
    let ms = u64::try_from(clock.now_ms()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &entropy::bytes::<10>(entropy)).into_uuid()
}

/// Implemented by every typed id.
pub trait TypedId: From<String> {
    /// What it identifies, for messages.
    const WHAT: &'static str;
}

/// Declares typed ids.
#[macro_export]
macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $what:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
                 sea_orm::DeriveValueType, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(pub String);
        impl $name {
            /// The text form.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
        impl From<String> for $name { fn from(text: String) -> Self { Self(text) } }
        impl $crate::ids::TypedId for $name { const WHAT: &'static str = $what; }
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

typed_ids! {
    /// An organisation (机构).
    OrganisationId = "organisation";
    /// A console user (用户).
    UserId = "user";
    /// A client system of an organisation (应用系统).
    ClientId = "client";
    /// An information system of an organisation (信息系统).
    SystemId = "system";
    /// A catalogued resource (信息资源).
    ResourceId = "resource";
    /// An agent at a department (前置机).
    AgentId = "agent";
    /// A grant (授权).
    GrantId = "grant";
    /// One call on the path.
    CallId = "call";
}
