//! The legal checks: no invented conditions, no refusal without a law, nothing unknown.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{World, has, household, on_both};

const PATH: &str = "/api/v1/resources";

on_both! {
    /// Withholding without a cited national source is refused and the rule is named; with one it passes.
    async fn withholding_needs_a_law(world: World) {
        let mut input = household();
        input["share_type"] = json!("none");
        input["no_share_basis"] = json!("涉及本单位内部管理");
        let (status, answer) = world.send(Some(&world.operator()), "POST", PATH, input.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "no_share_basis", "catalog.share.no_legal_basis"), "{answer}");
        assert!(answer["error"]["zh"].as_str().unwrap().contains("政务数据共享条例"), "{answer}");
        input["no_share_basis"] = json!("《中华人民共和国反间谍法》第八条");
        let (status, made) = world.send(Some(&world.operator()), "POST", PATH, input).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        assert_eq!(made["share_condition"], json!(null));
    }

    /// Conditional sharing states its condition; unconditional sharing has none.
    async fn conditions_are_stated_and_not_invented(world: World) {
        let mut input = household();
        input["share_condition"] = json!("视情况");
        let (_, answer) = world.send(Some(&world.operator()), "POST", PATH, input.clone()).await;
        assert!(has(&answer, "share_condition", "catalog.share.no_condition"), "{answer}");
        input["share_type"] = json!("unconditional");
        input["share_condition"] = json!("须经我局同意后使用");
        let (_, answer) = world.send(Some(&world.operator()), "POST", PATH, input).await;
        assert!(has(&answer, "share_type", "catalog.share.invented_condition"), "{answer}");
    }

    /// Items: unknown element, duplicate, bad name, item withheld without a law, each at its own path.
    async fn items_are_checked_one_by_one(world: World) {
        let mut input = household();
        input["items"] = json!([
            {"item": "name", "element": "person.name"},
            {"item": "name", "element": "person.nobody"},
            {"item": "Name; DROP TABLE resource", "element": "person.sex"},
            {"item": "marriage", "element": "person.marriage", "share_type": "none"},
        ]);
        let (status, answer) = world.send(Some(&world.operator()), "POST", PATH, input).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        for (path, code) in [
            ("items[1].item", "catalog.item.duplicate"),
            ("items[1].element", "catalog.item.unknown_element"),
            ("items[2].item", "catalog.item.name"),
            ("items[3].no_share_basis", "catalog.share.no_legal_basis"),
        ] {
            assert!(has(&answer, path, code), "{path} {code} in {answer}");
        }
    }

    /// A grade below that of the items is refused; left out it follows from them.
    async fn the_grade_follows_from_the_items(world: World) {
        let made = world.draft().await;
        assert_eq!(made["grade"], 4);
        assert_eq!(made["items"][0]["sensitive"], true);
        assert_eq!(made["items"][0]["kind"], json!({"type": "resident_id"}));
        let mut input = household();
        input["grade"] = json!(2);
        let (_, answer) = world.send(Some(&world.operator()), "POST", PATH, input).await;
        assert!(has(&answer, "grade", "catalog.resource.grade"), "{answer}");
    }
}
