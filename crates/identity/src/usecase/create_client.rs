//! Registers a client system.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::{OrganisationId, SystemId};
use kernel::{Actor, Error, Result, Role, entropy};

use crate::Identity;
use crate::keys::Secret;
use crate::model::{ClientInput, ClientSystem, ClientWithSecret, check_client_id, read_public_key};
use crate::store;

/// The developer of the client's own department; the platform itself when a demo is seeded.
pub(super) fn require_developer(actor: &Actor, organisation: &OrganisationId) -> Result<()> {
    if matches!(actor, Actor::System) {
        return Ok(());
    }
    actor.require_in(organisation, &[Role::DepartmentDeveloper])
}

/// A public key as it is stored; blank means none.
pub(super) fn checked_key(pem: Option<&String>, fields: &mut Fields) -> Option<String> {
    let pem = pem.map(|pem| pem.trim()).filter(|pem| !pem.is_empty())?;
    fields.check(
        read_public_key(pem).is_some(),
        "public_key_pem",
        "identity.client.public_key",
        "公钥须为 PEM 格式的 Ed25519 或 P-256 公钥（BEGIN PUBLIC KEY），不能是私钥，请重新粘贴。",
        "Give a PEM public key, Ed25519 or P-256 (BEGIN PUBLIC KEY), never a private key.",
    );
    Some(pem.to_owned())
}

impl Identity {
    /// Registers a client system of the own department and gives its secret, this once.
    ///
    /// # Errors
    /// `actor.*`, `organisation.not_found`, `identity.client.taken`, or `input.invalid` with every gap.
    pub async fn create_client(&self, actor: &Actor, input: ClientInput) -> Result<ClientWithSecret> {
        let own = actor.organisation().map(|own| own.id.clone());
        let organisation_id = input.organisation_id.or(own).ok_or_else(|| {
            Error::invalid(
                "input.invalid",
                "请指明所属机构（organisation_id）。",
                "Name the organisation_id.",
            )
        })?;
        require_developer(actor, &organisation_id)?;
        let organisation = self.known_organisation(&organisation_id).await?;
        let client_id = input
            .client_id
            .filter(|id| !id.trim().is_empty())
            .unwrap_or_else(|| format!("c-{}", hex::encode(entropy::bytes::<8>(&*self.kernel.entropy))));
        let mut fields = Fields::default();
        check_client_id(&client_id, &mut fields);
        fields.text("name", &input.name, 100);
        let public_key_pem = checked_key(input.public_key_pem.as_ref(), &mut fields);
        self.check_system(input.system_id.as_ref(), &organisation_id, &mut fields).await?;
        fields.finish()?;
        let secret = Secret::new(entropy::token::<32>(&*self.kernel.entropy));
        let id: kernel::ids::ClientId = self.kernel.new_id();
        let row = store::client::Model {
            sealed_secret: self.keys.seal(&secret, id.as_str(), &*self.kernel.entropy)?,
            id,
            client_id,
            name: input.name.trim().to_owned(),
            system_id: input.system_id,
            organisation_id,
            secret_version: 1,
            public_key_pem,
            disabled: input.disabled,
            created_ms: self.kernel.now_ms(),
        };
        let client = ClientSystem { organisation_name: organisation.name, ..row.clone().into() };
        let tx = self.kernel.begin().await?;
        if store::client::by_client_id(tx.connection(), &row.client_id).await?.is_some() {
            return Err(Error::conflict(
                "identity.client.taken",
                "此应用标识已被使用，请换一个，或留空由系统生成。",
                "This client id is taken; choose another or leave it empty.",
            ));
        }
        store::client::insert(tx.connection(), row).await?;
        let leaf = Leaf { provider: Some(organisation.credit_code), ..Leaf::of("identity.client.created") };
        tx.record(actor, leaf, None, Some(client.client_id.clone())).await?;
        tx.commit().await?;
        self.refresh_clients().await?;
        Ok(ClientWithSecret { client, secret: secret.expose().to_owned() })
    }

    /// The information system named must be of the same organisation.
    pub(super) async fn check_system(
        &self,
        system: Option<&SystemId>,
        organisation: &OrganisationId,
        fields: &mut Fields,
    ) -> Result<()> {
        if let Some(id) = system {
            let system = self.catalog.system(id).await?;
            fields.check(
                system.is_some_and(|system| system.organisation_id == *organisation),
                "system_id",
                "identity.client.system",
                "本部门没有这个信息系统，请重新选择。",
                "The department has no such information system; choose again.",
            );
        }
        Ok(())
    }
}
