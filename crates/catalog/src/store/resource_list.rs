//! Lists of table `resource`.

use kernel::Result;
use kernel::ids::OrganisationId;
use kernel::page::ListQuery;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, Order, QueryOrder, QuerySelect};

use super::resource::{Column, Entity, model};
use super::{contains, item, storable};
use crate::model::{MountState, Resource, ResourceState, ShareType};

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub struct Narrow<'a> {
    /// Only what this organisation may know of; everything when `None`.
    pub visible_to: Option<Option<&'a OrganisationId>>,
    pub organisation: Option<&'a OrganisationId>,
    pub share_type: Option<ShareType>,
    pub state: Option<ResourceState>,
    pub mount_state: Option<MountState>,
    pub revision_state: Option<ResourceState>,
}

pub async fn list<C: ConnectionTrait>(
    db: &C,
    narrow: &Narrow<'_>,
    query: &ListQuery,
) -> Result<(Vec<Resource>, u64)> {
    if narrow.organisation.is_some_and(|id| !storable(id.as_str())) {
        return Ok((Vec::new(), 0));
    }
    let mut all = Condition::all();
    if let Some(own) = narrow.visible_to {
        let mut any = Condition::any().add(
            Column::State
                .is_in([ResourceState::Published, ResourceState::GoingOffline].map(ResourceState::as_str)),
        );
        if let Some(own) = own {
            any = any.add(Column::OrganisationId.eq(own.clone()));
        }
        all = all.add(any);
    }
    all = all
        .add_option(narrow.organisation.map(|id| Column::OrganisationId.eq(id.clone())))
        .add_option(narrow.share_type.map(|value| Column::ShareType.eq(value.as_str())))
        .add_option(narrow.state.map(|value| Column::State.eq(value.as_str())))
        .add_option(narrow.mount_state.map(|value| Column::MountState.eq(value.as_str())))
        .add_option(narrow.revision_state.map(|value| Column::RevisionState.eq(value.as_str())));
    if let Some(text) = query.search() {
        let any = [Column::Code, Column::ClassCode, Column::Name, Column::Summary];
        all = all.add(any.into_iter().fold(Condition::any(), |any, column| any.add(contains(column, &text))));
    }
    let find = Entity::find().filter(all);
    let total = find.clone().count(db).await?;
    let (column, descending) = match query.order() {
        Some(("name", down)) => (Column::Name, down),
        Some(("updated_ms", down)) => (Column::UpdatedMs, down),
        Some(("published_ms", down)) => (Column::PublishedMs, down),
        Some(("state", down)) => (Column::State, down),
        Some((_, down)) => (Column::Code, down),
        None => (Column::Code, false),
    };
    let rows = find
        .order_by(column, if descending { Order::Desc } else { Order::Asc })
        .order_by_asc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(db)
        .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
    let mut items = item::of(db, &ids).await?;
    let list = rows
        .into_iter()
        .map(|row| {
            let own = items.remove(&row.id).unwrap_or_default();
            model(row, own, None)
        })
        .collect::<Result<_>>()?;
    Ok((list, total))
}
