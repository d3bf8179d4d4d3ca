//! The labelled set of planned systems: big enough, well formed, and its labels name what the county really has.

use std::collections::HashSet;

use county::{Size, generate, plans};

/// The file reads; departments, data elements, overlapping resources and systems named in it exist.
#[test]
fn plans_name_what_exists() {
    let county = generate(1, Size { residents: 200, enterprises: 20 });
    let departments = county.departments();
    let keys: HashSet<&str> = departments.iter().map(|department| department.key).collect();
    let systems: Vec<_> = departments.iter().flat_map(|department| &department.systems).collect();
    let inventory = county::systems();
    let names: HashSet<&str> = inventory.iter().map(|system| system.name.as_str()).collect();
    let listed = county::listed();
    let mut codes: HashSet<&str> =
        systems.iter().flat_map(|system| system.resources.iter().map(|resource| resource.code)).collect();
    codes.extend(
        listed.iter().filter(|one| one.entry == county::Entry::Published).map(|one| one.code.as_str()),
    );
    let all = plans();
    assert!(all.len() >= 40, "{}", all.len());
    for plan in &all {
        assert!(keys.contains(plan.department.as_str()), "{}: {}", plan.name, plan.department);
        assert!(plan.functions.len() >= 2 && !plan.resources.is_empty(), "{}", plan.name);
        for name in &plan.overlaps_systems {
            assert!(names.contains(name.as_str()), "{}: no system {name}", plan.name);
        }
        for resource in &plan.resources {
            for code in &resource.overlaps {
                assert!(codes.contains(code.as_str()), "{}: no resource {code}", plan.name);
            }
            for item in &resource.items {
                let known =
                    item.element.as_deref().is_none_or(|code| standards::elements::by_code(code).is_some());
                assert!(known && !item.zh.is_empty(), "{}: {item:?}", plan.name);
            }
        }
    }
    let overlapping = all.iter().flat_map(|plan| &plan.resources).filter(|r| !r.overlaps.is_empty()).count();
    let new = all.iter().flat_map(|plan| &plan.resources).filter(|r| r.overlaps.is_empty()).count();
    assert!(overlapping >= 40 && new >= 40, "{overlapping} overlap, {new} are new");
}
