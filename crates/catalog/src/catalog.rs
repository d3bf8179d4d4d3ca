//! The handle through which everyone else asks the catalogue.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use kernel::ids::{AgentId, OrganisationId, ResourceId, SystemId};
use kernel::{Kernel, Result};

use crate::model::{InformationSystem, MountRecord, Organisation, Organisations, Resource};
use crate::store;

/// What the catalogue must know of an agent (前置机) on which a resource is mounted.
#[derive(Debug, Clone)]
pub struct AgentSummary {
    /// Name.
    pub name: String,
    /// Organisation at which it stands.
    pub organisation_id: OrganisationId,
}

/// Answers questions about agents. Agents live in a capability above this one, which hands itself in with
/// [`Catalog::know_agents`].
#[async_trait]
pub trait AgentDirectory: Send + Sync {
    /// The agent with that id, if there is one.
    ///
    /// # Errors
    /// When the directory cannot be read.
    async fn agent(&self, id: &AgentId) -> Result<Option<AgentSummary>>;
}

/// Says who uses a resource. Grants live in a capability above this one, which hands itself in with
/// [`Catalog::know_users`].
#[async_trait]
pub trait UsersOfResource: Send + Sync {
    /// Organisations that hold a grant over the resource, each once.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn users(&self, id: &ResourceId) -> Result<Vec<OrganisationId>>;
}

/// The catalogue; cheap to clone. Reads are methods here, each write is a method in a file of its verb.
#[derive(Clone)]
pub struct Catalog(Arc<Inner>);

/// What [`Catalog`] points to.
pub struct Inner {
    /// The kernel.
    pub kernel: Kernel,
    organisations: ArcSwapOption<Organisations>,
    loading: tokio::sync::Mutex<()>,
    agents: OnceLock<Arc<dyn AgentDirectory>>,
    /// The search over it.
    pub(crate) finder: crate::search::Finder,
    users: OnceLock<Arc<dyn UsersOfResource>>,
}

impl Deref for Catalog {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Catalog {
    /// The catalogue over that kernel. Reads nothing yet.
    pub fn new(kernel: Kernel) -> Self {
        Self(Arc::new(Inner {
            kernel,
            organisations: ArcSwapOption::empty(),
            loading: tokio::sync::Mutex::new(()),
            agents: OnceLock::new(),
            finder: crate::search::Finder::default(),
            users: OnceLock::new(),
        }))
    }

    /// Tells the catalogue whom to ask about agents. The first call counts.
    pub fn know_agents(&self, directory: Arc<dyn AgentDirectory>) {
        let _first_call_counts = self.agents.set(directory);
    }

    /// Tells the catalogue whom to ask about the users of a resource. The first call counts.
    pub fn know_users(&self, users: Arc<dyn UsersOfResource>) {
        let _first_call_counts = self.users.set(users);
    }

    /// Organisations that hold a grant over a resource.
    pub(crate) async fn users_of(&self, id: &ResourceId) -> Result<Vec<OrganisationId>> {
        match self.users.get() {
            Some(users) => users.users(id).await,
            None => Ok(Vec::new()),
        }
    }

    pub(crate) fn agents(&self) -> Option<&Arc<dyn AgentDirectory>> {
        self.agents.get()
    }

    /// Every organisation, from memory.
    ///
    /// # Errors
    /// When they were not read yet and the database cannot be read.
    pub async fn organisations(&self) -> Result<Arc<Organisations>> {
        if let Some(known) = self.organisations.load_full() {
            return Ok(known);
        }
        let _turn = self.loading.lock().await;
        if let Some(known) = self.organisations.load_full() {
            return Ok(known);
        }
        self.load_organisations().await
    }

    /// Reads the organisations again; called after each change, so that a disabled one acts at once.
    pub(crate) async fn refresh_organisations(&self) -> Result<()> {
        let _turn = self.loading.lock().await;
        self.load_organisations().await.map(drop)
    }

    async fn load_organisations(&self) -> Result<Arc<Organisations>> {
        let all = Arc::new(Organisations::new(store::organisation::all(&self.kernel.db).await?));
        self.organisations.store(Some(Arc::clone(&all)));
        Ok(all)
    }

    /// One organisation.
    ///
    /// # Errors
    /// As [`Catalog::organisations`].
    pub async fn organisation(&self, id: &OrganisationId) -> Result<Option<Organisation>> {
        Ok(self.organisations().await?.get(id).cloned())
    }

    /// One information system.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn system(&self, id: &SystemId) -> Result<Option<InformationSystem>> {
        let Some(mut system) = store::system::by_id(&self.kernel.db, id).await? else { return Ok(None) };
        self.organisations().await?.name(&system.organisation_id).clone_into(&mut system.organisation_name);
        Ok(Some(system))
    }

    /// One resource with items and mount, whatever its state and whoever asks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn resource(&self, id: &ResourceId) -> Result<Option<Resource>> {
        let found = store::resource::by_id(&self.kernel.db, id).await?;
        self.complete(found).await
    }

    /// One resource by its catalogue code, as [`Catalog::resource`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn resource_by_code(&self, code: &str) -> Result<Option<Resource>> {
        let found = store::resource::by_code(&self.kernel.db, code).await?;
        self.complete(found).await
    }

    /// How a resource hangs on a department's table, if it does.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn mount_of(&self, id: &ResourceId) -> Result<Option<MountRecord>> {
        store::mount::of(&self.kernel.db, id).await
    }

    async fn complete(&self, found: Option<Resource>) -> Result<Option<Resource>> {
        let Some(mut resource) = found else { return Ok(None) };
        name_provider(&mut resource, &*self.organisations().await?);
        if let (Some(mount), Some(agents)) = (&mut resource.mount, self.agents()) {
            mount.agent_name = agents.agent(&mount.mount.agent_id).await?.map(|agent| agent.name);
        }
        Ok(Some(resource))
    }
}

/// Fills in the provider's name and code.
pub(crate) fn name_provider(resource: &mut Resource, organisations: &Organisations) {
    if let Some(provider) = organisations.get(&resource.organisation_id) {
        provider.name.clone_into(&mut resource.organisation_name);
        provider.credit_code.clone_into(&mut resource.organisation_credit_code);
    }
}
