//! The three roles of the whole platform are held by different people, and no platform operator makes or takes over an
//! auditor or a business operator alone.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{PASSWORD, World, on_both};

const USERS: &str = "/api/v1/users";
const PROPOSALS: &str = "/api/v1/account-proposals";

fn account(world: &World, name: &str, role: &str, person: Option<&str>) -> Value {
    let mut body =
        json!({"username": name, "role": role, "organisation_id": world.police.id, "password": PASSWORD});
    if let Some(person) = person {
        body["person"] = json!(person);
    }
    body
}

fn proposal(world: &World, name: &str, role: &str, person: &str) -> Value {
    json!({"kind": "create", "username": name, "person": person, "role": role,
        "organisation_id": world.police.id, "reason": "人员调整"})
}

/// Cookies of the first holders of the three roles.
async fn three(world: &World) -> (String, String, String) {
    let mut cookies = Vec::new();
    for (name, role, person) in [
        ("root-ops", Role::PlatformOperator, "P-001"),
        ("business", Role::BusinessOperator, "P-002"),
        ("auditor", Role::SecurityAuditor, "P-003"),
    ] {
        let person = Some(person);
        world.identity.bootstrap_person(name, PASSWORD, role, &world.police.id, person).await.unwrap();
        cookies.push(world.log_in(name).await);
    }
    (cookies[0].clone(), cookies[1].clone(), cookies[2].clone())
}

/// How many proposals wait for the user of that session.
async fn waiting(world: &World, cookie: &str) -> usize {
    let session = world.console(cookie, "GET", "/api/v1/session", Value::Null).await;
    let user = &session.body["user"];
    let actor = kernel::Actor::user(
        user["id"].as_str().unwrap().to_owned().into(),
        Role::parse(user["role"].as_str().unwrap()).unwrap(),
        serde_json::from_value(user["organisation"].clone()).unwrap(),
    );
    let mut count = 0;
    for source in identity::module(&world.identity).todos {
        count += source.todos(&actor).await.unwrap().len();
    }
    count
}

async fn post(world: &World, cookie: &str, path: &str, body: Value) -> crate::world::Answer {
    world.console(cookie, "POST", path, body).await
}

on_both! {
    /// The platform operator alone neither creates, promotes, enables, resets, binds nor re-labels an auditor or a business
    /// operator.
    async fn nothing_is_done_alone(world: World) {
        let (root, _, _) = three(&world).await;
        for role in ["security_auditor", "business_operator"] {
            let answer = post(&world, &root, USERS, account(&world, "sly", role, Some("P-009"))).await;
            assert!(answer.is(403, "identity.user.needs_proposal"), "{}", answer.body);
        }
        let (head, _) = world.user("head", Role::DepartmentHead, &world.welfare).await;
        let promoted =
            world.console(&root, "PATCH", &format!("{USERS}/{head}"), json!({"role": "security_auditor"})).await;
        assert!(promoted.is(403, "identity.user.needs_proposal"), "{}", promoted.body);
        let (second, _) = world.user("auditor-2", Role::SecurityAuditor, &world.police).await;
        let path = format!("{USERS}/{second}");
        let reset = world.console(&root, "PATCH", &path, json!({"password": "Another-2026-y"})).await;
        assert!(reset.is(403, "identity.user.needs_proposal"), "{}", reset.body);
        assert_eq!(world.console(&root, "PATCH", &path, json!({"disabled": true})).await.status, StatusCode::OK);
        let enabled = world.console(&root, "PATCH", &path, json!({"disabled": false})).await;
        assert!(enabled.is(403, "identity.user.needs_proposal"), "{}", enabled.body);
        let off = post(&world, &root, &format!("{path}/second-factor/reset"), json!({"reason": "遗失"})).await;
        assert!(off.is(403, "identity.user.needs_proposal"), "{}", off.body);
        let bound = world.console(&root, "PUT", &format!("{path}/identities/province"), json!({"subject": "s"})).await;
        assert!(bound.is(403, "identity.user.needs_proposal"), "{}", bound.body);
    }

    /// A proposed auditor exists only once an auditor has confirmed; the first password goes to who confirmed, is not the
    /// proposer's to know, and must be changed before anything else.
    async fn proposed_and_confirmed(world: World) {
        let (root, business, auditor) = three(&world).await;
        let made = post(&world, &root, PROPOSALS, proposal(&world, "Auditor-2", "security_auditor", "p-010")).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert!(!made.body.to_string().contains("password"), "{}", made.body);
        assert!(world.try_log_in("auditor-2", PASSWORD).await.is(401, "identify.wrong_password"));
        let path = format!("{PROPOSALS}/{}", made.id());
        let seen = [waiting(&world, &root).await, waiting(&world, &business).await, waiting(&world, &auditor).await];
        assert_eq!(seen, [0, 0, 1], "it waits for the auditor alone");
        for (cookie, code) in [(&root, "identity.proposal.other_side"), (&business, "identity.proposal.other_side")] {
            let answer = post(&world, cookie, &format!("{path}/confirm"), Value::Null).await;
            assert!(answer.is(403, code), "{}", answer.body);
        }
        let seen = world.console(&auditor, "GET", &format!("{PROPOSALS}?state=pending"), Value::Null).await;
        assert_eq!((&seen.body["total"], &seen.body["items"][0]["may_decide"]), (&json!(1), &json!(true)));
        let done = post(&world, &auditor, &format!("{path}/confirm"), Value::Null).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let again = post(&world, &auditor, &format!("{path}/confirm"), Value::Null).await;
        assert!(again.is(409, "identity.proposal.decided"), "{}", again.body);
        let initial = done.body["initial_password"].as_str().unwrap();
        let first = world.try_log_in("auditor-2", initial).await;
        assert_eq!((first.status, &first.body["due"]), (StatusCode::OK, &json!("password")));
        let cookie = first.cookie();
        let closed = world.console(&cookie, "GET", PROPOSALS, Value::Null).await;
        assert!(closed.is(403, "identify.password_due"), "{}", closed.body);
        let body = json!({"current": initial, "new": "Another-2026-y"});
        let changed = post(&world, &cookie, "/api/v1/session/password", body).await;
        assert_eq!((changed.status, &changed.body["due"]), (StatusCode::OK, &Value::Null));
        assert_eq!(world.console(&cookie, "GET", PROPOSALS, Value::Null).await.status, StatusCode::OK);
        let kinds = world.evidence().await;
        for kind in ["identity.proposal.made", "identity.proposal.confirmed", "identity.user.created"] {
            assert!(kinds.iter().any(|one| one == kind), "{kind} in {kinds:?}");
        }
    }

    /// A refused or withdrawn proposal changes nothing, and says why.
    async fn refused_and_withdrawn(world: World) {
        let (root, _, auditor) = three(&world).await;
        for (who, verb, body) in [
            (&auditor, "refuse", json!({"reason": "编制不足"})),
            (&root, "withdraw", Value::Null),
        ] {
            let made = post(&world, &root, PROPOSALS, proposal(&world, "late", "security_auditor", "P-010")).await;
            let twice = post(&world, &root, PROPOSALS, proposal(&world, "late", "security_auditor", "P-010")).await;
            assert!(twice.is(409, "identity.proposal.pending"), "{}", twice.body);
            let path = format!("{PROPOSALS}/{}", made.id());
            let closed = post(&world, who, &format!("{path}/{verb}"), body).await;
            assert_eq!(closed.status, StatusCode::OK, "{}", closed.body);
            let late = post(&world, &auditor, &format!("{path}/confirm"), Value::Null).await;
            assert!(late.is(409, "identity.proposal.decided"), "{}", late.body);
        }
        let users = world.console(&root, "GET", &format!("{USERS}?q=late"), Value::Null).await;
        assert_eq!(users.body["total"], json!(0));
    }

    /// A password of an auditor is reset by two: the proposer never learns it, and sessions open with the old one end.
    async fn a_reset_takes_two(world: World) {
        let (root, _, auditor) = three(&world).await;
        let (second, session) = world.user("auditor-2", Role::SecurityAuditor, &world.police).await;
        let body = json!({"kind": "reset_password", "user_id": second, "reason": "忘记密码"});
        let made = post(&world, &root, PROPOSALS, body).await;
        // Not even when he is asked does the account's own holder decide.
        let own = post(&world, &session, &format!("{PROPOSALS}/{}/confirm", made.id()), Value::Null).await;
        assert!(own.is(403, "identity.proposal.other_side"), "{}", own.body);
        let done = post(&world, &auditor, &format!("{PROPOSALS}/{}/confirm", made.id()), Value::Null).await;
        let initial = done.body["initial_password"].as_str().unwrap().to_owned();
        assert_eq!(world.console(&session, "GET", "/probe", Value::Null).await.status, StatusCode::UNAUTHORIZED);
        assert!(world.try_log_in("auditor-2", PASSWORD).await.is(401, "identify.wrong_password"));
        assert_eq!(world.try_log_in("auditor-2", &initial).await.status, StatusCode::OK);
        let shown = world.console(&root, "GET", &format!("{PROPOSALS}/{}", made.id()), Value::Null).await;
        assert!(!shown.body.to_string().contains(&initial));
    }

    /// One person holds one of the three roles at most, however the second is tried; a department account is no obstacle.
    async fn one_person_one_role(world: World) {
        let (root, business, auditor) = three(&world).await;
        let second = post(&world, &root, USERS, account(&world, "ops-2", "platform_operator", Some(" p-002 "))).await;
        assert!(second.is(409, "identity.user.parted_roles"), "{}", second.body);
        assert!(second.body["error"]["zh"].as_str().unwrap().contains("业务运营"), "{}", second.body);
        let unnamed = post(&world, &root, USERS, account(&world, "ops-2", "platform_operator", None)).await;
        assert!(unnamed.has("person", "identity.user.person_required"), "{}", unnamed.body);
        let cross = post(&world, &root, PROPOSALS, proposal(&world, "b-2", "business_operator", "P-003")).await;
        assert!(cross.is(409, "identity.user.parted_roles"), "{}", cross.body);
        // Free when proposed, taken when confirmed: the second look decides.
        let made = post(&world, &root, PROPOSALS, proposal(&world, "b-2", "business_operator", "P-020")).await;
        let ops = post(&world, &root, USERS, account(&world, "ops-3", "platform_operator", Some("P-020"))).await;
        assert_eq!(ops.status, StatusCode::CREATED, "{}", ops.body);
        let late = post(&world, &business, &format!("{PROPOSALS}/{}/confirm", made.id()), Value::Null).await;
        assert!(late.is(409, "identity.user.parted_roles"), "{}", late.body);
        let dept = post(&world, &root, USERS, account(&world, "both", "department_head", Some("P-003"))).await;
        assert_eq!(dept.status, StatusCode::CREATED, "{}", dept.body);
        let climb = json!({"role": "platform_operator"});
        let climb = world.console(&root, "PATCH", &format!("{USERS}/{}", dept.id()), climb).await;
        assert!(climb.is(409, "identity.user.parted_roles"), "{}", climb.body);
        let rename = world.console(&root, "PATCH", &format!("{USERS}/{}", ops.id()), json!({"person": "P-099"})).await;
        assert!(rename.is(403, "identity.user.person_fixed"), "{}", rename.body);
        drop(auditor);
    }

    /// Promotion goes through a proposal too, and the last of a role is neither disabled nor moved away.
    async fn promotion_and_the_last_one(world: World) {
        let (root, business, _) = three(&world).await;
        let (head, session) = world.user("head", Role::DepartmentHead, &world.police).await;
        let body = json!({"kind": "role", "user_id": head, "role": "business_operator", "person": "P-030", "reason": "调任"});
        let made = post(&world, &root, PROPOSALS, body).await;
        let done = post(&world, &business, &format!("{PROPOSALS}/{}/confirm", made.id()), Value::Null).await;
        assert_eq!((done.status, &done.body["initial_password"]), (StatusCode::OK, &Value::Null), "{}", done.body);
        assert_eq!(world.console(&session, "GET", "/probe", Value::Null).await.status, StatusCode::UNAUTHORIZED);
        let users = world.console(&root, "GET", &format!("{USERS}?q=auditor"), Value::Null).await;
        let last = users.body["items"][0]["id"].as_str().unwrap().to_owned();
        for change in [json!({"disabled": true}), json!({"role": "department_head"})] {
            let answer = world.console(&root, "PATCH", &format!("{USERS}/{last}"), change).await;
            assert!(answer.is(409, "identity.user.last_of_role"), "{}", answer.body);
        }
    }
}
