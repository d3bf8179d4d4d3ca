//! Typed ids: one type per kind of thing, so that a grant's id cannot be passed where a client's is meant.
//!
//! An id is a UUID version 7 (RFC 9562) in text, made from the injected clock and randomness: it sorts by
//! time of creation and says nothing about its subject.

use parking_lot::Mutex;

use crate::clock::Clock;
use crate::entropy::{self, Entropy};

/// Last millisecond an id was made in, and how many ids were made in it before.
static LAST: Mutex<(u64, u32)> = Mutex::new((0, 0));

/// A new UUID version 7 from the given clock and randomness. Ids of one millisecond count up (RFC 9562, section 6.2,
/// method 1, 26 bits), so that what one transaction writes down keeps its order; 48 bits stay random.
pub fn new_uuid(clock: &dyn Clock, entropy: &dyn Entropy) -> uuid::Uuid {
    let ms = u64::try_from(clock.now_ms()).unwrap_or(0);
    let count = {
        let mut last = LAST.lock();
        *last = if last.0 == ms { (ms, last.1.wrapping_add(1)) } else { (ms, 0) };
        last.1
    };
    let mut bytes = entropy::bytes::<10>(entropy);
    // Version and variant cover the upper four bits of the first byte and the upper two of the third.
    let part = |shift: u32, mask: u32| u8::try_from(count >> shift & mask).unwrap_or(0);
    bytes[..4].copy_from_slice(&[part(22, 0x0f), part(14, 0xff), part(8, 0x3f), part(0, 0xff)]);
    uuid::Builder::from_unix_timestamp_millis(ms, &bytes).into_uuid()
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

#[cfg(test)]
mod tests {
    use super::new_uuid;
    use crate::clock::ManualClock;
    use crate::entropy::SeededEntropy;

    /// Thousands of ids of one millisecond sort in the order they were made, are all different, and are UUIDs version 7.
    #[test]
    fn ids_of_one_millisecond_keep_their_order() {
        let (clock, entropy) = (ManualClock::at(1_790_000_000_123), SeededEntropy::new(1));
        let made: Vec<_> = (0..70_000).map(|_| new_uuid(&clock, &entropy)).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }
}
