//! 退役军人事务局: entitled veterans and families, in an SQLite file with Chinese names.

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::{Dirt, Hand, touched};
use crate::table::{Column, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Person, Sex, Veteran};

const ENTITLED: &[Column] = &[
    integer("档案序号", "档案序号"),
    text("优抚对象姓名", 100, "姓名"),
    text("公民身份证号", 40, "身份证号"),
    text("性别", 10, "男、女"),
    text("优抚类别", 60, "优抚对象类别"),
    text("优待证编号", 40, "优待证编号"),
    text("退役时间", 40, "退役时间"),
    text("月抚恤补助", 30, "月抚恤补助金额"),
    text("现居住地", 200, "现居住地"),
    text("联系方式", 40, "联系方式"),
    text("更新日期", 30, "更新日期"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let entitled = county.persons.iter().enumerate().filter_map(|(at, person)| {
        let veteran = person.veteran.as_ref().filter(|_| person.death.is_none())?;
        Some((Truth::Person(at), (person, veteran)))
    });
    vec![Table {
        name: "优抚对象档案",
        comment: "优抚对象档案",
        columns: ENTITLED,
        indexes: &["公民身份证号", "优待证编号"],
        rows: written(county, "veterans.entitled", entitled, |hand, one| entry(county, hand, one)),
    }]
}

fn entry(
    county: &County,
    hand: &mut Hand<'_>,
    (person, veteran): (&Person, &Veteran),
) -> Vec<Option<String>> {
    let amount = match veteran.category {
        "伤残军人" => 2_150,
        "烈士遗属" => 3_020,
        "在乡复员军人" => 2_420,
        _ => 860,
    };
    // Most know month and year of their discharge only.
    let discharged = if hand.slips(Dirt::DateForm, 0.2) {
        veteran.discharged.format("%Y年%-m月%-d日").to_string()
    } else {
        veteran.discharged.format("%Y-%m-%d").to_string()
    };
    vec![
        None,
        cell(hand.name(&person.name)),
        cell(hand.id_text(&person.id, person.birth)),
        cell(hand.code(if person.sex == Sex::Male { "男" } else { "女" }, person.sex.code(), 0.02)),
        cell(veteran.category),
        cell(&veteran.certificate),
        cell(discharged),
        cell(hand.yuan(amount)),
        cell(&county.households[person.household].address),
        person.mobile.clone(),
        cell(touched(hand.rng(), county.today)),
    ]
}

pub(crate) fn describe() -> Department {
    let entitled = Resource::conditional(
        "TY-YFDX-001",
        ("优抚对象信息", "Entitled veterans"),
        "优抚对象的类别、优待证和抚恤补助",
        "对退役军人和优抚对象有优待政策的部门，按事项申请",
    )
    .of_table(
        "优抚对象档案",
        &["resident_id", "veteran_certificate"],
        Some("更新日期"),
        vec![
            item("resident_id", "person.id", "公民身份证号"),
            item("name", "person.name", "优抚对象姓名"),
            item("sex", "person.sex", "性别"),
            item("veteran_category", "veteran.category", "优抚类别"),
            item("veteran_certificate", "veteran.certificate", "优待证编号"),
            item("discharged", "veteran.discharged", "退役时间"),
            item("benefit_amount", "benefit.amount", "月抚恤补助"),
            item("residence", "address.residence", "现居住地"),
            item("phone", "person.phone", "联系方式"),
        ],
    );
    Department {
        key: "veterans",
        zh: "云澜县退役军人事务局",
        short: "退役军人局",
        en: "Yunlan County Veterans Affairs Bureau",
        credit_code: state_organ(25),
        agent: "退役军人前置机",
        systems: vec![System {
            zh: "优抚对象管理系统",
            en: "Entitled veterans",
            purpose: "优抚对象档案和抚恤补助发放",
            built_year: 2019,
            engine: Engine::Sqlite,
            source: "youfu",
            resources: vec![entitled],
        }],
        clients: vec![ClientSystem {
            client_id: "ty-yfsh",
            zh: "优抚待遇审核系统",
            en: "Benefits for veterans",
        }],
    }
}
