//! 卫生健康局: residents' health records, in an SQLite file with English names.

use rand::Rng;

use crate::department::describe::{Engine, Resource, System, item};
use crate::dirt::{Hand, touched};
use crate::streams::{pick, weighted};
use crate::table::{Column, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Person};

const RECORDS: &[Column] = &[
    integer("RecordId", "档案流水号"),
    text("HealthRecordNo", 40, "居民健康档案编号"),
    text("IdentityNo", 40, "身份证号"),
    text("PatientName", 100, "姓名"),
    text("SexCode", 10, "性别代码"),
    text("BloodType", 10, "血型 1A 2B 3O 4AB 5不详"),
    text("DoctorName", 60, "责任医生"),
    text("OrgName", 100, "建档机构"),
    text("LastUpdate", 30, "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let persons = county.persons.iter().enumerate();
    // About nine in ten have a record.
    let kept = persons.filter(|(at, one)| one.death.is_none() && at % 10 != 3);
    vec![Table {
        name: "EhrPerson",
        comment: "居民健康档案",
        columns: RECORDS,
        indexes: &["IdentityNo", "HealthRecordNo"],
        rows: written(
            county,
            "health.records",
            kept.map(|(at, one)| (Truth::Person(at), (at, one))),
            |hand, one| entry(county, hand, one),
        ),
    }]
}

fn entry(county: &County, hand: &mut Hand<'_>, (at, person): (usize, &Person)) -> Vec<Option<String>> {
    let town = county.households[person.household].town;
    let region = &county.households[person.household].region;
    let blood = weighted(hand.rng(), &[(1, 28), (2, 24), (3, 34), (4, 8), (5, 6)]);
    let doctor = pick(hand.rng(), &["何敏", "罗志强", "沈玉梅", "唐建平", "邓丽", "曹永红"]);
    vec![
        None,
        cell(format!("{region}{:05}", at % 100_000)),
        cell(hand.id_text(&person.id, person.birth)),
        cell(hand.name(&person.name)),
        cell(person.sex.code()),
        cell(blood.to_string()),
        cell(doctor),
        cell(format!("{town}{}", if hand.rng().random_bool(0.7) { "卫生院" } else { "社区卫生服务站" })),
        cell(touched(hand.rng(), county.today)),
    ]
}

pub(crate) fn describe() -> System {
    let records = Resource::conditional(
        "WJ-JKDA-004",
        ("居民健康档案基本信息", "Health records"),
        "居民健康档案的编号、血型、责任医生和建档机构",
        "开展健康管理、急救和体检服务的部门，按事项申请",
    )
    .of_table(
        "EhrPerson",
        &["resident_id", "record_number"],
        Some("LastUpdate"),
        vec![
            item("resident_id", "person.id", "IdentityNo"),
            item("record_number", "health.record_number", "HealthRecordNo"),
            item("name", "person.name", "PatientName"),
            item("sex", "person.sex", "SexCode"),
            item("blood_type", "health.blood_type", "BloodType").codes(&[
                ("1", "A型"),
                ("2", "B型"),
                ("3", "O型"),
                ("4", "AB型"),
                ("5", "未测定"),
            ]),
            item("doctor", "health.doctor", "DoctorName"),
            item("institution", "medical.institution", "OrgName").label("建档机构"),
        ],
    );
    System {
        zh: "居民健康档案系统",
        en: "Health records",
        purpose: "居民健康档案和慢病随访",
        built_year: 2018,
        engine: Engine::Sqlite,
        source: "jiankang",
        resources: vec![records],
    }
}
