//! The stream of messages to the hub. It ends with the link, though senders live on.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use tokio::sync::{mpsc, oneshot};

use crate::proto::AgentMessage;

/// What tonic sends to the hub: messages from the queue until [`super::Incoming`] is dropped.
pub(super) struct Outgoing {
    queue: mpsc::Receiver<AgentMessage>,
    /// `None` once the link has ended.
    alive: Option<oneshot::Receiver<()>>,
}

impl Outgoing {
    /// The stream, and what keeps it going.
    pub(super) fn new(queue: mpsc::Receiver<AgentMessage>) -> (Self, oneshot::Sender<()>) {
        let (keep, alive) = oneshot::channel();
        (Self { queue, alive: Some(alive) }, keep)
    }
}

impl Stream for Outgoing {
    type Item = AgentMessage;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<AgentMessage>> {
        let Some(alive) = self.alive.as_mut() else {
            return Poll::Ready(None);
        };
        if Pin::new(alive).poll(cx).is_ready() {
            self.alive = None;
            self.queue.close();
            return Poll::Ready(None);
        }
        self.queue.poll_recv(cx)
    }
}
