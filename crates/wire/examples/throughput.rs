//! Measures the link: an echo agent, a number of callers, calls per second and how long a call takes.
//!
//! `cargo run --release -p wire --example throughput -- [callers] [seconds] [answer bytes] [hub threads] [calls/s]`
//! Without the last number the callers ask as fast as they can.
//! Hub and agent run in this one process, each on a runtime of its own.
#![expect(clippy::print_stdout, reason = "a measuring program prints what it measured")]

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use wire::agent::{ConnectOptions, connect, make_csr};
use wire::hub::{
    AgentGate, Agents, AgentsOptions, DisconnectReason, Enrolled, EvidencePage, HubCa, HubLink,
    HubLinkOptions, IssuedCertificate,
};
use wire::proto::{
    Answered, CallReply, EnrolRequest, Hello, PinState, SourceHealth, StationTimes, call_reply, hub_message,
};
use wire::{Clock, Refusal};

type Failure = Box<dyn Error + Send + Sync>;

/// A fixed time: nothing measured here depends on it.
const NOW_MS: i64 = 1_924_992_000_000;
const AGENT: &str = "echo";
const QUESTION_BYTES: usize = 400;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut next = |default: usize| arguments.next().transpose().map(|given| given.unwrap_or(default));
    let (callers, seconds, answer_bytes, threads, rate) =
        (next(32)?, next(5)?, next(1500)?, next(1)?, next(0)?);
    // A pause of a nanosecond is none.
    let pause = Duration::from_nanos((1_000_000_000 * callers as u64).checked_div(rate as u64).unwrap_or(1));

    let dir = tempfile::tempdir()?;
    let ca = Arc::new(HubCa::open_or_create(dir.path(), &[], NOW_MS)?);
    let clock: Clock = Arc::new(|| NOW_MS);
    let agents = Agents::new(AgentsOptions::default(), clock.clone());
    let (hub, department) = (runtime("hub", threads)?, runtime("agent", 1)?);

    let listener = hub.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?.to_string();
    let link =
        HubLink::new(ca.clone(), Arc::new(Open), agents.clone(), clock.clone(), HubLinkOptions::default());
    hub.spawn(link.serve(listener, std::future::pending()));
    let request = make_csr()?;
    let issued = ca.issue(&request.csr_der, AGENT, NOW_MS, 10)?;
    let options = ConnectOptions::new(address, ca.root_pem().to_owned(), issued.pem, request.key_pem, clock);
    department.block_on(start_echo(options, answer_bytes))?;

    let mut took = hub.block_on(async {
        // Warm up, then measure.
        measure(&agents, callers, pause, Duration::from_secs(1)).await?;
        measure(&agents, callers, pause, Duration::from_secs(seconds as u64)).await
    })?;
    took.sort_unstable();
    let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or_default();
    println!(
        "{callers} callers, {QUESTION_BYTES} B questions, {answer_bytes} B answers: {} calls/s, p50 {} us, p99 {} us",
        took.len() / seconds,
        at(0.50).as_micros(),
        at(0.99).as_micros(),
    );
    hub.shutdown_background();
    department.shutdown_background();
    Ok(())
}

fn runtime(name: &str, threads: usize) -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(threads).thread_name(name).enable_all().build()
}

async fn start_echo(options: ConnectOptions, answer_bytes: usize) -> Result<(), Failure> {
    let mut link = connect(&options, Hello::default()).await?;
    let answer = Bytes::from(vec![b'x'; answer_bytes]);
    tokio::spawn(async move {
        while let Ok(body) = link.incoming.next().await {
            let hub_message::Body::Call(call) = body else { continue };
            let answered = Answered { answer_json: answer.clone(), ..Answered::default() };
            let outcome = Some(call_reply::Outcome::Answered(answered));
            let reply = CallReply { id: call.id, outcome, times: Some(StationTimes::default()) };
            if link.sender.reply(reply).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

async fn measure(
    agents: &Agents,
    callers: usize,
    pause: Duration,
    time: Duration,
) -> Result<Vec<Duration>, Failure> {
    let question = Bytes::from(vec![b'q'; QUESTION_BYTES]);
    let until = Instant::now() + time;
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let mut slot = (pause.as_nanos() > 1).then(|| tokio::time::interval(pause));
            let (agents, question) = (agents.clone(), question.clone());
            tokio::spawn(async move {
                let mut took = Vec::new();
                while Instant::now() < until {
                    if let Some(slot) = slot.as_mut() {
                        slot.tick().await;
                    }
                    let asked = Instant::now();
                    agents.call(AGENT, question.clone(), Duration::from_secs(5)).await?;
                    took.push(asked.elapsed());
                }
                Ok::<_, Failure>(took)
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.append(&mut task.await??);
    }
    Ok(all)
}

/// Lets everyone in.
struct Open;

#[tonic::async_trait]
impl AgentGate for Open {
    async fn enrol(&self, _: &EnrolRequest, _: Option<SocketAddr>) -> Result<Enrolled, Refusal> {
        Err(Refusal::new("bench.no_joining", "此程序不提供接入。", "Nobody joins here."))
    }

    async fn certificate_issued(&self, _: &str, _: &IssuedCertificate) -> Result<(), Refusal> {
        Ok(())
    }

    async fn admit(&self, _: &str, _: &str) -> Result<(), Refusal> {
        Ok(())
    }

    async fn evidence(&self, _: &str, _: u64, _: u32) -> Result<EvidencePage, Refusal> {
        Ok(EvidencePage::default())
    }

    async fn on_hello(&self, _: &str, _: Hello) {}

    async fn on_source_health(&self, _: &str, _: SourceHealth) {}

    async fn on_pin_state(&self, _: &str, _: PinState) {}

    async fn on_disconnect(&self, _: &str, _: DisconnectReason) {}
}
