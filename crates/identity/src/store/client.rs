//! Table `client_system`.

use std::collections::HashMap;

use kernel::Result;
use kernel::ids::{ClientId, OrganisationId, SystemId};
use kernel::page::ListQuery;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel as _, Order, QueryOrder, QuerySelect};

use super::{contains, storable};
use crate::model::ClientSystem;

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "client_system")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientId,
    pub client_id: String,
    pub name: String,
    pub system_id: Option<SystemId>,
    pub organisation_id: OrganisationId,
    #[sea_orm(column_type = "Text")]
    pub sealed_secret: String,
    pub secret_version: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub public_key_pem: Option<String>,
    pub disabled: bool,
    pub created_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for ClientSystem {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            name: row.name,
            system_id: row.system_id,
            organisation_id: row.organisation_id,
            organisation_name: String::new(),
            disabled: row.disabled,
            public_key_pem: row.public_key_pem,
            created_ms: row.created_ms,
        }
    }
}

pub async fn all<C: ConnectionTrait>(db: &C) -> Result<Vec<Model>> {
    Ok(Entity::find().order_by_asc(Column::Id).all(db).await?)
}

pub async fn by_id<C: ConnectionTrait>(db: &C, id: &ClientId) -> Result<Option<Model>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id.clone()).one(db).await?)
}

pub async fn by_client_id<C: ConnectionTrait>(db: &C, client_id: &str) -> Result<Option<ClientSystem>> {
    if !storable(client_id) {
        return Ok(None);
    }
    Ok(Entity::find().filter(Column::ClientId.eq(client_id)).one(db).await?.map(Into::into))
}

pub async fn insert<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

pub async fn update<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::update(row.into_active_model().reset_all()).exec(db).await?;
    Ok(())
}

/// Those of these public ids that are registered.
pub async fn by_client_ids<C: ConnectionTrait>(
    db: &C,
    mut wanted: Vec<String>,
) -> Result<HashMap<String, ClientSystem>> {
    wanted.retain(|id| storable(id));
    wanted.sort();
    wanted.dedup();
    let mut found = HashMap::new();
    for some in wanted.chunks(200) {
        let rows = Entity::find().filter(Column::ClientId.is_in(some.iter().cloned())).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.client_id.clone(), row.into())));
    }
    Ok(found)
}

/// Client systems of one organisation.
pub async fn list<C: ConnectionTrait>(
    db: &C,
    organisation: &OrganisationId,
    query: &ListQuery,
) -> Result<(Vec<ClientSystem>, u64)> {
    let mut find = Entity::find().filter(Column::OrganisationId.eq(organisation.clone()));
    if let Some(text) = query.search() {
        find = find.filter(
            Condition::any().add(contains(Column::ClientId, &text)).add(contains(Column::Name, &text)),
        );
    }
    let total = find.clone().count(db).await?;
    let (column, descending) = match query.order() {
        Some(("name", down)) => (Column::Name, down),
        Some(("created_ms", down)) => (Column::CreatedMs, down),
        Some((_, down)) => (Column::ClientId, down),
        None => (Column::ClientId, false),
    };
    let rows = find
        .order_by(column, if descending { Order::Desc } else { Order::Asc })
        .order_by_asc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(db)
        .await?;
    Ok((rows.into_iter().map(Into::into).collect(), total))
}
