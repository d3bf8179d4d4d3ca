//! Table `sharing_request`.

use kernel::ids::{GrantId, OrganisationId, ResourceId};
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _};

use super::{changed_meanwhile, damaged, decode, encode, storable};
use crate::model::{
    Clock, Completion, DecisionView, Extension, Gap, Outcome, Progress, RequestId, RequestInput,
    RequestState, Stage,
};

/// Row of the table; lists lie in JSON columns because they are only read whole.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sharing_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestId,
    pub state: String,
    pub since_ms: i64,
    pub unconditional: bool,
    pub consumer_id: OrganisationId,
    pub provider_id: OrganisationId,
    pub resource_id: ResourceId,
    pub resource_code: String,
    #[sea_orm(column_type = "Text")]
    pub resource_name: String,
    #[sea_orm(column_type = "Text")]
    pub content: String,
    #[sea_orm(column_type = "Text")]
    pub words: String,
    pub noticed: bool,
    #[sea_orm(column_type = "Text")]
    pub gaps: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub decision: Option<String>,
    pub outcome: Option<String>,
    pub narrowed: bool,
    pub by_rule: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub extension: Option<String>,
    pub grant_id: Option<GrantId>,
    pub created_ms: i64,
    pub signed_ms: Option<i64>,
    pub decided_ms: Option<i64>,
    pub delivered_ms: Option<i64>,
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
    #[sea_orm(column_type = "Text", nullable)]
    pub completion: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// A request read from its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Id.
    pub id: RequestId,
    /// How far it has come.
    pub progress: Progress,
    /// Since when it is in this state, Unix milliseconds.
    pub since_ms: i64,
    /// Shared unconditionally.
    pub unconditional: bool,
    /// Consumer.
    pub consumer_id: OrganisationId,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Resource.
    pub resource_id: ResourceId,
    /// Its code.
    pub resource_code: String,
    /// Its name.
    pub resource_name: String,
    /// What is asked.
    pub content: RequestInput,
    /// Gaps of the one notice.
    pub gaps: Vec<Gap>,
    /// What was or is to be decided.
    pub decision: Option<DecisionView>,
    /// The extension.
    pub extension: Option<Extension>,
    /// Clock.
    pub clock: Clock,
    /// The consumer's clock while it fills gaps.
    pub completion: Option<Completion>,
    /// Grant it became.
    pub grant_id: Option<GrantId>,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Unix milliseconds.
    pub signed_ms: Option<i64>,
    /// Unix milliseconds.
    pub decided_ms: Option<i64>,
    /// Unix milliseconds.
    pub delivered_ms: Option<i64>,
    /// Rises with each change.
    pub revision: i32,
    /// Number of the clock for which work was left; not stored.
    pub scheduled: i32,
}

impl Request {
    /// State.
    pub fn state(&self) -> RequestState {
        self.progress.state
    }

    /// Text in which lists search.
    fn words(&self) -> String {
        let content = &self.content;
        let mut words =
            vec![self.resource_code.as_str(), &self.resource_name, &content.basis, &content.scenario];
        words.extend(content.matters.iter().map(String::as_str));
        words.join("\n")
    }

    fn row(&self) -> Result<Model> {
        let clock = &self.clock;
        Ok(Model {
            id: self.id.clone(),
            state: self.progress.state.as_str().to_owned(),
            since_ms: self.since_ms,
            unconditional: self.unconditional,
            consumer_id: self.consumer_id.clone(),
            provider_id: self.provider_id.clone(),
            resource_id: self.resource_id.clone(),
            resource_code: self.resource_code.clone(),
            resource_name: self.resource_name.clone(),
            content: encode(&self.content)?,
            words: self.words(),
            noticed: self.progress.noticed,
            gaps: encode(&self.gaps)?,
            decision: self.decision.as_ref().map(encode).transpose()?,
            outcome: self.progress.outcome.map(|outcome| outcome.as_str().to_owned()),
            narrowed: self.progress.narrowed,
            by_rule: self.progress.by_rule,
            extension: self.extension.as_ref().map(encode).transpose()?,
            grant_id: self.grant_id.clone(),
            created_ms: self.created_ms,
            signed_ms: self.signed_ms,
            decided_ms: self.decided_ms,
            delivered_ms: self.delivered_ms,
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
            completion: self.completion.as_ref().map(encode).transpose()?,
        })
    }
}

impl TryFrom<Model> for Request {
    type Error = Error;
    fn try_from(row: Model) -> Result<Self> {
        let clock = Clock {
            stage: row
                .clock_stage
                .map(|text| Stage::parse(&text).ok_or_else(|| damaged("sharing_request.clock_stage", &text)))
                .transpose()?,
            number: row.clock_number,
            from_ms: row.clock_from_ms,
            days: u32::try_from(row.clock_days).unwrap_or(0),
            due_ms: row.clock_due_ms,
            step: row.clock_step,
            frozen_ms: row.clock_frozen_ms,
            frozen_from_ms: row.clock_frozen_from_ms,
            overdue: row.clock_overdue,
        };
        let progress = Progress {
            state: RequestState::parse(&row.state)
                .ok_or_else(|| damaged("sharing_request.state", &row.state))?,
            noticed: row.noticed,
            outcome: row
                .outcome
                .map(|text| Outcome::parse(&text).ok_or_else(|| damaged("sharing_request.outcome", &text)))
                .transpose()?,
            narrowed: row.narrowed,
            by_rule: row.by_rule,
        };
        Ok(Self {
            progress,
            scheduled: clock.number,
            clock,
            content: decode(&row.content)?,
            gaps: decode(&row.gaps)?,
            decision: row.decision.as_deref().map(decode).transpose()?,
            extension: row.extension.as_deref().map(decode).transpose()?,
            completion: row.completion.as_deref().map(decode).transpose()?,
            id: row.id,
            since_ms: row.since_ms,
            unconditional: row.unconditional,
            consumer_id: row.consumer_id,
            provider_id: row.provider_id,
            resource_id: row.resource_id,
            resource_code: row.resource_code,
            resource_name: row.resource_name,
            grant_id: row.grant_id,
            created_ms: row.created_ms,
            signed_ms: row.signed_ms,
            decided_ms: row.decided_ms,
            delivered_ms: row.delivered_ms,
            revision: row.revision,
        })
    }
}

/// Writes a new request.
pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, request: &Request) -> Result<()> {
    Entity::insert(request.row()?.into_active_model()).exec_without_returning(connection).await?;
    Ok(())
}

/// Writes a request that nobody else has changed since it was read.
pub(crate) async fn save<C: ConnectionTrait>(connection: &C, request: &mut Request) -> Result<()> {
    let read = request.revision;
    request.revision += 1;
    let row = request.row()?.into_active_model().reset_all();
    let written = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(request.id.clone()))
        .filter(Column::Revision.eq(read))
        .exec(connection)
        .await?;
    if written.rows_affected == 1 { Ok(()) } else { Err(changed_meanwhile()) }
}

/// One request.
pub(crate) async fn find<C: ConnectionTrait>(connection: &C, id: &RequestId) -> Result<Option<Request>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Entity::find_by_id(id.clone()).one(connection).await?.map(Request::try_from).transpose()
}
