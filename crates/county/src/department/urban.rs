//! 综合行政执法局: penalties and street trading, in MariaDB with English names from a foreign-trained supplier.

use rand::Rng;

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::{Hand, touched};
use crate::streams::pick;
use crate::table::{Column, Table, Truth, cell, date, integer, text, timestamp, written};
use crate::truth::{County, Enterprise, Person};

const PENALTIES: &[Column] = &[
    integer("case_id", "案件序号"),
    text("decision_doc", 60, "决定书文号"),
    text("party_name", 200, "当事人"),
    text("party_code", 40, "当事人信用代码"),
    text("violation", 100, "违法事实"),
    text("fine", 30, "罚款"),
    date("decided_on", "决定日期"),
    timestamp("updated_at", "更新时间"),
];
const STALLS: &[Column] = &[
    integer("permit_id", "序号"),
    text("permit_no", 40, "许可编号"),
    text("holder", 100, "经营者"),
    text("holder_id", 40, "经营者身份证号"),
    text("activity", 60, "占道事项"),
    text("place", 200, "占道地点"),
    text("valid_to", 30, "有效期至"),
    text("mobile", 40, "手机"),
    timestamp("updated_at", "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    let fined = county.enterprises.iter().enumerate().step_by(9);
    let adults = county.persons.iter().enumerate();
    let traders =
        adults.filter(|(_, one)| one.death.is_none() && (25..65).contains(&one.age_on(county.today)));
    vec![
        Table {
            name: "penalty_case",
            comment: "城市管理行政处罚案件",
            columns: PENALTIES,
            indexes: &["party_code", "decision_doc"],
            rows: written(
                county,
                "urban.penalties",
                fined.map(|(at, one)| (Truth::Enterprise(at), one)),
                |hand, one| penalty(county, hand, one),
            ),
        },
        Table {
            name: "street_permit",
            comment: "占道经营许可",
            columns: STALLS,
            indexes: &["holder_id", "permit_no"],
            rows: written(
                county,
                "urban.stalls",
                traders.step_by(67).map(|(at, one)| (Truth::Person(at), one)),
                |hand, one| stall(county, hand, one),
            ),
        },
    ]
}

fn penalty(county: &County, hand: &mut Hand<'_>, enterprise: &Enterprise) -> Vec<Option<String>> {
    let day = county.today - chrono::Days::new(hand.rng().random_range(5..1_095));
    let number = hand.rng().random_range(1..900);
    let cause = pick(
        hand.rng(),
        &["未经批准占用城市道路", "擅自设置户外广告", "运输渣土未覆盖", "油烟超标排放", "未履行门前三包责任"],
    );
    let fine = hand.rng().random_range(2..80) * 100;
    vec![
        None,
        cell(format!("云综执罚决字〔{}〕第{number:03}号", day.format("%Y"))),
        cell(hand.enterprise(&enterprise.name)),
        cell(&enterprise.credit_code),
        cell(cause),
        cell(hand.yuan(fine)),
        cell(hand.native_date(day)),
        cell(touched(hand.rng(), county.today)),
    ]
}

fn stall(county: &County, hand: &mut Hand<'_>, person: &Person) -> Vec<Option<String>> {
    let until = county.today + chrono::Days::new(hand.rng().random_range(1..360));
    let number = hand.rng().random_range(1_000..9_999);
    vec![
        None,
        cell(format!("YLZD{number}")),
        cell(hand.contact(&person.name, person.mobile.as_deref())),
        cell(hand.id_text(&person.id, person.birth)),
        cell(pick(hand.rng(), &["夜市摊位", "便民早餐", "瓜果直销点", "节庆促销"])),
        cell(pick(hand.rng(), &["城关镇人民路", "城关镇滨河路夜市", "青石镇农贸市场外", "城关镇文昌广场"])),
        cell(hand.date(until, "%Y-%m-%d", 0.1)),
        person.mobile.clone(),
        cell(touched(hand.rng(), county.today)),
    ]
}

pub(crate) fn describe() -> Department {
    let penalties = Resource::unconditional(
        "CG-XZCF-001",
        ("城市管理行政处罚信息", "Penalties in city administration"),
        "对经营单位的行政处罚决定",
    )
    .of_table(
        "penalty_case",
        &["credit_code", "penalty_decision"],
        Some("updated_at"),
        vec![
            item("credit_code", "enterprise.credit_code", "party_code").label("当事人信用代码"),
            item("enterprise_name", "enterprise.name", "party_name").label("当事人"),
            item("penalty_decision", "penalty.decision", "decision_doc"),
            item("penalty_cause", "penalty.cause", "violation"),
            item("penalty_amount", "penalty.amount", "fine"),
            item("penalty_date", "penalty.date", "decided_on"),
        ],
    );
    let stalls = Resource::conditional(
        "CG-ZDJY-002",
        ("占道经营许可信息", "Permits for street trading"),
        "临时占道经营的许可事项、地点和有效期",
        "实施食品安全、治安管理的部门，按事项申请",
    )
    .of_table(
        "street_permit",
        &["resident_id", "permit_number"],
        Some("updated_at"),
        vec![
            item("resident_id", "person.id", "holder_id").label("经营者证件号"),
            item("name", "person.name", "holder").label("经营者"),
            item("permit_number", "permit.number", "permit_no"),
            item("permit_kind", "permit.kind", "activity").label("占道事项"),
            item("place", "facility.address", "place").label("占道地点"),
            item("valid_until", "permit.valid_until", "valid_to"),
            item("mobile", "person.mobile", "mobile"),
        ],
    );
    Department {
        key: "urban",
        zh: "云澜县综合行政执法局",
        short: "综合执法局",
        en: "Yunlan County Urban Administration Bureau",
        credit_code: state_organ(24),
        agent: "城管前置机",
        systems: vec![System {
            zh: "城市管理执法办案系统",
            en: "City enforcement cases",
            purpose: "行政处罚办案和占道许可",
            built_year: 2020,
            engine: Engine::Mariadb,
            source: "chengguan",
            resources: vec![penalties, stalls],
        }],
        clients: vec![ClientSystem {
            client_id: "cg-zfba", zh: "移动执法终端", en: "Mobile enforcement"
        }],
    }
}
