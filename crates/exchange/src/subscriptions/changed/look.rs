//! Looking at a source whose table was changed: what is there now, and which mount is proposed.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use catalog::model::{Mount, Resource};
use catalog::propose::{Remount, TableFacts, TableShape};
use kernel::evidence::Leaf;
use kernel::follow_up::Handler;
use kernel::ids::{GrantId, ResourceId};
use kernel::notice::Notice as Told;
use kernel::{Actor, Error, Result, Role, Tx};
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::proto::{ListTables, ProfileTable, metadata_request::What};

use super::super::model::Notice;
use super::super::store::{read, subscription, write};
use super::store::{self, Model};
use crate::Exchange;

/// Follow-up work: look at the source of a resource.
const LOOK: &str = "exchange.source_look";
/// Rows of the sample.
const SAMPLE_ROWS: u32 = 1_000;
/// An agent that answers at all answers in this time; longer would outlast the claim on the work.
const PATIENCE: Duration = Duration::from_secs(25);
/// A source that could not be looked at is looked at again after this time, another one after the second.
const AGAIN_SOON_MS: i64 = 15_000;
const AGAIN_MS: i64 = 5 * 60_000;

/// A change that a run found.
pub(in super::super) struct Found {
    row: Model,
    resource: Resource,
    known: bool,
}

impl Exchange {
    /// What a run found, ready to be written.
    pub(in super::super) async fn found_changed(
        &self,
        id: &ResourceId,
        found: &Notice,
    ) -> Result<Option<Found>> {
        let Some(resource) = self.catalog.resource(id).await? else { return Ok(None) };
        let Some(mount) = resource.mount.as_ref().map(|view| view.mount.clone()) else { return Ok(None) };
        let before = store::find(&self.kernel.db, id).await?;
        let same = |row: &Model| row.mount().is_ok_and(|before| before == mount);
        let before = before.filter(same);
        let known = before.is_some();
        let row = match before {
            Some(row) => row,
            None => Model {
                resource_id: id.clone(),
                provider_id: resource.organisation_id.clone(),
                since_ms: self.kernel.now_ms(),
                found: write(found)?,
                mount: write(&mount)?,
                proposal: None,
                failure: None,
                looked_ms: None,
            },
        };
        Ok(Some(Found { row, resource, known }))
    }
}

impl Found {
    /// Writes it with the subscription that stopped: the consumer is told that it waits, and the source is looked at.
    pub(in super::super) async fn write(&self, tx: &Tx<'_>, stopped: &subscription::Model) -> Result<()> {
        if !self.known {
            store::put(tx.connection(), self.row.clone()).await?;
            let leaf = Leaf {
                provider: Some(self.resource.organisation_credit_code.clone()),
                resource: Some(self.resource.code.clone()),
                ..Leaf::of("exchange.source.changed")
            };
            tx.record(&Actor::System, leaf, None, Some(self.row.found.clone())).await?;
        }
        tx.notify(Told {
            organisation: Some(&stopped.consumer_id),
            roles: &[Role::DepartmentOperator],
            kind: "exchange.subscription_waits",
            link: format!("/subscriptions/{}", stopped.id),
            zh: format!("提供部门的系统有变更，订阅“{}”暂停，待其确认新的挂接后自动继续。", stopped.name),
            en: format!(
                "The provider's system was changed; \"{}\" waits and goes on when the new mount is in force.",
                stopped.name
            ),
        })
        .await?;
        tx.follow_up(LOOK, self.row.resource_id.as_str()).await
    }
}

impl Exchange {
    /// Has the source of a resource looked at, if a change of it is open.
    pub(crate) async fn look_soon(&self, id: &ResourceId) -> Result<()> {
        if store::find(&self.kernel.db, id).await?.is_none() {
            return Ok(());
        }
        let tx = self.kernel.begin().await?;
        tx.follow_up(LOOK, id.as_str()).await?;
        tx.commit().await
    }

    /// A grant was pinned: what waited for that goes on.
    pub(crate) async fn pinned_anew(&self, grant: &GrantId) -> Result<()> {
        let book = self.sharing.book().await?;
        match book.get(grant) {
            Some(usable) => self.look_soon(&usable.grant.resource_id).await,
            None => Ok(()),
        }
    }

    /// Has those sources looked at again that were not looked at for a while: the agent may have been away, the department
    /// may have taken its change back.
    pub(in super::super) async fn look_again(&self) -> Result<()> {
        let now = self.kernel.now_ms();
        for row in store::all(&self.kernel.db).await? {
            let pause = if row.failure.is_some() { AGAIN_SOON_MS } else { AGAIN_MS };
            if row.looked_ms.is_some_and(|looked_ms| looked_ms + pause <= now) {
                // Noted first, so that one look is left and not one each half second.
                store::looked(&self.kernel.db, Model { looked_ms: Some(now), ..row.clone() }).await?;
                self.look_soon(&row.resource_id).await?;
            }
        }
        Ok(())
    }

    /// Looks at the source of a resource: what stopped goes on when a mount that fits is in force; otherwise one is proposed.
    pub(super) async fn look_at_source(&self, id: &ResourceId, table: Option<&str>) -> Result<()> {
        let Some(row) = store::find(&self.kernel.db, id).await? else { return Ok(()) };
        let Some(resource) = self.catalog.resource(id).await? else { return Ok(()) };
        let Some(mount) = resource.mount.as_ref().map(|view| view.mount.clone()) else { return Ok(()) };
        if mount != row.mount()? {
            // A person decided; that counts, whatever the values look like.
            return self.go_on(&row, &resource, &mount).await;
        }
        let now = self.kernel.now_ms();
        let next = match self.proposed(&resource, &mount, table).await {
            Ok(proposal) if proposal.still_fits() => return self.go_on(&row, &resource, &mount).await,
            Ok(proposal) => Model {
                proposal: Some(write(&proposal)?),
                failure: None,
                looked_ms: Some(now),
                ..row.clone()
            },
            Err(error) => {
                tracing::info!(resource = id.as_str(), code = error.code(), "exchange.source.look");
                let failure = Some(write(&Notice::from(&error))?);
                Model { failure, looked_ms: Some(now), ..row.clone() }
            }
        };
        let first = row.proposal.is_none() && next.proposal.is_some();
        let tx = self.kernel.begin().await?;
        if store::looked(tx.connection(), next).await? && first {
            tx.notify(Told {
                organisation: Some(&resource.organisation_id),
                roles: &[Role::DepartmentOperator, Role::DepartmentHead],
                kind: "exchange.source_changed",
                link: format!("/catalogue/{id}"),
                zh: format!("资源“{}”的源表结构有变更，订阅已暂停。请核对建议的新挂接并提交。", resource.name),
                en: format!(
                    "The table of \"{}\" was changed and its subscriptions wait; check the proposed mount and submit it.",
                    resource.name
                ),
            })
            .await?;
        }
        tx.commit().await
    }

    /// Asks the agent what is there, and proposes a mount on it.
    async fn proposed(&self, resource: &Resource, mount: &Mount, table: Option<&str>) -> Result<Remount> {
        let agent = crate::store::find(&self.kernel.db, &mount.agent_id).await?;
        let agent = agent
            .filter(|agent| agent.organisation_id == resource.organisation_id)
            .ok_or_else(|| Error::missing(&mount.agent_id))?;
        let ask = async |what| self.ask_agent(&agent, &mount.source, what, PATIENCE).await;
        let tables: Vec<TableFacts> = parsed(ask(What::Tables(ListTables {})).await?)?;
        let picked = match table {
            Some(name) => tables.iter().find(|one| one.name == name),
            None => self.catalog.remounted_table(mount, &tables),
        };
        let Some(picked) = picked.cloned() else {
            return self.catalog.propose_remount(resource, mount, tables, None, table.is_some()).await;
        };
        let what = What::Profile(ProfileTable { table: picked.name.clone(), sample_rows: SAMPLE_ROWS });
        let shape: TableShape = parsed(ask(what).await?)?;
        self.catalog.propose_remount(resource, mount, tables, Some((picked, shape)), table.is_some()).await
    }
}

fn parsed<T: DeserializeOwned>(json: Value) -> Result<T> {
    serde_json::from_value(json).map_err(|error| {
        Error::upstream(
            "agent.metadata",
            "前置机给出的表结构无法读取，请升级前置机后重试。",
            "What the agent tells of its tables cannot be read; update the agent, then try again.",
        )
        .caused_by(error)
    })
}

/// The proposal of a row.
pub(super) fn proposal(row: &Model) -> Result<Option<Remount>> {
    row.proposal.as_deref().map(read).transpose()
}

struct Look(Exchange);

#[async_trait]
impl Handler for Look {
    fn kind(&self) -> &'static str {
        LOOK
    }
    fn slow(&self) -> bool {
        true
    }
    async fn run(&self, key: &str) -> Result<()> {
        self.0.look_at_source(&ResourceId(key.to_owned()), None).await
    }
}

/// The handler of these looks.
pub(crate) fn handler(exchange: &Exchange) -> Arc<dyn Handler> {
    Arc::new(Look(exchange.clone()))
}
