//! Joining with a code.

use agent::clock::Entropy;
use agent::join::join;
use agent::state::StateDir;

use crate::hub::Hub;
use crate::support::*;

async fn try_join(
    department: &Department,
    hub: &str,
    code: &str,
) -> Result<agent::state::Identity, agent::fault::Fault> {
    let state = StateDir::open(&department.config.state_dir).expect("a folder");
    join(hub, code, &state, &department.shared_clock(), &Entropy::seeded(5)).await
}

/// A code works once; what is written is readable by its owner only, and the key never was at the hub.
#[tokio::test]
async fn a_code_works_once() {
    let hub = Hub::start().await;
    let department = Department::new("").await;
    let code = hub.code();
    let identity = try_join(&department, &hub.web, &code).await.expect("joined");
    assert_eq!((identity.agent_id.as_str(), identity.organisation_name.as_str()), ("agent-1", "民政局"));
    assert_eq!(identity.link_address, hub.link);
    let again = try_join(&department, &hub.web, &code).await.expect_err("joined already");
    assert_eq!(again.code, "join.already");
    let second = Department::new("").await;
    let used = try_join(&second, &hub.web, &code).await.expect_err("used");
    assert_eq!((used.code.as_ref(), used.zh.as_str()), ("join.code_used", "接入码已使用"));
    #[cfg(unix)]
    for name in ["credentials.json", "evidence.key", "identity.json"] {
        use std::os::unix::fs::PermissionsExt as _;
        let meta = std::fs::metadata(department.config.state_dir.join(name)).expect("there");
        assert_eq!(meta.permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert!(!hub.dir().join("credentials.json").exists());
}

/// A code of another hub: the fingerprint does not fit, so the secret is not even sent.
#[tokio::test]
async fn another_hub_is_recognised() {
    let (hub, impostor) = (Hub::start().await, Hub::start().await);
    let department = Department::new("").await;
    let code = hub.code();
    let fault = try_join(&department, &impostor.web, &code).await.expect_err("not the hub of the code");
    assert_eq!(fault.code, "link.root_mismatch");
    assert!(try_join(&department, &hub.web, &code).await.is_ok(), "the code is still good");
}

/// Mistyped codes, wrong addresses and things that are no hub are told apart.
#[tokio::test]
async fn mistakes_are_told_apart() {
    let hub = Hub::start().await;
    let department = Department::new("").await;
    let code = hub.code();
    let typo = code.replacen("gt1-a", "gt1-b", 1);
    assert_eq!(try_join(&department, &hub.web, &typo).await.expect_err("mistyped").code, "join.code_invalid");
    let nobody = try_join(&department, "http://127.0.0.1:1", &code).await.expect_err("nobody there");
    assert_eq!(nobody.code, "join.hub_unreachable");
    assert!(nobody.en.contains("http://127.0.0.1:1") && nobody.zh.contains("--hub"));
    let other =
        try_join(&department, &format!("{}/elsewhere", hub.web), &code).await.expect_err("no such page");
    assert!(other.code == "join.hub_unreachable" && other.en.contains("404"));
}

/// An agent that has not joined says so, with the command.
#[tokio::test]
async fn an_agent_must_join_first() {
    let department = Department::new("").await;
    let fault = department.try_open().err().expect("not joined");
    assert!(fault.code == "agent.not_joined" && fault.zh.contains("guantong agent join"));
}
