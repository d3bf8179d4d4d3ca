//! 农业农村局: contracted land, subsidies and cooperatives, in MariaDB with small pinyin initials.

use rand::Rng;

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::{Dirt, Hand, touched};
use crate::streams::pick;
use crate::table::{Column, Table, Truth, cell, date, integer, text, timestamp, written};
use crate::truth::{County, Enterprise, Land};

const CONTRACTS: &[Column] = &[
    integer("id", "编号"),
    text("cbhtbm", 60, "承包合同编码"),
    text("cbfmc", 100, "承包方代表姓名"),
    text("cbfzjh", 40, "承包方代表证件号"),
    text("fbfmc", 100, "发包方名称"),
    text("htzmj", 30, "合同总面积（亩）"),
    text("cbdks", 10, "承包地块数"),
    date("cbqx_q", "承包期限起"),
    timestamp("gxsj", "更新时间"),
];
const SUBSIDIES: &[Column] = &[
    integer("id", "编号"),
    text("nhxm", 100, "农户姓名"),
    text("sfzh", 40, "身份证号"),
    text("btxm", 60, "补贴项目"),
    text("btmj", 30, "补贴面积（亩）"),
    text("btje", 30, "补贴金额"),
    text("ffrq", 30, "发放日期"),
    timestamp("gxsj", "更新时间"),
];
const COOPERATIVES: &[Column] = &[
    integer("id", "编号"),
    text("hzsmc", 200, "合作社名称"),
    text("tyxydm", 40, "统一信用代码"),
    text("lszxm", 100, "理事长姓名"),
    text("cys", 10, "成员数"),
    text("sfj", 20, "示范级别：国家级 省级 市级 县级 无"),
    text("lxdh", 40, "联系电话"),
    timestamp("gxsj", "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let lands = || {
        let head = |land: &Land| county.households[land.household].members[0];
        county.lands.iter().map(move |land| (Truth::Person(head(land)), land))
    };
    let cooperatives = county.enterprises.iter().enumerate();
    let cooperatives = cooperatives.filter(|(_, one)| one.kind == "农民专业合作社" && one.status == 1);
    vec![
        Table {
            name: "cbjyq_cbht",
            comment: "农村土地承包合同",
            columns: CONTRACTS,
            indexes: &["cbfzjh", "cbhtbm"],
            rows: written(county, "agriculture.contracts", lands(), |hand, land| {
                contract(county, hand, land)
            }),
        },
        Table {
            name: "hnbt_ffmx",
            comment: "惠农补贴发放明细",
            columns: SUBSIDIES,
            indexes: &["sfzh"],
            rows: written(county, "agriculture.subsidies", lands(), |hand, land| subsidy(county, hand, land)),
        },
        Table {
            name: "nmhzs_ml",
            comment: "农民合作社名录",
            columns: COOPERATIVES,
            indexes: &["tyxydm"],
            rows: written(
                county,
                "agriculture.cooperatives",
                cooperatives.map(|(at, one)| (Truth::Enterprise(at), one)),
                |hand, one| cooperative(county, hand, one),
            ),
        },
    ]
}

fn mu(hand: &mut Hand<'_>, hundredths: u32) -> String {
    let area = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    if hand.slips(Dirt::AmountForm, 0.06) { format!("{area}亩") } else { area }
}

fn contract(county: &County, hand: &mut Hand<'_>, land: &Land) -> Vec<Option<String>> {
    let household = &county.households[land.household];
    let head = &county.persons[household.members[0]];
    let village = household.address.split("镇").last().unwrap_or_default();
    let village = village.split('村').next().unwrap_or_default();
    let village = village.split("乡").last().unwrap_or_default();
    vec![
        None,
        cell(&land.contract),
        cell(hand.name(&head.name)),
        hand.id(head),
        cell(format!("{}{village}村股份经济合作联合社", household.town)),
        cell(mu(hand, land.area)),
        cell(land.plots.to_string()),
        cell(hand.native_date(land.since)),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn subsidy(county: &County, hand: &mut Hand<'_>, land: &Land) -> Vec<Option<String>> {
    let head = &county.persons[county.households[land.household].members[0]];
    let paid = county.today - chrono::Days::new(hand.rng().random_range(10..360));
    vec![
        None,
        cell(hand.name(&head.name)),
        cell(hand.id_text(&head.id, head.birth)),
        cell("耕地地力保护补贴"),
        cell(mu(hand, land.area)),
        cell(hand.yuan(u64::from(land.area) * 102 / 100)),
        cell(hand.date(paid, "%Y-%m-%d", 0.12)),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn cooperative(county: &County, hand: &mut Hand<'_>, enterprise: &Enterprise) -> Vec<Option<String>> {
    let owner = &county.persons[enterprise.legal_representative];
    vec![
        None,
        cell(hand.enterprise(&enterprise.name)),
        cell(&enterprise.credit_code),
        cell(hand.contact(&owner.name, owner.mobile.as_deref())),
        cell(hand.rng().random_range(5..120).to_string()),
        cell(pick(hand.rng(), &["无", "无", "无", "县级", "县级", "市级", "省级"])),
        owner.mobile.clone(),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn contracts() -> Resource {
    Resource::conditional(
        "NY-CBD-001",
        ("农村土地承包经营权信息", "Contracted land"),
        "农户承包地合同、面积和地块数",
        "发放惠农补贴、办理农业保险和信贷担保的部门，按事项申请",
    )
    .of_table(
        "cbjyq_cbht",
        &["resident_id", "land_contract"],
        Some("gxsj"),
        vec![
            item("resident_id", "person.id", "cbfzjh").label("承包方代表证件号"),
            item("name", "person.name", "cbfmc").label("承包方代表"),
            item("land_contract", "land.contract", "cbhtbm"),
            item("land_issuer", "land.issuer", "fbfmc"),
            item("land_area", "land.area", "htzmj"),
            item("land_plots", "land.plots", "cbdks"),
        ],
    )
}

pub(crate) fn describe() -> Department {
    let subsidies = Resource::conditional(
        "NY-GDBT-002",
        ("耕地地力保护补贴发放信息", "Farming subsidies"),
        "补贴面积、金额和发放日期",
        "核对家庭收入、防止重复补贴的部门，按事项申请",
    )
    .of_table(
        "hnbt_ffmx",
        &["resident_id"],
        Some("gxsj"),
        vec![
            item("resident_id", "person.id", "sfzh"),
            item("name", "person.name", "nhxm"),
            item("benefit_kind", "benefit.kind", "btxm"),
            item("land_area", "land.area", "btmj").label("补贴面积"),
            item("benefit_amount", "benefit.amount", "btje"),
            item("paid", "benefit.paid", "ffrq"),
        ],
    );
    let cooperatives = Resource::unconditional(
        "NY-HZS-003",
        ("农民专业合作社名录", "Farmers' cooperatives"),
        "在营合作社的成员数和示范级别",
    )
    .of_table(
        "nmhzs_ml",
        &["credit_code"],
        Some("gxsj"),
        vec![
            item("credit_code", "enterprise.credit_code", "tyxydm"),
            item("enterprise_name", "enterprise.name", "hzsmc").label("合作社名称"),
            item("legal_representative", "enterprise.legal_representative", "lszxm").label("理事长"),
            item("level", "enterprise.model_level", "sfj"),
            item("phone", "enterprise.phone", "lxdh"),
        ],
    );
    Department {
        key: "agriculture",
        zh: "云澜县农业农村局",
        short: "农业农村局",
        en: "Yunlan County Agriculture and Rural Affairs Bureau",
        credit_code: state_organ(22),
        agent: "农业农村前置机",
        systems: vec![System {
            zh: "农村土地承包管理系统",
            en: "Land contracts and subsidies",
            purpose: "土地承包、惠农补贴和合作社管理",
            built_year: 2015,
            engine: Engine::Mariadb,
            source: "nongjing",
            resources: vec![contracts(), subsidies, cooperatives],
        }],
        clients: vec![ClientSystem {
            client_id: "ny-hnbt", zh: "惠农补贴审核系统", en: "Farming subsidies"
        }],
    }
}
