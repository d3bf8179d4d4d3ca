//! 卫生健康局: no database to speak of; files that clerks exchange, two CSV in GB18030 and a workbook.

use chrono::{Days, NaiveDate};
use rand::Rng;

use crate::department::describe::{
    ClientSystem, Department, Engine, Resource, ShareType, System, item, state_organ,
};
use crate::department::police::number;
use crate::dirt::Hand;
use crate::streams::{pick, stream};
use crate::table::{Column, Row, Table, Truth, integer, text};
use crate::truth::{County, Sex};

const BIRTHS: &[Column] = &[
    integer("序号", "序号"),
    text("出生证编号", 20, "出生医学证明编号"),
    text("儿童姓名", 100, "新生儿姓名"),
    text("儿童身份证号", 40, "后补录"),
    text("性别", 10, "性别"),
    text("出生日期", 40, "出生日期"),
    text("母亲姓名", 100, "母亲姓名"),
    text("母亲身份证号", 40, "母亲身份证号"),
    text("父亲姓名", 100, "父亲姓名"),
    text("父亲身份证号", 40, "父亲身份证号"),
    text("接生机构", 100, "接生机构"),
];
const VACCINATIONS: &[Column] = &[
    integer("序号", "序号"),
    text("身份证号", 40, "身份证号"),
    text("姓名", 100, "姓名"),
    text("疫苗名称", 60, "疫苗名称"),
    text("剂次", 10, "第几剂"),
    text("接种日期", 40, "接种日期"),
    text("接种单位", 100, "接种单位"),
];
const DEATHS: &[Column] = &[
    integer("序号", "序号"),
    text("身份证号", 40, "身份证号"),
    text("姓名", 100, "姓名"),
    text("性别", 10, "性别"),
    text("死亡日期", 40, "死亡日期"),
    text("死亡地点", 60, "死亡地点"),
    text("火化日期", 40, "火化日期"),
    text("登记单位", 100, "登记单位"),
];
const CHILDHOOD: &[(&str, u64)] =
    &[("卡介苗", 1), ("乙肝疫苗", 30), ("脊灰疫苗", 60), ("百白破疫苗", 90), ("麻腮风疫苗", 240)];

/// Two tables that are kept as CSV, and one as a workbook.
pub(crate) fn tables(county: &County) -> Vec<Table> {
    vec![births(county), vaccinations(county), deaths(county)]
}

fn sex(sex: Sex) -> &'static str {
    if sex == Sex::Male { "男" } else { "女" }
}

fn births(county: &County) -> Table {
    let mut rng = stream(county.seed, "health.births");
    let first = NaiveDate::from_ymd_opt(2005, 1, 1).unwrap_or_default();
    let mut rows = Vec::new();
    for (at, child) in county.persons.iter().enumerate() {
        let Some(mother) = child.mother.map(|mother| &county.persons[mother]) else { continue };
        if child.birth < first {
            continue;
        }
        let father = child.father.map(|father| &county.persons[father]);
        let mut hand = Hand::new(&mut rng);
        let letter = char::from(b'A' + u8::try_from(at % 20).unwrap_or(0));
        let cells = vec![
            None,
            Some(format!("{letter}{:09}", 510_000_000 + at)),
            Some(hand.name(&child.name)),
            hand.id(child),
            Some(hand.code(sex(child.sex), child.sex.code(), 0.03)),
            Some(hand.date(child.birth, "%Y/%-m/%-d", 0.15)),
            Some(hand.name(&mother.name)),
            hand.id(mother),
            father.map(|father| hand.name(&father.name)),
            father.and_then(|father| hand.id(father)),
            Some(
                pick(hand.rng(), &["县人民医院", "县妇幼保健院", "青石镇中心卫生院", "澜口镇卫生院"])
                    .to_owned(),
            ),
        ];
        rows.push(Row { cells, truth: Truth::Person(at), dirt: hand.noted() });
    }
    number(&mut rows);
    Table {
        name: "出生医学证明.csv",
        comment: "出生医学证明签发登记",
        columns: BIRTHS,
        indexes: &["儿童身份证号", "母亲身份证号"],
        rows,
    }
}

pub(crate) fn vaccinations(county: &County) -> Table {
    let mut rng = stream(county.seed, "health.vaccinations");
    let mut rows = Vec::new();
    for (at, person) in county.persons.iter().enumerate() {
        let age = person.age_on(county.today);
        let doses: Vec<(&str, NaiveDate)> = if age < 18 {
            CHILDHOOD.iter().map(|(name, days)| (*name, person.birth + Days::new(*days))).collect()
        } else if rng.random_bool(0.6) {
            vec![("流感疫苗", county.today - Days::new(rng.random_range(100..900)))]
        } else {
            Vec::new()
        };
        for (dose, (vaccine, day)) in doses.into_iter().filter(|(_, day)| *day <= county.today).enumerate() {
            let mut hand = Hand::new(&mut rng);
            let cells = vec![
                None,
                hand.id(person),
                Some(hand.name(&person.name)),
                Some(vaccine.to_owned()),
                Some((dose + 1).to_string()),
                Some(hand.date(day, "%Y-%m-%d", 0.1)),
                Some(format!("{}卫生院", county.households[person.household].town)),
            ];
            rows.push(Row { cells, truth: Truth::Person(at), dirt: hand.noted() });
        }
    }
    number(&mut rows);
    Table {
        name: "预防接种.csv",
        comment: "预防接种记录",
        columns: VACCINATIONS,
        indexes: &["身份证号"],
        rows,
    }
}

fn deaths(county: &County) -> Table {
    let mut rng = stream(county.seed, "health.deaths");
    let mut rows = Vec::new();
    for (at, person) in county.persons.iter().enumerate() {
        let Some(day) = person.death else { continue };
        let mut hand = Hand::new(&mut rng);
        let burnt = hand.rng().random_bool(0.8).then(|| (day + Days::new(3)).min(county.today));
        let cells = vec![
            None,
            hand.id(person),
            Some(hand.name(&person.name)),
            Some(hand.code(sex(person.sex), person.sex.code(), 0.03)),
            Some(hand.date(day, "%Y-%m-%d", 0.3)),
            Some(pick(hand.rng(), &["家中", "医疗卫生机构", "养老机构", "其他场所"]).to_owned()),
            burnt.map(|day| hand.date(day, "%Y.%m.%d", 0.2)),
            Some("云澜县殡仪馆".to_owned()),
        ];
        rows.push(Row { cells, truth: Truth::Person(at), dirt: hand.noted() });
    }
    number(&mut rows);
    Table {
        name: "死亡登记.xlsx#死亡登记",
        comment: "死亡登记",
        columns: DEATHS,
        indexes: &["身份证号"],
        rows,
    }
}

pub(crate) fn describe() -> Department {
    let condition = "依法办理事项需要核对出生、接种或死亡情况的部门，按事项申请";
    let births = Resource {
        code: "WJ-CSYX-001",
        zh: "出生医学证明信息",
        en: "Birth certificates",
        summary: "2005年以来签发的出生医学证明",
        share_type: ShareType::Conditional,
        condition,
        table: "出生医学证明.csv",
        keys: vec!["resident_id", "mother_id"],
        items: vec![
            item("resident_id", "person.id", "儿童身份证号"),
            item("birth_certificate", "health.birth_certificate", "出生证编号"),
            item("name", "person.name", "儿童姓名"),
            item("sex", "person.sex", "性别"),
            item("birth_date", "person.birth_date", "出生日期"),
            item("mother_name", "person.name", "母亲姓名").label("母亲姓名"),
            item("mother_id", "person.id", "母亲身份证号").label("母亲公民身份号码"),
            item("father_name", "person.name", "父亲姓名").label("父亲姓名"),
            item("father_id", "person.id", "父亲身份证号").label("父亲公民身份号码"),
        ],
        as_of_column: None,
    };
    let vaccinations = Resource {
        code: "WJ-YFJZ-002",
        zh: "预防接种信息",
        en: "Vaccinations",
        summary: "儿童免疫规划和成人接种记录",
        share_type: ShareType::Conditional,
        condition,
        table: "预防接种.csv",
        keys: vec!["resident_id"],
        items: vec![
            item("resident_id", "person.id", "身份证号"),
            item("name", "person.name", "姓名"),
            item("vaccine", "health.vaccine", "疫苗名称"),
            item("vaccination_date", "health.vaccination_date", "接种日期"),
        ],
        as_of_column: None,
    };
    let deaths = Resource {
        code: "WJ-SWDJ-003",
        zh: "死亡登记信息",
        en: "Deaths",
        summary: "死亡医学证明和殡葬登记",
        share_type: ShareType::Conditional,
        condition,
        table: "死亡登记.xlsx#死亡登记",
        keys: vec!["resident_id"],
        items: vec![
            item("resident_id", "person.id", "身份证号"),
            item("name", "person.name", "姓名"),
            item("sex", "person.sex", "性别"),
            item("death_date", "person.death_date", "死亡日期"),
            item("death_place", "person.death_place", "死亡地点"),
            item("cremation_date", "person.cremation_date", "火化日期"),
        ],
        as_of_column: None,
    };
    Department {
        key: "health",
        zh: "云澜县卫生健康局",
        short: "卫健局",
        en: "Yunlan County Health Bureau",
        credit_code: state_organ(13),
        agent: "卫健前置机",
        systems: vec![
            System {
                zh: "妇幼与公共卫生台账",
                en: "Maternal and public health files",
                purpose: "出生、接种、死亡登记台账",
                built_year: 2016,
                engine: Engine::Files,
                source: "taizhang",
                resources: vec![births, vaccinations, deaths],
            },
            super::records::describe(),
        ],
        clients: vec![ClientSystem {
            client_id: "wj-fybj",
            zh: "妇幼保健管理系统",
            en: "Maternal and child care",
        }],
    }
}
