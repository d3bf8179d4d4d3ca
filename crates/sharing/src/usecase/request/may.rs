//! What a reader may do to a request now; the console shows exactly these.

use kernel::{Actor, Role};

use super::step::{CHECKERS, HEAD, STAFF};
use crate::model::{RequestAct, RequestState, Side, Stage};
use crate::store::request::Request;

/// On which side the actor stands.
pub(super) fn side(actor: &Actor, request: &Request) -> Side {
    if actor.is_of(&request.consumer_id) {
        Side::Consumer
    } else if actor.is_of(&request.provider_id) {
        Side::Provider
    } else {
        Side::Other
    }
}

/// What the actor may do now.
pub(super) fn may(actor: &Actor, request: &Request, now_ms: i64) -> Vec<RequestAct> {
    use RequestAct as A;
    use RequestState as S;
    let consumer = |roles| actor.require_in(&request.consumer_id, roles).is_ok();
    let provider = |roles| actor.require_in(&request.provider_id, roles).is_ok();
    let state = request.state();
    let mut all = Vec::new();
    let mut add = |allowed: bool, act: RequestAct| {
        if allowed {
            all.push(act);
        }
    };
    match state {
        S::Draft => {
            add(consumer(STAFF), A::Change);
            add(consumer(STAFF), A::Submit);
        }
        S::Signing => {
            add(consumer(HEAD), A::Sign);
            add(consumer(HEAD), A::Return);
        }
        S::Checking => {
            add(provider(CHECKERS), A::Accept);
            add(provider(CHECKERS) && !request.progress.noticed, A::Notify);
        }
        S::Incomplete => {
            add(consumer(STAFF), A::Change);
            add(consumer(STAFF), A::Complete);
        }
        S::Deciding => add(provider(STAFF), A::Decide),
        S::ProviderSigning => {
            add(provider(HEAD), A::SignDecision);
            add(provider(HEAD), A::ReturnDecision);
        }
        S::Approved => add(consumer(STAFF), A::AcceptScope),
        S::Delivering => add(provider(CHECKERS), A::Deliver),
        S::Refused | S::Delivered | S::Withdrawn | S::Lapsed => {}
    }
    let replying = request.clock.stage == Some(Stage::Reply);
    let askable = replying && !request.unconditional && now_ms <= request.clock.due_ms;
    add(askable && request.extension.is_none() && provider(STAFF), A::AskExtension);
    let asked = request.extension.as_ref().is_some_and(|one| one.agreed.is_none());
    add(replying && asked && actor.has_role(&[Role::BusinessOperator]), A::ConsentExtension);
    add(!state.is_final() && consumer(STAFF), A::Withdraw);
    all
}
