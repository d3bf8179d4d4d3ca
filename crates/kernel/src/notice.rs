//! Notices 站内消息: what people are told in the console, written in the transaction of what they are told about.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ActiveValue::Set, Condition, QueryOrder, QuerySelect};

use crate::actor::{Actor, Role};
use crate::error::Result;
use crate::ids::{self, OrganisationId};
use crate::page::{ListQuery, Page};
use crate::{Kernel, Tx};

/// Something people shall be told.
pub struct Notice<'a> {
    /// Organisation whose people are told; `None` tells the holders of the roles wherever they are.
    pub organisation: Option<&'a OrganisationId>,
    /// Roles that are told.
    pub roles: &'a [Role],
    /// Kind, `<crate>.<what>`.
    pub kind: &'static str,
    /// Page of the console where it is dealt with, for example `/requests/<id>`.
    pub link: String,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
}

/// Row of table `notice`: one for each role that is told.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// UUID version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Organisation; empty for every one.
    pub organisation_id: String,
    /// Role.
    pub role: String,
    /// Kind.
    pub kind: String,
    /// Page of the console.
    pub link: String,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
    /// When, Unix milliseconds.
    pub created_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

/// Table `notice_read`: who has read what.
pub mod read {
    use sea_orm::entity::prelude::*;

    /// Row.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice_read")]
    pub struct Model {
        /// Notice.
        #[sea_orm(primary_key, auto_increment = false)]
        pub notice_id: String,
        /// User.
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: String,
        /// When, Unix milliseconds.
        pub read_ms: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Tx<'_> {
    /// Tells people something once this transaction is committed.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub async fn notify(&self, notice: Notice<'_>) -> Result<()> {
        let rows: Vec<_> = notice
            .roles
            .iter()
            .map(|role| ActiveModel {
                id: Set(ids::new_uuid(&*self.kernel().clock, &*self.kernel().entropy).to_string()),
                organisation_id: Set(notice.organisation.map(ToString::to_string).unwrap_or_default()),
                role: Set(role.as_str().to_owned()),
                kind: Set(notice.kind.to_owned()),
                link: Set(notice.link.clone()),
                zh: Set(notice.zh.clone()),
                en: Set(notice.en.clone()),
                created_ms: Set(self.kernel().now_ms()),
            })
            .collect();
        if !rows.is_empty() {
            Entity::insert_many(rows).exec_without_returning(self.connection()).await?;
        }
        Ok(())
    }
}

/// Notices of one reader, with when he read them.
fn addressed(actor: &Actor) -> Option<Condition> {
    let role = actor.role()?;
    let organisation = actor.organisation()?;
    Some(
        Condition::all()
            .add(Column::Role.eq(role.as_str()))
            .add(Column::OrganisationId.is_in([String::new(), organisation.id.to_string()])),
    )
}

fn read_by(user: &str) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(read::Column::NoticeId)
        .from(read::Entity)
        .and_where(read::Column::UserId.eq(user))
        .to_owned()
}

/// Notices for somebody, newest first, each with when he read it, and how many he has not read.
///
/// # Errors
/// `actor.user` for anyone but a console user; when the database cannot be read.
pub async fn list(
    kernel: &Kernel,
    actor: &Actor,
    query: &ListQuery,
    unread_only: bool,
) -> Result<(Page<(Model, Option<i64>)>, u64)> {
    let user = actor.require_user()?.to_string();
    let Some(mine) = addressed(actor) else { return Ok((Page::new(Vec::new(), 0, query), 0)) };
    let mut select = Entity::find().filter(mine.clone());
    if let Some(text) = query.search() {
        select =
            select.filter(Condition::any().add(Column::Zh.contains(&text)).add(Column::En.contains(&text)));
    }
    let not_read = Column::Id.not_in_subquery(read_by(&user));
    if unread_only {
        select = select.filter(not_read.clone());
    }
    let unread = Entity::find().filter(mine).filter(not_read).count(&kernel.db).await?;
    let total = select.clone().count(&kernel.db).await?;
    let rows = select
        .order_by_desc(Column::CreatedMs)
        .order_by_desc(Column::Id)
        .offset(query.page_index() * query.size())
        .limit(query.size())
        .all(&kernel.db)
        .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
    let seen = read::Entity::find()
        .filter(read::Column::UserId.eq(&user))
        .filter(read::Column::NoticeId.is_in(ids))
        .all(&kernel.db)
        .await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let when = seen.iter().find(|one| one.notice_id == row.id).map(|one| one.read_ms);
            (row, when)
        })
        .collect();
    Ok((Page::new(rows, total, query), unread))
}

/// Marks one notice as read, or with `None` all of them. Those addressed to others are left alone.
///
/// # Errors
/// `actor.user` for anyone but a console user; when the database cannot be written.
pub async fn mark_read(kernel: &Kernel, actor: &Actor, id: Option<&str>) -> Result<u64> {
    let user = actor.require_user()?.to_string();
    let Some(mine) = addressed(actor) else { return Ok(0) };
    let mut select = Entity::find().filter(mine).filter(Column::Id.not_in_subquery(read_by(&user)));
    if let Some(id) = id {
        select = select.filter(Column::Id.eq(id));
    }
    let rows = select.all(&kernel.db).await?;
    let now = kernel.now_ms();
    for some in rows.chunks(200) {
        let read = some.iter().map(|row| read::ActiveModel {
            notice_id: Set(row.id.clone()),
            user_id: Set(user.clone()),
            read_ms: Set(now),
        });
        read::Entity::insert_many(read)
            .on_conflict(
                OnConflict::columns([read::Column::NoticeId, read::Column::UserId]).do_nothing().to_owned(),
            )
            .exec_without_returning(&kernel.db)
            .await?;
    }
    Ok(rows.len() as u64)
}
