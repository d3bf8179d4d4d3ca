//! The truth of the county: what every register would say if nobody ever made a mistake.

mod callings;
mod enterprises;
mod numbers;
mod people;
mod things;

use chrono::NaiveDate;
use serde::Serialize;

pub use callings::{Disability, Student, Veteran};
pub use things::{Home, Land, Mortgage, Vehicle};

/// How many people and enterprises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Size {
    /// At least so many residents, in whole households.
    pub residents: usize,
    /// Exactly so many enterprises.
    pub enterprises: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { residents: 120_000, enterprises: 9_000 }
    }
}

/// Sex 性别.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
}

impl Sex {
    /// Code of GB/T 2261.1.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }
}

/// A natural person 自然人.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Valid citizen identification number, 18 characters.
    pub id: String,
    /// Name with U+00B7 as separator.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub birth: NaiveDate,
    /// Ethnic group, code of GB/T 3304.
    pub ethnic_group: &'static str,
    /// Marital status, code of GB/T 2261.2.
    pub marriage: &'static str,
    /// Index of the household.
    pub household: usize,
    /// Relation to the head of household, code of GB/T 4761.
    pub kinship: &'static str,
    /// Mobile number.
    pub mobile: Option<String>,
    /// Index of the father.
    pub father: Option<usize>,
    /// Index of the mother.
    pub mother: Option<usize>,
    /// Index of the living or last spouse.
    pub spouse: Option<usize>,
    /// Index of the enterprise worked for.
    pub employer: Option<usize>,
    /// Date of death.
    pub death: Option<NaiveDate>,
    /// Recognised disability 残疾.
    pub disability: Option<Disability>,
    /// Entitled as veteran or as family of one 优抚对象.
    pub veteran: Option<Veteran>,
    /// Pupil of a school.
    pub student: Option<Student>,
}

impl Person {
    /// Full years on a day.
    pub fn age_on(&self, day: NaiveDate) -> u32 {
        day.years_since(self.birth).unwrap_or(0)
    }
}

/// A household 户.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Household {
    /// Household number.
    pub number: String,
    /// Twelve-digit code of the village.
    pub region: String,
    /// Registered address.
    pub address: String,
    /// Name of the town.
    pub town: &'static str,
    /// Indices of the members; the head comes first.
    pub members: Vec<usize>,
    /// Minimum living allowance 低保, when the household receives it.
    pub low_income: Option<LowIncome>,
}

/// Minimum living allowance of a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LowIncome {
    /// First day.
    pub since: NaiveDate,
    /// Yuan in a month for the household.
    pub monthly: u32,
    /// False when it has ended.
    pub current: bool,
}

/// A marriage of two people of the county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Marriage {
    /// Index of the husband.
    pub husband: usize,
    /// Index of the wife.
    pub wife: usize,
    /// Day of registration.
    pub registered: NaiveDate,
    /// Day of divorce.
    pub divorced: Option<NaiveDate>,
}

/// An enterprise or other registered business 市场主体.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enterprise {
    /// Valid unified social credit code.
    pub credit_code: String,
    /// Name with full-width brackets.
    pub name: String,
    /// Index of the legal representative.
    pub legal_representative: usize,
    /// Registered capital in yuan.
    pub capital: u64,
    /// Day of establishment.
    pub established: NaiveDate,
    /// 1 in business 存续, 2 licence revoked 吊销, 3 cancelled 注销.
    pub status: u8,
    /// Type, for example `有限责任公司`.
    pub kind: &'static str,
    /// Industry, code of GB/T 4754.
    pub industry: &'static str,
    /// Registered office.
    pub address: String,
    /// Number of employees.
    pub employees: u32,
    /// On the list of abnormal operations 经营异常名录.
    pub abnormal: bool,
}

/// A whole county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct County {
    /// Seed it was made from.
    pub seed: u64,
    /// Day on which all this is true; nothing lies after it.
    pub today: NaiveDate,
    /// People.
    pub persons: Vec<Person>,
    /// Households.
    pub households: Vec<Household>,
    /// Marriages, those that ended as well.
    pub marriages: Vec<Marriage>,
    /// Enterprises.
    pub enterprises: Vec<Enterprise>,
    /// Homes with a certificate of ownership.
    pub homes: Vec<Home>,
    /// Motor vehicles.
    pub vehicles: Vec<Vehicle>,
    /// Contracted land.
    pub lands: Vec<Land>,
}

/// Makes a county. The same seed and size always give the same one.
pub fn generate(seed: u64, size: Size) -> County {
    // A fixed day: a county must not change with the day on which it is made.
    let today = NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default();
    let mut county = County {
        seed,
        today,
        persons: Vec::with_capacity(size.residents + 8),
        households: Vec::with_capacity(size.residents / 2),
        marriages: Vec::new(),
        enterprises: Vec::with_capacity(size.enterprises),
        homes: Vec::new(),
        vehicles: Vec::new(),
        lands: Vec::new(),
    };
    people::settle(&mut county, size.residents);
    enterprises::found(&mut county, size.enterprises);
    callings::call(&mut county);
    things::share_out(&mut county);
    county
}
