//! A register that changes all the time.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::stage::{Stage, number};
use crate::world::run;

/// Changes in one transaction, and how many transactions.
const EACH: u32 = 20;
const TRANSACTIONS: u32 = 250;
/// Between two transactions: a thousand changes a second.
const PAUSE: Duration = Duration::from_millis(20);
/// Rows that change.
const ROWS: u32 = 400;
/// A delay beyond this is a stall, however busy the machine is.
const STALL: Duration = Duration::from_secs(12);

/// A day that stands for the number of a change.
fn day(change: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + Days::new(change.into())
}

/// While a thousand changes a second are made, each arrives within seconds, no row goes back to an earlier change, and in the end the
/// target holds what the source holds, although rows are deleted and come back all the time.
#[test]
fn a_busy_table_is_followed() {
    run(async {
        let stage = Stage::raise(ROWS).await;
        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        stage.at_source("UPDATE rkxx SET csrq = '1900-01-01'").await;
        stage
            .subscribe("live", |body| {
                body["method"] = json!("changes");
                body["schedule"] = json!({"kind": "continuous"});
            })
            .await;
        stage.equal("live").await;
        // The target itself watches the order: each row bears the number of its last change.
        let watch = "CREATE TABLE backwards (resident_id text, was date, becomes date); \
             CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO backwards VALUES (OLD.resident_id, OLD.birth_date, NEW.birth_date); RETURN NEW; END $$; \
             CREATE TRIGGER order_of_changes BEFORE UPDATE ON live FOR EACH ROW \
             WHEN (NEW.birth_date < OLD.birth_date) EXECUTE FUNCTION note()";
        sqlx::raw_sql(watch).execute(&stage.target).await.unwrap();

        // Every transaction changes row 0, by which the delay is seen.
        let committed: Mutex<Vec<Instant>> = Mutex::default();
        let writing = async {
            let mut tick = tokio::time::interval(PAUSE);
            let mut change = 0;
            for _ in 0..TRANSACTIONS {
                tick.tick().await;
                let mut tx = stage.source.begin().await.unwrap();
                for at in 0..EACH {
                    change += 1;
                    let row = if at == 0 { 0 } else { 1 + change * 7 % (ROWS - 1) };
                    // One row in five goes and comes back with its next change.
                    let gone = at > 0 && change % 5 == 0;
                    let statement = if gone {
                        format!("DELETE FROM rkxx WHERE sfzh = '{}'", number(row))
                    } else {
                        format!(
                            "INSERT INTO rkxx (sfzh, xm, csrq) VALUES ('{}', '张三', '{}') \
                             ON CONFLICT (sfzh) DO UPDATE SET csrq = excluded.csrq",
                            number(row),
                            day(change)
                        )
                    };
                    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *tx).await.unwrap();
                }
                tx.commit().await.unwrap();
                committed.lock().unwrap().push(Instant::now());
            }
        };
        let watching = async {
            let statement = "SELECT birth_date FROM live WHERE resident_id = $1";
            let mut worst = Duration::ZERO;
            loop {
                let seen: NaiveDate =
                    sqlx::query_scalar(statement).bind(number(0)).fetch_one(&stage.target).await.unwrap();
                let change = u32::try_from((seen - day(0)).num_days()).unwrap();
                // Row 0 bears 1, 21, 41, …: so many transactions are there.
                let there = if change == 0 { 0 } else { (change / EACH + 1) as usize };
                let waits = committed.lock().unwrap().get(there).map(Instant::elapsed);
                worst = worst.max(waits.unwrap_or_default());
                assert!(worst < STALL, "a change is not there after {STALL:?}");
                if there == TRANSACTIONS as usize {
                    return worst;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let ((), worst) = tokio::join!(writing, watching);
        tracing::info!(worst_ms = worst.as_millis(), "the longest delay");
        stage.equal("live").await;
        let back: i64 =
            sqlx::query_scalar("SELECT count(*) FROM backwards").fetch_one(&stage.target).await.unwrap();
        assert_eq!(back, 0, "rows went back to earlier changes");
    });
}
