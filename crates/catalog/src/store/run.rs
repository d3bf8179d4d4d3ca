//! Table `resource_revision`, and entries with their revisions as one.

use kernel::ids::ResourceId;
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

use super::{damaged, resource, storable};
use crate::model::{ResourceState, Revision, Run};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_revision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    pub state: String,
    #[sea_orm(column_type = "Text")]
    pub flow: String,
    #[sea_orm(column_type = "Text")]
    pub entry: String,
}

impl ActiveModelBehavior for ActiveModel {}

fn json(error: serde_json::Error) -> Error {
    Error::internal("catalog.damaged_row", error)
}

impl TryFrom<Model> for Revision {
    type Error = Error;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            state: ResourceState::parse(&row.state)
                .ok_or_else(|| damaged("resource_revision.state", &row.state))?,
            flow: serde_json::from_str(&row.flow).map_err(json)?,
            entry: serde_json::from_str(&row.entry).map_err(json)?,
        })
    }
}

/// The revision of a resource, if one is under way.
pub async fn revision<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Option<Revision>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Entity::find_by_id(id.clone()).one(db).await?.map(TryInto::try_into).transpose()
}

/// An entry with its revision.
///
/// # Errors
/// `resource.not_found`.
pub async fn load<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Run> {
    let current = resource::by_id(db, id).await?.ok_or_else(|| Error::missing(id))?;
    Ok(Run { revision: revision(db, id).await?, current })
}

/// Writes an entry with its revision. Items are written apart.
pub async fn save<C: ConnectionTrait>(db: &C, run: &mut Run, now_ms: i64) -> Result<()> {
    // Two changes within a millisecond must differ, or the check for stale edits would miss one.
    run.current.updated_ms = now_ms.max(run.current.updated_ms + 1);
    run.current.revision_state = run.revision.as_ref().map(|revision| revision.state);
    resource::update(db, &run.current).await?;
    Entity::delete_by_id(run.current.id.clone()).exec(db).await?;
    if let Some(revision) = &run.revision {
        let row = Model {
            resource_id: run.current.id.clone(),
            state: revision.state.as_str().to_owned(),
            flow: serde_json::to_string(&revision.flow).map_err(json)?,
            entry: serde_json::to_string(&revision.entry).map_err(json)?,
        };
        Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    }
    Ok(())
}
