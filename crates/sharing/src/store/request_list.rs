//! Lists of requests.

use kernel::Result;
use kernel::ids::{GrantId, OrganisationId, ResourceId};
use kernel::page::ListQuery;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, Order, QueryOrder, QuerySelect};

use super::request::{Column, Entity, Request};
use super::searchable;
use crate::model::RequestState;

/// Whose requests are listed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'a> {
    /// Those of a consumer, private ones included.
    Consumer(&'a OrganisationId),
    /// Those that reached a provider.
    Provider(&'a OrganisationId),
    /// Those of an organisation on either side.
    Party(&'a OrganisationId),
    /// All that were signed.
    Everyone,
}

/// What is listed.
pub(crate) struct Filter<'a> {
    /// Whose.
    pub of: Of<'a>,
    /// In one of these states; in any when empty.
    pub states: &'a [RequestState],
    /// On this resource.
    pub resource: Option<&'a ResourceId>,
    /// Only those whose clock has run out at that time.
    pub late_at: Option<i64>,
}

impl Filter<'_> {
    fn condition(&self) -> Condition {
        let signed = || Column::SignedMs.is_not_null();
        let mut all = match self.of {
            Of::Consumer(own) => Condition::all().add(Column::ConsumerId.eq(own.clone())),
            Of::Provider(own) => Condition::all().add(Column::ProviderId.eq(own.clone())).add(signed()),
            Of::Party(own) => {
                let provider = Condition::all().add(Column::ProviderId.eq(own.clone())).add(signed());
                Condition::any().add(Column::ConsumerId.eq(own.clone())).add(provider)
            }
            Of::Everyone => Condition::all().add(signed()),
        };
        all = Condition::all().add(all);
        if !self.states.is_empty() {
            all = all.add(Column::State.is_in(self.states.iter().map(|state| state.as_str())));
        }
        if let Some(resource) = self.resource {
            all = all.add(Column::ResourceId.eq(resource.clone()));
        }
        if let Some(now_ms) = self.late_at {
            all = all.add(Column::ClockStage.is_not_null()).add(Column::ClockDueMs.lt(now_ms));
        }
        all
    }
}

fn read(rows: Vec<super::request::Model>) -> Result<Vec<Request>> {
    rows.into_iter().map(Request::try_from).collect()
}

/// One page.
pub(crate) async fn page<C: ConnectionTrait>(
    connection: &C,
    filter: &Filter<'_>,
    query: &ListQuery,
) -> Result<(Vec<Request>, u64)> {
    let mut find = Entity::find().filter(filter.condition());
    if let Some(text) = searchable(query.search()) {
        find = find.filter(Condition::any().add(Column::Words.contains(&text)).add(Column::Id.eq(text)));
    }
    let total = find.clone().count(connection).await?;
    let (field, descending) = query.order().unwrap_or(("created_ms", true));
    let order = if descending { Order::Desc } else { Order::Asc };
    let column = match field {
        "due_ms" => {
            // What has no clock running comes last, whichever way is sorted.
            find = find.order_by(Column::ClockStage.is_null(), Order::Asc);
            Column::ClockDueMs
        }
        "since_ms" => Column::SinceMs,
        "state" => Column::State,
        "resource_name" => Column::ResourceName,
        _ => Column::CreatedMs,
    };
    let rows = find
        .order_by(column, order)
        .order_by_asc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(connection)
        .await?;
    Ok((read(rows)?, total))
}

/// All that wait, oldest first; at most 200, more than a person can see at once.
pub(crate) async fn waiting<C: ConnectionTrait>(connection: &C, filter: &Filter<'_>) -> Result<Vec<Request>> {
    read(
        Entity::find()
            .filter(filter.condition())
            .order_by_asc(Column::SinceMs)
            .order_by_asc(Column::Id)
            .limit(200)
            .all(connection)
            .await?,
    )
}

/// The request that a grant came out of and that waits for the agent.
pub(crate) async fn delivering<C: ConnectionTrait>(
    connection: &C,
    grant: &GrantId,
) -> Result<Option<Request>> {
    Entity::find()
        .filter(Column::GrantId.eq(grant.clone()))
        .filter(Column::State.eq(RequestState::Delivering.as_str()))
        .one(connection)
        .await?
        .map(Request::try_from)
        .transpose()
}

/// Requests on a resource that were approved and wait for it to be mounted.
pub(crate) async fn without_grant<C: ConnectionTrait>(
    connection: &C,
    resource: &ResourceId,
) -> Result<Vec<Request>> {
    read(
        Entity::find()
            .filter(Column::ResourceId.eq(resource.clone()))
            .filter(Column::State.eq(RequestState::Delivering.as_str()))
            .filter(Column::GrantId.is_null())
            .order_by_asc(Column::Id)
            .all(connection)
            .await?,
    )
}
