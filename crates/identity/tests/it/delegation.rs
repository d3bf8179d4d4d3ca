//! A head has somebody of his department stand in while he is away.

use axum::http::StatusCode;
use kernel::ids::UserId;
use kernel::{Role, follow_up};
use serde_json::{Value, json};

use crate::world::{Answer, World, on_both};

const PATH: &str = "/api/v1/delegations";
const DAY: i64 = 86_400_000;

/// A head and his operator, each with id and session.
struct Pair {
    head: (UserId, String),
    operator: (UserId, String),
}

async fn pair(world: &World) -> Pair {
    Pair {
        head: world.user("head", Role::DepartmentHead, &world.police).await,
        operator: world.user("wang", Role::DepartmentOperator, &world.police).await,
    }
}

async fn delegate(world: &World, pair: &Pair, from: i64, until: i64) -> Answer {
    let body =
        json!({"delegate_id": pair.operator.0, "from_ms": from, "until_ms": until, "reason": "外出培训"});
    world.console(&pair.head.1, "POST", PATH, body).await
}

async fn act_for(world: &World, cookie: &str, delegation: Option<&str>) -> Answer {
    world.console(cookie, "PUT", "/api/v1/session/acting-for", json!({"delegation": delegation})).await
}

async fn probe(world: &World, cookie: &str) -> Value {
    world.console(cookie, "GET", "/probe", Value::Null).await.body
}

on_both! {
    /// The delegate switches to standing in, has the head's role then, is recorded under both names, and goes back.
    async fn stands_in(world: World) {
        let pair = pair(&world).await;
        let made = delegate(&world, &pair, world.now(), world.now() + DAY).await;
        assert_eq!((made.status, &made.body["state"]), (StatusCode::CREATED, &json!("active")), "{}", made.body);
        let cookie = &pair.operator.1;
        assert_eq!(probe(&world, cookie).await["role"], "department_operator", "nothing changes by itself");
        let session = world.console(cookie, "GET", "/api/v1/session", Value::Null).await;
        assert_eq!(session.body["delegations"][0]["delegation"], json!(made.id()));
        let acting = act_for(&world, cookie, Some(&made.id())).await;
        assert_eq!(acting.body["acting_for"]["user_id"], json!(pair.head.0), "{}", acting.body);
        assert_eq!(acting.body["user"]["role"], "department_head");
        let seen = probe(&world, cookie).await;
        let label = format!("user:{} for user:{}", pair.operator.0, pair.head.0);
        assert_eq!((&seen["actor"], &seen["role"]), (&json!(label), &json!("department_head")));
        let names = world.identity.caller_names([label.as_str()].into_iter()).await.unwrap();
        assert_eq!(names[&label], "wang（代head）");
        let own = act_for(&world, cookie, None).await;
        assert_eq!((&own.body["acting_for"], &own.body["user"]["role"]), (&Value::Null, &json!("department_operator")));
        assert_eq!(probe(&world, cookie).await["actor"], json!(format!("user:{}", pair.operator.0)));
        let kinds = world.evidence().await;
        for kind in ["created", "taken_up", "laid_down"] {
            assert!(kinds.contains(&format!("identity.delegation.{kind}")), "{kind} in {kinds:?}");
        }
    }

    /// It ends by itself to the second, also in a session that stands in, and both are told.
    async fn ends_by_itself(world: World) {
        let pair = pair(&world).await;
        let until = world.now() + 3_600_000;
        let made = delegate(&world, &pair, world.now(), until).await;
        act_for(&world, &pair.operator.1, Some(&made.id())).await;
        world.clock.advance_ms(until - world.now() - 1);
        assert_eq!(probe(&world, &pair.operator.1).await["role"], "department_head");
        world.clock.advance_ms(1);
        assert_eq!(probe(&world, &pair.operator.1).await["role"], "department_operator");
        let handlers = identity::module(&world.identity).handlers;
        follow_up::run_due(&world.kernel, &handlers).await.unwrap();
        follow_up::run_due(&world.kernel, &handlers).await.unwrap();
        let list = world.console(&pair.head.1, "GET", PATH, Value::Null).await;
        assert_eq!(list.body["items"][0]["state"], "ended", "{}", list.body);
        let kinds = world.evidence().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "identity.delegation.ended").count(), 1);
        let query = kernel::page::ListQuery::default();
        for (who, role) in [(&pair.head, Role::DepartmentHead), (&pair.operator, Role::DepartmentOperator)] {
            let organisation = kernel::actor::ActorOrganisation {
                id: world.police.id.clone(), name: String::new(), credit_code: String::new() };
            let actor = kernel::Actor::user(who.0.clone(), role, organisation);
            let (_, unread) = kernel::notice::list(&world.kernel, &actor, &query, true).await.unwrap();
            assert_eq!(unread, 2, "appointed and ended");
        }
        assert!(act_for(&world, &pair.operator.1, Some(&made.id())).await.is(404, "delegation.not_found"));
    }

    /// Taken back it ends at the next request, as it does when the head loses his office or is disabled.
    async fn ends_at_once(world: World) {
        let pair = pair(&world).await;
        let (_, root) = world.user("root-ops", Role::PlatformOperator, &world.welfare).await;
        let made = delegate(&world, &pair, world.now(), world.now() + DAY).await;
        act_for(&world, &pair.operator.1, Some(&made.id())).await;
        assert_eq!(probe(&world, &pair.operator.1).await["role"], "department_head");
        let path = format!("{PATH}/{}/revoke", made.id());
        assert!(world.console(&root, "POST", &path, json!({"reason": "x"})).await.is(404, "delegation.not_found"));
        let revoked = world.console(&pair.head.1, "POST", &path, json!({"reason": "提前返回"})).await;
        assert_eq!(revoked.body["state"], "revoked", "{}", revoked.body);
        assert_eq!(probe(&world, &pair.operator.1).await["role"], "department_operator");
        let twice = world.console(&pair.head.1, "POST", &path, json!({"reason": "提前返回"})).await;
        assert!(twice.is(409, "identity.delegation.over"), "{}", twice.body);
        let made = delegate(&world, &pair, world.now(), world.now() + DAY).await;
        act_for(&world, &pair.operator.1, Some(&made.id())).await;
        assert_eq!(probe(&world, &pair.operator.1).await["role"], "department_head");
        let change = json!({"role": "department_developer"});
        world.console(&root, "PATCH", &format!("/api/v1/users/{}", pair.head.0), change).await;
        assert_eq!(probe(&world, &pair.operator.1).await["role"], "department_operator");
    }

    /// Only heads delegate, only within their department and to none of the three roles, in good time, once, and not on.
    async fn within_bounds(world: World) {
        let pair = pair(&world).await;
        let (stranger, _) = world.user("zhao", Role::DepartmentOperator, &world.welfare).await;
        let (auditor, auditing) = world.user("auditor", Role::SecurityAuditor, &world.police).await;
        let list = world.console(&pair.head.1, "GET", "/api/v1/delegates", Value::Null).await;
        assert_eq!(list.body["total"], json!(1), "{}", list.body);
        let until = world.now() + DAY;
        for other in [&stranger, &auditor, &pair.head.0] {
            let body = json!({"delegate_id": other, "until_ms": until, "reason": "外出"});
            let answer = world.console(&pair.head.1, "POST", PATH, body).await;
            assert!(answer.is(422, "identity.delegation.delegate"), "{}", answer.body);
        }
        let body = json!({"delegate_id": pair.head.0, "until_ms": until, "reason": "外出"});
        for cookie in [&pair.operator.1, &auditing] {
            assert!(world.console(cookie, "POST", PATH, body.clone()).await.is(403, "actor.role"));
        }
        let wrong = delegate(&world, &pair, world.now() - DAY, world.now() + 200 * DAY).await;
        assert!(wrong.has("from_ms", "identity.delegation.from"), "{}", wrong.body);
        assert!(wrong.has("until_ms", "identity.delegation.until"), "{}", wrong.body);
        let made = delegate(&world, &pair, world.now(), until).await;
        assert!(delegate(&world, &pair, world.now(), until).await.is(409, "identity.delegation.overlap"));
        act_for(&world, &pair.operator.1, Some(&made.id())).await;
        let on = world.console(&pair.operator.1, "POST", PATH, body).await;
        assert!(on.is(403, "identity.delegation.chain"), "{}", on.body);
        // A planned one gives nothing before its time.
        let (third, cookie) = world.user("chen", Role::DepartmentDeveloper, &world.police).await;
        let body = json!({"delegate_id": third, "from_ms": world.now() + DAY, "until_ms": world.now() + 2 * DAY, "reason": "外出"});
        let planned = world.console(&pair.head.1, "POST", PATH, body).await;
        assert_eq!(planned.body["state"], "planned", "{}", planned.body);
        assert!(act_for(&world, &cookie, Some(&planned.id())).await.is(404, "delegation.not_found"));
        assert!(act_for(&world, &cookie, Some(&made.id())).await.is(404, "delegation.not_found"), "another's");
        let all = world.console(&auditing, "GET", PATH, Value::Null).await;
        assert_eq!(all.body["total"], json!(2));
    }
}
