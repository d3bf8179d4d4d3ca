//! What a plan and a decision must say. Each rule collects every gap, so that one answer lists them all.

use std::collections::BTreeSet;

use kernel::error::{Fields, Result};

use super::plan::{Decision, DecisionInput, Outcome, PlanInput};

const MOST_RESOURCES: usize = 100;
const MOST_ITEMS: usize = 300;
const MOST_FUNCTIONS: usize = 100;
const MOST_YUAN: i64 = 100_000_000_000;

fn optional(fields: &mut Fields, path: &str, text: &str, max: usize) {
    if !text.trim().is_empty() {
        fields.text(path, text, max);
    }
}

/// Checks a plan as filed.
///
/// # Errors
/// `input.invalid` with every gap.
pub fn check_plan(input: &PlanInput) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("name", &input.name, 100);
    fields.text("purpose", &input.purpose, 2000);
    optional(&mut fields, "basis", &input.basis, 1000);
    fields.check(
        !input.functions.is_empty() && input.functions.len() <= MOST_FUNCTIONS,
        "functions",
        "plan.functions",
        "请列出系统功能，1至100项。",
        "List the functions, 1 to 100.",
    );
    for (place, function) in input.functions.iter().enumerate().take(MOST_FUNCTIONS) {
        fields.text(&format!("functions[{place}]"), function, 200);
    }
    fields.check(
        (0..=MOST_YUAN).contains(&input.cost_yuan),
        "cost_yuan",
        "plan.cost",
        "建设费用须为不小于0的元数，请修改。",
        "The cost is an amount of yuan, not below 0.",
    );
    fields.check(
        input.starts_on <= input.ends_on,
        "ends_on",
        "plan.period",
        "建设结束日期不得早于开始日期，请修改。",
        "Building must not end before it begins.",
    );
    fields.check(
        !input.resources.is_empty() && input.resources.len() <= MOST_RESOURCES,
        "resources",
        "plan.no_resources",
        "新建系统须附数据资源清单，1至100个资源；没有清单的不予受理审核。",
        "A new system needs its list of data resources, 1 to 100.",
    );
    check_resources(input, &mut fields);
    fields.finish()
}

fn check_resources(input: &PlanInput, fields: &mut Fields) {
    let mut names = BTreeSet::new();
    for (place, resource) in input.resources.iter().enumerate().take(MOST_RESOURCES) {
        let path = format!("resources[{place}]");
        fields.text(&format!("{path}.name"), &resource.name, 100);
        optional(fields, &format!("{path}.description"), &resource.description, 1000);
        fields.check(
            names.insert(resource.name.trim()),
            &format!("{path}.name"),
            "plan.resource_twice",
            "资源名称重复，请改名或合并。",
            "The resource stands twice; rename or merge it.",
        );
        fields.check(
            !resource.items.is_empty() && resource.items.len() <= MOST_ITEMS,
            &format!("{path}.items"),
            "plan.no_items",
            "请列出该资源的信息项，1至300个。",
            "List the items of the resource, 1 to 300.",
        );
        let mut items = BTreeSet::new();
        for (at, item) in resource.items.iter().enumerate().take(MOST_ITEMS) {
            let path = format!("{path}.items[{at}]");
            fields.text(&format!("{path}.name"), &item.name, 100);
            optional(fields, &format!("{path}.description"), &item.description, 500);
            fields.check(
                items.insert(item.name.trim()),
                &format!("{path}.name"),
                "plan.item_twice",
                "信息项名称重复，请改名或删除其一。",
                "The item stands twice; rename or remove one.",
            );
            let known =
                item.element.as_deref().is_none_or(|code| standards::elements::by_code(code).is_some());
            fields.check(
                known,
                &format!("{path}.element"),
                "catalog.item.unknown_element",
                "没有这个数据元，请从数据元目录中选择或留空。",
                "No such data element; choose one from the register or leave it empty.",
            );
        }
    }
}

/// Checks a decision against a plan with so many resources. A refusal needs no decision on single resources.
///
/// # Errors
/// `input.invalid` with every gap.
pub fn check_decision(input: &DecisionInput, resources: usize, cost_yuan: i64) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("reason", &input.reason, 2000);
    let mut seen = BTreeSet::new();
    for (at, ruling) in input.resources.iter().enumerate() {
        let path = format!("resources[{at}]");
        fields.check(
            ruling.place < resources && seen.insert(ruling.place),
            &format!("{path}.place"),
            "plan.decision_place",
            "拟建资源的序号不对，或同一资源重复裁定。",
            "No such planned resource, or it was decided twice.",
        );
        fields.text(&format!("{path}.reason"), &ruling.reason, 1000);
        fields.check(
            (ruling.decision == Decision::Reuse) == ruling.system_id.is_some(),
            &format!("{path}.system_id"),
            "plan.decision_system",
            "“复用”须指明复用哪个系统；其他裁定不填系统。",
            "`reuse` names the system to use; others name none.",
        );
        fields.check(
            (ruling.decision == Decision::Share) != ruling.resource_ids.is_empty()
                && ruling.resource_ids.len() <= 20,
            &format!("{path}.resource_ids"),
            "plan.decision_resource",
            "“共享”须指明申请共享的资源（至多20个）；其他裁定不填资源。",
            "`share` names the resources to ask for, at most 20; others name none.",
        );
    }
    if input.outcome != Outcome::Refuse {
        fields.check(
            seen.len() == resources,
            "resources",
            "plan.decision_incomplete",
            "请对每个拟建资源作出裁定：复用、共享或新建。",
            "Decide on each planned resource: reuse, share or build.",
        );
    }
    if input.outcome == Outcome::Approve {
        fields.check(
            input.granted_yuan.is_none(),
            "granted_yuan",
            "plan.granted",
            "同意建设的按申报费用核定，无须另填。",
            "An approved plan has its own cost; leave this out.",
        );
    }
    if input.outcome == Outcome::Cut {
        let fits = input.granted_yuan.is_some_and(|yuan| (0..=cost_yuan).contains(&yuan));
        fields.check(
            fits,
            "granted_yuan",
            "plan.granted",
            "核减的须填核定费用，不得高于申报费用。",
            "A cut plan needs the amount granted, not above its cost.",
        );
    }
    fields.finish()
}
