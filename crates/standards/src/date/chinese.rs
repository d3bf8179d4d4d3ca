//! Dates in Chinese numerals: 二〇二四年一月五日, 二〇〇〇年十二月三十一日.

use chrono::NaiveDate;

/// The date, `None` when the text is not one; the inner `None` when it does not exist.
#[expect(clippy::option_option, reason = "no such text and no such day are answered differently")]
pub(super) fn parse(text: &str) -> Option<Option<NaiveDate>> {
    let (year, rest) = text.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day = rest.strip_suffix(['日', '号']).unwrap_or(rest);
    if year.chars().count() != 4 {
        return None;
    }
    let year = year.chars().try_fold(0_u32, |sum, c| Some(sum * 10 + digit(c)?))?;
    Some(super::valid(year, small(month.trim())?, small(day.trim())?))
}

/// One numeral, also in the capitals of cheques.
pub(crate) const fn digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' | 'Ｏ' | '０' | 'O' | '0' => 0,
        '一' | '壹' | '元' | '1' => 1,
        '二' | '贰' | '貳' | '两' | '2' => 2,
        '三' | '叁' | '參' | '叄' | '3' => 3,
        '四' | '肆' | '4' => 4,
        '五' | '伍' | '5' => 5,
        '六' | '陆' | '陸' | '6' => 6,
        '七' | '柒' | '7' => 7,
        '八' | '捌' | '8' => 8,
        '九' | '玖' | '9' => 9,
        _ => return None,
    })
}

/// A number up to 99: 五, 十二, 三十一, 廿一, 〇五, 12.
fn small(text: &str) -> Option<u32> {
    let chars: Vec<char> = text.chars().take(4).collect();
    let ten = |c: char| matches!(c, '十' | '拾');
    match chars[..] {
        [c] if ten(c) => Some(10),
        [c] => digit(c),
        [c, d] if ten(c) => Some(10 + digit(d)?),
        [c, d] if ten(d) => Some(digit(c)? * 10),
        ['廿', d] => Some(20 + digit(d)?),
        ['卅', d] => Some(30 + digit(d)?),
        [c, d] => Some(digit(c)? * 10 + digit(d)?),
        [c, t, d] if ten(t) => Some(digit(c)? * 10 + digit(d)?),
        _ => None,
    }
}
