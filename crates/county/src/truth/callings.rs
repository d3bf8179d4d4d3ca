//! What people are besides residents: disabled, entitled as veterans, pupils.

use chrono::{Days, NaiveDate};
use rand::Rng;
use serde::Serialize;

use super::County;
use crate::places::TOWNS;
use crate::streams::{pick, stream, weighted};

/// A recognised disability 残疾.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disability {
    /// Number of the certificate: identity number, category, grade.
    pub certificate: String,
    /// Category, 1 sight to 7 multiple (GB/T 26341).
    pub category: u8,
    /// Grade, 1 severest to 4.
    pub grade: u8,
    /// When the certificate was issued.
    pub issued: NaiveDate,
}

/// Somebody whom the state supports for service in the forces 优抚对象.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Veteran {
    /// Category.
    pub category: &'static str,
    /// Number of the card.
    pub certificate: String,
    /// Day of discharge.
    pub discharged: NaiveDate,
}

/// A pupil 学生.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Student {
    /// Student number 学籍号.
    pub number: String,
    /// School.
    pub school: String,
    /// Grade, 1 to 12.
    pub grade: u8,
}

const VETERANS: &[(&str, u32)] = &[
    ("在乡复员军人", 8),
    ("带病回乡退伍军人", 16),
    ("伤残军人", 14),
    ("烈士遗属", 4),
    ("参战退役人员", 18),
    ("60周岁以上农村籍退役士兵", 40),
];

/// Gives people their callings.
pub(crate) fn call(county: &mut County) {
    let mut rng = stream(county.seed, "callings");
    let today = county.today;
    for at in 0..county.persons.len() {
        let person = &county.persons[at];
        let age = person.age_on(today);
        let rate = match age {
            0..=17 => 0.012,
            18..=59 => 0.03,
            _ => 0.09,
        };
        let disability = rng.random_bool(rate).then(|| {
            let category = weighted(&mut rng, &[(1, 14), (2, 20), (3, 3), (4, 44), (5, 8), (6, 7), (7, 4)]);
            let grade = weighted(&mut rng, &[(1, 12), (2, 24), (3, 34), (4, 30)]);
            Disability {
                certificate: format!("{}{category}{grade}", person.id),
                category,
                grade,
                issued: today - Days::new(rng.random_range(100..3_600)),
            }
        });
        let old_enough = age >= 24 && rng.random_bool(0.012);
        let veteran = old_enough.then(|| Veteran {
            category: weighted(&mut rng, VETERANS),
            certificate: format!("川{:07}", 100_000 + at),
            discharged: person.birth + Days::new(20 * 365 + rng.random_range(0..1_200)),
        });
        let at_school = person.death.is_none() && (6..18).contains(&age) && rng.random_bool(0.96);
        let student = at_school.then(|| {
            let grade = u8::try_from(age - 5).unwrap_or(1);
            let town = county.households[person.household].town;
            Student { number: format!("G{}", person.id), school: school(&mut rng, town, grade), grade }
        });
        let person = &mut county.persons[at];
        (person.disability, person.veteran, person.student) = (disability, veteran, student);
    }
}

fn school(rng: &mut rand::rngs::StdRng, town: &'static str, grade: u8) -> String {
    match grade {
        0..=6 if town == TOWNS[0].0 => {
            format!("云澜县{}小学", pick(rng, &["第一", "第二", "实验", "文昌"]))
        }
        0..=6 => format!("云澜县{town}中心小学"),
        7..=9 if rng.random_bool(0.3) => "云澜县实验初级中学".to_owned(),
        7..=9 => format!("云澜县{town}初级中学"),
        _ => format!("云澜县{}", pick(rng, &["第一中学", "第二中学", "职业技术学校"])),
    }
}
