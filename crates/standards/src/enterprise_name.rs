//! Names of enterprises and other organisations 企业（单位）名称.
//!
//! The standard form has full-width brackets, half-width letters and digits, and no spaces between Chinese characters. [`EnterpriseName::stem`]
//! is the name without its legal form, for comparison; branches and representative offices are entities of their own and keep
//! what tells them apart.

use std::fmt;

use crate::note::{Note, Parsed};
use crate::text;
use crate::traditional;

/// What kind of establishment a name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Establishment {
    /// The entity itself.
    Head,
    /// Branch, sub-branch, shop or department of an entity 分公司、支行、营业部、门市部…
    Branch,
    /// Representative office 代表处、办事处.
    RepresentativeOffice,
}

/// A name in standard form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnterpriseName(String);

/// Legal forms, longest first, as they stand at the end of a name.
const LEGAL_FORMS: &[&str] = &[
    "股份有限责任公司",
    "农民专业合作社联合社",
    "股份合作公司",
    "集团有限责任公司",
    "集团股份有限公司",
    "有限责任公司",
    "股份有限公司",
    "农民专业合作社",
    "集团有限公司",
    "有限合伙企业",
    "普通合伙企业",
    "特殊普通合伙",
    "个人独资企业",
    "个体工商户",
    "专业合作社",
    "集团公司",
    "有限公司",
    "有限合伙",
    "普通合伙",
    "合伙企业",
    "个人独资",
    "股份公司",
    "总公司",
    "合作社",
    "集团",
    "公司",
];

/// Words at the end of the names of branches.
const BRANCHES: &[&str] = &[
    "分公司",
    "分厂",
    "分店",
    "分社",
    "分院",
    "分校",
    "分部",
    "支公司",
    "支行",
    "分行",
    "支店",
    "营业部",
    "营业厅",
    "营业所",
    "门市部",
    "经营部",
    "项目部",
    "服务部",
    "分理处",
    "储蓄所",
];

/// Words at the end of the names of representative offices.
const OFFICES: &[&str] = &["代表处", "办事处", "联络处"];

/// What may stand in brackets at the end as the legal form: 某某中心（有限合伙）.
const BRACKETED: &[&str] =
    &["有限合伙", "普通合伙", "特殊普通合伙", "个人独资", "个体工商户", "股份合作", "集团"];

impl EnterpriseName {
    /// The name in standard form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its legal form: 杭州某某科技 for 杭州某某科技有限公司. A branch keeps its whole name, because its legal form
    /// belongs to the head; a name that is nothing but a legal form keeps it.
    pub fn stem(&self) -> &str {
        let name = self.0.as_str();
        if self.establishment() != Establishment::Head {
            return name;
        }
        let mut rest = name;
        for form in BRACKETED {
            let inner =
                rest.strip_suffix('）').and_then(|r| r.strip_suffix(form)).and_then(|r| r.strip_suffix('（'));
            if let Some(shorter) = inner {
                rest = shorter;
                break;
            }
        }
        let stem = LEGAL_FORMS.iter().find_map(|form| rest.strip_suffix(form)).unwrap_or(rest);
        if stem.chars().count() < 2 { name } else { stem }
    }

    /// The legal form at the end, for example 有限公司; empty when there is none.
    pub fn legal_form(&self) -> &str {
        self.0.strip_prefix(self.stem()).unwrap_or_default()
    }

    /// Whether the name is that of a branch or a representative office.
    pub fn establishment(&self) -> Establishment {
        let name = self.0.trim_end_matches('）');
        if OFFICES.iter().any(|word| name.ends_with(word))
            && LEGAL_FORMS.iter().any(|form| name.contains(form))
        {
            Establishment::RepresentativeOffice
        } else if is_branch(name) {
            Establishment::Branch
        } else {
            Establishment::Head
        }
    }

    /// A key under which writings of one name agree: simplified characters, no brackets, spaces or signs, lower case. 有限责任公司 and
    /// 有限公司 are not the same registered name and stay distinct.
    pub fn comparison_key(&self) -> String {
        self.0
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .map(traditional::simplify)
            .collect()
    }
}

/// 某某公司某某分公司 in any case; 经营部 and the like only behind a legal form, as independent shops carry the word as well.
fn is_branch(name: &str) -> bool {
    BRANCHES.iter().any(|word| {
        let Some(head) = name.strip_suffix(word) else { return false };
        word.contains(['分', '支']) && !head.is_empty() || LEGAL_FORMS.iter().any(|form| head.contains(form))
    })
}

impl fmt::Display for EnterpriseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a name.
///
/// Repaired: width, brackets of any kind, spaces, quotation marks around it. Remarked: unbalanced brackets, traditional forms. Invalid: lost characters,
/// telephone numbers, no letters, more than 200 characters.
pub fn parse(raw: &str) -> Parsed<EnterpriseName> {
    let trimmed = text::trim(raw);
    if trimmed.chars().count() > 200 {
        return Parsed::invalid(LONG);
    }
    let name = normalise(trimmed);
    if name.contains(['\u{FFFD}', '□', '■', '〓', '?']) {
        return Parsed::invalid(UNREADABLE);
    }
    if !name.chars().any(char::is_alphabetic) {
        return Parsed::invalid(EMPTY);
    }
    let mut notes = Vec::new();
    if name != raw {
        notes.push(REWRITTEN);
    }
    if !balanced(&name) {
        notes.push(BRACKETS);
    }
    if traditional::contains(&name) {
        notes.push(TRADITIONAL);
    }
    Parsed::from_notes(EnterpriseName(name), notes)
}

fn normalise(trimmed: &str) -> String {
    let folded = text::fold_width(trimmed);
    let inner = folded.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '“' | '”'));
    let squeezed = text::squeeze(inner);
    let mut name = String::with_capacity(squeezed.len());
    let mut characters = squeezed.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '(' | '[' | '【' | '〔' | '［' | '{' | '﹙' => name.push('（'),
            ')' | ']' | '】' | '〕' | '］' | '}' | '﹚' => name.push('）'),
            // A space has a meaning only between two Latin letters or digits.
            ' ' => {
                let graphic = |c: &char| c.is_ascii_graphic() && !"()[]{}".contains(*c);
                if name.chars().last().as_ref().is_some_and(graphic) && characters.peek().is_some_and(graphic)
                {
                    name.push(' ');
                }
            }
            '\u{2219}' | '\u{2022}' | '\u{30FB}' | '\u{FF65}' | '\u{2027}' => name.push('\u{00B7}'),
            c => name.push(c),
        }
    }
    name
}

fn balanced(name: &str) -> bool {
    let mut depth = 0_i32;
    for c in name.chars() {
        match c {
            '（' => depth += 1,
            '）' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

const REWRITTEN: Note =
    Note::new("enterprise_name.rewritten", "已统一括号、全半角或空格", "brackets, width or spaces unified");
const BRACKETS: Note = Note::new(
    "enterprise_name.brackets",
    "名称中的括号不成对，请核对营业执照",
    "the brackets in the name do not match; check the licence",
);
const TRADITIONAL: Note = Note::new(
    "enterprise_name.traditional",
    "名称含繁体字，已保留原字；比对时按简体处理",
    "the name has traditional characters, which are kept; comparisons use simplified ones",
);
const LONG: Note = Note::new(
    "enterprise_name.long",
    "名称超过200个字，请核对该列内容",
    "more than 200 characters; is this column a name?",
);
const UNREADABLE: Note = Note::new(
    "enterprise_name.unreadable_character",
    "名称含无法显示的字，请按营业执照补录",
    "a character was lost; enter the name again from the licence",
);
const EMPTY: Note =
    Note::new("enterprise_name.no_letters", "名称中没有文字，请补录", "the name has no letters; enter it");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> EnterpriseName {
        parse(raw).into_value().unwrap_or_else(|| panic!("{raw} is a name"))
    }

    /// All writings of brackets, width and spaces give one name.
    #[test]
    fn unifies_writings() {
        for raw in [
            "杭州某某（浙江）科技有限公司",
            "杭州某某(浙江)科技有限公司",
            " 杭州某某 （浙江） 科技有限公司",
            "杭州某某【浙江】科技有限公司",
            "杭州某某（ 浙江)科技有限公司",
        ] {
            assert_eq!(read(raw).as_str(), "杭州某某（浙江）科技有限公司", "{raw}");
        }
        assert_eq!(read("ＡＢＣ Trading  Co (China)").as_str(), "ABC Trading Co（China）");
    }

    /// The legal form is taken off the end only, and never all of the name.
    #[test]
    fn strips_the_legal_form() {
        for (name, stem, form) in [
            ("杭州某某科技有限公司", "杭州某某科技", "有限公司"),
            ("杭州某某科技有限责任公司", "杭州某某科技", "有限责任公司"),
            ("浙江某某集团股份有限公司", "浙江某某", "集团股份有限公司"),
            ("宁波某某投资中心（有限合伙）", "宁波某某投资中心", "（有限合伙）"),
            ("有限公司咨询服务部", "有限公司咨询服务部", ""),
            ("公司", "公司", ""),
            ("西湖区老王面馆", "西湖区老王面馆", ""),
        ] {
            let read = read(name);
            assert_eq!((read.stem(), read.legal_form()), (stem, form), "{name}");
        }
    }

    /// Branches and offices are entities of their own.
    #[test]
    fn keeps_branches_distinct() {
        let head = read("杭州某某科技有限公司");
        let branch = read("杭州某某科技有限公司宁波分公司");
        let office = read("某某（香港）有限公司杭州代表处");
        assert_eq!(head.establishment(), Establishment::Head);
        assert_eq!(branch.establishment(), Establishment::Branch);
        assert_eq!(office.establishment(), Establishment::RepresentativeOffice);
        assert_eq!(branch.stem(), branch.as_str());
        assert_ne!(head.comparison_key(), branch.comparison_key());
        assert_eq!(read("老王建材经营部").establishment(), Establishment::Head);
        assert_eq!(read("中国工商银行股份有限公司杭州西湖支行").establishment(), Establishment::Branch);
    }
}
