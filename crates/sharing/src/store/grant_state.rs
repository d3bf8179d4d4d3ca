//! Changes of the state of a grant.

use kernel::error::Result;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::grant::{Grant, row};
use crate::model::GrantState;

/// What a change of state leaves in the row.
pub(crate) struct StateChange<'a> {
    /// New state.
    pub to: GrantState,
    /// Reason.
    pub reason: &'a str,
    /// What becomes of the cause.
    pub cause: Cause<'a>,
    /// True to forget an earlier report of rectification.
    pub forget_report: bool,
    /// Unix milliseconds.
    pub now_ms: i64,
}

/// What becomes of the cause of an earlier change.
pub(crate) enum Cause<'a> {
    /// It stays.
    Stays,
    /// There is none any more.
    Gone,
    /// A new one from the lists.
    Is(&'a str),
}

/// Changes the state of a grant that is still as it was read.
pub(crate) async fn set_state<C: ConnectionTrait>(
    connection: &C,
    grant: &Grant,
    change: StateChange<'_>,
) -> Result<()> {
    let mut row = row::ActiveModel {
        state: Set(change.to.as_str().to_owned()),
        reason: Set(Some(change.reason.to_owned())),
        changed_ms: Set(Some(change.now_ms)),
        ..Default::default()
    };
    match change.cause {
        Cause::Stays => {}
        Cause::Gone => row.cause = Set(None),
        Cause::Is(cause) => row.cause = Set(Some(cause.to_owned())),
    }
    if change.forget_report {
        row.rectification = Set(None);
        row.rectified_ms = Set(None);
    }
    as_it_was(connection, grant, row).await
}

/// Keeps a report of rectification.
pub(crate) async fn set_report<C: ConnectionTrait>(
    connection: &C,
    grant: &Grant,
    text: &str,
    now_ms: i64,
) -> Result<()> {
    let row = row::ActiveModel {
        rectification: Set(Some(text.to_owned())),
        rectified_ms: Set(Some(now_ms)),
        ..Default::default()
    };
    as_it_was(connection, grant, row).await
}

/// Writes to a row whose state is still the one that was read.
async fn as_it_was<C: ConnectionTrait>(connection: &C, grant: &Grant, row: row::ActiveModel) -> Result<()> {
    let written = row::Entity::update_many()
        .set(row)
        .filter(row::Column::Id.eq(grant.id.clone()))
        .filter(row::Column::State.eq(grant.state.as_str()))
        .exec(connection)
        .await?;
    if written.rows_affected == 1 { Ok(()) } else { Err(super::changed_meanwhile()) }
}
