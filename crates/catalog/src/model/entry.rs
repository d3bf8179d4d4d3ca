//! From what somebody entered to an entry.

use super::resource::{Resource, ResourceInput, ShareMethod, ShareType, UpdateCycle};
use super::rules::{filled, items_of, resource_grade};

/// The entered fields as an entry; identity, state and times come from `old`.
pub fn entered(input: ResourceInput, old: Resource) -> Resource {
    let items = items_of(&input.items);
    let conditional = input.share_type == ShareType::Conditional;
    let withheld = input.share_type == ShareType::None;
    Resource {
        name: input.name.trim().to_owned(),
        summary: input.summary.trim().to_owned(),
        responsible_office: filled(input.responsible_office.as_ref()),
        responsible_person: filled(input.responsible_person.as_ref()),
        contact: filled(input.contact.as_ref()),
        system_id: input.system_id,
        classification: input.classification,
        category: filled(input.category.as_ref()),
        subcategory: filled(input.subcategory.as_ref()),
        detail: filled(input.detail.as_ref()),
        regional_code: filled(input.regional_code.as_ref()),
        data_range: filled(input.data_range.as_ref()),
        data_region: filled(input.data_region.as_ref()),
        data_period: filled(input.data_period.as_ref()),
        data_class: filled(input.data_class.as_ref()),
        format: filled(input.format.as_ref()).unwrap_or_else(|| "数据库".to_owned()),
        share_type: input.share_type,
        share_condition: filled(input.share_condition.as_ref()).filter(|_| conditional),
        share_condition_kinds: if conditional { input.share_condition_kinds } else { Vec::new() },
        no_share_basis: filled(input.no_share_basis.as_ref()).filter(|_| withheld),
        share_method: input.share_method.unwrap_or(ShareMethod::Interface),
        use_conditions: filled(input.use_conditions.as_ref()),
        open_to_society: input.open_to_society,
        open_condition: filled(input.open_condition.as_ref()),
        update_cycle: input.update_cycle.unwrap_or(UpdateCycle::Other),
        related_codes: input.related_codes,
        grade: input.grade.unwrap_or_else(|| resource_grade(&items)),
        secrecy_assessment: filled(input.secrecy_assessment.as_ref()),
        privacy_assessment: filled(input.privacy_assessment.as_ref()),
        items,
        ..old
    }
}
