//! Announcements 发布公告: what the data authority tells every office about the catalogue.

use kernel::ids::{OrganisationId, ResourceId};
use serde::Serialize;

use super::ids::AnnouncementId;

text_enum! {
    /// What is announced.
    AnnouncementKind {
        /// 发布.
        Published = "published",
        /// 更新: a new version of what was published.
        Revised = "revised",
        /// 即将下线.
        GoingOffline = "going_offline",
        /// 继续提供: the offline notice was taken back.
        Kept = "kept",
        /// 已下线.
        Offline = "offline",
    }
}

/// An announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Announcement {
    /// Id.
    pub id: AnnouncementId,
    /// What is announced.
    pub kind: AnnouncementKind,
    /// Resource.
    pub resource_id: ResourceId,
    /// Its code.
    pub code: String,
    /// Its name at that time.
    pub name: String,
    /// Its version.
    pub version: i32,
    /// Provider.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// What there is to say: what changed, or why it goes offline.
    pub text: Option<String>,
    /// When the resource goes offline, Unix milliseconds.
    pub offline_ms: Option<i64>,
    /// When it was announced, Unix milliseconds.
    pub time_ms: i64,
}
