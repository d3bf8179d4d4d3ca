//! Puts an accepted resource into the catalogue.

use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result, Tx};

use crate::Catalog;
use crate::model::{Resource, ResourceInput, entered};
use crate::store;
use crate::usecase::create_resource::{class_code, next_code};

impl Catalog {
    /// Catalogues one resource within an open transaction. Its input was checked.
    pub(super) async fn import_one(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        input: ResourceInput,
    ) -> Result<Resource> {
        let id = input.organisation_id.clone().ok_or_else(|| Error::internal("sheet.office", "no office"))?;
        let provider = self.organisation(&id).await?.ok_or_else(|| Error::missing(&id))?;
        let given = input.code.clone();
        let mut resource = entered(input.clone(), self.blank(&input, provider.clone()));
        resource.code = match given {
            Some(code) => code,
            None => next_code(tx.connection(), &provider.short_code).await?,
        };
        resource.class_code = Some(class_code(tx.connection(), &resource).await?);
        store::resource::insert(tx.connection(), &resource).await?;
        let leaf = Leaf {
            provider: Some(provider.credit_code),
            resource: Some(resource.code.clone()),
            ..Leaf::of("catalog.resource.imported")
        };
        tx.record(actor, leaf, None, Some(resource.name.clone())).await?;
        Ok(resource)
    }
}
