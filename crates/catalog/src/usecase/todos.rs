//! What of the catalogue waits for somebody.

use async_trait::async_trait;
use kernel::todo::{Todo, TodoSource};
use kernel::{Actor, Result, Role};

use super::link;
use crate::Catalog;
use crate::model::{MountState, Organisations, ResourceState};
use crate::store::waiting::{self, Waiting};

#[async_trait]
impl TodoSource for Catalog {
    async fn todos(&self, actor: &Actor) -> Result<Vec<Todo>> {
        let own = actor.organisation().map(|own| &own.id);
        let db = &self.kernel.db;
        let (entries, mounts) = match actor.role() {
            Some(Role::DepartmentHead) if own.is_some() => {
                (waiting::entries(db, &[ResourceState::Signing], own).await?, Vec::new())
            }
            Some(Role::DepartmentOperator) if own.is_some() => (
                waiting::entries(db, &[ResourceState::Returned], own).await?,
                waiting::mounts(db, MountState::Returned, own).await?,
            ),
            Some(Role::BusinessOperator) => {
                let states = [ResourceState::UnderReview, ResourceState::AwaitingPublication];
                (
                    waiting::entries(db, &states, None).await?,
                    waiting::mounts(db, MountState::Pending, None).await?,
                )
            }
            _ => return Ok(Vec::new()),
        };
        let organisations = self.organisations().await?;
        let todo = |one: Waiting| {
            let (kind, zh, en) = words(&one);
            todo(one, kind, zh, en, &organisations)
        };
        Ok(entries.into_iter().chain(mounts).map(todo).collect())
    }
}

/// Kind of the to-do and what to do.
fn words(one: &Waiting) -> (&'static str, &'static str, &'static str) {
    match (one.state.as_str(), one.revision) {
        ("signing", false) => ("catalog.sign", "签发资源目录", "Sign the catalogue entry"),
        ("signing", true) => ("catalog.sign", "签发目录变更", "Sign the change of an entry"),
        ("under_review", false) => ("catalog.review", "审核资源目录", "Review the catalogue entry"),
        ("under_review", true) => ("catalog.review", "审核目录变更", "Review the change of an entry"),
        ("awaiting_publication", false) => ("catalog.publish", "发布资源目录", "Publish the catalogue entry"),
        ("awaiting_publication", true) => {
            ("catalog.publish", "发布目录变更", "Publish the change of an entry")
        }
        ("pending", _) => ("catalog.mount_review", "审核资源挂接", "Review the mount"),
        // A mount has no revision, and its resource's state is told apart by the kind of row it comes from.
        (_, true) => ("catalog.returned", "修改被退回的目录变更", "Mend the returned change"),
        (_, false) => ("catalog.returned", "修改被退回的目录或挂接", "Mend what was returned"),
    }
}

fn todo(
    one: Waiting,
    kind: &'static str,
    zh: &'static str,
    en: &'static str,
    organisations: &Organisations,
) -> Todo {
    Todo {
        kind: kind.to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
        link: link(&one.resource_id),
        organisation: Some(organisations.name(&one.organisation_id).to_owned()),
        title: one.name,
        since_ms: one.flow.since_ms.unwrap_or_default(),
        due_ms: one.flow.due_ms,
    }
}
