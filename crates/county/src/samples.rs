//! Calls worth making: on a person who stands in every register, and on rows with typical mistakes.

use std::collections::HashMap;

use plan::{KeyValue, Purpose};

use crate::dirt::Dirt;
use crate::table::{Table, Truth};
use crate::truth::County;
use crate::{department, grants};

/// A call that one of the [`County::sample_grants`] allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleCall {
    /// What it shows, in Chinese.
    pub zh: String,
    /// What it shows, in English.
    pub en: String,
    /// Key of the department that asks.
    pub consumer: &'static str,
    /// Catalogue code of the resource.
    pub resource: &'static str,
    /// Who or what it is about.
    pub subject: KeyValue,
    /// Items asked for; empty for a verification.
    pub items: Vec<&'static str>,
    /// Claims to verify; empty for a query.
    pub claims: Vec<KeyValue>,
    /// Matter and basis.
    pub purpose: Purpose,
    /// Case number.
    pub case: String,
}

/// The mistakes in the first row of each person.
type Register = HashMap<usize, Vec<Dirt>>;

fn register(table: Table) -> Register {
    let mut map = HashMap::new();
    for row in table.rows {
        if let Truth::Person(person) = row.truth {
            map.entry(person).or_insert(row.dirt);
        }
    }
    map
}

/// The registers that sample calls look into.
struct Registers {
    residents: Register,
    marriages: Register,
    allowances: Register,
    vaccinations: Register,
    insured: Register,
}

impl Registers {
    fn of(county: &County) -> Self {
        Self {
            residents: register(department::residents(county)),
            marriages: register(department::marriages(county)),
            allowances: register(department::allowances(county)),
            vaccinations: register(department::vaccinations(county)),
            insured: register(department::insured(county)),
        }
    }

    /// People alive who stand in each of them without a mistake.
    fn everywhere(&self, county: &County) -> Vec<usize> {
        let all = [&self.residents, &self.marriages, &self.allowances, &self.vaccinations, &self.insured];
        let clean = |at: &usize| all.iter().all(|one| one.get(at).is_some_and(Vec::is_empty));
        (0..county.persons.len()).filter(|at| county.persons[*at].death.is_none() && clean(at)).collect()
    }
}

fn value(item: &str, value: &str) -> KeyValue {
    KeyValue { item: item.to_owned(), value: value.to_owned() }
}

struct Ask {
    zh: &'static str,
    en: &'static str,
    consumer: &'static str,
    resource: &'static str,
    purpose: Purpose,
}

impl Ask {
    fn call(
        self,
        number: usize,
        subject: KeyValue,
        items: &[&'static str],
        claims: Vec<KeyValue>,
    ) -> SampleCall {
        SampleCall {
            zh: self.zh.to_owned(),
            en: self.en.to_owned(),
            consumer: self.consumer,
            resource: self.resource,
            subject,
            items: items.to_vec(),
            claims,
            case: format!("2025-{}-{number:04}", self.purpose.matter),
            purpose: self.purpose,
        }
    }
}

impl County {
    /// People alive who stand without a mistake in the registers of police, marriage, low income, vaccination
    /// and insurance, by index. A county of the default size has several.
    pub fn persons_in_all_registers(&self) -> Vec<usize> {
        Registers::of(self).everywhere(self)
    }

    /// Calls for the demo, each with a sentence on what it shows. A call is left out when the county is too small to
    /// hold such a case.
    pub fn sample_calls(&self) -> Vec<SampleCall> {
        let registers = Registers::of(self);
        let alive = |at: &usize| self.persons[*at].death.is_none();
        let with = |rows: &Register, dirt: Dirt| {
            rows.iter().filter(|(_, noted)| noted.as_slice() == [dirt]).map(|(at, _)| *at).filter(alive).min()
        };
        let subject = |at: usize| value("resident_id", &self.persons[at].id);
        let mut calls = Vec::new();

        if let Some(at) = registers.everywhere(self).first().copied() {
            let ask = Ask {
                zh: "民政局审核低保：向公安局查询家庭成员",
                en: "Civil affairs reviews an allowance: the police answers about the household",
                consumer: "civil",
                resource: "GA-HKRK-001",
                purpose: grants::assistance(),
            };
            let items =
                ["name", "sex", "birth_date", "household_number", "kinship", "register_address", "mobile"];
            calls.push(ask.call(1, subject(at), &items, Vec::new()));
            let ask = Ask {
                zh: "民政局审核低保：向人社局查询参保和缴费基数",
                en: "Civil affairs reviews an allowance: social security answers about contributions",
                consumer: "civil",
                resource: "RS-CBXX-001",
                purpose: grants::assistance(),
            };
            calls.push(ask.call(
                2,
                subject(at),
                &["pension_status", "contribution_base", "paid_until"],
                Vec::new(),
            ));
            let ask = Ask {
                zh: "市场监管局核验姓名：只得到“是”或“否”",
                en: "Market supervision verifies a name: the answer is yes or no only",
                consumer: "market",
                resource: "GA-HKRK-001",
                purpose: grants::company(),
            };
            calls.push(ask.call(3, subject(at), &[], vec![value("name", &self.persons[at].name)]));
            let ask = Ask {
                zh: "人社局向卫健局的表格文件查询接种记录",
                en: "Social security asks health, whose data lie in files",
                consumer: "insurance",
                resource: "WJ-YFJZ-002",
                purpose: grants::pension(),
            };
            calls.push(ask.call(4, subject(at), &["name", "vaccine", "vaccination_date"], Vec::new()));
        }
        if let Some(at) = with(&registers.residents, Dirt::FifteenDigits)
            .or_else(|| with(&registers.residents, Dirt::LowerX))
        {
            let ask = Ask {
                zh: "公安局存的是15位旧号码，仍能查到，并标明已修复",
                en: "The police still holds the 15-digit number; it is found all the same, and flagged as repaired",
                consumer: "civil",
                resource: "GA-HKRK-001",
                purpose: grants::assistance(),
            };
            calls.push(ask.call(5, subject(at), &["name", "birth_date", "kinship", "marriage"], Vec::new()));
        }
        if let Some(at) = with(&registers.allowances, Dirt::ZeroDate)
            .or_else(|| with(&registers.allowances, Dirt::DateSerial))
        {
            let ask = Ask {
                zh: "低保起始日期写成0000-00-00或序列号：标为异常或已修复，不会当作正常值",
                en: "The allowance began on 0000-00-00 or on a spreadsheet serial: flagged, never passed on as it stands",
                consumer: "health",
                resource: "MZ-DBDX-002",
                purpose: grants::checkup(),
            };
            calls.push(ask.call(6, subject(at), &["low_income", "low_income_since", "name"], Vec::new()));
        }
        if let Some(at) = registers.marriages.keys().copied().filter(alive).min()
            && let Some(spouse) = self.persons[at].spouse
        {
            let ask = Ask {
                zh: "公安局办理出生登记：核验夫妻关系",
                en: "The police enters a newborn: civil affairs confirms the marriage",
                consumer: "police",
                resource: "MZ-HYDJ-001",
                purpose: grants::newborn(),
            };
            calls.push(ask.call(7, subject(at), &[], vec![value("spouse_name", &self.persons[spouse].name)]));
        }
        if let Some(enterprise) = self.enterprises.first() {
            let owner = &self.persons[enterprise.legal_representative];
            let ask = Ask {
                zh: "民政局审核低保：向市场监管局查询名下企业",
                en: "Civil affairs reviews an allowance: market supervision answers about enterprises owned",
                consumer: "civil",
                resource: "SG-QYDJ-001",
                purpose: grants::assistance(),
            };
            let items = ["enterprise_name", "registered_capital", "status"];
            calls.push(ask.call(8, value("legal_representative_id", &owner.id), &items, Vec::new()));
        }
        if let Some(dead) = self.persons.iter().position(|person| person.death.is_some()) {
            let ask = Ask {
                zh: "人社局认证养老待遇资格：向卫健局核对死亡登记",
                en: "Social security checks that a pensioner lives: health answers from its register of deaths",
                consumer: "insurance",
                resource: "WJ-SWDJ-003",
                purpose: grants::pension(),
            };
            calls.push(ask.call(9, subject(dead), &["name", "death_date"], Vec::new()));
        }
        calls
    }
}
