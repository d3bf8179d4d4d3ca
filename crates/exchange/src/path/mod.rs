//! The path: seven stations, in the order data meets them.
//!
//! | station | file |
//! |---|---|
//! | identify | [`identify`] |
//! | authorise | [`authorise`] |
//! | fetch | [`fetch`], then `agent::fetch` at the department; or [`copy`], from what the hub holds |
//! | standardise | `plan::standardise`, at the department |
//! | minimise | `plan::minimise`, at the department |
//! | record | [`record`] |
//! | deliver | [`deliver`] |

pub mod authorise;
pub mod copy;
pub mod deliver;
pub mod fetch;
pub mod identify;
pub mod record;

use std::time::Instant;

use kernel::ids::CallId;
use kernel::{Actor, Error, Result};
use plan::model::{Answer, Call, KeyValue, RowFilter, Shape};

use crate::Exchange;
use crate::model::{
    AnsweredFrom, CallPurpose, QueryAnswer, QueryInput, Source, StationTime, VerifyAnswer, VerifyInput,
};

/// A call as both shapes share it.
pub struct Asked<'a> {
    /// Query or verify.
    pub shape: Shape,
    /// Resource code.
    pub resource: &'a str,
    /// Key item and value.
    pub subject: KeyValue,
    /// Items; empty means all granted (query) or none (verify).
    pub items: Vec<String>,
    /// Claims.
    pub claims: Vec<KeyValue>,
    /// Purpose.
    pub purpose: &'a CallPurpose,
    /// Case number.
    pub case_no: &'a str,
    /// Grant named by the caller.
    pub grant: Option<&'a str>,
    /// Where it may be answered from.
    pub source: Source,
    /// Idempotency key of the caller.
    pub idempotency_key: Option<&'a str>,
}

/// What came out of the path before it is rendered.
pub struct Passed {
    /// Call id; that of the first attempt when this is a retry.
    pub call: String,
    /// The grant that covered it.
    pub grant: std::sync::Arc<sharing::book::Usable>,
    /// What the department answered.
    pub answer: Answer,
    /// Whether it did so now.
    pub answered_from: AnsweredFrom,
    /// Proof.
    pub evidence: crate::model::EvidenceRef,
    /// Times so far.
    pub laps: Laps,
}

/// Answers a query.
///
/// # Errors
/// Each station's own; the station stands in the error.
pub async fn query(
    exchange: &Exchange,
    actor: &Actor,
    input: &QueryInput,
    proof: &identify::Proof,
    idempotency_key: Option<&str>,
) -> Result<QueryAnswer> {
    let names: Vec<_> = input.items.iter().collect();
    crate::model::check_form(&input.resource, &input.subject, &names, &[], &input.purpose, &input.case_no)?;
    let asked = Asked {
        shape: Shape::Query,
        resource: &input.resource,
        subject: subject(&input.subject)?,
        items: input.items.clone(),
        claims: Vec::new(),
        purpose: &input.purpose,
        case_no: &input.case_no,
        grant: input.grant.as_deref(),
        source: input.source,
        idempotency_key,
    };
    Ok(deliver::query(run(exchange, actor, asked, proof).await?))
}

/// Checks claims.
///
/// # Errors
/// As [`query`].
pub async fn verify(
    exchange: &Exchange,
    actor: &Actor,
    input: &VerifyInput,
    proof: &identify::Proof,
    idempotency_key: Option<&str>,
) -> Result<VerifyAnswer> {
    let names: Vec<_> = input.claims.keys().collect();
    let claims: Vec<_> = input.claims.values().collect();
    crate::model::check_form(
        &input.resource,
        &input.subject,
        &names,
        &claims,
        &input.purpose,
        &input.case_no,
    )?;
    if input.claims.is_empty() {
        return Err(Error::invalid(
            "call.no_claims",
            "请至少给出一项待核验的内容（claims）。",
            "Give at least one claim to check.",
        ));
    }
    let asked = Asked {
        shape: Shape::Verify,
        resource: &input.resource,
        subject: subject(&input.subject)?,
        items: Vec::new(),
        claims: input
            .claims
            .iter()
            .map(|(item, value)| KeyValue { item: item.clone(), value: value.clone() })
            .collect(),
        purpose: &input.purpose,
        case_no: &input.case_no,
        grant: input.grant.as_deref(),
        source: Source::Live,
        idempotency_key,
    };
    Ok(deliver::verify(run(exchange, actor, asked, proof).await?))
}

fn subject(map: &std::collections::BTreeMap<String, String>) -> Result<KeyValue> {
    map.iter()
        .next()
        .map(|(item, value)| KeyValue { item: item.clone(), value: value.trim().to_owned() })
        .ok_or_else(|| Error::invalid("call.subject", "请给出要查的主体。", "Name the subject."))
}

async fn run(
    exchange: &Exchange,
    actor: &Actor,
    asked: Asked<'_>,
    proof: &identify::Proof,
) -> Result<Passed> {
    let _permit = exchange.admit_call()?;
    let mut laps = Laps::start();

    identify::identify(actor, &asked, proof).map_err(|error| error.with("station", "identify"))?;
    laps.add("identify", "hub", proof.elapsed_us);

    let prior = record::prior(exchange, actor, &asked).await?;
    let authorised = match authorise::authorise(exchange, actor, &asked, prior.is_some()).await {
        Ok(authorised) => authorised,
        Err(error) => {
            record::refused(exchange, actor, &asked, &error).await;
            return Err(error.with("station", "authorise"));
        }
    };
    laps.lap("authorise", "hub");

    let mut call = Call {
        call: exchange.kernel.new_id::<CallId>().0,
        grant: authorised.usable.grant.id.0.clone(),
        pin_digest: authorised.usable.pin_digest.clone(),
        shape: asked.shape,
        subject: asked.subject.clone(),
        items: authorised.items,
        claims: asked.claims.clone(),
        narrow: RowFilter::default(),
        purpose: authorised.purpose,
        case: asked.case_no.to_owned(),
        caller: actor.label(),
    };
    let fetched = match fetched(exchange, &asked, &authorised.usable, &mut call).await {
        Ok(fetched) => fetched,
        Err(error) => {
            // Nothing was delivered, so nothing is charged.
            if authorised.counted {
                exchange.quotas.give_back(&authorised.usable.grant.id);
            }
            return Err(error.with("station", "fetch"));
        }
    };
    match &fetched.origin {
        fetch::Origin::Live { .. } => fetch::station_times(&fetched.times, &mut laps),
        fetch::Origin::Copy { .. } => copy::station_times(&mut laps),
    }

    let (call_id, evidence) =
        record::record(exchange, actor, &asked, &authorised.usable, &call, &fetched, prior)
            .await
            .map_err(|error| error.with("station", "record"))?;
    laps.lap("record", "hub");
    metrics::counter!("guantong_calls_answered_total").increment(1);
    let answered_from = match fetched.origin {
        fetch::Origin::Live { .. } => AnsweredFrom::Live,
        fetch::Origin::Copy { .. } => AnsweredFrom::Copy,
    };
    let grant = authorised.usable;
    Ok(Passed { call: call_id, grant, answer: fetched.answer, answered_from, evidence, laps })
}

/// Station 3: from the department, from the copy, or from the copy when the department cannot be reached.
async fn fetched(
    exchange: &Exchange,
    asked: &Asked<'_>,
    usable: &sharing::book::Usable,
    call: &mut Call,
) -> Result<fetch::Fetched> {
    if asked.source != Source::Copy {
        let live = fetch::fetch(exchange, usable, call).await;
        let falls_back = asked.source == Source::LiveOrCopy
            && exchange.copies.answering(&usable.grant.id).is_some()
            && matches!(&live, Err(error) if copy::stands_in(error));
        if !falls_back {
            return live;
        }
        tracing::info!(grant = usable.grant.id.as_str(), "exchange.query.copy_stands_in");
    }
    if asked.items.is_empty()
        && let Some(copy) = exchange.copies.answering(&usable.grant.id)
    {
        // Every granted item was asked for; the copy answers with those that it has.
        call.items.retain(|item| copy.has(item));
    }
    copy::fetch(exchange, usable, call).await
}

/// Stop-watch of the stations.
pub struct Laps {
    last: Instant,
    stations: Vec<StationTime>,
}

impl Laps {
    fn start() -> Self {
        Self { last: Instant::now(), stations: Vec::with_capacity(7) }
    }
    /// Microseconds since the last lap; starts the next.
    pub fn take(&mut self) -> u64 {
        let us = u64::try_from(self.last.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.last = Instant::now();
        us
    }
    /// Adds a station with a time measured elsewhere.
    pub fn add(&mut self, station: &'static str, place: &'static str, us: u64) {
        self.stations.push(StationTime { station, place, us });
    }
    fn lap(&mut self, station: &'static str, place: &'static str) {
        let us = self.take();
        self.add(station, place, us);
    }
    /// Every station passed; the last is deliver.
    pub fn finish(mut self) -> Vec<StationTime> {
        self.lap("deliver", "hub");
        self.stations
    }
}
