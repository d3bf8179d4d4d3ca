//! The first hour of a real node: `init`, `doctor`, `serve`, the first log-in; and what the doctor says when things break.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::world::{
    AgentProcess, CLEAN, HubProcess, Session, fitting_code, run, run_program, seed_by, server_source, sql,
    write_config,
};

/// A node that `init` made.
pub struct Node {
    pub dir: tempfile::TempDir,
    pub config: PathBuf,
    pub data_dir: PathBuf,
    pub http: u16,
    pub passwords: Vec<String>,
}

impl Node {
    /// Makes one; `more` are further flags.
    pub fn init(more: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let http = testbed::free_port().unwrap();
        let (config, data_dir) = (dir.path().join("etc/hub.toml"), dir.path().join("data"));
        let output = run_program(
            &flags(&config, &data_dir, http, more).iter().map(String::as_str).collect::<Vec<_>>(),
            &[],
        );
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        let password = |name: &str| {
            let line = text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().to_owned()
        };
        let passwords = ["admin ", "business ", "auditor "].map(password).to_vec();
        Self { dir, config, data_dir, http, passwords }
    }

    pub async fn serve(&self) -> HubProcess {
        HubProcess::serve(self.dir.path(), self.config.clone(), self.http, self.data_dir.clone()).await
    }

    /// Exit code and findings of the doctor.
    pub fn doctor(&self) -> (i32, Vec<Value>) {
        doctor(&self.config)
    }
}

fn flags(config: &Path, data_dir: &Path, http: u16, more: &[&str]) -> Vec<String> {
    let code = fitting_code("11513428MB000000");
    let link = testbed::free_port().unwrap();
    let mut all: Vec<String> =
        ["init", "--yes", "--name", "云澜县数据局", "--credit-code", &code, "--region", "513428"]
            .map(str::to_owned)
            .to_vec();
    all.extend(["--config".to_owned(), config.display().to_string()]);
    all.extend(["--data-dir".to_owned(), data_dir.display().to_string()]);
    all.extend([
        "--listen".to_owned(),
        format!("127.0.0.1:{http}"),
        "--link".to_owned(),
        format!("127.0.0.1:{link}"),
    ]);
    all.extend(["--persons".to_owned(), "P-1,P-2,P-3".to_owned()]);
    all.extend(more.iter().map(|flag| (*flag).to_owned()));
    all
}

/// Exit code and findings of the doctor for that configuration.
pub fn doctor(config: &Path) -> (i32, Vec<Value>) {
    let output = run_program(&["doctor", "--json", "--config", config.to_str().unwrap()], &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    let findings = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr));
    });
    (output.status.code().unwrap(), findings)
}

fn faults(findings: &[Value]) -> Vec<&str> {
    findings.iter().filter(|one| one["state"] == "fault").map(|one| one["check"].as_str().unwrap()).collect()
}

/// Logs in for the first time and chooses a password.
pub async fn first_log_in(url: &str, name: &str, password: &str) -> Session {
    let session = Session::log_in(url, name, password).await;
    let own = session.get("/api/v1/session").await.ok();
    assert_eq!(own["due"], "password", "{own}");
    session.get("/api/v1/users").await.refused(403, "identify.password_due");
    let body = json!({"current": password, "new": format!("{password}-Q8")});
    session.post("/api/v1/session/password", &body).await.ok();
    session
}

/// From nothing to a running node with three people logged in: nothing is overwritten, secrets are their owner's only, the
/// doctor finds nothing to mend before and while it runs.
#[test]
fn from_init_to_the_first_log_in() {
    run(async {
        let node = Node::init(&[]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&node.config), mode(&node.data_dir)), (0o600, 0o700));
        let (code, findings) = node.doctor();
        assert_eq!((code, faults(&findings)), (0, vec![]), "{findings:?}");

        let before = std::fs::read(&node.config).unwrap();
        let again = flags(&node.config, &node.data_dir, node.http, &[]);
        let output = run_program(&again.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("init.exists"));
        assert_eq!(std::fs::read(&node.config).unwrap(), before);

        let mut hub = node.serve().await;
        let mut sessions = Vec::new();
        for (name, password) in ["admin", "business", "auditor"].iter().zip(&node.passwords) {
            sessions.push(first_log_in(&hub.url, name, password).await);
        }
        // The three are different people: the admin's staff number opens no second office.
        let body = json!({"kind": "create", "username": "second", "person": "p-1", "role": "security_auditor",
            "organisation_id": sessions[0].get("/api/v1/session").await.ok()["user"]["organisation"]["id"],
            "reason": "增加审计人员"});
        sessions[0].post("/api/v1/account-proposals", &body).await.refused(409, "identity.user.parted_roles");
        let (code, findings) = node.doctor();
        assert_eq!((code, faults(&findings)), (0, vec![]), "{findings:?}");
        assert!(findings.iter().any(|one| one["check"] == "agents" && one["state"] == "ok"), "{findings:?}");
        hub.kill().await;
    });
}

/// From nothing to an answer out of an office's own PostgreSQL, over the commands and pages that the handbook names: three
/// people log in, set up two departments and an agent, publish, grant, and a clerk's system gets what the table holds.
#[test]
fn from_init_to_the_first_answer() {
    run(async {
        let postgres = testbed::shared_postgres().await.unwrap();
        let database = postgres.create_database().await.unwrap();
        let pool = sqlx::PgPool::connect(database.url()).await.unwrap();
        for statement in sql() {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.unwrap();
        }
        let began = std::time::Instant::now();
        let node = Node::init(&[]);
        let mut hub = node.serve().await;
        let people = [("admin", 0), ("business", 1), ("auditor", 2)];
        let mut sessions = Vec::new();
        for (name, at) in people {
            sessions.push(first_log_in(&hub.url, name, &node.passwords[at]).await);
        }
        let seeded = seed_by(&hub.url, sessions.try_into().ok().unwrap()).await;
        let source = server_source("postgres", database.url());
        let config = write_config(&node.dir.path().join("agent"), &hub.url, &source);
        let mut agent = AgentProcess::join(&config, &seeded.join_code);
        seeded.wait_connected(true).await;
        seeded.mount_and_publish("register").await;
        let grant = seeded.grant(|_| {}).await;
        let answer = seeded.query(&seeded.question(&grant, CLEAN)).await.ok();
        let items = &answer["rows"][0]["items"];
        assert_eq!(items["name"]["value"], "张三", "{answer}");
        assert_eq!(items["mobile"]["value"].as_str().map(|seen| seen.contains('*')), Some(true), "{answer}");
        println!("init to first answer: {:.1} s of the machine", began.elapsed().as_secs_f64());
        agent.kill().await;
        hub.kill().await;
    });
}

/// What is missing or wrong is named all at once, and nothing is made.
#[test]
fn init_names_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let (config, data) = (dir.path().join("hub.toml"), dir.path().join("data"));
    let (config_text, data_text) = (config.to_str().unwrap(), data.to_str().unwrap());
    let output = run_program(
        &[
            "init",
            "--yes",
            "--config",
            config_text,
            "--data-dir",
            data_text,
            "--credit-code",
            "11513428MB0000000X",
        ],
        &[],
    );
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    for place in ["--name", "--credit-code", "--region"] {
        assert!(text.contains(place), "{place} in {text}");
    }
    assert!(!config.exists() && !data.exists());
}

/// The unit files name this node's own places and are written once.
#[test]
fn init_writes_units() {
    let units = tempfile::tempdir().unwrap();
    let node = Node::init(&["--systemd", units.path().to_str().unwrap()]);
    let unit = std::fs::read_to_string(units.path().join("guantong-hub.service")).unwrap();
    for part in [
        node.config.to_str().unwrap(),
        node.data_dir.to_str().unwrap(),
        "ProtectSystem=strict",
        "NoNewPrivileges=true",
    ] {
        assert!(unit.contains(part), "{part} in {unit}");
    }
    assert!(!unit.contains("/var/lib/guantong") && !unit.contains("/etc/guantong"), "{unit}");
    assert!(units.path().join("guantong-agent@.service").exists());
}

/// Each broken thing is named as what it is, with a remedy in both languages.
#[test]
fn the_doctor_names_what_is_broken() {
    type Break = fn(&Node);
    let cases: [(&str, Break); 7] = [
        ("secrets", |node| {
            let key = node.data_dir.join("keys/access-token.key");
            std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o644)).unwrap();
        }),
        ("database", |node| {
            std::fs::rename(node.data_dir.join("guantong.db"), node.dir.path().join("away.db")).unwrap()
        }),
        ("data_folder", |node| std::fs::rename(&node.data_dir, node.dir.path().join("away")).unwrap()),
        ("evidence", |node| change_a_byte(&node.data_dir.join("evidence/log/segments"))),
        ("certificates", |node| {
            std::fs::write(node.data_dir.join("link/link.pem"), "no certificate").unwrap()
        }),
        ("configuration", |node| {
            let text = std::fs::read_to_string(&node.config).unwrap();
            std::fs::write(&node.config, text.replace("session_hours = 8", "session_hours = 9000")).unwrap();
        }),
        ("follow_ups", |node| run(give_up(&node.data_dir.join("guantong.db")))),
    ];
    for (check, broken) in cases {
        let node = Node::init(&[]);
        broken(&node);
        let (code, findings) = node.doctor();
        assert_eq!(code, 1, "{check}: {findings:?}");
        let finding = findings.iter().find(|one| one["check"] == check && one["state"] == "fault");
        let finding = finding.unwrap_or_else(|| panic!("{check} is not in {findings:?}"));
        for text in ["zh", "en", "mend_zh", "mend_en"] {
            assert!(
                finding[text].as_str().is_some_and(|text| text.chars().count() > 5),
                "{check} {text}: {finding}"
            );
        }
    }
    // A port that somebody else has.
    let node = Node::init(&[]);
    let _other = std::net::TcpListener::bind(("127.0.0.1", node.http)).unwrap();
    let (code, findings) = node.doctor();
    assert_eq!((code, faults(&findings)), (1, vec!["ports"]), "{findings:?}");
    let text = run_program(&["doctor", "--lang", "en", "--config", node.config.to_str().unwrap()], &[]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("Cannot listen on") && text.contains("To mend:"), "{text}");
}

/// Changes one byte in the middle of the first segment.
fn change_a_byte(segments: &Path) {
    let first = std::fs::read_dir(segments).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    let mut bytes = std::fs::read(&first).unwrap();
    // Within the first leaf: what lies beside a leaf is erasable and proved by nothing.
    let leaf = bytes.windows(7).position(|seven| seven == b"\"kind\":").unwrap();
    bytes[leaf + 9] ^= 1;
    std::fs::write(&first, bytes).unwrap();
}

/// A follow-up that failed too often.
async fn give_up(database: &Path) {
    let url = format!("sqlite://{}", database.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::query(
        "INSERT INTO follow_up (id, kind, subject, due_ms, claimed_until_ms, attempts, last_error) VALUES \
         ('x', 'sharing.push', 'g', 0, 0, 20, 'fetch.agent_offline')",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
}
