//! Table `exchange_handover`.

use kernel::Result;
use kernel::ids::{AgentId, GrantId, OrganisationId, ResourceId};
use sea_orm::entity::prelude::*;
use sea_orm::{
    ActiveValue::Set, Condition, ConnectionTrait, IntoActiveModel as _, QueryOrder as _, QuerySelect as _,
};

use super::model::{HandoverId, HandoverState};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_handover")]
pub struct Model {
    /// Id; also that of the call.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HandoverId,
    /// Grant.
    pub grant_id: GrantId,
    /// Consumer.
    pub consumer_id: OrganisationId,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Resource.
    pub resource_id: ResourceId,
    /// Name of the document.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// Agent that takes it in.
    pub agent_id: Option<AgentId>,
    /// Its folder there.
    pub target: Option<String>,
    /// JSON of `PurposeView`.
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    /// Case number.
    pub case_no: String,
    /// A word to the other side.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// Whether the provider began it.
    pub offered: bool,
    /// Who of the consumer answers for it, as in evidence; empty while it is only offered.
    pub caller: String,
    /// Who began it, as in evidence.
    pub created_by: String,
    /// When, Unix milliseconds.
    pub created_ms: i64,
    /// First instant after its time, Unix milliseconds.
    pub expires_ms: i64,
    /// See `HandoverState`.
    pub state: String,
    /// JSON of `Notice`.
    #[sea_orm(column_type = "Text")]
    pub notice: Option<String>,
    /// When the next attempt is due, Unix milliseconds.
    pub due_ms: Option<i64>,
    /// Attempts that broke off in a row.
    pub failures: i32,
    /// Size.
    pub bytes: Option<i64>,
    /// Bytes that have arrived.
    pub moved: i64,
    /// SHA-256, hex.
    pub digest: Option<String>,
    /// What the provider's scan said.
    pub provider_clean: Option<bool>,
    /// What the receiver's scan said.
    pub receiver_clean: Option<bool>,
    /// Where it lies.
    #[sea_orm(column_type = "Text")]
    pub path: Option<String>,
    /// When it was received, Unix milliseconds.
    pub received_ms: Option<i64>,
    /// What became of it when its time ran out.
    pub removed: Option<String>,
    /// Entry with which its bytes left first.
    pub first_index: Option<i64>,
    /// Entry of the receipt.
    pub receipt_index: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(super) fn stands(&self) -> HandoverState {
        HandoverState::parse(&self.state).unwrap_or(HandoverState::Failed)
    }
}

/// Which handovers a list shows.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Of this organisation on either side; all when none.
    pub of: Option<OrganisationId>,
    /// Only those that it receives (`true`) or gives (`false`).
    pub receives: Option<bool>,
    /// Only in these states; any when empty.
    pub states: Vec<HandoverState>,
    /// Name or case holds this.
    pub text: Option<String>,
    /// Column and whether descending.
    pub order: (Column, bool),
}

pub(super) async fn find<C: ConnectionTrait>(db: &C, id: &HandoverId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id.clone()).one(db).await?)
}

pub(super) async fn insert<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Changes a row, if it still stands as it did when it was read; `None` when somebody else changed it first.
pub(super) async fn change<C: ConnectionTrait>(
    db: &C,
    row: Model,
    change: impl FnOnce(&mut ActiveModel),
) -> Result<Option<Model>> {
    let state = Column::State.eq(row.state.clone());
    let id = row.id.clone();
    let mut active = row.into_active_model();
    change(&mut active);
    let done =
        Entity::update_many().set(active).filter(Column::Id.eq(id.clone())).filter(state).exec(db).await?;
    if done.rows_affected == 0 {
        return Ok(None);
    }
    find(db, &id).await
}

/// One page of a list, and how many there are.
pub(super) async fn list<C: ConnectionTrait>(
    db: &C,
    wanted: &Wanted,
    skip: u64,
    take: u64,
) -> Result<(Vec<Model>, u64)> {
    let mut query = Entity::find();
    if let Some(of) = &wanted.of {
        let mut side = Condition::any();
        if wanted.receives != Some(false) {
            side = side.add(Column::ConsumerId.eq(of.clone()));
        }
        if wanted.receives != Some(true) {
            side = side.add(Column::ProviderId.eq(of.clone()));
        }
        query = query.filter(side);
    }
    if !wanted.states.is_empty() {
        query = query.filter(Column::State.is_in(wanted.states.iter().map(|state| state.as_str())));
    }
    if let Some(text) = &wanted.text {
        query = query
            .filter(Condition::any().add(Column::Document.contains(text)).add(Column::CaseNo.contains(text)));
    }
    let total = query.clone().count(db).await?;
    let (column, descending) = wanted.order;
    query = if descending { query.order_by_desc(column) } else { query.order_by_asc(column) };
    Ok((query.order_by_desc(Column::Id).offset(skip).limit(take).all(db).await?, total))
}

/// Those whose next attempt is due.
pub(super) async fn due<C: ConnectionTrait>(db: &C, now_ms: i64, most: u64) -> Result<Vec<Model>> {
    let waiting = Column::State.eq(HandoverState::Waiting.as_str());
    let query = Entity::find().filter(waiting).filter(Column::DueMs.lte(now_ms));
    Ok(query.order_by_asc(Column::DueMs).limit(most).all(db).await?)
}

/// Those whose time has run out, and of which something is still to be done.
pub(super) async fn over<C: ConnectionTrait>(db: &C, now_ms: i64) -> Result<Vec<Model>> {
    let open =
        [HandoverState::Offered, HandoverState::Waiting, HandoverState::Moving, HandoverState::Received];
    let query = Entity::find().filter(Column::State.is_in(open.map(HandoverState::as_str)));
    Ok(query.filter(Column::ExpiresMs.lte(now_ms)).filter(Column::Removed.is_null()).all(db).await?)
}

/// What a stop of the hub left behind as moving goes on.
pub(super) async fn take_up<C: ConnectionTrait>(db: &C, now_ms: i64) -> Result<()> {
    let moving = Column::State.eq(HandoverState::Moving.as_str());
    let again = ActiveModel {
        state: Set(HandoverState::Waiting.as_str().to_owned()),
        due_ms: Set(Some(now_ms)),
        ..Default::default()
    };
    Entity::update_many().set(again).filter(moving).exec(db).await?;
    Ok(())
}
