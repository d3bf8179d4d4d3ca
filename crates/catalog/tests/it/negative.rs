//! The negative list, and conditions that are admissible.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{World, has, household, id, on_both};

const PATH: &str = "/api/v1/negative-list";

fn archive() -> Value {
    json!({"name": "干部档案", "pattern": "*干部*档案*", "basis": "《中华人民共和国保守国家秘密法》第十三条",
        "scope": "publish"})
}

async fn draft(world: &World, change: impl FnOnce(&mut Value)) -> String {
    let mut input = household();
    change(&mut input);
    let (status, made) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", input).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    id(&made)
}

on_both! {
    /// The business operator keeps the list, with its law; what is on it is not listed, or not shared, and the
    /// refusal names the law; an entry that rests refuses nothing.
    async fn holds_back_what_it_names(world: World) {
        let mut wrong = archive();
        wrong["basis"] = json!("会议纪要");
        wrong["pattern"] = json!("*");
        let (status, answer) = world.send(Some(&world.business()), "POST", PATH, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "basis", "catalog.negative.basis") && has(&answer, "pattern", "catalog.negative.nothing_named"));
        assert_eq!(world.send(Some(&world.head()), "POST", PATH, archive()).await.0, StatusCode::FORBIDDEN);
        let (status, made) = world.send(Some(&world.business()), "POST", PATH, archive()).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let element = json!({"name": "性别", "element": "person.sex", "basis": "《中华人民共和国反间谍法》第八条"});
        world.send(Some(&world.business()), "POST", PATH, element).await;

        let resource = draft(&world, |input| input["name"] = json!("全县干部人事档案信息")).await;
        let (status, answer) = world.refused(&world.operator(), &resource, "submit", json!({})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "name", "catalog.negative.not_published"), "{answer}");
        assert!(has(&answer, "items[2].share_type", "catalog.negative.not_shared"), "{answer}");
        assert!(answer.to_string().contains("保守国家秘密法"));

        let path = format!("{PATH}/{}", id(&made));
        let (status, rests) = world.send(Some(&world.business()), "PATCH", &path, json!({"active": false})).await;
        assert_eq!((status, &rests["name"]), (StatusCode::OK, &json!("干部档案")));
        let withheld = json!({"item": "sex", "element": "person.sex", "share_type": "none",
            "no_share_basis": "《中华人民共和国反间谍法》第八条"});
        let resource = draft(&world, |input| {
            input["name"] = json!("全县干部人事档案信息");
            input["items"][2] = withheld;
        })
        .await;
        world.step(&world.operator(), &resource, "submit", json!({})).await;
        let (_, list) = world.send(Some(&world.operator()), "GET", &format!("{PATH}?q=反间谍"), Value::Null).await;
        assert_eq!(list["total"], 1);
    }

    /// A condition of no admissible kind is refused with the rule; one that the list knows, or that is named, passes.
    async fn conditions_come_from_the_list(world: World) {
        let vague = draft(&world, |input| input["share_condition"] = json!("看情况再来联系我们")).await;
        let (status, answer) = world.refused(&world.operator(), &vague, "submit", json!({})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "share_condition", "catalog.share.not_admissible"), "{answer}");
        assert!(answer.to_string().contains("政务数据共享条例"));
        let strange = draft(&world, |input| input["share_condition_kinds"] = json!(["barter"])).await;
        let (_, answer) = world.refused(&world.operator(), &strange, "submit", json!({})).await;
        assert!(has(&answer, "share_condition_kinds[0]", "catalog.share.not_admissible"), "{answer}");
        let named = draft(&world, |input| {
            input["share_condition"] = json!("看情况再来联系我们");
            input["share_condition_kinds"] = json!(["law"]);
        })
        .await;
        assert_eq!(world.step(&world.operator(), &named, "submit", json!({})).await["state"], "signing");
        let mut paid = household();
        paid["share_condition"] = json!("民政部门用于社会救助，按次付费");
        let (_, answer) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", paid).await;
        assert!(has(&answer, "share_condition", "catalog.share.invented_condition"), "{answer}");
    }
}
