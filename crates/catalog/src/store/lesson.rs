//! Table `catalog_lesson`: what people decided about proposals.

use std::collections::HashSet;

use kernel::Result;
use kernel::ids::OrganisationId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder};

use super::storable;

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "catalog_lesson")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: OrganisationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub lesson_key: String,
    /// Code of the element; empty for "not to be catalogued".
    #[sea_orm(primary_key, auto_increment = false)]
    pub element: String,
    pub times: i32,
    pub last_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// Lessons of these keys, of every organisation.
pub async fn of_keys<C: ConnectionTrait>(db: &C, keys: HashSet<String>) -> Result<Vec<Model>> {
    let keys: Vec<String> = keys.into_iter().filter(|key| storable(key)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Entity::find()
        .filter(Column::LessonKey.is_in(keys))
        .order_by_asc(Column::LessonKey)
        .order_by_asc(Column::OrganisationId)
        .order_by_asc(Column::Element)
        .all(db)
        .await?)
}

/// Counts a decision.
pub async fn learn<C: ConnectionTrait>(
    db: &C,
    organisation: &OrganisationId,
    key: &str,
    element: &str,
    now_ms: i64,
) -> Result<()> {
    let row = Model {
        organisation_id: organisation.clone(),
        lesson_key: key.to_owned(),
        element: element.to_owned(),
        times: 1,
        last_ms: now_ms,
    };
    let again = OnConflict::columns([Column::OrganisationId, Column::LessonKey, Column::Element])
        .value(Column::Times, Expr::col((Entity, Column::Times)).add(1))
        .update_column(Column::LastMs)
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(db).await?;
    Ok(())
}
