//! Deliveries to an HTTP endpoint, served here as its documentation asks.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::get,
};
use connect::{Load, Target, TargetTable, TargetType};
use serde_json::{Value, json};

use super::support::{applying, change, counts, described, holding, lines, replace, rows, target};
use crate::support::{Outcome, code, shown};

/// What the endpoint keeps.
#[derive(Default)]
struct Kept {
    rows: BTreeMap<String, Value>,
    staged: BTreeMap<String, Value>,
    stored: Option<Value>,
    held: Vec<Value>,
    keys: Vec<String>,
    /// Answer with this instead.
    refuse: Option<u16>,
    /// Store, but let the answer be lost.
    lose: bool,
    tells: bool,
}

type Shared = Arc<Mutex<Kept>>;

async fn stands(State(kept): State<Shared>, Query(query): Query<HashMap<String, String>>) -> Response {
    let kept = kept.lock().unwrap();
    match (&kept.refuse, &kept.stored) {
        (Some(status), _) => StatusCode::from_u16(*status).unwrap().into_response(),
        (None, Some(stored)) if query.contains_key("subscription") => Json(stored.clone()).into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn takes(State(kept): State<Shared>, headers: HeaderMap, Json(message): Json<Value>) -> Response {
    let mut kept = kept.lock().unwrap();
    if let Some(status) = kept.refuse {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    if headers.get("x-token").is_none_or(|token| token != "s3cr3t") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    if kept.keys.contains(&key) {
        return StatusCode::OK.into_response();
    }
    kept.keys.push(key);
    let replaces = message["load"] == "replace";
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    let none = Vec::new();
    for row in message["rows"].as_array().unwrap_or(&none) {
        let rows = if replaces { &mut kept.staged } else { &mut kept.rows };
        rows.insert(id(row), row.clone());
    }
    for row in message["deleted"].as_array().unwrap_or(&none) {
        kept.rows.remove(&id(row));
    }
    kept.held.extend(message["held"].as_array().unwrap_or(&none).iter().cloned());
    if message["kind"] == "finish" && replaces {
        kept.rows = std::mem::take(&mut kept.staged);
    }
    if message["kind"] == "finish" || !replaces {
        kept.stored =
            Some(json!({"run": message["run"], "seq": message["seq"], "position": message["position"]}));
    }
    if kept.lose {
        kept.lose = false;
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if kept.tells {
        return Json(json!({"inserted": 0, "updated": 7, "unchanged": 1})).into_response();
    }
    StatusCode::OK.into_response()
}

async fn fresh() -> anyhow::Result<(Shared, Arc<dyn Target>, TargetTable)> {
    let kept = Shared::default();
    let app = Router::new().route("/in", get(stands).post(takes)).with_state(kept.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/in", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let target = target(&format!("kind='http'\nurl='{url}'\nheaders={{x-token='s3cr3t'}}"));
    let table = described("人口", &[("id", TargetType::Text), ("n", TargetType::Integer)], &["id"]);
    Ok((kept, target, TargetTable { subscription: "s1".to_owned(), ..table }))
}

fn ids(kept: &Shared) -> Vec<String> {
    kept.lock().unwrap().rows.keys().cloned().collect()
}

/// A replacement is put aside and shown at its end, changes at once; repeated keys are held, counts are those of the
/// endpoint when it tells, and where it stands is what it says.
#[tokio::test]
async fn round_trips() -> Outcome {
    let (kept, target, table) = fresh().await?;
    assert_eq!(target.stored(&table).await?, None);
    let all = lines(&[&["a", "1"], &["b", "∅"], &["a", "2"]]);
    let mut delivery = target.begin(&table, "r1", Load::Replace).await?;
    delivery.write(rows(&table, 1, &all[..2])).await?;
    delivery.write(holding(rows(&table, 2, &all[2..]), &[&["k", "r", "{}"]])).await?;
    assert!(ids(&kept).is_empty());
    assert_eq!(counts(delivery.finish("end").await?), [2, 0, 0, 0, 2]);
    assert_eq!(ids(&kept), ["a", "b"]);
    assert_eq!(kept.lock().unwrap().rows["a"], json!({"id": "a", "n": "1"}));
    assert_eq!(kept.lock().unwrap().rows["b"]["n"], Value::Null);
    let reasons: Vec<Value> = kept.lock().unwrap().held.iter().map(|row| row["reasons"].clone()).collect();
    assert_eq!(reasons, ["r", "key.duplicate"]);
    let stored = target.stored(&table).await?.unwrap();
    assert_eq!((stored.run.as_str(), stored.seq, stored.position.as_str()), ("r1", 2, "end"));
    let mut delivery = applying(&*target, &table, "r2").await?;
    let portion = change(&table, 1, &lines(&[&["c", "007"]]), &lines(&[&["a"]]));
    assert_eq!(counts(delivery.write(portion).await?), [1, 0, 1, 0, 0]);
    assert_eq!(ids(&kept), ["b", "c"]);
    assert_eq!(kept.lock().unwrap().rows["c"]["n"], "7");
    kept.lock().unwrap().tells = true;
    let counted = delivery.write(rows(&table, 2, &lines(&[&["c", "8"]]))).await?;
    assert_eq!(counts(counted), [0, 7, 0, 1, 0]);
    delivery.finish("p").await?;
    assert_eq!(kept.lock().unwrap().keys.last().map(String::as_str), Some("s1/r2/finish"));
    Ok(())
}

/// When an answer is lost after the endpoint has stored the portion, the run goes on behind it: nothing is sent twice.
#[tokio::test]
async fn lost_answers_do_no_harm() -> Outcome {
    let (kept, target, table) = fresh().await?;
    let mut delivery = applying(&*target, &table, "r1").await?;
    kept.lock().unwrap().lose = true;
    assert_eq!(code(delivery.write(rows(&table, 1, &lines(&[&["a", "1"]]))).await), "source.down");
    assert_eq!(code(delivery.write(rows(&table, 2, &[])).await), "source.down");
    drop(delivery);
    let mut delivery = applying(&*target, &table, "r1").await?;
    assert_eq!(counts(delivery.write(rows(&table, 1, &lines(&[&["a", "1"]]))).await?), [0; 5]);
    delivery.write(rows(&table, 2, &lines(&[&["b", "1"]]))).await?;
    assert_eq!(kept.lock().unwrap().keys, ["s1/r1/1", "s1/r1/2"]);
    assert_eq!(ids(&kept), ["a", "b"]);
    Ok(())
}

/// Each refusal of an endpoint is told as what it is, a second delivery is refused, and no token is shown.
#[tokio::test]
async fn refusals_are_told_apart() -> Outcome {
    let (kept, target, table) = fresh().await?;
    for (status, expected) in [
        (401, "source.permission"),
        (409, "target.busy"),
        (413, "target.refused"),
        (422, "target.refused"),
        (429, "source.busy"),
        (500, "source.http_status"),
        (503, "source.down"),
        (507, "target.full"),
    ] {
        let mut delivery = applying(&*target, &table, "r1").await?;
        assert_eq!(code(applying(&*target, &table, "r2").await.map(drop)), "target.busy");
        kept.lock().unwrap().refuse = Some(status);
        let error = delivery.write(rows(&table, 1, &lines(&[&["a", "1"]]))).await.unwrap_err();
        assert_eq!(error.code().as_str(), expected, "{status}");
        assert!(!shown(&error).contains("s3cr3t"));
        kept.lock().unwrap().refuse = None;
    }
    let wrong = lines(&[&["a", "x"]]);
    assert_eq!(code(replace(&*target, &table, "r", &wrong, 1).await), "target.value");
    assert_eq!(code(target.rows(&table).await.map(drop)), "target.unsupported");
    let nobody = super::support::target("kind='http'\nurl='http://127.0.0.1:1/in?token=s3cr3t'");
    let error = nobody.stored(&table).await.unwrap_err();
    assert_eq!(error.code().as_str(), "source.down");
    assert!(!shown(&error).contains("s3cr3t"));
    Ok(())
}
