//! The fields of the guide and of Decree 809, and the codes that follow from the classification.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{World, has, household, on_both};

const PATH: &str = "/api/v1/resources";

on_both! {
    /// Everything that was entered comes back, for the resource and for its items; what was left out follows from
    /// the data element.
    async fn come_back_as_entered(world: World) {
        let mut input = household();
        let own = json!({
            "responsible_office": "户籍科", "responsible_person": "周文海", "contact": "0571-1234",
            "data_range": "常住人口", "data_region": "滨江区", "data_period": "2015年至今", "data_class": "个人信息",
            "share_condition_kinds": ["users", "purpose"], "related_codes": ["GA-0009"],
        });
        for (field, value) in own.as_object().unwrap() {
            input[field] = value.clone();
        }
        let item = json!({
            "item": "sex", "element": "person.sex", "data_type": "N", "length": 1, "decimals": 0,
            "share_type": "conditional", "share_condition": "仅用于办理婚姻登记", "responsible_office": "治安大队",
            "source_system": "人口系统", "lineage": "由户口登记表录入",
        });
        input["items"][2] = item.clone();
        let (status, made) = world.send(Some(&world.operator()), "POST", PATH, input).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        for (field, value) in own.as_object().unwrap() {
            assert_eq!(made[field], *value, "{field}");
        }
        for (field, value) in item.as_object().unwrap() {
            assert_eq!(made["items"][2][field], *value, "{field}");
        }
        assert_eq!(made["items"][0]["data_type"], "C");
        assert_eq!(made["organisation_credit_code"], world.police.credit_code);
        let mut wrong = household();
        wrong["items"][0]["length"] = json!(0);
        let (_, answer) = world.send(Some(&world.operator()), "POST", PATH, wrong).await;
        assert!(has(&answer, "items[0].length", "catalog.item.length"), "{answer}");
    }

    /// 类, 项, 目 and a serial number make a code of its own, given once; the tree is there to choose from.
    async fn class_codes(world: World) {
        assert_eq!(world.draft().await["class_code"], "101001/000001");
        assert_eq!(world.draft().await["class_code"], "101001/000002");
        let mut input = household();
        input["classification"] = json!("department");
        input["category"] = json!(null);
        let (_, made) = world.send(Some(&world.operator()), "POST", PATH, input.clone()).await;
        assert_eq!(made["class_code"], "303006/000001");
        input["classification"] = json!("theme");
        input["category"] = json!("社会保障");
        let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
        let (_, changed) = world.send(Some(&world.operator()), "PUT", &path, input).await;
        assert_eq!((&changed["classification"], &changed["class_code"]), (&json!("theme"), &json!("303006/000001")));
        let (_, found) = world.send(Some(&world.operator()), "GET", &format!("{PATH}?q=303006"), Value::Null).await;
        assert_eq!(found["total"], 1);
        let (_, tree) = world.send(Some(&world.operator()), "GET", "/api/v1/resource-classes?page_size=200", Value::Null).await;
        assert!(tree["items"].as_array().unwrap().iter().any(|one| one["zh"] == "电子证照"), "{tree}");
    }
}
