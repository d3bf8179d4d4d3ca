//! 医疗保障局: the insured, medical assistance and chronic diseases, in PostgreSQL with the names of the national platform.

use rand::Rng;

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::{Hand, touched};
use crate::streams::{pick, weighted};
use crate::table::{Column, Table, Truth, cell, integer, text, timestamp, written};
use crate::truth::{County, Person};

const INSURED: &[Column] = &[
    integer("psn_no", "人员编号"),
    text("certno", 40, "证件号码"),
    text("psn_name", 100, "人员姓名"),
    text("gend", 4, "1男 2女"),
    text("insutype", 10, "310职工 390城乡居民"),
    text("psn_insu_stas", 4, "1正常 2暂停"),
    text("emp_name", 200, "单位名称"),
    text("tel", 40, "联系电话"),
    timestamp("updt_time", "更新时间"),
];
const ASSISTANCE: &[Column] = &[
    integer("rid", "流水号"),
    text("certno", 40, "证件号码"),
    text("psn_name", 100, "人员姓名"),
    text("fixmedins_name", 100, "定点医药机构"),
    text("maf_pay", 30, "医疗救助支出"),
    text("setl_time", 40, "结算时间"),
    timestamp("updt_time", "更新时间"),
];
const CHRONIC: &[Column] = &[
    integer("rid", "流水号"),
    text("certno", 40, "证件号码"),
    text("psn_name", 100, "人员姓名"),
    text("opsp_dise_name", 100, "门诊慢特病病种"),
    text("begndate", 30, "开始日期"),
    text("enddate", 30, "结束日期"),
    timestamp("updt_time", "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let alive = || {
        let persons = county.persons.iter().enumerate();
        persons.filter(|(_, one)| one.death.is_none()).map(|(at, one)| (Truth::Person(at), one))
    };
    let insured = alive().filter(|(truth, _)| !matches!(truth, Truth::Person(at) if at % 23 == 7));
    let poor = |one: &Person| county.households[one.household].low_income.is_some_and(|low| low.current);
    let assisted =
        alive().filter(move |(truth, one)| poor(one) && matches!(truth, Truth::Person(at) if at % 3 == 0));
    let ill = alive().filter(|(truth, one)| {
        one.age_on(county.today) >= 45 && matches!(truth, Truth::Person(at) if at % 6 == 1)
    });
    vec![
        Table {
            name: "psn_insu_d",
            comment: "人员参保信息",
            columns: INSURED,
            indexes: &["certno"],
            rows: written(county, "medical.insured", insured, |hand, one| insurance(county, hand, one)),
        },
        Table {
            name: "maf_setl_d",
            comment: "医疗救助结算信息",
            columns: ASSISTANCE,
            indexes: &["certno"],
            rows: written(county, "medical.assistance", assisted, |hand, one| assistance(county, hand, one)),
        },
        Table {
            name: "opsp_reg_d",
            comment: "门诊慢特病备案",
            columns: CHRONIC,
            indexes: &["certno"],
            rows: written(county, "medical.chronic", ill, |hand, one| chronic(county, hand, one)),
        },
    ]
}

fn insurance(county: &County, hand: &mut Hand<'_>, person: &Person) -> Vec<Option<String>> {
    let kind = if person.employer.is_some() { ("310", "职工") } else { ("390", "居民") };
    let state = weighted(hand.rng(), &[("1", 95), ("2", 5)]);
    vec![
        None,
        cell(hand.id_text(&person.id, person.birth)),
        cell(hand.name(&person.name)),
        cell(person.sex.code()),
        cell(hand.code(kind.0, kind.1, 0.02)),
        cell(state),
        person.employer.map(|at| hand.enterprise(&county.enterprises[at].name)),
        person.mobile.clone(),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn assistance(county: &County, hand: &mut Hand<'_>, person: &Person) -> Vec<Option<String>> {
    let day = county.today - chrono::Days::new(hand.rng().random_range(5..900));
    let amount = hand.rng().random_range(120..18_000);
    vec![
        None,
        cell(hand.id_text(&person.id, person.birth)),
        cell(hand.name(&person.name)),
        cell(pick(hand.rng(), &["云澜县人民医院", "云澜县中医医院", "青石镇中心卫生院", "澜口镇卫生院"])),
        cell(hand.yuan(amount)),
        cell(hand.date(day, "%Y-%m-%d", 0.05)),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn chronic(county: &County, hand: &mut Hand<'_>, person: &Person) -> Vec<Option<String>> {
    let from = county.today - chrono::Days::new(hand.rng().random_range(5..1_600));
    let until = from + chrono::Days::new(5 * 365);
    vec![
        None,
        hand.id(person),
        cell(hand.name(&person.name)),
        cell(pick(
            hand.rng(),
            &["高血压", "糖尿病", "慢性阻塞性肺疾病", "脑血管病后遗症", "恶性肿瘤门诊治疗"],
        )),
        cell(hand.date(from, "%Y-%m-%d", 0.05)),
        cell(hand.date(until, "%Y-%m-%d", 0.05)),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn insured() -> Resource {
    Resource::conditional(
        "YB-CBRY-001",
        ("基本医疗保险参保信息", "Medical insurance"),
        "职工和城乡居民基本医保的参保险种、状态",
        "办理救助、就学、用工等事项需要核对医保的部门，按事项申请",
    )
    .of_table(
        "psn_insu_d",
        &["resident_id"],
        Some("updt_time"),
        vec![
            item("resident_id", "person.id", "certno"),
            item("name", "person.name", "psn_name"),
            item("sex", "person.sex", "gend"),
            item("insurance_kind", "medical.insurance_kind", "insutype")
                .codes(&[("310", "职工基本医疗保险"), ("390", "城乡居民基本医疗保险")]),
            item("medical_status", "insurance.medical_status", "psn_insu_stas")
                .codes(&[("1", "正常"), ("2", "中断")]),
            item("employer", "person.employer", "emp_name"),
            item("phone", "person.phone", "tel"),
        ],
    )
}

pub(crate) fn describe() -> Department {
    let assistance = Resource::conditional(
        "YB-YLJZ-002",
        ("医疗救助信息", "Medical assistance"),
        "医疗救助对象的救助金额和结算时间",
        "审核社会救助、残疾人补助的部门，按事项申请",
    )
    .of_table(
        "maf_setl_d",
        &["resident_id"],
        Some("updt_time"),
        vec![
            item("resident_id", "person.id", "certno"),
            item("name", "person.name", "psn_name"),
            item("institution", "medical.institution", "fixmedins_name"),
            item("benefit_amount", "benefit.amount", "maf_pay").label("救助金额"),
            item("settled", "medical.settled", "setl_time"),
        ],
    );
    let chronic = Resource::conditional(
        "YB-MTB-003",
        ("门诊慢特病备案信息", "Recognised chronic diseases"),
        "门诊慢特病的病种和待遇期限",
        "开展健康管理、家庭医生签约的部门，按事项申请",
    )
    .of_table(
        "opsp_reg_d",
        &["resident_id"],
        Some("updt_time"),
        vec![
            item("resident_id", "person.id", "certno"),
            item("name", "person.name", "psn_name"),
            item("disease", "medical.disease", "opsp_dise_name"),
            item("benefit_since", "benefit.since", "begndate").label("待遇开始日期"),
            item("benefit_until", "benefit.until", "enddate"),
        ],
    );
    Department {
        key: "medical",
        zh: "云澜县医疗保障局",
        short: "医保局",
        en: "Yunlan County Medical Insurance Bureau",
        credit_code: state_organ(26),
        agent: "医保前置机",
        systems: vec![System {
            zh: "医疗保障信息系统",
            en: "Medical insurance platform",
            purpose: "医保参保、结算、医疗救助和慢特病管理",
            built_year: 2021,
            engine: Engine::Postgres,
            source: "yibao",
            resources: vec![insured(), assistance, chronic],
        }],
        clients: vec![ClientSystem {
            client_id: "yb-jzsh",
            zh: "医疗救助审核系统",
            en: "Medical assistance",
        }],
    }
}
