//! Budget view and map, counted from the evidence.

use axum::http::StatusCode;
use kernel::Role;
use kernel::evidence::index;
use sea_orm::{ActiveValue::Set, EntityTrait as _};
use serde_json::{Value, json};

use crate::world::{DAY_MS, START_MS, World, on_both};

/// An entry of the evidence index.
struct Entry<'a> {
    idx: i64,
    kind: &'a str,
    time_ms: i64,
    consumer: &'a str,
    provider: &'a str,
    resource: &'a str,
    grant: Option<&'a str>,
}

fn row(entry: &Entry<'_>) -> index::ActiveModel {
    index::ActiveModel {
        idx: Set(entry.idx),
        kind: Set(entry.kind.to_owned()),
        time_ms: Set(entry.time_ms),
        call: Set(None),
        outbox: Set(None),
        consumer: Set(Some(entry.consumer.to_owned())),
        provider: Set(Some(entry.provider.to_owned())),
        resource: Set(Some(entry.resource.to_owned())),
        grant_id: Set(entry.grant.map(str::to_owned)),
        matter: Set(None),
        agent: Set(None),
        caller: Set("client:x".to_owned()),
        idempotency_key: Set(None),
        digest: Set(None),
        code: Set(None),
    }
}

/// History of the police register: civil affairs call it, the data bureau was granted it and never called.
async fn history(world: &World) {
    let (police, welfare, bureau) =
        (&world.police.credit_code, &world.welfare.credit_code, &world.authority.credit_code);
    let rows = [
        ("sharing.grant.created", 100, welfare, Some("g1")),
        ("sharing.grant.created", 90, bureau, Some("g2")),
        ("exchange.query", 60, welfare, Some("g1")),
        ("exchange.verify", 5, welfare, Some("g1")),
        ("sharing.grant.revoked", 2, bureau, Some("g2")),
        ("exchange.query", 1, welfare, Some("g1")),
        ("exchange.refused", 1, welfare, None),
    ];
    let rows = (1000..).zip(rows).map(|(idx, (kind, days, consumer, grant))| {
        row(&Entry {
            idx,
            kind,
            time_ms: START_MS - days * DAY_MS,
            consumer,
            provider: police,
            resource: "GA-HKRK-001",
            grant,
        })
    });
    index::Entity::insert_many(rows).exec_without_returning(&world.kernel.db).await.unwrap();
}

/// A system of civil affairs that lists only what it withholds, and one that lists nothing.
async fn closed_systems(world: &World) {
    let body = json!({"name": "旧低保系统", "built_year": 2010, "cost_yuan": 500_000});
    world.system(&world.welfare, body).await;
    let system = world.system(&world.welfare, json!({"name": "涉密台账", "built_year": 2020})).await;
    let body = json!({"code": "MZ-SM-001", "name": "涉密对象", "abstract": "名册", "system_id": system,
    "classification": "department", "share_type": "none",
    "no_share_basis": "《中华人民共和国反间谍法》第八条", "items": [
        {"item": "resident_id", "element": "person.id", "is_key": true},
        {"item": "sex", "element": "person.sex"},
    ]});
    world.resource(&world.welfare, body, true).await;
}

fn flow<'a>(map: &'a Value, consumer: &str) -> Option<&'a Value> {
    map["flows"].as_array().unwrap().iter().find(|flow| flow["consumer_name"] == consumer)
}

on_both! {
    /// The map at a time shows what flowed then: alive, dead, granted and never used; a grant that was revoked is gone
    /// afterwards and there before; what comes later is counted in addition.
    async fn the_map_goes_back_in_time(world: World) {
        world.register().await;
        history(&world).await;
        let at = |days: i64| format!("/api/v1/chimneys?at_ms={}", START_MS - days * DAY_MS);
        let now = world.ok(&world.business(), "GET", "/api/v1/chimneys", Value::Null).await;
        let alive = flow(&now, &world.welfare.name).unwrap();
        assert_eq!((&alive["state"], &alive["calls"], &alive["refused"]), (&json!("alive"), &json!(2), &json!(1)), "{alive}");
        assert_eq!((&alive["grants"], &alive["unused_grants"]), (&json!(1), &json!(0)));
        assert_eq!(alive["last_ms"], START_MS - DAY_MS);
        assert!(flow(&now, &world.authority.name).is_none(), "{now}");
        assert_eq!(now["departments"][0]["systems"][0]["calls"], 2, "{now}");
        let months: Vec<_> = now["months"].as_array().unwrap().iter().map(|month| (month["month"].clone(), month["calls"].clone())).collect();
        assert_eq!(months, [(json!("2026-07"), json!(1)), (json!("2026-09"), json!(2))]);

        let before = world.ok(&world.business(), "GET", &at(40), Value::Null).await;
        assert_eq!(flow(&before, &world.welfare.name).unwrap()["calls"], 1);
        let unused = flow(&before, &world.authority.name).unwrap();
        assert_eq!((&unused["state"], &unused["unused_grants"], &unused["last_ms"]), (&json!("unused"), &json!(1), &Value::Null));
        let between = world.ok(&world.business(), "GET", &at(20), Value::Null).await;
        let dead = flow(&between, &world.welfare.name).unwrap();
        assert_eq!((&dead["state"], &dead["calls"], &dead["last_ms"]), (&json!("dead"), &json!(0), &json!(START_MS - 60 * DAY_MS)));
        let long_ago = world.ok(&world.business(), "GET", "/api/v1/chimneys?at_ms=1200000000000", Value::Null).await;
        assert_eq!(long_ago["departments"], json!([]), "built in 2012, not there in 2008");

        let more = row(&Entry {
            idx: 1007, kind: "exchange.query", time_ms: START_MS, consumer: &world.welfare.credit_code,
            provider: &world.police.credit_code, resource: "GA-HKRK-001", grant: Some("g1"),
        });
        index::Entity::insert(more).exec_without_returning(&world.kernel.db).await.unwrap();
        let later = world.ok(&world.business(), "GET", "/api/v1/chimneys", Value::Null).await;
        assert_eq!(flow(&later, &world.welfare.name).unwrap()["calls"], 3);
    }

    /// What was given back can no longer be used, and stands on the map as long as it could.
    async fn a_grant_given_back_is_gone(world: World) {
        world.register().await;
        history(&world).await;
        let given_back = row(&Entry {
            idx: 1010, kind: "sharing.grant.given_back", time_ms: START_MS - DAY_MS, consumer: &world.welfare.credit_code,
            provider: &world.police.credit_code, resource: "GA-HKRK-001", grant: Some("g1"),
        });
        index::Entity::insert(given_back).exec_without_returning(&world.kernel.db).await.unwrap();
        let now = world.ok(&world.business(), "GET", "/api/v1/chimneys", Value::Null).await;
        assert_eq!(flow(&now, &world.welfare.name).unwrap()["grants"], 0, "{now}");
        let before = format!("/api/v1/chimneys?at_ms={}", START_MS - 3 * DAY_MS);
        let before = world.ok(&world.business(), "GET", &before, Value::Null).await;
        assert_eq!(flow(&before, &world.welfare.name).unwrap()["grants"], 1);
    }

    /// A department sees every system and only its own flows.
    async fn others_flows_are_not_shown(world: World) {
        world.register().await;
        history(&world).await;
        let bureau = world.user(Role::DepartmentHead, &world.authority);
        let map = world.ok(&bureau, "GET", &format!("/api/v1/chimneys?at_ms={}", START_MS - 40 * DAY_MS), Value::Null).await;
        assert_eq!((&map["whole"], map["flows"].as_array().unwrap().len()), (&json!(false), 1), "{map}");
        assert!(flow(&map, &world.welfare.name).is_none());
        let police = map["departments"].as_array().unwrap().iter().find(|one| one["name"] == world.police.name).unwrap();
        assert_eq!(police["systems"][0]["calls"], 0);
        assert_eq!(map["months"], json!([]));
    }

    /// A year's cost and the people who work with a system stand beside what it is used for; what is silent or given up
    /// and still paid for is told, and the sums of a department say how much that is.
    async fn what_is_paid_for_nothing(world: World) {
        let (system, _) = world.register().await;
        let figures = json!({"yearly_cost_yuan": 300_000, "user_count": 60});
        world.ok(&world.user(Role::DepartmentOperator, &world.police), "PATCH", &format!("/api/v1/systems/{system}"), figures).await;
        history(&world).await;
        for (name, state, yearly, people) in [
            ("旧低保系统", "running", Some(50_000), Some(4)),
            ("殡葬系统", "retired", Some(20_000), Some(0)),
            ("老台账", "retired", Some(0), Some(0)),
            ("未填系统", "running", None, None),
        ] {
            let body = json!({"name": name, "built_year": 2010, "state": state, "yearly_cost_yuan": yearly, "user_count": people});
            world.system(&world.welfare, body).await;
        }
        let sorted = world.ok(&world.business(), "GET", "/api/v1/budget?sort=-cost_per_user", Value::Null).await;
        let lines = sorted["items"].as_array().unwrap();
        let names: Vec<_> = lines.iter().map(|line| line["name"].as_str().unwrap()).collect();
        assert_eq!(names[0], "殡葬系统", "paid for nobody costs most: {names:?}");
        assert_eq!(names[1], "旧低保系统");
        let line = |name: &str| lines.iter().find(|line| line["name"] == name).unwrap();
        let used = lines.iter().find(|line| line["system_id"] == json!(system)).unwrap();
        assert_eq!((&used["yearly_cost_yuan"], &used["user_count"]), (&json!(300_000), &json!(60)));
        assert_eq!(used["cost_per_user"], json!({"numerator": 300_000, "denominator": 60}));
        assert_eq!(line("未填系统")["cost_per_user"], Value::Null);
        let by_yearly = world.ok(&world.business(), "GET", "/api/v1/budget?sort=-yearly_cost_yuan", Value::Null).await;
        assert_eq!(by_yearly["items"][0]["system_id"], json!(system));

        let paid = world.ok(&world.business(), "GET", "/api/v1/budget?flag=still_paid&sort=name", Value::Null).await;
        let mut names: Vec<_> = paid["items"].as_array().unwrap().iter().map(|line| line["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["旧低保系统", "殡葬系统"], "silent, and given up");
        let sums = world.ok(&world.business(), "GET", "/api/v1/budget/departments", Value::Null).await;
        let sum = |name: &str| sums["items"].as_array().unwrap().iter().find(|sum| sum["organisation_name"] == name).unwrap();
        let welfare = sum(&world.welfare.name);
        assert_eq!((&welfare["idle_yearly_yuan"], &welfare["yearly_cost_yuan"], &welfare["user_count"]), (&json!(70_000), &json!(50_000), &json!(4)));
        assert_eq!(welfare["cost_per_user"], json!({"numerator": 50_000, "denominator": 4}));
        assert_eq!(sum(&world.police.name)["idle_yearly_yuan"], 0);
    }

    /// Every figure shows what it was made of; systems that are silent or refuse to share are told with the reason.
    async fn the_budget_view(world: World) {
        let (system, _) = world.register().await;
        closed_systems(&world).await;
        history(&world).await;
        let list = world.ok(&world.business(), "GET", "/api/v1/budget?sort=-calls", Value::Null).await;
        let line = &list["items"][0];
        assert_eq!((&list["total"], &line["system_id"]), (&json!(3), &json!(system)));
        for (field, expected) in [
            ("calls", json!(3)),
            ("refused", json!(1)),
            ("cost_per_use", json!({"numerator": 3_000_000, "denominator": 3})),
            ("consumers", json!({"numerator": 1, "denominator": 1})),
            ("overlap", json!({"numerator": 1, "denominator": 4})),
            ("listed", json!({"numerator": 1, "denominator": 1})),
            ("mounted", json!({"numerator": 0, "denominator": 1})),
            ("silent_months", json!(0)),
            ("flags", json!([])),
        ] {
            assert_eq!(line[field], expected, "{field} of {line}");
        }
        let old = world.ok(&world.business(), "GET", "/api/v1/budget?from_month=2026-07&until_month=2026-07&q=户籍", Value::Null).await;
        assert_eq!(old["items"][0]["calls"], 1);
        let refusing = world.ok(&world.business(), "GET", "/api/v1/budget?flag=nothing_listed", Value::Null).await;
        assert_eq!((&refusing["total"], &refusing["items"][0]["name"]), (&json!(1), &json!("旧低保系统")));
        let flags: Vec<_> = refusing["items"][0]["flags"].as_array().unwrap().iter().map(|flag| flag["flag"].clone()).collect();
        assert_eq!(flags, ["silent", "nothing_listed"]);
        let withheld = world.ok(&world.business(), "GET", "/api/v1/budget?flag=all_withheld", Value::Null).await;
        assert_eq!(withheld["items"][0]["name"], "涉密台账");

        let sums = world.ok(&world.business(), "GET", "/api/v1/budget/departments", Value::Null).await;
        let welfare = sums["items"].as_array().unwrap().iter().find(|sum| sum["organisation_name"] == world.welfare.name).unwrap();
        assert_eq!(welfare["refusing"], json!({"numerator": 2, "denominator": 2}), "{welfare}");
        assert_eq!((&welfare["cost_yuan"], &welfare["without_cost"]), (&json!(500_000), &json!(1)));

        let path = format!("/api/v1/budget/systems/{system}");
        let opened = world.ok(&world.business(), "GET", &path, Value::Null).await;
        assert_eq!(opened["served"], json!([{"organisation_name": world.welfare.name, "calls": 3, "granted": true}]));
        assert_eq!((&opened["overlaps"][0]["name"], &opened["overlaps"][0]["elements"][0]["code"]), (&json!("涉密台账"), &json!("person.sex")));
        assert_eq!(opened["months"].as_array().unwrap().len(), 2);

        let head = world.head();
        let own = world.ok(&head, "GET", "/api/v1/budget", Value::Null).await;
        assert_eq!(own["total"], 2, "a department sees its own systems");
        assert_eq!(world.send(Some(&head), "GET", &path, Value::Null).await.0, StatusCode::NOT_FOUND);
        let developer = world.user(Role::DepartmentDeveloper, &world.welfare);
        assert_eq!(world.send(Some(&developer), "GET", "/api/v1/budget", Value::Null).await.0, StatusCode::FORBIDDEN);
        let wrong = world.send(Some(&world.business()), "GET", "/api/v1/budget?from_month=2026-13", Value::Null).await;
        assert_eq!(wrong.0, StatusCode::BAD_REQUEST);
    }
}

/// The map over a million entries: how long the one count takes, and each look after it. Run by hand; the figures stand in
/// `docs/performance.md`.
#[tokio::test]
#[ignore = "takes minutes; run by hand to renew the figures"]
async fn a_million_entries() {
    let world = World::new(testbed::Place::sqlite().unwrap()).await;
    world.register().await;
    let parties: Vec<_> = (0..40).map(|number| crate::world::credit_code(100 + number)).collect();
    for some in (0..1_000_000_i64).collect::<Vec<_>>().chunks(1_000) {
        let rows = some.iter().map(|number| {
            let at = usize::try_from(number % 1_560).unwrap();
            row(&Entry {
                idx: 10_000 + number,
                kind: "exchange.query",
                time_ms: START_MS - 1_095 * DAY_MS + number * 94_608,
                consumer: &parties[at % 40],
                provider: if at % 7 == 0 { &world.police.credit_code } else { &parties[(at / 40) % 40] },
                resource: if at % 7 == 0 { "GA-HKRK-001" } else { "X-1" },
                grant: None,
            })
        });
        index::Entity::insert_many(rows).exec_without_returning(&world.kernel.db).await.unwrap();
    }
    let begun = std::time::Instant::now();
    world.ok(&world.business(), "GET", "/api/v1/chimneys", Value::Null).await;
    println!("first look, with the count of a million: {:?}", begun.elapsed());
    for path in ["/api/v1/chimneys", "/api/v1/chimneys?at_ms=1740000000000", "/api/v1/budget"] {
        let begun = std::time::Instant::now();
        for _ in 0..10 {
            world.ok(&world.business(), "GET", path, Value::Null).await;
        }
        println!("{path}: {:?} each", begun.elapsed() / 10);
    }
}
