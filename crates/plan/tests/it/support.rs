//! A civil-affairs resource with one item of each sort, and calls on it.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use plan::*;
use standards::value::{CodeSetId, ValueKind};

/// An instant inside the validity of [`pin`].
pub const NOW: i64 = 1_500;
/// A subject with a right check character.
pub const SUBJECT: &str = "11010519491231002X";
/// Columns of the table, in the order of [`batch`].
pub const COLUMNS: [&str; 8] = ["SFZH", "XM", "XB", "HYZK", "SJH", "SR", "QH", "GXSJ"];

fn bound(item: &str, column: &str, kind: ValueKind) -> MountItem {
    MountItem { item: item.into(), column: column.into(), kind, code_map: Default::default() }
}

fn granted(item: &str, masked: bool, verify_only: bool) -> GrantedItem {
    GrantedItem { item: item.into(), masked, verify_only }
}

/// `id`, `name` and `sex` in clear, `mobile` masked, `marriage` for verifying only; `income` and `region` not granted; only rows of
/// region 3301 are visible.
pub fn pin() -> Pin {
    let mut sex = bound("sex", "XB", ValueKind::Code { set: CodeSetId::Sex });
    sex.code_map = [("M", "1"), ("F", "2")].map(|(local, standard)| (local.into(), standard.into())).into();
    Pin {
        grant: GrantSpec {
            grant: "g1".into(),
            version: 1,
            consumer: "11330100MB1234567A".into(),
            consumer_name: "市监局".into(),
            clients: Vec::new(),
            resource: "mz/dibao".into(),
            items: vec![
                granted("id", false, false),
                granted("name", false, false),
                granted("sex", false, false),
                granted("mobile", true, false),
                granted("marriage", false, true),
                granted("unmounted", false, false),
            ],
            row_filter: RowFilter { all: vec![condition("region", ConditionOp::Prefix, &["3301"])] },
            purposes: vec![purpose()],
            shapes: vec![Shape::Query, Shape::Verify],
            valid_from_ms: 1_000,
            valid_until_ms: 2_000,
            quota_per_day: 100,
            quota_per_second: 10,
        },
        mount: Mount {
            resource: "mz/dibao".into(),
            source: "mz".into(),
            table: "DB_RY".into(),
            keys: vec!["id".into()],
            items: vec![
                bound("id", "SFZH", ValueKind::ResidentId),
                bound("name", "XM", ValueKind::PersonName),
                sex,
                bound("marriage", "HYZK", ValueKind::Code { set: CodeSetId::Marriage }),
                bound("mobile", "SJH", ValueKind::Mobile),
                bound("income", "SR", ValueKind::Money),
                bound("region", "QH", ValueKind::Region),
            ],
            as_of_column: Some("GXSJ".into()),
        },
    }
}

/// One condition.
pub fn condition(item: &str, op: ConditionOp, values: &[&str]) -> Condition {
    Condition { item: item.into(), op, values: values.iter().map(|&value| value.into()).collect() }
}

/// The granted purpose.
pub fn purpose() -> Purpose {
    Purpose { matter: "MZ-SHJZ-001".into(), basis: "社会救助暂行办法 第十一条".into() }
}

/// A query for items of the subject.
pub fn query(pinned: &Pinned, items: &[&str]) -> Call {
    Call {
        call: "c1".into(),
        grant: pinned.pin().grant.grant.clone(),
        pin_digest: pinned.digest().into(),
        shape: Shape::Query,
        subject: KeyValue { item: "id".into(), value: SUBJECT.into() },
        items: items.iter().map(|&item| item.into()).collect(),
        claims: Vec::new(),
        narrow: RowFilter::default(),
        purpose: purpose(),
        case: "BJ-2024-1".into(),
        caller: "client-1".into(),
    }
}

/// A verify of claims about the subject.
pub fn verify(pinned: &Pinned, claims: &[(&str, &str)]) -> Call {
    let claims =
        claims.iter().map(|&(item, value)| KeyValue { item: item.into(), value: value.into() }).collect();
    Call { shape: Shape::Verify, claims, ..query(pinned, &[]) }
}

/// The pin, ready for use.
pub fn pinned() -> Pinned {
    Pinned::new(pin()).expect("the pin of the tests is well formed")
}

/// One row of the table.
pub type Row = [Option<&'static str>; 8];

/// A row of the subject, all well.
pub fn row() -> Row {
    [SUBJECT, "张三丰", "M", "20", "13812345678", "800", "330106", "2024-01-05 08:30:00"].map(Some)
}

/// Rows as a source would hand them over.
pub fn batch(rows: &[Row]) -> RecordBatch {
    let columns = COLUMNS.iter().enumerate().map(|(at, &name)| {
        let texts: StringArray = rows.iter().map(|row| row[at]).collect();
        (name, Arc::new(texts) as ArrayRef, true)
    });
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of equal length")
}

/// Runs a call over rows, all steps.
pub fn run(pinned: &Pinned, call: &Call, rows: &[Row]) -> Result<Answer, Refusal> {
    let task = check(pinned, call, NOW)?;
    let rows = standardise(&task, &[batch(rows)])?;
    Ok(minimise(&task, &rows, &filter(&task, &rows), NOW, "5a17".into()))
}

/// Code of the refusal of a call.
pub fn refused(pinned: &Pinned, call: &Call) -> &'static str {
    check(pinned, call, NOW).map(|_| ()).expect_err("the call must be refused").code
}
