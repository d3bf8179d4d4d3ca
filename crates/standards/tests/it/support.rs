//! Kinds and texts that several tests share.

use proptest::prelude::*;
use standards::value::{CodeSetId, ValueKind};

/// Every kind there is, with a set that is loaded and one that is not.
pub fn kinds() -> Vec<ValueKind> {
    let mut kinds = vec![
        ValueKind::ResidentId,
        ValueKind::CreditCode,
        ValueKind::Region,
        ValueKind::Date,
        ValueKind::DateTime,
        ValueKind::Mobile,
        ValueKind::Landline,
        ValueKind::Phone,
        ValueKind::PersonName,
        ValueKind::EnterpriseName,
        ValueKind::Money,
        ValueKind::Integer,
        ValueKind::Decimal,
        ValueKind::Address,
        ValueKind::Text,
        ValueKind::Boolean,
    ];
    let sets = [
        CodeSetId::Sex,
        CodeSetId::Marriage,
        CodeSetId::EthnicGroup,
        CodeSetId::Kinship,
        CodeSetId::Custom("own".to_owned()),
    ];
    kinds.extend(sets.into_iter().map(|set| ValueKind::Code { set }));
    kinds
}

/// Any kind.
pub fn any_kind() -> impl Strategy<Value = ValueKind> {
    proptest::sample::select(kinds())
}

/// Texts that are likely to reach deep into the parsers, and quite arbitrary ones.
pub fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9Xx]{0,20}",
        "[0-9年月日/.: T+Z-]{0,24}",
        "[0-9０-９.,万亿元角分整零壹贰叁伍拾佰仟千百十¥$()（）-]{0,16}",
        "[0-9A-Z]{15,18}",
        "[+0-9() 转/、,-]{0,30}",
        "[一-龥]{0,8}[·•.（）()]?[一-龥]{0,6}",
        "(浙江|北京|吉林|新疆)?(省|市)?(杭州|朝阳|鼓楼|市辖区)?(市|区|县)?[一-龥0-9]{0,5}",
    ]
}

/// Valid 18-character identity numbers of people born 1900 to 2024 in a region that exists.
pub fn any_id() -> impl Strategy<Value = String> {
    let codes: Vec<u32> = standards::region::all()
        .iter()
        .filter(|d| d.is_current() && !d.is_heading() && d.code % 100 != 0 && d.code < 700_000)
        .map(|d| d.code)
        .collect();
    (proptest::sample::select(codes), 1900..2025_i32, 1..=12_u32, 1..=28_u32, 1..999_u32).prop_map(
        |(region, y, m, d, seq)| {
            let first = format!("{region}{y:04}{m:02}{d:02}{seq:03}");
            let check = standards::resident_id::check_character(first.as_bytes()).map_or('?', char::from);
            format!("{first}{check}")
        },
    )
}
