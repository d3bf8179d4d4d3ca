//! Ports, the running hub, and its agents.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use kernel::config::Config;
use serde_json::Value;

use super::finding::Finding;

/// What was seen of the running hub.
pub struct Hub {
    /// Findings about the ports.
    pub findings: Vec<Finding>,
    /// It answers.
    pub answers: bool,
    /// Agents connected, when it answers.
    pub connected: Option<u64>,
}

/// Where to ask an address that listens everywhere.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => SocketAddr::from(([127, 0, 0, 1], v4.port())),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], v6.port()))
        }
        other => other,
    }
}

async fn ready(address: SocketAddr) -> Option<Value> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(3)).build().ok()?;
    let answer = client.get(format!("http://{}/readyz", reachable(address))).send().await.ok()?;
    let body: Value = answer.json().await.ok()?;
    body.get("evidence_size").is_some().then_some(body)
}

/// Looks whether the hub runs, and if not whether its ports are free.
pub async fn look(config: &Config) -> Hub {
    let listen = config.server.listen;
    if let Some(body) = ready(listen).await {
        let connected = body["agents_connected"].as_u64();
        let running = if body["database"] == Value::Bool(true) {
            Finding::ok("ports", format!("平台正在 {listen} 运行"), format!("The hub runs on {listen}"))
        } else {
            Finding::fault(
                "ports",
                "平台在运行，但连不上数据库",
                "The hub runs but does not reach its database",
            )
            .mend("检查数据库服务与网络", "Check the database service and the network")
        };
        return Hub { findings: vec![running], answers: true, connected };
    }
    let ports = [("server.listen", listen), ("link.listen", config.link.listen)];
    let findings = ports.into_iter().map(|(key, address)| port(key, address)).collect();
    Hub { findings, answers: false, connected: None }
}

fn port(key: &str, address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(
            "ports",
            format!("端口 {address} 空闲（平台没有在运行）"),
            format!("Port {address} is free (the hub does not run)"),
        ),
        Err(error) => Finding::fault(
            "ports",
            format!("地址 {address}（{key}）不能监听：{error}"),
            format!("Cannot listen on {address} ({key}): {error}"),
        )
        .mend(
            format!("用 ss -ltnp 'sport = :{}' 找出占用它的程序，或在配置中改 {key}", address.port()),
            format!("Find what uses it with ss -ltnp 'sport = :{}', or change {key}", address.port()),
        ),
    }
}

/// Whether the agents are there.
pub fn agents(connected: Option<u64>, registered: Option<u64>) -> Finding {
    match (connected, registered) {
        (Some(connected), Some(registered)) if connected < registered => Finding::warning(
            "agents",
            format!("登记的 {registered} 台前置机中有 {} 台没有连上", registered - connected),
            format!("{} of {registered} agents are not connected", registered - connected),
        )
        .mend(
            "在控制台“前置机”页看是哪一台；到该部门机器上运行 guantong agent check 与 systemctl status",
            "See which one in the console; at that department run guantong agent check and systemctl status",
        ),
        (Some(connected), Some(_)) => Finding::ok(
            "agents",
            format!("{connected} 台前置机全部在线"),
            format!("All {connected} agents are connected"),
        ),
        _ => Finding::skipped(
            "agents",
            "平台没有在运行，前置机未检查",
            "The hub does not run; agents were not looked at",
        ),
    }
}
