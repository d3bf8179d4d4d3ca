//! Lists organisations: all, one level, or everything below one.

use std::cmp::Ordering;

use kernel::ids::OrganisationId;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Result};
use serde::Deserialize;

use crate::Catalog;
use crate::model::{Organisation, OrganisationKind};

/// What a list of organisations may be narrowed to.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrganisationFilter {
    /// Only this one and everything below it.
    #[serde(default)]
    pub under: Option<OrganisationId>,
    /// Only what stands directly below this one.
    #[serde(default)]
    pub parent_id: Option<OrganisationId>,
    /// What sort of body.
    #[serde(default)]
    pub kind: Option<OrganisationKind>,
    /// True for disabled ones, false for the others.
    #[serde(default)]
    pub disabled: Option<bool>,
}

impl Catalog {
    /// Organisations, in the order of registration unless another is asked for.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn list_organisations(
        &self,
        _actor: &Actor,
        filter: &OrganisationFilter,
        query: &ListQuery,
    ) -> Result<Page<Organisation>> {
        let search = query.search().map(|text| text.to_lowercase());
        let known = self.organisations().await?;
        let mut all: Vec<_> = known
            .iter()
            .filter(|one| {
                filter.under.as_ref().is_none_or(|above| known.is_under(&one.id, above))
                    && filter.parent_id.as_ref().is_none_or(|above| one.parent_id.as_ref() == Some(above))
                    && filter.kind.is_none_or(|kind| one.kind == kind)
                    && filter.disabled.is_none_or(|disabled| one.disabled == disabled)
                    && search.as_ref().is_none_or(|text| {
                        [&one.name, &one.short_name, &one.credit_code]
                            .iter()
                            .any(|field| field.to_lowercase().contains(text))
                    })
            })
            .cloned()
            .collect();
        if let Some((field, down)) = query.order() {
            let by = |a: &Organisation, b: &Organisation| match field {
                "credit_code" => a.credit_code.cmp(&b.credit_code),
                "region" => a.region.cmp(&b.region),
                "kind" => a.kind.as_str().cmp(b.kind.as_str()),
                "name" => a.name.cmp(&b.name),
                _ => Ordering::Equal,
            };
            all.sort_by(|a, b| if down { by(b, a) } else { by(a, b) });
        }
        Ok(Page::cut(all, query))
    }
}
