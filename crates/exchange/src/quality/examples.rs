//! Which examples of a column's values other departments may see.
//!
//! The agent has masked them, each by the kind it took the column for. That guess is not enough here: read as a name of an
//! enterprise, a remark such as 张三丰因盗窃被拘留 would keep four characters. So an example passes only when the
//! catalogue says that the item is of that kind, and when it has the form that the kind's mask gives. Of numbers of people
//! less is shown than under a grant: with the last digits, whoever knows somebody's telephone would learn from a register
//! of a hundred people that he is in it. For the same reason a rare surname does not pass. Where nothing passes the most
//! frequent shapes stand in, which say what stands where and not what it is. A column's codes, which are the department's
//! own words, never pass.

use catalog::model::{Item, Resource, ShareType};
use standards::elements::Grade;
use standards::kind::ValueKind;
use standards::person_name;
use standards::value::is_masked;

use super::profile::Column;

/// Examples of one item.
const MOST: usize = 3;
/// A value, or a shape, of fewer rows may belong to one person.
const FEWEST_ROWS: u64 = 3;

/// True when no example of the item may be shown to anybody: it is sensitive, or it is not shared.
pub(super) fn withheld(resource: &Resource, item: &Item) -> bool {
    item.sensitive
        || item.grade >= Grade::Sensitive.number()
        || resource.share_type == ShareType::None
        || item.share_type == Some(ShareType::None)
}

/// Examples out of a column with so many values. They are sorted: in the order of the rows, the examples of all items
/// could be put together to one person's row.
pub(super) fn examples(kind: &ValueKind, column: &Column, values: u64) -> Vec<String> {
    if values < FEWEST_ROWS {
        return Vec::new();
    }
    let masked = column.masked_as().filter(|best| family(kind).is_some() && family(kind) == family(best));
    let mut shown: Vec<String> = match masked {
        Some(best) => {
            let passed = column.examples.iter().filter(|text| is_masked(&best, text));
            passed.filter_map(|text| of_nobody(&best, text)).take(MOST).collect()
        }
        None => Vec::new(),
    };
    if shown.is_empty() {
        let frequent = column.patterns.iter().filter(|pattern| pattern.rows >= FEWEST_ROWS);
        let shapes = frequent.map(|pattern| &pattern.shape).filter(|shape| is_shape(shape));
        for brief in shapes.map(|shape| brief(shape)) {
            if shown.len() < MOST && !shown.contains(&brief) {
                shown.push(brief);
            }
        }
    }
    shown.sort();
    shown.dedup();
    shown
}

/// What of a masked value can be anybody's; nothing when that is nothing.
fn of_nobody(kind: &ValueKind, masked: &str) -> Option<String> {
    let shown = match kind {
        ValueKind::ResidentId | ValueKind::Mobile | ValueKind::Landline | ValueKind::Phone => {
            let begin = masked.find('*')?;
            let hidden = masked.chars().skip(begin).map(|_| '*');
            masked.chars().take(begin).chain(hidden).collect()
        }
        ValueKind::PersonName => {
            masked.chars().next().filter(|first| person_name::is_frequent_surname(*first))?;
            masked.to_owned()
        }
        _ => masked.to_owned(),
    };
    shown.chars().any(char::is_alphanumeric).then_some(shown)
}

/// Kinds whose masks show the same part of a value; nothing for kinds of which a mask shows nothing, and for addresses,
/// which the agent gives as shapes.
fn family(kind: &ValueKind) -> Option<u8> {
    match kind {
        ValueKind::ResidentId => Some(0),
        ValueKind::CreditCode => Some(1),
        ValueKind::Mobile | ValueKind::Landline | ValueKind::Phone => Some(2),
        ValueKind::PersonName => Some(3),
        ValueKind::EnterpriseName => Some(4),
        ValueKind::Region => Some(5),
        ValueKind::Date | ValueKind::DateTime => Some(6),
        ValueKind::Code { .. }
        | ValueKind::Money
        | ValueKind::Integer
        | ValueKind::Decimal
        | ValueKind::Address
        | ValueKind::Text
        | ValueKind::Boolean => None,
    }
}

/// Whether a text holds only what stands for characters in a shape, and punctuation.
fn is_shape(text: &str) -> bool {
    let letter = |c: char| matches!(c, '9' | 'A' | 'a' | '汉' | '字' | '９');
    text.chars().all(|c| letter(c) || !(c.is_alphanumeric() || c.is_control()))
}

/// A shape in which long words are cut: how long somebody's employer or street is called is nothing to know.
fn brief(shape: &str) -> String {
    let mut brief = String::new();
    let mut run = 0;
    let mut last = None;
    for c in shape.chars() {
        run = if last == Some(c) { run + 1 } else { 1 };
        last = Some(c);
        match (c, run) {
            ('汉' | '字', 5) => {
                // Two of the four that stand there already, and that there are more.
                brief.truncate(brief.len() - 2 * c.len_utf8());
                brief.push('…');
            }
            ('汉' | '字', 6..) => {}
            ('…', _) if brief.ends_with('…') => {}
            _ => brief.push(c),
        }
    }
    brief
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use standards::kind::CodeSetId;

    use super::*;

    fn column(kind: &str, examples: &[&str], patterns: &[(&str, u64)], codes: &[(&str, u64)]) -> Column {
        let patterns: Vec<Value> = patterns
            .iter()
            .map(|(shape, rows)| json!({"shape": shape, "rows": rows, "share": 0.5}))
            .collect();
        let codes: Vec<Value> =
            codes.iter().map(|(value, rows)| json!({"value": value, "rows": rows})).collect();
        let kinds = json!([{"kind": {"type": kind}, "share": 0.9, "repaired": 0.0}]);
        let column =
            json!({"name": "C", "patterns": patterns, "kinds": kinds, "examples": examples, "codes": codes});
        serde_json::from_value(column).expect("a column")
    }

    /// What the catalogue calls a telephone number and the agent masked as one is shown, in no order of rows, and without
    /// the last digits.
    #[test]
    fn masked_values_pass() {
        let mobile =
            column("mobile", &["139****2233", "131****0001", "139****0002"], &[("99999999999", 90)], &[]);
        assert_eq!(examples(&ValueKind::Mobile, &mobile, 90), ["131********", "139********"]);
        assert_eq!(examples(&ValueKind::Phone, &mobile, 90).len(), 2, "a telephone is a telephone");
        let landline = column("landline", &["0571-******21", "******21", "****"], &[], &[]);
        assert_eq!(examples(&ValueKind::Phone, &landline, 90), ["0571-********"]);
        let name = column("person_name", &["张**", "李*", "亚***"], &[], &[]);
        assert_eq!(
            examples(&ValueKind::PersonName, &name, 90),
            ["张**", "李*"],
            "a rare surname says too much"
        );
        assert!(examples(&ValueKind::PersonName, &name, 2).is_empty(), "two rows are two people");
        let firm = column("enterprise_name", &["杭州****公司"], &[], &[]);
        assert_eq!(examples(&ValueKind::EnterpriseName, &firm, 90), ["杭州****公司"]);
    }

    /// A remark that was read as a name, a state that was read as one: only the shape is shown.
    #[test]
    fn a_guess_of_the_agent_is_not_enough() {
        let remark =
            column("enterprise_name", &["张三****拘留"], &[("汉汉汉汉汉汉汉汉汉", 40), ("汉汉9", 2)], &[]);
        assert_eq!(examples(&ValueKind::Text, &remark, 90), ["汉汉…"]);
        let state = column("person_name", &["离*", "已*"], &[("汉汉", 90)], &[("离异", 40), ("已婚", 50)]);
        for kind in [ValueKind::Text, ValueKind::Code { set: CodeSetId::Marriage }] {
            assert_eq!(examples(&kind, &state, 90), ["汉汉"], "{kind:?}");
        }
    }

    /// Long words are cut in shapes; what then looks the same stands once, and numbers keep their length.
    #[test]
    fn shapes_are_brief() {
        let patterns = [
            ("汉汉汉汉汉汉汉汉汉9汉99汉", 40),
            ("汉汉汉汉汉汉汉9汉99汉", 30),
            ("9999999999", 20),
            ("汉汉汉汉", 9),
            ("汉9", 8),
        ];
        let address = column("integer", &[], &patterns, &[]);
        assert_eq!(examples(&ValueKind::Address, &address, 90), ["9999999999", "汉汉…9汉99汉", "汉汉汉汉"]);
        assert_eq!(brief(&format!("{}…", "汉".repeat(24))), "汉汉…");
    }

    /// What an agent failed to mask does not pass, as an example or as a shape.
    #[test]
    fn what_is_not_masked_does_not_pass() {
        let raw = column("mobile", &["13912342233", "139****2234", "****"], &[("13912342233", 90)], &[]);
        assert_eq!(examples(&ValueKind::Mobile, &raw, 90), ["139********"]);
        let raw = column("person_name", &["张三丰"], &[("张汉汉", 90), ("汉汉·汉", 80)], &[]);
        assert_eq!(examples(&ValueKind::PersonName, &raw, 90), ["汉汉·汉"]);
        let odd = column("no_such_kind", &["张三丰"], &[], &[]);
        assert!(examples(&ValueKind::PersonName, &odd, 90).is_empty());
    }
}
