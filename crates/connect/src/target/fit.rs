//! What every database asks of a table before it takes a delivery.

use super::{Fit, Misfit, Stored, TargetTable, TargetType, errors::misfit};

/// A column that is there.
#[derive(Debug, Clone)]
pub(super) struct Have {
    pub(super) name: String,
    /// Its type as the database writes it.
    pub(super) declared: String,
    pub(super) not_null: bool,
    /// It fills itself when it is not given.
    pub(super) filled: bool,
    /// It is computed and cannot be given.
    pub(super) generated: bool,
}

/// What was found at the target. The columns mean nothing when there are misfits.
pub(super) struct Look<C> {
    pub(super) fit: Fit,
    /// The columns to deliver into, as they are or as they would be made.
    pub(super) columns: Vec<C>,
    /// There is an index that tells keys apart.
    pub(super) keyed: bool,
    /// Nothing but the key bears on the order in which rows are written; only PostgreSQL is asked.
    pub(super) simple: bool,
    /// The bookkeeping is there.
    pub(super) booked: bool,
    /// Where the subscription stands in this table.
    pub(super) stored: Option<Stored>,
}

/// Brings the columns of a table together with those wanted. `column` says how values of a kind go into one, or `None`
/// when they cannot.
pub(super) fn columns<C>(
    have: &[Have],
    table: &TargetTable,
    misfits: &mut Vec<Misfit>,
    same: fn(&str, &str) -> bool,
    mut column: impl FnMut(usize, &Have, TargetType, bool) -> Option<C>,
) -> Vec<C> {
    let mut columns = Vec::new();
    for wanted in &table.columns {
        let name = &wanted.name;
        let Some((at, there)) = have.iter().enumerate().find(|(_, one)| same(&one.name, name)) else {
            if wanted.companion {
                misfits.push(companion_missing(name));
                continue;
            }
            misfits.push(misfit(
                "column_missing",
                name,
                format!("表中没有列“{name}”；请该部门加上此列，或在订阅中改用现有的列。"),
                format!(
                    "the table has no column \"{name}\"; its department should add it, or choose another one"
                ),
            ));
            continue;
        };
        let required = table.key.contains(name) || there.not_null;
        match column(at, there, wanted.holds, required).filter(|_| !there.generated) {
            Some(fitted) => columns.push(fitted),
            None => misfits.push(misfit(
                "type",
                name,
                format!(
                    "列“{name}”的类型 {} 装不下要投递的值，或由数据库自行计算；请该部门修改列类型。",
                    there.declared
                ),
                format!(
                    "column \"{name}\" ({}) cannot hold what is to be delivered, or is computed by the database; its \
                     department should change its type",
                    there.declared
                ),
            )),
        }
    }
    for other in have {
        let ours = table.columns.iter().any(|column| same(&column.name, &other.name));
        if !ours && other.not_null && !other.filled && !other.generated {
            let name = &other.name;
            misfits.push(misfit(
                "not_null",
                name,
                format!("列“{name}”不允许为空又没有默认值，而投递不填写它；请该部门加上默认值或允许为空。"),
                format!(
                    "column \"{name}\" must not be null and has no default, and the delivery does not fill it; its department \
                     should give it a default or allow null"
                ),
            ));
        }
    }
    columns
}

/// No department has a column of its own that could take the place of this one.
fn companion_missing(name: &str) -> Misfit {
    misfit(
        "companion_missing",
        name,
        format!(
            "表中没有说明列“{name}”（文本，可为空），不合规的值无处说明原因；请该部门加上此列，或在订阅中改为“隔离不合规的行”。"
        ),
        format!(
            "the table has no companion column \"{name}\" (text, may be null) to say why a value is missing; its department \
             should add it, or the subscription should hold such rows back"
        ),
    )
}

/// Whether an index over these columns tells keys apart.
pub(super) fn is_key(index: &[String], table: &TargetTable, same: fn(&str, &str) -> bool) -> bool {
    index.len() == table.key.len() && table.key.iter().all(|key| index.iter().any(|name| same(name, key)))
}

pub(super) fn other_subscription(owner: &str) -> Misfit {
    misfit(
        "other_subscription",
        "",
        format!("该表由订阅“{owner}”投递；请为本订阅另选一张表。"),
        format!("the table belongs to subscription \"{owner}\"; choose another one for this subscription"),
    )
}

pub(super) fn not_a_table() -> Misfit {
    misfit(
        "not_a_table",
        "",
        "该名称是视图或外部表，不能投递；请换一个表名。",
        "the name stands for a view or a foreign table; choose another one",
    )
}

pub(super) fn no_key(table: &TargetTable) -> Misfit {
    misfit(
        "key_index",
        "",
        format!(
            "主键列（{}）上没有唯一索引，投递账号又不能建立；请该部门建立唯一索引。",
            table.key.join("、")
        ),
        format!(
            "no unique index on the key ({}), and the account cannot create it; its department should",
            table.key.join(", ")
        ),
    )
}

pub(super) fn rows_not_ours() -> Misfit {
    misfit(
        "rows_not_ours",
        "",
        "表中已有不是由本订阅投递的数据；请换一张空表，或在订阅中确认允许接管。",
        "the table holds rows that this subscription did not deliver; choose an empty table, or allow the subscription to \
         adopt them",
    )
}

pub(super) fn name_too_long(name: &str, most: usize) -> Misfit {
    misfit(
        "name",
        name,
        format!("名称“{name}”超过 {most} 个字节；请改用较短的名称。"),
        format!("name \"{name}\" is longer than {most} bytes; choose a shorter one"),
    )
}
