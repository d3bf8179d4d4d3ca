//! A department's HTTP interface, on loopback and with a token.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::table::{ColumnType, Table};

/// A running interface. It ends when this is dropped.
#[derive(Debug)]
pub struct Api {
    address: SocketAddr,
    token: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Api {
    /// Header that carries the token.
    pub const TOKEN_HEADER: &'static str = "x-api-token";

    /// Address that paths are joined to. `insured?idCard=...` looks up in the table `insured` by an indexed column,
    /// `insured?page=1&size=500` lists; the rows stand under `/data` of the answer.
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

impl Drop for Api {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A table with the places of its rows by column and value.
struct Served {
    table: Table,
    places: HashMap<&'static str, HashMap<String, Vec<usize>>>,
}

/// What is served.
struct Store {
    tables: HashMap<&'static str, Served>,
    token: String,
}

fn indexed(table: Table) -> Served {
    let mut places = HashMap::new();
    for name in table.indexes {
        let mut by_value: HashMap<String, Vec<usize>> = HashMap::new();
        let column = table.columns.iter().position(|column| column.name == *name).unwrap_or_default();
        for (at, row) in table.rows.iter().enumerate() {
            if let Some(Some(value)) = row.cells.get(column) {
                by_value.entry(value.clone()).or_default().push(at);
            }
        }
        places.insert(*name, by_value);
    }
    Served { table, places }
}

/// Serves a system's tables at an address; port 0 takes a free one.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve_api(tables: Vec<Table>, address: SocketAddr, token: &str) -> anyhow::Result<Api> {
    let tables = tables.into_iter().map(|table| (table.name, indexed(table))).collect();
    let store = Arc::new(Store { tables, token: token.to_owned() });
    let router = Router::new().route("/api/{table}", get(ask)).with_state(store);
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
    Ok(Api { address, token: token.to_owned(), stop: Some(stop), task })
}

async fn ask(
    State(store): State<Arc<Store>>,
    Path(table): Path<String>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let given = headers.get(Api::TOKEN_HEADER).and_then(|value| value.to_str().ok());
    if given != Some(store.token.as_str()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"code": "401", "message": "令牌无效"})));
    }
    let Some(served) = store.tables.get(table.as_str()) else {
        return (StatusCode::NOT_FOUND, Json(json!({"code": "404", "message": "接口不存在"})));
    };
    let all = &served.table.rows;
    let by_value = served.places.iter().find_map(|(name, places)| Some((places, asked.get(*name)?)));
    let rows: Vec<usize> = match by_value {
        Some((places, value)) => places.get(value).cloned().unwrap_or_default(),
        None => {
            let number = |name: &str| asked.get(name).and_then(|text| text.parse::<usize>().ok());
            let size = number("size").unwrap_or(100).clamp(1, 1_000);
            let from = number("page").unwrap_or(1).saturating_sub(1).saturating_mul(size);
            (from.min(all.len())..from.saturating_add(size).min(all.len())).collect()
        }
    };
    let data: Vec<Value> =
        rows.iter().filter_map(|at| all.get(*at)).map(|row| object(&served.table, &row.cells)).collect();
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
