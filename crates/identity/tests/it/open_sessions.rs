//! Sessions are seen and ended, by their user and by the platform operator.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{PASSWORD, World, on_both};

const OWN: &str = "/api/v1/session/all";

async fn from(world: &World, browser: &str) -> String {
    let body = json!({"username": "wang", "password": PASSWORD});
    world.send("POST", "/api/v1/session", &[("user-agent", browser)], body).await.cookie()
}

async fn open(world: &World, cookie: &str) -> bool {
    world.console(cookie, "GET", "/probe", Value::Null).await.status == StatusCode::OK
}

on_both! {
    /// Each sees his own sessions with place, browser and times, and no token.
    async fn seen(world: World) {
        world.user("li", Role::DepartmentHead, &world.police).await;
        let (_, here) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let there = from(&world, "Firefox on the other desk").await;
        let began = world.now();
        world.clock.advance_ms(10 * 60_000);
        assert!(open(&world, &there).await);
        let list = world.console(&here, "GET", OWN, Value::Null).await;
        assert_eq!(list.body["total"], json!(2), "{}", list.body);
        let find = |current: bool| {
            let items = list.body["items"].as_array().unwrap().clone();
            items.into_iter().find(|one| one["current"] == json!(current)).unwrap()
        };
        let other = find(false);
        assert_eq!(other["user_agent"], "Firefox on the other desk");
        assert_eq!((&other["address"], &other["door"]), (&json!("10.0.0.8"), &json!("password")));
        assert_eq!((&other["created_ms"], &other["last_seen_ms"]), (&json!(began), &json!(world.now())));
        assert_eq!(find(true)["current"], json!(true));
        let token = there.split_once('=').unwrap().1;
        assert!(!list.body.to_string().contains(token));
    }

    /// One session, or all but the one in hand, end at the next request; nobody ends another's by its id.
    async fn ended_by_their_user(world: World) {
        let (_, foreign) = world.user("li", Role::DepartmentHead, &world.police).await;
        let (_, here) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let (second, third) = (from(&world, "second").await, from(&world, "third").await);
        assert!(open(&world, &second).await && open(&world, &third).await);
        let list = world.console(&here, "GET", OWN, Value::Null).await;
        let items = list.body["items"].as_array().unwrap();
        let id = items.iter().find(|one| one["user_agent"] == "second").unwrap()["id"].as_str().unwrap();
        let path = format!("{OWN}/{id}");
        assert!(world.console(&foreign, "DELETE", &path, Value::Null).await.is(404, "identity.session.not_found"));
        assert!(open(&world, &second).await);
        let one = world.console(&here, "DELETE", &path, Value::Null).await;
        assert_eq!((one.status, &one.body["ended"]), (StatusCode::OK, &json!(1)));
        assert!(!open(&world, &second).await && open(&world, &third).await);
        let rest = world.console(&here, "POST", "/api/v1/session/end-others", Value::Null).await;
        assert_eq!(rest.body["ended"], json!(1), "{}", rest.body);
        assert!(!open(&world, &third).await && open(&world, &here).await && open(&world, &foreign).await);
        assert!(world.evidence().await.contains(&"identity.sessions.ended".to_owned()));
    }

    /// The platform operator sees and ends anybody's; others may not.
    async fn ended_by_the_operator(world: World) {
        let (_, root) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
        let (id, here) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let (_, auditor) = world.user("auditor", Role::SecurityAuditor, &world.police).await;
        let there = from(&world, "there").await;
        let path = format!("/api/v1/users/{id}/sessions");
        assert!(world.console(&auditor, "GET", &path, Value::Null).await.is(403, "actor.role"));
        assert!(world.console(&auditor, "DELETE", &path, Value::Null).await.is(403, "actor.role"));
        let list = world.console(&root, "GET", &path, Value::Null).await;
        let items = list.body["items"].as_array().unwrap();
        let one = items.iter().find(|one| one["user_agent"] == "there").unwrap()["id"].as_str().unwrap();
        world.console(&root, "DELETE", &format!("{path}/{one}"), Value::Null).await;
        assert!(!open(&world, &there).await && open(&world, &here).await);
        let all = world.console(&root, "DELETE", &path, Value::Null).await;
        assert_eq!(all.body["ended"], json!(1));
        assert!(!open(&world, &here).await && open(&world, &root).await);
    }
}
