//! What waits for a person, read lightly: a list of hundreds costs few queries.

use std::collections::HashMap;

use kernel::ids::{OrganisationId, ResourceId};
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Select};

use super::{mount_change, resource, run};
use crate::model::{Flow, MountState, ResourceState};

/// An entry, a revision or a mount that waits.
#[derive(Debug)]
pub struct Waiting {
    pub resource_id: ResourceId,
    pub name: String,
    pub organisation_id: OrganisationId,
    pub revision: bool,
    pub state: String,
    pub flow: Flow,
}

type Row = (ResourceId, String, OrganisationId, String, Option<String>);

fn flow(text: Option<&String>) -> Result<Flow> {
    let read = |text: &String| {
        serde_json::from_str(text).map_err(|error| Error::internal("catalog.damaged_row", error))
    };
    text.map_or_else(|| Ok(Flow::default()), read)
}

fn light(find: Select<resource::Entity>, organisation: Option<&OrganisationId>) -> Select<resource::Entity> {
    use resource::Column;
    let find = match organisation {
        Some(id) => find.filter(Column::OrganisationId.eq(id.clone())),
        None => find,
    };
    find.select_only()
        .column(Column::Id)
        .column(Column::Name)
        .column(Column::OrganisationId)
        .column(Column::State)
        .column(Column::Flow)
        .order_by_asc(Column::Id)
}

/// Entries and revisions in one of the states, of one organisation or of all.
pub async fn entries<C: ConnectionTrait>(
    db: &C,
    states: &[ResourceState],
    organisation: Option<&OrganisationId>,
) -> Result<Vec<Waiting>> {
    let words = || states.iter().map(|state| state.as_str());
    let find = resource::Entity::find().filter(resource::Column::State.is_in(words()));
    let rows = light(find, organisation).into_tuple::<Row>().all(db).await?;
    let mut all = Vec::new();
    for (resource_id, name, organisation_id, state, way) in rows {
        let flow = flow(way.as_ref())?;
        all.push(Waiting { resource_id, name, organisation_id, revision: false, state, flow });
    }
    let find = resource::Entity::find().filter(resource::Column::RevisionState.is_in(words()));
    let rows = light(find, organisation).into_tuple::<Row>().all(db).await?;
    let revisions = run::Entity::find()
        .filter(run::Column::ResourceId.is_in(rows.iter().map(|row| row.0.clone())))
        .all(db)
        .await?;
    let mut of: HashMap<_, _> = revisions.into_iter().map(|row| (row.resource_id.clone(), row)).collect();
    for (resource_id, name, organisation_id, ..) in rows {
        let Some(row) = of.remove(&resource_id) else { continue };
        let flow = flow(Some(&row.flow))?;
        all.push(Waiting { resource_id, name, organisation_id, revision: true, state: row.state, flow });
    }
    Ok(all)
}

/// Mounts in one of the states, of one organisation or of all.
pub async fn mounts<C: ConnectionTrait>(
    db: &C,
    state: MountState,
    organisation: Option<&OrganisationId>,
) -> Result<Vec<Waiting>> {
    let rows = mount_change::Entity::find()
        .filter(mount_change::Column::State.eq(state.as_str()))
        .order_by_asc(mount_change::Column::ResourceId)
        .all(db)
        .await?;
    let find = resource::Entity::find()
        .filter(resource::Column::Id.is_in(rows.iter().map(|row| row.resource_id.clone())));
    let known = light(find, organisation).into_tuple::<Row>().all(db).await?;
    let mut of: HashMap<_, _> = rows.into_iter().map(|row| (row.resource_id.clone(), row)).collect();
    let mut all = Vec::new();
    for (resource_id, name, organisation_id, ..) in known {
        let Some(row) = of.remove(&resource_id) else { continue };
        let flow = flow(Some(&row.flow))?;
        all.push(Waiting { resource_id, name, organisation_id, revision: false, state: row.state, flow });
    }
    Ok(all)
}
