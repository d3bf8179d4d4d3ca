//! What changes at the source changes at the target: by watermark, out of the log, and for files whole.

use serde_json::json;

use super::stage::{Stage, number};
use crate::world::{Backing, CLEAN, ELSEWHERE, Who, World, resident_id, run, until};

/// A continuous subscription brings the table and then every change: inserts, updates, deletes, a changed key, and what happened while
/// it was paused. When it ends, the source keeps nothing for it any longer.
#[test]
fn changes_follow() {
    run(async {
        let stage = Stage::raise(2_000).await;
        let body = |body: &mut serde_json::Value| {
            body["method"] = json!("changes");
            body["schedule"] = json!({"kind": "continuous"});
        };
        // What stands in the way is told with the statement that mends it.
        let id = stage.subscribe("live", body).await;
        let path = format!("/api/v1/subscriptions/{id}");
        until("the obstacle to be told", async || {
            let seen = stage.operator().get(&path).await.ok();
            seen["notice"]["zh"].as_str().is_some_and(|zh| zh.contains("PUBLICATION")).then_some(())
        })
        .await;
        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        stage.operator().post(&format!("{path}/resume"), &json!({"reason": ""})).await.ok();
        stage.equal("live").await;

        stage.fill(2_000, 2_100).await;
        stage.at_source(&format!("UPDATE rkxx SET xm = '王五' WHERE sfzh = '{}'", number(5))).await;
        stage.at_source(&format!("DELETE FROM rkxx WHERE sfzh = '{}'", number(6))).await;
        stage
            .at_source(&format!("UPDATE rkxx SET sfzh = '{}' WHERE sfzh = '{}'", number(5_000), number(7)))
            .await;
        stage.equal("live").await;
        until("the lag to be told", async || {
            let seen = stage.operator().get(&path).await.ok();
            (seen["lag_ms"].is_i64() && seen["last_run"]["state"] == "running").then_some(())
        })
        .await;

        stage.operator().post(&format!("{path}/pause"), &json!({"reason": "停一停"})).await.ok();
        stage.at_source(&format!("DELETE FROM rkxx WHERE sfzh = '{}'", number(8))).await;
        stage.fill(2_100, 2_150).await;
        stage.operator().post(&format!("{path}/resume"), &json!({"reason": ""})).await.ok();
        stage.equal("live").await;
        // It went on from where it stood, and did not read the table anew.
        let runs = stage.operator().get(&format!("{path}/runs")).await.ok();
        assert_eq!(runs["items"][0]["mode"], "apply", "{runs}");

        stage.operator().post(&format!("{path}/end"), &json!({"reason": "不再需要"})).await.ok();
        until("the slot to be given up", async || {
            let slots: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()",
            )
            .fetch_one(&stage.source)
            .await
            .unwrap();
            (slots == 0).then_some(())
        })
        .await;
    });
}

/// By watermark only what is new is read, however often it runs.
#[test]
fn a_watermark_is_followed() {
    run(async {
        let stage = Stage::raise(500).await;
        let id = stage.subscribe("grown", |body| body["method"] = json!("after")).await;
        assert_eq!(stage.run(&id, "run").await["figures"]["inserted"].as_u64(), Some(500));
        stage.fill(500, 510).await;
        for row in [3, 500, 501, 502, 503, 504, 505, 506, 507, 508, 509] {
            let set = "gxsj = '2026-03-01 00:00:00', xm = '王五'";
            stage.at_source(&format!("UPDATE rkxx SET {set} WHERE sfzh = '{}'", number(row))).await;
        }
        let done = stage.run(&id, "run").await;
        assert_eq!(done["mode"], "apply", "{done}");
        stage.equal("grown").await;
        // Only what stands at the last watermark is looked at again.
        let still = stage.run(&id, "run").await;
        assert_eq!(still["figures"]["inserted"].as_u64(), Some(0), "{still}");
        assert!(still["figures"]["read"].as_u64() < Some(20), "{still}");
    });
}

/// A suspended grant stops what runs continuously within a second or so, and nothing that changes meanwhile arrives; resumed, it goes on.
#[test]
fn a_suspended_grant_is_obeyed() {
    run(async {
        let stage = Stage::raise(100).await;
        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        let id = stage
            .subscribe("live", |body| {
                body["method"] = json!("changes");
                body["schedule"] = json!({"kind": "continuous"});
            })
            .await;
        stage.equal("live").await;
        stage.seeded.change(&stage.grant, "suspend").await;
        let path = format!("/api/v1/subscriptions/{id}");
        until("the run to stop", async || {
            let seen = stage.operator().get(&path).await.ok();
            (seen["notice"]["code"] == "authorise.suspended").then_some(())
        })
        .await;
        stage.fill(100, 120).await;
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM live").fetch_one(&stage.target).await.unwrap();
        assert_eq!(rows, 100);
        let head = stage.seeded.as_(Who::ProviderHead);
        head.post(&format!("/api/v1/grants/{}/resume", stage.grant), &json!({"reason": "已整改"})).await.ok();
        stage.equal("live").await;
    });
}

/// Into files: a CSV appears whole under its name, and stays whole when it is replaced.
#[test]
fn files_are_replaced_whole() {
    run(async {
        let stage = Stage::raise(300).await;
        let id = stage.subscribe("people.csv", |body| body["target"] = json!("folder")).await;
        assert_eq!(stage.run(&id, "run").await["state"], "succeeded");
        let text = std::fs::read_to_string(stage.folder().join("people.csv")).unwrap();
        assert_eq!(text.lines().count(), 301, "{text}");
        assert!(text.contains("139****2233") && text.contains(&number(7)));
        let body = &mut stage.body("people.csv");
        body["target"] = json!("folder");
        body["method"] = json!("after");
        stage.at_source("DELETE FROM rkxx WHERE xm = '张三'").await;
        assert_eq!(stage.run(&id, "run").await["state"], "succeeded");
        let text = std::fs::read_to_string(stage.folder().join("people.csv")).unwrap();
        assert_eq!(text.lines().count(), 201);
    });
}

/// A source without a log is read whole and compared: only what differs travels. When the agent has lost what it compares with, the
/// table is delivered anew by itself.
#[test]
fn a_source_without_a_log_is_compared() {
    run(async {
        let world = World::raise(Backing::Sqlite).await;
        let dir = tempfile::tempdir().unwrap();
        let (agent_id, _agent) = world.take_in(dir.path()).await;
        let grant = world
            .grant(|body| {
                body["shapes"] = json!(["batch"]);
                body["items"] = json!([{"item": "resident_id"}, {"item": "name"}]);
            })
            .await;
        let operator = world.as_(Who::ConsumerOperator);
        let body = json!({
            "name": "比对", "grant_id": grant, "agent_id": agent_id, "target": "hall", "table": "people",
            "columns": [{"item": "resident_id"}, {"item": "name"}], "keys": ["resident_id"], "method": "changes",
            "schedule": {"kind": "manual"}, "purpose": {"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"},
        });
        let made = operator.post("/api/v1/subscriptions", &body).await.ok();
        let path = format!("/api/v1/subscriptions/{}", made["id"].as_str().unwrap());
        let once = async || {
            let begun = operator.post(&format!("{path}/run"), &json!({})).await.ok();
            let run = format!("/api/v1/runs/{}", begun["run_id"].as_str().unwrap());
            until("the run to end", async || {
                let seen = operator.get(&run).await.ok();
                (seen["state"] != "running").then_some(seen)
            })
            .await
        };
        let first = once().await;
        assert_eq!(
            (&first["mode"], &first["figures"]["inserted"]),
            (&json!("replace"), &json!(4)),
            "{first}"
        );
        let source =
            sqlx::SqlitePool::connect(&format!("sqlite://{}", world.source.display())).await.unwrap();
        let change = async |statement: String| {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&source).await.unwrap();
        };
        change(format!("UPDATE rkxx SET xm = '张五' WHERE sfzh = '{}'", resident_id(CLEAN))).await;
        change(format!("DELETE FROM rkxx WHERE sfzh = '{}'", resident_id(ELSEWHERE))).await;
        change(format!("INSERT INTO rkxx (sfzh, xm) VALUES ('{}', '新人')", number(77))).await;
        let second = once().await;
        let figures = &second["figures"];
        assert_eq!((&second["mode"], &figures["read"]), (&json!("apply"), &json!(4)), "{second}");
        let written = ["inserted", "updated", "deleted"].map(|name| figures[name].as_u64());
        assert_eq!(written, [Some(1), Some(1), Some(1)], "{second}");

        for entry in std::fs::read_dir(&world.agent.state_dir).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("reading-") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        let lost = once().await;
        assert_eq!(lost["notice"]["code"], "watch.position_lost", "{lost}");
        until("the table to be delivered anew", async || {
            let seen = operator.get(&path).await.ok();
            (seen["last_run"]["state"] == "succeeded" && seen["last_run"]["mode"] == "replace").then_some(())
        })
        .await;
    });
}
