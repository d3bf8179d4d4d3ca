//! Table `resource_mount`.

use kernel::ids::{AgentId, ResourceId};
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

use super::{damaged, resource, storable};
use crate::model::{Mount, MountRecord, MountState};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_mount")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    pub agent_id: AgentId,
    pub source: String,
    pub table_name: String,
    #[sea_orm(column_type = "Text")]
    pub keys: String,
    pub as_of_column: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub columns: String,
    pub changed_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

fn json(error: serde_json::Error) -> Error {
    Error::internal("catalog.damaged_row", error)
}

/// The mount of a resource, with the state that the resource holds.
pub async fn of<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Option<MountRecord>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    let Some(row) = Entity::find_by_id(id.clone()).one(db).await? else { return Ok(None) };
    let state = resource::mount_state(db, id).await?.unwrap_or_default();
    Ok(Some(MountRecord {
        state: MountState::parse(&state).ok_or_else(|| damaged("resource.mount_state", &state))?,
        changed_ms: row.changed_ms,
        mount: Mount {
            agent_id: row.agent_id,
            source: row.source,
            table: row.table_name,
            keys: serde_json::from_str(&row.keys).map_err(json)?,
            as_of_column: row.as_of_column,
            columns: serde_json::from_str(&row.columns).map_err(json)?,
        },
        resource_id: row.resource_id,
    }))
}

/// Puts this mount in place of the resource's present one.
pub async fn replace<C: ConnectionTrait>(db: &C, id: &ResourceId, mount: &Mount, now_ms: i64) -> Result<()> {
    Entity::delete_by_id(id.clone()).exec(db).await?;
    let row = Model {
        resource_id: id.clone(),
        agent_id: mount.agent_id.clone(),
        source: mount.source.clone(),
        table_name: mount.table.clone(),
        keys: serde_json::to_string(&mount.keys).map_err(json)?,
        as_of_column: mount.as_of_column.clone(),
        columns: serde_json::to_string(&mount.columns).map_err(json)?,
        changed_ms: now_ms,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}
