//! Free loopback ports.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::bail;

/// First port handed out. The range lies below the ports that Linux gives to outgoing connections,
/// so that a port found free is not taken by a client between the finding and the use.
const FIRST: u16 = 15_000;
/// Number of ports in the range.
const COUNT: u16 = 17_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port on 127.0.0.1 that nobody listens on now, and that this process has not been given lately.
///
/// # Errors
/// When no port of the range 15000-31999 is free.
pub fn free_port() -> anyhow::Result<u16> {
    // Test processes run side by side; a random start keeps them out of each other's way.
    let start = u16::try_from(RandomState::new().hash_one(std::process::id()) % u64::from(COUNT))?;
    let _ = NEXT.compare_exchange(0, start.max(1), Ordering::Relaxed, Ordering::Relaxed);
    for _ in 0..COUNT {
        let port = FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free loopback port between {FIRST} and {}", FIRST + COUNT - 1)
}

#[cfg(test)]
mod tests {
    use super::free_port;

    /// Two ports asked for in a row differ and can both be listened on.
    #[test]
    fn ports_are_distinct_and_free() {
        let (a, b) = (free_port().unwrap(), free_port().unwrap());
        assert_ne!(a, b);
        for port in [a, b] {
            std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
        }
    }
}
