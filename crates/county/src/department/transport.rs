//! 交通运输局: drivers and vehicles for hire, in an SQLite file with column names in full pinyin.

use rand::Rng;

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::{Dirt, Hand, touched};
use crate::streams::pick;
use crate::table::{Column, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Person, Vehicle};

const DRIVERS: &[Column] = &[
    integer("bianhao", "编号"),
    text("xingming", 100, "姓名"),
    text("shenfenzheng", 40, "身份证号"),
    text("zigezheng", 40, "从业资格证号"),
    text("leibie", 60, "从业资格类别"),
    text("chucilingzheng", 30, "初次领证日期"),
    text("youxiaoqi", 30, "有效期至"),
    text("dianhua", 40, "电话"),
    text("gengxin", 30, "更新时间"),
];
const VEHICLES: &[Column] = &[
    integer("bianhao", "编号"),
    text("chepai", 20, "车牌号"),
    text("chezhu", 100, "车主"),
    text("chezhuzhengjian", 40, "车主证件号"),
    text("chexing", 40, "车型"),
    text("yunshuzheng", 40, "道路运输证号"),
    text("youxiaoqi", 30, "有效期至"),
    text("zhuangtai", 10, "营运、停运、报废"),
    text("gengxin", 30, "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let hired = || county.vehicles.iter().filter(|vehicle| vehicle.for_hire);
    let drivers = hired().map(|vehicle| (Truth::Person(vehicle.owner), &county.persons[vehicle.owner]));
    let vehicles = hired().map(|vehicle| (Truth::Person(vehicle.owner), vehicle));
    vec![
        Table {
            name: "congyezige",
            comment: "道路运输从业人员资格",
            columns: DRIVERS,
            indexes: &["shenfenzheng", "zigezheng"],
            rows: written(county, "transport.drivers", drivers, |hand, one| driver(county, hand, one)),
        },
        Table {
            name: "yingyuncheliang",
            comment: "营运车辆",
            columns: VEHICLES,
            indexes: &["chepai", "chezhuzhengjian"],
            rows: written(county, "transport.vehicles", vehicles, |hand, one| vehicle(county, hand, one)),
        },
    ]
}

fn driver(county: &County, hand: &mut Hand<'_>, person: &Person) -> Vec<Option<String>> {
    let first = county.today - chrono::Days::new(hand.rng().random_range(400..4_000));
    let until = county.today + chrono::Days::new(hand.rng().random_range(1..2_100));
    vec![
        None,
        cell(hand.name(&person.name)),
        cell(hand.id_text(&person.id, person.birth)),
        // The licence bears the identity number.
        cell(&person.id),
        cell(pick(hand.rng(), &["道路货物运输驾驶员", "道路旅客运输驾驶员", "危险货物运输驾驶员"])),
        cell(hand.date(first, "%Y-%m-%d", 0.2)),
        cell(hand.date(until, "%Y-%m-%d", 0.2)),
        person.mobile.clone(),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn vehicle(county: &County, hand: &mut Hand<'_>, vehicle: &Vehicle) -> Vec<Option<String>> {
    let owner = &county.persons[vehicle.owner];
    let until = county.today + chrono::Days::new(hand.rng().random_range(1..1_400));
    let kind = match vehicle.kind {
        "H11" => "重型半挂牵引车",
        "H31" => "轻型普通货车",
        _ => "大型普通客车",
    };
    let plate = if hand.slips(Dirt::Spaces, 0.02) {
        vehicle.plate.replacen('W', "W ", 1)
    } else {
        vehicle.plate.clone()
    };
    let number = hand.rng().random_range(100_000..999_999);
    let state = if vehicle.status == "E" && !hand.slips(Dirt::Outdated, 0.4) { "报废" } else { "营运" };
    vec![
        None,
        cell(plate),
        cell(hand.name(&owner.name)),
        hand.id(owner),
        cell(kind),
        cell(format!("川交运管云澜字{number}号")),
        cell(hand.date(until, "%Y/%m/%d", 0.2)),
        cell(state),
        cell(touched(hand.rng(), county.today)),
    ]
}

pub(crate) fn describe() -> Department {
    let drivers = Resource::conditional(
        "JT-CYZG-001",
        ("道路运输从业人员资格信息", "Licences of drivers for hire"),
        "道路客货运输驾驶员的从业资格类别和有效期",
        "执法检查、招聘审核、保险核验的部门，按事项申请",
    )
    .of_table(
        "congyezige",
        &["resident_id", "certificate_number"],
        Some("gengxin"),
        vec![
            item("resident_id", "person.id", "shenfenzheng"),
            item("name", "person.name", "xingming"),
            item("certificate_number", "certificate.number", "zigezheng").label("从业资格证号"),
            item("certificate_kind", "certificate.kind", "leibie").label("从业资格类别"),
            item("issued", "certificate.issued", "chucilingzheng").label("初次领证日期"),
            item("valid_until", "certificate.valid_until", "youxiaoqi"),
            item("phone", "person.phone", "dianhua"),
        ],
    );
    let vehicles = Resource::unconditional(
        "JT-YYCL-002",
        ("营运车辆信息", "Vehicles for hire"),
        "取得道路运输证的客货车辆",
    )
    .of_table(
        "yingyuncheliang",
        &["plate", "resident_id"],
        Some("gengxin"),
        vec![
            item("plate", "vehicle.plate", "chepai"),
            item("resident_id", "person.id", "chezhuzhengjian").label("车主证件号"),
            item("name", "person.name", "chezhu").label("车主"),
            item("vehicle_type", "vehicle.type", "chexing"),
            item("permit_number", "permit.number", "yunshuzheng").label("道路运输证号"),
            item("valid_until", "permit.valid_until", "youxiaoqi"),
            item("status", "vehicle.status", "zhuangtai").label("营运状态"),
        ],
    );
    Department {
        key: "transport",
        zh: "云澜县交通运输局",
        short: "交通局",
        en: "Yunlan County Transport Bureau",
        credit_code: state_organ(19),
        agent: "交通前置机",
        systems: vec![System {
            zh: "道路运输管理信息系统",
            en: "Road transport administration",
            purpose: "从业资格和营运车辆管理",
            built_year: 2012,
            engine: Engine::Sqlite,
            source: "yunguan",
            resources: vec![drivers, vehicles],
        }],
        clients: vec![ClientSystem {
            client_id: "jt-zfjc", zh: "运政执法检查终端", en: "Road inspection"
        }],
    }
}
