//! An HTTP endpoint as a target. What it has to do:
//!
//! - `GET url?subscription=…` answers where the subscription stands, as it was stored together with the rows:
//!   `{"run": "…", "seq": 3, "position": "…"}`; 204 or 404 before the first delivery.
//! - `POST url` takes one portion as JSON and answers 2xx when it is stored together with its position:
//!
//!   ```json
//!   {"kind": "portion", "subscription": "…", "table": "…", "run": "…", "seq": 3, "load": "apply", "position": "…",
//!    "key": ["id"], "rows": [{"id": "1", "name": null}], "deleted": [{"id": "2"}],
//!    "held": [{"key": "3", "reasons": "id.form", "row": "{…}"}]}
//!   ```
//!
//!   Values are standard text or null, because a JSON number of many digits comes out changed at most ends. With
//!   `"load": "replace"` rows are put aside by `run` and nothing of them is shown.
//! - After the last portion one with `"kind": "finish"` and without rows: a replacement becomes visible, everything not
//!   delivered by this run goes; `position` is stored.
//! - The header `Idempotency-Key` is `subscription/run/seq`, or `subscription/run/finish`: a request that comes again is
//!   answered as the first time.
//! - The answer may tell what was done: `{"inserted": 1, "updated": 0, "deleted": 1, "unchanged": 0}`. Without it every row
//!   counts as inserted and every deleted key as deleted.
//!
//! Where the delivery stands is kept by the endpoint and nowhere else: a file of ours could only guess whether a request
//! whose answer was lost had been taken. Reading rows back is not part of this.

use std::{collections::HashSet, sync::Arc};

use arrow::{
    array::{Array as _, StringArray},
    record_batch::RecordBatch,
};
use async_trait::async_trait;
use futures::stream::BoxStream;
use parking_lot::Mutex;
use reqwest::{StatusCode, Url};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Counts, Delivery, Fit, HeldRow, Load, Portion, Stored, Target, TargetTable,
    config::{HttpTarget, TargetLimits},
    errors,
    slot::{self, Lane, Slot},
};
use crate::{
    error::{SourceCode, SourceError},
    http::Reach,
};

/// Largest answer that is read.
const ANSWER: usize = 1 << 20;

/// An endpoint that takes deliveries.
pub(super) struct EndpointTarget(Arc<Endpoint>);

struct Endpoint {
    name: String,
    url: Url,
    http: reqwest::Client,
    limits: TargetLimits,
    /// Subscriptions that are being delivered.
    running: Mutex<HashSet<String>>,
}

#[derive(Serialize)]
struct Message<'m> {
    kind: &'static str,
    subscription: &'m str,
    table: &'m str,
    run: &'m str,
    seq: u64,
    load: Load,
    position: &'m str,
    key: &'m [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<Map<String, Value>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deleted: Vec<Map<String, Value>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    held: Vec<HeldRow>,
}

/// What an endpoint may tell of a request.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Told {
    inserted: u64,
    #[serde(default)]
    updated: u64,
    #[serde(default)]
    deleted: u64,
    #[serde(default)]
    unchanged: u64,
}

impl EndpointTarget {
    pub(super) fn new(name: &str, config: &HttpTarget) -> Result<Self, SourceError> {
        let reach = Reach {
            field: "url",
            url: &config.url,
            headers: &config.headers,
            ca_file: config.ca_file.as_deref(),
            connect: config.limits.connect(),
            answer: config.limits.statement(),
        };
        let (url, http) = reach.client(name)?;
        let (name, limits) = (name.to_owned(), config.limits.clone());
        Ok(Self(Arc::new(Endpoint { name, url, http, limits, running: Mutex::default() })))
    }
}

impl Endpoint {
    fn failed(&self, error: reqwest::Error) -> SourceError {
        let late = error.is_timeout() && !error.is_connect();
        let ours = if late {
            errors::timeout(&self.name, self.limits.statement().as_millis())
        } else {
            errors::down(&self.name)
        };
        // The address may hold a token, so it is taken out of the cause.
        ours.because(error.without_url())
    }

    fn refused(&self, table: &TargetTable, status: StatusCode) -> SourceError {
        let name = &self.name;
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => errors::permission(name),
            StatusCode::CONFLICT => errors::delivering(name, &table.subscription),
            StatusCode::TOO_MANY_REQUESTS => errors::connections(name),
            StatusCode::INSUFFICIENT_STORAGE => errors::full(name),
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => errors::down(name),
            StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT => {
                errors::timeout(name, self.limits.statement().as_millis())
            }
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => {
                errors::refused(name, &table.table, &format!("HTTP {}", status.as_u16()))
            }
            _ => {
                let number = status.as_u16();
                SourceError::new(
                    SourceCode::HttpStatus,
                    format!("投递目标“{name}”的接口返回 HTTP {number}；请核对地址，或请该部门查看接口日志。"),
                    format!(
                        "the endpoint of target \"{name}\" answered HTTP {number}; check the address, or ask its department \
                         for the log of the endpoint"
                    ),
                )
            }
        }
    }

    async fn body(&self, mut answer: reqwest::Response) -> Result<Vec<u8>, SourceError> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failed(error))? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER {
                return Err(self.misunderstood());
            }
        }
        Ok(body)
    }

    fn misunderstood(&self) -> SourceError {
        let name = &self.name;
        SourceError::new(
            SourceCode::BadAnswer,
            format!("投递目标“{name}”的接口的答复不是约定的 JSON；请该部门核对接口版本。"),
            format!(
                "the endpoint of target \"{name}\" did not answer the agreed JSON; its department should check its version"
            ),
        )
    }

    async fn stored(&self, table: &TargetTable) -> Result<Option<Stored>, SourceError> {
        let query = [("subscription", table.subscription.as_str())];
        let sent = self.http.get(self.url.clone()).query(&query).send().await;
        let answer = sent.map_err(|error| self.failed(error))?;
        match answer.status() {
            StatusCode::NO_CONTENT | StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => {
                let body = self.body(answer).await?;
                serde_json::from_slice(&body).map(Some).map_err(|error| self.misunderstood().because(error))
            }
            status => Err(self.refused(table, status)),
        }
    }

    async fn send(
        &self,
        table: &TargetTable,
        key: &str,
        message: &Message<'_>,
    ) -> Result<Option<Told>, SourceError> {
        let post = self.http.post(self.url.clone()).header("Idempotency-Key", key).json(message);
        let answer = post.send().await.map_err(|error| self.failed(error))?;
        if !answer.status().is_success() {
            return Err(self.refused(table, answer.status()));
        }
        // An answer that tells something else, or nothing, is none about counts.
        Ok(serde_json::from_slice(&self.body(answer).await?).ok())
    }
}

#[async_trait]
impl Target for EndpointTarget {
    async fn fit(&self, table: &TargetTable) -> Result<Fit, SourceError> {
        slot::described(&self.0.name, table)?;
        self.0.stored(table).await.map(|_| Fit::default())
    }

    async fn stored(&self, table: &TargetTable) -> Result<Option<Stored>, SourceError> {
        slot::described(&self.0.name, table)?;
        self.0.stored(table).await
    }

    async fn begin(
        &self,
        table: &TargetTable,
        run: &str,
        load: Load,
    ) -> Result<Box<dyn Delivery>, SourceError> {
        slot::begins(&self.0.name, table, run)?;
        if !self.0.running.lock().insert(table.subscription.clone()) {
            return Err(errors::delivering(&self.0.name, &table.subscription));
        }
        let mut delivery = EndpointDelivery {
            endpoint: self.0.clone(),
            table: table.clone(),
            run: run.to_owned(),
            load,
            last: 0,
            seen: HashSet::new(),
            counts: Counts::default(),
            broken: false,
        };
        let stored = self.0.stored(table).await?;
        if let Some(stored) = stored.filter(|stored| load == Load::Apply && stored.run == run) {
            delivery.last = stored.seq;
        }
        Ok(Box::new(delivery))
    }

    async fn rows(
        &self,
        _table: &TargetTable,
    ) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
        Err(self.unread())
    }

    async fn held(&self, _table: &TargetTable, _limit: usize) -> Result<Vec<HeldRow>, SourceError> {
        Err(self.unread())
    }
}

impl EndpointTarget {
    fn unread(&self) -> SourceError {
        errors::unsupported(
            &self.0.name,
            "接口只接收数据，不能读回；请在接收系统中核对。",
            "an endpoint only takes rows; look at them in the system behind it",
        )
    }
}

struct EndpointDelivery {
    endpoint: Arc<Endpoint>,
    table: TargetTable,
    run: String,
    load: Load,
    last: u64,
    /// Keys of a replacement so far.
    seen: HashSet<u128>,
    counts: Counts,
    broken: bool,
}

impl Drop for EndpointDelivery {
    fn drop(&mut self) {
        self.endpoint.running.lock().remove(&self.table.subscription);
    }
}

type Object = Map<String, Value>;

impl EndpointDelivery {
    fn message<'m>(&'m self, kind: &'static str, seq: u64, position: &'m str) -> Message<'m> {
        Message {
            kind,
            subscription: &self.table.subscription,
            table: &self.table.table,
            run: &self.run,
            seq,
            load: self.load,
            position,
            key: &self.table.key,
            rows: Vec::new(),
            deleted: Vec::new(),
            held: Vec::new(),
        }
    }

    /// The rows of some columns, by their places in the table, as objects.
    fn objects(&self, seq: u64, at: &[usize], texts: &[&StringArray]) -> Result<Vec<Object>, SourceError> {
        let (table, name) = (&self.table, &self.endpoint.name);
        let columns = at.iter().filter_map(|at| table.columns.get(*at));
        let slots: Vec<Slot> = columns
            .clone()
            .map(|column| Slot { required: table.key.contains(&column.name), ..Slot::default() })
            .collect();
        let lanes: Vec<Lane<'_>> = columns
            .zip(&slots)
            .zip(texts)
            .map(|((column, slot), texts)| Lane { column, slot, texts })
            .collect();
        let object = |row: usize| {
            let field = |lane: &Lane<'_>| {
                let value =
                    lane.value(row).map_err(|why| why.at(name, table, &lane.column.name, seq, row))?;
                Ok((
                    lane.column.name.clone(),
                    value.map_or(Value::Null, |text| Value::String(text.into_owned())),
                ))
            };
            lanes.iter().map(field).collect::<Result<Object, SourceError>>()
        };
        (0..texts.first().map_or(0, |column| column.len())).map(object).collect()
    }

    /// Takes rows out whose key came before.
    fn hold_repeated(&mut self, rows: &mut Vec<Object>, held: &mut Vec<HeldRow>) {
        let key = slot::key_places(&self.table);
        let (table, seen) = (&self.table, &mut self.seen);
        rows.retain(|row| {
            let of = |name: &String| row.get(name).and_then(Value::as_str);
            if seen.insert(slot::hash(table.key.iter().map(of))) {
                return true;
            }
            let value = |at: usize| table.columns.get(at).and_then(|column| of(&column.name));
            held.push(slot::duplicate(table, &key, value));
            false
        });
    }

    async fn portion(&mut self, portion: &Portion) -> Result<Counts, SourceError> {
        let replaces = self.load == Load::Replace;
        let texts = slot::open(&self.endpoint.name, &self.table, replaces, portion)?;
        let all: Vec<usize> = (0..self.table.columns.len()).collect();
        let mut rows = self.objects(portion.seq, &all, &texts.rows)?;
        let deleted = self.objects(portion.seq, &slot::key_places(&self.table), &texts.deleted)?;
        let text = |at: usize, row: usize| match texts.held.get(at) {
            Some(column) if column.is_valid(row) => column.value(row).to_owned(),
            _ => String::new(),
        };
        let count = texts.held.first().map_or(0, |column| column.len());
        let mut held: Vec<HeldRow> = (0..count)
            .map(|row| HeldRow { key: text(0, row), reasons: text(1, row), row: text(2, row) })
            .collect();
        if replaces {
            self.hold_repeated(&mut rows, &mut held);
        }
        let mut counts = Counts {
            inserted: rows.len() as u64,
            deleted: deleted.len() as u64,
            held: held.len() as u64,
            ..Counts::default()
        };
        let key = format!("{}/{}/{}", self.table.subscription, self.run, portion.seq);
        let message =
            Message { rows, deleted, held, ..self.message("portion", portion.seq, &portion.position) };
        if let Some(told) = self.endpoint.send(&self.table, &key, &message).await? {
            counts = told.counts(counts.held);
        }
        Ok(counts)
    }
}

impl Told {
    fn counts(self, held: u64) -> Counts {
        let Self { inserted, updated, deleted, unchanged } = self;
        Counts { inserted, updated, deleted, unchanged, held }
    }
}

#[async_trait]
impl Delivery for EndpointDelivery {
    async fn write(&mut self, portion: Portion) -> Result<Counts, SourceError> {
        if portion.seq <= self.last {
            return Ok(Counts::default());
        }
        if self.broken {
            return Err(errors::down(&self.endpoint.name)
                .because("the delivery was broken off by an earlier failure"));
        }
        self.broken = true;
        let counts = self.portion(&portion).await?;
        (self.broken, self.last) = (false, portion.seq);
        Ok(match self.load {
            Load::Apply => counts,
            Load::Replace => {
                self.counts += counts;
                Counts::default()
            }
        })
    }

    async fn finish(self: Box<Self>, position: &str) -> Result<Counts, SourceError> {
        slot::position(&self.endpoint.name, position)?;
        if self.broken {
            return Err(errors::down(&self.endpoint.name)
                .because("the delivery was broken off by an earlier failure"));
        }
        let key = format!("{}/{}/finish", self.table.subscription, self.run);
        let message = self.message("finish", self.last, position);
        let told = self.endpoint.send(&self.table, &key, &message).await?;
        Ok(match (self.load, told) {
            (Load::Apply, _) => Counts::default(),
            (Load::Replace, Some(told)) => told.counts(self.counts.held),
            (Load::Replace, None) => self.counts,
        })
    }
}
