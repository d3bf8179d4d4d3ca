//! Ids of what only the catalogue knows.

kernel::typed_ids! {
    /// An announcement (公告).
    AnnouncementId = "announcement";
    /// An entry of the negative list (负面清单).
    NegativeId = "negative_entry";
}
