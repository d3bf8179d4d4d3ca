//! What every database server started here can be told: stop, die, start again, freeze, go on.

use std::sync::Arc;

use crate::server::Server;

/// A database server as a process. Clones share it; it ends with the last of them, or with the process that
/// started it.
#[derive(Debug, Clone)]
pub struct Running {
    server: Arc<Server>,
    /// Signal that stops it in order.
    gentle: &'static str,
}

impl Running {
    pub(crate) fn new(server: Arc<Server>, gentle: &'static str) -> Self {
        Self { server, gentle }
    }

    async fn on(
        &self,
        work: impl FnOnce(&Server) -> anyhow::Result<()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let server = Arc::clone(&self.server);
        crate::blocking(move || work(&server)).await
    }

    /// Port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// Process id of the server, when it runs.
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    /// Stops it in order (open connections are cut); data and port stay.
    ///
    /// # Errors
    /// When the supervisor does not answer.
    pub async fn stop(&self) -> anyhow::Result<()> {
        let gentle = self.gentle;
        self.on(move |server| server.end(gentle)).await
    }

    /// Ends it as a power cut would (SIGKILL to all its processes); data and port stay.
    ///
    /// # Errors
    /// When the supervisor does not answer.
    pub async fn kill(&self) -> anyhow::Result<()> {
        self.on(|server| server.end("KILL")).await
    }

    /// Starts it again on the same port with the same data and waits until it answers.
    ///
    /// # Errors
    /// When it does not come up; the message holds the end of its log.
    pub async fn start(&self) -> anyhow::Result<()> {
        self.on(Server::start).await
    }

    /// Freezes it (SIGSTOP): connections stay open and nothing answers.
    ///
    /// # Errors
    /// When it is stopped.
    pub async fn pause(&self) -> anyhow::Result<()> {
        self.on(|server| server.signal("STOP")).await
    }

    /// Lets it go on after [`Running::pause`].
    ///
    /// # Errors
    /// When it is stopped.
    pub async fn resume(&self) -> anyhow::Result<()> {
        self.on(|server| server.signal("CONT")).await
    }
}
