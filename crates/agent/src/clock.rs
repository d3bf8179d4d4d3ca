//! Time and randomness as parameters. The only file of the agent that reads the wall clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;
use rand::rngs::{OsRng, StdRng};
use rand::{RngCore as _, SeedableRng as _, TryRngCore as _};

const SHANGHAI_OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// Source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since the Unix epoch, UTC.
    fn now_ms(&self) -> i64;
}

/// A shared clock.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the agent reads the wall clock")]
    fn now_ms(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands still until it is moved; for tests and replays.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock standing at `now_ms`.
    pub fn at(now_ms: i64) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    /// Moves the clock forward.
    pub fn advance_ms(&self, by: i64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Number of the calendar day in Asia/Shanghai; the unit of daily quotas.
pub fn shanghai_day(ms: i64) -> i64 {
    ms.saturating_add(SHANGHAI_OFFSET_MS).div_euclid(DAY_MS)
}

/// An instant cut down to its minute, as text in Asia/Shanghai: `2024-01-05T08:30+08:00`.
///
/// The public part of the record tells no more: the exact second of a counter visit would help to recognise the person.
pub fn shanghai_minute(ms: i64) -> String {
    let cut = ms.div_euclid(MINUTE_MS).saturating_mul(MINUTE_MS);
    let offset = chrono::FixedOffset::east_opt(8 * 3_600);
    match (chrono::DateTime::from_timestamp_millis(cut), offset) {
        (Some(at), Some(offset)) => at.with_timezone(&offset).format("%Y-%m-%dT%H:%M%:z").to_string(),
        _ => String::new(),
    }
}

/// Milliseconds of a minute written by [`shanghai_minute`].
pub fn parse_minute(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z").ok().map(|at| at.timestamp_millis())
}

/// Random bytes for salts and tokens: a generator seeded once from the operating system, so that a call costs no system call.
pub struct Entropy(Mutex<StdRng>);

impl Entropy {
    /// Seeds from the operating system.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn from_system() -> std::io::Result<Self> {
        let mut seed = [0_u8; 32];
        OsRng.try_fill_bytes(&mut seed).map_err(std::io::Error::other)?;
        Ok(Self(Mutex::new(StdRng::from_seed(seed))))
    }

    /// Repeatable bytes, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Fresh bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0_u8; N];
        self.0.lock().fill_bytes(&mut out);
        out
    }

    /// A number below `bound` (which must not be 0; then the answer is 0).
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.bytes()).checked_rem(bound).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A minute reads back as the instant it was cut to, and the day turns at midnight in Shanghai.
    #[test]
    fn minutes_and_days() {
        let ms = 1_704_414_659_999;
        assert_eq!(shanghai_minute(ms), "2024-01-05T08:30+08:00");
        assert_eq!(parse_minute(&shanghai_minute(ms)), Some(1_704_414_600_000));
        let midnight = 1_704_384_000_000;
        assert_eq!(shanghai_day(midnight - 1) + 1, shanghai_day(midnight));
    }
}
