//! 自然资源局: the register of real estate, in PostgreSQL with the column names of the national data model.

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::{Dirt, Hand, touched};
use crate::table::{Column, Table, Truth, cell, integer, text, timestamp, written};
use crate::truth::{County, Home};

const RIGHTS: &[Column] = &[
    integer("YSDM", "要素序号"),
    text("BDCQZH", 60, "不动产权证号"),
    text("QLRMC", 100, "权利人名称"),
    text("ZJH", 40, "证件号"),
    text("GYQK", 20, "共有情况：1单独所有 2共同共有"),
    text("ZL", 200, "坐落"),
    text("JZMJ", 30, "建筑面积"),
    text("GHYT", 40, "规划用途"),
    text("DJSJ", 30, "登记时间"),
    text("QSZT", 4, "权属状态：1现势 2历史"),
    timestamp("GXSJ", "更新时间"),
];
const MORTGAGES: &[Column] = &[
    integer("YSDM", "要素序号"),
    text("BDCDJZMH", 60, "不动产登记证明号"),
    text("BDCQZH", 60, "不动产权证号"),
    text("DYR", 100, "抵押人"),
    text("DYRZJH", 40, "抵押人证件号"),
    text("DYQR", 100, "抵押权人"),
    text("BDBZZQSE", 40, "被担保主债权数额"),
    text("DJSJ", 30, "登记时间"),
    timestamp("GXSJ", "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    vec![
        Table {
            name: "BDC_QLR",
            comment: "不动产权利人登记信息",
            columns: RIGHTS,
            indexes: &["ZJH", "BDCQZH"],
            rows: written(county, "natural.rights", owned(county), |hand, home| right(county, hand, home)),
        },
        Table {
            name: "BDC_DYAQ",
            comment: "不动产抵押权登记信息",
            columns: MORTGAGES,
            indexes: &["DYRZJH", "BDCDJZMH"],
            rows: written(
                county,
                "natural.mortgages",
                owned(county).filter(|(_, home)| home.mortgage.is_some()),
                |hand, home| mortgage(county, hand, home),
            ),
        },
    ]
}

fn owned(county: &County) -> impl Iterator<Item = (Truth, &Home)> {
    county.homes.iter().map(|home| (Truth::Person(home.owner), home))
}

/// Square metres, as a clerk writes them.
pub(super) fn square_metres(hand: &mut Hand<'_>, hundredths: u32) -> String {
    let area = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    if hand.slips(Dirt::AmountForm, 0.04) { format!("{area}平方米") } else { area }
}

fn right(county: &County, hand: &mut Hand<'_>, home: &Home) -> Vec<Option<String>> {
    let owner = &county.persons[home.owner];
    let spouse = owner.spouse.filter(|_| home.shared).map(|at| &county.persons[at]);
    // Both owners stand in one field, as the old programme had but one.
    let names = match spouse {
        Some(spouse) if hand.slips(Dirt::TwoNames, 0.03) => format!("{}、{}", owner.name, spouse.name),
        _ => hand.name(&owner.name),
    };
    vec![
        None,
        cell(&home.certificate),
        cell(names),
        hand.id(owner),
        cell(hand.code(
            if home.shared { "2" } else { "1" },
            if home.shared { "共同共有" } else { "单独所有" },
            0.05,
        )),
        cell(&home.address),
        cell(square_metres(hand, home.area)),
        cell(home.usage),
        cell(hand.date(home.registered, "%Y-%m-%d", 0.06)),
        cell("1"),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn mortgage(county: &County, hand: &mut Hand<'_>, home: &Home) -> Vec<Option<String>> {
    let owner = &county.persons[home.owner];
    let Some(mortgage) = &home.mortgage else { return Vec::new() };
    vec![
        None,
        cell(&mortgage.certificate),
        cell(&home.certificate),
        cell(hand.name(&owner.name)),
        hand.id(owner),
        cell(mortgage.bank),
        cell(hand.capital(mortgage.amount)),
        cell(hand.date(mortgage.registered, "%Y-%m-%d", 0.06)),
        cell(touched(hand.rng(), county.today)),
    ]
}

pub(crate) fn describe() -> Department {
    let condition = "办理事项依法需要核对不动产权属或家庭财产的部门，按事项申请";
    let rights = Resource::conditional(
        "ZR-BDCQ-001",
        ("不动产权登记信息", "Real-estate rights"),
        "房屋所有权人、坐落、面积和用途",
        condition,
    )
    .of_table(
        "BDC_QLR",
        &["resident_id", "certificate"],
        Some("GXSJ"),
        vec![
            item("resident_id", "person.id", "ZJH").label("权利人证件号"),
            item("name", "person.name", "QLRMC").label("权利人名称"),
            item("certificate", "property.certificate", "BDCQZH"),
            item("ownership", "property.ownership", "GYQK").codes(&[("1", "单独所有"), ("2", "共同共有")]),
            item("address", "property.address", "ZL"),
            item("area", "property.area", "JZMJ"),
            item("usage", "property.usage", "GHYT"),
            item("registered", "property.registered", "DJSJ"),
        ],
    );
    let mortgages = Resource::conditional(
        "ZR-BDDY-002",
        ("不动产抵押登记信息", "Mortgages"),
        "抵押人、抵押权人和被担保的债权数额",
        condition,
    )
    .of_table(
        "BDC_DYAQ",
        &["resident_id", "mortgage_certificate"],
        Some("GXSJ"),
        vec![
            item("resident_id", "person.id", "DYRZJH").label("抵押人证件号"),
            item("name", "person.name", "DYR").label("抵押人"),
            item("mortgage_certificate", "property.mortgage_certificate", "BDCDJZMH"),
            item("certificate", "property.certificate", "BDCQZH"),
            item("mortgagee", "property.mortgagee", "DYQR"),
            item("amount", "property.mortgage_amount", "BDBZZQSE"),
            item("registered", "property.registered", "DJSJ"),
        ],
    );
    Department {
        key: "natural",
        zh: "云澜县自然资源局",
        short: "自然资源局",
        en: "Yunlan County Natural Resources Bureau",
        credit_code: state_organ(17),
        agent: "自然资源前置机",
        systems: vec![System {
            zh: "不动产登记信息系统",
            en: "Real-estate register",
            purpose: "房屋和土地的权利登记、抵押登记",
            built_year: 2017,
            engine: Engine::Postgres,
            source: "budongchan",
            resources: vec![rights, mortgages],
        }],
        clients: vec![ClientSystem {
            client_id: "zr-bdcdj",
            zh: "不动产登记受理系统",
            en: "Real-estate registration desk",
        }],
    }
}
