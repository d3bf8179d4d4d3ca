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

mod announcement;
pub mod classes;
pub mod conditions;
pub mod diff;
mod entry;
mod flow;
mod ids;
mod item;
pub mod law;
mod mount;
mod mount_rules;
mod negative;
mod organisation;
mod resource;
mod revision;
mod rules;
mod system;
mod words;

pub use announcement::{Announcement, AnnouncementKind};
pub use diff::{ChangeKind, EntryChange};
pub use entry::entered;
pub use flow::Flow;
pub use ids::{AnnouncementId, NegativeId};
pub use item::{Item, ItemInput, ItemType};
pub use mount::{
    Mount, MountChange, MountChangeView, MountColumn, MountRecord, MountState, MountView, mount_state,
};
pub use mount_rules::check_mount;
pub use negative::{NegativeEntry, NegativeInput, NegativeScope, check_against, check_negative};
pub use organisation::{
    Organisation, OrganisationChange, OrganisationInput, OrganisationKind, Organisations,
};
pub use resource::{
    Classification, Resource, ResourceInput, ResourceState, ShareMethod, ShareType, UpdateCycle,
};
pub use revision::{Revision, RevisionView, Run};
pub use rules::{check_assessments, check_publication, check_resource, items_of, resource_grade};
pub(crate) use rules::{filled, optional_text, stale};
pub use system::{InformationSystem, SystemChange, SystemInput, SystemState};
