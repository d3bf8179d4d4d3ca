//! What a capability hands to the server. Adding a capability is adding a crate and one line in `server`.

use std::sync::Arc;

use sea_orm_migration::MigrationTrait;
use utoipa_axum::router::OpenApiRouter;

use crate::follow_up::Handler;
use crate::settings::Setting;
use crate::todo::TodoSource;

/// A kind of evidence, for people who read the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct EvidenceKind {
    /// Kind as it stands in the leaf.
    pub kind: &'static str,
    /// Chinese words.
    pub zh: &'static str,
    /// English words.
    pub en: &'static str,
}

/// A capability as the server sees it.
pub struct Module {
    /// Name of the crate.
    pub name: &'static str,
    /// Routes with their OpenAPI, state already given.
    pub routes: OpenApiRouter,
    /// Handlers of follow-up work.
    pub handlers: Vec<Arc<dyn Handler>>,
    /// Kinds of evidence it writes.
    pub evidence: &'static [EvidenceKind],
    /// What waits for people.
    pub todos: Vec<Arc<dyn TodoSource>>,
    /// What a node may set.
    pub settings: &'static [Setting],
}

/// Migrations of a capability, in order.
pub type Migrations = Vec<Box<dyn MigrationTrait>>;
