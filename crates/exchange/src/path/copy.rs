//! Station 3 another way: the answer comes from the copy held at the hub (留存副本), which says so and as of when.
//!
//! Standardising and minimising happened at the department when the copy was taken; here only the subject's rows and the items asked
//! for are picked out.

use std::io;

use arrow::array::RecordBatch;
use kernel::{Error, Result};
use plan::Pinned;
use plan::batch::FLAGS_COLUMN;
use plan::check::MAX_ROWS;
use plan::model::{Answer, AnswerItem, AnswerRow, Call, ItemState};
use serde::Deserialize;
use sharing::book::Usable;
use standards::value::{ValueKind, standardise};
use std::collections::HashMap;
use wire::proto::StationTimes;

use super::Laps;
use super::fetch::{Fetched, Origin};
use crate::Exchange;
use crate::copies::model::{HeldCopy, terms};

/// What the companion column says of one item.
#[derive(Deserialize)]
struct Wrong {
    flags: Vec<String>,
    #[serde(default)]
    raw: Option<String>,
}

/// Whether the live way failed because the department's system or agent cannot be reached, so that the copy may stand in.
pub fn stands_in(error: &Error) -> bool {
    matches!(error.code(), "fetch.source_down" | "fetch.agent_offline" | "fetch.timeout" | "fetch.link_lost")
}

/// Only the fetch takes time now; the department standardised and minimised when the copy was taken.
pub fn station_times(laps: &mut Laps) {
    let us = laps.take();
    laps.add("fetch", "hub", us);
    laps.add("standardise", "agent", 0);
    laps.add("minimise", "agent", 0);
}

/// Answers from the copy under the grant.
///
/// # Errors
/// `copy.*`: there is none, it is of other terms, it has not this key or item; `plan.*` as the department would refuse.
pub async fn fetch(exchange: &Exchange, usable: &Usable, call: &Call) -> Result<Fetched> {
    let grant = &usable.grant.id;
    let copy = exchange
        .copies
        .answering(grant)
        .ok_or_else(|| if exchange.copies.under(grant) { narrowed() } else { crate::copies::none() })?;
    if terms(&usable.pin) != copy.terms {
        return Err(crate::copies::outdated());
    }
    // The department is not there to hold the call against its pin, so the hub does.
    let pinned = Pinned::new(usable.pin.clone())
        .map_err(|invalid| Error::invalid("grant.pin", invalid.zh(), invalid.en()))?;
    plan::check(&pinned, call, exchange.kernel.now_ms()).map_err(|refusal| match refusal.code {
        "plan.subject_invalid" => Error::invalid("call.value_invalid", refusal.zh, refusal.en),
        code => Error::forbidden(code, refusal.zh, refusal.en),
    })?;
    if let Some(item) = call.items.iter().find(|item| !copy.has(item)) {
        return Err(not_held(item));
    }
    let mounted = usable.pin.mount.items.iter().find(|mounted| mounted.item == call.subject.item);
    let kind = mounted.filter(|mounted| copy.clear(&mounted.item)).map(|mounted| mounted.kind.clone());
    let kind = kind.ok_or_else(|| not_held(&call.subject.item))?;
    let rows = found(exchange, &copy, call, kind).await?;
    let answer = Answer {
        call: call.call.clone(),
        rows,
        verdicts: Vec::new(),
        as_of_ms: copy.as_of_ms,
        as_of_from_source: false,
        salt: hex::encode(kernel::entropy::bytes::<16>(&*exchange.kernel.entropy)),
    };
    let digest = plan::sha256_hex(&plan::answer_bytes(&answer));
    Ok(Fetched {
        answer,
        digest,
        origin: Origin::Copy { run: copy.run.0.clone() },
        times: StationTimes::default(),
    })
}

async fn found(exchange: &Exchange, copy: &HeldCopy, call: &Call, kind: ValueKind) -> Result<Vec<AnswerRow>> {
    let value = standardise(&kind, &call.subject.value);
    let value = value.usable().unwrap_or(&call.subject.value).to_owned();
    let batches =
        exchange.copies.subject(copy, &call.subject.item, kind, value, &call.items, MAX_ROWS + 1).await?;
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            rows.push(
                answer_row(batch, row, &call.items).map_err(|error| Error::internal("copy.row", error))?,
            );
        }
    }
    if rows.len() > MAX_ROWS {
        return Err(Error::unavailable(
            "fetch.overloaded",
            format!("符合的记录超过 {MAX_ROWS} 条，请用能唯一确定对象的标识项查询。"),
            format!("More than {MAX_ROWS} rows match; ask by a key that names one subject."),
        ));
    }
    Ok(rows)
}

fn answer_row(batch: &RecordBatch, row: usize, items: &[String]) -> io::Result<AnswerRow> {
    let text = |name: &str| crate::copies::text(batch, name, row);
    let wrong: HashMap<String, Wrong> = match text(FLAGS_COLUMN) {
        Some(flags) => serde_json::from_str(flags).map_err(io::Error::other)?,
        None => HashMap::new(),
    };
    let answered = |item: &String| {
        let value = text(item).map(str::to_owned);
        let wrong = wrong.get(item);
        AnswerItem {
            item: item.clone(),
            state: match (&value, wrong) {
                (Some(_), _) => ItemState::Valid,
                (None, Some(_)) => ItemState::Invalid,
                (None, None) => ItemState::Missing,
            },
            value,
            flags: wrong.map(|wrong| wrong.flags.clone()).unwrap_or_default(),
            raw: wrong.and_then(|wrong| wrong.raw.clone()),
        }
    };
    Ok(AnswerRow { items: items.iter().map(answered).collect() })
}

/// "Not there" would be untrue where the copy was not meant to have everybody.
fn narrowed() -> Error {
    Error::conflict(
        "copy.narrowed",
        "这个留存副本按订阅的条件只留存了部分记录，不能用来查单个对象；请改为实时查询，或另建一个不加条件的副本。",
        "The held copy has only some rows, by conditions of its subscription, and answers no queries; ask live, or have a copy without conditions made.",
    )
}

fn not_held(item: &str) -> Error {
    Error::invalid(
        "copy.item",
        format!("留存副本中没有信息项“{item}”（或只有脱敏值）；请去掉它，或改为实时查询。"),
        format!("The held copy has no item “{item}”, or only masked; leave it out, or ask live."),
    )
}
