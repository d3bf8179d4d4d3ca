//! 公安局: the household register, in PostgreSQL with the upper-case pinyin names of an older engine.

use crate::department::describe::{
    ClientSystem, Department, Engine, Resource, ShareType, System, item, state_organ,
};
use crate::dirt::{Dirt, Hand, touched};
use crate::streams::stream;
use crate::table::{Column, Row, Table, Truth, integer, text, timestamp};
use crate::truth::{County, Person};

const PERSONS: &[Column] = &[
    integer("RYBH", "人员编号"),
    text("GMSFHM", 40, "公民身份号码"),
    text("XM", 100, "姓名"),
    text("XB", 10, "性别"),
    text("MZ", 20, "民族"),
    text("CSRQ", 30, "出生日期"),
    text("SSXQ", 6, "所属县区"),
    text("HH", 20, "户号"),
    text("YHZGX", 20, "与户主关系"),
    text("HYZK", 10, "婚姻状况：1未婚 2有配偶 3丧偶 4离婚"),
    text("HJDZ", 200, "户籍地址"),
    text("FWCS", 200, "服务处所"),
    text("SJHM", 30, "手机号码"),
    text("ZXBS", 10, "注销标识：0正常 1死亡注销"),
    timestamp("GXSJ", "更新时间"),
];
const HOUSEHOLDS: &[Column] = &[
    integer("HBH", "户编号"),
    text("HH", 20, "户号"),
    text("HZXM", 100, "户主姓名"),
    text("HZGMSFHM", 40, "户主公民身份号码"),
    text("SSXZ", 12, "所属村居"),
    text("DZ", 200, "地址"),
    integer("RKS", "人口数"),
    timestamp("GXSJ", "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    vec![persons(county), households(county)]
}

pub(crate) fn persons(county: &County) -> Table {
    let mut rng = stream(county.seed, "police.persons");
    let mut rows = Vec::with_capacity(county.persons.len());
    for (at, person) in county.persons.iter().enumerate() {
        let mut hand = Hand::new(&mut rng);
        let twice = hand.slips(Dirt::TwoRows, 0.002);
        let cells = person_cells(county, person, &mut hand);
        let dirt = hand.noted();
        let truth = Truth::Person(at);
        if twice {
            // A household that moved and was entered again without the first entry being closed.
            let mut again: Vec<Option<String>> = cells.clone();
            again[10] = Some(format!("{}城关镇新城社区人民路1{:02}号", crate::NAME, at % 90));
            rows.push(Row { cells: again, truth, dirt: dirt.clone() });
        }
        rows.push(Row { cells, truth, dirt });
    }
    number(&mut rows);
    Table {
        name: "HKRK", comment: "户口人口信息表", columns: PERSONS, indexes: &["GMSFHM", "HH"], rows
    }
}

fn person_cells(county: &County, person: &Person, hand: &mut Hand<'_>) -> Vec<Option<String>> {
    let household = &county.households[person.household];
    let marriage = match person.marriage {
        "20" => ("2", "已婚"),
        "30" => ("3", "丧偶"),
        "40" => ("4", "离异"),
        _ => ("1", "未婚"),
    };
    let cancelled = match person.death {
        Some(_) if hand.slips(Dirt::Outdated, 0.1) => "0",
        Some(_) => "1",
        None => "0",
    };
    let employer = person.employer.map(|at| hand.enterprise(&county.enterprises[at].name));
    let labels = kinship_label(person.kinship);
    let group = hand.code(person.ethnic_group, ethnic_label(person.ethnic_group), 0.02);
    vec![
        None,
        hand.id(person),
        Some(hand.name(&person.name)),
        Some(hand.code(person.sex.code(), if person.sex.code() == "1" { "男" } else { "女" }, 0.01)),
        Some(group),
        Some(hand.date(person.birth, "%Y%m%d", 0.02)),
        Some(person.id.get(..6).unwrap_or(crate::REGION).to_owned()),
        Some(household.number.clone()),
        Some(hand.code(person.kinship, labels, 0.03)),
        Some(hand.code(marriage.0, marriage.1, 0.02)),
        Some(household.address.clone()),
        employer,
        person.mobile.clone(),
        Some(cancelled.to_owned()),
        Some(touched(hand.rng(), county.today)),
    ]
}

fn households(county: &County) -> Table {
    let mut rng = stream(county.seed, "police.households");
    let mut rows = Vec::with_capacity(county.households.len());
    for (at, household) in county.households.iter().enumerate() {
        let Some(head) = household.members.first().map(|head| &county.persons[*head]) else { continue };
        let mut hand = Hand::new(&mut rng);
        let cells = vec![
            None,
            Some(household.number.clone()),
            Some(hand.name(&head.name)),
            hand.id(head),
            Some(household.region.clone()),
            Some(household.address.clone()),
            Some(household.members.len().to_string()),
            Some(touched(hand.rng(), county.today)),
        ];
        rows.push(Row { cells, truth: Truth::Household(at), dirt: hand.noted() });
    }
    number(&mut rows);
    Table { name: "HKHB", comment: "户信息表", columns: HOUSEHOLDS, indexes: &["HH", "HZGMSFHM"], rows }
}

/// Writes the row number into the first column.
pub(super) fn number(rows: &mut [Row]) {
    for (at, row) in rows.iter_mut().enumerate() {
        if let Some(first) = row.cells.first_mut() {
            *first = Some((at + 1).to_string());
        }
    }
}

fn ethnic_label(code: &str) -> &'static str {
    match code {
        "03" => "回族",
        "04" => "藏族",
        "05" => "维吾尔族",
        "06" => "苗",
        "07" => "彝族",
        _ => "汉",
    }
}

fn kinship_label(code: &str) -> &'static str {
    match code {
        "02" => "户主",
        "11" => "夫",
        "12" => "妻",
        "22" => "长子",
        "23" => "次子",
        "32" => "长女",
        "33" => "次女",
        "51" => "父亲",
        "52" => "母亲",
        "55" => "岳父",
        "56" => "岳母",
        "24" => "三子",
        "34" => "三女",
        _ => "其他",
    }
}

pub(crate) fn describe() -> Department {
    let marriage = [("1", "10"), ("2", "20"), ("3", "30"), ("4", "40")];
    let persons = Resource {
        code: "GA-HKRK-001",
        zh: "常住人口基本信息",
        en: "Registered residents",
        summary: "本县户籍人口的身份、户籍地址、家庭关系等登记信息",
        share_type: ShareType::Conditional,
        condition: "依法履职需要核验身份或家庭关系的部门，按事项申请",
        table: "HKRK",
        keys: vec!["resident_id"],
        items: vec![
            item("resident_id", "person.id", "GMSFHM"),
            item("name", "person.name", "XM"),
            item("sex", "person.sex", "XB"),
            item("ethnic_group", "person.ethnic_group", "MZ"),
            item("birth_date", "person.birth_date", "CSRQ"),
            item("household_number", "household.number", "HH"),
            item("kinship", "household.kinship", "YHZGX"),
            item("marriage", "person.marriage", "HYZK").codes(&marriage),
            item("register_address", "household.register_address", "HJDZ"),
            item("employer", "person.employer", "FWCS"),
            item("mobile", "person.mobile", "SJHM"),
        ],
        as_of_column: Some("GXSJ"),
    };
    let households = Resource {
        code: "GA-HKHB-002",
        zh: "户信息",
        en: "Households",
        summary: "户号、户主和户籍地址",
        share_type: ShareType::Conditional,
        condition: "依法履职需要核对家庭人口的部门，按事项申请",
        table: "HKHB",
        keys: vec!["household_number", "head_id"],
        items: vec![
            item("household_number", "household.number", "HH"),
            item("head_name", "household.head_name", "HZXM"),
            item("head_id", "household.head_id", "HZGMSFHM"),
            item("register_region", "household.register_region", "SSXZ"),
            item("register_address", "household.register_address", "DZ"),
            item("household_size", "household.size", "RKS"),
        ],
        as_of_column: Some("GXSJ"),
    };
    Department {
        key: "police",
        zh: "云澜县公安局",
        short: "公安局",
        en: "Yunlan County Public Security Bureau",
        credit_code: state_organ(11),
        agent: "公安前置机",
        systems: vec![
            System {
                zh: "户籍人口管理系统",
                en: "Household registration system",
                purpose: "办理户口登记、迁移、注销",
                built_year: 2009,
                engine: Engine::Postgres,
                source: "hukou",
                resources: vec![persons, households],
            },
            super::traffic::describe(),
        ],
        clients: vec![ClientSystem {
            client_id: "ga-hzdj",
            zh: "户口登记受理系统",
            en: "Household registration desk",
        }],
    }
}
