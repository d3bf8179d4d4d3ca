//! The plain service: axum and sqlx, no checks, no record. Same question, same columns, same index.

use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use sqlx::{PgPool, Row as _, SqlitePool};

/// Item and column, as the register's mount has them.
const COLUMNS: [(&str, &str); 6] = [
    ("name", "XM"),
    ("sex", "XB"),
    ("birth_date", "CSRQ"),
    ("household_number", "HH"),
    ("marriage", "HYZK"),
    ("register_address", "HJDZ"),
];

/// Items that every way asks for.
pub fn items() -> Vec<&'static str> {
    COLUMNS.iter().map(|(item, _)| *item).collect()
}

enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

struct Service {
    pool: Pool,
    statement: String,
}

/// Serves `POST /query` until it is killed: port, URL of the store, connections.
///
/// # Errors
/// When the store cannot be opened or the port is taken.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let [port, url, connections] = args else { anyhow::bail!("bare PORT URL CONNECTIONS") };
    let (port, connections): (u16, u32) = (port.parse()?, connections.parse()?);
    // The bench itself runs on one thread; the service gets what a service has.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    std::thread::scope(|scope| {
        let served = scope.spawn(|| runtime.block_on(serve(port, url, connections)));
        served.join().map_err(|_| anyhow::anyhow!("the plain service panicked"))?
    })
}

async fn serve(port: u16, url: &str, connections: u32) -> anyhow::Result<()> {
    let columns: Vec<_> = COLUMNS.iter().map(|(_, column)| format!("\"{column}\"")).collect();
    let columns = columns.join(", ");
    let (pool, mark) = if url.starts_with("sqlite:") {
        let options =
            sqlx::sqlite::SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
        (Pool::Sqlite(options.connect(url).await?), "?1")
    } else {
        let options =
            sqlx::postgres::PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
        (Pool::Postgres(options.connect(url).await?), "$1")
    };
    let statement = format!("SELECT {columns} FROM \"HKRK\" WHERE \"GMSFHM\" = {mark}");
    let service = Arc::new(Service { pool, statement });
    let router = Router::new().route("/query", post(query)).with_state(service);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router).await.context("serve")
}

async fn query(
    State(service): State<Arc<Service>>,
    Json(input): Json<Value>,
) -> Result<Json<Value>, (StatusCode, String)> {
    let id = input.pointer("/subject/resident_id").and_then(Value::as_str).unwrap_or_default();
    let rows = service.look_up(id).await.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    Ok(Json(json!({"resource": input["resource"], "rows": rows})))
}

impl Service {
    async fn look_up(&self, id: &str) -> Result<Vec<Value>, sqlx::Error> {
        let statement = sqlx::AssertSqlSafe(self.statement.as_str());
        let mut found = Vec::new();
        match &self.pool {
            Pool::Sqlite(pool) => {
                for row in sqlx::query(statement).bind(id).fetch_all(pool).await? {
                    found.push(object(|at| row.try_get(at))?);
                }
            }
            Pool::Postgres(pool) => {
                for row in sqlx::query(statement).bind(id).fetch_all(pool).await? {
                    found.push(object(|at| row.try_get(at))?);
                }
            }
        }
        Ok(found)
    }
}

fn object(cell: impl Fn(usize) -> Result<Option<String>, sqlx::Error>) -> Result<Value, sqlx::Error> {
    let mut object = Map::new();
    for (at, (item, _)) in COLUMNS.iter().enumerate() {
        object.insert((*item).to_owned(), cell(at)?.map_or(Value::Null, Value::String));
    }
    Ok(json!({"items": object}))
}
