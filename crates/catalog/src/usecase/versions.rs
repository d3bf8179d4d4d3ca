//! Published versions of a resource, and what differs between two of them.

use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result};
use serde::Serialize;
use serde_json::Value;

use super::{may_know, may_see_mount};
use crate::model::diff::{EntryChange, between};
use crate::{Catalog, store};

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ResourceVersion {
    /// Number.
    pub version: i32,
    /// Name the resource had.
    pub name: String,
    /// How many items it had.
    pub items: usize,
    /// How many places differ from the version before.
    pub changes: usize,
    /// When it was published, Unix milliseconds.
    pub created_ms: i64,
    /// Who published it; for the own department and the business operator.
    pub created_by: Option<String>,
}

/// What differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VersionDiff {
    /// The one.
    pub from: i32,
    /// The other.
    pub to: i32,
    /// Differences, in the order people read an entry.
    pub changes: Vec<EntryChange>,
}

impl Catalog {
    /// Every published version, the newest first.
    ///
    /// # Errors
    /// `resource.not_found`, also for what the reader may not know of.
    pub async fn list_versions(&self, actor: &Actor, id: &ResourceId) -> Result<Vec<ResourceVersion>> {
        let found = self.resource(id).await?.filter(|resource| may_know(actor, resource));
        let resource = found.ok_or_else(|| Error::missing(id))?;
        let own = may_see_mount(actor, &resource);
        let mut versions = Vec::new();
        let mut before: Option<Value> = None;
        for row in store::version::all(&self.kernel.db, id).await? {
            let snapshot = read(&row.snapshot)?;
            versions.push(ResourceVersion {
                version: row.version,
                name: snapshot["name"].as_str().unwrap_or_default().to_owned(),
                items: snapshot["items"].as_array().map_or(0, Vec::len),
                changes: before.as_ref().map_or(0, |before| between(before, &snapshot).len()),
                created_ms: row.created_ms,
                created_by: own.then_some(row.created_by),
            });
            before = Some(snapshot);
        }
        versions.reverse();
        Ok(versions)
    }

    /// What differs from one version to another.
    ///
    /// # Errors
    /// `resource.not_found`, `catalog.version.not_found`.
    pub async fn diff_versions(
        &self,
        actor: &Actor,
        id: &ResourceId,
        from: i32,
        to: i32,
    ) -> Result<VersionDiff> {
        let found = self.resource(id).await?.filter(|resource| may_know(actor, resource));
        found.ok_or_else(|| Error::missing(id))?;
        let all = store::version::all(&self.kernel.db, id).await?;
        let one = |number: i32| {
            let row = all.iter().find(|row| row.version == number);
            read(&row.ok_or_else(|| missing(number))?.snapshot)
        };
        Ok(VersionDiff { from, to, changes: between(&one(from)?, &one(to)?) })
    }
}

fn read(snapshot: &str) -> Result<Value> {
    serde_json::from_str(snapshot).map_err(|error| Error::internal("catalog.damaged_row", error))
}

fn missing(number: i32) -> Error {
    Error::not_found(
        "catalog.version.not_found",
        format!("没有第 {number} 版，请从版本列表中选择。"),
        format!("No version {number}; choose one from the list of versions."),
    )
}
