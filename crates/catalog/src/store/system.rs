//! Table `information_system`.

use kernel::Result;
use kernel::ids::{OrganisationId, SystemId};
use kernel::page::ListQuery;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, ExprTrait as _, IntoActiveModel as _, Order, QueryOrder, QuerySelect};

use super::{contains, damaged, storable};
use crate::model::{InformationSystem, SystemState};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "information_system")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SystemId,
    pub organisation_id: OrganisationId,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    #[sea_orm(column_type = "Text")]
    pub users: String,
    pub cost_yuan: Option<i64>,
    pub built_year: Option<i32>,
    pub state: String,
    pub replaced_by: Option<SystemId>,
    pub owner: String,
    pub yearly_cost_yuan: Option<i64>,
    pub user_count: Option<i64>,
    pub retired_year: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for InformationSystem {
    type Error = kernel::Error;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            state: SystemState::parse(&row.state)
                .ok_or_else(|| damaged("information_system.state", &row.state))?,
            id: row.id,
            organisation_id: row.organisation_id,
            organisation_name: String::new(),
            name: row.name,
            purpose: row.purpose,
            users: row.users,
            cost_yuan: row.cost_yuan,
            built_year: row.built_year,
            replaced_by: row.replaced_by,
            owner: row.owner,
            yearly_cost_yuan: row.yearly_cost_yuan,
            user_count: row.user_count,
            retired_year: row.retired_year,
            note: row.note,
        })
    }
}

fn row(one: &InformationSystem) -> Model {
    Model {
        id: one.id.clone(),
        organisation_id: one.organisation_id.clone(),
        name: one.name.clone(),
        purpose: one.purpose.clone(),
        users: one.users.clone(),
        cost_yuan: one.cost_yuan,
        built_year: one.built_year,
        state: one.state.as_str().to_owned(),
        replaced_by: one.replaced_by.clone(),
        owner: one.owner.clone(),
        yearly_cost_yuan: one.yearly_cost_yuan,
        user_count: one.user_count,
        retired_year: one.retired_year,
        note: one.note.clone(),
    }
}

pub async fn by_id<C: ConnectionTrait>(db: &C, id: &SystemId) -> Result<Option<InformationSystem>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Entity::find_by_id(id.clone()).one(db).await?.map(TryInto::try_into).transpose()
}

pub async fn insert<C: ConnectionTrait>(db: &C, one: &InformationSystem) -> Result<()> {
    Entity::insert(row(one).into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

pub async fn update<C: ConnectionTrait>(db: &C, one: &InformationSystem) -> Result<()> {
    Entity::update(row(one).into_active_model().reset_all()).exec(db).await?;
    Ok(())
}

pub async fn list<C: ConnectionTrait>(
    db: &C,
    organisation: Option<&OrganisationId>,
    state: Option<SystemState>,
    query: &ListQuery,
) -> Result<(Vec<InformationSystem>, u64)> {
    let mut find = Entity::find();
    if organisation.is_some_and(|id| !storable(id.as_str())) {
        return Ok((Vec::new(), 0));
    }
    if let Some(organisation) = organisation {
        find = find.filter(Column::OrganisationId.eq(organisation.clone()));
    }
    if let Some(state) = state {
        find = find.filter(Column::State.eq(state.as_str()));
    }
    if let Some(text) = query.search() {
        find = find.filter(contains(Column::Name, &text).or(contains(Column::Purpose, &text)));
    }
    let total = find.clone().count(db).await?;
    let (column, descending) = match query.order() {
        Some(("built_year", down)) => (Column::BuiltYear, down),
        Some(("cost_yuan", down)) => (Column::CostYuan, down),
        Some(("yearly_cost_yuan", down)) => (Column::YearlyCostYuan, down),
        Some(("user_count", down)) => (Column::UserCount, down),
        Some(("organisation_id", down)) => (Column::OrganisationId, down),
        Some(("state", down)) => (Column::State, down),
        Some((_, down)) => (Column::Name, down),
        None => (Column::Name, false),
    };
    let order = if descending { Order::Desc } else { Order::Asc };
    let rows = find
        .order_by(column, order)
        .order_by_asc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(db)
        .await?;
    Ok((rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?, total))
}
