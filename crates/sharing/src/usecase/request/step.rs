//! The frame of every step of a request: find it, move it on, write it with evidence, tell people.

use kernel::error::{Error, Result};
use kernel::evidence::Leaf;
use kernel::ids::OrganisationId;
use kernel::notice::Notice;
use kernel::{Actor, Role, Tx};
use serde_json::Value;

use super::escalate;
use crate::model::{Act, RequestId, RequestState, Wrong};
use crate::settings;
use crate::store;
use crate::store::request::Request;
use crate::usecase::record::{Happening, Subject};
use crate::{REQUEST_CLOCK, Sharing};

/// Those who prepare a request or an answer.
pub(crate) const STAFF: &[Role] = &[Role::DepartmentOperator, Role::DepartmentHead];
/// Those who sign.
pub(crate) const HEAD: &[Role] = &[Role::DepartmentHead];
/// Those who check and deliver.
pub(crate) const CHECKERS: &[Role] =
    &[Role::DepartmentOperator, Role::DepartmentHead, Role::BusinessOperator];
/// Those who see every request that was signed.
const SEES_ALL: &[Role] = &[Role::BusinessOperator, Role::SecurityAuditor];

/// One step, as it is written down.
pub(crate) struct Written<'a> {
    /// Kind of evidence.
    pub kind: &'static str,
    /// Words given with it.
    pub text: Option<&'a str>,
    /// What was decided or changed.
    pub detail: Option<Value>,
}

impl<'a> Written<'a> {
    pub(crate) fn of(kind: &'static str) -> Self {
        Self { kind, text: None, detail: None }
    }
    pub(crate) fn text(kind: &'static str, text: &'a str) -> Self {
        Self { kind, text: Some(text), detail: None }
    }
}

/// Whom a notice is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum To<'a> {
    /// People of the consumer.
    Consumer(&'a [Role]),
    /// People of the provider.
    Provider(&'a [Role]),
    /// The data authority.
    Authority,
}

impl Sharing {
    /// True when the actor may know of a request.
    pub(crate) fn may_see_request(actor: &Actor, request: &Request) -> bool {
        if actor.role().is_none() || actor.has_role(&[Role::PlatformOperator]) {
            return false;
        }
        let signed = request.signed_ms.is_some();
        actor.is_of(&request.consumer_id)
            || signed && (actor.is_of(&request.provider_id) || actor.has_role(SEES_ALL))
    }

    /// A request the actor may know of.
    pub(crate) async fn open_request(&self, actor: &Actor, id: &RequestId) -> Result<Request> {
        actor.require_user()?;
        let found = store::request::find(&self.kernel.db, id).await?;
        found.filter(|request| Self::may_see_request(actor, request)).ok_or_else(|| Error::missing(id))
    }

    /// Moves a request on.
    pub(crate) fn advance(&self, request: &mut Request, act: Act) -> Result<()> {
        request.progress = request.progress.after(act).map_err(|wrong| refused(wrong, request.state()))?;
        request.since_ms = self.kernel.now_ms();
        Ok(())
    }

    /// Writes a changed request with its evidence, and leaves the work of a clock that was started or extended.
    pub(crate) async fn write_request(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        request: &mut Request,
        what: Written<'_>,
    ) -> Result<()> {
        store::request::save(tx.connection(), request).await?;
        self.note_request(tx, actor, request, what).await?;
        if request.clock.number != request.scheduled {
            request.scheduled = request.clock.number;
            self.schedule_request(tx, request).await?;
        }
        Ok(())
    }

    /// Evidence and time line of a step, without a change of the row.
    pub(crate) async fn note_request(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        request: &Request,
        what: Written<'_>,
    ) -> Result<()> {
        let leaf = Leaf {
            grant: request.grant_id.as_ref().map(ToString::to_string),
            matter: request.content.matters.first().cloned(),
            basis: Some(request.content.basis.clone()).filter(|text| !text.trim().is_empty()),
            ..self
                .leaf_between(
                    what.kind,
                    &request.consumer_id,
                    Some(&request.provider_id),
                    Some(&request.resource_code),
                )
                .await?
        };
        let subjects = [Subject::Request(&request.id)];
        self.happened(tx, actor, &subjects, Happening { leaf, text: what.text, detail: what.detail }).await
    }

    /// Leaves the work of the next rung of the ladder.
    pub(crate) async fn schedule_request(&self, tx: &Tx<'_>, request: &Request) -> Result<()> {
        let ladder = settings::ladder(&self.kernel).await?;
        let Some((step, at_ms)) = request.clock.next(ladder) else { return Ok(()) };
        let key = escalate::key(request.id.as_str(), request.clock.number, step);
        tx.follow_up_at(REQUEST_CLOCK, &key, at_ms).await
    }

    /// Tells people about a request.
    pub(crate) async fn tell(
        &self,
        tx: &Tx<'_>,
        request: &Request,
        to: To<'_>,
        kind: &'static str,
        (zh, en): (String, String),
    ) -> Result<()> {
        let (organisation, roles): (Option<&OrganisationId>, &[Role]) = match to {
            To::Consumer(roles) => (Some(&request.consumer_id), roles),
            To::Provider(roles) => (Some(&request.provider_id), roles),
            To::Authority => (None, &[Role::BusinessOperator]),
        };
        let link = format!("/requests/{}", request.id);
        tx.notify(Notice { organisation, roles, kind, link, zh, en }).await
    }

    /// Names of consumer and provider.
    pub(crate) async fn names(&self, request: &Request) -> Result<(String, String)> {
        let organisations = self.catalog.organisations().await?;
        let name = |id| organisations.name(id).to_owned();
        Ok((name(&request.consumer_id), name(&request.provider_id)))
    }
}

/// Why a step is not possible, for people.
fn refused(wrong: Wrong, state: RequestState) -> Error {
    match wrong {
        Wrong::State => Error::conflict(
            "request.state",
            format!("此申请现为“{}”，不能这样办理。请刷新页面，按页面上的可办事项操作。", state.zh()),
            format!("The request is now “{}”; this cannot be done. Refresh the page.", state.en()),
        ),
        Wrong::NoticeTwice => Error::conflict(
            "request.gaps_once",
            "补正事项只能一次性告知，此申请已告知过一次。请受理，再按现有材料决定。",
            "All gaps are named in one notice, which was given already. Accept the request and decide on what is there.",
        ),
        Wrong::NeverNotified => Error::conflict(
            "request.gaps_first",
            "申请还有必须补正的事项，须先一次性告知使用方，不能直接受理或者不予同意。",
            "The request has gaps of which the consumer was never told; give the one notice first.",
        ),
    }
}
