//! Station 3, fetch (取数), as the hub sees it: ask the provider's agent through the open link and check what
//! it signed. Reading, standardising and minimising happen at the department.

use std::time::{Duration, Instant};

use bytes::Bytes;
use kernel::{Error, Result};
use plan::model::{Answer, Call, Shape};
use serde::Deserialize;
use sharing::book::Usable;
use wire::hub::LinkError;
use wire::proto::{Answered, Refused, StationTimes, call_reply};

use super::Laps;
use crate::Exchange;

/// An answer whose signature was checked.
pub struct Fetched {
    /// The answer.
    pub answer: Answer,
    /// SHA-256 of its bytes, hex.
    pub digest: String,
    /// Who answered.
    pub origin: Origin,
    /// Times at the agent.
    pub times: StationTimes,
}

/// Who answered.
pub enum Origin {
    /// The department's agent, now.
    Live {
        /// Index of the call in the agent's own log.
        agent_index: u64,
    },
    /// The copy held at the hub.
    Copy {
        /// Run that brought the copy.
        run: String,
    },
}

/// What the hub reads of the agent's own entry.
#[derive(Deserialize)]
struct AgentLeaf {
    call: String,
    answer: String,
}

/// Asks the department.
///
/// # Errors
/// `fetch.*`: offline, down, slow, refused by the department, or an answer that does not bear its own signature.
pub async fn fetch(exchange: &Exchange, usable: &Usable, call: &Call) -> Result<Fetched> {
    let agent = usable.agent_id.as_str();
    let source = usable.source.as_str();
    let now_ms = exchange.kernel.now_ms();
    if let Err(since_ms) = exchange.breakers.admit(agent, source, now_ms) {
        return Err(down(usable, since_ms, None));
    }
    let timeout = Duration::from_millis(exchange.kernel.config.limits.call_timeout_ms);
    let bytes = serde_json::to_vec(call).map_err(|error| Error::internal("fetch.encode", error))?;
    let started = Instant::now();
    let reply = exchange.agents.call(agent, Bytes::from(bytes), timeout).await;
    metrics::histogram!("guantong_fetch_seconds").record(started.elapsed().as_secs_f64());
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => return Err(link_error(exchange, usable, error)),
    };
    match reply.outcome {
        Some(call_reply::Outcome::Answered(answered)) => {
            exchange.breakers.succeeded(agent, source);
            let (answer, digest) = checked(exchange, usable, call, &answered).await?;
            let times = reply.times.unwrap_or_default();
            Ok(Fetched { answer, digest, origin: Origin::Live { agent_index: answered.index }, times })
        }
        Some(call_reply::Outcome::Refused(refused)) => Err(refusal(exchange, usable, refused)),
        None => Err(broken(usable, "the reply holds neither answer nor refusal")),
    }
}

/// Puts the agent's own times into the list; what is left of the wait is the fetch, link included.
pub fn station_times(times: &StationTimes, laps: &mut Laps) {
    let total = laps.take();
    let standardise = u64::from(times.standardise_us);
    let minimise = u64::from(times.minimise_us);
    laps.add("fetch", "agent", total.saturating_sub(standardise + minimise));
    laps.add("standardise", "agent", standardise);
    laps.add("minimise", "agent", minimise);
}

async fn checked(
    exchange: &Exchange,
    usable: &Usable,
    call: &Call,
    answered: &Answered,
) -> Result<(Answer, String)> {
    let digest = plan::sha256_hex(&answered.answer_json);
    let answer: Answer = serde_json::from_slice(&answered.answer_json)
        .map_err(|error| broken(usable, &format!("answer is not readable: {error}")))?;
    let leaf: AgentLeaf = serde_json::from_slice(&answered.entry)
        .map_err(|error| broken(usable, &format!("own entry is not readable: {error}")))?;
    if leaf.call != call.call || answer.call != call.call || leaf.answer != digest {
        return Err(broken(usable, "entry, answer and call do not belong together"));
    }
    let key = exchange
        .evidence_key(&usable.agent_id)
        .await?
        .ok_or_else(|| broken(usable, "the agent has no evidence key"))?;
    let proof: Vec<ledger::Hash> = answered
        .proof
        .iter()
        .map(|hash| ledger::Hash::from_slice(hash))
        .collect::<Option<_>>()
        .ok_or_else(|| broken(usable, "the audit path holds something that is not a hash"))?;
    exchange
        .notes
        .verify_inclusion(&answered.checkpoint, &key, answered.index, &answered.entry, &proof)
        .map_err(|error| broken(usable, &format!("signature or audit path: {error}")))?;
    // The agent minimises; the hub still holds the answer against the call, so that neither alone can overdo it.
    let only_asked =
        answer.rows.iter().flat_map(|row| &row.items).all(|item| call.items.contains(&item.item));
    let shape_ok = call.shape == Shape::Query || answer.rows.is_empty();
    if !only_asked || !shape_ok {
        return Err(broken(usable, "the answer holds more than was asked"));
    }
    Ok((answer, digest))
}

fn with_provider(error: Error, usable: &Usable) -> Error {
    error.with("provider", usable.provider.name.clone()).with("source", usable.source.clone())
}

fn down(usable: &Usable, since_ms: i64, inner: Option<Error>) -> Error {
    let name = &usable.provider.name;
    let since = local_time(since_ms);
    let error = Error::unavailable(
        "fetch.source_down",
        format!("{name}的系统（{}）自{since}起无法访问，现在查不到数据。请稍后重试，或联系该部门。", usable.source),
        format!(
            "The system “{}” of {name} has been down since {since}; no data can be had now. Try later or contact \
             that department.",
            usable.source
        ),
    )
    .with("since_ms", since_ms);
    let error = match inner {
        Some(inner) => error.caused_by(inner),
        None => error,
    };
    with_provider(error, usable)
}

/// Local time for sentences, as offices write it.
pub(crate) fn local_time(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms + kernel::clock::SHANGHAI_OFFSET_MS)
        .map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

fn link_error(exchange: &Exchange, usable: &Usable, error: LinkError) -> Error {
    let name = &usable.provider.name;
    let ours = match &error {
        LinkError::NotConnected { since_ms, .. } => {
            let since = local_time(*since_ms);
            Error::unavailable(
                "fetch.agent_offline",
                format!("{name}的前置机自{since}起没有连上平台，现在查不到数据。请稍后重试，或联系该部门。"),
                format!(
                    "The agent of {name} has been disconnected since {since}; no data can be had now. Try later or \
                     contact that department."
                ),
            )
            .with("since_ms", *since_ms)
        }
        LinkError::Timeout { after, .. } => {
            let since = exchange.breakers.failed(&usable.agent_id, &usable.source, exchange.kernel.now_ms());
            Error::timeout(
                "fetch.timeout",
                format!("{name}的系统在 {} 毫秒内没有答复，本次没有取得数据，也不计入次数。请稍后重试。", after.as_millis()),
                format!(
                    "The system of {name} did not answer within {} ms; nothing was delivered or charged. Try again later.",
                    after.as_millis()
                ),
            )
            .with("since_ms", since)
        }
        LinkError::LinkLost { .. } => Error::unavailable(
            "fetch.link_lost",
            format!("与{name}前置机的连接在答复途中断开，本次没有取得数据。连接会自动恢复，请重试。"),
            format!("The link to the agent of {name} broke in mid-answer; nothing was delivered. It recovers by itself; try again."),
        )
        .with("since_ms", exchange.kernel.now_ms()),
        LinkError::Overloaded { .. } => Error::unavailable(
            "fetch.overloaded",
            format!("{name}的前置机正忙，请稍后重试。"),
            format!("The agent of {name} is busy; try again in a moment."),
        )
        .with("since_ms", exchange.kernel.now_ms()),
    };
    with_provider(ours.caused_by(error), usable)
}

fn refusal(exchange: &Exchange, usable: &Usable, refused: Refused) -> Error {
    let now_ms = exchange.kernel.now_ms();
    let name = usable.provider.name.clone();
    if refused.code == "source.down" {
        let since = exchange.breakers.failed(&usable.agent_id, &usable.source, now_ms);
        let since = if refused.since_ms > 0 { refused.since_ms } else { since };
        return down(usable, since, None);
    }
    let zh = format!("{name}：{}", refused.zh);
    let en = format!("{name}: {}", refused.en);
    let error = if refused.code == "source.timeout" {
        let since = exchange.breakers.failed(&usable.agent_id, &usable.source, now_ms);
        Error::timeout("fetch.timeout", zh, en).with("since_ms", since)
    } else if refused.code.starts_with("source.") {
        Error::upstream("fetch.source_failed", zh, en).with("since_ms", now_ms)
    } else if refused.code == "plan.too_many_rows" || refused.code.ends_with("busy") {
        Error::unavailable("fetch.overloaded", zh, en)
    } else if matches!(refused.code.as_str(), "plan.subject_invalid" | "plan.claim_invalid") {
        // The caller's slip, not a matter of rights.
        Error::invalid("call.value_invalid", zh, en)
    } else {
        Error::forbidden("fetch.refused_by_department", zh, en)
    };
    with_provider(error.with("department_code", refused.code), usable)
}

fn broken(usable: &Usable, detail: &str) -> Error {
    let name = &usable.provider.name;
    with_provider(
        Error::upstream(
            "fetch.answer_not_proved",
            format!("{name}前置机的答复未能通过签名核对，按规定没有提供。请通知该部门和平台运维。"),
            format!("The answer of the agent of {name} did not pass the check of its signature and was not delivered. Tell that department and the platform operator."),
        )
        .caused_by(detail.to_owned()),
        usable,
    )
}
