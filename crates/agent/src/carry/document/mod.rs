//! Documents on their way 文件交接: handed out of a folder, taken into another, and listed.
//!
//! What is said about a document is minimised and recorded like the answer to a query; only then do its bytes leave. A transfer that
//! breaks off goes on from where the receiver stands, as long as the document is still the same.

mod inboxes;
mod list;
mod provide;
mod receive;

pub use inboxes::Inboxes;
pub(super) use list::list;
pub(super) use provide::provide;
pub(super) use receive::receive;

use connect::documents::Scanned;

use crate::fault::Fault;

/// Runs what touches the disk beside the runtime.
async fn blocking<T: Send + 'static>(
    place: &str,
    work: impl FnOnce() -> Result<T, connect::SourceError> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| super::receive::broken(&error.to_string()))?;
    done.map_err(|error| crate::sources::fault(place, &error, 0))
}

fn is_clean(scanned: Scanned) -> bool {
    scanned == Scanned::Clean
}
