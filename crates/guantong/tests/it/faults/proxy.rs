//! A relay between agent and hub that can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Relays every connection; new ones also after a cut.
pub struct Proxy {
    /// Where it listens.
    pub address: String,
    /// Bytes that went to the agent.
    pub to_agent: Arc<AtomicU64>,
    relays: Arc<Mutex<JoinSet<()>>>,
}

impl Proxy {
    /// A relay to an address that is looked up anew for each connection.
    pub async fn to(target: Arc<Mutex<String>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let relays: Arc<Mutex<JoinSet<()>>> = Arc::default();
        let to_agent: Arc<AtomicU64> = Arc::default();
        let (kept, counted) = (Arc::clone(&relays), Arc::clone(&to_agent));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let target = target.lock().clone();
                let Ok(far) = TcpStream::connect(target).await else { continue };
                let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
                let mut relays = kept.lock();
                relays.spawn(relay(near_read, far_write, Arc::default()));
                relays.spawn(relay(far_read, near_write, Arc::clone(&counted)));
            }
        });
        Self { address, to_agent, relays }
    }

    /// Cuts every open connection.
    pub fn cut(&self) {
        self.relays.lock().abort_all();
    }
}

async fn relay(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: Arc<AtomicU64>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
        count.fetch_add(u64::try_from(length).unwrap(), Ordering::SeqCst);
    }
}
