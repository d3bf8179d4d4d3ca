//! Tables `sharing_need` and `sharing_need_answer`.

use kernel::ids::{OrganisationId, ResourceId};
use kernel::page::ListQuery;
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel as _, Order, QueryOrder, QuerySelect};

use super::{changed_meanwhile, damaged, decode, encode, searchable, storable};
use crate::model::{Clock, NeedId, NeedInput, NeedState, Stage};

/// Row of table `sharing_need`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sharing_need")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NeedId,
    pub state: String,
    pub consumer_id: OrganisationId,
    pub responsible_id: Option<OrganisationId>,
    pub resource_id: Option<ResourceId>,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub content: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub closing: Option<String>,
    pub created_ms: i64,
    pub revision: i32,
    pub clock_stage: Option<String>,
    pub clock_number: i32,
    pub clock_from_ms: i64,
    pub clock_days: i32,
    pub clock_due_ms: i64,
    pub clock_step: i32,
    pub clock_frozen_ms: i64,
    pub clock_frozen_from_ms: Option<i64>,
    pub clock_overdue: i32,
}

impl ActiveModelBehavior for ActiveModel {}

/// A need read from its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Id.
    pub id: NeedId,
    /// State.
    pub state: NeedState,
    /// Who needs it.
    pub consumer_id: OrganisationId,
    /// Responsible department.
    pub responsible_id: Option<OrganisationId>,
    /// Resource that meets it.
    pub resource_id: Option<ResourceId>,
    /// What is needed.
    pub content: NeedInput,
    /// How it ended.
    pub closing: Option<String>,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Rises with each change.
    pub revision: i32,
    /// Clock.
    pub clock: Clock,
}

impl Need {
    fn row(&self) -> Result<Model> {
        let clock = &self.clock;
        Ok(Model {
            id: self.id.clone(),
            state: self.state.as_str().to_owned(),
            consumer_id: self.consumer_id.clone(),
            responsible_id: self.responsible_id.clone(),
            resource_id: self.resource_id.clone(),
            title: self.content.title.clone(),
            content: encode(&self.content)?,
            closing: self.closing.clone(),
            created_ms: self.created_ms,
            revision: self.revision,
            clock_stage: clock.stage.map(|stage| stage.as_str().to_owned()),
            clock_number: clock.number,
            clock_from_ms: clock.from_ms,
            clock_days: i32::try_from(clock.days).unwrap_or(i32::MAX),
            clock_due_ms: clock.due_ms,
            clock_step: clock.step,
            clock_frozen_ms: clock.frozen_ms,
            clock_frozen_from_ms: clock.frozen_from_ms,
            clock_overdue: clock.overdue,
        })
    }
}

impl TryFrom<Model> for Need {
    type Error = Error;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            state: NeedState::parse(&row.state).ok_or_else(|| damaged("sharing_need.state", &row.state))?,
            clock: Clock {
                stage: row
                    .clock_stage
                    .map(|text| Stage::parse(&text).ok_or_else(|| damaged("sharing_need.clock_stage", &text)))
                    .transpose()?,
                number: row.clock_number,
                from_ms: row.clock_from_ms,
                days: u32::try_from(row.clock_days).unwrap_or(0),
                due_ms: row.clock_due_ms,
                step: row.clock_step,
                frozen_ms: row.clock_frozen_ms,
                frozen_from_ms: row.clock_frozen_from_ms,
                overdue: row.clock_overdue,
            },
            content: decode(&row.content)?,
            id: row.id,
            consumer_id: row.consumer_id,
            responsible_id: row.responsible_id,
            resource_id: row.resource_id,
            closing: row.closing,
            created_ms: row.created_ms,
            revision: row.revision,
        })
    }
}

/// Row of table `sharing_need_answer`.
pub mod answer {
    use super::*;

    /// A department's answer.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sharing_need_answer")]
    pub struct Model {
        /// Need.
        #[sea_orm(primary_key, auto_increment = false)]
        pub need_id: NeedId,
        /// Department.
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation_id: OrganisationId,
        /// Whether it holds the data.
        pub holds: bool,
        /// Its words.
        #[sea_orm(column_type = "Text")]
        pub reason: String,
        /// Unix milliseconds.
        pub time_ms: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Writes a new need.
pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, need: &Need) -> Result<()> {
    Entity::insert(need.row()?.into_active_model()).exec_without_returning(connection).await?;
    Ok(())
}

/// Writes a need that nobody else has changed since it was read.
pub(crate) async fn save<C: ConnectionTrait>(connection: &C, need: &mut Need) -> Result<()> {
    let read = need.revision;
    need.revision += 1;
    let row = need.row()?.into_active_model().reset_all();
    let written = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(need.id.clone()))
        .filter(Column::Revision.eq(read))
        .exec(connection)
        .await?;
    if written.rows_affected == 1 { Ok(()) } else { Err(changed_meanwhile()) }
}

/// One need.
pub(crate) async fn find<C: ConnectionTrait>(connection: &C, id: &NeedId) -> Result<Option<Need>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Entity::find_by_id(id.clone()).one(connection).await?.map(Need::try_from).transpose()
}

/// Keeps an answer; the first one of a department counts.
pub(crate) async fn put_answer<C: ConnectionTrait>(connection: &C, row: answer::Model) -> Result<()> {
    answer::Entity::insert(row.into_active_model()).exec_without_returning(connection).await?;
    Ok(())
}

/// Answers to needs, oldest first.
pub(crate) async fn answers<C: ConnectionTrait>(
    connection: &C,
    needs: &[NeedId],
) -> Result<Vec<answer::Model>> {
    if needs.is_empty() {
        return Ok(Vec::new());
    }
    Ok(answer::Entity::find()
        .filter(answer::Column::NeedId.is_in(needs.iter().cloned()))
        .order_by_asc(answer::Column::TimeMs)
        .order_by_asc(answer::Column::OrganisationId)
        .all(connection)
        .await?)
}

/// One page. `mine` limits it to what an organisation posted or answers for.
pub(crate) async fn page<C: ConnectionTrait>(
    connection: &C,
    mine: Option<&OrganisationId>,
    states: &[NeedState],
    query: &ListQuery,
) -> Result<(Vec<Need>, u64)> {
    let mut find = Entity::find();
    if let Some(own) = mine {
        find = find.filter(
            Condition::any()
                .add(Column::ConsumerId.eq(own.clone()))
                .add(Column::ResponsibleId.eq(own.clone())),
        );
    }
    if !states.is_empty() {
        find = find.filter(Column::State.is_in(states.iter().map(|state| state.as_str())));
    }
    if let Some(text) = searchable(query.search()) {
        find = find.filter(Condition::any().add(Column::Content.contains(&text)).add(Column::Id.eq(text)));
    }
    let total = find.clone().count(connection).await?;
    let (field, descending) = query.order().unwrap_or(("created_ms", true));
    let order = if descending { Order::Desc } else { Order::Asc };
    let column = match field {
        "due_ms" => {
            find = find.order_by(Column::ClockStage.is_null(), Order::Asc);
            Column::ClockDueMs
        }
        "title" => Column::Title,
        "state" => Column::State,
        _ => Column::CreatedMs,
    };
    let rows = find
        .order_by(column, order)
        .order_by_asc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(connection)
        .await?;
    Ok((rows.into_iter().map(Need::try_from).collect::<Result<_>>()?, total))
}

/// Needs in these states, oldest first; at most 200.
pub(crate) async fn waiting<C: ConnectionTrait>(connection: &C, states: &[NeedState]) -> Result<Vec<Need>> {
    Entity::find()
        .filter(Column::State.is_in(states.iter().map(|state| state.as_str())))
        .order_by_asc(Column::CreatedMs)
        .order_by_asc(Column::Id)
        .limit(200)
        .all(connection)
        .await?
        .into_iter()
        .map(Need::try_from)
        .collect()
}
