//! What an import must know: codes, names and systems in use.

use std::collections::{HashMap, HashSet};

use kernel::Result;
use kernel::ids::{OrganisationId, SystemId};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};

use super::{resource, system};

/// Codes of all resources, and names by office.
pub type Taken = (HashSet<String>, HashSet<(OrganisationId, String)>);

/// Codes and names in use.
pub async fn taken<C: ConnectionTrait>(db: &C) -> Result<Taken> {
    let rows: Vec<(String, OrganisationId, String)> = resource::Entity::find()
        .select_only()
        .columns([resource::Column::Code, resource::Column::OrganisationId, resource::Column::Name])
        .order_by_asc(resource::Column::Code)
        .into_tuple()
        .all(db)
        .await?;
    let mut taken = Taken::default();
    for (code, organisation, name) in rows {
        taken.0.insert(code);
        taken.1.insert((organisation, name));
    }
    Ok(taken)
}

/// Information systems by office and name.
pub async fn systems<C: ConnectionTrait>(db: &C) -> Result<HashMap<(OrganisationId, String), SystemId>> {
    let rows: Vec<(SystemId, OrganisationId, String)> = system::Entity::find()
        .select_only()
        .columns([system::Column::Id, system::Column::OrganisationId, system::Column::Name])
        .order_by_asc(system::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, organisation, name)| ((organisation, name), id)).collect())
}
