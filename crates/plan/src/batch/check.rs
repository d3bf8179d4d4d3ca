//! May this run be carried out, and what must be read for it?

use crate::batch::model::{BatchCall, OutColumn, Reading};
use crate::batch::work::{BatchTask, Out};
use crate::check::{MAX_ITEMS, MAX_NARROW, in_force, narrowable};
use crate::filter::Test;
use crate::model::MountItem;
use crate::pinned::Pinned;
use crate::refusal::{Refusal, shown};

/// Checks a run against the pin it names.
///
/// # Errors
/// A [`Refusal`] whose code begins with `plan.`; it names the field of the call and what to do.
pub fn check_batch(pinned: &Pinned, call: &BatchCall, now_ms: i64) -> Result<BatchTask, Refusal> {
    crate::check::same_grant(pinned, &call.grant, &call.pin_digest)?;
    sizes(call)?;
    in_force(pinned, now_ms)?;
    allowed(pinned, call)?;
    let mount = &pinned.pin().mount;
    let mut columns = Columns { pinned, slots: Vec::new() };
    let mut outs = Vec::with_capacity(call.items.len());
    for item in &call.items {
        outs.push(out(&mut columns, call, item, &outs)?);
    }
    let keys = keys(call, &outs)?;
    let mut tests: Vec<Test> = Vec::new();
    for test in pinned.tests() {
        tests.push(test.at(columns.take(test.at)));
    }
    for condition in &call.narrow.all {
        let (at, item) = narrowable(pinned, condition, call.shape())?;
        let compiled = Test::compile(condition, columns.take(at), &item.kind);
        tests.push(compiled.ok_or_else(|| crate::check::narrow_invalid(&condition.item))?);
    }
    let watermark = match &call.reading {
        Reading::Full | Reading::Changes => None,
        Reading::After { item } => Some(watermark(pinned, item.as_deref())?),
    };
    let slots: Vec<MountItem> = columns.slots.iter().filter_map(|&at| mount.items.get(at)).cloned().collect();
    Ok(BatchTask::new(
        mount.source.clone(),
        mount.table.clone(),
        slots,
        outs,
        keys,
        tests,
        call.invalid,
        watermark,
    ))
}

struct Columns<'p> {
    pinned: &'p Pinned,
    /// Mounted items that take part, by position in the mount.
    slots: Vec<usize>,
}

impl Columns<'_> {
    fn take(&mut self, at: usize) -> usize {
        self.slots.iter().position(|&known| known == at).unwrap_or_else(|| {
            self.slots.push(at);
            self.slots.len() - 1
        })
    }
}

fn sizes(call: &BatchCall) -> Result<(), Refusal> {
    let long = [call.items.len(), call.masked.len(), call.keys.len()].into_iter().any(|len| len > MAX_ITEMS);
    let narrow = &call.narrow.all;
    if long || narrow.len() > MAX_NARROW || narrow.iter().any(|one| one.values.len() > MAX_NARROW) {
        return Err(Refusal::new(
            "plan.too_many_items",
            format!("订阅的数据项或条件超过 {MAX_ITEMS} 项；请拆成几个订阅"),
            format!("The subscription names more than {MAX_ITEMS} items or conditions; make several of it"),
        ));
    }
    Ok(())
}

fn allowed(pinned: &Pinned, call: &BatchCall) -> Result<(), Refusal> {
    let grant = &pinned.pin().grant;
    if !grant.shapes.contains(&call.shape()) {
        let (zh, en) = if call.hold { ("留存副本", "hold") } else { ("库表交换", "batch") };
        return Err(Refusal::new(
            "plan.shape_not_granted",
            format!("授权不包含“{zh}”方式；请申请变更授权"),
            format!("The grant does not allow \"{en}\"; ask for a change of the grant"),
        ));
    }
    if !grant.purposes.contains(&call.purpose) {
        return Err(crate::check::purpose_not_granted(&call.purpose));
    }
    if call.items.is_empty() || call.keys.is_empty() {
        return Err(Refusal::new(
            "plan.batch_empty",
            "订阅没有数据项或没有主键项；请至少各选一项",
            "The subscription has no items or no key items; choose at least one of each",
        ));
    }
    Ok(())
}

fn out(columns: &mut Columns<'_>, call: &BatchCall, item: &str, before: &[Out]) -> Result<Out, Refusal> {
    let pinned = columns.pinned;
    let Some(granted) = pinned.granted(item) else {
        return Err(crate::check::item_not_granted(item));
    };
    if granted.verify_only {
        return Err(crate::check::verify_only(item));
    }
    let Some((at, mounted)) = pinned.mounted(item) else {
        return Err(crate::check::item_not_mounted(item));
    };
    if before.iter().any(|other| other.column.item == item) {
        return Err(crate::check::twice("items", item));
    }
    let masked = granted.masked || call.masked.iter().any(|masked| masked == item);
    let column = OutColumn { item: item.to_owned(), kind: mounted.kind.clone(), masked };
    Ok(Out { slot: columns.take(at), column })
}

/// Positions of the keys among the outs.
fn keys(call: &BatchCall, outs: &[Out]) -> Result<Vec<usize>, Refusal> {
    let mut keys = Vec::with_capacity(call.keys.len());
    for key in &call.keys {
        let found = outs.iter().position(|out| &out.column.item == key);
        let Some(at) = found.filter(|&at| outs.get(at).is_some_and(|out| !out.column.masked)) else {
            return Err(Refusal::new(
                "plan.batch_key",
                format!(
                    "主键项“{}”不在订阅的数据项之内，或只以脱敏方式授权，不能用来区分记录；请另选主键项",
                    shown(key)
                ),
                format!(
                    "Key item \"{}\" is not among the items of the subscription or is masked, so it cannot tell rows apart; choose another",
                    shown(key)
                ),
            ));
        };
        if keys.contains(&at) {
            return Err(crate::check::twice("keys", key));
        }
        keys.push(at);
    }
    Ok(keys)
}

/// Column of the watermark.
fn watermark(pinned: &Pinned, item: Option<&str>) -> Result<String, Refusal> {
    let mount = &pinned.pin().mount;
    let column = match item {
        Some(item) => {
            // Its values decide which rows are read, and the last of them stands in the position that the consumer keeps.
            let clear = pinned.granted(item).is_some_and(|granted| !granted.masked && !granted.verify_only);
            pinned.mounted(item).filter(|_| clear).map(|(_, mounted)| mounted.column.clone())
        }
        None => mount.as_of_column.clone(),
    };
    column.ok_or_else(|| {
        Refusal::new(
            "plan.watermark",
            "该资源没有可用的增量字段：挂接时未指定数据时间列，所选数据项也未以明文授权；请改用全量或变更捕获，或请提供方补上",
            "The resource has no watermark: the mount names no as-of column and the item chosen is not granted in clear; read in full or by change capture, or ask the provider",
        )
    })
}
