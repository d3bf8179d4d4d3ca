//! The handle: keys, what is held in memory for the hot path, and how it is kept true.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use catalog::Catalog;
use kernel::actor::ActorOrganisation;
use kernel::ids::{ClientId, OrganisationId};
use kernel::{Error, Kernel, Result};

use crate::challenges::Challenges;
use crate::keys::Keys;
use crate::model::{ClientEntry, ClientSystem};
use crate::nonces::Nonces;
use crate::oidc::Pending;
use crate::sessions::Sessions;
use crate::store;
use crate::throttle::Throttle;

/// Identity; cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

/// What [`Identity`] points to.
pub struct Inner {
    /// The kernel.
    pub kernel: Kernel,
    /// The catalogue, for organisations.
    pub catalog: Catalog,
    pub(crate) keys: Keys,
    pub(crate) sessions: Sessions,
    pub(crate) nonces: Nonces,
    pub(crate) throttle: Throttle,
    /// Log-ins that wait for a code.
    pub(crate) challenges: Challenges,
    /// Log-ins that wait for a service of others.
    pub(crate) elsewhere: Pending,
    /// Hashing a password takes much memory and time on purpose; two at once are enough.
    pub(crate) hashing: tokio::sync::Semaphore,
    clients: ArcSwapOption<HashMap<String, Arc<ClientEntry>>>,
    loading: tokio::sync::Mutex<()>,
    floors: tokio::sync::OnceCell<HashMap<ClientId, i64>>,
    reserved: parking_lot::Mutex<HashMap<ClientId, i64>>,
    reserving: tokio::sync::Mutex<()>,
}

impl Deref for Identity {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// How far ahead of a signed call's time its watermark is written, so that it is written rarely.
const RESERVE_MS: i64 = 2_000;

impl Identity {
    /// Reads the key files, or makes them at the first start. Reads no table yet.
    ///
    /// # Errors
    /// `identity.keys` when a key file cannot be read or written.
    pub fn new(kernel: Kernel, catalog: Catalog) -> Result<Self> {
        let keys = Keys::open(&kernel)?;
        Ok(Self(Arc::new(Inner {
            kernel,
            catalog,
            keys,
            sessions: Sessions::default(),
            nonces: Nonces::default(),
            throttle: Throttle::default(),
            challenges: Challenges::default(),
            elsewhere: Pending::default(),
            hashing: tokio::sync::Semaphore::new(2),
            clients: ArcSwapOption::empty(),
            loading: tokio::sync::Mutex::new(()),
            floors: tokio::sync::OnceCell::new(),
            reserved: parking_lot::Mutex::default(),
            reserving: tokio::sync::Mutex::new(()),
        })))
    }

    /// A client system by its public client id, whatever its state.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn client(&self, client_id: &str) -> Result<Option<ClientSystem>> {
        store::client::by_client_id(&self.kernel.db, client_id).await
    }

    /// The client system of that public id, from memory.
    pub(crate) async fn entry(&self, client_id: &str) -> Result<Option<Arc<ClientEntry>>> {
        if let Some(known) = &*self.clients.load() {
            return Ok(known.get(client_id).cloned());
        }
        let _turn = self.loading.lock().await;
        if let Some(known) = &*self.clients.load() {
            return Ok(known.get(client_id).cloned());
        }
        Ok(self.load_clients().await?.get(client_id).cloned())
    }

    /// Reads the client systems again; called after each change, so that a disabled one is out at once.
    pub(crate) async fn refresh_clients(&self) -> Result<()> {
        let _turn = self.loading.lock().await;
        self.load_clients().await.map(drop)
    }

    async fn load_clients(&self) -> Result<Arc<HashMap<String, Arc<ClientEntry>>>> {
        let rows = store::client::all(&self.kernel.db).await?;
        let entries = rows.into_iter().map(|row| {
            let entry = ClientEntry::build(row, &self.keys);
            (entry.client_id.clone(), Arc::new(entry))
        });
        let all = Arc::new(entries.collect::<HashMap<_, _>>());
        self.clients.store(Some(Arc::clone(&all)));
        Ok(all)
    }

    /// The organisation as an actor carries it; `None` when it may not act.
    pub(crate) async fn acting(&self, id: &OrganisationId) -> Result<Option<ActorOrganisation>> {
        let organisations = self.catalog.organisations().await?;
        if !organisations.is_active(id) {
            return Ok(None);
        }
        Ok(organisations.get(id).map(|one| ActorOrganisation {
            id: one.id.clone(),
            name: one.name.clone(),
            credit_code: one.credit_code.clone(),
        }))
    }

    /// Time up to which signed calls of a client may have been accepted before this start. Nonces are held in
    /// memory only, so what is not later than this cannot be told from a replay.
    pub(crate) async fn floor(&self, client: &ClientId) -> Result<i64> {
        let floors =
            self.floors.get_or_try_init(|| async { store::watermark::all(&self.kernel.db).await }).await?;
        Ok(floors.get(client).copied().unwrap_or(i64::MIN))
    }

    /// Makes sure that a restart will know of a signed call of that time.
    pub(crate) async fn reserve(&self, client: &ClientId, rtime: i64) -> Result<()> {
        let covered = || self.reserved.lock().get(client).is_some_and(|until| rtime <= *until);
        if covered() {
            return Ok(());
        }
        let _turn = self.reserving.lock().await;
        if covered() {
            return Ok(());
        }
        let until = rtime.saturating_add(RESERVE_MS);
        store::watermark::raise(&self.kernel.db, client, until).await?;
        self.reserved.lock().insert(client.clone(), until);
        Ok(())
    }

    /// An organisation named in an input.
    pub(crate) async fn known_organisation(
        &self,
        id: &OrganisationId,
    ) -> Result<catalog::model::Organisation> {
        self.catalog.organisation(id).await?.ok_or_else(|| Error::missing(id))
    }
}
