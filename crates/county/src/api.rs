//! The HTTP interface of the social security bureau, on loopback and with a token.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::department::insurance_table;
use crate::table::{ColumnType, Table};
use crate::truth::County;

/// A running interface. It ends when this is dropped.
#[derive(Debug)]
pub struct InsuranceApi {
    address: SocketAddr,
    token: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl InsuranceApi {
    /// Header that carries the token.
    pub const TOKEN_HEADER: &'static str = "x-api-token";

    /// Address that paths are joined to. `insured?idCard=...` looks up, `insured?page=1&size=500` lists; the rows
    /// stand under `/data` of the answer.
    pub fn base_url(&self) -> String {
        format!("http://{}/api/", self.address)
    }

    /// The token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Ends it and waits until open answers are through.
    ///
    /// # Errors
    /// When the server had failed.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(stop) = self.stop.take() {
            // A server that failed has dropped its end; its error comes out below.
            let _ = stop.send(());
        }
        Ok((&mut self.task).await??)
    }
}

impl Drop for InsuranceApi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is served.
struct Store {
    table: Table,
    by_id: HashMap<String, Vec<usize>>,
    token: String,
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(rename = "idCard")]
    id_card: Option<String>,
    page: Option<usize>,
    size: Option<usize>,
}

/// Serves the insured people at an address; port 0 takes a free one.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn insurance_api(
    county: &County,
    address: SocketAddr,
    token: &str,
) -> anyhow::Result<InsuranceApi> {
    let table = insurance_table(county);
    let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, row) in table.rows.iter().enumerate() {
        if let Some(Some(id)) = row.cells.get(1) {
            by_id.entry(id.clone()).or_default().push(at);
        }
    }
    let store = Arc::new(Store { table, by_id, token: token.to_owned() });
    let router = Router::new().route("/api/insured", get(insured)).with_state(store);
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        // The sender is dropped only together with the task.
        let _ = stopped.await;
    });
    let task = tokio::spawn(async move { server.await });
    Ok(InsuranceApi { address, token: token.to_owned(), stop: Some(stop), task })
}

async fn insured(
    State(store): State<Arc<Store>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> (StatusCode, Json<Value>) {
    let given = headers.get(InsuranceApi::TOKEN_HEADER).and_then(|value| value.to_str().ok());
    if given != Some(store.token.as_str()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"code": "401", "message": "令牌无效"})));
    }
    let all = &store.table.rows;
    let rows: Vec<usize> = match asked.id_card {
        Some(id) => store.by_id.get(&id).cloned().unwrap_or_default(),
        None => {
            let size = asked.size.unwrap_or(100).clamp(1, 1_000);
            let from = asked.page.unwrap_or(1).saturating_sub(1).saturating_mul(size);
            (from.min(all.len())..from.saturating_add(size).min(all.len())).collect()
        }
    };
    let data: Vec<Value> =
        rows.iter().filter_map(|at| all.get(*at)).map(|row| object(&store.table, &row.cells)).collect();
    (StatusCode::OK, Json(json!({"code": "0", "message": "成功", "total": all.len(), "data": data})))
}

fn object(table: &Table, cells: &[Option<String>]) -> Value {
    let fields = table.columns.iter().zip(cells).map(|(column, cell)| {
        let value = match cell {
            None => Value::Null,
            Some(text) if column.kind == ColumnType::Integer => {
                text.parse::<i64>().map_or_else(|_| text.clone().into(), Value::from)
            }
            Some(text) => text.clone().into(),
        };
        (column.name.to_owned(), value)
    });
    Value::Object(fields.collect::<Map<_, _>>())
}
