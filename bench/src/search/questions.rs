//! What people ask of a catalogue, in a fixed order that goes round.

/// Words as people type them: names, synonyms, pinyin, initials, codes, English, several words, half words.
const WORDS: [&str; 24] = [
    "低保",
    "身份证",
    "死亡日期",
    "企业名称",
    "婚姻",
    "zdshbz",
    "dibao",
    "hukou",
    "sfzh",
    "GA-00",
    "不动产 权证",
    "残疾人证号",
    "pension",
    "民政 姓名",
    "统一社会信用代码",
    "参保",
    "补贴发放",
    "crbjx",
    "车辆",
    "xingming",
    "从业人数",
    "许可证",
    "地址 电话",
    "登记信息",
];
/// Data that somebody looks for.
const DATA: [&str; 12] = [
    "身份证号",
    "低保金额",
    "死亡日期",
    "统一社会信用代码",
    "配偶姓名",
    "sfzh",
    "不动产权证号",
    "疫苗",
    "残疾等级",
    "现住址",
    "手机",
    "缴费基数",
];
/// Filters.
const FILTERS: [&str; 4] =
    ["", "&share_type=conditional", "&classification=department&update_cycle=daily", "&page=2"];

fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

fn round<'a>(all: &[&'a str], at: usize) -> &'a str {
    all.get(at % all.len().max(1)).copied().unwrap_or_default()
}

/// Question of a search.
pub const SEARCH: fn(usize) -> String = |at| {
    format!("/api/v1/catalogue/search?q={}{}", encoded(round(&WORDS, at)), round(&FILTERS, at / WORDS.len()))
};

/// Question for holders.
pub const HOLDERS: fn(usize) -> String =
    |at| format!("/api/v1/catalogue/holders?q={}", encoded(round(&DATA, at)));
