//! Station 6, record (存证): the entry is durable before the answer leaves. No evidence, no data.

use kernel::Actor;
use kernel::error::{Error, Result};
use kernel::evidence::{Leaf, Payload};
use plan::model::{Call, Shape};
use sharing::book::Usable;

use super::Asked;
use super::fetch::{Fetched, Origin};
use crate::Exchange;
use crate::model::EvidenceRef;
use crate::retries::Prior;

/// Kind of a retry that an earlier entry covers.
const RETRY: &str = "exchange.retry";

fn kind(shape: Shape) -> &'static str {
    match shape {
        Shape::Query => "exchange.query",
        Shape::Verify => "exchange.verify",
        Shape::Batch => "exchange.batch",
        Shape::File => "exchange.file",
        Shape::Hold => "exchange.copy.counted",
    }
}

/// The earlier attempt under the same idempotency key, if there was one.
///
/// # Errors
/// `call.idempotency_reused` when the key was used for another question.
pub async fn prior(exchange: &Exchange, actor: &Actor, asked: &Asked<'_>) -> Result<Option<Prior>> {
    let Some(key) = asked.idempotency_key else { return Ok(None) };
    if key.is_empty() || key.len() > 128 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::bad_input(
            "call.idempotency_key",
            "请求头 Idempotency-Key 须为 1 至 128 个可见的英文字符。",
            "Header Idempotency-Key must be 1 to 128 visible ASCII characters.",
        ));
    }
    let Some(prior) = exchange.retries.find(exchange, &actor.label(), key).await? else { return Ok(None) };
    let same = prior.kind == kind(asked.shape)
        && prior.resource == asked.resource
        && prior.subject_tag
            == exchange.kernel.evidence.subject_tag(&asked.subject.item, &asked.subject.value, &prior.call);
    if !same {
        return Err(Error::conflict(
            "call.idempotency_reused",
            "同一个 Idempotency-Key 已用于另一次查询，请为新的查询换一个。",
            "This Idempotency-Key was used for another question; use a new one.",
        ));
    }
    Ok(Some(prior))
}

/// Makes the entry durable and gives call id and proof. A retry whose answer is the same as before points to the
/// entry that is there already; that the department was asked again is noted as [`RETRY`], so that its own record and
/// ours still tell the same story.
///
/// # Errors
/// `evidence.unavailable`.
pub async fn record(
    exchange: &Exchange,
    actor: &Actor,
    asked: &Asked<'_>,
    usable: &Usable,
    call: &Call,
    fetched: &Fetched,
    prior: Option<Prior>,
) -> Result<(String, EvidenceRef)> {
    // Only a call that may be repeated has to know its own content again.
    let told = copy_as_of(fetched);
    let content = asked.idempotency_key.map(|_| crate::retries::content_digest(&fetched.answer, told));
    let repeated = prior.filter(|prior| prior.content.is_some() && prior.content == content);
    let evidence = &exchange.kernel.evidence;
    let subject_tag = evidence.subject_tag(&asked.subject.item, &asked.subject.value, &call.call);
    // What the copy answers, the agent has no entry of.
    let (agent_index, copy) = match &fetched.origin {
        Origin::Live { agent_index } => (Some(*agent_index), None),
        Origin::Copy { run } => (None, Some(run.clone())),
    };
    let mut leaf = Leaf {
        call: Some(call.call.clone()),
        consumer: actor.organisation().map(|own| own.credit_code.clone()),
        provider: Some(usable.provider.credit_code.clone()),
        resource: Some(usable.resource_code.clone()),
        grant: Some(usable.grant.id.0.clone()),
        grant_version: Some(usable.grant.version),
        matter: Some(call.purpose.matter.clone()),
        basis: Some(call.purpose.basis.clone()),
        items: match call.shape {
            Shape::Query | Shape::File => call.items.clone(),
            Shape::Batch | Shape::Hold => Vec::new(),
            Shape::Verify => call.claims.iter().map(|claim| claim.item.clone()).collect(),
        },
        rows: Some(u32::try_from(fetched.answer.rows.len()).unwrap_or(u32::MAX)),
        agent: agent_index.map(|_| usable.agent_id.clone()),
        agent_index,
        copy,
        agent_digest: Some(fetched.digest.clone()),
        subject_tag: Some(subject_tag.clone()),
        retry_of: repeated.as_ref().map(|prior| prior.call.clone()),
        ..Leaf::of(if repeated.is_some() { RETRY } else { kind(call.shape) })
    };
    let payload = Payload {
        caller: call.caller.clone(),
        case_no: Some(call.case.clone()),
        subject_item: Some(call.subject.item.clone()),
        subject_value: Some(call.subject.value.clone()),
        idempotency_key: asked.idempotency_key.map(str::to_owned),
        ..Payload::default()
    };
    let opening = evidence.seal(&mut leaf, payload);
    let recorded = evidence.append(&leaf, &opening).await?;
    if let Some(prior) = repeated {
        let evidence = EvidenceRef {
            index: prior.index,
            checkpoint_size: recorded.checkpoint_size,
            digest: prior.digest,
        };
        return Ok((prior.call, evidence));
    }
    if let Some(key) = asked.idempotency_key {
        exchange.retries.remember(
            &call.caller,
            key,
            Prior {
                kind: leaf.kind,
                resource: usable.resource_code.clone(),
                call: call.call.clone(),
                subject_tag,
                index: recorded.index,
                digest: fetched.digest.clone(),
                content,
            },
        );
    }
    let reference = EvidenceRef {
        index: recorded.index,
        checkpoint_size: recorded.checkpoint_size,
        digest: fetched.digest.clone(),
    };
    Ok((call.call.clone(), reference))
}

/// As-of time of the copy that answered: another state of it, or the department itself, says something else even with equal values.
fn copy_as_of(fetched: &Fetched) -> Option<i64> {
    matches!(fetched.origin, Origin::Copy { .. }).then_some(fetched.answer.as_of_ms)
}

/// Writes down that a call was refused; the same refusal of the same caller at most once a minute, so that a
/// client in a loop cannot fill the log.
pub async fn refused(exchange: &Exchange, actor: &Actor, asked: &Asked<'_>, error: &Error) {
    let caller = actor.label();
    let minute = exchange.kernel.now_ms().div_euclid(60_000);
    if !exchange.refusals.first(&format!("{caller}/{}/{}", asked.resource, error.code()), minute) {
        return;
    }
    let mut leaf = Leaf {
        consumer: actor.organisation().map(|own| own.credit_code.clone()),
        // A code that is not in the catalogue could be anything, a person's number too.
        resource: exchange.knows_resource(asked.resource).await.then(|| asked.resource.to_owned()),
        code: Some(error.code().to_owned()),
        ..Leaf::of("exchange.refused")
    };
    let payload = Payload { caller, case_no: Some(asked.case_no.to_owned()), ..Payload::default() };
    let opening = exchange.kernel.evidence.seal(&mut leaf, payload);
    if let Err(error) = exchange.kernel.evidence.append(&leaf, &opening).await {
        tracing::error!(error = ?error, "exchange.record_refusal");
    }
}
