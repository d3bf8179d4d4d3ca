//! Enterprises and who works for them.

use std::collections::HashSet;

use chrono::Days;
use rand::Rng;

use super::numbers::credit_code;
use super::{County, Enterprise};
use crate::places::{self, TOWNS};
use crate::streams::{pick, pick_char, stream, weighted};

/// Class of the credit code, legal form, type, least and most capital in ten thousand yuan.
type Form = (&'static str, &'static str, &'static str, u64, u64);

/// Legal forms with their share in a hundred.
const FORMS: &[(Form, u32)] = &[
    (("91", "有限公司", "有限责任公司", 10, 3_000), 52),
    (("91", "有限责任公司", "有限责任公司", 10, 3_000), 8),
    (("91", "股份有限公司", "股份有限公司", 500, 20_000), 2),
    (("93", "农民专业合作社", "农民专业合作社", 5, 800), 12),
    (("92", "经营部", "个体工商户", 1, 30), 16),
    (("92", "商行", "个体工商户", 1, 30), 10),
];
/// Trade as a name says it, and its industry code.
const TRADES: &[(&str, &str)] = &[
    ("农业开发", "A011"),
    ("果蔬种植", "A015"),
    ("茶叶", "C153"),
    ("畜牧养殖", "A031"),
    ("建材", "C303"),
    ("建筑工程", "E470"),
    ("商贸", "F519"),
    ("物流", "G543"),
    ("餐饮管理", "H621"),
    ("信息技术", "I651"),
    ("文化传媒", "R871"),
    ("旅游开发", "N786"),
    ("水电", "D441"),
    ("医疗器械", "F515"),
    ("电子商务", "F529"),
    ("家政服务", "O801"),
];
const MARK: &str = "鑫源宏达盛泰恒丰瑞祥顺兴隆福安和嘉信诚远景云澜山水青禾绿野金穗汇通";

/// Founds so many enterprises and gives people work.
pub(crate) fn found(county: &mut County, count: usize) {
    let mut rng = stream(county.seed, "enterprises");
    let owners: Vec<usize> = (0..county.persons.len())
        .filter(|at| {
            let person = &county.persons[*at];
            person.death.is_none() && (22..70).contains(&person.age_on(county.today))
        })
        .collect();
    if owners.is_empty() {
        return;
    }
    let (mut codes, mut names) = (HashSet::new(), HashSet::new());
    while county.enterprises.len() < count {
        let (class, form, kind, least, most) = weighted(&mut rng, FORMS);
        let (trade, industry) = pick(&mut rng, TRADES);
        let mark: String = (0..rng.random_range(2..5)).map(|_| pick_char(&mut rng, MARK)).collect();
        let name = match rng.random_range(0..10) {
            0 => format!("{mark}（云澜）{trade}{form}"),
            1 => format!("{}{mark}{trade}{form}城关分公司", crate::NAME),
            _ => format!("{}{mark}{trade}{form}", crate::NAME),
        };
        if !names.insert(name.clone()) {
            continue;
        }
        let town = rng.random_range(0..TOWNS.len());
        let village = rng.random_range(0..TOWNS[town].1.len());
        let (group, door) = (rng.random_range(1..9), rng.random_range(1..90));
        let address = places::address(town, village, group, door);
        county.enterprises.push(Enterprise {
            credit_code: credit_code(&mut rng, &mut codes, class),
            name,
            legal_representative: pick(&mut rng, &owners),
            capital: rng.random_range(least..=most) * 10_000,
            established: county.today - Days::new(rng.random_range(30..9_000)),
            status: weighted(&mut rng, &[(1, 88), (2, 4), (3, 8)]),
            kind,
            industry,
            address,
            employees: rng.random_range(1..120),
            abnormal: rng.random_bool(0.05),
        });
    }
    employ(county);
}

fn employ(county: &mut County) {
    let mut rng = stream(county.seed, "employment");
    let open: Vec<usize> =
        (0..county.enterprises.len()).filter(|at| county.enterprises[*at].status == 1).collect();
    if open.is_empty() {
        return;
    }
    for person in &mut county.persons {
        let works = person.death.is_none() && (20..60).contains(&person.age_on(county.today));
        if works && rng.random_bool(0.45) {
            person.employer = Some(pick(&mut rng, &open));
        }
    }
}
