//! May this call be answered, and what must be read for it? 授权核对.

use standards::value::{key_variants, standardise};

use crate::filter::Test;
use crate::model::{Call, Condition, MountItem, Purpose, Shape};
use crate::pinned::Pinned;
use crate::refusal::{Refusal, shown};
use crate::task::{Claim, Fetch, Task, Wanted};

/// Rows that one call may answer at most.
pub const MAX_ROWS: usize = 200;
/// Items or claims that one call may name at most.
pub const MAX_ITEMS: usize = 128;
/// Conditions that one call may add at most, and values in one of them.
pub const MAX_NARROW: usize = 16;
/// Characters of any one text of a call at most.
pub const MAX_TEXT: usize = 512;

/// Checks a call against the pin it names.
///
/// # Errors
/// A [`Refusal`] whose code begins with `plan.`; it names the field of the call and what to do.
pub fn check<'p>(pinned: &'p Pinned, call: &Call, now_ms: i64) -> Result<Task<'p>, Refusal> {
    same_pin(pinned, call)?;
    sizes(call)?;
    in_force(pinned, now_ms)?;
    allowed_use(pinned, call)?;

    let mut slots = Slots { pinned, slots: Vec::with_capacity(8) };
    let (key, subject, key_column, key_values) = subject(&mut slots, call)?;
    let wanted = wanted(&mut slots, call)?;
    let claims = claims(&mut slots, call)?;
    let mut tests: Vec<Test> = pinned.tests().iter().map(|test| test.at(slots.take(test.at))).collect();
    for condition in &call.narrow.all {
        tests.push(narrowed(&mut slots, condition, call.shape)?);
    }

    let mount = &pinned.pin().mount;
    let slots = slots.slots;
    let mut columns: Vec<String> = Vec::with_capacity(slots.len() + 1);
    let bound = slots.iter().filter_map(|&at| mount.items.get(at)).map(|item| &item.column);
    for column in bound.chain(mount.as_of_column.as_ref()) {
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    let fetch = Fetch {
        source: mount.source.clone(),
        table: mount.table.clone(),
        key_column,
        key_values,
        columns,
        limit: MAX_ROWS + 1,
    };
    Ok(Task {
        pinned,
        call: call.call.clone(),
        shape: call.shape,
        fetch,
        slots,
        key,
        subject,
        wanted,
        claims,
        tests,
    })
}

/// Mounted items that take part, each once.
struct Slots<'p> {
    pinned: &'p Pinned,
    slots: Vec<usize>,
}

impl<'p> Slots<'p> {
    /// Slot of the item at this position of the mount.
    fn take(&mut self, at: usize) -> usize {
        self.slots.iter().position(|&known| known == at).unwrap_or_else(|| {
            self.slots.push(at);
            self.slots.len() - 1
        })
    }

    /// Slot and binding of an item by name.
    fn named(&mut self, item: &str) -> Option<(usize, &'p MountItem)> {
        let (at, mounted) = self.pinned.mounted(item)?;
        Some((self.take(at), mounted))
    }
}

fn same_pin(pinned: &Pinned, call: &Call) -> Result<(), Refusal> {
    same_grant(pinned, &call.grant, &call.pin_digest)
}

/// Whether grant and version are those that are pinned.
pub(crate) fn same_grant(pinned: &Pinned, grant: &str, pin_digest: &str) -> Result<(), Refusal> {
    if grant != pinned.pin().grant.grant {
        return Err(Refusal::new(
            "plan.grant_mismatch",
            format!("调用所用授权“{}”与前置机固定的授权不一致；请使用正确的授权编号", shown(grant)),
            format!("Grant \"{}\" of the call is not the pinned one; use the right grant id", shown(grant)),
        ));
    }
    if pin_digest != pinned.digest() {
        return Err(Refusal::new(
            "plan.pin_mismatch",
            "枢纽持有的授权版本与前置机固定的版本不同；请等待新版本下发并由提供方接受",
            "The hub holds another version of the grant than the one pinned here; wait until the provider has accepted the new version",
        ));
    }
    Ok(())
}

fn sizes(call: &Call) -> Result<(), Refusal> {
    let too_many = |field: &str, most: usize| {
        Refusal::new(
            "plan.too_many_items",
            format!("{field} 超过 {most} 项；请分多次调用"),
            format!("More than {most} entries in {field}; use several calls"),
        )
    };
    for (field, len) in [("items", call.items.len()), ("claims", call.claims.len())] {
        if len > MAX_ITEMS {
            return Err(too_many(field, MAX_ITEMS));
        }
    }
    if call.narrow.all.len() > MAX_NARROW || call.narrow.all.iter().any(|c| c.values.len() > MAX_NARROW) {
        return Err(too_many("narrow", MAX_NARROW));
    }
    let claims = call.claims.iter().flat_map(|claim| [&claim.item, &claim.value]);
    let narrow =
        call.narrow.all.iter().flat_map(|condition| condition.values.iter().chain([&condition.item]));
    let fixed = [
        &call.call,
        &call.subject.item,
        &call.subject.value,
        &call.purpose.matter,
        &call.purpose.basis,
        &call.case,
        &call.caller,
    ];
    // Bytes bound characters from above by four, and counting them is cheap.
    if fixed.into_iter().chain(&call.items).chain(claims).chain(narrow).any(|text| text.len() > MAX_TEXT * 4)
    {
        return Err(Refusal::new(
            "plan.text_too_long",
            format!("调用中有字段超过 {MAX_TEXT} 个字符；请缩短后重试"),
            format!("A field of the call is longer than {MAX_TEXT} characters; shorten it"),
        ));
    }
    Ok(())
}

/// Whether the grant is valid now.
pub(crate) fn in_force(pinned: &Pinned, now_ms: i64) -> Result<(), Refusal> {
    let grant = &pinned.pin().grant;
    if now_ms < grant.valid_from_ms {
        return Err(Refusal::new(
            "plan.not_yet_valid",
            "授权尚未生效；请在授权起始时间之后调用",
            "The grant is not valid yet; call after its first day",
        ));
    }
    if now_ms >= grant.valid_until_ms {
        return Err(Refusal::new(
            "plan.expired",
            "授权已到期；请向提供方申请续期",
            "The grant has expired; ask the provider to renew it",
        ));
    }
    Ok(())
}

fn allowed_use(pinned: &Pinned, call: &Call) -> Result<(), Refusal> {
    let grant = &pinned.pin().grant;
    // A table is moved by a subscription, which has a check of its own; nothing may come here under that name.
    let table = matches!(call.shape, Shape::Batch | Shape::Hold);
    if table || !grant.shapes.contains(&call.shape) {
        let (zh, en) = match call.shape {
            Shape::Query => ("查询", "query"),
            Shape::Verify => ("核验", "verify"),
            Shape::Batch => ("库表交换", "batch"),
            Shape::File => ("文件交接", "file"),
            Shape::Hold => ("留存副本", "hold"),
        };
        return Err(Refusal::new(
            "plan.shape_not_granted",
            format!("授权不包含“{zh}”方式；请改用已授权的方式或申请变更"),
            format!("The grant does not allow \"{en}\"; use a granted shape or ask for a change"),
        ));
    }
    if call.case.trim().is_empty() {
        return Err(Refusal::new(
            "plan.case_missing",
            "缺少办件编号（case）；请填写本次用数所依据的办件编号",
            "The case number (case) is missing; give the number of the case this use belongs to",
        ));
    }
    if !grant.purposes.contains(&call.purpose) {
        return Err(purpose_not_granted(&call.purpose));
    }
    // The hub puts the sort of caller in front of a client's id; a person is never one of the listed clients.
    let client = call.caller.strip_prefix("client:").unwrap_or(&call.caller);
    if !grant.clients.is_empty() && !grant.clients.iter().any(|granted| granted == client) {
        return Err(Refusal::new(
            "plan.client_not_granted",
            format!("调用方“{}”不在授权的系统之列；请使用已授权的系统", shown(&call.caller)),
            format!(
                "Caller \"{}\" is not one of the granted clients; use a granted client system",
                shown(&call.caller)
            ),
        ));
    }
    Ok(())
}

/// The subject decides the rows, so there is no call without one.
fn subject(slots: &mut Slots<'_>, call: &Call) -> Result<(usize, String, String, Vec<String>), Refusal> {
    let key = &call.subject;
    if key.item.is_empty() || key.value.trim().is_empty() {
        return Err(Refusal::new(
            "plan.subject_missing",
            "缺少查询主体（subject）；请给出一个主键项及其值，不支持整表读取",
            "The subject is missing; give one key item and its value, a whole table is never read",
        ));
    }
    let mount = &slots.pinned.pin().mount;
    let named = if mount.keys.contains(&key.item) { slots.named(&key.item) } else { None };
    let Some((slot, item)) = named else {
        return Err(Refusal::new(
            "plan.key_not_mounted",
            format!("“{}”不是该资源的主键项；可用的主键项：{}", shown(&key.item), mount.keys.join("、")),
            format!(
                "\"{}\" is not a key of this resource; its keys are: {}",
                shown(&key.item),
                mount.keys.join(", ")
            ),
        ));
    };
    let outcome = standardise(&item.kind, &key.value);
    let Some(standard) = outcome.usable() else {
        let (zh, en) =
            outcome.notes.first().map(|note| (note.zh.clone(), note.en.clone())).unwrap_or_default();
        return Err(Refusal::new(
            "plan.subject_invalid",
            format!("主体“{}”的值不合规：{zh}", item.item),
            format!("The value of subject \"{}\" is not valid: {en}", item.item),
        ));
    };
    let mut values = key_variants(&item.kind, standard);
    // A department that keeps codes of its own in the key column is asked in its own codes too.
    for (local, mapped) in &item.code_map {
        if mapped == standard && !values.contains(local) {
            values.push(local.clone());
        }
    }
    Ok((slot, standard.to_owned(), item.column.clone(), values))
}

fn wanted(slots: &mut Slots<'_>, call: &Call) -> Result<Vec<Wanted>, Refusal> {
    let delivers = matches!(call.shape, Shape::Query | Shape::File);
    if delivers && !call.claims.is_empty() {
        return Err(Refusal::new(
            "plan.claims_in_query",
            "查询不接受待核验内容（claims）；请改用核验方式",
            "A query takes no claims; use verify",
        ));
    }
    if delivers && call.items.is_empty() {
        return Err(Refusal::new(
            "plan.no_items",
            "未指定数据项（items）；请列出所需的已授权数据项",
            "No items are named; list the granted items that are needed",
        ));
    }
    let mut wanted: Vec<Wanted> = Vec::with_capacity(call.items.len());
    for item in &call.items {
        let (slot, granted) = granted(slots, item)?;
        if delivers && granted.verify_only {
            return Err(verify_only(item));
        }
        if wanted.iter().any(|other| other.slot == slot) {
            return Err(twice("items", item));
        }
        wanted.push(Wanted { slot, masked: granted.masked });
    }
    // Verify delivers no rows; its items were only checked for being granted.
    Ok(if delivers { wanted } else { Vec::new() })
}

fn claims(slots: &mut Slots<'_>, call: &Call) -> Result<Vec<Claim>, Refusal> {
    if call.shape == Shape::Verify && call.claims.is_empty() {
        return Err(Refusal::new(
            "plan.no_claims",
            "核验缺少待核验内容（claims）；请列出数据项及其声明值",
            "There is nothing to verify; list items with their claimed values in claims",
        ));
    }
    let mut claims: Vec<Claim> = Vec::with_capacity(call.claims.len());
    for claim in &call.claims {
        let (slot, _) = granted(slots, &claim.item)?;
        // A second claim on the same item would be a second guess within one counted call.
        if claims.iter().any(|other| other.slot == slot) {
            return Err(twice("claims", &claim.item));
        }
        let kind = slots.pinned.mounted(&claim.item).map(|(_, item)| &item.kind);
        let outcome = kind.map(|kind| standardise(kind, &claim.value));
        let Some(value) = outcome.as_ref().and_then(|outcome| outcome.usable()) else {
            return Err(Refusal::new(
                "plan.claim_invalid",
                format!("数据项“{}”的声明值不合规，无法核验；请更正后重试", shown(&claim.item)),
                format!(
                    "The claimed value of item \"{}\" is not valid and cannot be verified; correct it",
                    shown(&claim.item)
                ),
            ));
        };
        claims.push(Claim { slot, value: value.to_owned() });
    }
    Ok(claims)
}

/// A condition of the call.
///
/// Only items that the consumer may see in clear anyway are allowed. A condition on any other item would be a question about its
/// value: "is there a row when the income is at least 5000?" asked twenty times is the income.
fn narrowed(slots: &mut Slots<'_>, condition: &Condition, shape: Shape) -> Result<Test, Refusal> {
    // A verdict tells less than a row: conditions need the right to see rows.
    let shape = if shape == Shape::File { Shape::File } else { Shape::Query };
    let (at, item) = narrowable(slots.pinned, condition, shape)?;
    Test::compile(condition, slots.take(at), &item.kind).ok_or_else(|| narrow_invalid(&condition.item))
}

/// Position and binding of the item of a narrowing condition, when it may be one under a grant of that shape.
pub(crate) fn narrowable<'p>(
    pinned: &'p Pinned,
    condition: &Condition,
    shape: Shape,
) -> Result<(usize, &'p MountItem), Refusal> {
    let Some(mounted) = pinned.mounted(&condition.item) else {
        return Err(Refusal::new(
            "plan.narrow_not_mounted",
            format!("附加条件中的数据项“{}”未挂接；请删除该条件", shown(&condition.item)),
            format!(
                "Item \"{}\" of a narrowing condition is not mounted; remove the condition",
                shown(&condition.item)
            ),
        ));
    };
    let grant = pinned.granted(&condition.item);
    let clear = grant.is_some_and(|granted| !granted.masked && !granted.verify_only);
    if !clear || !pinned.pin().grant.shapes.contains(&shape) {
        return Err(Refusal::new(
            "plan.narrow_not_granted",
            format!("附加条件中的数据项“{}”未以明文授权，不能用作条件；请删除该条件", shown(&condition.item)),
            format!(
                "Item \"{}\" of a narrowing condition is not granted in clear and cannot be a condition; remove it",
                shown(&condition.item)
            ),
        ));
    }
    Ok(mounted)
}

pub(crate) fn narrow_invalid(item: &str) -> Refusal {
    Refusal::new(
        "plan.narrow_invalid",
        format!("数据项“{}”的附加条件取值不合规；请改用标准值", shown(item)),
        format!("The values of the condition on item \"{}\" are not valid; use standard values", shown(item)),
    )
}

pub(crate) fn purpose_not_granted(purpose: &Purpose) -> Refusal {
    Refusal::new(
        "plan.purpose_not_granted",
        format!("事项“{}”及其依据不在授权用途之内；请使用授权列明的事项和依据", shown(&purpose.matter)),
        format!(
            "Matter \"{}\" with its basis is not a granted purpose; use one that the grant lists",
            shown(&purpose.matter)
        ),
    )
}

pub(crate) fn item_not_granted(item: &str) -> Refusal {
    Refusal::new(
        "plan.item_not_granted",
        format!("数据项“{}”未授权；请从调用中删除，或向提供方申请", shown(item)),
        format!("Item \"{}\" is not granted; leave it out, or ask the provider for it", shown(item)),
    )
}

pub(crate) fn item_not_mounted(item: &str) -> Refusal {
    Refusal::new(
        "plan.item_not_mounted",
        format!("数据项“{}”尚未挂接到数据源；请联系提供方挂接", shown(item)),
        format!("Item \"{}\" is not mounted on a column; ask the provider to mount it", shown(item)),
    )
}

pub(crate) fn verify_only(item: &str) -> Refusal {
    Refusal::new(
        "plan.verify_only",
        format!("数据项“{}”只授权核验，不提供原值；请改用核验方式", shown(item)),
        format!("Item \"{}\" may only be verified, never delivered; use verify", shown(item)),
    )
}

/// Slot and grant of an item that is granted and mounted.
fn granted<'p>(slots: &mut Slots<'p>, item: &str) -> Result<(usize, &'p crate::model::GrantedItem), Refusal> {
    let pinned = slots.pinned;
    let granted = pinned.granted(item).ok_or_else(|| item_not_granted(item))?;
    let (slot, _) = slots.named(item).ok_or_else(|| item_not_mounted(item))?;
    Ok((slot, granted))
}

pub(crate) fn twice(field: &str, item: &str) -> Refusal {
    Refusal::new(
        "plan.item_twice",
        format!("{field} 中数据项“{}”重复；请只保留一个", shown(item)),
        format!("Item \"{}\" stands twice in {field}; keep one", shown(item)),
    )
}
