//! Table `resource`.

use kernel::ids::{OrganisationId, ResourceId, SystemId};
use kernel::{Error, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ConnectionTrait, IntoActiveModel as _, QueryOrder, QuerySelect};

use super::{damaged, item, mount, storable, system};
use crate::model::{
    Classification, Item, MountState, MountView, Resource, ResourceState, ShareMethod, ShareType, UpdateCycle,
};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResourceId,
    pub code: String,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    pub organisation_id: OrganisationId,
    pub system_id: Option<SystemId>,
    pub classification: String,
    pub category: Option<String>,
    pub subcategory: Option<String>,
    pub detail: Option<String>,
    pub regional_code: Option<String>,
    pub format: String,
    pub share_type: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub share_condition: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub no_share_basis: Option<String>,
    pub share_method: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub use_conditions: Option<String>,
    pub open_to_society: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub open_condition: Option<String>,
    pub update_cycle: String,
    #[sea_orm(column_type = "Text")]
    pub related_codes: String,
    pub grade: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub secrecy_assessment: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub privacy_assessment: Option<String>,
    pub state: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub state_reason: Option<String>,
    pub signed_off_by: Option<String>,
    pub version: i32,
    pub mount_state: String,
    pub published_ms: Option<i64>,
    pub updated_ms: i64,
    pub responsible_office: Option<String>,
    pub responsible_person: Option<String>,
    pub contact: Option<String>,
    pub class_code: Option<String>,
    pub revision_state: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub data_range: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub data_region: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub data_period: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub data_class: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub share_condition_kinds: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub flow: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

fn json(error: serde_json::Error) -> Error {
    Error::internal("catalog.damaged_row", error)
}

fn row(one: &Resource) -> Result<Model> {
    Ok(Model {
        id: one.id.clone(),
        code: one.code.clone(),
        name: one.name.clone(),
        summary: one.summary.clone(),
        organisation_id: one.organisation_id.clone(),
        system_id: one.system_id.clone(),
        classification: one.classification.as_str().to_owned(),
        category: one.category.clone(),
        subcategory: one.subcategory.clone(),
        detail: one.detail.clone(),
        regional_code: one.regional_code.clone(),
        format: one.format.clone(),
        share_type: one.share_type.as_str().to_owned(),
        share_condition: one.share_condition.clone(),
        no_share_basis: one.no_share_basis.clone(),
        share_method: one.share_method.as_str().to_owned(),
        use_conditions: one.use_conditions.clone(),
        open_to_society: one.open_to_society,
        open_condition: one.open_condition.clone(),
        update_cycle: one.update_cycle.as_str().to_owned(),
        related_codes: serde_json::to_string(&one.related_codes).map_err(json)?,
        grade: i32::from(one.grade),
        secrecy_assessment: one.secrecy_assessment.clone(),
        privacy_assessment: one.privacy_assessment.clone(),
        state: one.state.as_str().to_owned(),
        state_reason: one.state_reason.clone(),
        signed_off_by: one.signed_off_by.clone(),
        version: one.version,
        mount_state: one.mount_state.as_str().to_owned(),
        published_ms: one.published_ms,
        updated_ms: one.updated_ms,
        responsible_office: one.responsible_office.clone(),
        responsible_person: one.responsible_person.clone(),
        contact: one.contact.clone(),
        class_code: one.class_code.clone(),
        revision_state: one.revision_state.map(|state| state.as_str().to_owned()),
        data_range: one.data_range.clone(),
        data_region: one.data_region.clone(),
        data_period: one.data_period.clone(),
        data_class: one.data_class.clone(),
        share_condition_kinds: Some(serde_json::to_string(&one.share_condition_kinds).map_err(json)?),
        flow: Some(serde_json::to_string(&one.flow).map_err(json)?),
    })
}

/// A stored JSON text; what was not stored yet is the default.
fn stored<T: Default + serde::de::DeserializeOwned>(text: Option<&String>) -> Result<T> {
    text.map_or_else(|| Ok(T::default()), |text| serde_json::from_str(text).map_err(json))
}

pub(super) fn model(row: Model, items: Vec<Item>, mount: Option<MountView>) -> Result<Resource> {
    Ok(Resource {
        revision_state: row
            .revision_state
            .map(|text| ResourceState::parse(&text).ok_or_else(|| damaged("resource.revision_state", &text)))
            .transpose()?,
        share_condition_kinds: stored(row.share_condition_kinds.as_ref())?,
        flow: stored(row.flow.as_ref())?,
        revision: None,
        mount_change: None,
        organisation_credit_code: String::new(),
        responsible_office: row.responsible_office,
        responsible_person: row.responsible_person,
        contact: row.contact,
        class_code: row.class_code,
        data_range: row.data_range,
        data_region: row.data_region,
        data_period: row.data_period,
        data_class: row.data_class,
        classification: Classification::parse(&row.classification)
            .ok_or_else(|| damaged("resource.classification", &row.classification))?,
        share_type: ShareType::parse(&row.share_type)
            .ok_or_else(|| damaged("resource.share_type", &row.share_type))?,
        share_method: ShareMethod::parse(&row.share_method)
            .ok_or_else(|| damaged("resource.share_method", &row.share_method))?,
        update_cycle: UpdateCycle::parse(&row.update_cycle)
            .ok_or_else(|| damaged("resource.update_cycle", &row.update_cycle))?,
        state: ResourceState::parse(&row.state).ok_or_else(|| damaged("resource.state", &row.state))?,
        mount_state: MountState::parse(&row.mount_state)
            .ok_or_else(|| damaged("resource.mount_state", &row.mount_state))?,
        related_codes: serde_json::from_str(&row.related_codes).map_err(json)?,
        grade: u8::try_from(row.grade).unwrap_or(4),
        id: row.id,
        code: row.code,
        name: row.name,
        summary: row.summary,
        organisation_id: row.organisation_id,
        organisation_name: String::new(),
        system_id: row.system_id,
        system_name: None,
        category: row.category,
        subcategory: row.subcategory,
        detail: row.detail,
        regional_code: row.regional_code,
        format: row.format,
        share_condition: row.share_condition,
        no_share_basis: row.no_share_basis,
        use_conditions: row.use_conditions,
        open_to_society: row.open_to_society,
        open_condition: row.open_condition,
        secrecy_assessment: row.secrecy_assessment,
        privacy_assessment: row.privacy_assessment,
        state_reason: row.state_reason,
        signed_off_by: row.signed_off_by,
        version: row.version,
        items,
        mount,
        published_ms: row.published_ms,
        updated_ms: row.updated_ms,
    })
}

async fn whole<C: ConnectionTrait>(db: &C, row: Option<Model>) -> Result<Option<Resource>> {
    let Some(row) = row else { return Ok(None) };
    let items = item::of(db, std::slice::from_ref(&row.id)).await?.remove(&row.id).unwrap_or_default();
    let mount =
        mount::of(db, &row.id).await?.map(|record| MountView { mount: record.mount, agent_name: None });
    let mut resource = model(row, items, mount)?;
    if let Some(id) = &resource.system_id {
        resource.system_name = system::by_id(db, id).await?.map(|system| system.name);
    }
    Ok(Some(resource))
}

pub async fn by_id<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Option<Resource>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    whole(db, Entity::find_by_id(id.clone()).one(db).await?).await
}

pub async fn by_code<C: ConnectionTrait>(db: &C, code: &str) -> Result<Option<Resource>> {
    if !storable(code) {
        return Ok(None);
    }
    whole(db, Entity::find().filter(Column::Code.eq(code)).one(db).await?).await
}

/// State of the mount, in its text form.
pub async fn mount_state<C: ConnectionTrait>(db: &C, id: &ResourceId) -> Result<Option<String>> {
    Ok(Entity::find_by_id(id.clone())
        .select_only()
        .column(Column::MountState)
        .into_tuple::<String>()
        .one(db)
        .await?)
}

/// Highest serial number in use behind a beginning, in one of the two code columns; 0 when there is none.
///
/// The longest come first and among them the highest, so one page nearly always holds it, however many entries there are;
/// codes that offices gave themselves (`GA-HKRK-001`) have no number behind the beginning and are passed over.
pub async fn highest_serial<C: ConnectionTrait>(db: &C, column: Column, beginning: &str) -> Result<u32> {
    const PAGE: u64 = 50;
    let mut offset = 0;
    loop {
        let codes = Entity::find()
            .select_only()
            .column(column)
            .filter(column.starts_with(beginning))
            .order_by_desc(Func::char_length(Expr::col(column)))
            .order_by_desc(column)
            .offset(offset)
            .limit(PAGE)
            .into_tuple::<String>()
            .all(db)
            .await?;
        let number = |code: &String| code.strip_prefix(beginning)?.parse::<u32>().ok();
        if let Some(highest) = codes.iter().filter_map(number).max() {
            return Ok(highest);
        }
        if u64::try_from(codes.len()).unwrap_or(0) < PAGE {
            return Ok(0);
        }
        offset += PAGE;
    }
}

pub async fn insert<C: ConnectionTrait>(db: &C, one: &Resource) -> Result<()> {
    Entity::insert(row(one)?.into_active_model()).exec_without_returning(db).await?;
    item::replace(db, &one.id, &one.items).await
}

/// Writes the row; items are written apart with [`item::replace`].
pub async fn update<C: ConnectionTrait>(db: &C, one: &Resource) -> Result<()> {
    Entity::update(row(one)?.into_active_model().reset_all()).exec(db).await?;
    Ok(())
}
