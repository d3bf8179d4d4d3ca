//! Replaces the secret of a client system. The old secret and every access token from it end at once.

use kernel::evidence::Leaf;
use kernel::ids::ClientId;
use kernel::{Actor, Result, entropy};

use crate::Identity;
use crate::keys::Secret;
use crate::model::{ClientSystem, ClientWithSecret};
use crate::store;

impl Identity {
    /// Gives a client system of the own department a new secret, shown this once.
    ///
    /// # Errors
    /// `client.not_found` or `actor.role`.
    pub async fn rotate_secret(&self, actor: &Actor, id: &ClientId) -> Result<ClientWithSecret> {
        let mut row = self.own_client(actor, id).await?;
        let secret = Secret::new(entropy::token::<32>(&*self.kernel.entropy));
        row.sealed_secret = self.keys.seal(&secret, row.id.as_str(), &*self.kernel.entropy)?;
        row.secret_version += 1;
        let organisation = self.known_organisation(&row.organisation_id).await?;
        let client = ClientSystem { organisation_name: organisation.name, ..row.clone().into() };
        let tx = self.kernel.begin().await?;
        store::client::update(tx.connection(), row).await?;
        let leaf =
            Leaf { provider: Some(organisation.credit_code), ..Leaf::of("identity.client.secret_rotated") };
        tx.record(actor, leaf, None, Some(client.client_id.clone())).await?;
        let done = tx.commit().await;
        self.refresh_clients().await?;
        done.map(|()| ClientWithSecret { client, secret: secret.expose().to_owned() })
    }
}
