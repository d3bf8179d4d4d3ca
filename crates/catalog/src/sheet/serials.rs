//! Puts an accepted resource into the catalogue, with codes counted on within one transaction.

use std::collections::HashMap;

use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result, Tx};

use crate::Catalog;
use crate::model::classes::{Place, beginning};
use crate::model::{Resource, ResourceInput, entered};
use crate::store;

/// Highest serial number under each beginning; asked of the database once.
#[derive(Default)]
pub struct Serials(HashMap<String, u32>);

impl Serials {
    /// The next number under a beginning, if it was used before.
    fn counted(&mut self, beginning: &str) -> Option<u32> {
        let highest = self.0.get_mut(beginning)?;
        *highest = highest.saturating_add(1);
        Some(*highest)
    }

    /// The next number under a beginning, above those in use.
    fn begin(&mut self, beginning: &str, used: &[String]) -> u32 {
        let numbers = used.iter().filter_map(|code| code.strip_prefix(beginning)?.parse::<u32>().ok());
        let next = numbers.max().unwrap_or(0).saturating_add(1);
        self.0.insert(beginning.to_owned(), next);
        next
    }
}

impl Catalog {
    /// Catalogues one resource within an open transaction. Its input was checked.
    pub(super) async fn import_one(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        input: ResourceInput,
        serials: &mut Serials,
    ) -> Result<Resource> {
        let id = input.organisation_id.clone().ok_or_else(|| Error::internal("sheet.office", "no office"))?;
        let provider = self.organisation(&id).await?.ok_or_else(|| Error::missing(&id))?;
        let given = input.code.clone();
        let mut resource = entered(input.clone(), self.blank(&input, provider.clone()));
        resource.code = match given {
            Some(code) => code,
            None => {
                let beginning = format!("{}-", provider.short_code);
                let serial = match serials.counted(&beginning) {
                    Some(serial) => serial,
                    None => {
                        let used = store::resource::codes_beginning(tx.connection(), &beginning).await?;
                        serials.begin(&beginning, &used)
                    }
                };
                format!("{beginning}{serial:04}")
            }
        };
        let beginning = beginning(&Place {
            classification: resource.classification,
            category: resource.category.as_deref(),
            subcategory: resource.subcategory.as_deref(),
            detail: resource.detail.as_deref(),
            name: &resource.name,
            organisation: &resource.organisation_name,
        });
        let serial = match serials.counted(&beginning) {
            Some(serial) => serial,
            None => {
                let used = store::resource::class_codes_beginning(tx.connection(), &beginning).await?;
                serials.begin(&beginning, &used)
            }
        };
        resource.class_code = Some(format!("{beginning}{serial:06}"));
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
