//! Return flow (数据回流): a lower region is given back its own rows out of a register that an office above keeps.
//!
//! The condition is the one thing that matters: rows whose region begins with the consumer's own code, exactly. It is made
//! here, and whoever says that he asks for a return flow is held to it.

use catalog::model::{Item, Organisation, Resource};
use kernel::error::{Fields, Result};
use plan::model::ConditionOp;
use standards::kind::ValueKind;

use super::grant::{ConditionView, FilterView, ShapeView};
use super::request::RequestInput;

text_enum! {
    /// Pattern by which a request or a subscription was made.
    Template {
        /// 数据回流.
        ReturnFlow = "return_flow" "数据回流" "Return flow",
    }
}

/// The digits of a region code that say which region it is: two of a province, four of a city, six of a county, nine of a town,
/// twelve of a village (GB/T 2260 and the codes of statistics). `None` for what is no such code.
pub fn significant(region: &str) -> Option<&str> {
    if !matches!(region.len(), 6 | 9 | 12) || !region.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // From below: a village ends in three digits, a town too, county, city and province in two each.
    let mut end = region.len();
    for (from, to) in [(9, 12), (6, 9), (4, 6), (2, 4)] {
        if end == to && region.get(from..to).is_some_and(|part| part.bytes().all(|b| b == b'0')) {
            end = from;
        }
    }
    region.get(..end)
}

/// True when the region of `upper` holds that of `lower` and more.
pub fn stands_above(upper: &Organisation, lower: &Organisation) -> bool {
    match (significant(&upper.region), significant(&lower.region)) {
        (Some(upper), Some(lower)) => lower.len() > upper.len() && lower.starts_with(upper),
        _ => false,
    }
}

/// Items by which rows can be told to be of a region.
pub fn region_items(resource: &Resource) -> impl Iterator<Item = &Item> {
    resource.items.iter().filter(|item| item.kind == ValueKind::Region)
}

/// The condition of a return flow: rows of this region, by this item. `None` for an office without a region code.
pub fn condition(item: &str, own: &Organisation) -> Option<ConditionView> {
    let prefix = significant(&own.region)?;
    Some(ConditionView { item: item.to_owned(), op: ConditionOp::Prefix, values: vec![prefix.to_owned()] })
}

/// The condition on the region in a filter, if it is exactly that of a return flow to this office.
pub fn own_rows<'a>(
    filter: &'a FilterView,
    own: &Organisation,
    is_region: impl Fn(&str) -> bool,
) -> Option<&'a ConditionView> {
    filter.all.iter().find(|one| is_region(&one.item) && condition(&one.item, own).as_ref() == Some(*one))
}

/// Holds a request that says it is a return flow to what one is.
///
/// # Errors
/// `input.invalid` with every place.
pub fn check(
    input: &RequestInput,
    resource: &Resource,
    provider: &Organisation,
    own: &Organisation,
) -> Result<()> {
    let mut fields = Fields::default();
    fields.check(
        stands_above(provider, own),
        "resource_id",
        "return_flow.not_above",
        "数据回流只能向上级区域的提供部门申请；同级或其他区域的数据请按普通申请办理。",
        "A return flow is asked of an office of a region above; ask for other data by an ordinary request.",
    );
    let is_region = |item: &str| region_items(resource).any(|known| known.item == item);
    let exact = input.row_filter.all.len() == 1 && own_rows(&input.row_filter, own, is_region).is_some();
    if !exact {
        let prefix = significant(&own.region).unwrap_or_default();
        fields.push(
            "row_filter",
            "return_flow.rows",
            format!("数据回流的范围须恰好是本单位所在区域（行政区划代码以 {prefix} 开头），请恢复预填的条件。"),
            format!("A return flow is of the rows of the own region exactly (codes that begin with {prefix}); restore the condition as it was filled in."),
        );
    }
    fields.check(
        input.shapes == [ShapeView::Batch],
        "shapes",
        "return_flow.shapes",
        "数据回流以库表交换方式进行，请只选择“库表交换”。",
        "A return flow moves a table; choose that way only.",
    );
    fields.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each level keeps its own digits; a text that is no code has none.
    #[test]
    fn digits_of_each_level() {
        let all = [
            ("330000", Some("33")),
            ("330100", Some("3301")),
            ("330108", Some("330108")),
            ("330108000", Some("330108")),
            ("330108001", Some("330108001")),
            ("330108001000", Some("330108001")),
            ("330108001203", Some("330108001203")),
            ("330000000000", Some("33")),
            ("3301", None),
            ("33010x", None),
        ];
        for (code, digits) in all {
            assert_eq!(significant(code), digits, "{code}");
        }
    }
}
