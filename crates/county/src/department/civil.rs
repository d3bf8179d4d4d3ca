//! 民政局: marriages and minimum living allowance, in MariaDB; one table in Chinese, one in pinyin initials.

use rand::Rng;

use crate::department::describe::{
    ClientSystem, Department, Engine, Resource, ShareType, System, item, state_organ,
};
use crate::department::police::number;
use crate::dirt::{Hand, touched};
use crate::streams::{pick, stream};
use crate::table::{Column, Row, Table, Truth, cell, date, integer, text, timestamp, written};
use crate::truth::{County, Marriage, Sex};

const MARRIAGES: &[Column] = &[
    integer("序号", "序号"),
    text("登记字号", 40, "登记证字号"),
    text("身份证号", 40, "本人身份证件号"),
    text("姓名", 100, "本人姓名"),
    text("性别", 10, "男、女"),
    text("配偶姓名", 100, "对方姓名"),
    text("配偶身份证号", 40, "对方身份证件号"),
    text("登记类别", 10, "IA结婚 IB离婚"),
    date("登记日期", "登记日期"),
    text("登记机关", 100, "婚姻登记机关"),
    timestamp("更新时间", "更新时间"),
];
const ALLOWANCES: &[Column] = &[
    integer("bh", "编号"),
    text("sfzh", 40, "身份证号"),
    text("xm", 100, "姓名"),
    text("xb", 10, "性别"),
    text("hyzk", 10, "婚姻状况 W未婚 Y已婚 S丧偶 L离异"),
    text("sfdb", 10, "是否低保"),
    text("dbje", 40, "家庭月保障金额"),
    text("qsrq", 40, "起始日期"),
    text("jtrks", 10, "家庭人口数"),
    text("hzxm", 100, "户主姓名"),
    text("lxr", 100, "联系人"),
    text("lxdh", 40, "联系电话"),
    text("zz", 200, "住址"),
    timestamp("gxsj", "更新时间"),
];

pub(crate) fn tables(county: &County) -> Vec<Table> {
    vec![marriages(county), allowances(county), destitute(county)]
}

pub(crate) fn marriages(county: &County) -> Table {
    let mut rng = stream(county.seed, "civil.marriages");
    let mut rows = Vec::with_capacity(county.marriages.len() * 2);
    for (at, marriage) in county.marriages.iter().enumerate() {
        // Older registrations are on paper.
        let year = chrono::Datelike::year(&marriage.registered);
        if year < 1985 {
            continue;
        }
        for (own, other) in [(marriage.husband, marriage.wife), (marriage.wife, marriage.husband)] {
            let mut hand = Hand::new(&mut rng);
            let cells = marriage_cells(county, marriage, at, (own, other), &mut hand);
            rows.push(Row { cells, truth: Truth::Person(own), dirt: hand.noted() });
        }
    }
    number(&mut rows);
    Table {
        name: "婚姻登记", comment: "婚姻登记历史数据", columns: MARRIAGES, indexes: &["身份证号"], rows
    }
}

fn marriage_cells(
    county: &County,
    marriage: &Marriage,
    at: usize,
    (own, other): (usize, usize),
    hand: &mut Hand<'_>,
) -> Vec<Option<String>> {
    let (own, other) = (&county.persons[own], &county.persons[other]);
    let (letter, kind, day) = match marriage.divorced {
        Some(day) => ("L", "IB", day),
        None => ("J", "IA", marriage.registered),
    };
    vec![
        None,
        Some(format!("{letter}{}-{}-{at:06}", crate::REGION, day.format("%Y"))),
        Some(hand.id_text(&own.id, own.birth)),
        Some(hand.name(&own.name)),
        Some(hand.code(if own.sex == Sex::Male { "男" } else { "女" }, own.sex.code(), 0.02)),
        Some(hand.name(&other.name)),
        hand.id(other),
        Some(kind.to_owned()),
        Some(hand.native_date(day)),
        Some(format!("{}民政局婚姻登记处", crate::NAME)),
        Some(touched(hand.rng(), county.today)),
    ]
}

pub(crate) fn allowances(county: &County) -> Table {
    let mut rng = stream(county.seed, "civil.allowances");
    let mut rows = Vec::new();
    for household in &county.households {
        let Some(allowance) = household.low_income else { continue };
        let Some(head) = household.members.first().map(|head| &county.persons[*head]) else { continue };
        for member in &household.members {
            let person = &county.persons[*member];
            if person.death.is_some() {
                continue;
            }
            let mut hand = Hand::new(&mut rng);
            let letter = match person.marriage {
                "20" => "Y",
                "30" => "S",
                "40" => "L",
                _ => "W",
            };
            let sex = if person.sex == Sex::Male { "男" } else { "女" };
            let size = household.members.len();
            let phone = head.mobile.as_deref();
            let cells = vec![
                None,
                Some(hand.id_text(&person.id, person.birth)),
                Some(hand.name(&person.name)),
                Some(hand.code(sex, person.sex.code(), 0.05)),
                Some(letter.to_owned()),
                Some(hand.yes_no(allowance.current)),
                Some(hand.yuan(u64::from(allowance.monthly))),
                Some(hand.date(allowance.since, "%Y-%m-%d", 0.25)),
                Some(if hand.slips(crate::Dirt::AmountForm, 0.05) {
                    format!("{size}人")
                } else {
                    size.to_string()
                }),
                Some(hand.name(&head.name)),
                Some(hand.contact(&head.name, phone)),
                phone.map(|phone| pick(hand.rng(), &["", "", "", "+86"]).to_owned() + phone),
                Some(household.address.clone()),
                Some(touched(hand.rng(), county.today)),
            ];
            rows.push(Row { cells, truth: Truth::Person(*member), dirt: hand.noted() });
        }
    }
    number(&mut rows);
    Table { name: "db_dxxx", comment: "低保对象信息", columns: ALLOWANCES, indexes: &["sfzh"], rows }
}

const DESTITUTE: &[Column] = &[
    integer("bh", "编号"),
    text("sfzh", 40, "身份证号"),
    text("xm", 100, "姓名"),
    text("sftk", 10, "是否特困供养"),
    text("gyfs", 20, "供养方式：集中供养 分散供养"),
    text("gybz", 40, "月供养标准"),
    text("qsrq", 40, "起始日期"),
    timestamp("gxsj", "更新时间"),
];

/// Old people who live alone and have nobody to keep them.
fn destitute(county: &County) -> Table {
    let alone = county.households.iter().filter(|household| household.members.len() == 1);
    let old = alone.map(|household| household.members[0]).filter(|at| {
        let person = &county.persons[*at];
        person.death.is_none() && person.marriage == "10" && person.age_on(county.today) >= 60
    });
    let rows = written(county, "civil.destitute", old.map(|at| (Truth::Person(at), at)), |hand, at| {
        let person = &county.persons[at];
        let since = county.today - chrono::Days::new(hand.rng().random_range(60..3_600));
        let together = at.is_multiple_of(3);
        vec![
            None,
            cell(hand.id_text(&person.id, person.birth)),
            cell(hand.name(&person.name)),
            cell(hand.yes_no(true)),
            cell(if together { "集中供养" } else { "分散供养" }),
            cell(hand.yuan(if together { 1_180 } else { 910 })),
            cell(hand.date(since, "%Y-%m-%d", 0.25)),
            cell(touched(hand.rng(), county.today)),
        ]
    });
    Table { name: "tk_gyry", comment: "特困供养人员", columns: DESTITUTE, indexes: &["sfzh"], rows }
}

fn describe_destitute() -> Resource {
    Resource::conditional(
        "MZ-TKGY-003",
        ("特困供养人员信息", "Destitute people in care"),
        "特困人员的供养方式和标准",
        "对特困人员有救助、减免政策的部门，按事项申请",
    )
    .of_table(
        "tk_gyry",
        &["resident_id"],
        Some("gxsj"),
        vec![
            item("resident_id", "person.id", "sfzh"),
            item("name", "person.name", "xm"),
            item("extreme_poverty", "benefit.extreme_poverty", "sftk"),
            item("benefit_kind", "benefit.kind", "gyfs").label("供养方式"),
            item("benefit_amount", "benefit.amount", "gybz").label("月供养标准"),
            item("benefit_since", "benefit.since", "qsrq"),
        ],
    )
}

pub(crate) fn describe() -> Department {
    let marriages = Resource {
        code: "MZ-HYDJ-001",
        zh: "婚姻登记信息",
        en: "Marriage register",
        summary: "1985年以来在本县办理的结婚、离婚登记",
        share_type: ShareType::Conditional,
        condition: "办理事项依法需要婚姻状况证明的部门，按事项申请",
        table: "婚姻登记",
        keys: vec!["resident_id"],
        items: vec![
            item("resident_id", "person.id", "身份证号"),
            item("name", "person.name", "姓名"),
            item("sex", "person.sex", "性别"),
            item("spouse_name", "person.spouse_name", "配偶姓名"),
            item("spouse_id", "person.spouse_id", "配偶身份证号"),
            item("marriage", "person.marriage", "登记类别").codes(&[("IA", "20"), ("IB", "40")]),
            item("marriage_date", "person.marriage_date", "登记日期"),
        ],
        as_of_column: Some("更新时间"),
    };
    let allowances = Resource {
        code: "MZ-DBDX-002",
        zh: "最低生活保障对象信息",
        en: "Recipients of minimum living allowance",
        summary: "低保家庭成员、保障金额和起始日期",
        share_type: ShareType::Conditional,
        condition: "对困难群众有减免或帮扶政策的部门，按事项申请",
        table: "db_dxxx",
        keys: vec!["resident_id"],
        items: vec![
            item("resident_id", "person.id", "sfzh"),
            item("name", "person.name", "xm"),
            item("sex", "person.sex", "xb"),
            item("marriage", "person.marriage", "hyzk").codes(&[
                ("W", "10"),
                ("Y", "20"),
                ("S", "30"),
                ("L", "40"),
            ]),
            item("low_income", "benefit.low_income", "sfdb"),
            item("low_income_amount", "benefit.low_income_amount", "dbje"),
            item("low_income_since", "benefit.low_income_since", "qsrq"),
            item("household_size", "household.size", "jtrks"),
            item("contact", "person.name", "lxr").label("联系人"),
            item("phone", "person.phone", "lxdh"),
            item("residence", "address.residence", "zz"),
        ],
        as_of_column: Some("gxsj"),
    };
    Department {
        key: "civil",
        zh: "云澜县民政局",
        short: "民政局",
        en: "Yunlan County Civil Affairs Bureau",
        credit_code: state_organ(12),
        agent: "民政前置机",
        systems: vec![System {
            zh: "民政业务综合系统",
            en: "Civil affairs system",
            purpose: "婚姻登记、社会救助",
            built_year: 2013,
            engine: Engine::Mariadb,
            source: "minzheng",
            resources: vec![marriages, allowances, describe_destitute()],
        }],
        clients: vec![ClientSystem {
            client_id: "mz-shjz",
            zh: "社会救助审核系统",
            en: "Social assistance review",
        }],
    }
}
