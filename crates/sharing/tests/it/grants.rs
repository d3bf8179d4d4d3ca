//! Grants given without a request, the book that the call path reads, and the end of grants.

use kernel::Role;
use serde_json::{Value, json};
use sharing::model::GrantState;

use crate::world::{DAY, MONDAY, World, code, id, on_both, places};

fn body(world: &World) -> Value {
    json!({
        "consumer_id": world.welfare.id, "resource_id": world.residents, "client_ids": ["mz-dibao"],
        "items": [{"item": "name"}, {"item": "mobile", "verify_only": true}],
        "row_filter": {"all": [{"item": "name", "op": "prefix", "values": ["张"]}]},
        "purposes": [{"matter": "MZ-DB-001", "basis": "《社会救助暂行办法》第十一条"}], "shapes": ["query", "verify"],
        "valid_until_ms": MONDAY + 100 * DAY, "quota_per_day": 20, "quota_per_second": 2,
    })
}

async fn given(world: &World, body: Value) -> String {
    id(&world.ok(&world.head_of(&world.police), "POST", "/api/v1/grants", body).await)
}

on_both! {
    /// The provider's head gives a grant without a request; the book holds it as given, pin and quotas included, from the
    /// next look on.
    async fn a_direct_grant_is_in_the_book(world: World) {
        let grant = given(&world, body(&world)).await;
        let book = world.sharing().book().await.unwrap();
        let usable = book.get(&grant.clone().into()).unwrap();
        assert_eq!((usable.grant.quota_per_day, usable.grant.quota_per_second), (20, 2));
        assert_eq!(usable.pin.grant.clients, ["mz-dibao"]);
        assert_eq!(usable.pin.grant.row_filter.all[0].values, ["张"]);
        assert!(usable.pin.grant.items[1].verify_only);
        assert_eq!(usable.keys[0].item, "resident_id");
        assert_eq!(book.of(&world.welfare.id, &usable.resource_code).len(), 1);
        assert!(book.of(&world.health.id, &usable.resource_code).is_empty());
        let seen = world.get(&world.asker(), &format!("/api/v1/grants/{grant}")).await;
        assert_eq!((&seen["pin_state"], &seen["request_id"]), (&json!("offline"), &Value::Null));
        world.pin(&grant).await;
        let seen = world.get(&world.asker(), &format!("/api/v1/grants/{grant}")).await;
        assert_eq!(seen["pin_state"], "accepted");
    }

    /// Suspended, resumed, revoked: the very next look into the book shows it.
    async fn the_book_follows_at_once(world: World) {
        let grant = given(&world, body(&world)).await;
        let (head, path) = (world.head_of(&world.police), format!("/api/v1/grants/{grant}"));
        let key = grant.into();
        let state = async || world.sharing().book().await.unwrap().get(&key).map(|usable| usable.grant.state);
        let why = json!({"cause": "abnormal_use", "reason": "深夜集中调用，核查中"});
        world.ok(&head, "POST", &format!("{path}/suspend"), why.clone()).await;
        assert_eq!(state().await, Some(GrantState::Suspended));
        world.refused(&head, &format!("{path}/suspend"), why.clone(), (409, "grant.state")).await;
        world.ok(&head, "POST", &format!("{path}/resume"), json!({"reason": "核查无异常"})).await;
        assert_eq!(state().await, Some(GrantState::Active));
        world.ok(&head, "POST", &format!("{path}/revoke"), why.clone()).await;
        assert_eq!(state().await, None);
        world.refused(&head, &format!("{path}/revoke"), why, (409, "grant.state")).await;
        world.refused(&head, &format!("{path}/resume"), json!({"reason": "后悔"}), (409, "grant.state")).await;
    }

    /// Every fault of a grant is named at once, and nothing is given that could not be pinned.
    async fn faults_are_named_together(world: World) {
        let mut bad = body(&world);
        bad["items"] = json!([{"item": "name"}, {"item": "name"}, {"item": "sex"}, {"item": "shoe"},
            {"item": "mobile", "masked": true, "verify_only": true}]);
        bad["row_filter"] = json!({"all": [{"item": "shoe", "op": "eq", "values": []}]});
        bad["purposes"] = json!([]);
        bad["shapes"] = json!([]);
        bad["valid_until_ms"] = json!(MONDAY - 1);
        bad["quota_per_day"] = json!(0);
        bad["quota_per_second"] = json!(1_000_000);
        let head = world.head_of(&world.police);
        let answer = world.refused(&head, "/api/v1/grants", bad, (422, "input.invalid")).await;
        for place in ["items[1].item", "items[2].item", "items[3].item", "items[4].item", "row_filter.all[0]",
            "purposes", "shapes", "valid_until_ms", "quota_per_day", "quota_per_second"] {
            assert!(places(&answer).contains(&place), "{place} in {answer}");
        }
        let mut odd = body(&world);
        odd["condition"] = json!("this is no policy (");
        let (status, answer) = world.send(&head, "POST", "/api/v1/grants", &odd).await;
        assert_eq!(status, 422, "{answer}");
        odd["condition"] = json!("a\u{0}b");
        let answer = world.refused(&head, "/api/v1/grants", odd, (422, "input.invalid")).await;
        assert_eq!(places(&answer), ["condition"]);
        let mut nobody = body(&world);
        nobody["consumer_id"] = json!("nobody");
        world.refused(&head, "/api/v1/grants", nobody, (404, "organisation.not_found")).await;
        assert_eq!(world.get(&head, "/api/v1/grants").await["total"], 0);
    }

    /// Only the head of the resource's own department and the data authority give grants; the parties and the overseers
    /// see them, nobody else does.
    async fn who_gives_and_who_sees(world: World) {
        let other = world.head_of(&world.welfare);
        world.refused(&other, "/api/v1/grants", body(&world), (403, "actor.organisation")).await;
        world.refused(&world.clerk(), "/api/v1/grants", body(&world), (403, "actor.role")).await;
        let grant = given(&world, body(&world)).await;
        let path = format!("/api/v1/grants/{grant}");
        for actor in [world.asker(), world.clerk(), world.business(), world.role(Role::SecurityAuditor)] {
            assert_eq!(world.get(&actor, "/api/v1/grants").await["total"], 1, "{actor:?}");
            world.get(&actor, &path).await;
        }
        let stranger = world.head_of(&world.health);
        assert_eq!(world.get(&stranger, "/api/v1/grants").await["total"], 0);
        for path in [path.clone(), format!("{path}/timeline"), "/api/v1/grants/%00".to_owned()] {
            let (status, answer) = world.send(&stranger, "GET", &path, &Value::Null).await;
            assert_eq!((status.as_u16(), code(&answer)), (404, "grant.not_found"), "{path}");
        }
    }

    /// The consumer's own people and the overseers read a client system's name beside its id, in grants and requests; the
    /// provider reads the id, and an id that nobody registered has no name.
    async fn client_systems_are_named(world: World) {
        let developer = world.developer_of(&world.welfare);
        let client = json!({"client_id": "mz-dibao", "name": "低保系统"});
        world.ok(&developer, "POST", "/api/v1/clients", client).await;
        let mut input = body(&world);
        input["client_ids"] = json!(["mz-dibao", "mz-gone"]);
        let grant = given(&world, input).await;
        let mut input = world.body();
        input["client_ids"] = json!(["mz-dibao"]);
        let request = world.signed(input).await;
        let ids_only = json!([{"client_id": "mz-dibao", "name": null}, {"client_id": "mz-gone", "name": null}]);
        let named = json!([{"client_id": "mz-dibao", "name": "低保系统"}, {"client_id": "mz-gone", "name": null}]);
        for (actor, expected) in [
            (world.asker(), &named),
            (developer.clone(), &named),
            (world.business(), &named),
            (world.role(Role::SecurityAuditor), &named),
            (world.clerk(), &ids_only),
            (world.head_of(&world.police), &ids_only),
        ] {
            assert_eq!(&world.get(&actor, &format!("/api/v1/grants/{grant}")).await["clients"], expected, "{actor:?}");
            assert_eq!(&world.get(&actor, "/api/v1/grants").await["items"][0]["clients"], expected, "{actor:?}");
            let seen = world.seen(&actor, &request).await;
            assert_eq!(seen["clients"][0], expected[0], "{actor:?}");
        }
        // Nobody learns what another department's system is called by naming it in a request.
        let theirs = json!({"client_id": "ga-hukou", "name": "户籍业务系统"});
        world.ok(&world.developer_of(&world.police), "POST", "/api/v1/clients", theirs).await;
        let mut input = world.body();
        input["client_ids"] = json!(["ga-hukou"]);
        let probe = world.draft(input).await;
        assert_eq!(world.seen(&world.asker(), &probe).await["clients"], json!([{"client_id": "ga-hukou", "name": null}]));
    }

    /// A grant is reminded of thirty days before it ends, and at the end the agent is told to drop it; each once.
    async fn grants_end(world: World) {
        let grant = given(&world, body(&world)).await;
        let (asker, path) = (world.asker(), format!("/api/v1/grants/{grant}"));
        world.pass(69 * DAY).await;
        assert_eq!(world.line(&asker, &path).await, ["sharing.grant.created"]);
        world.pass(DAY).await;
        assert_eq!(world.line(&asker, &path).await, ["sharing.grant.created", "sharing.grant.expiring"]);
        let told = world.notices(Some(&world.welfare), Role::DepartmentOperator).await;
        assert!(told.contains(&"sharing.grant.expiring".to_owned()), "{told:?}");
        let before = world.waiting(sharing::PIN_CHANGED).await;
        world.pass(30 * DAY).await;
        let ended = world.get(&asker, &path).await;
        assert_eq!(ended["state"], "expired");
        assert_eq!(world.waiting(sharing::PIN_CHANGED).await, before + 1, "the agent is told");
        assert_eq!(
            world.line(&asker, &path).await,
            ["sharing.grant.created", "sharing.grant.expiring", "sharing.grant.expired"]
        );
        let resume = json!({"reason": "想继续用"});
        world.refused(&world.head_of(&world.police), &format!("{path}/resume"), resume, (409, "grant.state")).await;
    }

    /// A grant that was revoked is not reminded of, and one shorter than the reminder is only ended.
    async fn no_reminder_without_need(world: World) {
        let revoked = given(&world, body(&world)).await;
        let why = json!({"cause": "law_changed", "reason": "依据已废止"});
        let head = world.head_of(&world.police);
        world.ok(&head, "POST", &format!("/api/v1/grants/{revoked}/revoke"), why).await;
        let mut short = body(&world);
        short["valid_until_ms"] = json!(MONDAY + 5 * DAY);
        let short = given(&world, short).await;
        world.pass(200 * DAY).await;
        let line = world.line(&head, &format!("/api/v1/grants/{revoked}")).await;
        assert_eq!(line, ["sharing.grant.created", "sharing.grant.revoked"]);
        let line = world.line(&head, &format!("/api/v1/grants/{short}")).await;
        assert_eq!(line, ["sharing.grant.created", "sharing.grant.expired"]);
    }

    /// Who uses a resource is told when it is announced to go offline: holders of a grant that is in force and those whose
    /// request is under way, nobody else; and no new request is taken then.
    async fn users_are_told(world: World) {
        given(&world, body(&world)).await;
        let doctor = world.operator_of(&world.health);
        let asked = id(&world.ok(&doctor, "POST", "/api/v1/requests", world.body()).await);
        let path = format!("/api/v1/resources/{}/withdraw", world.residents);
        let told = async |office| {
            let kinds = world.notices(Some(office), Role::DepartmentOperator).await;
            kinds.iter().filter(|kind| *kind == "catalog.offline").count()
        };
        world.act(&doctor, &asked, "submit", Value::Null).await;
        world.act(&world.head_of(&world.health), &asked, "sign", Value::Null).await;
        let why = json!({"cause": "law_changed", "reason": "系统整合，数据并入新库"});
        world.ok(&world.head_of(&world.police), "POST", &path, why).await;
        assert_eq!((told(&world.welfare).await, told(&world.health).await, told(&world.bureau).await), (1, 1, 0));
        let late = world.send(&world.asker(), "POST", "/api/v1/requests", &world.body()).await;
        assert_eq!((late.0.as_u16(), code(&late.1)), (409, "request.going_offline"));
        let grants = world.get(&world.asker(), "/api/v1/grants").await;
        let key = id(&grants["items"][0]).into();
        let book = world.sharing().book().await.unwrap();
        assert!(book.get(&key).unwrap().published, "until it is offline it serves");
    }
}
