//! The example clients of `examples/clients`, run against a real hub as a department's developer would run them.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::world::{Backing, RESOURCE, World, resident_id, run};

fn example(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/clients").join(path)
}

/// True when the program is on this machine; otherwise its example is not run, and that is said.
fn present(program: &str, version: &str) -> bool {
    let found = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = found.is_ok_and(|status| status.success());
    if !there {
        let _told = writeln!(std::io::stderr(), "not run: there is no {program} on this machine");
    }
    there
}

/// Runs an example with the consumer's client.
async fn call(world: &World, program: &str, path: &str, secret: &str) -> Output {
    let (id, _) = &world.client;
    let mut command = Command::new(program);
    command.arg(example(path)).args([RESOURCE, &resident_id(crate::world::CLEAN), "MZ-DB-001", "2026-0001"]);
    command
        .env("GUANTONG_URL", &world.url)
        .env("GUANTONG_CLIENT_ID", id)
        .env("GUANTONG_CLIENT_SECRET", secret);
    tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output().unwrap()).await.unwrap()
}

/// Each example gets the answer, and with a wrong secret says why not and ends with a failure.
#[test]
fn examples_work_as_they_stand() {
    run(async {
        let world = World::raise(Backing::Sqlite).await;
        world.grant(|_| {}).await;
        let mut ran = 0;
        for (program, version, path) in [
            ("curl", "--version", "curl.sh"),
            ("python3", "--version", "python/guantong.py"),
            ("java", "-version", "java/Guantong.java"),
        ] {
            if !present(program, version) {
                continue;
            }
            ran += 1;
            let program = if program == "curl" { "sh" } else { program };
            let good = call(&world, program, path, &world.client.1).await;
            let said =
                format!("{}{}", String::from_utf8_lossy(&good.stdout), String::from_utf8_lossy(&good.stderr));
            assert!(good.status.success() && said.contains("张三"), "{path}: {said}");
            let wrong = call(&world, program, path, "not-the-secret").await;
            assert!(!wrong.status.success(), "{path} with a wrong secret");
            let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
            assert!(!said.contains("not-the-secret"), "{path} shows the secret: {said}");
        }
        assert!(ran >= 1, "no interpreter at all");
    });
}
