//! Table `sharing_grant`.

use super::{damaged, decode, encode, searchable, storable};
use crate::model::{FilterView, GrantInput, GrantState, ItemView, PurposeView, RequestId, ShapeView};
use kernel::error::{Error, Result};
use kernel::ids::{GrantId, OrganisationId, ResourceId};
use kernel::page::ListQuery;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};

/// Row of table `sharing_grant`.
pub mod row {
    use super::*;

    /// A grant as stored; lists lie in JSON columns because they are only read whole.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sharing_grant")]
    pub struct Model {
        /// Id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: GrantId,
        /// Stored state.
        pub state: String,
        /// Version.
        pub version: i32,
        /// Consumer.
        pub consumer_id: OrganisationId,
        /// Provider.
        pub provider_id: OrganisationId,
        /// Resource.
        pub resource_id: ResourceId,
        /// JSON list.
        #[sea_orm(column_type = "Text")]
        pub client_ids: String,
        /// JSON list.
        #[sea_orm(column_type = "Text")]
        pub items: String,
        /// JSON.
        #[sea_orm(column_type = "Text")]
        pub row_filter: String,
        /// JSON list.
        #[sea_orm(column_type = "Text")]
        pub purposes: String,
        /// JSON list.
        #[sea_orm(column_type = "Text")]
        pub shapes: String,
        /// Unix milliseconds.
        pub valid_from_ms: i64,
        /// Unix milliseconds.
        pub valid_until_ms: i64,
        /// Calls a day.
        pub quota_per_day: i64,
        /// Calls a second.
        pub quota_per_second: i32,
        /// Cedar text.
        #[sea_orm(column_type = "Text", nullable)]
        pub condition: Option<String>,
        /// Unix milliseconds.
        pub created_ms: i64,
        /// Reason of the last change of state.
        #[sea_orm(column_type = "Text", nullable)]
        pub reason: Option<String>,
        /// Request it came out of.
        pub request_id: Option<RequestId>,
        /// Cause of the last suspension or end.
        pub cause: Option<String>,
        /// Report of rectification after a suspension for breach.
        #[sea_orm(column_type = "Text", nullable)]
        pub rectification: Option<String>,
        /// When it was handed in, Unix milliseconds.
        pub rectified_ms: Option<i64>,
        /// When the state last changed, Unix milliseconds.
        pub changed_ms: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A grant read from its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Id.
    pub id: GrantId,
    /// Stored state.
    pub state: GrantState,
    /// Version.
    pub version: u32,
    /// Consumer.
    pub consumer_id: OrganisationId,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Resource.
    pub resource_id: ResourceId,
    /// Clients.
    pub client_ids: Vec<String>,
    /// Items.
    pub items: Vec<ItemView>,
    /// Rows.
    pub row_filter: FilterView,
    /// Purposes.
    pub purposes: Vec<PurposeView>,
    /// Shapes.
    pub shapes: Vec<ShapeView>,
    /// Unix milliseconds.
    pub valid_from_ms: i64,
    /// Unix milliseconds.
    pub valid_until_ms: i64,
    /// Calls a day.
    pub quota_per_day: u64,
    /// Calls a second.
    pub quota_per_second: u32,
    /// Cedar text.
    pub condition: Option<String>,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Reason of the last change of state.
    pub reason: Option<String>,
    /// Request it came out of.
    pub request_id: Option<RequestId>,
    /// Cause of the last suspension or end.
    pub cause: Option<String>,
    /// Report of rectification after a suspension for breach.
    pub rectification: Option<String>,
    /// When it was handed in, Unix milliseconds.
    pub rectified_ms: Option<i64>,
    /// When the state last changed, Unix milliseconds.
    pub changed_ms: Option<i64>,
}

impl Grant {
    /// A grant as it would be stored, for checks before it is.
    pub(crate) fn draft(id: &GrantId, provider: &OrganisationId, input: &GrantInput, now_ms: i64) -> Self {
        Self {
            id: id.clone(),
            state: GrantState::Active,
            version: 1,
            consumer_id: input.consumer_id.clone(),
            provider_id: provider.clone(),
            resource_id: input.resource_id.clone(),
            client_ids: input.client_ids.clone(),
            items: input.items.clone(),
            row_filter: input.row_filter.clone(),
            purposes: input.purposes.clone(),
            shapes: input.shapes.clone(),
            valid_from_ms: input.valid_from_ms.unwrap_or(now_ms),
            valid_until_ms: input.valid_until_ms,
            quota_per_day: input.quota_per_day,
            quota_per_second: input.quota_per_second,
            condition: input.condition.clone(),
            created_ms: now_ms,
            reason: None,
            request_id: None,
            cause: None,
            rectification: None,
            rectified_ms: None,
            changed_ms: None,
        }
    }
}

impl TryFrom<row::Model> for Grant {
    type Error = Error;
    fn try_from(row: row::Model) -> Result<Self> {
        Ok(Self {
            state: GrantState::parse(&row.state).ok_or_else(|| damaged("sharing_grant.state", &row.state))?,
            version: u32::try_from(row.version).unwrap_or(1),
            client_ids: decode(&row.client_ids)?,
            items: decode(&row.items)?,
            row_filter: decode(&row.row_filter)?,
            purposes: decode(&row.purposes)?,
            shapes: decode(&row.shapes)?,
            quota_per_day: u64::try_from(row.quota_per_day).unwrap_or(0),
            quota_per_second: u32::try_from(row.quota_per_second).unwrap_or(0),
            id: row.id,
            consumer_id: row.consumer_id,
            provider_id: row.provider_id,
            resource_id: row.resource_id,
            valid_from_ms: row.valid_from_ms,
            valid_until_ms: row.valid_until_ms,
            condition: row.condition,
            created_ms: row.created_ms,
            reason: row.reason,
            request_id: row.request_id,
            cause: row.cause,
            rectification: row.rectification,
            rectified_ms: row.rectified_ms,
            changed_ms: row.changed_ms,
        })
    }
}

/// Writes a new grant.
pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    id: &GrantId,
    provider: &OrganisationId,
    input: &GrantInput,
    request: Option<&RequestId>,
    now_ms: i64,
) -> Result<()> {
    let active = row::ActiveModel {
        id: Set(id.clone()),
        state: Set(GrantState::Active.as_str().to_owned()),
        version: Set(1),
        consumer_id: Set(input.consumer_id.clone()),
        provider_id: Set(provider.clone()),
        resource_id: Set(input.resource_id.clone()),
        client_ids: Set(encode(&input.client_ids)?),
        items: Set(encode(&input.items)?),
        row_filter: Set(encode(&input.row_filter)?),
        purposes: Set(encode(&input.purposes)?),
        shapes: Set(encode(&input.shapes)?),
        valid_from_ms: Set(input.valid_from_ms.unwrap_or(now_ms)),
        valid_until_ms: Set(input.valid_until_ms),
        quota_per_day: Set(i64::try_from(input.quota_per_day).unwrap_or(i64::MAX)),
        quota_per_second: Set(i32::try_from(input.quota_per_second).unwrap_or(i32::MAX)),
        condition: Set(input.condition.clone().filter(|text| !text.trim().is_empty())),
        created_ms: Set(now_ms),
        reason: Set(None),
        request_id: Set(request.cloned()),
        cause: Set(None),
        rectification: Set(None),
        rectified_ms: Set(None),
        changed_ms: Set(None),
    };
    row::Entity::insert(active).exec_without_returning(connection).await?;
    Ok(())
}

/// One grant.
pub(crate) async fn find<C: ConnectionTrait>(connection: &C, id: &GrantId) -> Result<Option<Grant>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    row::Entity::find_by_id(id.clone()).one(connection).await?.map(Grant::try_from).transpose()
}

/// Suspended grants in which an organisation is consumer or provider.
pub(crate) async fn suspended<C: ConnectionTrait>(
    connection: &C,
    party: &OrganisationId,
) -> Result<Vec<Grant>> {
    row::Entity::find()
        .filter(
            Condition::any()
                .add(row::Column::ConsumerId.eq(party.clone()))
                .add(row::Column::ProviderId.eq(party.clone())),
        )
        .filter(row::Column::State.eq(GrantState::Suspended.as_str()))
        .order_by_asc(row::Column::Id)
        .limit(200)
        .all(connection)
        .await?
        .into_iter()
        .map(Grant::try_from)
        .collect()
}

fn not_ended() -> sea_orm::sea_query::SimpleExpr {
    row::Column::State.is_not_in(GrantState::ENDED.map(GrantState::as_str))
}

/// Every grant that could be used now or later.
pub(crate) async fn all_usable<C: ConnectionTrait>(connection: &C) -> Result<Vec<Grant>> {
    row::Entity::find()
        .filter(not_ended())
        .order_by_asc(row::Column::Id)
        .all(connection)
        .await?
        .into_iter()
        .map(Grant::try_from)
        .collect()
}

/// Grants on one resource that nobody ended.
pub(crate) async fn of_resource<C: ConnectionTrait>(
    connection: &C,
    resource: &ResourceId,
) -> Result<Vec<Grant>> {
    row::Entity::find()
        .filter(row::Column::ResourceId.eq(resource.clone()))
        .filter(not_ended())
        .order_by_asc(row::Column::Id)
        .all(connection)
        .await?
        .into_iter()
        .map(Grant::try_from)
        .collect()
}

/// One page of the grants to which an organisation is a party; of all when `party` is `None`.
pub(crate) async fn page<C: ConnectionTrait>(
    connection: &C,
    party: Option<&OrganisationId>,
    state: Option<&str>,
    resource: Option<&ResourceId>,
    query: &ListQuery,
) -> Result<(Vec<Grant>, u64)> {
    let mut find = row::Entity::find();
    if let Some(party) = party {
        find = find.filter(
            Condition::any()
                .add(row::Column::ConsumerId.eq(party.clone()))
                .add(row::Column::ProviderId.eq(party.clone())),
        );
    }
    if let Some(state) = state {
        find = find.filter(row::Column::State.eq(state));
    }
    if let Some(resource) = resource {
        find = find.filter(row::Column::ResourceId.eq(resource.clone()));
    }
    if let Some(text) = searchable(query.search()) {
        find = find.filter(
            Condition::any().add(row::Column::Purposes.contains(&text)).add(row::Column::Id.eq(text)),
        );
    }
    let total = find.clone().count(connection).await?;
    let (field, descending) = query.order().unwrap_or(("created_ms", true));
    let column = match field {
        "valid_until_ms" => row::Column::ValidUntilMs,
        "state" => row::Column::State,
        _ => row::Column::CreatedMs,
    };
    let order = if descending { sea_orm::Order::Desc } else { sea_orm::Order::Asc };
    let rows = find
        .order_by(column, order)
        .order_by_asc(row::Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(connection)
        .await?;
    Ok((rows.into_iter().map(Grant::try_from).collect::<Result<_>>()?, total))
}
