//! How `guantong agent approve` and its sisters talk to a running agent: one JSON line each way over a loopback port.
//!
//! The port and a random token stand in `control.json` in the state folder, which only its owner can read; whoever can read it
//! could as well use the agent's keys.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::agent::Agent;
use crate::ask::{Ask, Told, answer};
use crate::fault::Fault;
use crate::state::StateDir;

const FILE: &str = "control.json";
const MAX_LINE: u64 = 64 * 1024;
const MAX_REPLY: u64 = 256 << 20;
const ASK_WITHIN: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct Door {
    port: u16,
    token: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    token: String,
    ask: Ask,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Told(Told),
    Fault { code: String, zh: String, en: String },
}

/// Serves the door of a running agent until `stop`.
///
/// # Errors
/// No loopback port can be had, or `control.json` cannot be written.
pub async fn serve(agent: Arc<Agent>, stop: CancellationToken) -> Result<(), Fault> {
    let failed = |error: std::io::Error| Fault::file(&agent.state.file(FILE), &error);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
    let door = Door {
        port: listener.local_addr().map_err(failed)?.port(),
        token: hex::encode(agent.entropy.bytes::<32>()),
    };
    agent.state.write_json(FILE, &door)?;
    let token = Arc::new(Sha256::digest(door.token.as_bytes()));
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "the control port could not accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = stop.cancelled() => break,
        };
        let (agent, token) = (Arc::clone(&agent), Arc::clone(&token));
        tokio::spawn(async move {
            // A client that goes away in the middle needs no answer.
            let _ = one(&agent, stream, token.as_slice()).await;
        });
    }
    // What is left behind would only mislead the next command.
    let _ = std::fs::remove_file(agent.state.file(FILE));
    Ok(())
}

async fn one(agent: &Agent, stream: TcpStream, token: &[u8]) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut text = String::new();
    tokio::time::timeout(ASK_WITHIN, BufReader::new(read.take(MAX_LINE)).read_line(&mut text)).await??;
    let Ok(line) = serde_json::from_str::<Line>(&text) else { return Ok(()) };
    // Digests are compared, so the time it takes says nothing about the token.
    if Sha256::digest(line.token.as_bytes()).as_slice() != token {
        return Ok(());
    }
    let reply = match answer(agent, line.ask).await {
        Ok(told) => Reply::Told(told),
        Err(fault) => Reply::Fault { code: fault.code.into_owned(), zh: fault.zh, en: fault.en },
    };
    let mut bytes = serde_json::to_vec(&reply)?;
    bytes.push(b'\n');
    write.write_all(&bytes).await?;
    write.shutdown().await
}

/// Asks the agent that runs on this state folder; `None` when none runs.
///
/// # Errors
/// What the running agent answered, or that it broke off.
pub async fn ask(state: &StateDir, ask: Ask) -> Result<Option<Told>, Fault> {
    let Some(door) = state.read_json::<Door>(FILE)? else { return Ok(None) };
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, door.port)).await else { return Ok(None) };
    let talk = async {
        let mut line = serde_json::to_vec(&Line { token: door.token, ask })?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        let mut text = String::new();
        stream.take(MAX_REPLY).read_to_string(&mut text).await?;
        Ok::<_, std::io::Error>(text)
    };
    let text = talk.await.map_err(|error| Fault::file(&state.file(FILE), &error))?;
    // Another program may have got the port of an agent that was killed; it does not speak like this.
    match serde_json::from_str(&text) {
        Ok(Reply::Told(told)) => Ok(Some(told)),
        Ok(Reply::Fault { code, zh, en }) => Err(Fault::new(code, zh, en)),
        Err(_) => Ok(None),
    }
}
