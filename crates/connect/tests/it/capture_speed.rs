//! How quick change capture is; run by hand with `--ignored --nocapture`.

use std::{fmt::Write as _, time::Instant};

use connect::Source;

use crate::{
    capture::Copy,
    capture_mariadb, capture_postgres,
    support::{Outcome, source},
};

#[expect(clippy::print_stdout, reason = "a measurement prints what it measured")]
fn tell(line: &str) {
    println!("{line}");
}

/// Measures one large transaction, many small ones, and how long a single change takes.
async fn measure(
    source: &dyn Source,
    run: impl AsyncFn(String) -> anyhow::Result<()>,
    many: &str,
) -> Outcome {
    let columns =
        ["id", "idno", "name", "sex", "born", "made", "amount", "note", "address", "phone", "state", "score"];
    let mut copy = Copy::new(source, "w_speed", "t", &columns);
    copy.whole_rows = true;
    copy.begin().await?;
    let mut stream = copy.changes().await?;
    for (what, sql, images) in [
        ("one transaction of 200000 inserts", many.to_owned(), 200_000),
        ("10000 transactions of one update each", updates(), 20_000),
    ] {
        run(sql).await?;
        let begun = Instant::now();
        copy.taken = 0;
        while copy.taken < images {
            let changes = stream_next(&mut stream).await?;
            copy.taken += changes.rows.num_rows();
            copy.position = changes.position;
            source.confirm(&copy.watch(), &copy.position).await?;
        }
        let seconds = begun.elapsed().as_secs_f64();
        tell(&format!("{what}: {images} images in {seconds:.2} s, {:.0} images/s", images as f64 / seconds));
    }
    // PostgreSQL notes only now and then from where it has to read again: the second time it has done so.
    for patience in [0, 20] {
        let until = Instant::now() + std::time::Duration::from_secs(patience);
        let mut waits = Vec::new();
        for id in 0.. {
            run(format!("UPDATE t SET state = 'x{patience}{id}' WHERE id = {}", id + 1)).await?;
            let begun = Instant::now();
            loop {
                let changes = stream_next(&mut stream).await?;
                copy.position.clone_from(&changes.position);
                if changes.rows.num_rows() > 0 {
                    break;
                }
            }
            waits.push(begun.elapsed());
            source.confirm(&copy.watch(), &copy.position).await?;
            if waits.len() >= 40 && Instant::now() > until {
                break;
            }
        }
        let mut waits = waits.split_off(waits.len() - 40);
        waits.sort();
        tell(&format!("one change after its commit: median {:?}, longest {:?}", waits[20], waits[39]));
    }
    source.unwatch("w_speed").await?;
    Ok(())
}

async fn stream_next(stream: &mut crate::capture::Stream) -> anyhow::Result<connect::Changes> {
    use futures::StreamExt as _;
    Ok(stream.next().await.ok_or_else(|| anyhow::anyhow!("ended"))??)
}

fn updates() -> String {
    let mut sql = String::new();
    for id in 1..=10_000 {
        let _ = write!(sql, "UPDATE t SET state = 's{id}' WHERE id = {id};");
    }
    sql
}

const TABLE: &str = "CREATE TABLE t (id int PRIMARY KEY, idno varchar(24), name varchar(40), sex smallint, born date, made timestamp NULL,
    amount decimal(12,2), note varchar(80), address varchar(80), phone varchar(20), state varchar(20), score double precision);";
const VALUES: &str = "CONCAT('11010119900307', i), CONCAT('姓名', i), i % 2, DATE '1990-03-07', TIMESTAMP '2024-01-05 08:30:00', i / 100.0,
    MD5(CONCAT('', i)), CONCAT('江苏省苏州市吴江区松陵镇', i), '13900001234', 'new', i * 1.5";

/// PostgreSQL with whole old images.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn postgres() -> Outcome {
    let make =
        format!("{TABLE} ALTER TABLE t REPLICA IDENTITY FULL; CREATE PUBLICATION guantong FOR TABLE t");
    let (database, source) = capture_postgres::sample(&make).await?;
    let many = format!("INSERT INTO t SELECT i, {VALUES} FROM generate_series(1, 200000) i");
    let url = database.url().to_owned();
    let mut conn = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await?;
    // As departments' servers are set: a commit is in the log when it is answered.
    sqlx::Executor::execute(&mut conn, "SET synchronous_commit = on").await?;
    let conn = tokio::sync::Mutex::new(conn);
    let run = async |sql: String| {
        use sqlx::Executor as _;
        let mut conn = conn.lock().await;
        for one in sql.split_terminator(';') {
            conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(one.to_owned()))).await?;
        }
        Ok(())
    };
    measure(&*source, run, &many).await
}

/// MariaDB.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn mariadb() -> Outcome {
    let server = testbed::mariadb(capture_mariadb::options()).await?;
    let database = server.create_database().await?;
    server.sql_in(database.name(), TABLE).await?;
    let source = source(&format!("kind='mysql'\nurl='{}'", database.url()));
    let many = format!(
        "INSERT INTO t SELECT seq, {} FROM seq_1_to_200000",
        VALUES.replace("i ", "seq ").replace("i)", "seq)")
    );
    let conn =
        tokio::sync::Mutex::new(<sqlx::MySqlConnection as sqlx::Connection>::connect(database.url()).await?);
    let run = async |sql: String| {
        use sqlx::Executor as _;
        let mut conn = conn.lock().await;
        for one in sql.split_terminator(';') {
            conn.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(one.to_owned()))).await?;
        }
        Ok(())
    };
    measure(&*source, run, &many).await
}
