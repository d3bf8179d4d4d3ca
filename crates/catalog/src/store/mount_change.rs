//! Table `resource_mount_change`: mounts that wait for review or were returned.

use kernel::ids::ResourceId;
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

use super::{damaged, storable};
use crate::model::{MountChange, MountState};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_mount_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    pub state: String,
    #[sea_orm(column_type = "Text")]
    pub flow: String,
    #[sea_orm(column_type = "Text")]
    pub mount: String,
}

impl ActiveModelBehavior for ActiveModel {}

fn json(error: serde_json::Error) -> Error {
    Error::internal("catalog.damaged_row", error)
}

impl TryFrom<Model> for MountChange {
    type Error = Error;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            state: MountState::parse(&row.state)
                .ok_or_else(|| damaged("resource_mount_change.state", &row.state))?,
            mount: serde_json::from_str(&row.mount).map_err(json)?,
            flow: serde_json::from_str(&row.flow).map_err(json)?,
            resource_id: row.resource_id,
        })
    }
}

/// What waits or was returned for a resource.
pub async fn of<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Option<MountChange>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Entity::find_by_id(id.clone()).one(db).await?.map(TryInto::try_into).transpose()
}

/// Puts this in place of what waited before.
pub async fn put<C: ConnectionTrait>(db: &C, one: &MountChange) -> Result<()> {
    remove(db, &one.resource_id).await?;
    let row = Model {
        resource_id: one.resource_id.clone(),
        state: one.state.as_str().to_owned(),
        flow: serde_json::to_string(&one.flow).map_err(json)?,
        mount: serde_json::to_string(&one.mount).map_err(json)?,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Nothing waits any more.
pub async fn remove<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<()> {
    Entity::delete_by_id(id.clone()).exec(db).await?;
    Ok(())
}
