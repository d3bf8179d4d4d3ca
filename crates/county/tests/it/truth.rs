//! The truth is deterministic and consistent.

use std::collections::HashSet;

use county::{Size, generate};
use standards::note::Parsed;

const SMALL: Size = Size { residents: 2_000, enterprises: 200 };

/// The same seed gives the same county to the letter, in truth and tables; another seed does not.
#[test]
fn a_seed_gives_one_county() {
    let (one, two, other) = (generate(5, SMALL), generate(5, SMALL), generate(6, SMALL));
    assert_eq!(one, two);
    for department in one.departments() {
        assert_eq!(one.tables_of(department.key), two.tables_of(department.key), "{}", department.key);
    }
    assert_ne!(one.persons, other.persons);
}

/// Size is kept: residents in whole households, enterprises to the number.
#[test]
fn sizes_are_kept() {
    let county = generate(1, SMALL);
    assert!((2_000..2_020).contains(&county.persons.len()), "{}", county.persons.len());
    assert_eq!(county.enterprises.len(), 200);
}

/// Every number of the truth is valid without a repair, unique, and says what the register says.
#[test]
fn numbers_are_valid_and_unique() {
    let county = generate(2, SMALL);
    let mut seen = HashSet::new();
    for person in &county.persons {
        let Parsed::Valid(id) = standards::resident_id::parse(&person.id) else {
            panic!("{:?}", standards::resident_id::parse(&person.id));
        };
        assert_eq!(id.birth_date(), person.birth);
        assert_eq!(id.sex() == standards::resident_id::Sex::Male, person.sex == county::Sex::Male);
        assert!(person.birth <= county.today);
        assert!(seen.insert(&person.id));
    }
    for enterprise in &county.enterprises {
        let parsed = standards::credit_code::parse(&enterprise.credit_code);
        assert!(matches!(parsed, Parsed::Valid(_)), "{parsed:?}");
        assert!(seen.insert(&enterprise.credit_code));
    }
}

/// Codes of the truth stand in the code sets; mobiles are mobiles and nobody shares one.
#[test]
fn codes_and_mobiles_are_standard() {
    use standards::value::{CodeSetId, Status, ValueKind, standardise};
    let county = generate(3, SMALL);
    let valid = |kind: &ValueKind, text: &str| {
        let outcome = standardise(kind, text);
        assert_eq!(
            (outcome.status, outcome.value.as_deref()),
            (Status::Valid, Some(text)),
            "{kind:?}: {:?}",
            outcome.notes
        );
    };
    let mut mobiles = HashSet::new();
    for person in &county.persons {
        valid(&ValueKind::Code { set: CodeSetId::EthnicGroup }, person.ethnic_group);
        valid(&ValueKind::Code { set: CodeSetId::Marriage }, person.marriage);
        valid(&ValueKind::Code { set: CodeSetId::Kinship }, person.kinship);
        valid(&ValueKind::PersonName, &person.name);
        if let Some(mobile) = &person.mobile {
            valid(&ValueKind::Mobile, mobile);
            assert!(mobiles.insert(mobile), "{mobile} twice");
        }
    }
}

/// Families hang together: spouses name each other, children are younger than their parents and live with
/// them, the head comes first, nobody registers a marriage before coming of age or after today.
#[test]
fn families_are_consistent() {
    let county = generate(4, SMALL);
    let mut twins = 0;
    for (at, person) in county.persons.iter().enumerate() {
        assert!(county.households[person.household].members.contains(&at));
        if let Some(spouse) = person.spouse {
            assert_eq!(county.persons[spouse].spouse, Some(at));
            assert_ne!(county.persons[spouse].sex, person.sex);
        }
        for parent in [person.father, person.mother].into_iter().flatten() {
            assert!(county.persons[parent].age_on(person.birth) >= 20, "{person:?}");
        }
        twins += usize::from(county.persons[..at].iter().any(|other| {
            other.household == person.household && other.birth == person.birth && other.mother.is_some()
        }));
    }
    assert!(twins > 0, "no twins");
    for household in &county.households {
        assert_eq!(county.persons[household.members[0]].kinship, "02");
    }
    for marriage in &county.marriages {
        let youngest = county.persons[marriage.husband].birth.max(county.persons[marriage.wife].birth);
        assert!(marriage.registered.years_since(youngest).unwrap() >= 20, "{marriage:?}");
        assert!(marriage.divorced.unwrap_or(marriage.registered) <= county.today);
    }
    assert!(county.marriages.iter().any(|marriage| marriage.divorced.is_some()), "no divorce");
    assert!(county.persons.iter().any(|person| person.death.is_some()), "no death");
}

/// What people own and are hangs together with who they are: owners live, pupils are of school age, a disability
/// certificate begins with the identity number, plates are unique.
#[test]
fn things_have_owners() {
    let county = generate(5, SMALL);
    let mut plates = HashSet::new();
    for vehicle in &county.vehicles {
        assert!(county.persons[vehicle.owner].age_on(county.today) >= 20);
        assert!(plates.insert(&vehicle.plate), "{}", vehicle.plate);
    }
    assert!(county.homes.iter().any(|home| home.mortgage.is_some()));
    assert!(county.homes.iter().all(|home| home.registered <= county.today));
    let with_land: HashSet<usize> = county.lands.iter().map(|land| land.household).collect();
    assert_eq!(with_land.len(), county.lands.len());
    let (mut pupils, mut disabled) = (0, 0);
    for person in &county.persons {
        if let Some(student) = &person.student {
            assert!((6..18).contains(&person.age_on(county.today)) && person.death.is_none(), "{student:?}");
            pupils += 1;
        }
        if let Some(disability) = &person.disability {
            assert!(disability.certificate.starts_with(&person.id));
            disabled += 1;
        }
    }
    assert!(pupils > 50 && disabled > 20, "{pupils} pupils, {disabled} disabled");
}
