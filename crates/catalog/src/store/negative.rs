//! Table `negative_entry`.

use kernel::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder};

use super::{damaged, storable};
use crate::model::{NegativeEntry, NegativeId, NegativeScope};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "negative_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NegativeId,
    pub name: String,
    pub pattern: Option<String>,
    pub element: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub basis: String,
    pub scope: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub active: bool,
    pub updated_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for NegativeEntry {
    type Error = kernel::Error;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            scope: NegativeScope::parse(&row.scope)
                .ok_or_else(|| damaged("negative_entry.scope", &row.scope))?,
            id: row.id,
            name: row.name,
            pattern: row.pattern,
            element: row.element,
            basis: row.basis,
            note: row.note,
            active: row.active,
            updated_ms: row.updated_ms,
        })
    }
}

fn row(one: &NegativeEntry) -> Model {
    Model {
        id: one.id.clone(),
        name: one.name.clone(),
        pattern: one.pattern.clone(),
        element: one.element.clone(),
        basis: one.basis.clone(),
        scope: one.scope.as_str().to_owned(),
        note: one.note.clone(),
        active: one.active,
        updated_ms: one.updated_ms,
    }
}

/// The whole list, oldest first; it is short.
pub async fn all<C: ConnectionTrait>(db: &C) -> Result<Vec<NegativeEntry>> {
    Entity::find().order_by_asc(Column::Id).all(db).await?.into_iter().map(TryInto::try_into).collect()
}

pub async fn by_id<C: ConnectionTrait>(db: &C, id: &NegativeId) -> Result<Option<NegativeEntry>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Entity::find_by_id(id.clone()).one(db).await?.map(TryInto::try_into).transpose()
}

pub async fn insert<C: ConnectionTrait>(db: &C, one: &NegativeEntry) -> Result<()> {
    Entity::insert(row(one).into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

pub async fn update<C: ConnectionTrait>(db: &C, one: &NegativeEntry) -> Result<()> {
    Entity::update(row(one).into_active_model().reset_all()).exec(db).await?;
    Ok(())
}
