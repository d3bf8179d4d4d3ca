//! Closed-loop callers over raw HTTP/1.1 with kept connections. Deliberately lean: the callers share the cores with what
//! they measure, so requests are bytes prepared beforehand and answers are only read to their end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::bare::items;

/// Digits that stand where the identity number goes.
const PLACE: &str = "000000000000000000";
/// A cell that hangs is given up after this.
const GRACE: Duration = Duration::from_secs(20);

/// Size of one cell.
pub struct Cell {
    /// Callers at once, each with a connection of its own and one request in flight.
    pub callers: usize,
    /// Time before measuring.
    pub warm_up: Duration,
    /// Measured time.
    pub measured: Duration,
}

/// One question, prepared.
pub struct Load {
    port: u16,
    template: Vec<u8>,
    place: usize,
    ids: Arc<Vec<String>>,
}

/// What came of a cell.
pub struct Run {
    /// Microseconds, sorted.
    took_us: Vec<u32>,
    seconds: f64,
    /// All calls, those of the warm-up too.
    pub calls_with_warm_up: u64,
}

impl Run {
    /// Calls per second.
    #[expect(clippy::cast_precision_loss, reason = "counts of seconds are far below 2^53")]
    pub fn rate(&self) -> f64 {
        self.took_us.len() as f64 / self.seconds
    }

    /// A percentile in milliseconds.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    pub fn percentile_ms(&self, share: f64) -> f64 {
        let last = self.took_us.len().saturating_sub(1);
        let at = ((last as f64) * share).round() as usize;
        f64::from(self.took_us.get(at).copied().unwrap_or(0)) / 1000.0
    }
}

impl Load {
    /// Prepares the request.
    pub fn new(port: u16, path: &str, token: Option<&str>, resource: &str, ids: &[String]) -> Self {
        let body = json!({
            "resource": resource, "subject": {"resident_id": PLACE}, "items": items(),
            "purpose": {"matter": "MZ-SHJZ-001"}, "case_no": "BENCH-2026-000001",
        })
        .to_string();
        let authorization =
            token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{authorization}content-length: {}\r\n\r\n",
            body.len()
        );
        let text = format!("{head}{body}");
        let place = text.find(PLACE).unwrap_or_default();
        Self { port, template: text.into_bytes(), place, ids: Arc::new(ids.to_vec()) }
    }

    fn request(&self, at: usize) -> Vec<u8> {
        let mut bytes = self.template.clone();
        self.name(&mut bytes, at);
        bytes
    }

    fn name(&self, bytes: &mut [u8], at: usize) {
        let id = self.ids.get(at % self.ids.len().max(1)).map(String::as_bytes).unwrap_or_default();
        if let Some(place) = bytes.get_mut(self.place..self.place + id.len()) {
            place.copy_from_slice(id);
        }
    }

    /// One call; gives the body.
    ///
    /// # Errors
    /// When the status is not 200.
    pub async fn once(&self) -> anyhow::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let mut buffer = Vec::new();
        let range = exchange(&mut stream, &self.request(0), &mut buffer).await?;
        Ok(buffer.get(range).map(<[u8]>::to_vec).unwrap_or_default())
    }

    /// Runs one cell.
    ///
    /// # Errors
    /// When any call gets anything but status 200, or the cell hangs.
    pub async fn run(&self, cell: &Cell) -> anyhow::Result<Run> {
        let started = Instant::now();
        let measure_from = started + cell.warm_up;
        let until = measure_from + cell.measured;
        let mut callers = JoinSet::new();
        for caller in 0..cell.callers {
            let load = Self {
                port: self.port,
                template: self.template.clone(),
                place: self.place,
                ids: Arc::clone(&self.ids),
            };
            callers.spawn(async move { load.call_until(caller * 977, measure_from, until).await });
        }
        let mut took_us = Vec::new();
        let mut calls_with_warm_up = 0;
        let joined = async {
            while let Some(caller) = callers.join_next().await {
                let (took, calls) = caller??;
                took_us.extend(took);
                calls_with_warm_up += calls;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(cell.warm_up + cell.measured + GRACE, joined)
            .await
            .context("the cell hangs")??;
        took_us.sort_unstable();
        Ok(Run { took_us, seconds: cell.measured.as_secs_f64(), calls_with_warm_up })
    }

    async fn call_until(
        &self,
        first: usize,
        from: Instant,
        until: Instant,
    ) -> anyhow::Result<(Vec<u32>, u64)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let mut request = self.request(first);
        let mut buffer = Vec::with_capacity(16 * 1024);
        let (mut took, mut calls) = (Vec::new(), 0_u64);
        for at in first.. {
            let started = Instant::now();
            if started >= until {
                break;
            }
            self.name(&mut request, at);
            exchange(&mut stream, &request, &mut buffer).await?;
            calls += 1;
            let ended = Instant::now();
            if ended >= from && ended < until {
                took.push(u32::try_from(ended.duration_since(started).as_micros()).unwrap_or(u32::MAX));
            }
        }
        Ok((took, calls))
    }
}

/// Sends a request and reads the answer to its end; gives where the body lies in the buffer.
async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
) -> anyhow::Result<std::ops::Range<usize>> {
    stream.write_all(request).await?;
    buffer.clear();
    let (body, length) = loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the connection was closed in mid-answer");
        }
        if let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = std::str::from_utf8(buffer.get(..head).unwrap_or_default())?;
            let length = content_length(text).context("an answer without content-length")?;
            break (head + 4, length);
        }
    };
    while buffer.len() < body + length {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the connection was closed in mid-answer");
        }
    }
    if !buffer.starts_with(b"HTTP/1.1 200") {
        bail!("{}", String::from_utf8_lossy(buffer));
    }
    Ok(body..body + length)
}

fn content_length(head: &str) -> Option<usize> {
    head.split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
}
