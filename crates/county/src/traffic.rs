//! Living traffic: calls as clerks make them all day, most of them in order, some on people whom nobody knows, some
//! that no grant covers.

use rand::Rng;
use rand::rngs::StdRng;

use plan::{KeyValue, Purpose, Shape};

use crate::grants::SampleGrant;
use crate::streams::{pick, stream, weighted};
use crate::truth::County;

/// What should come of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// An answer, which may have no rows.
    Answered,
    /// An answer without a row: nobody has this number.
    NotFound,
    /// A refusal: no grant covers this purpose.
    Refused,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficCall {
    /// Key of the department that asks.
    pub consumer: &'static str,
    /// Catalogue code of the resource.
    pub resource: &'static str,
    /// Who or what it is about.
    pub subject: KeyValue,
    /// Items asked for; empty for a verification.
    pub items: Vec<String>,
    /// Claims to verify; empty for a query.
    pub claims: Vec<KeyValue>,
    /// Matter and basis.
    pub purpose: Purpose,
    /// Case number.
    pub case: String,
    /// What should come of it.
    pub expected: Expected,
}

/// What a grant is used on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Person,
    Head,
    Enterprise,
}

/// An endless, repeatable row of calls.
#[derive(Debug)]
pub struct Traffic<'c> {
    county: &'c County,
    grants: Vec<(SampleGrant, String, About)>,
    rng: StdRng,
    made: u32,
}

impl County {
    /// Calls that the sample grants allow, without end.
    pub fn traffic(&self) -> Traffic<'_> {
        let mut grants = Vec::new();
        let departments = self.departments();
        let resources: Vec<_> =
            departments.iter().flat_map(|one| &one.systems).flat_map(|system| &system.resources).collect();
        for grant in self.sample_grants() {
            let Some(resource) = resources.iter().find(|one| one.code == grant.resource) else { continue };
            let known = resource.keys.iter().find_map(|key| {
                let element = resource.items.iter().find(|item| item.name == *key)?.element;
                match element {
                    "person.id" => Some((key, About::Person)),
                    "household.head_id" => Some((key, About::Head)),
                    "enterprise.credit_code" => Some((key, About::Enterprise)),
                    _ => None,
                }
            });
            if let Some((key, about)) = known {
                grants.push((grant, (*key).to_owned(), about));
            }
        }
        Traffic { county: self, grants, rng: stream(self.seed, "traffic"), made: 0 }
    }
}

impl Iterator for Traffic<'_> {
    type Item = TrafficCall;

    fn next(&mut self) -> Option<TrafficCall> {
        let (county, rng) = (self.county, &mut self.rng);
        if self.grants.is_empty() || county.persons.is_empty() || county.enterprises.is_empty() {
            return None;
        }
        let (grant, key, about) = &self.grants[rng.random_range(0..self.grants.len())];
        let expected =
            weighted(rng, &[(Expected::Answered, 90), (Expected::NotFound, 6), (Expected::Refused, 4)]);
        let person = match about {
            About::Head => county.households[rng.random_range(0..county.households.len())].members[0],
            _ => rng.random_range(0..county.persons.len()),
        };
        let person = &county.persons[person];
        let subject = match (expected, about) {
            // Valid in form, and of nobody: a number from before there was a register.
            (Expected::NotFound, About::Enterprise) => "91110000100000016D".to_owned(),
            (Expected::NotFound, _) => "110101190001010014".to_owned(),
            (_, About::Enterprise) => {
                county.enterprises[rng.random_range(0..county.enterprises.len())].credit_code.clone()
            }
            _ => person.id.clone(),
        };
        let open: Vec<&str> =
            grant.items.iter().filter(|item| !item.verify_only).map(|item| item.item.as_str()).collect();
        let (mut items, mut claims) = (Vec::new(), Vec::new());
        if grant.shapes.contains(&Shape::Query) && !open.is_empty() {
            let wanted = rng.random_range(1..=open.len());
            items.extend(open[..wanted].iter().map(|item| (*item).to_owned()));
        } else {
            let value = if pick(rng, &[true, true, true, false]) {
                person.name.clone()
            } else {
                "王无此人".to_owned()
            };
            let item = grant.items.first()?.item.clone();
            claims.push(KeyValue { item, value });
        }
        let purpose = match expected {
            Expected::Refused => {
                Purpose { matter: "LS-HDCX-009".to_owned(), basis: "内部工作需要".to_owned() }
            }
            _ => grant.purposes.first()?.clone(),
        };
        self.made += 1;
        Some(TrafficCall {
            consumer: grant.consumer,
            resource: grant.resource,
            subject: KeyValue { item: key.clone(), value: subject },
            items,
            claims,
            case: format!("{}-{:06}", purpose.matter, self.made),
            purpose,
            expected,
        })
    }
}
