//! The folders of this department that take documents in.

use std::collections::BTreeMap;

use connect::TargetConfig;
use connect::documents::{Inbox, Removed};

use super::blocking;
use crate::fault::Fault;

/// Inboxes by name.
#[derive(Debug, Default)]
pub struct Inboxes(BTreeMap<String, Inbox>);

impl Inboxes {
    /// The inboxes among the targets of a configuration.
    pub fn open(targets: &BTreeMap<String, TargetConfig>) -> Self {
        let inboxes = targets.iter().filter_map(|(name, config)| match config {
            TargetConfig::Documents(folder) => Some((name.clone(), Inbox::new(name, folder))),
            _ => None,
        });
        Self(inboxes.collect())
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// One of them.
    ///
    /// # Errors
    /// `target.unknown`.
    pub fn find(&self, name: &str) -> Result<Inbox, Fault> {
        self.0.get(name).cloned().ok_or_else(|| {
            let names = self.0.keys().cloned().collect::<Vec<_>>().join(", ");
            Fault::new(
                "target.unknown",
                format!("本前置机没有名为“{name}”的文件接收文件夹；现有：{names}"),
                format!("The agent has no inbox for documents named \"{name}\"; it has: {names}"),
            )
        })
    }

    /// Gives up what has arrived of a document that will not go on.
    ///
    /// # Errors
    /// `target.*`.
    pub async fn discard(&self, target: &str, handover: String) -> Result<(), Fault> {
        let inbox = self.find(target)?;
        blocking(target, move || inbox.discard(&handover)).await
    }

    /// Deletes a document whose time is over.
    ///
    /// # Errors
    /// `target.*`.
    pub async fn remove(&self, target: &str, handover: String) -> Result<Removed, Fault> {
        let inbox = self.find(target)?;
        blocking(target, move || inbox.remove(&handover)).await
    }
}
