//! What people own: homes, vehicles, contracted land.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use rand::Rng;
use rand::rngs::StdRng;
use serde::Serialize;

use super::County;
use crate::streams::{pick, stream, weighted};

/// A home 不动产 with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Home {
    /// Index of the owner.
    pub owner: usize,
    /// True when the spouse owns it as well.
    pub shared: bool,
    /// Number of the certificate.
    pub certificate: String,
    /// Where it stands.
    pub address: String,
    /// Floor area in hundredths of a square metre.
    pub area: u32,
    /// Use.
    pub usage: &'static str,
    /// Day of registration.
    pub registered: NaiveDate,
    /// Contract number and price in yuan, when it was bought from a developer.
    pub sale: Option<(String, u64)>,
    /// Mortgage on it.
    pub mortgage: Option<Mortgage>,
}

/// A mortgage 抵押.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mortgage {
    /// Number of the certificate.
    pub certificate: String,
    /// Yuan secured.
    pub amount: u64,
    /// Bank.
    pub bank: &'static str,
    /// Day of registration.
    pub registered: NaiveDate,
}

/// A motor vehicle 机动车.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vehicle {
    /// Index of the owner.
    pub owner: usize,
    /// Plate.
    pub plate: String,
    /// Type, code of GA/T 16.4.
    pub kind: &'static str,
    /// Make and model.
    pub brand: &'static str,
    /// Identification number.
    pub vin: String,
    /// First registration.
    pub registered: NaiveDate,
    /// A normal, B transferred, E scrapped.
    pub status: &'static str,
    /// True for a vehicle that carries goods or people for pay.
    pub for_hire: bool,
}

/// Land that a household has contracted 土地承包经营权.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Land {
    /// Index of the household.
    pub household: usize,
    /// Contract number.
    pub contract: String,
    /// Hundredths of a mu.
    pub area: u32,
    /// Number of plots.
    pub plots: u32,
    /// First day of the contract.
    pub since: NaiveDate,
}

const BANKS: &[&str] = &[
    "中国农业银行股份有限公司云澜县支行",
    "云澜县农村信用合作联社",
    "中国工商银行股份有限公司云澜支行",
    "中国邮政储蓄银行股份有限公司云澜县支行",
];
const ESTATES: &[&str] =
    &["滨河花园", "云台雅居", "文昌苑", "锦绣澜庭", "新城国际", "桂花小区", "翠湖名邸", "东门新村"];
/// Type, make and model, share in a hundred, for hire.
const VEHICLES: &[((&str, &str, bool), u32)] = &[
    (("K33", "五菱牌LZW6450", false), 18),
    (("K33", "比亚迪牌BYD7150", false), 16),
    (("K33", "大众牌SVW7167", false), 14),
    (("K33", "长安牌SC7164", false), 14),
    (("K32", "哈弗牌CC6480", false), 10),
    (("M21", "豪爵牌HJ125", false), 16),
    (("H11", "解放牌CA4250", true), 4),
    (("H31", "东风牌EQ1041", true), 6),
    (("K11", "宇通牌ZK6906", true), 2),
];

/// Shares out homes, vehicles and land.
pub(crate) fn share_out(county: &mut County) {
    county.homes = homes(county);
    county.vehicles = vehicles(county);
    county.lands = lands(county);
}

fn homes(county: &County) -> Vec<Home> {
    let mut rng = stream(county.seed, "homes");
    let mut homes = Vec::new();
    for household in &county.households {
        let Some(owner) = household.members.first().copied() else { continue };
        let count = weighted(&mut rng, &[(0, 44), (1, 48), (2, 7), (3, 1)]);
        for _ in 0..count {
            let number = homes.len() + 1;
            homes.push(home(county, &mut rng, owner, number));
        }
    }
    homes
}

fn home(county: &County, rng: &mut StdRng, owner: usize, number: usize) -> Home {
    let registered = county.today - Days::new(rng.random_range(20..7_000));
    let year = registered.format("%Y");
    let bought = rng.random_bool(0.55);
    let area = rng.random_range(4_800..18_000);
    let address = if bought {
        let (building, floor, door) =
            (rng.random_range(1..19), rng.random_range(1..25), rng.random_range(1..5));
        format!("{}城关镇{}{building}幢{floor}层{floor}{door:02}号", crate::NAME, pick(rng, ESTATES))
    } else {
        county.households[county.persons[owner].household].address.clone()
    };
    let sale = bought.then(|| {
        let price = u64::from(area) / 100 * rng.random_range(3_200..6_800);
        (format!("YL{year}{number:07}"), price)
    });
    let mortgage = (bought && rng.random_bool(0.38)).then(|| Mortgage {
        certificate: format!("川（{year}）云澜县不动产证明第{number:07}号"),
        amount: rng.random_range(8..60) * 10_000,
        bank: pick(rng, BANKS),
        registered: (registered + Days::new(rng.random_range(3..40))).min(county.today),
    });
    Home {
        owner,
        shared: county.persons[owner].spouse.is_some() && rng.random_bool(0.6),
        certificate: format!("川（{year}）云澜县不动产权第{number:07}号"),
        address,
        area,
        usage: weighted(rng, &[("住宅", 88), ("商业", 8), ("仓储", 4)]),
        registered,
        sale,
        mortgage,
    }
}

fn vehicles(county: &County) -> Vec<Vehicle> {
    const SIGNS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut rng = stream(county.seed, "vehicles");
    let mut plates = HashSet::new();
    let mut vehicles = Vec::new();
    for (owner, person) in county.persons.iter().enumerate() {
        if !(20..72).contains(&person.age_on(county.today)) || !rng.random_bool(0.26) {
            continue;
        }
        let (kind, brand, for_hire) = weighted(&mut rng, VEHICLES);
        let plate = loop {
            let tail: String = (0..4).map(|_| char::from(SIGNS[rng.random_range(0..SIGNS.len())])).collect();
            let plate = format!("川W{}{tail}", rng.random_range(0..10));
            if plates.insert(plate.clone()) {
                break plate;
            }
        };
        vehicles.push(Vehicle {
            owner,
            plate,
            kind,
            brand,
            vin: format!(
                "L{}{:07}",
                pick(&mut rng, &["ZWADAGA4", "GXC16DF0", "SVAG2180"]),
                1_000_000 + owner
            ),
            registered: county.today - Days::new(rng.random_range(10..5_000)),
            status: weighted(&mut rng, &[("A", 92), ("B", 5), ("E", 3)]),
            for_hire,
        });
    }
    vehicles
}

fn lands(county: &County) -> Vec<Land> {
    let mut rng = stream(county.seed, "lands");
    let mut lands = Vec::new();
    for (household, one) in county.households.iter().enumerate() {
        // Households of the villages, not of the urban communities.
        if one.address.contains("社区") || !rng.random_bool(0.86) {
            continue;
        }
        lands.push(Land {
            household,
            contract: format!("{}{:06}J", one.region, lands.len() + 1),
            area: rng.random_range(80..2_600),
            plots: rng.random_range(1..14),
            since: NaiveDate::from_ymd_opt(1998 + rng.random_range(0..3), 10, 1).unwrap_or_default(),
        });
    }
    lands
}
