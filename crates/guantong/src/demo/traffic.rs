//! Living traffic while the demo runs: client systems call over HTTP at a gentle, even rate, as clerks would.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use county::County;
use tokio_util::sync::CancellationToken;

use super::api::Session;
use super::past::call_body;

/// One call in so long.
const PACE: Duration = Duration::from_secs(3);
/// Tokens are renewed after so many calls, before they run out.
const RENEW_AFTER: u32 = 100;

/// A client system that may call.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Key of its department.
    pub department: &'static str,
    /// Client id.
    pub id: String,
    /// Secret.
    pub secret: String,
}

/// Calls until told to stop. A call that fails is left to the evidence and the log; the next one comes all the same.
pub async fn run(url: String, county: Arc<County>, callers: Vec<Caller>, stop: CancellationToken) {
    let mut sessions: HashMap<&'static str, (Session, u32)> = HashMap::new();
    // The past has used the beginning of the row.
    let mut calls = county.traffic().skip(20_000);
    let mut pace = tokio::time::interval(PACE);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = pace.tick() => {}
        }
        let Some(call) = calls.next() else { return };
        let Some(caller) = callers.iter().find(|caller| caller.department == call.consumer) else { continue };
        if sessions.get(call.consumer).is_none_or(|(_, made)| *made >= RENEW_AFTER) {
            match Session::token(&url, &caller.id, &caller.secret).await {
                Ok(session) => sessions.insert(call.consumer, (session, 0)),
                Err(error) => {
                    tracing::warn!(%error, "demo.traffic_token");
                    continue;
                }
            };
        }
        let Some((session, made)) = sessions.get_mut(call.consumer) else { continue };
        *made += 1;
        let (path, body) = call_body(&call);
        if let Err(error) = session.try_post(path, &body).await {
            // Perhaps the token ran out: the clock can be put ahead.
            tracing::debug!(%error, "demo.traffic");
            sessions.remove(call.consumer);
        }
    }
}
