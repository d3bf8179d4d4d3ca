//! How quickly a source's log is read, by the connector alone: one large transaction, many small ones, and a single change.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use connect::{Changes, Source, SourceConfig, SourceError, Watch};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use serde_json::json;

use crate::continuous::engine::{Connection, Engine};
use crate::say;
use crate::stand::process::machine_load;

/// Name of the watcher at the source.
const WATCHER: &str = "bench";
/// Single changes that are measured each time.
const SINGLES: usize = 40;
const COLUMNS: [&str; 12] =
    ["id", "idno", "name", "sex", "born", "made", "amount", "note", "address", "phone", "state", "score"];
const TABLE: &str = "CREATE TABLE t (id int PRIMARY KEY, idno varchar(24), name varchar(40), sex smallint, born date, \
     made timestamp NULL, amount decimal(12,2), note varchar(80), address varchar(80), phone varchar(20), \
     state varchar(20), score double precision)";

/// How much.
pub struct Options {
    /// Rows of the large transaction.
    rows: u64,
    /// Small transactions.
    small: u64,
    /// File whose measured part is replaced.
    write: Option<PathBuf>,
}

impl Options {
    /// Reads `--name value` pairs.
    ///
    /// # Errors
    /// For an unknown name or a value that is no number.
    pub fn parse(args: &[String]) -> anyhow::Result<Self> {
        let mut options = Self { rows: 200_000, small: 10_000, write: None };
        for pair in args.chunks(2) {
            let [name, value] = pair else { bail!("{} has no value", pair.concat()) };
            match name.as_str() {
                "--rows" => options.rows = value.parse()?,
                "--small" => options.small = value.parse()?,
                "--write" => options.write = Some(value.into()),
                _ => bail!("unknown option {name}"),
            }
        }
        Ok(options)
    }
}

/// Runs the whole bench and prints the report.
///
/// # Errors
/// When a server does not start, or the log cannot be read.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let mut text = format!(
        "Load of the machine before: {}.\n\n\
         | engine | one transaction of {} rows, images/s | {} transactions of one row, images/s | one change, median ms | longest \
         ms | after 20 s more, median ms | longest ms |\n|---|---:|---:|---:|---:|---:|---:|\n",
        machine_load(),
        options.rows,
        options.small
    );
    for engine in Engine::ALL {
        let line = measure(options, engine).await.with_context(|| engine.name())?;
        say(&line);
        text.push_str(&line);
    }
    say("");
    say(&text);
    if let Some(file) = &options.write {
        crate::report::replace_part(file, "capture", text.trim_end())?;
    }
    Ok(())
}

/// A watcher that has begun.
struct Watcher<'a> {
    source: &'a dyn Source,
    watch: Watch<'a>,
    stream: BoxStream<'static, Result<Changes, SourceError>>,
}

impl Watcher<'_> {
    /// Takes so many images and confirms them; seconds.
    async fn take(&mut self, images: u64) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let mut taken = 0;
        while taken < images {
            let next = self.stream.next().await.context("the changes ended")??;
            taken += next.rows.num_rows() as u64;
            self.source.confirm(&self.watch, &next.position).await?;
        }
        Ok(begun.elapsed().as_secs_f64())
    }
}

async fn measure(options: &Options, engine: Engine) -> anyhow::Result<String> {
    let server = engine.raise().await?;
    let mut connection = server.connect().await?;
    connection.run(TABLE.to_owned()).await?;
    if engine == Engine::Postgres {
        // Whole old images, as a subscription with row conditions needs them.
        connection.run("ALTER TABLE t REPLICA IDENTITY FULL".to_owned()).await?;
        connection.run("CREATE PUBLICATION guantong FOR TABLE t".to_owned()).await?;
    }
    let config = json!({"kind": engine.kind(), "url": server.database.url()});
    let config: SourceConfig = serde_json::from_value(config)?;
    let source = connect::open("bench", &config)?;
    let columns = COLUMNS.map(str::to_owned);
    let watch = Watch {
        name: WATCHER,
        table: "t",
        columns: &columns,
        key_columns: columns.get(..1).unwrap_or_default(),
        whole_rows: true,
    };
    let position = source.watch_from_now(&watch).await?;
    let stream = source.changes(&watch, &position).await?;
    let mut watcher = Watcher { source: &*source, watch, stream };

    let number = if engine == Engine::Postgres { "i" } else { "seq" };
    let from = match engine {
        Engine::Postgres => format!("generate_series(1, {}) i", options.rows),
        Engine::Mariadb => format!("seq_1_to_{}", options.rows),
    };
    let many = format!(
        "INSERT INTO t SELECT {number}, CONCAT('11010119900307', {number}), CONCAT('姓名', {number}), {number} % 2, \
         DATE '1990-03-07', TIMESTAMP '2024-01-05 08:30:00', {number} / 100.0, MD5(CONCAT('', {number})), \
         CONCAT('江苏省苏州市吴江区松陵镇', {number}), '13900001234', 'new', {number} * 1.5 FROM {from}"
    );
    connection.run(many).await?;
    let large = options.rows as f64 / watcher.take(options.rows).await?;
    for from in (1..=options.small).step_by(500) {
        let mut sql = String::new();
        for id in from..(from + 500).min(options.small + 1) {
            let end = if engine == Engine::Postgres { "COMMIT;" } else { "" };
            let _infallible = write!(sql, "UPDATE t SET state = 's{id}' WHERE id = {id};{end}");
        }
        connection.run(sql).await?;
    }
    let small = (2 * options.small) as f64 / watcher.take(2 * options.small).await?;
    // PostgreSQL notes only now and then from where it has to read again: the second time it has done so.
    let (soon, soon_worst) = singles(&mut connection, &mut watcher, Duration::ZERO).await?;
    let (later, later_worst) = singles(&mut connection, &mut watcher, Duration::from_secs(20)).await?;
    drop(watcher);
    source.unwatch(WATCHER).await?;
    Ok(format!(
        "| {} | {large:.0} | {small:.0} | {soon:.0} | {soon_worst:.0} | {later:.0} | {later_worst:.0} |\n",
        engine.name()
    ))
}

/// Single changes for a while; median and longest of the last ones, milliseconds.
async fn singles(
    connection: &mut Connection,
    watcher: &mut Watcher<'_>,
    lasting: Duration,
) -> anyhow::Result<(f64, f64)> {
    let (begun, mut waits) = (Instant::now(), Vec::new());
    while waits.len() < SINGLES || begun.elapsed() < lasting {
        let count = waits.len();
        connection
            .run(format!("UPDATE t SET state = 'x{count}', note = '{}' WHERE id = 1", lasting.as_secs()))
            .await?;
        waits.push(watcher.take(2).await? * 1_000.0);
    }
    let mut last = waits.split_off(waits.len() - SINGLES);
    last.sort_by(f64::total_cmp);
    let at = |at: usize| last.get(at).copied().unwrap_or_default();
    Ok((at(SINGLES / 2), at(SINGLES - 1)))
}
