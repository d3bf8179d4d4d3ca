//! The stream of messages to one agent, which the hub can end with a reason.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use tokio::sync::{mpsc, oneshot};
use tonic::Status;

use crate::proto::HubMessage;

/// What tonic sends to the agent: messages from the queue until the link is closed.
///
/// tonic encodes all messages that are ready into one buffer before it writes, so a burst of calls goes
/// out in few frames without any waiting here.
pub(super) struct Outgoing {
    queue: mpsc::Receiver<HubMessage>,
    closing: Option<oneshot::Receiver<Status>>,
    /// Dropped together with the stream, which is how the link's task learns of it.
    _alive: oneshot::Sender<()>,
}

impl Outgoing {
    pub(super) fn new(
        queue: mpsc::Receiver<HubMessage>,
        closing: oneshot::Receiver<Status>,
        alive: oneshot::Sender<()>,
    ) -> Self {
        Self { queue, closing: Some(closing), _alive: alive }
    }
}

impl Stream for Outgoing {
    type Item = Result<HubMessage, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(closing) = self.closing.as_mut() else {
            return Poll::Ready(None);
        };
        match Pin::new(closing).poll(cx) {
            Poll::Ready(Ok(status)) => {
                self.closing = None;
                self.queue.close();
                Poll::Ready(Some(Err(status)))
            }
            // The link's task ended without a word: the agent has gone, there is no one to tell.
            Poll::Ready(Err(_)) => {
                self.closing = None;
                Poll::Ready(None)
            }
            Poll::Pending => self.queue.poll_recv(cx).map(|message| message.map(Ok)),
        }
    }
}
