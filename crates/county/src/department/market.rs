//! 市场监督管理局: the register of businesses, in one SQLite file.

use rand::Rng;

use crate::department::describe::{
    ClientSystem, Department, Engine, Resource, ShareType, System, item, state_organ,
};
use crate::department::police::number;
use crate::dirt::{Dirt, Hand, touched};
use crate::streams::{pick, stream};
use crate::table::{Column, Row, Table, Truth, cell, integer, text, written};
use crate::truth::County;

const ENTERPRISES: &[Column] = &[
    integer("XH", "序号"),
    text("TYSHXYDM", 40, "统一社会信用代码"),
    text("QYMC", 200, "企业名称"),
    text("FDDBR", 100, "法定代表人"),
    text("FDDBRSFZ", 40, "法定代表人身份证号"),
    text("ZCZB", 60, "注册资本"),
    text("CLRQ", 40, "成立日期"),
    text("JYZT", 10, "经营状态：1存续 2吊销 3注销"),
    text("QYLX", 60, "企业类型"),
    text("HYDM", 10, "行业代码"),
    text("DZ", 200, "住所"),
    text("LXR", 100, "联系人"),
    text("LXDH", 40, "联系电话"),
    text("CYRS", 20, "从业人数"),
    text("SFYC", 10, "是否列入异常名录"),
    text("GXSJ", 30, "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let mut rng = stream(county.seed, "market.enterprises");
    let mut rows = Vec::with_capacity(county.enterprises.len());
    for (at, enterprise) in county.enterprises.iter().enumerate() {
        let owner = &county.persons[enterprise.legal_representative];
        let mut hand = Hand::new(&mut rng);
        let code = if hand.slips(Dirt::WrongCheck, 0.004) {
            // The last character copied wrong.
            let kept = enterprise.credit_code.get(..17).unwrap_or_default();
            format!("{kept}{}", if enterprise.credit_code.ends_with('1') { '2' } else { '1' })
        } else if hand.slips(Dirt::FullWidth, 0.002) {
            enterprise.credit_code.to_lowercase()
        } else {
            enterprise.credit_code.clone()
        };
        let state = match enterprise.status {
            1 => ("1", "存续"),
            2 => ("2", "吊销"),
            _ => ("3", "注销"),
        };
        let phone = owner.mobile.as_deref();
        let employees = enterprise.employees;
        let cells = vec![
            None,
            Some(code),
            Some(hand.enterprise(&enterprise.name)),
            Some(hand.name(&owner.name)),
            hand.id(owner),
            Some(hand.capital(enterprise.capital)),
            Some(hand.date(enterprise.established, "%Y-%m-%d", 0.1)),
            Some(hand.code(state.0, state.1, 0.05)),
            Some(enterprise.kind.to_owned()),
            Some(enterprise.industry.to_owned()),
            Some(enterprise.address.clone()),
            Some(hand.contact(&owner.name, phone)),
            phone.map(str::to_owned),
            Some(if hand.slips(Dirt::AmountForm, 0.03) {
                format!("{employees}人")
            } else {
                employees.to_string()
            }),
            Some(hand.yes_no(enterprise.abnormal)),
            Some(touched(hand.rng(), county.today)),
        ];
        rows.push(Row { cells, truth: Truth::Enterprise(at), dirt: hand.noted() });
    }
    number(&mut rows);
    let indexes = &["TYSHXYDM", "FDDBRSFZ"];
    let register =
        Table { name: "QYDJXX", comment: "企业登记信息", columns: ENTERPRISES, indexes, rows };
    vec![register, food(county)]
}

const FOOD: &[Column] = &[
    integer("XH", "序号"),
    text("TYSHXYDM", 40, "统一社会信用代码"),
    text("JYZMC", 200, "经营者名称"),
    text("XKZBH", 40, "食品经营许可证编号"),
    text("XKXM", 60, "经营项目"),
    text("YXQZ", 30, "有效期至"),
    text("ZT", 10, "1有效 0注销"),
    text("GXSJ", 30, "更新时间"),
];

/// Licences of those who cook or sell food.
fn food(county: &County) -> Table {
    let sellers = county.enterprises.iter().enumerate();
    let sellers = sellers.filter(|(_, one)| ["H621", "F519", "C153"].contains(&one.industry));
    let rows = written(
        county,
        "market.food",
        sellers.map(|(at, one)| (Truth::Enterprise(at), (at, one))),
        |hand, (at, enterprise)| {
            let until = county.today + chrono::Days::new(hand.rng().random_range(1..1_700));
            vec![
                None,
                cell(&enterprise.credit_code),
                cell(hand.enterprise(&enterprise.name)),
                cell(format!("JY2{}{:07}", crate::REGION, at)),
                cell(pick(hand.rng(), &["预包装食品销售", "热食类食品制售", "散装食品销售"])),
                cell(hand.date(until, "%Y-%m-%d", 0.1)),
                cell(if enterprise.status == 1 { "1" } else { "0" }),
                cell(touched(hand.rng(), county.today)),
            ]
        },
    );
    Table {
        name: "SPJYXK", comment: "食品经营许可", columns: FOOD, indexes: &["TYSHXYDM", "XKZBH"], rows
    }
}

fn describe_food() -> Resource {
    Resource::unconditional(
        "SG-SPJY-002",
        ("食品经营许可信息", "Food licences"),
        "食品经营者的许可项目和有效期",
    )
    .of_table(
        "SPJYXK",
        &["credit_code", "permit_number"],
        Some("GXSJ"),
        vec![
            item("credit_code", "enterprise.credit_code", "TYSHXYDM"),
            item("enterprise_name", "enterprise.name", "JYZMC").label("经营者名称"),
            item("permit_number", "permit.number", "XKZBH"),
            item("permit_kind", "permit.kind", "XKXM"),
            item("valid_until", "permit.valid_until", "YXQZ"),
            item("permit_status", "permit.status", "ZT").codes(&[("1", "有效"), ("0", "注销")]),
        ],
    )
}

pub(crate) fn describe() -> Department {
    let status = [("1", "存续"), ("2", "吊销"), ("3", "注销")];
    let register = Resource {
        code: "SG-QYDJ-001",
        zh: "市场主体登记信息",
        en: "Business register",
        summary: "本县登记的企业、合作社和个体工商户",
        share_type: ShareType::Conditional,
        condition: "法定代表人公民身份号码仅限依法核查的部门",
        table: "QYDJXX",
        keys: vec!["credit_code", "legal_representative_id"],
        items: vec![
            item("credit_code", "enterprise.credit_code", "TYSHXYDM"),
            item("enterprise_name", "enterprise.name", "QYMC"),
            item("legal_representative", "enterprise.legal_representative", "FDDBR"),
            item("legal_representative_id", "enterprise.legal_representative_id", "FDDBRSFZ"),
            item("registered_capital", "enterprise.registered_capital", "ZCZB"),
            item("establishment_date", "enterprise.establishment_date", "CLRQ"),
            item("status", "enterprise.status", "JYZT").codes(&status),
            item("enterprise_type", "enterprise.type", "QYLX"),
            item("industry", "enterprise.industry", "HYDM"),
            item("enterprise_address", "enterprise.address", "DZ"),
            item("contact", "person.name", "LXR").label("联系人"),
            item("phone", "person.phone", "LXDH"),
            item("employees", "enterprise.employees", "CYRS"),
            item("abnormal", "enterprise.abnormal", "SFYC"),
        ],
        as_of_column: Some("GXSJ"),
    };
    Department {
        key: "market",
        zh: "云澜县市场监督管理局",
        short: "市场监管局",
        en: "Yunlan County Market Supervision Bureau",
        credit_code: state_organ(14),
        agent: "市监前置机",
        systems: vec![System {
            zh: "市场主体登记系统",
            en: "Business registration system",
            purpose: "企业、合作社和个体工商户的登记",
            built_year: 2011,
            engine: Engine::Sqlite,
            source: "dengji",
            resources: vec![register, describe_food()],
        }],
        clients: vec![ClientSystem {
            client_id: "sg-qykb",
            zh: "企业开办一窗系统",
            en: "Business opening desk",
        }],
    }
}
