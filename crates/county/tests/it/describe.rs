//! Departments, grants and sample calls fit each other, the tables and the standards.

use std::collections::HashSet;

use county::{Expected, Resource, Size, generate};
use plan::{GrantSpec, Pin, Pinned};

/// Big enough for every sample call.
const MIDDLE: Size = Size { residents: 20_000, enterprises: 2_000 };

fn resources(county: &county::County) -> Vec<(String, &'static str, &'static str, Resource)> {
    county
        .departments()
        .into_iter()
        .flat_map(|department| {
            department.systems.into_iter().flat_map(move |system| {
                let code = department.credit_code.clone();
                system
                    .resources
                    .into_iter()
                    .map(move |resource| (code.clone(), department.key, system.source, resource))
            })
        })
        .collect()
}

/// Every department has a valid credit code of its own, five kinds of store occur, and every resource's table,
/// columns and keys exist.
#[test]
fn resources_fit_their_tables() {
    let county = generate(1, Size { residents: 3_000, enterprises: 300 });
    let departments = county.departments();
    let codes: HashSet<&str> = departments.iter().map(|department| department.credit_code.as_str()).collect();
    assert_eq!(codes.len(), 16);
    for code in codes {
        let parsed = standards::credit_code::parse(code);
        assert!(matches!(parsed, standards::note::Parsed::Valid(_)), "{parsed:?}");
    }
    let engines: HashSet<String> = departments
        .iter()
        .flat_map(|d| d.systems.iter().map(|system| format!("{:?}", system.engine)))
        .collect();
    assert_eq!(engines.len(), 5);
    for (_, department, _, resource) in resources(&county) {
        let tables = county.tables_of(department);
        let table = tables.iter().find(|table| table.name == resource.table).unwrap();
        assert!(!table.rows.is_empty(), "{}", table.name);
        let has = |name: &str| table.columns.iter().any(|column| column.name == name);
        for item in &resource.items {
            assert!(has(item.column), "{} has no column {}", table.name, item.column);
            assert!(
                !item.zh.is_empty(),
                "{} of {}: unknown element {}",
                item.name,
                resource.code,
                item.element
            );
        }
        for key in &resource.keys {
            let item = resource.items.iter().find(|item| item.name == *key).unwrap();
            assert!(table.indexes.contains(&item.column), "{} is a key without an index", item.column);
        }
        assert!(resource.as_of_column.is_none_or(has));
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len());
        }
    }
}

/// Each sample grant can be pinned by an agent, and each resource is granted to somebody.
#[test]
fn grants_can_be_pinned() {
    let county = generate(1, Size { residents: 3_000, enterprises: 300 });
    let all = resources(&county);
    let mut granted = HashSet::new();
    for grant in county.sample_grants() {
        let consumer = county.departments().into_iter().find(|d| d.key == grant.consumer).unwrap();
        let (_, provider, source, resource) = all.iter().find(|one| one.3.code == grant.resource).unwrap();
        assert_eq!(*provider, grant.provider);
        granted.insert(grant.resource);
        let spec = GrantSpec {
            grant: "g".to_owned(),
            version: 1,
            consumer: consumer.credit_code,
            consumer_name: consumer.zh.to_owned(),
            clients: Vec::new(),
            resource: grant.resource.to_owned(),
            items: grant.items,
            row_filter: grant.row_filter,
            purposes: grant.purposes,
            shapes: grant.shapes,
            valid_from_ms: 0,
            valid_until_ms: i64::MAX,
            quota_per_day: grant.quota_per_day,
            quota_per_second: grant.quota_per_second,
        };
        let pinned = Pinned::new(Pin { grant: spec, mount: resource.mount(source) });
        assert!(pinned.is_ok(), "{} to {}: {:?}", grant.resource, grant.consumer, pinned.err());
    }
    assert_eq!(granted.len(), all.len());
}

/// Each sample call is covered by a sample grant: consumer, resource, items, purpose.
#[test]
fn sample_calls_are_granted() {
    let county = generate(2025, MIDDLE);
    let calls = county.sample_calls();
    assert_eq!(calls.len(), 9, "{:?}", calls.iter().map(|call| &call.en).collect::<Vec<_>>());
    let grants = county.sample_grants();
    for call in calls {
        let covered = grants.iter().any(|grant| {
            let item = |name: &str| grant.items.iter().find(|item| item.item == name);
            grant.consumer == call.consumer
                && grant.resource == call.resource
                && grant.purposes.contains(&call.purpose)
                && call.items.iter().all(|name| item(name).is_some_and(|item| !item.verify_only))
                && call.claims.iter().all(|claim| item(&claim.item).is_some())
        });
        assert!(covered, "{call:?}");
    }
}

/// The default county holds several people who stand in all registers.
#[test]
fn some_people_stand_in_all_registers() {
    let county = generate(2025, MIDDLE);
    assert!(county.persons_in_all_registers().len() >= 5);
}

/// Every table comes out of exactly one system, so that none is left out when stores are raised.
#[test]
fn systems_share_out_all_tables() {
    let county = generate(1, Size { residents: 400, enterprises: 40 });
    let mut resources = 0;
    for department in county.departments() {
        let tables = county.tables_of(department.key);
        let count = tables.len();
        let parts = department.by_system(tables);
        assert_eq!(parts.iter().map(|(_, tables)| tables.len()).sum::<usize>(), count, "{}", department.key);
        resources += parts.iter().map(|(system, _)| system.resources.len()).sum::<usize>();
    }
    assert!(resources >= 30, "{resources}");
}

/// Traffic is the same each time, and what it expects to be answered is covered by a grant; about one call in ten
/// asks for nobody or for a matter that nobody granted.
#[test]
fn traffic_is_repeatable_and_granted() {
    let county = generate(3, Size { residents: 2_000, enterprises: 200 });
    let calls: Vec<_> = county.traffic().take(500).collect();
    assert_eq!(calls, county.traffic().take(500).collect::<Vec<_>>());
    let grants = county.sample_grants();
    for call in &calls {
        let covered = grants.iter().any(|grant| {
            grant.consumer == call.consumer
                && grant.resource == call.resource
                && grant.purposes.contains(&call.purpose)
                && call.items.iter().all(|name| grant.items.iter().any(|item| item.item == *name))
        });
        assert_eq!(covered, call.expected != Expected::Refused, "{call:?}");
    }
    let odd = calls.iter().filter(|call| call.expected != Expected::Answered).count();
    assert!((20..100).contains(&odd), "{odd}");
}
