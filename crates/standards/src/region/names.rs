//! From names to codes.

use super::code::abolished;
use super::table::{Division, table};
use super::{RegionCode, Regions, full_name};
use crate::note::{Note, Parsed};

/// How many names one text may chain: five levels, one of them doubled, and a heading. The bound keeps repeated names from multiplying.
const DEEPEST: u8 = 7;
/// Signs that people put between the levels.
const BETWEEN: &[char] = &['/', '-', '>', ',', '、', '|', '·', '_', '\\'];

/// One way to read the beginning of a text.
struct Found {
    division: Division,
    /// How many bytes of the text it explains.
    used: usize,
}

/// Finds the division that a name means.
pub(super) fn parse_name(text: &str, regions: &Regions) -> Parsed<RegionCode> {
    // A cell of free text longer than any address is not searched.
    if text.len() > 600 {
        return Parsed::invalid(NO_NAME);
    }
    let text =
        ["中华人民共和国", "中国"].iter().find_map(|country| text.strip_prefix(country)).unwrap_or(text);
    let mut found = Vec::new();
    walk(text, 0, None, DEEPEST, &mut found);
    let Some(used) = found.iter().map(|f| f.used).max() else {
        return Parsed::invalid(NO_NAME);
    };
    found.retain(|f| f.used == used);
    if found.iter().any(|f| f.division.is_current()) {
        found.retain(|f| f.division.is_current());
    }
    let mut codes: Vec<u32> = found.iter().map(|f| f.division.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let [code] = codes[..] else {
        return Parsed::invalid(ambiguous(&codes));
    };
    let mut notes =
        vec![Note::new("region.from_name", "已由名称换算为区划代码", "the code was found by name")];
    if !found.iter().any(|f| f.division.is_current()) {
        notes.push(abolished(found.iter().filter_map(|f| f.division.to).max()));
    }
    let rest = text.get(used..).unwrap_or_default().trim_start_matches(BETWEEN);
    let (region, rest) = below(code, rest, regions);
    if !rest.is_empty() {
        notes.push(Note::new(
            "region.rest_ignored",
            "区划名称之后的文字未计入区划代码",
            "the text after the name of the division was not used",
        ));
    }
    Parsed::Repaired(region, notes)
}

/// Goes through every reading of `text[start..]` as divisions inside `parent`.
fn walk(text: &str, start: usize, parent: Option<Division>, depth: u8, found: &mut Vec<Found>) {
    let rest = text.get(start..).unwrap_or_default();
    let skipped = rest.len() - rest.trim_start_matches(BETWEEN).len();
    let start = start + skipped;
    let rest = text.get(start..).unwrap_or_default();
    let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
    for end in ends.skip(1) {
        let name = rest.get(..end).unwrap_or_default();
        if !table().begins(name) {
            break;
        }
        for division in table().named(name) {
            if !inside(division, parent) {
                continue;
            }
            let stop = start + end;
            // A short name in the middle of a text may be a road (朝阳路): it counts only when more divisions follow or the text ends.
            if division.name == name || stop == text.len() {
                found.push(Found { division: *division, used: stop });
            }
            if stop < text.len() && depth > 1 {
                walk(text, stop, Some(*division), depth - 1, found);
            }
        }
    }
}

/// Whether the division lies in the parent, or is the parent named twice (北京市北京市朝阳区).
fn inside(division: &Division, parent: Option<Division>) -> bool {
    let Some(parent) = parent else {
        // A heading alone (市辖区) names nothing.
        return !division.is_heading();
    };
    let width = if parent.code.is_multiple_of(10_000) {
        10_000
    } else if parent.code.is_multiple_of(100) {
        100
    } else {
        1
    };
    division.code / width == parent.code / width
        && division.code >= parent.code
        && (width > 1)
        && (division.code != parent.code || division.name == parent.name)
}

/// Goes on with the loaded towns and villages.
fn below<'t>(county: u32, rest: &'t str, regions: &Regions) -> (RegionCode, &'t str) {
    let mut code = RegionCode::county(county);
    let mut rest = rest;
    for width in [1_000_u64, 1] {
        let parent = code.twelve_digits() / (width * 1_000);
        let step = regions
            .children(county)
            .filter(|(child, _)| {
                child.twelve_digits().is_multiple_of(width)
                    && child.twelve_digits() / (width * 1_000) == parent
            })
            .filter(|(child, name)| *child != code && rest.starts_with(*name))
            .max_by_key(|(_, name)| name.len());
        let Some((child, name)) = step else { break };
        code = child;
        rest = rest.get(name.len()..).unwrap_or_default().trim_start_matches(BETWEEN);
    }
    (code, rest)
}

const NO_NAME: Note = Note::new(
    "region.no_name",
    "没有识别出行政区划名称，请填写代码或从省起的全称",
    "no division recognised; give the code or the full name from the province down",
);

fn ambiguous(codes: &[u32]) -> Note {
    let named: Vec<String> = codes
        .iter()
        .take(5)
        .map(|code| format!("{}({code})", full_name(*code).unwrap_or_default()))
        .collect();
    let (list, more) = (named.join("、"), if codes.len() > 5 { " …" } else { "" });
    Note::told(
        "region.ambiguous",
        format!("名称对应多个行政区划：{list}{more}，请写明省、市"),
        format!("the name fits several divisions: {list}{more}; add province and city"),
    )
}

#[cfg(test)]
mod tests {
    use crate::region::{Regions, parse};

    fn code(text: &str) -> Option<String> {
        parse(text).into_value().map(|code| code.to_string())
    }

    /// Full names, short names, skipped levels and doubled municipalities all lead to the code.
    #[test]
    fn finds_codes_by_name() {
        assert_eq!(code("浙江省杭州市西湖区").as_deref(), Some("330106"));
        assert_eq!(code("浙江杭州西湖").as_deref(), Some("330106"));
        assert_eq!(code("浙江省/杭州市/西湖区").as_deref(), Some("330106"));
        assert_eq!(code("北京市北京市朝阳区").as_deref(), Some("110105"));
        assert_eq!(code("北京市市辖区朝阳区").as_deref(), Some("110105"));
        assert_eq!(code("河南省济源市").as_deref(), Some("419001"));
        assert_eq!(code("吉林省吉林市").as_deref(), Some("220200"));
        assert_eq!(code("浙江省").as_deref(), Some("330000"));
        assert_eq!(code("北京市朝阳路1号").as_deref(), Some("110000"));
    }

    /// A text that repeats names for pages is answered at once: readings do not multiply.
    #[test]
    fn repeated_names_end() {
        for name in ["朝阳", "吉林市", "海南", "北京市", "城区", "市辖区"] {
            let _ = parse(&name.repeat(60));
        }
        assert_eq!(code("中国浙江省杭州市").as_deref(), Some("330100"));
    }

    /// A name that fits several places names them and decides nothing.
    #[test]
    fn ambiguous_names_list_candidates() {
        let answer = parse("西湖区");
        assert!(answer.value().is_none());
        assert_eq!(answer.notes()[0].code, "region.ambiguous");
        assert!(
            answer.notes()[0].zh.contains("浙江省杭州市西湖区")
                && answer.notes()[0].zh.contains("江西省南昌市西湖区")
        );
    }

    /// A division that no longer exists keeps its own code and says so.
    #[test]
    fn historical_names_are_told() {
        let answer = parse("浙江省杭州市下城区");
        assert_eq!(answer.value().map(ToString::to_string).as_deref(), Some("330103"));
        assert!(answer.notes().iter().any(|note| note.code == "region.abolished"));
    }

    /// Loaded towns and villages are found by code and by name, and unknown ones are then refused.
    #[test]
    fn loads_towns() {
        let mut regions = Regions::builtin();
        assert_eq!(regions.load_csv("code,name\n330106109,三墩镇\n330106109201,\"绕城村委会\"\n"), Ok(2));
        let code = |text: &str| regions.parse(text).into_value().map(|code| code.to_string());
        assert_eq!(code("浙江省杭州市西湖区三墩镇绕城村委会").as_deref(), Some("330106109201"));
        assert_eq!(code("330106109000").as_deref(), Some("330106109"));
        assert_eq!(code("330106999"), None);
        assert!(regions.load_csv("330106109,\n").is_err());
        assert!(regions.load_csv("990106109,某镇\n").is_err());
    }
}
