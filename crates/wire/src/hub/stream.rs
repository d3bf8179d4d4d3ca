//! A connection as the server holds it: counted, and limited in time while nobody has shown who he is.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use crate::delegate::delegate_write;

/// One accepted connection after its handshake.
pub(super) struct HubStream {
    inner: TlsStream<TcpStream>,
    /// Set for a connection without a certificate: joining is one short request, so whoever stays
    /// longer only takes up room.
    until: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
}

impl HubStream {
    pub(super) fn new(
        inner: TlsStream<TcpStream>,
        place: OwnedSemaphorePermit,
        anonymous_for: Duration,
    ) -> Self {
        let anonymous = inner.get_ref().1.peer_certificates().is_none_or(<[_]>::is_empty);
        let until = anonymous.then(|| Box::pin(tokio::time::sleep(anonymous_for)));
        Self { inner, until, _place: place }
    }
}

impl Connected for HubStream {
    type ConnectInfo = <TlsStream<TcpStream> as Connected>::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.inner.connect_info()
    }
}

impl AsyncRead for HubStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(until) = self.until.as_mut()
            && until.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

delegate_write!(HubStream);
