//! What every transfer between two agents has in common: their connections, their proofs, and how they fail.

use std::time::Duration;

use kernel::ids::CallId;
use kernel::{Error, Result};
use plan::batch::Order;
use serde::Deserialize;
use sharing::book::Usable;
use wire::hub::Arrived;
use wire::proto::{CarryStart, Chunk, Refused, parcel};

use crate::Exchange;

/// How long an agent may take to come with its ticket.
const COME_WITHIN: Duration = Duration::from_secs(15);
/// How long it is tried to tell an agent why it ends.
const FAREWELL: Duration = Duration::from_millis(200);

/// What the hub reads of the provider's own entry.
#[derive(Deserialize)]
struct AgentLeaf {
    call: String,
    answer: String,
}

/// Has an agent carry out an order over a connection of its own.
///
/// # Errors
/// `link.*`, `run.slow`.
pub(crate) async fn open(exchange: &Exchange, agent: &str, order: &Order) -> Result<Arrived> {
    let ticket = exchange.kernel.new_id::<CallId>().0;
    let expected = exchange.agents.carriers().expect(&ticket, agent);
    let order_json = serde_json::to_vec(order).map_err(|error| Error::internal("exchange.order", error))?;
    let start = CarryStart { ticket, order_json: order_json.into() };
    let sent = exchange.agents.start_carrying(agent, start).await;
    if let Err(error) = sent {
        let known = crate::store::find(&exchange.kernel.db, &agent.to_owned().into()).await?;
        let error = error.named(known.as_ref().map_or(agent, |known| &known.name));
        return Err(Error::unavailable(error.code(), error.zh(), error.en()).with("agent", agent));
    }
    expected.arrival(COME_WITHIN).await.ok_or_else(|| slow("前置机", "the agent"))
}

/// Tells an agent, if it still listens, why the transfer ends.
pub(crate) async fn tell(to: &Arrived, error: &Error) {
    let refused = Refused {
        code: error.code().to_owned(),
        zh: error.zh().to_owned(),
        en: error.en().to_owned(),
        ..Refused::default()
    };
    let _ = tokio::time::timeout(FAREWELL, to.send(parcel::Body::Refused(refused))).await;
}

/// Checks that what the provider's agent sent stands in its own log, under its signature.
///
/// # Errors
/// `fetch.answer_not_proved`.
pub(crate) async fn proved(
    exchange: &Exchange,
    usable: &Usable,
    call: &str,
    digest: &str,
    chunk: &Chunk,
) -> Result<()> {
    let leaf: AgentLeaf =
        serde_json::from_slice(&chunk.entry).map_err(|error| unproved(usable, &error.to_string()))?;
    if leaf.call != call || leaf.answer != digest {
        return Err(unproved(usable, "entry, chunk and call do not belong together"));
    }
    let key = exchange.evidence_key(&usable.agent_id).await?;
    let key = key.ok_or_else(|| unproved(usable, "the agent has no evidence key"))?;
    let proof: Option<Vec<ledger::Hash>> =
        chunk.proof.iter().map(|hash| ledger::Hash::from_slice(hash)).collect();
    let proof = proof.ok_or_else(|| unproved(usable, "the audit path holds something that is not a hash"))?;
    exchange
        .notes
        .verify_inclusion(&chunk.checkpoint, &key, chunk.index, &chunk.entry, &proof)
        .map(drop)
        .map_err(|error| unproved(usable, &error.to_string()))
}

/// The refusal of what the provider's signature does not cover.
pub(crate) fn unproved(usable: &Usable, detail: &str) -> Error {
    let name = &usable.provider.name;
    Error::upstream(
        "fetch.answer_not_proved",
        format!("{name}前置机送出的数据块未能通过签名核对，按规定没有投递。请通知该部门和平台运维。"),
        format!("A chunk of the agent of {name} did not pass the check of its signature and was not delivered. Tell that department and the platform operator."),
    )
    .caused_by(detail.to_owned())
}

/// What an agent said instead of going on, as an error.
pub(crate) fn over(
    said: std::result::Result<Option<parcel::Body>, tonic::Status>,
    side: &'static str,
    place: &str,
) -> Error {
    match said {
        Ok(Some(parcel::Body::Refused(refused))) => {
            let upstream =
                ["source.", "target.", "document."].iter().any(|one| refused.code.starts_with(one));
            let error = if upstream {
                Error::upstream(refused.code, refused.zh, refused.en)
            } else {
                Error::forbidden(refused.code, refused.zh, refused.en)
            };
            error.with("side", side).with("place", place)
        }
        Ok(Some(_)) => Error::internal("exchange.parcel", "a parcel out of turn"),
        Ok(None) | Err(_) => lost(place),
    }
}

/// A connection that broke.
pub(crate) fn lost(place: &str) -> Error {
    Error::unavailable(
        "run.link_lost",
        format!(
            "与“{place}”一侧前置机的传输连接断开，本次运行已中止；已写入的部分不受影响，平台会自动接着运行。"
        ),
        format!(
            "The connection with the agent at “{place}” broke and the run ended; what was written stands, and it goes on by itself."
        ),
    )
}

/// Somebody who did not answer in time.
pub(crate) fn slow(zh: &str, en: &str) -> Error {
    Error::timeout(
        "run.slow",
        format!(
            "{zh}在规定时间内没有响应，本次运行已中止；平台会自动重试，请检查该前置机和它的数据源或目标。"
        ),
        format!(
            "{en} did not answer in time and the run ended; it is tried again by itself. Check that agent and its source or target."
        ),
    )
}

/// Somebody ended it.
pub(crate) fn stopped() -> Error {
    Error::conflict(
        "run.stopped",
        "运行已被停止；没有写完的部分不会出现在目标中。",
        "The run was stopped; nothing half-written is left in the target.",
    )
}

/// A receipt for something else than what was sent.
pub(crate) fn mismatch() -> Error {
    Error::upstream(
        "run.receipt",
        "接收方回执与送出的数据不一致，本次运行已中止，请通知平台运维。",
        "The receiver's receipt is not of what was sent; the run ended. Tell the platform operator.",
    )
}
