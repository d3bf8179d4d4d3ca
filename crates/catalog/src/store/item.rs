//! Table `resource_item`.

use std::collections::HashMap;

use kernel::Result;
use kernel::ids::ResourceId;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder};
use standards::elements::{self, Grade};

use super::damaged;
use crate::model::{Item, ItemType, ShareType};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub item: String,
    pub place: i32,
    pub zh: String,
    pub en: String,
    pub element: String,
    pub required: bool,
    pub is_key: bool,
    pub sensitive: bool,
    pub share_type: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub no_share_basis: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub data_type: Option<String>,
    pub length: Option<i32>,
    pub decimals: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub share_condition: Option<String>,
    pub responsible_office: Option<String>,
    pub source_system: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub lineage: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Item {
    type Error = kernel::Error;
    fn try_from(row: Model) -> Result<Self> {
        let element =
            elements::by_code(&row.element).ok_or_else(|| damaged("resource_item.element", &row.element))?;
        let share_type = row
            .share_type
            .map(|text| ShareType::parse(&text).ok_or_else(|| damaged("resource_item.share_type", &text)))
            .transpose()?;
        let data_type = row
            .data_type
            .map(|text| ItemType::parse(&text).ok_or_else(|| damaged("resource_item.data_type", &text)))
            .transpose()?;
        Ok(Self {
            data_type: data_type.unwrap_or_else(|| ItemType::usual(&element.kind)),
            length: row.length,
            decimals: row.decimals,
            share_condition: row.share_condition,
            responsible_office: row.responsible_office,
            source_system: row.source_system,
            lineage: row.lineage,
            item: row.item,
            zh: row.zh,
            en: row.en,
            element: row.element,
            required: row.required,
            is_key: row.is_key,
            sensitive: row.sensitive || element.grade == Grade::Sensitive,
            grade: element.grade.number(),
            kind: element.kind,
            share_type,
            no_share_basis: row.no_share_basis,
            note: row.note,
        })
    }
}

/// Items of several resources, each list in its order.
pub async fn of<C: ConnectionTrait>(
    db: &C,
    resources: &[ResourceId],
) -> Result<HashMap<ResourceId, Vec<Item>>> {
    let mut items: HashMap<ResourceId, Vec<Item>> = HashMap::new();
    if resources.is_empty() {
        return Ok(items);
    }
    let rows = Entity::find()
        .filter(Column::ResourceId.is_in(resources.iter().cloned()))
        .order_by_asc(Column::ResourceId)
        .order_by_asc(Column::Place)
        .all(db)
        .await?;
    for row in rows {
        items.entry(row.resource_id.clone()).or_default().push(row.try_into()?);
    }
    Ok(items)
}

/// Puts these items in place of the resource's present ones.
pub async fn replace<C: ConnectionTrait>(db: &C, resource: &ResourceId, items: &[Item]) -> Result<()> {
    Entity::delete_many().filter(Column::ResourceId.eq(resource.clone())).exec(db).await?;
    if items.is_empty() {
        return Ok(());
    }
    let rows = (0..).zip(items).map(|(place, item)| {
        Model {
            resource_id: resource.clone(),
            item: item.item.clone(),
            place,
            zh: item.zh.clone(),
            en: item.en.clone(),
            element: item.element.clone(),
            required: item.required,
            is_key: item.is_key,
            sensitive: item.sensitive,
            share_type: item.share_type.map(|share_type| share_type.as_str().to_owned()),
            no_share_basis: item.no_share_basis.clone(),
            note: item.note.clone(),
            data_type: Some(item.data_type.as_str().to_owned()),
            length: item.length,
            decimals: item.decimals,
            share_condition: item.share_condition.clone(),
            responsible_office: item.responsible_office.clone(),
            source_system: item.source_system.clone(),
            lineage: item.lineage.clone(),
        }
        .into_active_model()
    });
    Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}
