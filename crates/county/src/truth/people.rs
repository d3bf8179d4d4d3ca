//! Households and who lives in them.

use std::collections::HashSet;

use chrono::{Datelike, Days, NaiveDate};
use rand::Rng;
use rand::rngs::StdRng;

use super::numbers::resident_id;
use super::{County, Household, LowIncome, Marriage, Person, Sex};
use crate::names::{self, Family};
use crate::places::{self, TOWNS};
use crate::streams::{pick, stream, weighted};

/// Ethnic groups with their share in a hundred.
const ETHNIC_GROUPS: &[(&str, u32)] = &[("01", 76), ("07", 14), ("04", 4), ("03", 3), ("06", 2), ("05", 1)];
/// Beginnings of mobile numbers.
const MOBILE: &[&str] = &[
    "134", "135", "136", "138", "139", "150", "151", "152", "158", "173", "177", "182", "187", "189", "198",
];

#[derive(Debug, Clone, Copy)]
enum Shape {
    Single,
    Couple,
    Parents,
    SingleParent,
    ThreeGenerations,
}

/// A household takes shape.
struct Settlement<'c> {
    county: &'c mut County,
    rng: StdRng,
    ids: HashSet<String>,
    mobiles: HashSet<String>,
}

/// Fills the county with households until it has so many residents.
pub(crate) fn settle(county: &mut County, residents: usize) {
    let rng = stream(county.seed, "people");
    let mut settlement = Settlement { county, rng, ids: HashSet::new(), mobiles: HashSet::new() };
    while settlement.county.persons.len() < residents {
        settlement.household();
    }
    settlement.divorces();
}

/// What is known of a person before there is one.
struct Draft<'f> {
    family: &'f Family,
    sex: Sex,
    birth: NaiveDate,
    kinship: &'static str,
}

impl Settlement<'_> {
    fn household(&mut self) {
        let shapes = [
            (Shape::Single, 13),
            (Shape::Couple, 14),
            (Shape::Parents, 52),
            (Shape::SingleParent, 8),
            (Shape::ThreeGenerations, 13),
        ];
        let shape = weighted(&mut self.rng, &shapes);
        let index = self.county.households.len();
        let town = self.rng.random_range(0..TOWNS.len());
        let village = self.rng.random_range(0..TOWNS[town].1.len());
        let (group, door) = (self.rng.random_range(1..9), self.rng.random_range(1..90));
        let low_income = self.low_income();
        self.county.households.push(Household {
            number: format!("{}{index:06}", &crate::REGION[2..]),
            region: places::region_code(town, village),
            address: places::address(town, village, group, door),
            town: TOWNS[town].0,
            members: Vec::new(),
            low_income,
        });

        let ethnic_group = weighted(&mut self.rng, ETHNIC_GROUPS);
        let family = names::family(&mut self.rng, ethnic_group);
        let age = match shape {
            Shape::Single => self.rng.random_range(20..86),
            Shape::Couple => self.rng.random_range(24..88),
            Shape::Parents | Shape::SingleParent => self.rng.random_range(24..61),
            Shape::ThreeGenerations => self.rng.random_range(28..56),
        };
        let sex = if self.rng.random_bool(0.78) { Sex::Male } else { Sex::Female };
        let birth = self.born(age);
        let head = self.person(index, ethnic_group, Draft { family: &family, sex, birth, kinship: "02" });
        match shape {
            Shape::Single => self.alone(head, age),
            Shape::Couple => {
                self.marry(head, index, ethnic_group);
            }
            Shape::Parents => {
                let spouse = self.marry(head, index, ethnic_group);
                self.children(head, Some(spouse), index, ethnic_group, &family);
            }
            Shape::SingleParent => {
                self.county.persons[head].marriage = if self.rng.random_bool(0.6) { "40" } else { "30" };
                self.children(head, None, index, ethnic_group, &family);
            }
            Shape::ThreeGenerations => {
                let spouse = self.marry(head, index, ethnic_group);
                self.children(head, Some(spouse), index, ethnic_group, &family);
                self.grandparents(head, index, ethnic_group, &family);
            }
        }
        self.deaths(index);
    }

    fn low_income(&mut self) -> Option<LowIncome> {
        if !self.rng.random_bool(0.05) {
            return None;
        }
        let since = self.county.today - Days::new(self.rng.random_range(60..3_000));
        Some(LowIncome {
            since,
            monthly: self.rng.random_range(30..140) * 10,
            current: self.rng.random_bool(0.85),
        })
    }

    /// A birthday that makes one so old today.
    fn born(&mut self, age: u64) -> NaiveDate {
        self.county.today - Days::new(age * 365 + age / 4 + self.rng.random_range(1..365))
    }

    fn person(&mut self, household: usize, ethnic_group: &'static str, draft: Draft<'_>) -> usize {
        let Draft { family, sex, birth, kinship } = draft;
        let name = names::person(&mut self.rng, family, sex, birth.year());
        let id = resident_id(&mut self.rng, &mut self.ids, birth, sex);
        let age = self.county.today.years_since(birth).unwrap_or(0);
        let has_mobile = (12..85).contains(&age) && self.rng.random_bool(0.92);
        let mobile = has_mobile.then(|| self.mobile());
        let index = self.county.persons.len();
        self.county.persons.push(Person {
            id,
            name,
            sex,
            birth,
            ethnic_group,
            marriage: "10",
            household,
            kinship,
            mobile,
            father: None,
            mother: None,
            spouse: None,
            employer: None,
            death: None,
            disability: None,
            veteran: None,
            student: None,
        });
        self.county.households[household].members.push(index);
        index
    }

    fn mobile(&mut self) -> String {
        loop {
            let number =
                format!("{}{:08}", pick(&mut self.rng, MOBILE), self.rng.random_range(0..100_000_000));
            if self.mobiles.insert(number.clone()) {
                return number;
            }
        }
    }

    fn alone(&mut self, person: usize, age: u64) {
        let status = match age {
            0..=27 => "10",
            28..=59 => weighted(&mut self.rng, &[("10", 55), ("40", 45)]),
            _ => weighted(&mut self.rng, &[("30", 70), ("10", 20), ("40", 10)]),
        };
        self.county.persons[person].marriage = status;
    }

    /// Marries the head and gives the spouse.
    fn marry(&mut self, head: usize, household: usize, ethnic_group: &'static str) -> usize {
        let (sex, birth) = (self.county.persons[head].sex, self.county.persons[head].birth);
        let (other, kinship) = if sex == Sex::Male { (Sex::Female, "12") } else { (Sex::Male, "11") };
        let between: i64 = self.rng.random_range(-1_300..1_300);
        let latest = self.county.today - Days::new(22 * 365);
        let born = (birth + chrono::TimeDelta::days(between)).min(latest);
        let family = names::family(&mut self.rng, ethnic_group);
        let spouse =
            self.person(household, ethnic_group, Draft { family: &family, sex: other, birth: born, kinship });
        let (husband, wife) = if sex == Sex::Male { (head, spouse) } else { (spouse, head) };
        let of_age = birth.max(born) + Days::new(22 * 366);
        let room = (self.county.today - of_age).num_days().clamp(1, 3_000);
        let registered = (of_age + Days::new(self.rng.random_range(0..room.unsigned_abs())))
            .min(self.county.today - Days::new(1));
        for (one, two) in [(head, spouse), (spouse, head)] {
            self.county.persons[one].spouse = Some(two);
            self.county.persons[one].marriage = "20";
        }
        self.county.marriages.push(Marriage { husband, wife, registered, divorced: None });
        spouse
    }

    fn children(
        &mut self,
        head: usize,
        spouse: Option<usize>,
        household: usize,
        ethnic_group: &'static str,
        family: &Family,
    ) {
        let (father, mother) = match self.county.persons[head].sex {
            Sex::Male => (Some(head), spouse),
            Sex::Female => (spouse, Some(head)),
        };
        // Children are named after the father where there is one in the house.
        let named = match father {
            Some(father) if father != head => self.family_of(father).unwrap_or_else(|| family.clone()),
            _ => family.clone(),
        };
        let youngest = self.county.persons[head]
            .birth
            .max(spouse.map_or(NaiveDate::MIN, |s| self.county.persons[s].birth));
        let mut birth = youngest + Days::new(self.rng.random_range(22 * 365..30 * 365));
        let (mut sons, mut daughters) = (0, 0);
        let wanted = weighted(&mut self.rng, &[(1, 55), (2, 35), (3, 10)]);
        while sons + daughters < wanted && birth < self.county.today {
            let twins = self.rng.random_bool(0.015);
            for _ in 0..if twins { 2 } else { 1 } {
                let sex = if self.rng.random_bool(0.52) { Sex::Male } else { Sex::Female };
                let kinship = match sex {
                    Sex::Male => {
                        sons += 1;
                        ["22", "23", "24", "25", "26"].get(sons - 1).copied().unwrap_or("29")
                    }
                    Sex::Female => {
                        daughters += 1;
                        ["32", "33", "34", "35", "36"].get(daughters - 1).copied().unwrap_or("39")
                    }
                };
                let child =
                    self.person(household, ethnic_group, Draft { family: &named, sex, birth, kinship });
                self.county.persons[child].father = father;
                self.county.persons[child].mother = mother;
            }
            birth = birth + Days::new(self.rng.random_range(400..2_200));
        }
    }

    fn family_of(&self, person: usize) -> Option<Family> {
        // Only surnames are handed on; how the others are named is decided by the head's family.
        let name = &self.county.persons[person].name;
        names::surname_of(name).map(Family::Surname)
    }

    fn grandparents(&mut self, head: usize, household: usize, ethnic_group: &'static str, family: &Family) {
        let of = if self.county.persons[head].sex == Sex::Male { ["51", "52"] } else { ["55", "56"] };
        let birth = self.county.persons[head].birth - Days::new(self.rng.random_range(22 * 365..30 * 365));
        let both = self.rng.random_bool(0.6);
        let father = (both || self.rng.random_bool(0.35)).then(|| {
            self.person(household, ethnic_group, Draft { family, sex: Sex::Male, birth, kinship: of[0] })
        });
        let mother = (both || father.is_none()).then(|| {
            let other = names::family(&mut self.rng, ethnic_group);
            let birth = birth + Days::new(self.rng.random_range(0..600));
            self.person(
                household,
                ethnic_group,
                Draft { family: &other, sex: Sex::Female, birth, kinship: of[1] },
            )
        });
        for one in [father, mother].into_iter().flatten() {
            self.county.persons[one].marriage = if both { "20" } else { "30" };
        }
        if let (Some(husband), Some(wife)) = (father, mother) {
            self.county.persons[husband].spouse = Some(wife);
            self.county.persons[wife].spouse = Some(husband);
            let registered = self.county.persons[wife].birth + Days::new(21 * 365);
            self.county.marriages.push(Marriage { husband, wife, registered, divorced: None });
        }
        if of == ["51", "52"] {
            self.county.persons[head].father = father;
            self.county.persons[head].mother = mother;
        }
    }

    fn deaths(&mut self, household: usize) {
        for person in self.county.households[household].members.clone() {
            let age = self.county.persons[person].age_on(self.county.today);
            let rate = match age {
                0..=39 => 0.001,
                40..=64 => 0.012,
                65..=79 => 0.06,
                _ => 0.18,
            };
            if age > 3 && self.rng.random_bool(rate) {
                let day = self.county.today - Days::new(self.rng.random_range(20..1_000));
                self.county.persons[person].death = Some(day);
                if let Some(spouse) = self.county.persons[person].spouse {
                    self.county.persons[spouse].marriage = "30";
                }
            }
        }
    }

    /// Finds divorced people a former spouse in the county.
    fn divorces(&mut self) {
        let divorced = |county: &County, sex: Sex| -> Vec<usize> {
            (0..county.persons.len())
                .filter(|at| county.persons[*at].marriage == "40" && county.persons[*at].sex == sex)
                .collect()
        };
        let (men, women) = (divorced(self.county, Sex::Male), divorced(self.county, Sex::Female));
        for (husband, wife) in men.into_iter().zip(women) {
            let of_age =
                self.county.persons[husband].birth.max(self.county.persons[wife].birth) + Days::new(22 * 366);
            let room = (self.county.today - of_age).num_days();
            if room < 800 {
                continue;
            }
            let registered = of_age + Days::new(self.rng.random_range(0..room.unsigned_abs() / 2));
            let divorced = registered + Days::new(self.rng.random_range(200..room.unsigned_abs() / 2));
            self.county.marriages.push(Marriage { husband, wife, registered, divorced: Some(divorced) });
        }
    }
}
