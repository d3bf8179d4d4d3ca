//! Backups: taken under load, restored elsewhere, verified; damaged ones refused.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::first_hour::{Node, doctor, first_log_in};
use crate::world::{HubProcess, Session, run, run_program};

fn program(args: &[&str], path: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guantong"));
    if let Some(path) = path {
        command.env("PATH", path);
    }
    command.args(args).stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A restored node.
struct Restored {
    config: PathBuf,
    data_dir: PathBuf,
    output: Output,
}

fn restore(archive: &Path, into: &Path, more: &[&str]) -> Restored {
    let (config, data_dir) = (into.join("restored.toml"), into.join("restored"));
    let (config_text, data_text) = (config.to_str().unwrap(), data_dir.to_str().unwrap());
    let args = ["restore", archive.to_str().unwrap(), "--config", config_text, "--data-dir", data_text];
    let output = run_program(&[&args, more].concat(), &[]);
    Restored { config, data_dir, output }
}

/// Writes a new user every few milliseconds until told to stop; gives how many were acknowledged.
fn load(
    admin: Session,
    organisation: String,
) -> (tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<u32>) {
    let (stop, mut stopped) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        let mut made = 0;
        while stopped.try_recv().is_err() {
            let body = json!({"name": format!("科室{made}"), "parent_id": organisation,
                "credit_code": crate::world::fitting_code(&format!("11513428{:08}", 10_000_000 + made)),
                "kind": "department", "region": "513428"});
            let answer = admin.post("/api/v1/organisations", &body).await;
            assert!(answer.status.is_success(), "{}", answer.body);
            made += 1;
        }
        made
    });
    (stop, task)
}

async fn organisations(session: &Session) -> u64 {
    session.get("/api/v1/organisations?page_size=1").await.ok()["total"].as_u64().unwrap()
}

/// Backs a running hub up while it is written, restores it elsewhere, and finds database and evidence at one: every
/// organisation in the copy has its evidence, none is half there, and the node goes on from there.
async fn under_load(node: Node, path: Option<&str>, database: Option<String>) {
    let mut hub = node.serve().await;
    let admin = first_log_in(&hub.url, "admin", &node.passwords[0]).await;
    let authority =
        admin.get("/api/v1/session").await.ok()["user"]["organisation"]["id"].as_str().unwrap().to_owned();
    let (stop, writing) = load(admin.clone(), authority);
    crate::world::until("some writes", async || (organisations(&admin).await > 20).then_some(())).await;
    let before = organisations(&admin).await;
    let archive = node.dir.path().join("node.backup");
    let (archive_text, config_text) =
        (archive.to_str().unwrap().to_owned(), node.config.to_str().unwrap().to_owned());
    let path = path.map(str::to_owned);
    let output = tokio::task::spawn_blocking(move || {
        program(&["backup", &archive_text, "--config", &config_text], path.as_deref())
    })
    .await
    .unwrap();
    let after = organisations(&admin).await;
    stop.send(()).unwrap();
    let made = writing.await.unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(after > before, "nothing was written meanwhile: {before} {after} {made}");
    hub.kill().await;

    let flags: Vec<&str> = database.iter().flat_map(|url| ["--database", url.as_str()]).collect();
    let restored = restore(&archive, node.dir.path(), &flags);
    assert!(restored.output.status.success(), "{}", said(&restored.output));
    let log = restored.data_dir.join("evidence/log");
    let verified = run_program(&["verify", log.to_str().unwrap()], &[]);
    assert!(verified.status.success(), "{}", said(&verified));
    let (code, findings) = doctor(&restored.config);
    assert_eq!(code, 0, "{findings:?}");

    let hub = HubProcess::serve(node.dir.path(), restored.config, node.http, restored.data_dir).await;
    let admin = Session::log_in(&hub.url, "admin", &format!("{}-Q8", node.passwords[0])).await;
    let restored = organisations(&admin).await;
    assert!((before..=after).contains(&restored), "{before} {restored} {after}");
    let auditor = Session::log_in(&hub.url, "auditor", &node.passwords[2]).await;
    let password = format!("{}-Q8", node.passwords[2]);
    auditor
        .post("/api/v1/session/password", &json!({"current": node.passwords[2], "new": password}))
        .await
        .ok();
    // Each organisation of the copy has its evidence, and the log may hold a little more than the copy's moment.
    crate::world::until("the index", async || {
        let list = auditor.get("/api/v1/evidence?page_size=1&kind=catalog.organisation.created").await.ok();
        (list["total"].as_u64().unwrap() >= restored).then_some(())
    })
    .await;
}

/// SQLite, copied at one moment.
#[test]
fn sqlite_under_load() {
    run(under_load(Node::init(&[]), None, None));
}

/// PostgreSQL by `pg_dump`, and by our own export where there is none.
#[test]
fn postgres_under_load() {
    run(async {
        let server = testbed::shared_postgres().await.unwrap();
        let empty = tempfile::tempdir().unwrap();
        for path in [None, Some(empty.path().to_str().unwrap())] {
            let (from, to) =
                (server.create_database().await.unwrap(), server.create_database().await.unwrap());
            let node = Node::init(&["--database", from.url()]);
            under_load(node, path, Some(to.url().to_owned())).await;
        }
    });
}

/// A damaged, cut or wrong archive is refused and nothing is made; so is a target that is in use, and nothing of it changes.
#[test]
fn refuses_what_is_not_whole() {
    let node = Node::init(&[]);
    let archive = node.dir.path().join("node.backup");
    let args = ["backup", archive.to_str().unwrap(), "--config", node.config.to_str().unwrap()];
    let output = run_program(&args, &[]);
    assert!(output.status.success(), "{}", said(&output));
    let twice = run_program(&args, &[]);
    assert!(!twice.status.success(), "an archive was overwritten");
    let digest = said(&output).split("SHA-256：").nth(1).unwrap()[..64].to_owned();

    let whole = std::fs::read(&archive).unwrap();
    let target = tempfile::tempdir().unwrap();
    // Sixteen bytes: a single bit of compressed zeros may mean the same zeros.
    for at in [200, whole.len() / 3, whole.len() / 2, whole.len() - 24] {
        let mut damaged = whole.clone();
        damaged[at..at + 16].iter_mut().for_each(|byte| *byte ^= 0xa5);
        std::fs::write(&archive, &damaged).unwrap();
        let refused = restore(&archive, target.path(), &[]);
        assert!(!refused.output.status.success(), "byte {at}");
        assert!(!refused.config.exists() && !refused.data_dir.exists(), "byte {at} left something");
    }
    std::fs::write(&archive, &whole[..whole.len() - 100]).unwrap();
    assert!(!restore(&archive, target.path(), &[]).output.status.success(), "a cut archive");
    std::fs::write(&archive, &whole).unwrap();
    let wrong = restore(&archive, target.path(), &["--sha256", &"0".repeat(64)]);
    assert!(!wrong.output.status.success() && !wrong.data_dir.exists(), "another digest");

    let kept = target.path().join("restored/of-somebody");
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    std::fs::write(&kept, "mine").unwrap();
    let refused = restore(&archive, target.path(), &[]);
    assert!(!refused.output.status.success() && said(&refused.output).contains("nothing was changed"));
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "mine");
    std::fs::remove_dir_all(kept.parent().unwrap()).unwrap();
    let good = restore(&archive, target.path(), &["--sha256", &digest]);
    assert!(good.output.status.success(), "{}", said(&good.output));
}

/// An archive whose evidence was exchanged for another whole log is caught by the comparison with the database.
#[test]
fn evidence_of_another_node_is_caught() {
    let (node, other) = (Node::init(&[]), Node::init(&[]));
    run(async {
        let mut hub = node.serve().await;
        first_log_in(&hub.url, "admin", &node.passwords[0]).await;
        first_log_in(&hub.url, "business", &node.passwords[1]).await;
        hub.kill().await;
    });
    // The whole evidence of another node, under a database that tells of more.
    std::fs::remove_dir_all(node.data_dir.join("evidence")).unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(other.data_dir.join("evidence"))
        .arg(&node.data_dir)
        .status()
        .unwrap();
    assert!(copied.success());
    let archive = node.dir.path().join("node.backup");
    let output =
        run_program(&["backup", archive.to_str().unwrap(), "--config", node.config.to_str().unwrap()], &[]);
    assert!(output.status.success(), "{}", said(&output));
    let target = tempfile::tempdir().unwrap();
    let refused = restore(&archive, target.path(), &[]);
    assert!(!refused.output.status.success(), "{}", said(&refused.output));
    assert!(said(&refused.output).contains("Database and evidence differ"), "{}", said(&refused.output));
    assert!(!refused.data_dir.exists());
}
