//! What other crates and stored files rely on: JSON forms, masks as documented, variants in key columns, loaded tables.

use standards::codes::CodeSet;
use standards::value::{
    CodeSetId, Status, Tables, ValueKind, equal, is_masked, key_variants, mask, standardise,
};

/// Kinds are stored in mounts and catalogues in this form.
#[test]
fn kinds_have_a_stable_json_form() {
    for (kind, json) in [
        (ValueKind::ResidentId, r#"{"type":"resident_id"}"#),
        (ValueKind::DateTime, r#"{"type":"date_time"}"#),
        (ValueKind::Code { set: CodeSetId::EthnicGroup }, r#"{"type":"code","set":"ethnic_group"}"#),
        (ValueKind::Code { set: CodeSetId::Custom("own".to_owned()) }, r#"{"type":"code","set":"own"}"#),
    ] {
        assert_eq!(serde_json::to_string(&kind).expect("json"), json);
        assert_eq!(serde_json::from_str::<ValueKind>(json).expect("kind"), kind);
    }
    let answer = serde_json::to_value(standardise(&ValueKind::Date, "2024-02-30")).expect("json");
    assert_eq!(answer["status"], "invalid");
    assert_eq!(answer["notes"][0]["code"], "date.impossible");
}

/// Each kind is masked as its documentation says; texts of another shape are hidden whole.
#[test]
fn masks_are_as_documented() {
    for (kind, value, shown) in [
        (ValueKind::ResidentId, "330106198503070018", "330*************18"),
        (ValueKind::ResidentId, "330106850307001", "330**********01"),
        (ValueKind::ResidentId, "张三330106198503070018", "****"),
        (ValueKind::CreditCode, "91350100M000100Y43", "9135**********0Y43"),
        (ValueKind::Mobile, "13957112233", "139****2233"),
        (ValueKind::Mobile, "+86 139-5711-2233", "139****2233"),
        (ValueKind::Mobile, "1395711223", "****"),
        (ValueKind::Landline, "0571-87654321", "0571-******21"),
        (ValueKind::Phone, "87654321", "******21"),
        (ValueKind::PersonName, "张三丰", "张**"),
        (ValueKind::PersonName, "王?", "王*"),
        (ValueKind::PersonName, "13957112233", "****"),
        (ValueKind::EnterpriseName, "杭州某某科技有限公司", "杭州****公司"),
        (ValueKind::EnterpriseName, "老王面馆", "老****"),
        (ValueKind::Region, "330106", "3301**"),
        (ValueKind::Address, "浙江省杭州市西湖区文三路90号", "浙江省杭州市西湖区****"),
        (ValueKind::Address, "文三路90号", "****"),
        (ValueKind::Date, "19850307", "1985-**-**"),
        (ValueKind::Date, "不是日期", "****"),
        (ValueKind::Money, "500000", "****"),
        (ValueKind::Code { set: CodeSetId::Sex }, "1", "****"),
        (ValueKind::Text, "", ""),
    ] {
        assert_eq!(mask(&kind, value), shown, "{kind:?} {value}");
        assert!(value.is_empty() || is_masked(&kind, shown), "{kind:?} {shown}");
        assert!(!is_masked(&kind, value), "{kind:?} {value} is not masked");
    }
}

/// What shows more than the rule of its kind allows is not taken for masked, however many stars stand in it.
#[test]
fn half_a_mask_is_none() {
    for (kind, shown) in [
        (ValueKind::ResidentId, "33010*198503070018"),
        (ValueKind::CreditCode, "91350100M0*****Y43"),
        (ValueKind::Mobile, "13957****33"),
        (ValueKind::Landline, "0571-8****4321"),
        (ValueKind::Landline, "057187654-*21"),
        (ValueKind::PersonName, "张三*"),
        (ValueKind::EnterpriseName, "张三丰****拘留"),
        (ValueKind::Region, "330106"),
        (ValueKind::Address, "浙江省杭州市西湖区文三路90号****"),
        (ValueKind::Date, "1985-03-**"),
        (ValueKind::DateTime, "1985-**-**T08:**:**"),
        (ValueKind::Text, "张**"),
        (ValueKind::Boolean, "是"),
    ] {
        assert!(!is_masked(&kind, shown), "{kind:?} {shown}");
    }
}

/// Key columns are asked for every usual writing, the standard value first.
#[test]
fn variants_cover_the_usual_writings() {
    let id = key_variants(&ValueKind::ResidentId, "11010519491231002X");
    assert_eq!(id, ["11010519491231002X", "11010519491231002x", "110105491231002"]);
    let name = key_variants(&ValueKind::PersonName, "买买提·吐尔逊");
    assert!(
        name[0] == "买买提·吐尔逊"
            && name.contains(&"买买提•吐尔逊".to_owned())
            && name.contains(&"买买提吐尔逊".to_owned())
    );
    let firm = key_variants(&ValueKind::EnterpriseName, "某某（杭州）有限公司");
    assert!(firm.contains(&"某某(杭州)有限公司".to_owned()));
    let sex = key_variants(&ValueKind::Code { set: CodeSetId::Sex }, "1");
    assert!(sex.contains(&"男".to_owned()) && sex.contains(&"M".to_owned()));
    let city = key_variants(&ValueKind::Region, "330100");
    assert!(city.contains(&"3301".to_owned()) && city.contains(&"330100000000".to_owned()));
    let date = key_variants(&ValueKind::Date, "2024-01-05");
    assert!(date.len() == 8 && date.contains(&"20240105".to_owned()));
}

/// Equality is about the value, not the writing, and unknown stays unknown.
#[test]
fn equality_is_about_the_value() {
    assert_eq!(equal(&ValueKind::Date, "2024年1月5日", "20240105"), Some(true));
    assert_eq!(equal(&ValueKind::ResidentId, "110105491231002", "11010519491231002x"), Some(true));
    assert_eq!(equal(&ValueKind::PersonName, "張三", "张三"), Some(true));
    assert_eq!(equal(&ValueKind::Money, "50万元", "500,000.00"), Some(true));
    assert_eq!(equal(&ValueKind::Money, "50万美元", "50万元"), Some(false));
    assert_eq!(equal(&ValueKind::EnterpriseName, "某某(杭州)有限公司", "某某（杭州）有限公司"), Some(true));
    assert_eq!(equal(&ValueKind::EnterpriseName, "某某有限公司", "某某有限公司杭州分公司"), Some(false));
    assert_eq!(equal(&ValueKind::Date, "是", "20240105"), None);
    assert_eq!(equal(&ValueKind::Text, "", ""), None);
}

/// A node's own code sets and towns are used once they are loaded, and only then.
#[test]
fn loaded_tables_are_used() {
    let own = CodeSetId::Custom("disability_grade".to_owned());
    let kind = ValueKind::Code { set: own.clone() };
    assert_eq!(standardise(&kind, "一级").notes[0].code, "code.set_not_loaded");
    let mut tables = Tables::default();
    tables
        .codes
        .insert(CodeSet::from_csv(own, "GB/T 26341-2010", "1,一级,Grade 1\n2,二级,Grade 2\n").expect("set"));
    tables.regions.load_csv("330106109,三墩镇\n").expect("towns");
    assert_eq!(tables.standardise(&kind, "一级").usable(), Some("1"));
    assert_eq!(tables.standardise(&kind, "五级").status, Status::Invalid);
    assert_eq!(
        tables.standardise(&ValueKind::Region, "浙江省杭州市西湖区三墩镇").usable(),
        Some("330106109")
    );
}

/// Texts that fuzzing found: quotation marks behind control characters, and a NULL word inside them.
#[test]
fn texts_found_by_fuzzing_stay_right() {
    for (kind, raw) in [
        (ValueKind::EnterpriseName, "\"\t\"(202(年\u{0}\u{310}\u{0}"),
        (ValueKind::EnterpriseName, "\"   \u{0}\u{1} Na\u{0}\""),
        (ValueKind::PersonName, "' \"Na\" '"),
    ] {
        let first = standardise(&kind, raw);
        if let Some(value) = first.usable() {
            assert_eq!(standardise(&kind, value).usable(), Some(value), "{raw:?}");
        }
    }
}
