//! Table `resource_version`: each published state of a resource, as JSON.

use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder};

use crate::model::Resource;

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    #[sea_orm(column_type = "Text")]
    pub snapshot: String,
    pub created_ms: i64,
    pub created_by: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// Highest version kept, 0 when there is none.
pub async fn last<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<i32> {
    let row = Entity::find()
        .filter(Column::ResourceId.eq(id.clone()))
        .order_by_desc(Column::Version)
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.version))
}

/// Keeps the present state under its version.
pub async fn keep<C: ConnectionTrait>(db: &C, resource: &Resource, actor: &Actor) -> Result<()> {
    // The mount belongs to the department's side and may change without a new version of the entry.
    let entry = Resource { mount: None, mount_change: None, revision: None, ..resource.clone() };
    let row = Model {
        resource_id: entry.id.clone(),
        version: entry.version,
        created_ms: entry.updated_ms,
        created_by: actor.label(),
        snapshot: serde_json::to_string(&entry).map_err(|error| Error::internal("catalog.encode", error))?,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Every version of a resource with its snapshot, oldest first.
pub async fn all<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::ResourceId.eq(id.clone())).order_by_asc(Column::Version).all(db).await?)
}
