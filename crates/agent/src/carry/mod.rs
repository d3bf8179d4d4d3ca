//! Tables on their way 库表交换: what the agent does when the hub orders it to read one out, or to write one in.
//!
//! Each order gets a connection of its own. A provider holds everything against its pin as for a single call, makes its own entry
//! for each chunk durable before the chunk leaves, and stops when the pin is gone. A receiver recomputes the digest of each chunk,
//! writes it with the position of the source in one transaction, and keeps a receipt in its own record.

mod compare;
mod document;
mod out;
mod provide;
mod read;
mod receive;
mod targets;

use std::sync::Arc;
use std::time::Duration;

use plan::batch::{Order, TargetQuestion};
use tokio_util::sync::CancellationToken;
use wire::proto::{CarryStart, parcel};

use crate::agent::Agent;
use crate::credentials::Credentials;
use crate::fault::Fault;
pub use document::Inboxes;
pub use targets::Targets;

/// Answers a question about what subscriptions need of this agent, as JSON.
///
/// # Errors
/// `target.*`, `source.*`, or `plan.question_malformed`.
pub async fn answer(agent: &Agent, json: &[u8]) -> Result<Vec<u8>, Fault> {
    match serde_json::from_slice(json) {
        Ok(TargetQuestion::Forget { source, subscription }) => {
            provide::forget(agent, &source, &subscription).await?;
            Ok(b"null".to_vec())
        }
        Ok(TargetQuestion::Documents(asked)) => encode(&document::list(agent, &asked).await?),
        Ok(TargetQuestion::DiscardDocument { target, handover }) => {
            encode(&agent.inboxes.discard(&target, handover).await?)
        }
        Ok(TargetQuestion::RemoveDocument { target, handover }) => {
            encode(&agent.inboxes.remove(&target, handover).await?)
        }
        Ok(question) => agent.targets.answer(question).await,
        Err(error) => Err(Fault::new(
            "plan.question_malformed",
            format!("询问无法解析（第 {} 列）；请检查枢纽与前置机的版本", error.column()),
            format!(
                "The question cannot be read (column {}); check the versions of hub and agent",
                error.column()
            ),
        )),
    }
}

fn encode<T: serde::Serialize>(answer: &T) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(answer).map_err(|error| {
        Fault::new(
            "agent.metadata",
            format!("无法生成答复：{error}"),
            format!("The reply could not be written: {error}"),
        )
    })
}

/// How long a refusal may take to reach the hub.
const FAREWELL: Duration = Duration::from_secs(5);
/// Tables on their way at the same time, in both directions; more are refused.
pub const MOST_CARRIED: usize = 32;

/// Carries one order out. Ends with it, with the connection, or with `gone`.
pub async fn carry(agent: Arc<Agent>, start: CarryStart, gone: CancellationToken) {
    tokio::select! {
        carried = carried(&agent, &start) => {
            if let Err(fault) = carried {
                tracing::warn!(code = %fault.code, "a table was not carried: {}", fault.en);
            }
        }
        () = gone.cancelled() => {}
    }
}

async fn carried(agent: &Arc<Agent>, start: &CarryStart) -> Result<(), Fault> {
    let identity = agent.state.identity()?;
    let options = Credentials::read(&agent.state)?.options(&identity, &agent.limits, &agent.clock);
    let mut carrier = wire::agent::carry(&options, &start.ticket).await?;
    let permit = Arc::clone(&agent.carried).try_acquire_owned();
    let done = match (permit, serde_json::from_slice::<Order>(&start.order_json)) {
        (Err(_), _) => Err(busy()),
        (Ok(_permit), Ok(Order::Provide(call))) => provide::provide(agent, call, &mut carrier).await,
        (Ok(_permit), Ok(Order::Receive(delivery))) => receive::receive(agent, delivery, &mut carrier).await,
        (Ok(_permit), Ok(Order::ProvideDocument(call))) => document::provide(agent, call, &mut carrier).await,
        (Ok(_permit), Ok(Order::ReceiveDocument(delivery))) => {
            document::receive(agent, delivery, &mut carrier).await
        }
        (Ok(_), Err(error)) => Err(Fault::new(
            "plan.order_malformed",
            format!("传输指令无法解析（第 {} 列）；请检查枢纽与前置机的版本", error.column()),
            format!(
                "The order cannot be read (column {}); check the versions of hub and agent",
                error.column()
            ),
        )),
    };
    if let Err(fault) = &done {
        let farewell = async {
            if carrier.send(parcel::Body::Refused(fault.to_wire())).await.is_ok() {
                // The hub closes when it has read it; closing from here could lose it.
                while let Ok(Some(_)) = carrier.next().await {}
            }
        };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
    done
}

fn busy() -> Fault {
    Fault::new(
        "agent.busy",
        format!("前置机同时传输的表已达 {MOST_CARRIED} 张；平台稍后会重试"),
        format!("The agent carries {MOST_CARRIED} tables already; the hub tries again later"),
    )
}

/// The hub has ended the transfer, or the connection broke.
fn ended(body: Option<parcel::Body>) -> Fault {
    match body {
        Some(parcel::Body::Refused(refused)) => Fault::new(refused.code, refused.zh, refused.en),
        Some(_) => Fault::new(
            "link.parcel",
            "平台发来的内容与传输的进度不符；请检查枢纽与前置机的版本",
            "The hub sent something that does not fit the transfer; check the versions of hub and agent",
        ),
        None => Fault::new("link.lost", "与平台的传输连接已断开", "The connection of the transfer has ended"),
    }
}
