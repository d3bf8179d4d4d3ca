//! Real dirt: what stands in the tables of offices, and what must come out.

use standards::value::{CodeSetId, Status, ValueKind, standardise};

type Case = (&'static str, Option<&'static str>, Status);

fn check(kind: &ValueKind, cases: &[Case]) {
    for (raw, value, status) in cases {
        let answer = standardise(kind, raw);
        assert_eq!((answer.usable(), answer.status), (*value, *status), "{kind:?} {raw:?}: {answer:?}");
        // Whatever is not simply valid says why, in both languages.
        assert!(matches!(answer.status, Valid | Missing) || !answer.notes.is_empty(), "{raw:?}");
        assert!(
            answer
                .notes
                .iter()
                .all(|note| !note.zh.is_empty() && !note.en.is_empty() && note.code.contains('.'))
        );
        // Notes are logged and shown, so they must not repeat the value.
        assert!(
            answer.notes.iter().all(|note| raw.chars().count() < 4 || !note.zh.contains(*raw)),
            "{raw:?}: {answer:?}"
        );
    }
}

use Status::{Invalid, Missing, Repaired, Valid};

/// Identity numbers: forms, placeholders, spreadsheet damage, relatives' remarks.
#[test]
fn identity_numbers() {
    check(
        &ValueKind::ResidentId,
        &[
            ("33010619850307001X", None, Invalid),
            ("330106198503070031", None, Invalid),
            ("11010519491231002X", Some("11010519491231002X"), Repaired),
            ("11010519491231002x", Some("11010519491231002X"), Repaired),
            ("'110105 1949 1231 002X", Some("11010519491231002X"), Repaired),
            ("110105491231002", Some("11010519491231002X"), Repaired),
            ("1.10105E+17", None, Invalid),
            ("110105194912310000", None, Invalid),
            ("000000000000000000", None, Invalid),
            ("无", None, Missing),
            ("NULL", None, Missing),
            ("待补", None, Invalid),
        ],
    );
}

/// Names: five separators, width, lost characters, telephone numbers.
#[test]
fn names() {
    check(
        &ValueKind::PersonName,
        &[
            ("张三", Some("张三"), Valid),
            ("张　三", Some("张三"), Repaired),
            ("买买提∙吐尔逊", Some("买买提·吐尔逊"), Repaired),
            ("买买提●吐尔逊", Some("买买提·吐尔逊"), Repaired),
            ("王?", None, Invalid),
            ("王□", None, Invalid),
            ("王𫞩", Some("王𫞩"), Valid),
            ("13957112233", None, Invalid),
            ("陳大文", Some("陳大文"), Repaired),
            ("-", None, Missing),
        ],
    );
    check(
        &ValueKind::EnterpriseName,
        &[
            ("某某（杭州）有限公司", Some("某某（杭州）有限公司"), Valid),
            ("某某(杭州)有限公司", Some("某某（杭州）有限公司"), Repaired),
            ("某某(杭州有限公司", Some("某某（杭州有限公司"), Repaired),
            ("123456", None, Invalid),
        ],
    );
}

/// Dates: 是 and serials among them, zero dates.
#[test]
fn dates() {
    check(
        &ValueKind::Date,
        &[
            ("2022-07-18", Some("2022-07-18"), Valid),
            ("44760", Some("2022-07-18"), Repaired),
            ("2022年7月18日", Some("2022-07-18"), Repaired),
            ("20220718", Some("2022-07-18"), Repaired),
            ("是", None, Invalid),
            ("0", None, Missing),
            ("0000-00-00", None, Missing),
            ("1900-01-00", None, Missing),
            ("2022-13-01", None, Invalid),
            ("2022-07", None, Invalid),
        ],
    );
}

/// Numbers, amounts and flags as in open data: 是 mixed with 0, units stuck to numbers.
#[test]
fn numbers() {
    check(
        &ValueKind::Boolean,
        &[
            ("是", Some("true"), Repaired),
            ("0", Some("false"), Repaired),
            ("无", Some("false"), Repaired),
            ("", None, Missing),
            ("2", None, Invalid),
        ],
    );
    check(
        &ValueKind::Decimal,
        &[
            ("1320m2", Some("1320"), Repaired),
            ("60000", Some("60000"), Valid),
            ("99995㎡", Some("99995"), Repaired),
            ("约500", None, Invalid),
        ],
    );
    check(
        &ValueKind::Money,
        &[
            ("500", Some("500"), Valid),
            ("50万元人民币", Some("500000"), Repaired),
            ("100.000000万人民币", Some("1000000"), Repaired),
            ("1000.0000", Some("1000"), Repaired),
            ("50万美元", Some("USD 500000"), Repaired),
            ("伍佰万元整", Some("5000000"), Repaired),
            ("无", None, Missing),
            ("50-100万", None, Invalid),
        ],
    );
}

/// Codes in the writing of each department.
#[test]
fn codes() {
    let code = |set| ValueKind::Code { set };
    check(
        &code(CodeSetId::Sex),
        &[
            ("1", Some("1"), Valid),
            ("男", Some("1"), Repaired),
            ("女性", Some("2"), Repaired),
            ("3", None, Invalid),
            ("1-女", None, Invalid),
        ],
    );
    check(
        &code(CodeSetId::EthnicGroup),
        &[
            ("01", Some("01"), Valid),
            ("1", Some("01"), Repaired),
            ("汉", Some("01"), Repaired),
            ("维族", Some("05"), Repaired),
        ],
    );
    check(
        &code(CodeSetId::Marriage),
        &[("1", Some("10"), Repaired), ("离异", Some("40"), Repaired), ("50", None, Invalid)],
    );
    check(
        &code(CodeSetId::Kinship),
        &[("儿子", Some("20"), Repaired), ("1", None, Invalid), ("户主", Some("02"), Repaired)],
    );
    check(&code(CodeSetId::Custom("own".to_owned())), &[("1", None, Invalid)]);
}

/// Telephones and places.
#[test]
fn phones_and_places() {
    check(
        &ValueKind::Phone,
        &[
            ("13957112233", Some("13957112233"), Valid),
            ("+86-139 5711 2233", Some("13957112233"), Repaired),
            ("0571-87654321/13957112233", Some("0571-87654321"), Repaired),
            ("张三", None, Invalid),
        ],
    );
    check(
        &ValueKind::Region,
        &[
            ("330106", Some("330106"), Valid),
            ("330106000000", Some("330106"), Repaired),
            ("33", Some("330000"), Repaired),
            ("330103", Some("330103"), Repaired),
            ("浙江省杭州市西湖区", Some("330106"), Repaired),
            ("鼓楼区", None, Invalid),
            ("城关镇", None, Invalid),
            ("999999", None, Invalid),
        ],
    );
}
