//! 残疾人联合会: certificates and allowances, two CSV files in GB18030.

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::Hand;
use crate::table::{Column, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Disability, Person, Sex};

const CERTIFICATES: &[Column] = &[
    integer("编号", "编号"),
    text("残疾人姓名", 100, "姓名"),
    text("性别", 10, "性别"),
    text("身份证号码", 40, "身份证号码"),
    text("残疾人证号", 40, "20位证号"),
    text("残疾类别", 20, "1视力 2听力 3言语 4肢体 5智力 6精神 7多重"),
    text("残疾等级", 20, "1一级 2二级 3三级 4四级"),
    text("发证日期", 40, "发证日期"),
    text("监护人", 100, "监护人姓名"),
    text("联系电话", 40, "联系电话"),
    text("现住址", 200, "现住址"),
];
const ALLOWANCES: &[Column] = &[
    integer("编号", "编号"),
    text("姓名", 100, "姓名"),
    text("身份证号码", 40, "身份证号码"),
    text("补贴项目", 60, "补贴项目"),
    text("补贴金额", 30, "月补贴金额"),
    text("享受起始日期", 40, "享受起始日期"),
];
const CATEGORIES: [&str; 7] = ["视力", "听力", "言语", "肢体", "智力", "精神", "多重"];
const LEVELS: [&str; 4] = ["一级", "二级", "三级", "四级"];

fn disabled(county: &County) -> impl Iterator<Item = (Truth, (&Person, &Disability))> {
    let persons = county.persons.iter().enumerate();
    persons.filter_map(|(at, person)| Some((Truth::Person(at), (person, person.disability.as_ref()?))))
}

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let entitled = disabled(county).filter(|(_, (person, disability))| {
        person.death.is_none()
            && (disability.grade <= 2
                || county.households[person.household].low_income.is_some_and(|low| low.current))
    });
    vec![
        Table {
            name: "残疾人证.csv",
            comment: "残疾人证办理台账",
            columns: CERTIFICATES,
            indexes: &["身份证号码", "残疾人证号"],
            rows: written(county, "disabled.certificates", disabled(county), |hand, one| {
                certificate(county, hand, one)
            }),
        },
        Table {
            name: "两项补贴.csv",
            comment: "残疾人两项补贴发放台账",
            columns: ALLOWANCES,
            indexes: &["身份证号码"],
            rows: written(county, "disabled.allowances", entitled, |hand, (person, disability)| {
                let kind = if disability.grade <= 2 {
                    "重度残疾人护理补贴"
                } else {
                    "困难残疾人生活补贴"
                };
                let amount = if disability.grade == 1 { 115 } else { 100 };
                vec![
                    None,
                    cell(hand.name(&person.name)),
                    cell(hand.id_text(&person.id, person.birth)),
                    cell(kind),
                    cell(hand.yuan(amount)),
                    cell(hand.date(disability.issued, "%Y-%m-%d", 0.2)),
                ]
            }),
        },
    ]
}

fn certificate(
    county: &County,
    hand: &mut Hand<'_>,
    (person, disability): (&Person, &Disability),
) -> Vec<Option<String>> {
    let guardian = person.father.or(person.mother).or(person.spouse).map(|at| &county.persons[at]);
    let label = |list: &[&'static str], code: u8| list.get(usize::from(code) - 1).copied().unwrap_or("");
    let (category, grade) = (disability.category, disability.grade);
    vec![
        None,
        cell(hand.name(&person.name)),
        cell(hand.code(if person.sex == Sex::Male { "男" } else { "女" }, person.sex.code(), 0.03)),
        hand.id(person),
        cell(&disability.certificate),
        cell(hand.code(&category.to_string(), label(&CATEGORIES, category), 0.12)),
        cell(hand.code(&grade.to_string(), label(&LEVELS, grade), 0.12)),
        cell(hand.date(disability.issued, "%Y-%m-%d", 0.2)),
        guardian.map(|one| hand.name(&one.name)),
        person
            .mobile
            .as_deref()
            .or_else(|| guardian.and_then(|one| one.mobile.as_deref()))
            .map(str::to_owned),
        cell(&county.households[person.household].address),
    ]
}

pub(crate) fn describe() -> Department {
    let category = [
        ("1", "视力"),
        ("2", "听力"),
        ("3", "言语"),
        ("4", "肢体"),
        ("5", "智力"),
        ("6", "精神"),
        ("7", "多重"),
    ];
    let certificates = Resource::conditional(
        "CL-CJRZ-001",
        ("残疾人证信息", "Disability certificates"),
        "持证残疾人的残疾类别、等级和发证日期",
        "对残疾人有减免、补贴或服务政策的部门，按事项申请",
    )
    .of_table(
        "残疾人证.csv",
        &["resident_id", "certificate"],
        None,
        vec![
            item("resident_id", "person.id", "身份证号码"),
            item("name", "person.name", "残疾人姓名"),
            item("sex", "person.sex", "性别"),
            item("certificate", "disability.certificate", "残疾人证号"),
            item("category", "disability.category", "残疾类别").codes(&category),
            item("grade", "disability.grade", "残疾等级").codes(&[
                ("1", "一级"),
                ("2", "二级"),
                ("3", "三级"),
                ("4", "四级"),
            ]),
            item("issued", "disability.issued", "发证日期"),
            item("guardian", "disability.guardian", "监护人"),
            item("phone", "person.phone", "联系电话"),
            item("residence", "address.residence", "现住址"),
        ],
    );
    let allowances = Resource::conditional(
        "CL-LXBT-002",
        ("残疾人两项补贴信息", "Allowances for disabled persons"),
        "困难残疾人生活补贴和重度残疾人护理补贴",
        "审核社会救助、防止重复享受待遇的部门，按事项申请",
    )
    .of_table(
        "两项补贴.csv",
        &["resident_id"],
        None,
        vec![
            item("resident_id", "person.id", "身份证号码"),
            item("name", "person.name", "姓名"),
            item("benefit_kind", "benefit.kind", "补贴项目"),
            item("benefit_amount", "benefit.amount", "补贴金额"),
            item("benefit_since", "benefit.since", "享受起始日期"),
        ],
    );
    Department {
        key: "disabled",
        zh: "云澜县残疾人联合会",
        short: "残联",
        en: "Yunlan County Disabled Persons' Federation",
        credit_code: state_organ(21),
        agent: "残联前置机",
        systems: vec![System {
            zh: "残疾人事业管理台账",
            en: "Disabled persons' files",
            purpose: "残疾人证和两项补贴台账",
            built_year: 2016,
            engine: Engine::Files,
            source: "canlian",
            resources: vec![certificates, allowances],
        }],
        clients: vec![ClientSystem {
            client_id: "cl-jzfw",
            zh: "残疾人精准服务系统",
            en: "Services for the disabled",
        }],
    }
}
