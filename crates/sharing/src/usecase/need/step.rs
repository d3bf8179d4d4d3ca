//! The frame of every step of a need.

use kernel::error::{Error, Result};
use kernel::ids::OrganisationId;
use kernel::notice::Notice;
use kernel::{Actor, Role, Tx};

use crate::model::{NeedId, NeedState};
use crate::settings;
use crate::store;
use crate::store::need::Need;
use crate::usecase::record::{Happening, Subject};
use crate::usecase::request::escalate;
use crate::{NEED_CLOCK, Sharing};

/// Those who see the board: everybody in a department, and the overseers.
const READERS: &[Role] = &[
    Role::BusinessOperator,
    Role::SecurityAuditor,
    Role::DepartmentHead,
    Role::DepartmentOperator,
    Role::DepartmentDeveloper,
];

impl Sharing {
    /// A need, for who may read the board.
    pub(crate) async fn open_need(&self, actor: &Actor, id: &NeedId) -> Result<Need> {
        actor.require(READERS)?;
        store::need::find(&self.kernel.db, id).await?.ok_or_else(|| Error::missing(id))
    }

    /// Requires one of the states.
    pub(crate) fn need_in(need: &Need, states: &[NeedState]) -> Result<()> {
        if states.contains(&need.state) {
            return Ok(());
        }
        Err(Error::conflict(
            "need.state",
            format!("此需求现为“{}”，不能这样办理，请刷新页面。", need.state.zh()),
            format!("The need is now “{}”; this cannot be done. Refresh the page.", need.state.en()),
        ))
    }

    /// Evidence and time line of a step.
    pub(crate) async fn note_need(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        need: &Need,
        kind: &'static str,
        text: Option<&str>,
    ) -> Result<()> {
        let leaf = self.leaf_between(kind, &need.consumer_id, need.responsible_id.as_ref(), None).await?;
        let detail =
            Some(serde_json::json!({"responsible": need.responsible_id, "resource": need.resource_id}));
        self.happened(tx, actor, &[Subject::Need(&need.id)], Happening { leaf, text, detail }).await
    }

    /// Writes a changed need with its evidence; `clocked` leaves the work of a clock that was started.
    pub(crate) async fn write_need(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        need: &mut Need,
        kind: &'static str,
        text: Option<&str>,
    ) -> Result<()> {
        store::need::save(tx.connection(), need).await?;
        self.note_need(tx, actor, need, kind, text).await?;
        self.schedule_need(tx, need).await
    }

    /// Leaves the work of the next rung. Work left twice for one rung does nothing the second time.
    pub(crate) async fn schedule_need(&self, tx: &Tx<'_>, need: &Need) -> Result<()> {
        let ladder = settings::ladder(&self.kernel).await?;
        let Some((step, at_ms)) = need.clock.next(ladder) else { return Ok(()) };
        tx.follow_up_at(NEED_CLOCK, &escalate::key(need.id.as_str(), need.clock.number, step), at_ms).await
    }

    /// Tells people about a need; `None` tells the roles of every organisation.
    pub(crate) async fn tell_need(
        &self,
        tx: &Tx<'_>,
        need: &Need,
        organisation: Option<&OrganisationId>,
        roles: &[Role],
        kind: &'static str,
        (zh, en): (String, String),
    ) -> Result<()> {
        tx.notify(Notice { organisation, roles, kind, link: format!("/needs/{}", need.id), zh, en }).await
    }
}
