//! Search and "who holds this datum?".

use axum::http::StatusCode;
use kernel::{Actor, Role};
use serde_json::{Value, json};

use crate::world::{World, household, id, on_both};

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

async fn search(world: &World, actor: &Actor, question: &str, filters: &str) -> Value {
    let path = format!("/api/v1/catalogue/search?q={}{filters}", encoded(question));
    let (status, answer) = world.send(Some(actor), "GET", &path, Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{question}: {answer}");
    answer
}

fn names(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|hit| hit["name"].as_str().unwrap()).collect()
}

fn body(name: &str, items: &[(&str, &str, &str)]) -> Value {
    let mut body = household();
    body["name"] = json!(name);
    body["abstract"] = json!("办理业务中形成");
    let items: Vec<Value> = items
        .iter()
        .enumerate()
        .map(|(at, (item, zh, element))| json!({"item": item, "zh": zh, "element": element, "is_key": at == 0}))
        .collect();
    body["items"] = json!(items);
    body
}

/// Three resources of the police; gives their ids.
async fn three(world: &World) -> Vec<String> {
    let mut ids = Vec::new();
    for one in [
        body(
            "最低生活保障对象信息",
            &[("sfzh", "证件号", "person.id"), ("je", "低保金额", "benefit.low_income_amount")],
        ),
        body("死亡登记台账", &[("sfzh", "身份证件", "person.id"), ("swrq", "亡故日", "person.death_date")]),
        body(
            "企业登记信息",
            &[("dm", "信用代码", "enterprise.credit_code"), ("mc", "企业名称", "enterprise.name")],
        ),
    ] {
        let (status, made) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", one).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        ids.push(id(&made));
    }
    ids
}

on_both! {
    /// Words, pinyin, initials, code, office, and the meaning of an item whatever it is called, all find a resource.
    async fn every_way_finds(world: World) {
        three(&world).await;
        let who = world.operator();
        for question in ["生活保障", "zuidishenghuobaozhang", "shenghuo", "zdshbz", "低保金额", "dbje"] {
            let found = search(&world, &who, question, "").await;
            assert_eq!(names(&found).first(), Some(&"最低生活保障对象信息"), "{question}: {found}");
        }
        // The item is called 亡故日; its data element is the date of death.
        for question in ["死亡日期", "swrq", "去世日期", "date_of_death"] {
            let found = search(&world, &who, question, "").await;
            assert_eq!(names(&found).first(), Some(&"死亡登记台账"), "{question}: {found}");
        }
        let found = search(&world, &who, "身份证号码", "").await;
        assert_eq!(found["total"], 2, "{found}");
        assert_eq!(found["items"][0]["found_items"][0]["element"], "person.id");
        let code = search(&world, &who, "GA-0003", "").await;
        assert_eq!(names(&code).first(), Some(&"企业登记信息"), "{code}");
        assert_eq!(search(&world, &who, "滨江区公安", "").await["total"], 3);
        assert_eq!(search(&world, &who, "登记 企业", "").await["total"], 1);
        assert_eq!(search(&world, &who, "不存在的东西", "").await["total"], 0);
        // Nothing has both words; what has one of them is shown, and said to be so.
        let loose = search(&world, &who, "死亡 信用代码", "").await;
        assert_eq!((&loose["total"], &loose["loosened"]), (&json!(2), &json!(true)), "{loose}");
    }

    /// A change is found by the very next search, and what was before no longer is.
    async fn changes_are_found_at_once(world: World) {
        let ids = three(&world).await;
        let who = world.operator();
        assert_eq!(search(&world, &who, "死亡登记", "").await["total"], 1);
        let changed = body("火化登记台账", &[("sfzh", "身份证号", "person.id")]);
        let path = format!("/api/v1/resources/{}", ids[1]);
        let (status, answer) = world.send(Some(&who), "PUT", &path, changed).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(names(&search(&world, &who, "火化登记", "").await), ["火化登记台账"]);
        assert_eq!(search(&world, &who, "死亡登记", "").await["total"], 0);
        world.send(Some(&who), "POST", "/api/v1/resources", body("殡葬服务记录", &[("a", "姓名", "person.name")])).await;
        assert_eq!(search(&world, &who, "bzfw", "").await["total"], 1);
    }

    /// Drafts are found by their own office and the business operator; others find what is published, and facets count the same.
    async fn drafts_stay_at_home(world: World) {
        let published = world.published().await;
        three(&world).await;
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        let found = search(&world, &stranger, "", "").await;
        assert_eq!(names(&found), [published["name"].as_str().unwrap()]);
        assert_eq!(found["facets"]["state"], json!([{"value": "published", "name": null, "count": 1}]));
        assert_eq!(search(&world, &stranger, "死亡登记", "").await["total"], 0);
        let business = world.user(Role::BusinessOperator, &world.welfare);
        assert_eq!(search(&world, &business, "", "").await["total"], 4);
        // A facet is counted under the filters of the others, not under its own.
        let drafts = search(&world, &business, "", "&state=draft").await;
        assert_eq!(drafts["total"], 3);
        let states = drafts["facets"]["state"].as_array().unwrap();
        let count = |value: &str| states.iter().find(|one| one["value"] == value).map(|one| one["count"].clone());
        assert_eq!((count("draft"), count("published")), (Some(json!(3)), Some(json!(1))));
        assert_eq!(drafts["facets"]["organisation_id"][0]["count"], 3);
    }

    /// Who holds a datum is told across resources by data element, for each reader what he may know of.
    async fn holders_are_told(world: World) {
        let published = world.published().await;
        three(&world).await;
        let ask = async |who: &Actor, question: &str| {
            let path = format!("/api/v1/catalogue/holders?{question}");
            world.send(Some(who), "GET", &path, Value::Null).await
        };
        let own = world.operator();
        let (status, held) = ask(&own, "element=person.id").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(held["total"], 3, "{held}");
        // From the published one the datum can be had today: it comes first.
        assert_eq!(held["items"][0]["resource"]["id"], published["id"]);
        assert_eq!(held["elements"][0]["organisations"], 1);
        let (_, held) = ask(&own, &format!("q={}", encoded("去世日期"))).await;
        assert_eq!(held["elements"][0]["code"], "person.death_date");
        assert_eq!(held["items"][0]["items"][0]["zh"], "亡故日");
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        let (_, held) = ask(&stranger, "element=person.id").await;
        assert_eq!(held["total"], 1);
        let (_, held) = ask(&own, "page=1").await;
        assert_eq!(held["total"], 0);
    }
}
