//! 税务局: a bureau of the level above with an HTTP interface of its own; field names are initials of the tax trade.

use rand::Rng;

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::{Dirt, Hand, touched};
use crate::streams::weighted;
use crate::table::{Column, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Enterprise};

const TAXPAYERS: &[Column] = &[
    integer("djxh", "登记序号"),
    text("nsrsbh", 40, "纳税人识别号"),
    text("nsrmc", 200, "纳税人名称"),
    text("fddbrxm", 100, "法定代表人姓名"),
    text("nsrlx", 20, "1一般纳税人 2小规模纳税人 3个体定期定额"),
    text("nsrztDm", 10, "03正常 05非正常 07注销"),
    text("hyDm", 10, "行业代码"),
    text("djrq", 30, "登记日期"),
    text("xgrq", 30, "修改日期"),
];
const RATINGS: &[Column] = &[
    integer("xh", "序号"),
    text("nsrsbh", 40, "纳税人识别号"),
    text("nsrmc", 200, "纳税人名称"),
    text("pjnd", 10, "评价年度"),
    text("xydj", 10, "信用等级 A B M C D"),
    text("xgrq", 30, "修改日期"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let all = || county.enterprises.iter().enumerate().map(|(at, one)| (Truth::Enterprise(at), one));
    // Sole traders are not rated.
    let rated = all().filter(|(_, one)| one.kind != "个体工商户" && one.status == 1);
    vec![
        Table {
            name: "taxpayers",
            comment: "税务登记",
            columns: TAXPAYERS,
            indexes: &["nsrsbh"],
            rows: written(county, "tax.taxpayers", all(), |hand, one| taxpayer(county, hand, one)),
        },
        Table {
            name: "ratings",
            comment: "纳税信用评价",
            columns: RATINGS,
            indexes: &["nsrsbh"],
            rows: written(county, "tax.ratings", rated, |hand, one| rating(county, hand, one)),
        },
    ]
}

fn taxpayer(county: &County, hand: &mut Hand<'_>, enterprise: &Enterprise) -> Vec<Option<String>> {
    let owner = &county.persons[enterprise.legal_representative];
    let kind = match (enterprise.kind, enterprise.capital) {
        ("个体工商户", _) => "3",
        (_, 5_000_000..) => "1",
        _ => "2",
    };
    // A licence that was revoked long shows as in order at the tax office.
    let state = match enterprise.status {
        1 => "03",
        2 if hand.slips(Dirt::Outdated, 0.4) => "03",
        2 => "05",
        _ => "07",
    };
    let registered = enterprise.established + chrono::Days::new(hand.rng().random_range(1..28));
    vec![
        None,
        cell(&enterprise.credit_code),
        cell(hand.enterprise(&enterprise.name)),
        cell(hand.name(&owner.name)),
        cell(kind),
        cell(state),
        cell(enterprise.industry),
        cell(hand.date(registered.min(county.today), "%Y-%m-%d", 0.03)),
        cell(touched(hand.rng(), county.today).replace(' ', "T")),
    ]
}

fn rating(county: &County, hand: &mut Hand<'_>, enterprise: &Enterprise) -> Vec<Option<String>> {
    let level = weighted(hand.rng(), &[("A", 12), ("B", 38), ("M", 36), ("C", 8), ("D", 6)]);
    vec![
        None,
        cell(&enterprise.credit_code),
        cell(hand.enterprise(&enterprise.name)),
        cell(hand.code("2024", "2024年度", 0.03)),
        cell(level),
        cell(touched(hand.rng(), county.today).replace(' ', "T")),
    ]
}

pub(crate) fn describe() -> Department {
    let taxpayers = Resource::conditional(
        "SW-NSR-001",
        ("税务登记信息", "Taxpayers"),
        "纳税人识别号、类型和登记状态",
        "依法监管市场主体或核对经营状况的部门，按事项申请",
    )
    .of_table(
        "taxpayers",
        &["credit_code"],
        Some("xgrq"),
        vec![
            item("credit_code", "enterprise.credit_code", "nsrsbh").label("纳税人识别号"),
            item("enterprise_name", "enterprise.name", "nsrmc").label("纳税人名称"),
            item("legal_representative", "enterprise.legal_representative", "fddbrxm"),
            item("tax_kind", "tax.kind", "nsrlx").codes(&[
                ("1", "一般纳税人"),
                ("2", "小规模纳税人"),
                ("3", "个体定期定额户"),
            ]),
            item("tax_status", "tax.status", "nsrztDm").codes(&[
                ("03", "正常"),
                ("05", "非正常"),
                ("07", "注销"),
            ]),
            item("industry", "enterprise.industry", "hyDm"),
        ],
    );
    let ratings = Resource::unconditional(
        "SW-NSXY-002",
        ("纳税信用评价结果", "Tax credit ratings"),
        "企业纳税人年度信用评价等级",
    )
    .of_table(
        "ratings",
        &["credit_code"],
        Some("xgrq"),
        vec![
            item("credit_code", "enterprise.credit_code", "nsrsbh").label("纳税人识别号"),
            item("enterprise_name", "enterprise.name", "nsrmc").label("纳税人名称"),
            item("year", "tax.year", "pjnd"),
            item("credit_level", "tax.credit_level", "xydj"),
        ],
    );
    Department {
        key: "tax",
        zh: "国家税务总局云澜县税务局",
        short: "税务局",
        en: "Yunlan County Tax Bureau",
        credit_code: state_organ(20),
        agent: "税务前置机",
        systems: vec![System {
            zh: "税收征管信息系统",
            en: "Tax administration system",
            purpose: "税务登记、申报征收和信用评价",
            built_year: 2018,
            engine: Engine::Http,
            source: "zhengguan",
            resources: vec![taxpayers, ratings],
        }],
        clients: vec![ClientSystem {
            client_id: "sw-fxfx", zh: "税收风险核查系统", en: "Tax risk review"
        }],
    }
}
