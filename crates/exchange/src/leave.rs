//! Whether what takes a while may be begun under a grant, and whether it may still go on 授权是否仍然有效.

use std::time::Duration;

use kernel::{Error, Result};
use plan::model::Shape;
use sharing::book::Usable;
use sharing::model::GrantState;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use crate::Exchange;
use crate::carriage::{lost, stopped};

/// How often it is looked whether a transfer may go on.
pub(crate) const LOOK: Duration = Duration::from_millis(250);

/// The leave under which a transfer began.
pub(crate) struct Leave<'a> {
    pub exchange: &'a Exchange,
    pub usable: &'a Usable,
    pub shape: Shape,
    /// Somebody ended it.
    pub stop: &'a CancellationToken,
}

impl Leave<'_> {
    /// Whether the grant still is the one under which the transfer began.
    ///
    /// # Errors
    /// `authorise.*`, or `run.grant_changed`.
    pub async fn may_go_on(&self) -> Result<()> {
        let book = self.exchange.sharing.book().await?;
        let now = book.get(&self.usable.grant.id).ok_or_else(no_grant)?;
        in_force(now, self.exchange.kernel.now_ms(), self.shape)?;
        if now.pin_digest != self.usable.pin_digest {
            return Err(Error::conflict(
                "run.grant_changed",
                "传输期间授权或挂接有变更，本次已停止；平台会按新的授权继续。",
                "The grant or the mount changed meanwhile; the transfer was stopped and goes on under the new one.",
            ));
        }
        Ok(())
    }

    /// Sends to the receiver at `place`; goes on looking whether the transfer may while the receiver does not read.
    ///
    /// # Errors
    /// As [`Self::may_go_on`]; `run.stopped`; `run.link_lost`.
    pub async fn forward(&self, sending: impl Future<Output = bool>, place: &str) -> Result<()> {
        tokio::pin!(sending);
        let mut look = interval(LOOK);
        loop {
            tokio::select! {
                sent = &mut sending => return if sent { Ok(()) } else { Err(lost(place)) },
                () = self.stop.cancelled() => return Err(stopped()),
                _ = look.tick() => self.may_go_on().await?,
            }
        }
    }
}

/// Whether the grant is in force and lets data move in this shape.
///
/// # Errors
/// `authorise.*`.
pub(crate) fn in_force(usable: &Usable, now_ms: i64, needs: Shape) -> Result<()> {
    stands(usable, now_ms)?;
    if !usable.grant.shapes.iter().any(|shape| Shape::from(*shape) == needs) {
        let (zh, en) = match needs {
            Shape::Hold => ("留存副本", "copies to be held at the hub (hold)"),
            Shape::File => ("文件交接", "documents to be handed over (file)"),
            _ => ("库表交换", "tables to be moved (batch)"),
        };
        return Err(Error::forbidden(
            "authorise.shape",
            format!("授权不包括“{zh}”方式，请申请变更授权后再办理。"),
            format!("The grant does not allow {en}; have it changed first."),
        ));
    }
    Ok(())
}

/// Whether the grant is in force now, for what goes on for a while.
fn stands(usable: &Usable, now_ms: i64) -> Result<()> {
    let grant = &usable.grant;
    match grant.state.at(grant.valid_until_ms, now_ms) {
        GrantState::Active => {}
        GrantState::Suspended => {
            let reason = grant.reason.clone().unwrap_or_default();
            return Err(Error::forbidden(
                "authorise.suspended",
                format!("授权已被中止，原因：{reason}。请与{}联系；恢复后会自动继续。", usable.provider.name),
                format!(
                    "The grant is suspended: {reason}. Contact {}; it goes on by itself when the grant is resumed.",
                    usable.provider.name
                ),
            ));
        }
        GrantState::Revoked | GrantState::GivenBack | GrantState::Expired => {
            return Err(Error::forbidden(
                "authorise.expired",
                "授权已撤销、交回或过期，请重新提出共享申请。",
                "The grant is revoked, given back or expired; request it again.",
            ));
        }
    }
    if now_ms < grant.valid_from_ms {
        return Err(Error::forbidden(
            "authorise.not_yet",
            "授权还没有到生效时间。",
            "The grant is not yet valid.",
        ));
    }
    if !usable.published {
        return Err(Error::forbidden(
            "authorise.offline",
            format!("资源“{}”已下线，不再提供。", usable.resource_name),
            format!("Resource “{}” is offline.", usable.resource_name),
        ));
    }
    Ok(())
}

/// The refusal where there is no grant at all.
pub(crate) fn no_grant() -> Error {
    Error::forbidden(
        "authorise.no_grant",
        "贵单位没有这项授权，或授权已终止，或资源未挂接。请在“授权”中核对，必要时重新申请。",
        "Your organisation holds no such grant, or it has ended, or the resource is not mounted. See the grants, and request it if needed.",
    )
}
