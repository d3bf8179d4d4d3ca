//! Measures what a look-up costs beside the same statement given to sqlx by hand, on PostgreSQL, MariaDB and
//! SQLite: `cargo run --release -p connect --example lookup_speed`.

use std::{io::Write as _, time::Instant};

use connect::{Lookup, SourceConfig};
use sqlx::{ConnectOptions as _, Executor as _, Row as _};

const ROUNDS: u32 = 20_000;
const COLUMNS: [&str; 5] = ["id", "name", "sex", "born", "phone"];

/// The middle of the times of `ROUNDS` calls, microseconds.
async fn median<T>(mut call: impl AsyncFnMut(u32) -> anyhow::Result<T>) -> anyhow::Result<f64> {
    let mut times = Vec::with_capacity(ROUNDS as usize);
    for i in 0..ROUNDS {
        let start = Instant::now();
        call(i.wrapping_mul(7919) % 100_000).await?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

async fn ours(toml: &str) -> anyhow::Result<f64> {
    let config: SourceConfig = toml::from_str(toml)?;
    let source = connect::open("example", &config)?;
    let columns = COLUMNS.map(str::to_owned);
    median(async |i| {
        let key_values = [format!("{i:018}")];
        let request =
            Lookup { table: "p", key_column: "id", key_values: &key_values, columns: &columns, limit: 10 };
        anyhow::ensure!(source.lookup(&request).await?.num_rows() == 1);
        Ok(())
    })
    .await
}

/// A bare look-up through a pool of sqlx, decoding each column to a string.
macro_rules! bare {
    ($pool:expr, $sql:expr) => {{
        let pool = $pool;
        median(async |i| {
            let row = sqlx::query($sql).bind(format!("{i:018}")).fetch_one(&pool).await?;
            let texts: Vec<String> = (0..5).map(|at| row.try_get_unchecked(at)).collect::<Result<_, _>>()?;
            Ok(texts)
        })
        .await?
    }};
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let mut tell = |name: &str, bare: f64, ours: f64| {
        writeln!(out, "{name}: bare {bare:.1} µs, look-up {ours:.1} µs, difference {:+.1} µs", ours - bare)
    };
    let table = "CREATE TABLE p (id varchar(18) PRIMARY KEY, name varchar(50), sex varchar(1), born varchar(10), phone varchar(11))";

    let server = testbed::postgres(testbed::PostgresOptions::default()).await?;
    let database = server.create_database().await?;
    let rows = "INSERT INTO p SELECT lpad(i::text, 18, '0'), '张三', '1', '1990-03-07', '13800138000' FROM generate_series(0, 99999) i";
    server.psql_in(database.name(), &format!("{table}; {rows}; ANALYZE p")).await?;
    let bare = bare!(
        sqlx::PgPool::connect(database.url()).await?,
        "SELECT id, name, sex, born, phone FROM p WHERE id = $1 LIMIT 10"
    );
    tell("PostgreSQL", bare, ours(&format!("kind='postgres'\nurl='{}'", database.url())).await?)?;

    let server = testbed::mariadb(testbed::MariadbOptions::default()).await?;
    let database = server.create_database().await?;
    let rows = "INSERT INTO p SELECT LPAD(seq, 18, '0'), '张三', '1', '1990-03-07', '13800138000' FROM seq_0_to_99999";
    server.sql_in(database.name(), &format!("{table}; {rows}")).await?;
    let bare = bare!(
        sqlx::MySqlPool::connect(database.url()).await?,
        "SELECT id, name, sex, born, phone FROM p WHERE id = ? LIMIT 10"
    );
    tell("MariaDB", bare, ours(&format!("kind='mysql'\nurl='{}'", database.url())).await?)?;

    let dir = tempfile::tempdir()?;
    let path = dir.path().join("p.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut conn = options.clone().create_if_missing(true).connect().await?;
    conn.execute(sqlx::raw_sql(table)).await?;
    let rows = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
                INSERT INTO p SELECT printf('%018d', i), '张三', '1', '1990-03-07', '13800138000' FROM n";
    conn.execute(sqlx::raw_sql(rows)).await?;
    let bare = bare!(
        sqlx::SqlitePool::connect_with(options).await?,
        "SELECT id, name, sex, born, phone FROM p WHERE id = ? LIMIT 10"
    );
    tell("SQLite", bare, ours(&format!("kind='sqlite'\npath='{}'", path.display())).await?)?;
    Ok(())
}
