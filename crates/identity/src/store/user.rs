//! Table `console_user`.

use kernel::ids::{OrganisationId, UserId};
use kernel::page::ListQuery;
use kernel::{Error, Result, Role};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel as _, Order, QueryOrder, QuerySelect};

use super::{contains, storable};

/// Row of the table.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "console_user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub role: String,
    pub organisation_id: OrganisationId,
    #[sea_orm(column_type = "Text")]
    pub password_hash: String,
    pub disabled: bool,
    pub created_ms: i64,
    pub password_changed_ms: i64,
    pub person: Option<String>,
    /// The staff number once more while the account is active and has a role of the whole platform. Unique: so no person
    /// holds two of them, also when two accounts are made at once.
    pub parted_person: Option<String>,
    pub must_change_password: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub fn known_role(&self) -> Result<Role> {
        Role::parse(&self.role).ok_or_else(|| {
            Error::internal("identity.damaged_row", format!("role {:?} is unknown", self.role))
        })
    }

    /// Keeps [`Model::parted_person`] true to the rest.
    pub fn mark_parted(&mut self) {
        let parted = !self.disabled && Role::parse(&self.role).is_some_and(Role::is_parted);
        self.parted_person = self.person.clone().filter(|_| parted);
    }
}

pub async fn by_id<C: ConnectionTrait>(db: &C, id: &UserId) -> Result<Option<Model>> {
    if !storable(id.as_str()) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id.clone()).one(db).await?)
}

pub async fn by_username<C: ConnectionTrait>(db: &C, username: &str) -> Result<Option<Model>> {
    if !storable(username) {
        return Ok(None);
    }
    Ok(Entity::find().filter(Column::Username.eq(username)).one(db).await?)
}

pub async fn by_parted_person<C: ConnectionTrait>(db: &C, person: &str) -> Result<Option<Model>> {
    if !storable(person) {
        return Ok(None);
    }
    Ok(Entity::find().filter(Column::PartedPerson.eq(person)).one(db).await?)
}

/// Accounts with that staff number.
pub async fn by_person<C: ConnectionTrait>(db: &C, person: &str) -> Result<Vec<Model>> {
    if !storable(person) {
        return Ok(Vec::new());
    }
    Ok(Entity::find().filter(Column::Person.eq(person)).order_by_asc(Column::Id).all(db).await?)
}

/// Accounts that are not disabled and have that role.
pub async fn active_with_role<C: ConnectionTrait>(db: &C, role: Role) -> Result<Vec<Model>> {
    let find = Entity::find().filter(Column::Role.eq(role.as_str())).filter(Column::Disabled.eq(false));
    Ok(find.order_by_asc(Column::Id).all(db).await?)
}

/// Accounts of an organisation that are not disabled.
pub async fn active_of<C: ConnectionTrait>(db: &C, organisation: &OrganisationId) -> Result<Vec<Model>> {
    let find = Entity::find()
        .filter(Column::OrganisationId.eq(organisation.clone()))
        .filter(Column::Disabled.eq(false));
    Ok(find.order_by_asc(Column::Username).all(db).await?)
}

pub async fn insert<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

pub async fn update<C: ConnectionTrait>(db: &C, row: Model) -> Result<()> {
    Entity::update(row.into_active_model().reset_all()).exec(db).await?;
    Ok(())
}

pub async fn list<C: ConnectionTrait>(db: &C, query: &ListQuery) -> Result<(Vec<Model>, u64)> {
    let mut find = Entity::find();
    if let Some(text) = query.search() {
        let any = Condition::any()
            .add(contains(Column::Username, &text))
            .add(contains(Column::DisplayName, &text))
            .add(contains(Column::Person, &text));
        find = find.filter(any);
    }
    let total = find.clone().count(db).await?;
    let (column, descending) = match query.order() {
        Some(("role", down)) => (Column::Role, down),
        Some(("created_ms", down)) => (Column::CreatedMs, down),
        Some(("display_name", down)) => (Column::DisplayName, down),
        Some((_, down)) => (Column::Username, down),
        None => (Column::Username, false),
    };
    let rows = find
        .order_by(column, if descending { Order::Desc } else { Order::Asc })
        .order_by_asc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(db)
        .await?;
    Ok((rows, total))
}
