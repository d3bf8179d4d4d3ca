//! The inventory of systems and the catalogue of what is not mounted: big enough, in every state, and well formed.

use std::collections::HashSet;

use county::{Entry, ShareType, Size, SystemState, generate};

/// Forty systems or more, some retired with a successor at the same department; every system with a store is among them,
/// and of each is known what a year costs and how many people work with it.
#[test]
fn systems_are_inventoried() {
    let systems = county::systems();
    assert!(systems.len() >= 40, "{}", systems.len());
    let names: HashSet<&str> = systems.iter().map(|system| system.name.as_str()).collect();
    assert_eq!(names.len(), systems.len());
    for system in &systems {
        if let Some(successor) = &system.replaced_by {
            let found = systems.iter().find(|one| one.name == *successor).expect("successor");
            assert_eq!((system.state, &found.department), (SystemState::Retired, &system.department));
        }
    }
    for system in &systems {
        let (used, paid) = (system.user_count > 0, system.yearly_cost_yuan > 0);
        match system.state {
            SystemState::Running => assert!(used && paid, "{}", system.name),
            // Some that were given up are still paid for, and nobody works with them.
            SystemState::Retired => assert!(!used, "{}", system.name),
            SystemState::Building => assert!(!used && !paid, "{}", system.name),
        }
        if let Some(cost) = system.cost_yuan {
            assert!(
                system.yearly_cost_yuan * 6 <= cost,
                "{}: a year costs a sixth of building at most",
                system.name
            );
        }
    }
    let paid_for_nothing = |one: &&county::Inventoried| one.user_count == 0 && one.yearly_cost_yuan > 0;
    assert!(systems.iter().filter(paid_for_nothing).count() >= 2);
    let county = generate(1, Size { residents: 200, enterprises: 20 });
    for department in county.departments() {
        for system in &department.systems {
            assert!(names.contains(system.zh), "{}", system.zh);
        }
    }
}

/// With the mounted ones there are eighty resources or more; codes are unique and begin with the department's letters,
/// data elements and systems exist, every state and share type occurs, and conditions and bases stand where they must.
#[test]
fn listed_resources_are_well_formed() {
    let county = generate(1, Size { residents: 200, enterprises: 20 });
    let departments = county.departments();
    let mounted = departments.iter().flat_map(|one| &one.systems).flat_map(|system| &system.resources);
    let mut codes: HashSet<String> = mounted.map(|resource| resource.code.to_owned()).collect();
    let listed = county::listed();
    assert!(codes.len() >= 30 && codes.len() + listed.len() >= 80, "{} and {}", codes.len(), listed.len());
    let systems = county::systems();
    let (mut entries, mut types) = (HashSet::new(), HashSet::new());
    for resource in &listed {
        assert!(codes.insert(resource.code.clone()), "{} twice", resource.code);
        let own = departments.iter().find(|one| one.key == resource.department).unwrap();
        let prefix = own.systems[0].resources[0].code.get(..3).unwrap();
        assert!(resource.code.starts_with(prefix), "{} of {}", resource.code, own.key);
        if let Some(name) = &resource.system {
            let system = systems.iter().find(|one| one.name == *name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(system.department, resource.department, "{}", resource.code);
        }
        for (_, element) in &resource.items {
            assert!(standards::elements::by_code(element).is_some(), "{}: {element}", resource.code);
        }
        assert_eq!(resource.condition.is_some(), resource.share_type == ShareType::Conditional);
        assert_eq!(resource.basis.is_some(), resource.share_type == ShareType::None);
        entries.insert(resource.entry);
        types.insert(format!("{:?}", resource.share_type));
    }
    use Entry::*;
    assert_eq!(entries, HashSet::from([Draft, Signing, Review, Returned, Published, Offline]));
    assert_eq!(types.len(), 3);
}

/// Five published entries or more are revised, one of them twice; each change is one, and added items exist and are new.
#[test]
fn revisions_are_well_formed() {
    let county = generate(1, Size { residents: 200, enterprises: 20 });
    let departments = county.departments();
    let mounted: HashSet<&str> = departments
        .iter()
        .flat_map(|one| &one.systems)
        .flat_map(|one| &one.resources)
        .map(|one| one.code)
        .collect();
    let listed = county::listed();
    let revisions = county::revisions();
    let codes: HashSet<&str> = revisions.iter().map(|one| one.code.as_str()).collect();
    assert!(codes.len() >= 5 && codes.len() < revisions.len(), "{codes:?}");
    for revised in &revisions {
        assert!((1..=2).contains(&revised.round), "{}", revised.code);
        let entry = listed.iter().find(|one| one.code == revised.code);
        assert!(
            mounted.contains(revised.code.as_str()) || entry.is_some_and(|one| one.entry == Entry::Published)
        );
        // What hangs on a store keeps its items, so that its mount still fits.
        assert!(entry.is_some() || revised.items.is_empty(), "{}", revised.code);
        for (item, element) in &revised.items {
            assert!(standards::elements::by_code(element).is_some(), "{}: {element}", revised.code);
            assert!(entry.is_some_and(|one| one.items.iter().all(|(known, _)| known != item)), "{item}");
        }
        let texts = [&revised.name, &revised.summary, &revised.condition, &revised.cycle];
        assert!(!revised.items.is_empty() || texts.iter().any(|text| text.is_some()), "{}", revised.code);
    }
}
