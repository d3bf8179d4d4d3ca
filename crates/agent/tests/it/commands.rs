//! `guantong agent ...` as a person types it. Exit codes are what scripts see.

use std::process::ExitCode;

use agent::cli::{AgentArgs, run};
use clap::Parser;
use tokio_util::sync::CancellationToken;

use crate::support::*;

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    agent: AgentArgs,
}

async fn typed(config: &std::path::Path, words: &[&str]) -> ExitCode {
    let config = config.display().to_string();
    let line = ["agent"].into_iter().chain(words.iter().copied()).chain(["--config", &config]);
    let program = Program::try_parse_from(line).expect("a command");
    run(program.agent, CancellationToken::new()).await
}

fn is(code: ExitCode, expected: u8) -> bool {
    // `ExitCode` cannot be compared, but it shows its number.
    format!("{code:?}") == format!("{:?}", ExitCode::from(expected))
}

/// Without a running agent the commands work on the state folder; a source that is gone and a state that has not joined are
/// told by the exit code.
#[tokio::test]
async fn commands_tell_by_their_exit_code() {
    let department = Department::joined("accept = \"manual\"").await;
    let config = department.config.state_dir.with_file_name("agent.toml");
    for words in [&["config", "example"][..], &["config", "check"], &["check"], &["pins"], &["record"]] {
        assert!(is(typed(&config, words).await, 0), "{words:?}");
    }
    let pin = pin();
    {
        let agent = department.open();
        offered(&agent, &pin).await;
    }
    assert!(is(typed(&config, &["approve", "g1", "--digest", "ffff0000"]).await, 2), "another version");
    assert!(is(typed(&config, &["approve", "g1"]).await, 0));
    assert!(is(typed(&config, &["approve", "g1"]).await, 2), "nothing waits any more");
    assert!(is(typed(&config, &["pins", "--json"]).await, 0));
    assert!(is(typed(&config, &["record", "--json", "--from", "0"]).await, 0));
    assert!(is(typed(&config, &["record", "--verify"]).await, 0));
    assert!(department.open().book.get("g1").is_some(), "the approval was kept");

    std::fs::remove_file(department.config.state_dir.with_file_name("mz.db")).expect("removed");
    assert!(is(typed(&config, &["check"]).await, 1));
    assert!(is(typed(&config.with_file_name("nowhere.toml"), &["check"]).await, 2));
    let fresh = Department::new("").await;
    let config = fresh.config.state_dir.with_file_name("agent.toml");
    assert!(is(typed(&config, &["pins"]).await, 2), "not joined");
    assert!(is(typed(&config, &["join", "--code", "gt1-nonsense"]).await, 2));
}

/// A record that somebody changed on disk is found.
#[tokio::test]
async fn a_changed_record_is_found() {
    let department = Department::joined("accept = \"auto\"").await;
    let pin = pin();
    {
        let agent = department.open();
        offered(&agent, &pin).await;
        ask(&agent, &query(&pin, &["name"])).await.expect("answered");
    }
    let config = department.config.state_dir.with_file_name("agent.toml");
    assert!(is(typed(&config, &["record", "--verify"]).await, 0));
    let folder = department.config.state_dir.join("record");
    let changed = files(&folder).into_iter().filter(|path| {
        let bytes = std::fs::read(path).expect("readable");
        let Some(at) = bytes.windows(11).position(|window| window == b"agent.query") else { return false };
        let mut bytes = bytes;
        bytes[at..at + 11].copy_from_slice(b"agent.quern");
        std::fs::write(path, bytes).is_ok()
    });
    assert!(changed.count() > 0);
    assert!(is(typed(&config, &["record", "--verify"]).await, 1));
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
