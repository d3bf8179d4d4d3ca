//! 应急管理局: two workbooks that inspectors keep.

use rand::Rng;

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::{Dirt, Hand};
use crate::streams::{pick, weighted};
use crate::table::{Column, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Enterprise};

const LICENCES: &[Column] = &[
    integer("序号", "序号"),
    text("企业名称", 200, "企业名称"),
    text("社会信用代码", 40, "统一社会信用代码"),
    text("主要负责人", 100, "主要负责人"),
    text("许可证号", 60, "危险化学品经营许可证编号"),
    text("许可范围", 60, "许可范围"),
    text("发证日期", 40, "发证日期"),
    text("有效期至", 40, "有效期至"),
];
const INSPECTIONS: &[Column] = &[
    integer("序号", "序号"),
    text("被检查单位", 200, "被检查单位"),
    text("信用代码", 40, "统一社会信用代码"),
    text("检查日期", 40, "检查日期"),
    text("检查情况", 60, "检查结论"),
    text("隐患数", 10, "发现隐患数"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let open = || {
        let all = county.enterprises.iter().enumerate().filter(|(_, one)| one.status == 1);
        all.map(|(at, one)| (Truth::Enterprise(at), one))
    };
    let dangerous = open().filter(|(_, one)| ["C303", "F519", "D441"].contains(&one.industry));
    let dangerous = dangerous.step_by(5);
    let inspected = open().filter(|(_, one)| one.employees >= 40).step_by(2);
    vec![
        Table {
            name: "危化品许可台账.xlsx#许可",
            comment: "危险化学品经营许可",
            columns: LICENCES,
            indexes: &["社会信用代码"],
            rows: written(county, "emergency.licences", dangerous, |hand, one| licence(county, hand, one)),
        },
        Table {
            name: "安全检查台账.xlsx#检查记录",
            comment: "安全生产检查记录",
            columns: INSPECTIONS,
            indexes: &["信用代码"],
            rows: written(county, "emergency.inspections", inspected, |hand, one| {
                inspection(county, hand, one)
            }),
        },
    ]
}

fn licence(county: &County, hand: &mut Hand<'_>, enterprise: &Enterprise) -> Vec<Option<String>> {
    let owner = &county.persons[enterprise.legal_representative];
    let from = county.today - chrono::Days::new(hand.rng().random_range(1..1_000));
    let until = from + chrono::Days::new(3 * 365);
    let number = hand.rng().random_range(100..999);
    let scope = pick(hand.rng(), &["汽油、柴油", "氧气、乙炔", "油漆、稀料", "农药"]);
    vec![
        None,
        cell(hand.enterprise(&enterprise.name)),
        cell(&enterprise.credit_code),
        cell(hand.name(&owner.name)),
        cell(format!("川云澜危化经字〔{}〕{number}", from.format("%Y"))),
        cell(scope),
        cell(hand.date(from, "%Y-%m-%d", 0.3)),
        cell(hand.date(until, "%Y-%m-%d", 0.3)),
    ]
}

fn inspection(county: &County, hand: &mut Hand<'_>, enterprise: &Enterprise) -> Vec<Option<String>> {
    let day = county.today - chrono::Days::new(hand.rng().random_range(1..700));
    let defects = weighted(hand.rng(), &[(0, 30), (1, 25), (2, 20), (3, 15), (6, 10)]);
    let result = match defects {
        0 => "未发现问题",
        1..=2 => "责令当场改正",
        _ => "责令限期整改",
    };
    let count =
        if hand.slips(Dirt::AmountForm, 0.06) { format!("{defects}处") } else { defects.to_string() };
    vec![
        None,
        cell(hand.enterprise(&enterprise.name)),
        cell(&enterprise.credit_code),
        cell(hand.date(day, "%Y-%m-%d", 0.3)),
        cell(result),
        cell(count),
    ]
}

pub(crate) fn describe() -> Department {
    let licences = Resource::unconditional(
        "YJ-WHXK-001",
        ("危险化学品经营许可信息", "Licences for dangerous goods"),
        "危险化学品经营单位的许可范围和有效期",
    )
    .of_table(
        "危化品许可台账.xlsx#许可",
        &["credit_code"],
        None,
        vec![
            item("credit_code", "enterprise.credit_code", "社会信用代码"),
            item("enterprise_name", "enterprise.name", "企业名称"),
            item("legal_representative", "enterprise.legal_representative", "主要负责人").label("主要负责人"),
            item("permit_number", "permit.number", "许可证号"),
            item("permit_kind", "permit.kind", "许可范围").label("许可范围"),
            item("valid_from", "permit.valid_from", "发证日期"),
            item("valid_until", "permit.valid_until", "有效期至"),
        ],
    );
    let inspections = Resource::conditional(
        "YJ-AQJC-002",
        ("安全生产检查信息", "Safety inspections"),
        "对企业的安全生产检查结论和隐患数量",
        "对企业实施信用监管、联合检查的部门，按事项申请",
    )
    .of_table(
        "安全检查台账.xlsx#检查记录",
        &["credit_code"],
        None,
        vec![
            item("credit_code", "enterprise.credit_code", "信用代码"),
            item("enterprise_name", "enterprise.name", "被检查单位"),
            item("inspection_date", "inspection.date", "检查日期"),
            item("inspection_result", "inspection.result", "检查情况"),
            item("defects", "inspection.defects", "隐患数"),
        ],
    );
    Department {
        key: "emergency",
        zh: "云澜县应急管理局",
        short: "应急局",
        en: "Yunlan County Emergency Management Bureau",
        credit_code: state_organ(23),
        agent: "应急前置机",
        systems: vec![System {
            zh: "安全生产监管台账",
            en: "Work safety files",
            purpose: "危化品许可和安全检查台账",
            built_year: 2019,
            engine: Engine::Files,
            source: "anjian",
            resources: vec![licences, inspections],
        }],
        clients: vec![ClientSystem {
            client_id: "yj-aqzf",
            zh: "安全生产执法系统",
            en: "Safety enforcement",
        }],
    }
}
