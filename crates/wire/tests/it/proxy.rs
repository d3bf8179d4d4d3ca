//! A TCP relay between agent and hub that tests can cut or freeze.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Relays every connection until told otherwise.
pub struct Proxy {
    pub address: String,
    frozen: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (frozen, watch) = watch::channel(false);
        let target = target.to_owned();
        let task = tokio::spawn(async move {
            let mut relays = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let (near_read, near_write) = near.into_split();
                let (far_read, far_write) = TcpStream::connect(&target).await.unwrap().into_split();
                relays.spawn(relay(near_read, far_write, watch.clone()));
                relays.spawn(relay(far_read, near_write, watch.clone()));
            }
        });
        Self { address, frozen, task }
    }

    /// Cuts all connections at once, as a pulled cable with a reset does.
    pub fn cut(self) {
        self.task.abort();
    }

    /// Lets nothing through any more, and tells no one.
    pub fn freeze(&self) {
        self.frozen.send_replace(true);
    }
}

async fn relay(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut frozen: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        tokio::select! {
            read = from.read(&mut buffer) => {
                let Ok(length @ 1..) = read else { return };
                if *frozen.borrow() {
                    return std::future::pending().await;
                }
                if to.write_all(&buffer[..length]).await.is_err() {
                    return;
                }
            }
            changed = frozen.changed() => {
                // The sockets stay open and silent.
                let _ = changed;
                return std::future::pending().await;
            }
        }
    }
}
