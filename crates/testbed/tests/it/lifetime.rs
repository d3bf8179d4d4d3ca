//! No server outlives the one who started it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use testbed::PostgresOptions;

/// Says to the inner run of this binary that it is the one to be killed.
const INNER: &str = "TESTBED_INNER";

fn gone(pid: u32) -> bool {
    !Path::new(&format!("/proc/{pid}")).exists()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The server and its temporary directory are gone when the last handle is dropped.
#[tokio::test(flavor = "multi_thread")]
async fn dropping_ends_the_server() {
    let server = testbed::postgres(PostgresOptions::default()).await.unwrap();
    let pid = server.pid().unwrap();
    let dir = server.psql("show unix_socket_directories").await.unwrap();
    let other = server.clone();
    drop(server);
    assert!(!gone(pid), "a clone still holds it");
    drop(other);
    assert!(gone(pid));
    assert!(!Path::new(&dir).exists(), "{dir} must be removed");
}

/// A given directory stays, and a second server finds the rows of the first in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_given_directory_stays() {
    let dir = tempfile::tempdir().unwrap();
    // The server runs under another account when the tests run as root.
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let options = PostgresOptions { dir: Some(dir.path().join("pg")), ..Default::default() };
    let server = testbed::postgres(options.clone()).await.unwrap();
    server.psql("create table t as select 7 as a").await.unwrap();
    server.stop().await.unwrap();
    drop(server);
    let again = testbed::postgres(options).await.unwrap();
    assert_eq!(again.psql("select a from t").await.unwrap(), "7");
}

/// A process that is killed with SIGKILL, and so runs no destructor, leaves no server behind.
#[test]
fn a_killed_owner_leaves_no_server() {
    let mut inner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lifetime::inner_owner", "--nocapture"])
        .env(INNER, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(inner.stdout.take().unwrap()));
    let pid: u32 = lines
        .find_map(|line| line.unwrap().rsplit_once("server=").and_then(|(_, pid)| pid.trim().parse().ok()))
        .unwrap();
    assert!(!gone(pid));
    inner.kill().unwrap();
    inner.wait().unwrap();
    wait_until("the end of the orphaned server", || gone(pid));
}

/// Not a test by itself: the owner that [`a_killed_owner_leaves_no_server`] kills.
#[tokio::test(flavor = "multi_thread")]
async fn inner_owner() {
    if std::env::var_os(INNER).is_none() {
        return;
    }
    let server = testbed::shared_postgres().await.unwrap();
    println!("server={}", server.pid().unwrap());
    std::future::pending::<()>().await;
}
