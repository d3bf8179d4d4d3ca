//! Types and rules of the catalogue. Pure: nothing here reads a database or a clock.

/// Declares an enumeration with a stable text form, the same in JSON and in the database.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+ }
        impl $name {
            /// Text form, as in JSON and in the database.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $text,)+ } }
            /// From the text form.
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some(Self::$variant),)+ _ => None } }
        }
    };
}

mod item;
pub mod law;
mod mount;
mod organisation;
mod resource;
mod rules;
mod system;

pub use item::{Item, ItemInput};
pub use mount::{Mount, MountColumn, MountRecord, MountState, MountView};
pub use organisation::{
    Organisation, OrganisationChange, OrganisationInput, OrganisationKind, Organisations,
};
pub use resource::{
    Classification, Resource, ResourceInput, ResourceState, ShareMethod, ShareType, UpdateCycle,
};
pub use rules::{check_mount, check_publication, check_resource, governed_change, items_of, resource_grade};
pub(crate) use rules::{filled, optional_text, stale};
pub use system::{InformationSystem, SystemChange, SystemInput, SystemState};
