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

/// A grant in one line: consumer, provider, resource, matter, basis, items in clear, masked, for verification only.
type Line = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const ASSISTANCE: (&str, &str) = ("MZ-SHJZ-001", "社会救助暂行办法 第五十八条");
const HOUSING: (&str, &str) = ("ZJ-ZFBZ-001", "公共租赁住房管理办法 第八条");
const ENROLMENT: (&str, &str) = ("JY-RXBM-001", "中华人民共和国义务教育法 第十二条");
const ESTATE: (&str, &str) = ("ZR-BDCDJ-001", "不动产登记暂行条例 第二十三条");
const DISABLED: (&str, &str) = ("CL-LXBT-001", "残疾人保障法 第四十八条");
const TAXES: (&str, &str) = ("SW-FXHC-001", "中华人民共和国税收征收管理法 第六条");
const RESCUE: (&str, &str) = ("YB-YLJZ-001", "社会救助暂行办法 第三十条");
const SUPERVISION: (&str, &str) = ("SG-SSJC-001", "优化营商环境条例 第五十四条");

#[rustfmt::skip]
const LINES: &[Line] = &[
    ("civil", "police", "GA-JDC-003", ASSISTANCE.0, ASSISTANCE.1, &["plate", "brand", "registered", "status"], &[], &["name"]),
    ("civil", "natural", "ZR-BDCQ-001", ASSISTANCE.0, ASSISTANCE.1, &["certificate", "address", "area", "usage"], &["name"], &[]),
    ("civil", "housing", "ZJ-GZF-002", ASSISTANCE.0, ASSISTANCE.1, &["residence", "rent", "since"], &[], &[]),
    ("civil", "agriculture", "NY-GDBT-002", ASSISTANCE.0, ASSISTANCE.1, &["benefit_kind", "benefit_amount", "paid"], &[], &[]),
    ("civil", "disabled", "CL-CJRZ-001", ASSISTANCE.0, ASSISTANCE.1, &["category", "grade", "certificate"], &["name"], &[]),
    ("civil", "medical", "YB-YLJZ-002", ASSISTANCE.0, ASSISTANCE.1, &["benefit_amount", "settled"], &[], &[]),
    ("civil", "education", "JY-XSZZ-002", ASSISTANCE.0, ASSISTANCE.1, &["school", "aid_kind", "aid_amount"], &["name"], &[]),
    ("housing", "natural", "ZR-BDCQ-001", HOUSING.0, HOUSING.1, &["address", "area", "usage"], &[], &["name"]),
    ("housing", "civil", "MZ-DBDX-002", HOUSING.0, HOUSING.1, &["low_income", "household_size"], &["name"], &[]),
    ("housing", "civil", "MZ-TKGY-003", HOUSING.0, HOUSING.1, &["extreme_poverty", "benefit_kind"], &["name"], &[]),
    ("housing", "police", "GA-JDC-003", HOUSING.0, HOUSING.1, &["plate", "vehicle_type"], &[], &[]),
    ("education", "police", "GA-HKRK-001", ENROLMENT.0, ENROLMENT.1, &["name", "birth_date", "household_number", "kinship", "register_address"], &[], &[]),
    ("education", "natural", "ZR-BDCQ-001", ENROLMENT.0, ENROLMENT.1, &[], &[], &["name", "address"]),
    ("education", "health", "WJ-YFJZ-002", ENROLMENT.0, ENROLMENT.1, &["vaccine", "vaccination_date"], &[], &["name"]),
    ("education", "housing", "ZJ-FWWQ-001", ENROLMENT.0, ENROLMENT.1, &["contract", "address"], &["name"], &[]),
    ("natural", "police", "GA-HKRK-001", ESTATE.0, ESTATE.1, &["marriage"], &[], &["name"]),
    ("natural", "housing", "ZJ-FWWQ-001", ESTATE.0, ESTATE.1, &["contract", "address", "area", "price", "signed"], &["name"], &[]),
    ("natural", "civil", "MZ-HYDJ-001", ESTATE.0, ESTATE.1, &["marriage", "spouse_name", "marriage_date"], &["spouse_id"], &[]),
    ("tax", "market", "SG-QYDJ-001", TAXES.0, TAXES.1, &["enterprise_name", "legal_representative", "status", "industry", "establishment_date"], &[], &[]),
    ("tax", "housing", "ZJ-FWWQ-001", TAXES.0, TAXES.1, &["contract", "area", "price"], &["name"], &[]),
    ("tax", "natural", "ZR-BDDY-002", TAXES.0, TAXES.1, &["certificate", "amount"], &["name"], &[]),
    ("disabled", "civil", "MZ-DBDX-002", DISABLED.0, DISABLED.1, &["low_income"], &[], &["name"]),
    ("disabled", "police", "GA-HKRK-001", DISABLED.0, DISABLED.1, &["name", "birth_date", "register_address"], &["mobile"], &[]),
    ("medical", "civil", "MZ-DBDX-002", RESCUE.0, RESCUE.1, &["low_income", "low_income_amount"], &["name"], &[]),
    ("medical", "disabled", "CL-LXBT-002", RESCUE.0, RESCUE.1, &["benefit_kind", "benefit_amount"], &[], &["name"]),
    ("medical", "veterans", "TY-YFDX-001", RESCUE.0, RESCUE.1, &["veteran_category"], &["name"], &[]),
    ("health", "medical", "YB-MTB-003", "WJ-JKTJ-001", "中华人民共和国基本医疗卫生与健康促进法 第二十四条", &["disease", "benefit_until"], &["name"], &[]),
    ("insurance", "medical", "YB-CBRY-001", "RS-DYRZ-001", "中华人民共和国社会保险法 第七十四条", &["insurance_kind", "medical_status"], &["name"], &[]),
    ("veterans", "police", "GA-HKRK-001", "TY-YFSH-001", "军人抚恤优待条例 第四十八条", &["name", "birth_date", "marriage"], &["register_address"], &[]),
    ("veterans", "health", "WJ-JKDA-004", "TY-YFSH-001", "军人抚恤优待条例 第四十八条", &["record_number", "institution"], &["name"], &[]),
    ("agriculture", "police", "GA-HKHB-002", "NY-HNBT-001", "农业生产发展资金管理办法 第十七条", &["head_name", "household_size"], &[], &[]),
    ("agriculture", "natural", "ZR-BDCQ-001", "NY-HNBT-001", "农业生产发展资金管理办法 第十七条", &["usage"], &["name"], &[]),
    ("transport", "police", "GA-JDC-003", "JT-ZFJC-001", "中华人民共和国道路运输条例 第五十八条", &["plate", "vehicle_type", "status"], &["name"], &[]),
    ("urban", "market", "SG-QYDJ-001", "CG-XZCF-001", "中华人民共和国行政处罚法 第五十四条", &["enterprise_name", "legal_representative", "enterprise_address", "status"], &[], &[]),
    ("emergency", "market", "SG-QYDJ-001", "YJ-AQJC-001", "中华人民共和国安全生产法 第六十五条", &["enterprise_name", "status", "employees"], &[], &[]),
    ("emergency", "transport", "JT-CYZG-001", "YJ-AQJC-001", "中华人民共和国安全生产法 第六十五条", &["certificate_kind", "valid_until"], &["name"], &[]),
    ("market", "tax", "SW-NSR-001", SUPERVISION.0, SUPERVISION.1, &["enterprise_name", "tax_kind", "tax_status"], &[], &[]),
    ("market", "tax", "SW-NSXY-002", SUPERVISION.0, SUPERVISION.1, &["enterprise_name", "year", "credit_level"], &[], &[]),
    ("market", "urban", "CG-XZCF-001", SUPERVISION.0, SUPERVISION.1, &["penalty_decision", "penalty_cause", "penalty_amount", "penalty_date"], &[], &[]),
    ("market", "emergency", "YJ-WHXK-001", SUPERVISION.0, SUPERVISION.1, &["permit_number", "permit_kind", "valid_until"], &[], &[]),
    ("market", "emergency", "YJ-AQJC-002", SUPERVISION.0, SUPERVISION.1, &["inspection_date", "inspection_result", "defects"], &[], &[]),
    ("market", "housing", "ZJ-JZQY-003", SUPERVISION.0, SUPERVISION.1, &["permit_kind", "level", "valid_until"], &[], &[]),
    ("market", "urban", "CG-ZDJY-002", SUPERVISION.0, SUPERVISION.1, &["permit_number", "permit_kind", "place"], &["name", "mobile"], &[]),
    ("urban", "market", "SG-SPJY-002", "CG-XZCF-001", "中华人民共和国行政处罚法 第五十四条", &["permit_number", "permit_kind", "valid_until", "permit_status"], &[], &[]),
    ("urban", "transport", "JT-YYCL-002", "CG-XZCF-001", "中华人民共和国行政处罚法 第五十四条", &["plate", "vehicle_type", "permit_number"], &[], &[]),
    ("medical", "insurance", "RS-LDHT-002", RESCUE.0, RESCUE.1, &["employer", "contract_from", "contract_until"], &["name"], &[]),
    ("tax", "agriculture", "NY-HZS-003", TAXES.0, TAXES.1, &["enterprise_name", "level"], &[], &[]),
    ("civil", "agriculture", "NY-CBD-001", ASSISTANCE.0, ASSISTANCE.1, &["land_area", "land_plots"], &[], &["name"]),
    ("medical", "education", "JY-XJ-001", RESCUE.0, RESCUE.1, &["school", "grade", "status"], &["name"], &[]),
];

fn more() -> impl Iterator<Item = SampleGrant> {
    LINES.iter().map(|&(consumer, provider, resource, matter, basis, clear, hidden, checked)| {
        let mut items = open(clear);
        items.extend(masked(hidden));
        items.extend(verify_only(checked));
        let shapes: &[Shape] = if clear.is_empty() && hidden.is_empty() {
            &[Shape::Verify]
        } else {
            &[Shape::Query, Shape::Verify]
        };
        terms(consumer, provider, resource, purpose(matter, basis)).grant(shapes, items)
    })
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
        grants.extend(more());
        // Marriages can be registered by those of age only; younger people do not exist for this grant.
        if let Some(of_age) = grants.iter_mut().find(|grant| grant.purposes.contains(&marriage())) {
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
