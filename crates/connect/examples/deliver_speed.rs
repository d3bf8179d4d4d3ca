//! Measures deliveries in rows a second, on PostgreSQL beside a COPY of the same bytes prepared beforehand, and on
//! MariaDB and SQLite: `cargo run --release -p connect --example deliver_speed`.

use std::{io::Write as _, sync::Arc, time::Instant};

use arrow::{
    array::{ArrayRef, StringArray},
    datatypes::{DataType, Field, Schema},
    record_batch::RecordBatch,
};
use connect::{Load, Portion, Target, TargetColumn, TargetConfig, TargetTable, TargetType};
use sqlx::{Connection as _, Executor as _};

const ROWS: u32 = 300_000;
const PORTION: u32 = 10_000;
const SMALL: u32 = 10;

fn table() -> TargetTable {
    use TargetType::{Boolean, Date, Decimal, Integer, Text, Timestamp};
    let columns = [
        ("id", Text),
        ("name", Text),
        ("address", Text),
        ("born", Date),
        ("seen", Timestamp),
        ("income", Decimal),
        ("members", Integer),
        ("poor", Boolean),
    ];
    let column = |(name, holds): (&str, TargetType)| TargetColumn {
        name: name.to_owned(),
        holds,
        comment: String::new(),
        companion: false,
    };
    TargetTable {
        subscription: "speed".to_owned(),
        table: "speed".to_owned(),
        comment: String::new(),
        columns: columns.map(column).into(),
        key: vec!["id".to_owned()],
        adopt: false,
    }
}

fn batch(from: u32, count: u32, income: u32) -> anyhow::Result<RecordBatch> {
    let texts = |of: &dyn Fn(u32) -> String| -> ArrayRef {
        Arc::new((from..from + count).map(|n| Some(of(n))).collect::<StringArray>())
    };
    let columns = vec![
        texts(&|n| format!("11010119900{:07}", n.wrapping_mul(7_919) % 10_000_000)),
        texts(&|n| format!("张三丰{}", n % 1_000)),
        texts(&|n| format!("某某省某某市某某区幸福路{}号", n % 5_000)),
        texts(&|n| format!("19{:02}-0{}-1{}", n % 100, n % 9 + 1, n % 10)),
        texts(&|n| format!("2024-01-05T08:{:02}:{:02}", n % 60, n % 59)),
        texts(&|n| format!("{}.{:02}", n % 100_000 + income, n % 100)),
        texts(&|n| (n % 9).to_string()),
        texts(&|n| (n % 2 == 0).to_string()),
    ];
    let fields: Vec<Field> =
        table().columns.iter().map(|column| Field::new(&column.name, DataType::Utf8, true)).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

async fn deliver(target: &dyn Target, run: &str, load: Load, batches: &[RecordBatch]) -> anyhow::Result<f64> {
    let start = Instant::now();
    let mut delivery = target.begin(&table(), run, load).await?;
    for (rows, seq) in batches.iter().zip(1..) {
        delivery
            .write(Portion { seq, position: String::new(), rows: rows.clone(), deleted: None, held: None })
            .await?;
    }
    delivery.finish("end").await?;
    Ok(start.elapsed().as_secs_f64())
}

async fn measure(name: &str, toml: &str, rows: u32) -> anyhow::Result<()> {
    let config: TargetConfig = toml::from_str(toml)?;
    let target = connect::open_target("example", &config)?;
    let all = |income: u32| -> anyhow::Result<Vec<RecordBatch>> {
        (0..rows / PORTION).map(|at| batch(at * PORTION, PORTION, income)).collect()
    };
    let (first, other) = (all(0)?, all(1)?);
    let mut out = std::io::stdout();
    for (what, run, load, batches) in [
        ("replace, new table", "r1", Load::Replace, &first),
        ("replace, nothing changed", "r2", Load::Replace, &first),
        ("replace, every row changed", "r3", Load::Replace, &other),
        ("apply, every row changed", "r4", Load::Apply, &first),
        ("apply, nothing changed", "r5", Load::Apply, &first),
    ] {
        let seconds = deliver(&*target, run, load, batches).await?;
        writeln!(out, "{name}: {what}: {:.0} rows/s", f64::from(rows) / seconds)?;
    }
    let mut delivery = target.begin(&table(), "r6", Load::Apply).await?;
    let mut times = Vec::new();
    for seq in 1..=300 {
        let rows = batch(seq * SMALL, SMALL, 2)?;
        let start = Instant::now();
        let seq = u64::from(seq);
        delivery.write(Portion { seq, position: String::new(), rows, deleted: None, held: None }).await?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    writeln!(out, "{name}: apply of {SMALL} rows: {:.2} ms (99 %: {:.2} ms)", at(50), at(99))?;
    Ok(())
}

/// What PostgreSQL itself takes for these rows when the bytes lie ready.
async fn bare(url: &str) -> anyhow::Result<f64> {
    let mut conn = sqlx::PgConnection::connect(url).await?;
    conn.execute("CREATE TABLE made AS SELECT * FROM speed; CREATE TABLE bare (LIKE speed)").await?;
    let mut pieces = Vec::new();
    {
        use futures::TryStreamExt as _;
        let mut copied = conn.copy_out_raw("COPY made TO STDOUT (FORMAT binary)").await?;
        let mut piece = Vec::new();
        while let Some(bytes) = copied.try_next().await? {
            piece.extend_from_slice(&bytes);
            if piece.len() > 512 * 1024 {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        pieces.push(piece);
    }
    conn.execute("DROP TABLE bare").await?;
    let start = Instant::now();
    conn.execute("BEGIN").await?;
    conn.execute(
        "CREATE TABLE bare (id text NOT NULL, name text, address text, born date, seen timestamp, income numeric,
                            members bigint, poor boolean)",
    )
    .await?;
    conn.execute("SET LOCAL maintenance_work_mem = '128MB'").await?;
    let mut copy = conn.copy_in_raw("COPY bare FROM STDIN (FORMAT binary, FREEZE)").await?;
    for piece in &pieces {
        copy.send(&piece[..]).await?;
    }
    copy.finish().await?;
    conn.execute("ALTER TABLE bare ADD PRIMARY KEY (id)").await?;
    conn.execute("COMMIT").await?;
    Ok(start.elapsed().as_secs_f64())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server =
        testbed::postgres(testbed::PostgresOptions { durable: true, ..testbed::PostgresOptions::default() })
            .await?;
    let database = server.create_database().await?;
    measure("PostgreSQL", &format!("kind='postgres'\nurl='{}'", database.url()), ROWS).await?;
    let seconds = bare(database.url()).await?;
    writeln!(
        std::io::stdout(),
        "PostgreSQL: bare COPY of prepared bytes: {:.0} rows/s",
        f64::from(ROWS) / seconds
    )?;
    drop(server);
    let server =
        testbed::mariadb(testbed::MariadbOptions { durable: true, ..testbed::MariadbOptions::default() })
            .await?;
    let database = server.create_database().await?;
    measure("MariaDB", &format!("kind='mysql'\nurl='{}'", database.url()), ROWS / 5).await?;
    drop(server);
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("speed.db");
    measure("SQLite", &format!("kind='sqlite'\npath='{}'", path.display()), ROWS / 5).await
}
