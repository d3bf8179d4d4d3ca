//! Station 2, authorise (授权): which grant covers this call, and is it within conditions and quota?

use std::sync::Arc;

use chrono::{Datelike as _, Timelike as _};
use kernel::clock::SHANGHAI_OFFSET_MS;
use kernel::{Actor, Error, Result};
use plan::model::{Purpose, Shape};
use sharing::book::Usable;
use sharing::model::GrantState;
use sharing::policy::{CallFacts, Principal};

use super::Asked;
use crate::Exchange;
use crate::model::Source;
use crate::quota::Exceeded;

/// A call that is covered.
pub struct Authorised {
    /// By this grant.
    pub usable: Arc<Usable>,
    /// Items to ask for.
    pub items: Vec<String>,
    /// Purpose in the grant's own words.
    pub purpose: Purpose,
    /// True when it was counted against the quota; a retry is not.
    pub counted: bool,
}

/// Finds the grant, evaluates its condition and counts the call.
///
/// # Errors
/// `authorise.*`: the reason of the grant that came closest.
pub async fn authorise(
    exchange: &Exchange,
    actor: &Actor,
    asked: &Asked<'_>,
    is_retry: bool,
) -> Result<Authorised> {
    let now_ms = exchange.kernel.now_ms();
    let Some(organisation) = actor.organisation() else { return Err(no_grant(asked)) };
    let book = exchange.sharing.book().await?;
    let mut closest: Option<(u8, Error)> = None;
    let mut usables: Vec<_> = book.of(&organisation.id, asked.resource).iter().collect();
    if asked.source != Source::Live {
        // Of several grants, one with a copy is of more use.
        usables.sort_by_key(|usable| !exchange.copies.under(&usable.grant.id));
    }
    for usable in usables {
        let covered = covers(usable, actor, asked, now_ms).and_then(|covered| {
            let held = asked.source != Source::Copy || exchange.copies.under(&usable.grant.id);
            if held { Ok(covered) } else { Err((7, crate::copies::none())) }
        });
        match covered {
            Ok((items, purpose)) => {
                check_condition(exchange, usable, actor, asked, &items, &purpose, now_ms)?;
                if !is_retry {
                    count(exchange, usable, now_ms)?;
                }
                return Ok(Authorised { usable: usable.clone(), items, purpose, counted: !is_retry });
            }
            Err((rank, error)) => {
                if closest.as_ref().is_none_or(|(best, _)| rank > *best) {
                    closest = Some((rank, error));
                }
            }
        }
    }
    Err(closest.map_or_else(|| no_grant(asked), |(_, error)| error))
}

fn no_grant(asked: &Asked<'_>) -> Error {
    Error::forbidden(
        "authorise.no_grant",
        format!(
            "贵单位没有使用资源“{}”的授权，或该资源不存在。请在目录中查到该资源后提出共享申请。",
            asked.resource
        ),
        format!(
            "Your organisation holds no grant for resource “{}”, or there is none of that code. Find it in the \
             catalogue and request it.",
            asked.resource
        ),
    )
}

type Covered = (Vec<String>, Purpose);

/// Checks one grant; the number says how far the call came, so that the most telling reason is given.
fn covers(usable: &Usable, actor: &Actor, asked: &Asked<'_>, now_ms: i64) -> Result<Covered, (u8, Error)> {
    let grant = &usable.grant;
    if asked.grant.is_some_and(|id| id != grant.id.as_str()) {
        return Err((0, no_grant(asked)));
    }
    if !usable.lets(actor) {
        let (zh, en) = match actor {
            Actor::Client { client_id, .. } => (
                format!("授权没有包含应用系统“{client_id}”，请由提供方把它加入授权。"),
                format!("The grant does not cover client “{client_id}”; ask the provider to add it."),
            ),
            _ => (
                "授权只限指定的应用系统调用，人员不能在页面上查询，请在业务系统中办理。".to_owned(),
                "Only the client systems that the grant names may call; ask in one of them.".to_owned(),
            ),
        };
        return Err((1, Error::forbidden("authorise.client", zh, en)));
    }
    match grant.state.at(grant.valid_until_ms, now_ms) {
        GrantState::Active => {}
        GrantState::Suspended => {
            let reason = grant.reason.clone().unwrap_or_default();
            return Err((
                2,
                Error::forbidden(
                    "authorise.suspended",
                    format!("授权已被中止，原因：{reason}。请与{}联系。", usable.provider.name),
                    format!("The grant is suspended: {reason}. Contact {}.", usable.provider.name),
                ),
            ));
        }
        GrantState::Revoked | GrantState::GivenBack | GrantState::Expired => {
            return Err((
                2,
                Error::forbidden(
                    "authorise.expired",
                    "授权已撤销或过期，请重新提出共享申请。",
                    "The grant is revoked or expired; request it again.",
                ),
            ));
        }
    }
    if now_ms < grant.valid_from_ms {
        return Err((
            2,
            Error::forbidden("authorise.not_yet", "授权还没有到生效时间。", "The grant is not yet valid."),
        ));
    }
    if !usable.published {
        return Err((
            3,
            Error::forbidden(
                "authorise.offline",
                format!("资源“{}”已下线，不再提供。", asked.resource),
                format!("Resource “{}” is offline.", asked.resource),
            ),
        ));
    }
    if !grant.shapes.iter().any(|shape| Shape::from(*shape) == asked.shape) {
        return Err((
            4,
            Error::forbidden(
                "authorise.shape",
                "授权不包括这种使用方式（查询、核验、文件交接或留存副本），请改用已授权的方式。",
                "The grant does not allow this shape (query, verify, file or hold); use the one it allows.",
            ),
        ));
    }
    let purpose = grant
        .purposes
        .iter()
        .find(|own| {
            own.matter == asked.purpose.matter
                && asked.purpose.basis.as_ref().is_none_or(|basis| *basis == own.basis)
        })
        .ok_or_else(|| {
            let matters: Vec<_> = grant.purposes.iter().map(|own| own.matter.as_str()).collect();
            (
                5,
                Error::forbidden(
                    "authorise.purpose",
                    format!("授权只用于事项 {}，不能用于本次所填的事项或依据。", matters.join("、")),
                    format!(
                        "The grant is for matter {} only, not for the matter or basis stated.",
                        matters.join(", ")
                    ),
                ),
            )
        })?;
    let items = wanted_items(usable, asked)?;
    Ok((items, purpose.into()))
}

fn wanted_items(usable: &Usable, asked: &Asked<'_>) -> Result<Vec<String>, (u8, Error)> {
    let granted = &usable.grant.items;
    let names: Vec<&String> = match asked.shape {
        Shape::Verify => asked.claims.iter().map(|claim| &claim.item).collect(),
        Shape::Query | Shape::Batch | Shape::File | Shape::Hold => asked.items.iter().collect(),
    };
    let delivers = matches!(asked.shape, Shape::Query | Shape::File | Shape::Hold);
    for name in &names {
        let found = granted.iter().find(|item| item.item == **name);
        if found.is_none() {
            return Err((
                6,
                Error::forbidden(
                    "authorise.item",
                    format!("授权不包括信息项“{name}”，请从申请中去掉它，或申请扩大授权。"),
                    format!("The grant does not cover item “{name}”; leave it out or request it."),
                ),
            ));
        }
        if delivers && found.is_some_and(|item| item.verify_only) {
            return Err((
                6,
                Error::forbidden(
                    "authorise.verify_only",
                    format!("信息项“{name}”只能核验，不能查看，请改用核验。"),
                    format!("Item “{name}” may only be verified, not read; use verify."),
                ),
            ));
        }
    }
    let every = delivers && names.is_empty();
    if every {
        return Ok(granted.iter().filter(|item| !item.verify_only).map(|item| item.item.clone()).collect());
    }
    Ok(if delivers { asked.items.clone() } else { Vec::new() })
}

fn check_condition(
    exchange: &Exchange,
    usable: &Usable,
    actor: &Actor,
    asked: &Asked<'_>,
    items: &[String],
    purpose: &Purpose,
    now_ms: i64,
) -> Result<()> {
    let local = chrono::DateTime::from_timestamp_millis(now_ms + SHANGHAI_OFFSET_MS).unwrap_or_default();
    let claimed: Vec<String>;
    let items = if items.is_empty() {
        claimed = asked.claims.iter().map(|claim| claim.item.clone()).collect();
        &claimed
    } else {
        items
    };
    let facts = CallFacts {
        principal: match actor {
            Actor::Client { client_id, .. } => Principal::Client(client_id),
            Actor::User { id, role, .. } => Principal::User(id.as_str(), role.as_str()),
            Actor::System => return Err(no_grant(asked)),
        },
        action: match asked.shape {
            Shape::Query => "query",
            Shape::Verify => "verify",
            Shape::Batch => "batch",
            Shape::File => "file",
            Shape::Hold => "hold",
        },
        resource: asked.resource,
        matter: &purpose.matter,
        basis: &purpose.basis,
        items,
        hour: i64::from(local.hour()),
        weekday: i64::from(local.weekday().number_from_monday()),
        working_day: kernel::working_time::is_working_day(local.date_naive()),
    };
    if exchange.sharing.policies().allows(&usable.condition, &facts) {
        return Ok(());
    }
    Err(Error::forbidden(
        "authorise.condition",
        "不符合授权所附的条件（例如人员角色、办理时间或事项）。请查看授权详情中的条件。",
        "The grant's own condition is not met (role, time or matter, say). See the condition in the grant.",
    ))
}

fn count(exchange: &Exchange, usable: &Usable, now_ms: i64) -> Result<()> {
    let grant = &usable.grant;
    exchange.quotas.take(&grant.id, grant.quota_per_day, grant.quota_per_second, now_ms).map_err(|exceeded| {
        match exceeded {
            Exceeded::Day => Error::quota(
                "authorise.quota_day",
                format!(
                    "今日次数 {} 已用完，明日零时恢复；如确需增加，请与{}商定。",
                    grant.quota_per_day, usable.provider.name
                ),
                format!(
                    "Today's {} calls are used up; they return at midnight (Asia/Shanghai). Ask {} for more.",
                    grant.quota_per_day, usable.provider.name
                ),
            ),
            Exceeded::Second => Error::quota(
                "authorise.quota_second",
                format!("调用过快，每秒最多 {} 次，请稍候再试。", grant.quota_per_second),
                format!("Too fast: at most {} calls a second; wait a moment.", grant.quota_per_second),
            ),
        }
    })
}
