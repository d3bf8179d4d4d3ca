//! Grants that the departments of the county could have given each other.

use plan::{Condition, ConditionOp, GrantedItem, Purpose, RowFilter, Shape};

use crate::truth::County;

/// A grant to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleGrant {
    /// Key of the department that may use it.
    pub consumer: &'static str,
    /// Key of the department that gives it.
    pub provider: &'static str,
    /// Catalogue code of the resource.
    pub resource: &'static str,
    /// Client systems that may use it; clerks of the consumer may as well when it is empty.
    pub clients: Vec<&'static str>,
    /// Items that may leave.
    pub items: Vec<GrantedItem>,
    /// Rows that exist for the consumer.
    pub row_filter: RowFilter,
    /// Matters and legal bases.
    pub purposes: Vec<Purpose>,
    /// Query, verify or both.
    pub shapes: Vec<Shape>,
    /// Calls allowed per day.
    pub quota_per_day: u64,
    /// Calls allowed per second.
    pub quota_per_second: u32,
}

fn open(items: &[&str]) -> Vec<GrantedItem> {
    items
        .iter()
        .map(|item| GrantedItem { item: (*item).to_owned(), masked: false, verify_only: false })
        .collect()
}

fn masked(items: &[&str]) -> Vec<GrantedItem> {
    items
        .iter()
        .map(|item| GrantedItem { item: (*item).to_owned(), masked: true, verify_only: false })
        .collect()
}

fn verify_only(items: &[&str]) -> Vec<GrantedItem> {
    items
        .iter()
        .map(|item| GrantedItem { item: (*item).to_owned(), masked: false, verify_only: true })
        .collect()
}

fn purpose(matter: &str, basis: &str) -> Purpose {
    Purpose { matter: matter.to_owned(), basis: basis.to_owned() }
}

/// Review of social assistance by civil affairs.
pub(crate) fn assistance() -> Purpose {
    purpose("MZ-SHJZ-001", "社会救助暂行办法 第五十八条")
}

/// Registration of a marriage by civil affairs.
pub(crate) fn marriage() -> Purpose {
    purpose("MZ-HYDJ-001", "婚姻登记条例 第七条")
}

/// Entry of a newborn in the household register by the police.
pub(crate) fn newborn() -> Purpose {
    purpose("GA-HKDJ-001", "中华人民共和国户口登记条例 第七条")
}

/// Registration of a company by market supervision.
pub(crate) fn company() -> Purpose {
    purpose("SG-QYKB-001", "中华人民共和国市场主体登记管理条例 第十五条")
}

/// Free check-ups by health.
pub(crate) fn checkup() -> Purpose {
    purpose("WJ-JKTJ-001", "中华人民共和国基本医疗卫生与健康促进法 第二十四条")
}

/// Yearly check that a pensioner may go on drawing the pension.
pub(crate) fn pension() -> Purpose {
    purpose("RS-DYRZ-001", "中华人民共和国社会保险法 第七十四条")
}

struct Terms {
    consumer: &'static str,
    provider: &'static str,
    resource: &'static str,
    purpose: Purpose,
}

impl Terms {
    fn grant(self, shapes: &[Shape], items: Vec<GrantedItem>) -> SampleGrant {
        SampleGrant {
            consumer: self.consumer,
            provider: self.provider,
            resource: self.resource,
            clients: Vec::new(),
            items,
            row_filter: RowFilter::default(),
            purposes: vec![self.purpose],
            shapes: shapes.to_vec(),
            quota_per_day: 20_000,
            quota_per_second: 200,
        }
    }
}

fn terms(consumer: &'static str, provider: &'static str, resource: &'static str, purpose: Purpose) -> Terms {
    Terms { consumer, provider, resource, purpose }
}

impl County {
    /// Grants for the demo: each resource is granted to somebody, items in clear, masked and for verification
    /// only all occur, and one grant has a row filter.
    pub fn sample_grants(&self) -> Vec<SampleGrant> {
        const BOTH: [Shape; 2] = [Shape::Query, Shape::Verify];
        let family =
            ["name", "sex", "birth_date", "household_number", "kinship", "marriage", "register_address"];
        let mut grants = vec![
            terms("civil", "police", "GA-HKRK-001", assistance()).grant(&BOTH, {
                let mut items = open(&family);
                items.extend(masked(&["mobile"]));
                items
            }),
            terms("civil", "police", "GA-HKHB-002", assistance())
                .grant(&BOTH, open(&["household_number", "head_name", "household_size", "register_region"])),
            terms("civil", "market", "SG-QYDJ-001", assistance()).grant(
                &BOTH,
                open(&[
                    "credit_code",
                    "enterprise_name",
                    "registered_capital",
                    "status",
                    "establishment_date",
                ]),
            ),
            terms("civil", "insurance", "RS-CBXX-001", assistance())
                .grant(&BOTH, open(&["pension_status", "contribution_base", "paid_until", "employer"])),
            terms("civil", "health", "WJ-SWDJ-003", assistance()).grant(&BOTH, open(&["name", "death_date"])),
            terms("police", "civil", "MZ-HYDJ-001", newborn()).grant(&BOTH, {
                let mut items = open(&["marriage", "marriage_date"]);
                items.extend(verify_only(&["spouse_name", "spouse_id"]));
                items
            }),
            terms("police", "health", "WJ-CSYX-001", newborn()).grant(
                &BOTH,
                open(&[
                    "birth_certificate",
                    "name",
                    "sex",
                    "birth_date",
                    "mother_name",
                    "mother_id",
                    "father_name",
                ]),
            ),
            terms("police", "health", "WJ-SWDJ-003", newborn())
                .grant(&BOTH, open(&["name", "death_date", "death_place", "cremation_date"])),
            terms("market", "police", "GA-HKRK-001", company())
                .grant(&[Shape::Verify], verify_only(&["name", "sex"])),
            terms("market", "insurance", "RS-CBXX-001", company())
                .grant(&[Shape::Verify], verify_only(&["employer"])),
            terms("health", "civil", "MZ-DBDX-002", checkup()).grant(&BOTH, {
                let mut items = open(&["low_income", "low_income_since", "household_size"]);
                items.extend(masked(&["name", "phone", "contact"]));
                items.extend(verify_only(&["low_income_amount"]));
                items
            }),
            terms("health", "police", "GA-HKRK-001", checkup())
                .grant(&BOTH, open(&["name", "sex", "birth_date"])),
            terms("insurance", "health", "WJ-SWDJ-003", pension())
                .grant(&BOTH, open(&["name", "death_date"])),
            terms("insurance", "police", "GA-HKRK-001", pension()).grant(&BOTH, {
                let mut items = open(&["name", "birth_date"]);
                items.extend(masked(&["register_address"]));
                items
            }),
            terms("insurance", "health", "WJ-YFJZ-002", pension())
                .grant(&BOTH, open(&["name", "vaccine", "vaccination_date"])),
            terms("civil", "police", "GA-HKRK-001", marriage())
                .grant(&BOTH, open(&["name", "sex", "birth_date", "ethnic_group", "marriage"])),
        ];
        // Marriages can be registered by those of age only; younger people do not exist for this grant.
        if let Some(of_age) = grants.last_mut() {
            of_age.row_filter = RowFilter {
                all: vec![Condition {
                    item: "birth_date".to_owned(),
                    op: ConditionOp::AtMost,
                    values: vec![format!("{}", self.today - chrono::Days::new(20 * 365 + 5))],
                }],
            };
        }
        grants
    }
}
