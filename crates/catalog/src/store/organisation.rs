//! Table `organisation`.

use kernel::Result;
use kernel::ids::OrganisationId;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, IntoActiveModel as _, QueryOrder};

use super::{damaged, storable};
use crate::model::{Organisation, OrganisationKind};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganisationId,
    pub name: String,
    pub short_name: String,
    pub short_code: String,
    pub credit_code: String,
    pub parent_id: Option<OrganisationId>,
    pub kind: String,
    pub region: String,
    pub disabled: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Organisation {
    type Error = kernel::Error;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            kind: OrganisationKind::parse(&row.kind)
                .ok_or_else(|| damaged("organisation.kind", &row.kind))?,
            id: row.id,
            name: row.name,
            short_name: row.short_name,
            short_code: row.short_code,
            credit_code: row.credit_code,
            parent_id: row.parent_id,
            region: row.region,
            disabled: row.disabled,
        })
    }
}

fn row(one: &Organisation) -> Model {
    Model {
        id: one.id.clone(),
        name: one.name.clone(),
        short_name: one.short_name.clone(),
        short_code: one.short_code.clone(),
        credit_code: one.credit_code.clone(),
        parent_id: one.parent_id.clone(),
        kind: one.kind.as_str().to_owned(),
        region: one.region.clone(),
        disabled: one.disabled,
    }
}

pub async fn all<C: ConnectionTrait>(db: &C) -> Result<Vec<Organisation>> {
    // Ids sort by time of registration.
    Entity::find().order_by_asc(Column::Id).all(db).await?.into_iter().map(TryInto::try_into).collect()
}

pub async fn by_id<C: ConnectionTrait>(db: &C, id: &OrganisationId) -> Result<Option<Organisation>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Entity::find_by_id(id.clone()).one(db).await?.map(TryInto::try_into).transpose()
}

/// True when one with that credit code or short code is there.
pub async fn exists<C: ConnectionTrait>(db: &C, credit_code: &str, short_code: &str) -> Result<(bool, bool)> {
    let same_credit = Entity::find().filter(Column::CreditCode.eq(credit_code)).one(db).await?.is_some();
    let same_short = Entity::find().filter(Column::ShortCode.eq(short_code)).one(db).await?.is_some();
    Ok((same_credit, same_short))
}

pub async fn insert<C: ConnectionTrait>(db: &C, one: &Organisation) -> Result<()> {
    Entity::insert(row(one).into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

pub async fn update<C: ConnectionTrait>(db: &C, one: &Organisation) -> Result<()> {
    let change = ActiveModel {
        id: Set(one.id.clone()),
        name: Set(one.name.clone()),
        short_name: Set(one.short_name.clone()),
        parent_id: Set(one.parent_id.clone()),
        kind: Set(one.kind.as_str().to_owned()),
        region: Set(one.region.clone()),
        disabled: Set(one.disabled),
        ..Default::default()
    };
    Entity::update(change).exec(db).await?;
    Ok(())
}
