//! 公安局交通警察大队: the register of motor vehicles, in an SQLite file with the names of the national vehicle system.

use crate::department::describe::{Engine, Resource, System, item};
use crate::dirt::{Dirt, Hand, touched};
use crate::table::{Column, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Vehicle};

const VEHICLES: &[Column] = &[
    integer("XH", "机动车序号"),
    text("HPHM", 20, "号牌号码"),
    text("SYR", 100, "所有人"),
    text("SFZMHM", 40, "身份证明号码"),
    text("CLLX", 10, "车辆类型代码"),
    text("CLPP1", 60, "中文品牌"),
    text("CLSBDH", 30, "车辆识别代号"),
    text("CCDJRQ", 30, "初次登记日期"),
    text("ZT", 10, "机动车状态：A正常 B转出 E注销"),
    text("GXRQ", 30, "更新日期"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let vehicles = county.vehicles.iter().map(|vehicle| (Truth::Person(vehicle.owner), vehicle));
    vec![Table {
        name: "VEH_IS_BASE",
        comment: "机动车登记信息",
        columns: VEHICLES,
        indexes: &["HPHM", "SFZMHM"],
        rows: written(county, "police.vehicles", vehicles, |hand, vehicle| entry(county, hand, vehicle)),
    }]
}

fn entry(county: &County, hand: &mut Hand<'_>, vehicle: &Vehicle) -> Vec<Option<String>> {
    let owner = &county.persons[vehicle.owner];
    // The province is left out where every plate begins with it.
    let plate = if hand.slips(Dirt::OtherCode, 0.01) {
        vehicle.plate.trim_start_matches('川').to_owned()
    } else {
        vehicle.plate.clone()
    };
    vec![
        None,
        cell(plate),
        cell(hand.name(&owner.name)),
        hand.id(owner),
        cell(vehicle.kind),
        cell(vehicle.brand),
        cell(&vehicle.vin),
        cell(hand.date(vehicle.registered, "%Y-%m-%d", 0.03)),
        cell(vehicle.status),
        cell(touched(hand.rng(), county.today)),
    ]
}

pub(crate) fn describe() -> System {
    let vehicles = Resource::conditional(
        "GA-JDC-003",
        ("机动车登记信息", "Motor vehicles"),
        "在本县登记的机动车及其所有人",
        "审核社会救助、住房保障或实施执法检查的部门，按事项申请",
    )
    .of_table(
        "VEH_IS_BASE",
        &["resident_id", "plate"],
        Some("GXRQ"),
        vec![
            item("resident_id", "person.id", "SFZMHM").label("所有人身份证明号码"),
            item("name", "person.name", "SYR").label("所有人"),
            item("plate", "vehicle.plate", "HPHM"),
            item("vehicle_type", "vehicle.type", "CLLX").codes(&[
                ("K33", "小型轿车"),
                ("K32", "小型越野客车"),
                ("K11", "大型普通客车"),
                ("M21", "普通二轮摩托车"),
                ("H11", "重型普通货车"),
                ("H31", "轻型普通货车"),
            ]),
            item("brand", "vehicle.brand", "CLPP1"),
            item("vin", "vehicle.vin", "CLSBDH"),
            item("registered", "vehicle.registered", "CCDJRQ"),
            item("status", "vehicle.status", "ZT").codes(&[("A", "正常"), ("B", "转出"), ("E", "注销")]),
        ],
    );
    System {
        zh: "机动车登记管理系统",
        en: "Motor vehicle register",
        purpose: "机动车注册、转移、注销登记",
        built_year: 2011,
        engine: Engine::Sqlite,
        source: "cheguan",
        resources: vec![vehicles],
    }
}
