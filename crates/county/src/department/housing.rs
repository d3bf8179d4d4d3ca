//! 住房和城乡建设局: sales of homes, public rental housing and builders, in PostgreSQL with English abbreviations.

use rand::Rng;

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::department::natural::square_metres;
use crate::dirt::{Hand, touched};
use crate::streams::{pick, weighted};
use crate::table::{Column, Table, Truth, cell, date, integer, text, timestamp, written};
use crate::truth::{County, Enterprise, Home, Household};

const SALES: &[Column] = &[
    integer("id", "主键"),
    text("contract_no", 40, "合同编号"),
    text("buyer_nm", 100, "买受人"),
    text("buyer_idno", 40, "买受人证件号"),
    text("house_loc", 200, "房屋坐落"),
    text("bldg_area", 30, "建筑面积"),
    text("deal_amt", 40, "成交总价（元）"),
    date("sign_dt", "签约日期"),
    timestamp("upd_tm", "更新时间"),
];
const RENTALS: &[Column] = &[
    integer("id", "主键"),
    text("appl_nm", 100, "申请人"),
    text("appl_idno", 40, "申请人证件号"),
    text("hh_cnt", 10, "家庭人口"),
    text("rent_amt", 30, "月租金"),
    text("house_loc", 200, "房屋地址"),
    text("checkin_dt", 30, "入住日期"),
    text("guar_st", 10, "保障状态：1在保 0退出"),
    timestamp("upd_tm", "更新时间"),
];
const BUILDERS: &[Column] = &[
    integer("id", "主键"),
    text("ent_nm", 200, "企业名称"),
    text("uscc", 40, "统一社会信用代码"),
    text("lic_no", 40, "资质证书编号"),
    text("lic_type", 60, "资质类别"),
    text("lic_lv", 10, "资质等级"),
    text("valid_to", 30, "有效期至"),
    timestamp("upd_tm", "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let sold = county.homes.iter().filter(|home| home.sale.is_some());
    let sold = sold.map(|home| (Truth::Person(home.owner), home));
    let poor = county.households.iter().enumerate();
    let poor = poor.filter(|(_, household)| household.low_income.is_some_and(|low| low.current));
    let builders = county.enterprises.iter().enumerate().filter(|(_, one)| one.industry == "E470");
    vec![
        Table {
            name: "t_sale_contract",
            comment: "商品房买卖合同网签备案",
            columns: SALES,
            indexes: &["buyer_idno", "contract_no"],
            rows: written(county, "housing.sales", sold, |hand, home| sale(county, hand, home)),
        },
        Table {
            name: "t_public_rental",
            comment: "公租房保障家庭",
            columns: RENTALS,
            indexes: &["appl_idno"],
            rows: written(
                county,
                "housing.rentals",
                poor.map(|(_, household)| (Truth::Person(household.members[0]), household)),
                |hand, household| rental(county, hand, household),
            ),
        },
        Table {
            name: "t_builder_lic",
            comment: "建筑业企业资质",
            columns: BUILDERS,
            indexes: &["uscc"],
            rows: written(
                county,
                "housing.builders",
                builders.map(|(at, one)| (Truth::Enterprise(at), one)),
                |hand, one| builder(county, hand, one),
            ),
        },
    ]
}

fn sale(county: &County, hand: &mut Hand<'_>, home: &Home) -> Vec<Option<String>> {
    let buyer = &county.persons[home.owner];
    let Some((contract, price)) = &home.sale else { return Vec::new() };
    let signed = home.registered - chrono::Days::new(hand.rng().random_range(60..700));
    vec![
        None,
        cell(contract),
        cell(hand.name(&buyer.name)),
        cell(hand.id_text(&buyer.id, buyer.birth)),
        cell(&home.address),
        cell(square_metres(hand, home.area)),
        cell(hand.yuan(*price)),
        cell(signed.format("%Y-%m-%d").to_string()),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn rental(county: &County, hand: &mut Hand<'_>, household: &Household) -> Vec<Option<String>> {
    let head = &county.persons[household.members[0]];
    let (block, door) = (hand.rng().random_range(1..9), hand.rng().random_range(101..620));
    let rent = hand.rng().random_range(60..240);
    let since = county.today - chrono::Days::new(hand.rng().random_range(60..2_500));
    let state = weighted(hand.rng(), &[(("1", "在保"), 92), (("0", "退出"), 8)]);
    vec![
        None,
        cell(hand.name(&head.name)),
        hand.id(head),
        cell(household.members.len().to_string()),
        cell(hand.yuan(rent)),
        cell(format!("{}城关镇新城社区安居苑{block}幢{door}号", crate::NAME)),
        cell(hand.date(since, "%Y-%m-%d", 0.08)),
        cell(hand.code(state.0, state.1, 0.04)),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn builder(county: &County, hand: &mut Hand<'_>, enterprise: &Enterprise) -> Vec<Option<String>> {
    let until = county.today + chrono::Days::new(hand.rng().random_range(1..1_500));
    let number = hand.rng().random_range(10_000..99_999);
    vec![
        None,
        cell(hand.enterprise(&enterprise.name)),
        cell(&enterprise.credit_code),
        cell(format!("D3513{number:05}")),
        cell(pick(hand.rng(), &["建筑工程施工总承包", "市政公用工程施工总承包", "建筑装修装饰工程专业承包"])),
        cell(pick(hand.rng(), &["二级", "三级", "三级", "不分等级"])),
        cell(hand.date(until, "%Y-%m-%d", 0.08)),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn sales() -> Resource {
    Resource::conditional(
        "ZJ-FWWQ-001",
        ("商品房买卖合同网签备案信息", "Registered sales of homes"),
        "网签备案的商品房买卖合同",
        "核定税费、不动产登记、入学或住房保障资格审核的部门，按事项申请",
    )
    .of_table(
        "t_sale_contract",
        &["resident_id", "contract"],
        Some("upd_tm"),
        vec![
            item("resident_id", "person.id", "buyer_idno").label("买受人证件号"),
            item("name", "person.name", "buyer_nm").label("买受人"),
            item("contract", "property.contract", "contract_no"),
            item("address", "property.address", "house_loc"),
            item("area", "property.area", "bldg_area"),
            item("price", "property.price", "deal_amt"),
            item("signed", "property.signed", "sign_dt"),
        ],
    )
}

pub(crate) fn describe() -> Department {
    let rentals = Resource::conditional(
        "ZJ-GZF-002",
        ("公租房保障家庭信息", "Families in public rental housing"),
        "在保和已退出的公租房保障家庭及租金",
        "审核住房保障、社会救助资格的部门，按事项申请",
    )
    .of_table(
        "t_public_rental",
        &["resident_id"],
        Some("upd_tm"),
        vec![
            item("resident_id", "person.id", "appl_idno").label("申请人证件号"),
            item("name", "person.name", "appl_nm").label("申请人"),
            item("household_size", "household.size", "hh_cnt"),
            item("rent", "housing.rent", "rent_amt"),
            item("residence", "address.residence", "house_loc"),
            item("since", "housing.since", "checkin_dt"),
        ],
    );
    let builders = Resource::unconditional(
        "ZJ-JZQY-003",
        ("建筑业企业资质信息", "Qualifications of builders"),
        "本县建筑业企业的资质类别、等级和有效期",
    )
    .of_table(
        "t_builder_lic",
        &["credit_code"],
        Some("upd_tm"),
        vec![
            item("credit_code", "enterprise.credit_code", "uscc"),
            item("enterprise_name", "enterprise.name", "ent_nm"),
            item("permit_number", "permit.number", "lic_no").label("资质证书编号"),
            item("permit_kind", "permit.kind", "lic_type").label("资质类别"),
            item("level", "permit.level", "lic_lv"),
            item("valid_until", "permit.valid_until", "valid_to"),
        ],
    );
    Department {
        key: "housing",
        zh: "云澜县住房和城乡建设局",
        short: "住建局",
        en: "Yunlan County Housing and Construction Bureau",
        credit_code: state_organ(16),
        agent: "住建前置机",
        systems: vec![System {
            zh: "住房和房产交易管理系统",
            en: "Housing and real-estate transactions",
            purpose: "商品房网签备案、公租房保障、建筑业资质",
            built_year: 2015,
            engine: Engine::Postgres,
            source: "fangchan",
            resources: vec![sales(), rentals, builders],
        }],
        clients: vec![ClientSystem {
            client_id: "zj-zfbz",
            zh: "住房保障受理系统",
            en: "Public housing desk",
        }],
    }
}
