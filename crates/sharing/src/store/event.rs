//! Table `sharing_event`: time lines.

use std::collections::HashMap;

use kernel::Result;
use kernel::evidence::index;
use kernel::ids::OrganisationId;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sharing_event")]
pub struct Model {
    /// UUID version 7, so that rows sort by time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// What it happened to.
    pub subject: String,
    /// Kind of evidence.
    pub kind: String,
    /// Place among the events of the subject; what happens in one instant keeps its order.
    pub place: i32,
    /// Unix milliseconds.
    pub time_ms: i64,
    /// Organisation that acted.
    pub organisation_id: Option<OrganisationId>,
    /// Role that acted.
    pub role: Option<String>,
    /// Words given with it.
    #[sea_orm(column_type = "Text", nullable)]
    pub text: Option<String>,
    /// JSON.
    #[sea_orm(column_type = "Text", nullable)]
    pub detail: Option<String>,
    /// Id of the evidence in the outbox.
    pub outbox: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// Writes one row behind those of its subject.
pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, mut row: Model) -> Result<()> {
    let before = Entity::find().filter(Column::Subject.eq(&row.subject)).count(connection).await?;
    row.place = i32::try_from(before).unwrap_or(i32::MAX);
    Entity::insert(row.into_active_model()).exec_without_returning(connection).await?;
    Ok(())
}

/// What happened to a subject, oldest first.
pub(crate) async fn of<C: ConnectionTrait>(connection: &C, subject: &str) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::Subject.eq(subject))
        .order_by_asc(Column::Place)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Where the log holds the evidence of these rows, as far as it is indexed.
pub(crate) async fn indexes<C: ConnectionTrait>(
    connection: &C,
    rows: &[Model],
) -> Result<HashMap<String, i64>> {
    let wanted: Vec<_> = rows.iter().map(|row| row.outbox.clone()).collect();
    let mut found = HashMap::new();
    for some in wanted.chunks(200) {
        let entries = index::Entity::find()
            .filter(index::Column::Outbox.is_in(some.iter().cloned()))
            .all(connection)
            .await?;
        found.extend(entries.into_iter().filter_map(|entry| Some((entry.outbox?, entry.idx))));
    }
    Ok(found)
}

/// True when something of that kind has happened to a subject.
pub(crate) async fn has<C: ConnectionTrait>(connection: &C, subject: &str, kind: &str) -> Result<bool> {
    let found = Entity::find()
        .filter(Column::Subject.eq(subject))
        .filter(Column::Kind.eq(kind))
        .one(connection)
        .await?;
    Ok(found.is_some())
}
