//! A grant that is taken back while a table is on its way.

use kernel::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use super::stage::{Stage, number};
use crate::world::{run, until};

/// What a run that was stopped says.
#[track_caller]
fn stopped_within_a_second(ended: &Value, revoked_ms: i64) {
    assert_eq!(ended["state"], "failed", "{ended}");
    let code = ended["notice"]["code"].as_str().unwrap();
    let known = ["authorise.no_grant", "authorise.expired", "authorise.suspended", "plan.grant_not_pinned"];
    assert!(known.contains(&code), "{ended}");
    let took = ended["ended_ms"].as_i64().unwrap() - revoked_ms;
    assert!(took < 1_000, "it went on for {took} ms: {ended}");
}

/// A grant that is revoked while a whole table is being merged, the longest step of all: the run ends within a second, and although the
/// merge was under way at the target's own server, not one row of it is seen there afterwards.
#[test]
fn a_revoked_grant_stops_a_merge() {
    run(async {
        let stage = Stage::raise(500).await;
        let id = stage.subscribe("people", |_| {}).await;
        assert_eq!(stage.run(&id, "run").await["state"], "succeeded");
        let before = rows(&stage).await;
        stage.fill(500, 20_000).await;
        stage.at_source(&format!("DELETE FROM rkxx WHERE sfzh = '{}'", number(3))).await;
        // Somebody of the target's department reads the table in a way that makes writers wait.
        let mut reader = stage.target.begin().await.unwrap();
        sqlx::query("LOCK TABLE people IN SHARE MODE").execute(&mut *reader).await.unwrap();
        let run = stage.start(&id, "run").await;
        until("the merge to wait for the table", async || {
            let waiting: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'people'::regclass",
            )
            .fetch_one(&stage.target)
            .await
            .unwrap();
            (waiting > 0).then_some(())
        })
        .await;
        let revoked_ms = SystemClock.now_ms();
        stage.seeded.change(&stage.grant, "revoke").await;
        let ended = stage.ended(&run).await;
        stopped_within_a_second(&ended, revoked_ms);
        reader.commit().await.unwrap();
        until("the merge to have ended at the target", async || {
            let busy: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_locks WHERE relation = 'people'::regclass AND mode LIKE '%Exclusive%'",
            )
            .fetch_one(&stage.target)
            .await
            .unwrap();
            (busy == 0).then_some(())
        })
        .await;
        assert_eq!(rows(&stage).await, before);
    });
}

/// A grant that is revoked while changes flow: within a second nothing flows any longer, and what was there is whole transactions.
#[test]
fn a_revoked_grant_stops_changes() {
    run(async {
        let stage = Stage::raise(500).await;
        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        let id = stage
            .subscribe("people", |body| {
                body["method"] = json!("changes");
                body["schedule"] = json!({"kind": "continuous"});
            })
            .await;
        stage.equal("people").await;
        let path = format!("/api/v1/subscriptions/{id}");
        let run = until("the changes to be followed", async || {
            let seen = stage.operator().get(&path).await.ok();
            let going = seen["last_run"]["state"] == "running" && seen["last_run"]["mode"] == "apply";
            going.then(|| seen["last_run"]["id"].as_str().unwrap().to_owned())
        })
        .await;
        // Every transaction gives all rows one date; a mixture would be half of one.
        let writing = async {
            for day in 1..=28 {
                stage.at_source(&format!("UPDATE rkxx SET csrq = '2001-02-{day:02}'")).await;
            }
        };
        let revoking = async {
            let moved = async || {
                let seen = stage.operator().get(&format!("/api/v1/runs/{run}")).await.ok();
                (seen["figures"]["updated"].as_u64() > Some(0)).then_some(())
            };
            until("changes to arrive", moved).await;
            let revoked_ms = SystemClock.now_ms();
            stage.seeded.change(&stage.grant, "revoke").await;
            stopped_within_a_second(&stage.ended(&run).await, revoked_ms);
            rows(&stage).await
        };
        let ((), at_the_end) = tokio::join!(writing, revoking);
        stage.at_source("UPDATE rkxx SET csrq = '2002-03-04'").await;
        until("the subscription to be over", async || {
            let seen = stage.operator().get(&path).await.ok();
            (seen["state"] == "ended").then_some(())
        })
        .await;
        let after = rows(&stage).await;
        assert_eq!(after, at_the_end);
        let mut dates: Vec<&str> = after.iter().filter_map(|row| row.rsplit('|').next()).collect();
        dates.dedup();
        assert_eq!(dates.len(), 1, "{dates:?}");
    });
}

async fn rows(stage: &Stage) -> Vec<String> {
    sqlx::query_scalar("SELECT concat_ws('|', resident_id, xm, birth_date) FROM people ORDER BY resident_id")
        .fetch_all(&stage.target)
        .await
        .unwrap()
}
