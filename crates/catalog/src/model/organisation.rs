//! Organisations 机构: the offices that hold and use data.

use std::collections::HashMap;

use kernel::ids::OrganisationId;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What sort of body an organisation is.
    OrganisationKind {
        /// 人民政府: a people's government.
        Government = "government",
        /// 政府部门: a department of it.
        Department = "department",
        /// 数据主管部门: the data authority.
        DataAuthority = "data_authority",
        /// 事业单位 and other bodies that laws charge with public duties.
        Institution = "institution",
        /// 乡镇、街道: a township or street office.
        Town = "town",
        /// 村、社区: a village or community.
        Village = "village",
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Organisation {
    /// Id.
    pub id: OrganisationId,
    /// Full name.
    pub name: String,
    /// Short name, as offices call it.
    pub short_name: String,
    /// Letters with which the codes of its resources begin, for example `GA`.
    pub short_code: String,
    /// Unified social credit code (GB 32100).
    pub credit_code: String,
    /// Organisation above it.
    pub parent_id: Option<OrganisationId>,
    /// What sort of body.
    pub kind: OrganisationKind,
    /// Region code (GB/T 2260, 6, 9 or 12 digits).
    pub region: String,
    /// True when nobody may act for it any more.
    pub disabled: bool,
}

/// What it takes to register an organisation.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationInput {
    /// Full name.
    pub name: String,
    /// Short name; the full name when left out.
    #[serde(default)]
    pub short_name: Option<String>,
    /// Two to eight capitals or digits with which codes of its resources begin; from the credit code when left out.
    #[serde(default)]
    pub short_code: Option<String>,
    /// Unified social credit code.
    pub credit_code: String,
    /// Organisation above it.
    #[serde(default)]
    pub parent_id: Option<OrganisationId>,
    /// What sort of body.
    pub kind: OrganisationKind,
    /// Region code.
    pub region: String,
}

/// What may be changed of an organisation; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationChange {
    /// Full name.
    #[serde(default)]
    pub name: Option<String>,
    /// Short name.
    #[serde(default)]
    pub short_name: Option<String>,
    /// Organisation above it; an empty text puts it at the top.
    #[serde(default)]
    pub parent_id: Option<OrganisationId>,
    /// What sort of body.
    #[serde(default)]
    pub kind: Option<OrganisationKind>,
    /// Region code.
    #[serde(default)]
    pub region: Option<String>,
    /// True to end at once everything its people and client systems may do.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// Every organisation, held in memory.
#[derive(Debug, Default)]
pub struct Organisations {
    list: Vec<Organisation>,
    places: HashMap<OrganisationId, usize>,
}

impl Organisations {
    /// From a list, whose order is kept.
    pub fn new(list: Vec<Organisation>) -> Self {
        let places = list.iter().enumerate().map(|(place, one)| (one.id.clone(), place)).collect();
        Self { list, places }
    }
    /// One of them.
    pub fn get(&self, id: &OrganisationId) -> Option<&Organisation> {
        self.list.get(*self.places.get(id)?)
    }
    /// Name of one of them; empty when it is not there.
    pub fn name(&self, id: &OrganisationId) -> &str {
        self.get(id).map_or("", |one| &one.name)
    }
    /// All, in the order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &Organisation> {
        self.list.iter()
    }
    /// True when an organisation is `above` or stands below it, however deep.
    pub fn is_under(&self, id: &OrganisationId, above: &OrganisationId) -> bool {
        let mut next = self.get(id);
        for _ in 0..=self.list.len() {
            match next {
                Some(one) if one.id == *above => return true,
                Some(Organisation { parent_id: Some(parent), .. }) => next = self.get(parent),
                _ => return false,
            }
        }
        false
    }
    /// True when the organisation may act: it is there, and neither it nor one above it is disabled.
    pub fn is_active(&self, id: &OrganisationId) -> bool {
        let mut next = self.get(id);
        // The tree is built parent first, so it has no circle; the bound holds even for a damaged table.
        for _ in 0..=self.list.len() {
            match next {
                Some(one) if one.disabled => return false,
                Some(Organisation { parent_id: Some(parent), .. }) => next = self.get(parent),
                Some(_) => return true,
                None => return false,
            }
        }
        false
    }
}
