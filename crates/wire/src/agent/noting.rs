//! A TLS stream that remembers why reading failed.
//!
//! In TLS 1.3 the client has finished before the server looks at the client's certificate, so a
//! rejection arrives as an alert on the first read. HTTP/2 reports only that the connection broke;
//! here the alert is kept for whoever has to tell a person.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::delegate::delegate_write;

/// The alert the hub sent, if any.
pub(super) type Noted = Arc<Mutex<Option<rustls::AlertDescription>>>;

pub(super) struct NotingStream {
    inner: TlsStream<TcpStream>,
    noted: Noted,
}

impl NotingStream {
    pub(super) fn new(inner: TlsStream<TcpStream>, noted: Noted) -> Self {
        Self { inner, noted }
    }
}

impl AsyncRead for NotingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if let Poll::Ready(Err(error)) = &polled
            && let Some(rustls::Error::AlertReceived(alert)) =
                error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
        {
            *self.noted.lock() = Some(*alert);
        }
        polled
    }
}

delegate_write!(NotingStream);
