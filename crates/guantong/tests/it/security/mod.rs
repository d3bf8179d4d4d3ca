//! Who may do what: every operation of the interface, called by everybody.

mod catalog;
mod copies;
mod desk;
mod documents;
mod exchange;
mod finding;
mod identity;
mod projects;
mod sharing;
mod subscriptions;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Backing, PASSWORD, Session, Who, World, resource_body, run};
use Who::*;

/// Anybody at all may call these; they take and give nothing of anybody.
const PUBLIC: [&str; 10] = [
    "show_trust",
    "ledger_checkpoint",
    "ledger_key",
    "ledger_tile",
    "log_in",
    "log_in_code",
    "list_log_in_services",
    "begin_log_in_service",
    "finish_log_in_service",
    "issue_token",
];

/// Operations that succeed only with a code of somebody's device or with a thing that is not there; the right caller gets
/// past the door to this refusal. That they succeed is proved by the tests of their crate.
const ANSWERED: [(&str, &str); 14] = [
    ("list_documents", "plan.no_documents"),
    ("create_handover", "input.invalid"),
    ("accept_handover", "agent.not_found"),
    ("retry_handover", "handover.state"),
    ("import_catalogue", "sheet.form"),
    ("confirm_second_factor", "identity.second_factor.not_begun"),
    ("confirm_second_factor", "identify.wrong_code"),
    ("renew_recovery_codes", "identify.wrong_code"),
    ("remove_second_factor", "identify.wrong_code"),
    ("end_own_session", "identity.session.not_found"),
    ("end_user_session", "identity.session.not_found"),
    ("bind_identity", "input.invalid"),
    ("unbind_identity", "identity.oidc.not_bound"),
    ("enrol_second_factor", "identity.second_factor.enrolled"),
];

/// What is expected of one operation.
struct Expected {
    /// Who may call it.
    may: Vec<Who>,
    /// A body with which it succeeds.
    body: Option<Value>,
    /// Values of the parameters in the path, and of one that is required behind it.
    path: Vec<(&'static str, String)>,
}

fn users() -> Vec<Who> {
    Who::ALL.into_iter().filter(|who| who.is_user()).collect()
}

fn anyone_proved() -> Vec<Who> {
    Who::ALL.into_iter().filter(|who| *who != Nobody).collect()
}

/// Things of the provider and the consumer that operations act upon.
struct Things {
    grant: String,
    spare_grant: String,
    draft: String,
    catalogue: catalog::Made,
    user: String,
    client: String,
    evidence: u64,
    plans: projects::Plans,
    sharing: sharing::Made,
    accounts: identity::Made,
    subscriptions: subscriptions::Made,
    documents: documents::Made,
    copies: copies::Made,
}

async fn things(world: &World) -> Things {
    let grant = world.grant(|_| {}).await;
    let spare_grant = world.grant(|_| {}).await;
    let answer = world.query(&world.question(&grant, crate::world::CLEAN)).await.ok();
    let operator = world.as_(ProviderOperator);
    operator.post(&format!("/api/v1/resources/{}/quality", world.resource), &Value::Null).await.ok();
    let draft = resource_body("GA-DRAFT-001", &world.provider, Some(&world.system));
    let draft = operator.post("/api/v1/resources", &draft).await.ok()["id"].as_str().unwrap().to_owned();
    let user = json!({"username": "spare", "role": "department_operator", "organisation_id": world.provider,
        "password": PASSWORD});
    let user = world.as_(Platform).post("/api/v1/users", &user).await.ok()["id"].as_str().unwrap().to_owned();
    let clients = world.as_(ConsumerDeveloper).get("/api/v1/clients").await.ok();
    let other = clients["items"].as_array().unwrap().iter().find(|c| c["client_id"] == "mz-other").unwrap();
    let client = other["id"].as_str().unwrap().to_owned();
    let evidence = answer["evidence"]["index"].as_u64().unwrap();
    let plans = projects::plans(world).await;
    let catalogue = catalog::Made::raise(world).await;
    let sharing = sharing::Made::raise(world).await;
    let accounts = identity::Made::raise(world).await;
    let subscriptions = subscriptions::Made::raise(world).await;
    let documents = documents::Made::raise(world).await;
    let copies = copies::Made::raise(world).await;
    Things {
        grant,
        spare_grant,
        draft,
        user,
        client,
        evidence,
        plans,
        catalogue,
        sharing,
        accounts,
        subscriptions,
        documents,
        copies,
    }
}

/// Who may call an operation, a body with which it succeeds, values of the path's parameters.
type Row = (Vec<Who>, Option<Value>, Vec<(&'static str, String)>);

fn id(id: &str) -> Vec<(&'static str, String)> {
    vec![("id", id.to_owned())]
}

fn parties() -> Vec<Who> {
    vec![
        Business,
        Auditor,
        ProviderHead,
        ProviderOperator,
        ProviderDeveloper,
        ConsumerHead,
        ConsumerOperator,
        ConsumerDeveloper,
    ]
}

/// The expectations, a file for each capability. An operation that is in none fails the test, so that none comes in
/// without being thought of.
fn expected(operation: &str, world: &World, things: &Things) -> Option<Expected> {
    [
        catalog::expected,
        finding::expected,
        identity::expected,
        sharing::expected,
        exchange::expected,
        subscriptions::expected,
        documents::expected,
        copies::expected,
        desk::expected,
        projects::expected,
    ]
    .into_iter()
    .find_map(|capability| capability(operation, world, things))
    .map(|(may, body, path)| Expected { may, body, path })
}

/// One operation of the description.
struct Operation {
    id: String,
    method: Method,
    path: String,
}

async fn operations(nobody: &Session) -> Vec<Operation> {
    let document = nobody.get("/api/v1/openapi.json").await.ok();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            all.push(Operation { id, method: method.to_uppercase().parse().unwrap(), path: path.clone() });
        }
    }
    all
}

/// Everything that could have been changed, as those see it who see all of it.
async fn state(world: &World) -> BTreeMap<&'static str, Value> {
    world.index_is_complete().await;
    let mut all = BTreeMap::new();
    for (path, who) in [
        ("/api/v1/users?page_size=200", Platform),
        ("/api/v1/organisations?page_size=200", Platform),
        ("/api/v1/agents?page_size=200", Platform),
        ("/api/v1/systems?page_size=200", Business),
        ("/api/v1/resources?page_size=200", Business),
        ("/api/v1/negative-list?page_size=200", Business),
        ("/api/v1/announcements?page_size=200", Business),
        ("/api/v1/grants?page_size=200", Business),
        ("/api/v1/requests?page_size=200", Business),
        ("/api/v1/requests?page_size=200&side=consumer", ConsumerOperator),
        ("/api/v1/needs?page_size=200", Business),
        ("/api/v1/subscriptions?page_size=200", Business),
        ("/api/v1/handovers?page_size=200", Business),
        ("/api/v1/clients?page_size=200", ConsumerDeveloper),
        ("/api/v1/account-proposals?page_size=200", Auditor),
        ("/api/v1/delegations?page_size=200", Auditor),
        ("/api/v1/evidence?page_size=200&kind=sharing.", Auditor),
        ("/api/v1/evidence?page_size=200&kind=exchange.query", Auditor),
        ("/api/v1/evidence?page_size=200&kind=catalog.", Auditor),
        ("/api/v1/evidence?page_size=200&kind=identity.", Auditor),
    ] {
        all.insert(path, world.as_(who).get(path).await.ok());
    }
    all
}

fn filled(operation: &Operation, expected: &Expected) -> String {
    expected.path.iter().fold(operation.path.clone(), |path, (name, value)| {
        let place = format!("{{{name}}}");
        if path.contains(&place) { path.replace(&place, value) } else { format!("{path}?{name}={value}") }
    })
}

/// The order in which what succeeds is called: what ends things comes last.
fn rank(id: &str) -> usize {
    const LAST: [&str; 22] = [
        "accept_handover",
        "decline_handover",
        "cancel_handover",
        "end_subscription",
        "submit_plan",
        "reply_plan",
        "decide_plan",
        "mount_resource",
        "approve_mount",
        "submit_resource",
        "sign_resource",
        "approve_resource",
        "publish_resource",
        "withdraw_resource",
        "keep_resource",
        "suspend_grant",
        "resume_grant",
        "revoke_grant",
        "disable_agent",
        "enable_agent",
        "change_password",
        "log_out",
    ];
    LAST.iter().position(|last| *last == id).map_or(0, |place| place + 1)
}

/// Nobody, wrong roles of the right department, and other departments get 401, 403 or 404 from every operation and
/// change nothing; the right ones succeed with the very same request, so no refusal was for another reason.
#[test]
fn every_operation_is_guarded() {
    run(async {
        let world = World::raise(Backing::Sqlite).await;
        let things = things(&world).await;
        let mut operations = operations(world.as_(Nobody)).await;
        assert!(operations.len() > 45, "the description holds {} operations", operations.len());
        let before = state(&world).await;
        let mut wrong = Vec::new();
        let mut known: BTreeSet<String> = BTreeSet::new();
        for operation in &operations {
            if PUBLIC.contains(&operation.id.as_str()) {
                continue;
            }
            let Some(expected) = expected(&operation.id, &world, &things) else {
                wrong.push(format!("{}: no expectation; add it to the table", operation.id));
                continue;
            };
            known.insert(operation.id.clone());
            let path = filled(operation, &expected);
            for who in Who::ALL.into_iter().filter(|who| !expected.may.contains(who)) {
                let answer =
                    world.as_(who).send(operation.method.clone(), &path, expected.body.as_ref()).await;
                let allowed: &[u16] = if who == Nobody { &[401] } else { &[403, 404] };
                if !allowed.contains(&answer.status.as_u16()) {
                    wrong.push(format!("{} by {who:?}: {} {}", operation.id, answer.status, answer.body));
                } else if answer.body["error"]["zh"].as_str().is_none_or(str::is_empty) {
                    wrong.push(format!("{} by {who:?}: {} not in our form", operation.id, answer.body));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let after = state(&world).await;
        for (path, seen) in &before {
            assert_eq!(seen, &after[path], "{path} was changed by somebody who may not");
        }

        operations.sort_by_key(|operation| rank(&operation.id));
        for operation in operations.iter().filter(|operation| known.contains(&operation.id)) {
            let expected = expected(&operation.id, &world, &things).unwrap();
            let path = filled(operation, &expected);
            // One right caller suffices where the call changes something.
            let callers = if operation.method == Method::GET { expected.may.len() } else { 1 };
            for who in expected.may.iter().rev().take(callers) {
                let answer =
                    world.as_(*who).send(operation.method.clone(), &path, expected.body.as_ref()).await;
                let answered = ANSWERED.contains(&(operation.id.as_str(), answer.code()));
                if !answer.status.is_success() && !answered {
                    wrong.push(format!("{} by {who:?}: {} {}", operation.id, answer.status, answer.body));
                }
            }
        }
        assert!(wrong.is_empty(), "refused although allowed:\n{}", wrong.join("\n"));
    });
}

/// Public operations show neither people nor departments' things; what they hold is the log without personal data.
#[test]
fn public_operations_tell_nothing_personal() {
    run(async {
        let world = World::shared(Backing::Sqlite).await;
        let grant = world.grant(|_| {}).await;
        world.query(&world.question(&grant, crate::world::CLEAN)).await.ok();
        let nobody = world.as_(Nobody);
        for operation in operations(nobody).await.iter().filter(|one| PUBLIC.contains(&one.id.as_str())) {
            let path = operation.path.replace("{*path}", "entries/000.p/1");
            let answer = nobody.send(operation.method.clone(), &path, Some(&json!({}))).await;
            let text = answer.body.to_string();
            for personal in ["张三", "1391234", "110101199003", "2026-0001", "mz-system"] {
                assert!(!text.contains(personal), "{}: {personal} in {text}", operation.id);
            }
        }
        // The entries themselves, as a mirror reads them.
        let size = nobody.get("/api/v1/ledger/checkpoint").await.ok();
        let size: u64 = size.as_str().unwrap().lines().nth(1).unwrap().parse().unwrap();
        let path = format!("/api/v1/ledger/tile/entries/000.p/{}", size.min(255));
        let bundle = nobody.raw(Method::GET, &path, None).await.ok().to_string();
        assert!(bundle.contains("exchange.query") || size > 255, "{bundle}");
        for personal in ["张三", "110101199003", "2026-0001", "mz-system"] {
            assert!(!bundle.contains(personal), "{personal}");
        }
    });
}

/// Lists show everybody their own things only: nobody reads another department's agents, grants, clients or evidence.
#[test]
fn lists_end_at_the_own_department() {
    run(async {
        let world = World::shared(Backing::Sqlite).await;
        let grant = world.grant(|_| {}).await;
        world.query(&world.question(&grant, crate::world::CLEAN)).await.ok();
        for who in [StrangerHead, StrangerOperator, StrangerDeveloper] {
            for path in [
                "/api/v1/agents",
                "/api/v1/grants",
                "/api/v1/evidence?kind=exchange.",
                "/api/v1/calls/grants",
            ] {
                let list = world.as_(who).get(path).await.ok();
                assert_eq!(list["total"], 0, "{who:?} {path}: {list}");
            }
        }
        let own = world.as_(StrangerDeveloper).get("/api/v1/clients").await.ok();
        assert_eq!(own["total"], 1, "{own}");
        assert_eq!(world.as_(StrangerClient).get("/api/v1/calls/grants").await.ok()["total"], 0);
        // The mount tells how a department's tables look; a published resource shows it to its own people only.
        let path = format!("/api/v1/resources/{}", world.resource);
        assert!(world.as_(StrangerHead).get(&path).await.ok()["mount"].is_null());
        assert!(world.as_(ProviderHead).get(&path).await.ok()["mount"].is_object());
    });
}

/// A write with a session cookie alone, as another site could send it, is refused.
#[test]
fn another_site_cannot_write() {
    run(async {
        let world = World::shared(Backing::Sqlite).await;
        let body = json!({"username": "business", "password": PASSWORD});
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let logged = client.post(format!("{}/api/v1/session", world.url)).json(&body).send().await.unwrap();
        let cookie = logged.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let foreign = Session::nobody(&world.url).with(&[("cookie", cookie)]);
        foreign.get("/api/v1/session").await.ok();
        let answer = foreign.post("/api/v1/grants", &world.grant_body()).await;
        answer.refused(403, "identify.console_header");
    });
}
