//! 教育体育局: lists that schools send in, a CSV in GB18030 and a workbook.

use rand::Rng;

use crate::department::describe::{ClientSystem, Department, Engine, Resource, System, item, state_organ};
use crate::dirt::Hand;
use crate::streams::weighted;
use crate::table::{Column, Table, Truth, cell, integer, text, written};
use crate::truth::{County, Person, Sex, Student};

const STUDENTS: &[Column] = &[
    integer("序号", "序号"),
    text("学籍号", 40, "全国学籍号"),
    text("学生姓名", 100, "学生姓名"),
    text("性别", 10, "性别"),
    text("身份证件号", 40, "身份证件号"),
    text("出生日期", 40, "出生日期"),
    text("学校", 100, "就读学校"),
    text("年级", 20, "年级"),
    text("学籍状态", 20, "在籍、休学、转出"),
    text("家庭住址", 200, "家庭住址"),
    text("监护人电话", 40, "监护人电话"),
];
const AID: &[Column] = &[
    integer("序号", "序号"),
    text("学生姓名", 100, "学生姓名"),
    text("身份证号", 40, "身份证号"),
    text("学校", 100, "学校"),
    text("资助项目", 60, "资助项目"),
    text("资助金额", 30, "学期资助金额"),
    text("发放日期", 30, "发放日期"),
];
const GRADES: [&str; 12] = [
    "一年级",
    "二年级",
    "三年级",
    "四年级",
    "五年级",
    "六年级",
    "初一",
    "初二",
    "初三",
    "高一",
    "高二",
    "高三",
];

fn pupils(county: &County) -> impl Iterator<Item = (Truth, (&Person, &Student))> {
    let persons = county.persons.iter().enumerate();
    persons.filter_map(|(at, person)| Some((Truth::Person(at), (person, person.student.as_ref()?))))
}

/// The list of pupils, a CSV, and the list of those who get aid, a workbook.
pub(crate) fn tables(county: &County) -> Vec<Table> {
    let poor = pupils(county).filter(|(_, (person, _))| {
        county.households[person.household].low_income.is_some_and(|low| low.current)
    });
    vec![
        Table {
            name: "学籍信息.csv",
            comment: "中小学生学籍",
            columns: STUDENTS,
            indexes: &["身份证件号", "学籍号"],
            rows: written(county, "education.students", pupils(county), |hand, one| {
                student(county, hand, one)
            }),
        },
        Table {
            name: "学生资助.xlsx#资助名单",
            comment: "家庭经济困难学生资助名单",
            columns: AID,
            indexes: &["身份证号"],
            rows: written(county, "education.aid", poor, |hand, one| aid(county, hand, one)),
        },
    ]
}

fn student(
    county: &County,
    hand: &mut Hand<'_>,
    (person, student): (&Person, &Student),
) -> Vec<Option<String>> {
    let household = &county.households[person.household];
    let guardian = person.father.or(person.mother).and_then(|at| county.persons[at].mobile.clone());
    let grade = usize::from(student.grade);
    let label = GRADES.get(grade.saturating_sub(1)).copied().unwrap_or("一年级");
    vec![
        None,
        cell(&student.number),
        cell(hand.name(&person.name)),
        cell(hand.code(if person.sex == Sex::Male { "男" } else { "女" }, person.sex.code(), 0.03)),
        hand.id(person),
        cell(hand.date(person.birth, "%Y%m%d", 0.1)),
        cell(&student.school),
        cell(hand.code(label, &grade.to_string(), 0.05)),
        cell(weighted(hand.rng(), &[("在籍", 96), ("休学", 2), ("转出", 2)])),
        cell(&household.address),
        guardian,
    ]
}

fn aid(county: &County, hand: &mut Hand<'_>, (person, student): (&Person, &Student)) -> Vec<Option<String>> {
    let (kind, amount) = match student.grade {
        0..=6 => ("义务教育家庭经济困难学生生活补助", 625),
        7..=9 => ("义务教育家庭经济困难学生生活补助", 750),
        _ => ("普通高中国家助学金", 1_150),
    };
    let paid = county.today - chrono::Days::new(hand.rng().random_range(20..260));
    vec![
        None,
        cell(hand.name(&person.name)),
        cell(hand.id_text(&person.id, person.birth)),
        cell(&student.school),
        cell(kind),
        cell(hand.yuan(amount)),
        cell(hand.date(paid, "%Y-%m-%d", 0.15)),
    ]
}

pub(crate) fn describe() -> Department {
    let students = Resource::conditional(
        "JY-XJ-001",
        ("中小学生学籍信息", "Pupils"),
        "本县中小学在籍学生的学校、年级和学籍状态",
        "依法办理入学、资助、医保参保等事项的部门，按事项申请",
    )
    .of_table(
        "学籍信息.csv",
        &["resident_id", "student_number"],
        None,
        vec![
            item("resident_id", "person.id", "身份证件号"),
            item("student_number", "education.student_number", "学籍号"),
            item("name", "person.name", "学生姓名"),
            item("sex", "person.sex", "性别"),
            item("birth_date", "person.birth_date", "出生日期"),
            item("school", "education.school", "学校"),
            item("grade", "education.grade", "年级"),
            item("status", "education.status", "学籍状态"),
            item("residence", "address.residence", "家庭住址"),
            item("phone", "person.phone", "监护人电话").label("监护人电话"),
        ],
    );
    let aid = Resource::conditional(
        "JY-XSZZ-002",
        ("家庭经济困难学生资助信息", "Student aid"),
        "享受资助的学生、项目和金额",
        "审核社会救助、帮扶对象的部门，按事项申请",
    )
    .of_table(
        "学生资助.xlsx#资助名单",
        &["resident_id"],
        None,
        vec![
            item("resident_id", "person.id", "身份证号"),
            item("name", "person.name", "学生姓名"),
            item("school", "education.school", "学校"),
            item("aid_kind", "education.aid_kind", "资助项目"),
            item("aid_amount", "education.aid_amount", "资助金额"),
            item("paid", "benefit.paid", "发放日期"),
        ],
    );
    Department {
        key: "education",
        zh: "云澜县教育体育局",
        short: "教体局",
        en: "Yunlan County Education and Sports Bureau",
        credit_code: state_organ(18),
        agent: "教体前置机",
        systems: vec![System {
            zh: "学籍与资助管理台账",
            en: "Pupils and student aid files",
            purpose: "学籍、学生资助台账",
            built_year: 2014,
            engine: Engine::Files,
            source: "xueji",
            resources: vec![students, aid],
        }],
        clients: vec![ClientSystem {
            client_id: "jy-zsrx", zh: "招生入学服务系统", en: "School enrolment"
        }],
    }
}
