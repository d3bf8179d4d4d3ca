//! Targets without room: told as what it is, nothing half-written, and delivered once there is room again.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::stage::{Stage, server_target};
use crate::world::{AgentProcess, Who, run, until, write_agent};

/// Takes all the room there is until it is dropped.
struct Ballast(PathBuf);

impl Ballast {
    fn fill(disk: &Path) -> Self {
        let path = disk.join("ballast");
        let mut file = File::create(&path).unwrap();
        for piece in [64 * 1024, 1024, 1] {
            while file.write_all(&vec![0; piece]).is_ok() {}
        }
        Self(path)
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The notice of a run that failed for want of room.
#[track_caller]
fn told_full(what: &str, failed: &Value) {
    assert_eq!(
        (&failed["state"], &failed["notice"]["code"]),
        (&json!("failed"), &json!("target.full")),
        "{what}: {failed}"
    );
    let zh = failed["notice"]["zh"].as_str().unwrap();
    assert!(zh.contains("磁盘空间不足") && zh.contains("清理或扩容"), "{what}: {failed}");
}

/// A PostgreSQL whose disk is full: whole tables and changes alike fail with that reason, rows and position stay, and with room again
/// the next run brings everything.
#[test]
fn a_full_database_is_told() {
    run(async {
        let options =
            testbed::PostgresOptions { disk_kib: Some(32 * 1024), ..testbed::PostgresOptions::default() };
        let server = testbed::postgres(options).await.unwrap();
        let database = server.create_database_on_disk().await.unwrap();
        let stage = Stage::towards(300, &[("office", server_target("postgres", database.url()))]).await;
        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        let content = async |table: &str| {
            let rows = format!("SELECT resident_id, xm, birth_date FROM {table} ORDER BY 1");
            let rows = server.psql_in(database.name(), &rows).await.unwrap();
            let stands =
                server.psql_in(database.name(), "SELECT * FROM gt_delivery ORDER BY 1").await.unwrap();
            (rows.lines().map(str::to_owned).collect::<Vec<_>>(), stands)
        };
        let mut next = 300;
        for method in ["full", "changes"] {
            let table = format!("people_{method}");
            let id = stage
                .subscribe(&table, |body| {
                    body["target"] = json!("office");
                    body["method"] = json!(method);
                })
                .await;
            assert_eq!(stage.run(&id, "run").await["state"], "succeeded");
            stage.fill(next, next + 8_000).await;
            next += 8_000;
            let before = content(&table).await;
            let ballast = Ballast::fill(&server.disk().unwrap());
            told_full(method, &stage.run(&id, "run").await);
            assert_eq!(content(&table).await, before, "{method}");
            drop(ballast);
            stage.mended(&id).await;
            assert_eq!(content(&table).await.0, stage.register().await, "{method}");
        }
    });
}

/// The same for files and for SQLite, whose disk is that of the agent: what stood there before is whole and unchanged, and no piece of the
/// new is left.
#[test]
fn a_full_disk_of_files_is_told() {
    run(async {
        let stage = Stage::raise(200).await;
        let dir = tempfile::tempdir().unwrap();
        let disk = dir.path().join("disk");
        std::fs::create_dir_all(&disk).unwrap();
        let place = |kind: &str, name: &str, path: &Path| {
            toml::Table::from_iter([
                ("kind".to_owned(), kind.into()),
                (name.to_owned(), path.to_str().unwrap().into()),
            ])
        };
        let targets = [
            ("papers", place("files", "dir", &disk)),
            ("book", place("sqlite", "path", &disk.join("hall.db"))),
        ];
        let made = json!({"name": "民政局窗口前置机", "organisation_id": stage.seeded.consumer});
        let made = stage.seeded.as_(Who::Platform).post("/api/v1/agents", &made).await.ok();
        let config = write_agent(&dir.path().join("agent"), &stage.seeded.url, &[], &targets);
        let code = made["join_code"].as_str().unwrap();
        let agent = AgentProcess::join_with(&config, code, Some((disk, 8 * 1024)));
        let agent_id = made["agent"]["id"].as_str().unwrap().to_owned();
        until("the agent to connect", async || {
            let seen = stage.seeded.as_(Who::Platform).get(&format!("/api/v1/agents/{agent_id}")).await.ok();
            (seen["connected"] == true).then_some(())
        })
        .await;
        let seen = agent.seen_disk();
        let mut rows = 200;
        for (target, table) in [
            ("papers", "people.csv"),
            ("papers", "people.xlsx"),
            ("papers", "people.parquet"),
            ("book", "people"),
        ] {
            let id = stage
                .subscribe(table, |body| {
                    body["target"] = json!(target);
                    body["agent_id"] = json!(agent_id);
                })
                .await;
            assert_eq!(stage.run(&id, "run").await["state"], "succeeded", "{table}");
            let files = names(&seen);
            let before = std::fs::read(seen.join(table)).ok();
            stage.fill(rows, rows + 6_000).await;
            let ballast = Ballast::fill(&seen);
            told_full(table, &stage.run(&id, "run").await);
            drop(ballast);
            assert_eq!(std::fs::read(seen.join(table)).ok(), before, "{table}");
            let still = stage.run(&id, "compare").await;
            let compared =
                ["same", "different", "only_target"].map(|field| still["compared"][field].as_u64());
            assert_eq!(compared, [Some(rows.into()), Some(0), Some(0)], "{table}: {still}");
            assert_eq!(names(&seen), files, "{table}");
            rows += 6_000;
            let brought = stage.mended(&id).await;
            assert_eq!(brought["figures"]["delivered"].as_u64(), Some(rows.into()), "{table}: {brought}");
            let equal = stage.run(&id, "compare").await;
            assert_eq!(equal["compared"]["same"].as_u64(), Some(rows.into()), "{table}: {equal}");
        }
    });
}

/// Names of the files of a folder, without what SQLite keeps beside its own.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    names
}
