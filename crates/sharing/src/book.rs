//! The book: every grant that could be used, compiled and in memory, always as new as the last commit.

use std::collections::HashMap;
use std::sync::Arc;

use catalog::model::{Resource, ShareType};
use kernel::actor::ActorOrganisation;
use kernel::ids::{GrantId, OrganisationId, ResourceId};
use kernel::{Actor, Error, Result};
use plan::Pinned;
use plan::model::{GrantSpec, GrantedItem, Mount, MountItem, Pin, Purpose, RowFilter, Shape};

use crate::Sharing;
use crate::policy::Condition;
use crate::store::{self, Grant};

/// A grant ready for use in the call path.
#[derive(Debug)]
pub struct Usable {
    /// The grant.
    pub grant: Grant,
    /// The provider.
    pub provider: ActorOrganisation,
    /// Catalogue code of the resource.
    pub resource_code: String,
    /// Name of the resource.
    pub resource_name: String,
    /// True while the resource is in force: published, or announced to go offline.
    pub published: bool,
    /// Labels of the granted items: name, Chinese label, kind.
    pub labels: Vec<ItemLabel>,
    /// Key items a subject may be named by.
    pub keys: Vec<ItemLabel>,
    /// Agent that answers.
    pub agent_id: String,
    /// Source at the agent.
    pub source: String,
    /// Grant and mount as the agent pins them.
    pub pin: Pin,
    /// Digest of the pin.
    pub pin_digest: String,
    /// Compiled condition.
    pub condition: Condition,
}

impl Usable {
    /// True when the grant lets this caller of the consumer call: anybody when it names no client systems, and only those it
    /// names otherwise. A person is never one of them, as the agent checks too.
    pub fn lets(&self, actor: &Actor) -> bool {
        let named = &self.grant.client_ids;
        named.is_empty() || matches!(actor, Actor::Client { client_id, .. } if named.contains(client_id))
    }
}

/// An item as people see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ItemLabel {
    /// Name.
    pub item: String,
    /// Chinese label.
    pub zh: String,
    /// English label.
    pub en: String,
    /// What the value means (`standards::value::ValueKind`).
    #[schema(value_type = Object)]
    pub kind: standards::value::ValueKind,
}

/// Every usable grant.
#[derive(Debug, Default)]
pub struct Book {
    pub(crate) revision: u64,
    by_use: HashMap<(OrganisationId, String), Vec<Arc<Usable>>>,
    by_id: HashMap<GrantId, Arc<Usable>>,
}

impl Book {
    /// Grants of a consumer on a resource, oldest first.
    pub fn of(&self, consumer: &OrganisationId, resource_code: &str) -> &[Arc<Usable>] {
        // One allocation for the key; the map is small and this is far from what binds.
        self.by_use.get(&(consumer.clone(), resource_code.to_owned())).map_or(&[], Vec::as_slice)
    }
    /// A grant by id.
    pub fn get(&self, id: &GrantId) -> Option<&Arc<Usable>> {
        self.by_id.get(id)
    }
    /// Every grant, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Usable>> {
        self.by_id.values()
    }
}

impl Sharing {
    /// The book as of the last committed change.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn book(&self) -> Result<Arc<Book>> {
        let wanted = self.kernel.revision();
        let book = self.book.load_full();
        if book.revision >= wanted {
            return Ok(book);
        }
        let _turn = self.refresh.lock().await;
        let book = self.book.load_full();
        if book.revision >= wanted {
            return Ok(book);
        }
        let fresh = Arc::new(self.compile_book(wanted).await?);
        self.book.store(fresh.clone());
        Ok(fresh)
    }

    async fn compile_book(&self, revision: u64) -> Result<Book> {
        let mut book = Book { revision, ..Book::default() };
        let mut resources: HashMap<ResourceId, Option<Resource>> = HashMap::new();
        for grant in store::grant::all_usable(&self.kernel.db).await? {
            if !resources.contains_key(&grant.resource_id) {
                let resource = self.catalog.resource(&grant.resource_id).await?;
                resources.insert(grant.resource_id.clone(), resource);
            }
            let Some(Some(resource)) = resources.get(&grant.resource_id) else { continue };
            match self.compile(grant, resource).await {
                Ok(Some(usable)) => {
                    let usable = Arc::new(usable);
                    book.by_id.insert(usable.grant.id.clone(), usable.clone());
                    book.by_use
                        .entry((usable.grant.consumer_id.clone(), usable.resource_code.clone()))
                        .or_default()
                        .push(usable);
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(error = ?error, "sharing.grant_not_usable"),
            }
        }
        Ok(book)
    }

    /// Compiles one grant; `None` when its resource is not mounted.
    ///
    /// # Errors
    /// When mount and grant do not fit, naming the place.
    pub(crate) async fn compile(&self, grant: Grant, resource: &Resource) -> Result<Option<Usable>> {
        let Some(mount) = &resource.mount else { return Ok(None) };
        let organisations = self.catalog.organisations().await?;
        let party = |id: &OrganisationId| {
            organisations
                .get(id)
                .map(|o| ActorOrganisation {
                    id: o.id.clone(),
                    name: o.name.clone(),
                    credit_code: o.credit_code.clone(),
                })
                .ok_or_else(|| Error::missing(id))
        };
        let provider = party(&grant.provider_id)?;
        let consumer = party(&grant.consumer_id)?;
        let pin = Pin { grant: spec(&grant, resource, &consumer), mount: mount_of(resource, &mount.mount) };
        let pinned = Pinned::new(pin.clone())
            .map_err(|invalid| Error::invalid("grant.pin", invalid.zh(), invalid.en()))?;
        let label = |name: &str| {
            resource.item(name).map(|item| ItemLabel {
                item: item.item.clone(),
                zh: item.zh.clone(),
                en: item.en.clone(),
                kind: item.kind.clone(),
            })
        };
        Ok(Some(Usable {
            condition: self.policies.compile(grant.condition.as_deref())?,
            labels: grant.items.iter().filter_map(|item| label(&item.item)).collect(),
            keys: mount.mount.keys.iter().filter_map(|key| label(key)).collect(),
            provider,
            resource_code: resource.code.clone(),
            resource_name: resource.name.clone(),
            published: resource.state.in_force() && resource.share_type != ShareType::None,
            agent_id: mount.mount.agent_id.0.clone(),
            source: mount.mount.source.clone(),
            pin_digest: pinned.digest().to_owned(),
            pin,
            grant,
        }))
    }
}

fn mount_of(resource: &Resource, mount: &catalog::model::Mount) -> Mount {
    Mount {
        resource: resource.code.clone(),
        source: mount.source.clone(),
        table: mount.table.clone(),
        keys: mount.keys.clone(),
        items: mount
            .columns
            .iter()
            .filter_map(|column| {
                let item = resource.item(&column.item)?;
                Some(MountItem {
                    item: column.item.clone(),
                    column: column.column.clone(),
                    kind: item.kind.clone(),
                    code_map: column.code_map.clone(),
                })
            })
            .collect(),
        as_of_column: mount.as_of_column.clone(),
    }
}

fn spec(grant: &Grant, resource: &Resource, consumer: &ActorOrganisation) -> GrantSpec {
    GrantSpec {
        grant: grant.id.0.clone(),
        version: grant.version,
        consumer: consumer.credit_code.clone(),
        consumer_name: consumer.name.clone(),
        clients: grant.client_ids.clone(),
        resource: resource.code.clone(),
        items: grant.items.iter().map(GrantedItem::from).collect(),
        row_filter: RowFilter::from(&grant.row_filter),
        purposes: grant.purposes.iter().map(Purpose::from).collect(),
        shapes: grant.shapes.iter().map(|shape| Shape::from(*shape)).collect(),
        valid_from_ms: grant.valid_from_ms,
        valid_until_ms: grant.valid_until_ms,
        quota_per_day: grant.quota_per_day,
        quota_per_second: grant.quota_per_second,
    }
}
