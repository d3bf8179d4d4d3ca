//! 人力资源和社会保障局: a system bought with an HTTP interface and English field names.

use chrono::Days;
use rand::Rng;

use crate::department::describe::{
    ClientSystem, Department, Engine, Resource, ShareType, System, item, state_organ,
};
use crate::department::police::number;
use crate::dirt::{Hand, touched};
use crate::streams::{pick, stream, weighted};
use crate::table::{Column, Row, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Sex};

const INSURED: &[Column] = &[
    integer("serialNo", "序号"),
    text("idCard", 40, "身份证号"),
    text("fullName", 100, "姓名"),
    text("gender", 10, "M、F"),
    text("pensionStatus", 10, "10正常参保 20暂停 40领取待遇"),
    text("medicalStatus", 10, "1正常 2中断"),
    text("paidUntil", 40, "缴费截止"),
    text("contributionBase", 40, "缴费基数"),
    text("employerName", 200, "单位名称"),
    text("phone", 40, "联系电话"),
    text("updatedAt", 40, "更新时间"),
];

const CONTRACTS: &[Column] = &[
    integer("serialNo", "序号"),
    text("idCard", 40, "身份证号"),
    text("fullName", 100, "姓名"),
    text("employerName", 200, "用人单位"),
    text("creditCode", 40, "用人单位信用代码"),
    text("position", 60, "岗位"),
    text("startDate", 40, "合同起始"),
    text("endDate", 40, "合同终止，无固定期限为空"),
    text("updatedAt", 40, "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    vec![insured(county), contracts(county)]
}

/// The labour contracts that employers report.
fn contracts(county: &County) -> Table {
    let persons = county.persons.iter().enumerate();
    let employed = persons.filter_map(|(at, person)| Some((Truth::Person(at), (person, person.employer?))));
    let rows = written(county, "insurance.contracts", employed, |hand, (person, employer)| {
        let enterprise = &county.enterprises[employer];
        let from = county.today - Days::new(hand.rng().random_range(20..2_400));
        let until = hand.rng().random_bool(0.7).then(|| from + Days::new(3 * 365));
        let position = pick(hand.rng(), &["操作工", "文员", "销售", "驾驶员", "技术员", "保洁", "管理"]);
        vec![
            None,
            cell(hand.id_text(&person.id, person.birth)),
            cell(hand.name(&person.name)),
            cell(hand.enterprise(&enterprise.name)),
            cell(&enterprise.credit_code),
            cell(position),
            cell(hand.date(from, "%Y-%m-%d", 0.05)),
            until.map(|day| hand.date(day, "%Y-%m-%d", 0.05)),
            cell(touched(hand.rng(), county.today).replace(' ', "T")),
        ]
    });
    Table {
        name: "contracts",
        comment: "劳动合同备案",
        columns: CONTRACTS,
        indexes: &["idCard", "creditCode"],
        rows,
    }
}

fn describe_contracts() -> Resource {
    Resource::conditional(
        "RS-LDHT-002",
        ("劳动合同备案信息", "Labour contracts"),
        "用人单位备案的劳动合同期限和岗位",
        "核对就业状况、用工主体的部门，按事项申请",
    )
    .of_table(
        "contracts",
        &["resident_id", "credit_code"],
        Some("updatedAt"),
        vec![
            item("resident_id", "person.id", "idCard"),
            item("name", "person.name", "fullName"),
            item("employer", "person.employer", "employerName"),
            item("credit_code", "enterprise.credit_code", "creditCode"),
            item("position", "employment.position", "position"),
            item("contract_from", "employment.contract_from", "startDate"),
            item("contract_until", "employment.contract_until", "endDate"),
        ],
    )
}

/// Everyone of sixteen and over who is insured.
pub(crate) fn insured(county: &County) -> Table {
    let mut rng = stream(county.seed, "insurance.insured");
    let mut rows = Vec::new();
    for (at, person) in county.persons.iter().enumerate() {
        let age = person.age_on(county.today);
        if age < 16 || !rng.random_bool(0.93) {
            continue;
        }
        let mut hand = Hand::new(&mut rng);
        let pension = if age >= 60 { "40" } else { weighted(hand.rng(), &[("10", 85), ("20", 15)]) };
        let medical = weighted(hand.rng(), &[("1", 94), ("2", 6)]);
        let until =
            county.today - Days::new(if pension == "20" { hand.rng().random_range(60..900) } else { 0 });
        let base: u64 = hand.rng().random_range(42..210) * 100;
        let cells = vec![
            None,
            Some(hand.id_text(&person.id, person.birth)),
            Some(hand.name(&person.name)),
            Some(if person.sex == Sex::Male { "M" } else { "F" }.to_owned()),
            Some(pension.to_owned()),
            Some(medical.to_owned()),
            (pension != "40").then(|| hand.date(until, "%Y-%m-%d", 0.1)),
            (pension != "40").then(|| hand.yuan(base)),
            person.employer.map(|at| hand.enterprise(&county.enterprises[at].name)),
            person.mobile.clone(),
            Some(touched(hand.rng(), county.today).replace(' ', "T")),
        ];
        rows.push(Row { cells, truth: Truth::Person(at), dirt: hand.noted() });
    }
    number(&mut rows);
    Table { name: "insured", comment: "参保人员", columns: INSURED, indexes: &["idCard"], rows }
}

pub(crate) fn describe() -> Department {
    let insured = Resource {
        code: "RS-CBXX-001",
        zh: "社会保险参保信息",
        en: "Social insurance",
        summary: "养老、医疗保险的参保状态、缴费基数和缴费截止日期",
        share_type: ShareType::Conditional,
        condition: "依法核对家庭经济状况或用工情况的部门，按事项申请",
        table: "insured",
        keys: vec!["resident_id"],
        items: vec![
            item("resident_id", "person.id", "idCard"),
            item("name", "person.name", "fullName"),
            item("sex", "person.sex", "gender"),
            item("pension_status", "insurance.pension_status", "pensionStatus").codes(&[
                ("10", "正常参保"),
                ("20", "暂停参保"),
                ("40", "领取待遇"),
            ]),
            item("medical_status", "insurance.medical_status", "medicalStatus")
                .codes(&[("1", "正常"), ("2", "中断")]),
            item("paid_until", "insurance.paid_until", "paidUntil"),
            item("contribution_base", "insurance.contribution_base", "contributionBase"),
            item("employer", "person.employer", "employerName"),
            item("phone", "person.phone", "phone"),
        ],
        as_of_column: Some("updatedAt"),
    };
    Department {
        key: "insurance",
        zh: "云澜县人力资源和社会保障局",
        short: "人社局",
        en: "Yunlan County Human Resources and Social Security Bureau",
        credit_code: state_organ(15),
        agent: "人社前置机",
        systems: vec![System {
            zh: "社会保险信息系统",
            en: "Social insurance system",
            purpose: "社会保险登记、缴费和待遇发放",
            built_year: 2019,
            engine: Engine::Http,
            source: "shebao",
            resources: vec![insured, describe_contracts()],
        }],
        clients: vec![ClientSystem {
            client_id: "rs-dyrz",
            zh: "待遇资格认证系统",
            en: "Benefit eligibility check",
        }],
    }
}
