//! Columns that no table of the demo county has.

use serde_json::{Value, json};

use super::answer::{ColumnProposal, ColumnRole, Confidence, Proposal};
use super::lessons::{Lesson, Lessons};
use super::propose;

/// A column: name, comment, kind of its values with their share, codes.
struct Made(Value, Value);

fn column(name: &str, comment: &str, kind: Value) -> Made {
    let comment = if comment.is_empty() { Value::Null } else { json!(comment) };
    let kinds =
        if kind.is_null() { json!([]) } else { json!([{"kind": kind, "share": 0.99, "repaired": 0.0}]) };
    Made(
        json!({"name": name, "declared": "varchar(50)", "nullable": true, "comment": comment, "key": false, "indexed": false}),
        json!({"name": name, "nulls": 0, "distinct": {"values": 900, "exact": true}, "min_length": 4, "max_length": 18,
            "patterns": [{"shape": "汉汉汉", "rows": 900, "share": 0.9}], "kinds": kinds, "examples": [], "codes": []}),
    )
}

fn kind(name: &str) -> Value {
    json!({"type": name})
}

fn code(set: &str) -> Value {
    json!({"type": "code", "set": set})
}

fn table(name: &str, comment: &str, columns: Vec<Made>) -> Proposal {
    taught(name, comment, columns, &Lessons::new())
}

fn taught(name: &str, comment: &str, columns: Vec<Made>, lessons: &Lessons) -> Proposal {
    let (listed, shapes): (Vec<_>, Vec<_>) = columns.into_iter().map(|made| (made.0, made.1)).unzip();
    let comment = if comment.is_empty() { Value::Null } else { json!(comment) };
    let table = json!({"name": name, "form": "table", "comment": comment, "columns": listed, "rows": null, "notes": []});
    let profile =
        json!({"table": name, "sampled_rows": 1000, "sampling": "all", "columns": shapes, "notes": []});
    propose(&serde_json::from_value(table).unwrap(), &serde_json::from_value(profile).unwrap(), lessons)
}

fn find<'p>(proposal: &'p Proposal, column: &str) -> &'p ColumnProposal {
    proposal.columns.iter().find(|one| one.column == column).unwrap()
}

#[track_caller]
fn is(proposal: &Proposal, column: &str, element: Option<&str>, least: Confidence) {
    let found = find(proposal, column);
    assert_eq!(found.element.as_deref(), element, "{column}: {found:?}");
    assert!(found.confidence >= least, "{column}: {found:?}");
}

/// Chinese, English, pinyin and initials of the same things are read alike.
#[test]
fn four_ways_to_write() {
    let made = |name: &str, id: &str, sex: &str, birth: &str, phone: &str| {
        let proposal = table(
            "t_base",
            "",
            vec![
                column(name, "", kind("person_name")),
                column(id, "", kind("resident_id")),
                column(sex, "", code("sex")),
                column(birth, "", kind("date")),
                column(phone, "", kind("mobile")),
            ],
        );
        for (at, element) in ["person.name", "person.id", "person.sex", "person.birth_date", "person.mobile"]
            .into_iter()
            .enumerate()
        {
            let found = &proposal.columns[at];
            assert_eq!(found.element.as_deref(), Some(element), "{found:?}");
            assert_eq!(found.confidence, Confidence::Sure, "{found:?}");
        }
    };
    made("姓名", "居民身份证号码", "性别", "出生年月", "手机号");
    made("real_name", "idCardNo", "gender", "dateOfBirth", "mobile_phone");
    made("xingming", "shenfenzhenghao", "xingbie", "chushengriqi", "shoujihaoma");
    made("F_XM", "SFZHM", "XB_DM", "CSRQ", "SJHM");
}

/// Names that look alike and mean opposites are not merged: each has its own element or none.
#[test]
fn opposites_stay_apart() {
    let proposal = table(
        "ryxx",
        "人员信息",
        vec![
            column("身份证号", "", kind("resident_id")),
            column("迁入日期", "", kind("date")),
            column("迁出日期", "", kind("date")),
            column("QRRQ", "迁入日期", kind("date")),
            column("出生日期", "", kind("date")),
            column("死亡日期", "", kind("date")),
            column("父亲姓名", "", kind("person_name")),
            column("母亲姓名", "", kind("person_name")),
            column("监护人电话", "", kind("mobile")),
            column("经办人", "", kind("person_name")),
            column("离婚日期", "", kind("date")),
            column("原住址", "", kind("address")),
        ],
    );
    for none in ["迁入日期", "迁出日期", "QRRQ", "离婚日期"] {
        is(&proposal, none, None, Confidence::Unsure);
    }
    is(&proposal, "出生日期", Some("person.birth_date"), Confidence::Sure);
    is(&proposal, "死亡日期", Some("person.death_date"), Confidence::Sure);
    for (column, subject, item) in [("父亲姓名", "父亲", "father_name"), ("母亲姓名", "母亲", "mother_name")]
    {
        is(&proposal, column, Some("person.name"), Confidence::Sure);
        let found = find(&proposal, column);
        assert_eq!((found.subject.as_deref(), found.item.as_deref()), (Some(subject), Some(item)));
    }
    assert_eq!(find(&proposal, "监护人电话").subject.as_deref(), Some("监护人"));
    // What the person who typed the row is called is nobody's item of the resource, but never the resident's name.
    assert_eq!(find(&proposal, "经办人").subject.as_deref(), Some("经办人"));
    assert_ne!(find(&proposal, "原住址").confidence, Confidence::Sure);
}

/// The same general word means what the table is about.
#[test]
fn general_words_follow_the_table() {
    let firm = table(
        "qyxx",
        "企业基本信息",
        vec![
            column("tyshxydm", "统一社会信用代码", kind("credit_code")),
            column("mc", "名称", kind("enterprise_name")),
            column("dz", "地址", Value::Null),
            column("lxdh", "联系电话", kind("landline")),
        ],
    );
    is(&firm, "mc", Some("enterprise.name"), Confidence::Sure);
    is(&firm, "dz", Some("enterprise.address"), Confidence::Likely);
    is(&firm, "lxdh", Some("enterprise.phone"), Confidence::Sure);
    let people = table(
        "ldrk",
        "流动人口登记",
        vec![
            column("sfzh", "", kind("resident_id")),
            column("xm", "", kind("person_name")),
            column("dwmc", "单位名称", kind("enterprise_name")),
            column("dz", "地址", Value::Null),
        ],
    );
    is(&people, "dwmc", Some("person.employer"), Confidence::Sure);
    is(&people, "dz", Some("address.residence"), Confidence::Likely);
    assert_eq!(people.resource.name, "流动人口登记信息");
    assert_eq!(people.resource.keys, ["resident_id"]);
}

/// A name that promises what the values do not hold is never proposed as sure; values without a name are looked at.
#[test]
fn values_have_a_say() {
    let proposal = table(
        "t1",
        "",
        vec![
            column("身份证号", "", kind("integer")),
            column("c17", "", kind("resident_id")),
            column("出生日期", "", kind("person_name")),
        ],
    );
    assert_eq!(find(&proposal, "身份证号").confidence, Confidence::Unsure);
    is(&proposal, "c17", Some("person.id"), Confidence::Likely);
    assert_ne!(find(&proposal, "c17").confidence, Confidence::Sure);
    assert_eq!(find(&proposal, "出生日期").confidence, Confidence::Unsure);
}

/// Row numbers, times of entry and marks are no items; the time of the last change is the as-of column.
#[test]
fn technical_columns_are_left_out() {
    let proposal = table(
        "t2",
        "",
        vec![
            column("XH", "", kind("integer")),
            column("create_time", "", kind("date_time")),
            column("gxsj", "更新时间", kind("date_time")),
            column("del_flag", "", kind("boolean")),
            column("BZ", "备注", Value::Null),
        ],
    );
    for name in ["XH", "create_time", "del_flag", "BZ"] {
        assert_eq!(find(&proposal, name).role, ColumnRole::Technical, "{name}");
    }
    assert_eq!(find(&proposal, "gxsj").role, ColumnRole::AsOf);
    assert_eq!(proposal.resource.as_of_column.as_deref(), Some("gxsj"));
}

/// A correction decides the same column next time, first in the own office, then, when offices agree, everywhere.
#[test]
fn corrections_are_learned() {
    let ask = |lessons: &Lessons| taught("t3", "", vec![column("LXFS2", "", kind("mobile"))], lessons);
    let before = ask(&Lessons::new());
    let key = find(&before, "LXFS2").lesson_key.clone();
    let lesson = |own: bool, element: Option<&str>| Lesson {
        element: element.map(str::to_owned),
        own,
        times: 1,
        last_ms: 5,
    };
    let mut lessons = Lessons::new();
    lessons.insert(key.clone(), vec![lesson(true, Some("household.head_id"))]);
    // People may err: values that contradict are still said.
    assert_eq!(find(&ask(&lessons), "LXFS2").confidence, Confidence::Likely);
    lessons.insert(key.clone(), vec![lesson(true, Some("person.mobile"))]);
    is(&ask(&lessons), "LXFS2", Some("person.mobile"), Confidence::Sure);
    lessons.insert(key.clone(), vec![lesson(false, Some("person.mobile"))]);
    is(&ask(&lessons), "LXFS2", Some("person.mobile"), Confidence::Likely);
    lessons.insert(key.clone(), vec![lesson(true, None)]);
    is(&ask(&lessons), "LXFS2", None, Confidence::Sure);
}

/// Every element of the register is found again by its own Chinese name.
#[test]
fn every_element_is_known_by_its_name() {
    for element in standards::elements::all() {
        let shown = json!(element.kind);
        let proposal = table("某表", "", vec![column(element.zh, "", shown)]);
        let found = &proposal.columns[0];
        let known = found.element.as_deref() == Some(element.code)
            || found.alternatives.iter().any(|one| one.element == element.code);
        assert!(known, "{}: {found:?}", element.code);
    }
}

proptest::proptest! {
    /// No name, comment or code makes the proposal panic.
    #[test]
    fn never_panics(name in "\\PC{0,30}", comment in "\\PC{0,60}", about in "\\PC{0,20}") {
        let _any = table(&about, &comment, vec![column(&name, &comment, kind("date"))]);
    }
}
