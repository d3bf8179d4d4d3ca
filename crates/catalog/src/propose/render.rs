//! Decisions as a person reads them: names, keys, grades, share types, and why.

use standards::elements::{DataElement, Grade};
use standards::kind::ValueKind;

use super::answer::{ColumnProposal, ColumnRole, Confidence, Proposal, ResourceProposal};
use super::context::Context;
use super::decide::{Asked, Choice, Decision, Ground};
use super::facts::TableFacts;
use super::forms::forms;
use super::lexicon::{Group, is_han, lexicon};
use super::reading::{Fit, Source};
use super::values::Says;
use crate::model::ShareType;

/// What personal information stands on.
const PERSONAL: &str = "个人信息：依《中华人民共和国个人信息保护法》第三十四条，仅在履行法定职责所必需的范围内提供，按办理事项申请";
const SENSITIVE: &str = "敏感个人信息：依《中华人民共和国个人信息保护法》第二十八条，须有特定目的和充分必要性并严格保护，按办理事项申请，能核验的不给明文";
const INTERNAL: &str = "不直接公开，部门依法履职需要时按办理事项申请";
const OPEN: &str = "依法应当公示的登记信息，部门间无须设置条件";

fn share(grade: Grade) -> (ShareType, &'static str) {
    match grade {
        Grade::Open => (ShareType::Unconditional, OPEN),
        Grade::Internal => (ShareType::Conditional, INTERNAL),
        Grade::Personal => (ShareType::Conditional, PERSONAL),
        Grade::Sensitive => (ShareType::Conditional, SENSITIVE),
    }
}

/// The whole proposal.
pub fn proposal(
    table: &TableFacts,
    asked: &[Asked<'_>],
    decisions: &[Decision],
    context: &Context,
) -> Proposal {
    let mut columns = Vec::with_capacity(asked.len());
    let mut taken: Vec<String> = Vec::new();
    for (one, decision) in asked.iter().zip(decisions) {
        let column = column(one, decision, context, &mut taken);
        columns.push(column);
    }
    // One column tells when a row was last true: the first that is called so.
    let mut seen = false;
    for column in columns.iter_mut().filter(|column| column.role == ColumnRole::AsOf) {
        if std::mem::replace(&mut seen, true) {
            column.role = ColumnRole::Technical;
        }
    }
    Proposal { table: table.name.clone(), resource: resource(table, &columns, context), columns }
}

fn column(
    asked: &Asked<'_>,
    decision: &Decision,
    context: &Context,
    taken: &mut Vec<String>,
) -> ColumnProposal {
    let mut made = ColumnProposal {
        column: asked.column.name.clone(),
        comment: asked.column.comment.clone(),
        lesson_key: super::lessons::key(asked.column, asked.shape),
        role: ColumnRole::Unknown,
        confidence: Confidence::Unsure,
        element: None,
        item: None,
        zh: None,
        en: None,
        subject: None,
        kind: None,
        code_map: Vec::new(),
        is_key: false,
        grade: None,
        share_type: None,
        share_basis: None,
        reason_zh: String::new(),
        reason_en: String::new(),
        alternatives: decision.alternatives.clone(),
    };
    let found = decision.choice.as_ref().and_then(|choice| Some((choice, forms().element(choice.element)?)));
    match found {
        Some((choice, element)) => fill(&mut made, choice, element, asked, context, taken),
        None => explain_nothing(&mut made, decision),
    }
    made
}

fn fill(
    made: &mut ColumnProposal,
    choice: &Choice,
    element: &DataElement,
    asked: &Asked<'_>,
    context: &Context,
    taken: &mut Vec<String>,
) {
    let subject = choice.other.and_then(|key| lexicon().word(key));
    let subject_zh = subject.and_then(|word| word.zh.first().copied());
    let (share_type, basis) = share(element.grade);
    let item = free_name(&item_name(element.code, choice.other), taken);
    made.role = ColumnRole::Item;
    made.confidence = choice.confidence;
    made.element = Some(element.code.to_owned());
    made.item = Some(item);
    made.zh = Some(match subject_zh {
        Some(subject) if element.code == "person.name" && choice.other == Some("contact") => {
            subject.to_owned()
        }
        Some(subject) => format!("{subject}{}", element.zh),
        None => element.zh.to_owned(),
    });
    made.en = Some(match choice.other {
        Some(other) => format!("{} of {}", element.en, other.replace('_', " ")),
        None => element.en.to_owned(),
    });
    made.subject = subject_zh.map(str::to_owned);
    made.kind = Some(element.kind.clone());
    made.code_map =
        choice.codes.iter().filter(|code| code.standard.as_ref() != Some(&code.value)).cloned().collect();
    made.is_key = is_key(element, choice, asked, context);
    made.grade = Some(element.grade.number());
    made.share_type = Some(share_type);
    made.share_basis = Some(basis.to_owned());
    (made.reason_zh, made.reason_en) = reasons(choice, element);
}

/// By what a subject can be named: identity numbers and credit codes that can be looked up, and numbers of certificates,
/// households or plates that stand once.
fn is_key(element: &DataElement, choice: &Choice, asked: &Asked<'_>, context: &Context) -> bool {
    if matches!(choice.says, Says::Against(_)) || choice.second {
        return false;
    }
    let unique = asked.shape.is_some_and(|shape| shape.unique(context.rows));
    let own = choice.other.is_none();
    match element.kind {
        ValueKind::ResidentId | ValueKind::CreditCode => {
            asked.column.indexed
                || asked.column.key
                || unique
                || (own && Group::of_element(element.code) == context.group)
        }
        ValueKind::Text => {
            let number = ["number", "certificate", "plate", "id"];
            let tail = element.code.rsplit('.').next().unwrap_or_default();
            let number = number.iter().any(|word| tail.contains(word));
            number && (unique || asked.column.key)
        }
        _ => false,
    }
}

fn item_name(code: &str, other: Option<&str>) -> String {
    let (group, tail) = code.split_once('.').unwrap_or(("", code));
    let name = match (group, tail) {
        ("person", "id") => "resident_id".to_owned(),
        ("person", tail) => tail.to_owned(),
        (group, tail)
            if [
                "name", "number", "status", "type", "region", "phone", "address", "size", "category", "grade",
            ]
            .contains(&tail) =>
        {
            format!("{group}_{tail}")
        }
        (_, tail) => tail.to_owned(),
    };
    match other {
        Some("contact") if code == "person.name" => "contact".to_owned(),
        Some(other) if name == "resident_id" => format!("{other}_id"),
        Some(other) => format!("{other}_{name}"),
        None => name,
    }
}

fn free_name(name: &str, taken: &mut Vec<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while taken.contains(&free) {
        free = format!("{name}_{number}");
        number += 1;
    }
    taken.push(free.clone());
    free
}

fn reasons(choice: &Choice, element: &DataElement) -> (String, String) {
    let mut zh: Vec<String> = Vec::new();
    let mut en: Vec<String> = Vec::new();
    let mut say = |a: String, b: String| {
        zh.push(a);
        en.push(b);
    };
    let phrase = &choice.phrase;
    match choice.ground {
        Ground::Lesson { own: true, .. } => {
            say("本部门曾这样确认".to_owned(), "this office confirmed it before".to_owned());
        }
        Ground::Lesson { organisations, .. } => say(
            format!("{organisations} 个部门曾这样确认"),
            format!("{organisations} office(s) confirmed it before"),
        ),
        Ground::Values => say(
            "列名看不出含义，取值本身可以证明".to_owned(),
            "the name says nothing, the values prove it".to_owned(),
        ),
        Ground::Read(source, fit) => {
            let (where_zh, where_en) = match source {
                Source::Comment => ("注释", "comment"),
                Source::Chinese => ("列名", "name"),
                Source::English => ("英文列名", "English name"),
                Source::Pinyin => ("拼音列名", "pinyin name"),
                Source::Initials => ("拼音首字母", "pinyin initials"),
            };
            let (fit_zh, fit_en) = match fit {
                Fit::Exact => ("即", "says"),
                Fit::InContext => ("结合本表所记对象，即", "says, given whom the table is about,"),
                Fit::WithTopic => ("结合表名，即", "says, together with the table's name,"),
                Fit::Partly => ("部分符合", "agrees in part with"),
            };
            say(format!("{where_zh}{fit_zh}“{phrase}”"), format!("{where_en} {fit_en} \"{phrase}\""));
        }
    }
    if let Some(subject) = choice.other.and_then(|key| lexicon().word(key)).and_then(|word| word.zh.first()) {
        say(
            format!("是{subject}的，不是本行所记对象的"),
            format!("it is that of another person ({subject})"),
        );
    }
    let percent = |share: f64| (share * 100.0).floor();
    match choice.says {
        Says::Fits(share) => say(
            format!("{}% 的取值符合“{}”", percent(share), element.zh),
            format!("{}% of the values can be read as {}", percent(share), element.en),
        ),
        Says::Partly(share) => say(
            format!("只有 {}% 的取值符合，请核对", percent(share)),
            format!("only {}% of the values fit; check them", percent(share)),
        ),
        Says::Against(share) => say(
            format!("取值与此不符（仅 {}% 符合），请核对", percent(share)),
            format!("the values contradict it (only {}% fit); check them", percent(share)),
        ),
        Says::Empty => say("没有取值可供核对".to_owned(), "there are no values to check".to_owned()),
        Says::Nothing => {}
    }
    let open = choice.codes.iter().filter(|code| code.standard.is_none()).count();
    if open > 0 {
        say(format!("有 {open} 个代码不知含义，请填写对照"), format!("{open} code(s) need a meaning"));
    }
    if choice.second {
        say("同表有更符合的列".to_owned(), "another column of the table fits better".to_owned());
    }
    (format!("{}。", zh.join("；")), format!("{}.", en.join("; ")))
}

fn explain_nothing(made: &mut ColumnProposal, decision: &Decision) {
    let (role, confidence, zh, en) = match (&decision.declined, decision.technical, &decision.understood) {
        (Some(learned), _, _) => (
            ColumnRole::Technical,
            if learned.own { Confidence::Sure } else { Confidence::Likely },
            "曾确认不编目。".to_owned(),
            "It was decided before not to catalogue it.".to_owned(),
        ),
        (_, Some("updated"), _) => (
            ColumnRole::AsOf,
            Confidence::Sure,
            "更新时间：作为数据时点，不作信息项。".to_owned(),
            "Time of the last change: the as-of time, no item.".to_owned(),
        ),
        (_, Some(_), _) => (
            ColumnRole::Technical,
            Confidence::Sure,
            "序号、录入时间、删除标志或备注等技术字段，不必编目。".to_owned(),
            "A row number, a time of entry, a mark or a remark; not to be catalogued.".to_owned(),
        ),
        (_, _, Some(phrase)) => (
            ColumnRole::Unknown,
            Confidence::Unsure,
            format!("可能是“{phrase}”，数据元目录中没有对应的数据元；如需共享，请先登记数据元。"),
            format!(
                "It may be \"{phrase}\"; no data element fits. Register one first if it is to be shared."
            ),
        ),
        _ => (
            ColumnRole::Unknown,
            Confidence::Unsure,
            "列名、注释和取值都不足以判断，请人工选择数据元。".to_owned(),
            "Name, comment and values do not tell; choose the data element.".to_owned(),
        ),
    };
    (made.role, made.confidence, made.reason_zh, made.reason_en) = (role, confidence, zh, en);
}

fn resource(table: &TableFacts, columns: &[ColumnProposal], context: &Context) -> ResourceProposal {
    let items = || columns.iter().filter(|column| column.role == ColumnRole::Item);
    let grade = items().filter_map(|column| column.grade).max().unwrap_or(1);
    let conditional = items().any(|column| column.share_type == Some(ShareType::Conditional));
    let name = resource_name(table, context);
    let mut keys: Vec<&ColumnProposal> = items().filter(|column| column.is_key).collect();
    keys.sort_by_key(|column| (column.subject.is_some(), std::cmp::Reverse(column.confidence)));
    let keys: Vec<String> = keys.into_iter().filter_map(|column| column.item.clone()).collect();
    let condition = format!("依法履行职责需要核对{name}的部门，按办理事项申请，仅用于所申请的事项");
    ResourceProposal {
        share_type: if conditional { ShareType::Conditional } else { ShareType::Unconditional },
        share_condition: conditional.then_some(condition),
        reason_zh: if conditional {
            "含不直接公开的信息项，建议有条件共享，条件请按实际修改；确不能共享的，须引用法律、行政法规或国务院决定。".to_owned()
        } else {
            "信息项都是依法公开的，建议无条件共享。".to_owned()
        },
        reason_en: if conditional {
            "Some items are not public: conditional sharing is proposed; adapt the condition. Withholding needs a cited law."
                .to_owned()
        } else {
            "All items are public by law: unconditional sharing is proposed.".to_owned()
        },
        as_of_column: columns.iter().find(|one| one.role == ColumnRole::AsOf).map(|one| one.column.clone()),
        name,
        keys,
        grade,
    }
}

/// The department's own words for the table, else what its rows are about.
fn resource_name(table: &TableFacts, context: &Context) -> String {
    let file = table.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let sheet = file.rsplit('#').next().unwrap_or(file);
    let stem = sheet.split('.').next().unwrap_or(sheet);
    let words = [table.comment.as_deref().unwrap_or_default(), stem];
    let own = words.into_iter().map(str::trim).find(|text| text.chars().any(is_han));
    let Some(own) = own else {
        let about = match context.group {
            Group::Person | Group::Any => "人员",
            Group::Household => "家庭",
            Group::Enterprise => "企业",
            Group::Property => "不动产",
            Group::Vehicle => "车辆",
        };
        return format!("{about}信息（{stem}）");
    };
    let bare = own.trim_end_matches(['表', '。']).trim_end_matches("数据");
    let bare: String = bare.chars().take(60).collect();
    if bare.ends_with("信息") || bare.ends_with("名录") { bare } else { format!("{bare}信息") }
}
