//! Table and queries of agents.

use kernel::error::{Error, Result};
use kernel::ids::{AgentId, OrganisationId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder};

/// Row of table `exchange_agent`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_agent")]
pub struct Model {
    /// Id; also the name in its certificate.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgentId,
    /// Organisation at which it stands.
    pub organisation_id: OrganisationId,
    /// Name.
    pub name: String,
    /// True when it may not connect.
    pub disabled: bool,
    /// SHA-256 of the open join secret, hex.
    pub join_hash: Option<String>,
    /// When the join code expires, Unix milliseconds.
    pub join_expires_ms: Option<i64>,
    /// Verifier key of its own evidence log.
    pub evidence_key: Option<String>,
    /// Serial of the certificate in force; an older one is not admitted.
    pub certificate_serial: Option<String>,
    /// Until when, Unix milliseconds.
    pub certificate_until_ms: Option<i64>,
    /// When it joined, Unix milliseconds.
    pub joined_ms: Option<i64>,
    /// Version of its program.
    pub version: Option<String>,
    /// When it was registered, Unix milliseconds.
    pub created_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}

pub(crate) async fn find<C: ConnectionTrait>(connection: &C, id: &AgentId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id.clone()).one(connection).await?)
}

/// Agents of one organisation, or all.
pub(crate) async fn list<C: ConnectionTrait>(
    connection: &C,
    organisation: Option<&OrganisationId>,
) -> Result<Vec<Model>> {
    let mut find = Entity::find();
    if let Some(organisation) = organisation {
        find = find.filter(Column::OrganisationId.eq(organisation.clone()));
    }
    Ok(find.order_by_asc(Column::Name).order_by_asc(Column::Id).all(connection).await?)
}

pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    id: &AgentId,
    organisation: &OrganisationId,
    name: &str,
    now_ms: i64,
) -> Result<()> {
    let row = ActiveModel {
        id: Set(id.clone()),
        organisation_id: Set(organisation.clone()),
        name: Set(name.to_owned()),
        disabled: Set(false),
        created_ms: Set(now_ms),
        join_hash: Set(None),
        join_expires_ms: Set(None),
        evidence_key: Set(None),
        certificate_serial: Set(None),
        certificate_until_ms: Set(None),
        joined_ms: Set(None),
        version: Set(None),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

fn one(rows: u64, id: &AgentId) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(Error::missing(id)) }
}

pub(crate) async fn set_join<C: ConnectionTrait>(
    connection: &C,
    id: &AgentId,
    hash: &str,
    expires_ms: i64,
) -> Result<()> {
    let done = Entity::update_many()
        .col_expr(Column::JoinHash, Expr::value(Some(hash.to_owned())))
        .col_expr(Column::JoinExpiresMs, Expr::value(Some(expires_ms)))
        .filter(Column::Id.eq(id.clone()))
        .exec(connection)
        .await?;
    one(done.rows_affected, id)
}

pub(crate) async fn set_disabled<C: ConnectionTrait>(
    connection: &C,
    id: &AgentId,
    disabled: bool,
) -> Result<()> {
    let done = Entity::update_many()
        .col_expr(Column::Disabled, Expr::value(disabled))
        .filter(Column::Id.eq(id.clone()))
        .exec(connection)
        .await?;
    one(done.rows_affected, id)
}

/// The agent with that open join secret.
pub(crate) async fn by_join_hash<C: ConnectionTrait>(connection: &C, hash: &str) -> Result<Option<Model>> {
    Ok(Entity::find().filter(Column::JoinHash.eq(hash)).one(connection).await?)
}

/// Consumes a join secret; `false` when somebody else was first.
pub(crate) async fn consume_join<C: ConnectionTrait>(
    connection: &C,
    id: &AgentId,
    hash: &str,
    evidence_key: &str,
    version: &str,
    now_ms: i64,
) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::JoinHash, Expr::value(Option::<String>::None))
        .col_expr(Column::JoinExpiresMs, Expr::value(Option::<i64>::None))
        .col_expr(Column::EvidenceKey, Expr::value(Some(evidence_key.to_owned())))
        .col_expr(Column::Version, Expr::value(Some(version.to_owned())))
        .col_expr(Column::JoinedMs, Expr::value(Some(now_ms)))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::JoinHash.eq(hash))
        .exec(connection)
        .await?;
    Ok(done.rows_affected == 1)
}

pub(crate) async fn set_certificate<C: ConnectionTrait>(
    connection: &C,
    id: &AgentId,
    serial: &str,
    until_ms: i64,
) -> Result<()> {
    let done = Entity::update_many()
        .col_expr(Column::CertificateSerial, Expr::value(Some(serial.to_owned())))
        .col_expr(Column::CertificateUntilMs, Expr::value(Some(until_ms)))
        .filter(Column::Id.eq(id.clone()))
        .exec(connection)
        .await?;
    one(done.rows_affected, id)
}
