//! Table `announcement`.

use kernel::Result;
use kernel::ids::{OrganisationId, ResourceId};
use kernel::page::ListQuery;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, ExprTrait as _, IntoActiveModel as _, QueryOrder, QuerySelect};

use super::{contains, damaged, storable};
use crate::model::{Announcement, AnnouncementId, AnnouncementKind};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AnnouncementId,
    pub kind: String,
    pub resource_id: ResourceId,
    pub code: String,
    pub name: String,
    pub version: i32,
    pub organisation_id: OrganisationId,
    #[sea_orm(column_type = "Text", nullable)]
    pub text: Option<String>,
    pub offline_ms: Option<i64>,
    pub time_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Announcement {
    type Error = kernel::Error;
    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            kind: AnnouncementKind::parse(&row.kind)
                .ok_or_else(|| damaged("announcement.kind", &row.kind))?,
            id: row.id,
            resource_id: row.resource_id,
            code: row.code,
            name: row.name,
            version: row.version,
            organisation_id: row.organisation_id,
            organisation_name: String::new(),
            text: row.text,
            offline_ms: row.offline_ms,
            time_ms: row.time_ms,
        })
    }
}

pub async fn insert<C: ConnectionTrait>(db: &C, one: Announcement) -> Result<()> {
    let row = Model {
        id: one.id,
        kind: one.kind.as_str().to_owned(),
        resource_id: one.resource_id,
        code: one.code,
        name: one.name,
        version: one.version,
        organisation_id: one.organisation_id,
        text: one.text,
        offline_ms: one.offline_ms,
        time_ms: one.time_ms,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub struct Narrow<'a> {
    pub kind: Option<AnnouncementKind>,
    pub organisation: Option<&'a OrganisationId>,
    pub resource: Option<&'a ResourceId>,
}

/// Announcements, the newest first.
pub async fn list<C: ConnectionTrait>(
    db: &C,
    narrow: &Narrow<'_>,
    query: &ListQuery,
) -> Result<(Vec<Announcement>, u64)> {
    let unknown = narrow.organisation.is_some_and(|id| !storable(id.as_str()))
        || narrow.resource.is_some_and(|id| !storable(id.as_str()));
    if unknown {
        return Ok((Vec::new(), 0));
    }
    let mut find = Entity::find();
    if let Some(kind) = narrow.kind {
        find = find.filter(Column::Kind.eq(kind.as_str()));
    }
    if let Some(id) = narrow.organisation {
        find = find.filter(Column::OrganisationId.eq(id.clone()));
    }
    if let Some(id) = narrow.resource {
        find = find.filter(Column::ResourceId.eq(id.clone()));
    }
    if let Some(text) = query.search() {
        find = find.filter(contains(Column::Name, &text).or(contains(Column::Code, &text)));
    }
    let total = find.clone().count(db).await?;
    let find = match query.order() {
        Some(("name", false)) => find.order_by_asc(Column::Name),
        Some(("name", true)) => find.order_by_desc(Column::Name),
        Some(("time_ms", false)) => find.order_by_asc(Column::TimeMs),
        _ => find.order_by_desc(Column::TimeMs),
    };
    let rows = find
        .order_by_desc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(db)
        .await?;
    Ok((rows.into_iter().map(TryInto::try_into).collect::<Result<_>>()?, total))
}
