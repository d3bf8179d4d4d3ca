//! Station 7, deliver (交付): to the caller, with source, as-of time, flags and the place of the proof.

use plan::model::{Answer, AnswerItem};

use super::Passed;
use crate::model::{Ordered, ProviderRef, QueryAnswer, ResourceRef, RowView, ValueView, VerifyAnswer};

fn resource(passed: &Passed) -> ResourceRef {
    ResourceRef { code: passed.grant.resource_code.clone(), name: passed.grant.resource_name.clone() }
}

fn provider(passed: &Passed) -> ProviderRef {
    ProviderRef {
        name: passed.grant.provider.name.clone(),
        credit_code: passed.grant.provider.credit_code.clone(),
    }
}

fn value(item: AnswerItem) -> (String, ValueView) {
    (item.item, ValueView { value: item.value, state: item.state, flags: item.flags, raw: item.raw })
}

/// The answer to a query.
pub fn query(mut passed: Passed) -> QueryAnswer {
    let Answer { rows, as_of_ms, as_of_from_source, .. } = std::mem::replace(&mut passed.answer, empty());
    QueryAnswer {
        resource: resource(&passed),
        provider: provider(&passed),
        rows: rows
            .into_iter()
            .map(|row| RowView { items: Ordered(row.items.into_iter().map(value).collect()) })
            .collect(),
        answered_from: passed.answered_from,
        as_of_ms,
        as_of_from_source,
        call: passed.call,
        evidence: passed.evidence,
        stations: passed.laps.finish(),
    }
}

/// The answer to claims.
pub fn verify(mut passed: Passed) -> VerifyAnswer {
    let Answer { verdicts, as_of_ms, as_of_from_source, .. } = std::mem::replace(&mut passed.answer, empty());
    VerifyAnswer {
        resource: resource(&passed),
        provider: provider(&passed),
        verdicts: Ordered(verdicts.into_iter().map(|claim| (claim.item, claim.verdict)).collect()),
        as_of_ms,
        as_of_from_source,
        call: passed.call,
        evidence: passed.evidence,
        stations: passed.laps.finish(),
    }
}

fn empty() -> Answer {
    Answer {
        call: String::new(),
        rows: Vec::new(),
        verdicts: Vec::new(),
        as_of_ms: 0,
        as_of_from_source: false,
        salt: String::new(),
    }
}
