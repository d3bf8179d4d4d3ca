//! Reverse cataloguing through the interface.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{World, code, has, on_both};

/// A table whose column says nothing by its name.
fn table() -> Value {
    json!({
        "table": {"name": "T_RY", "comment": "人员信息表", "columns": [
            {"name": "SFZH", "comment": "身份证号", "declared": "varchar(18)", "key": false, "indexed": true},
            {"name": "QTHM3", "declared": "varchar(20)"},
        ]},
        "profile": {"sampled_rows": 100, "columns": [
            {"name": "SFZH", "distinct": {"values": 100, "exact": true}, "max_length": 18,
             "kinds": [{"kind": {"type": "resident_id"}, "share": 1.0, "repaired": 0.0}]},
            {"name": "QTHM3", "distinct": {"values": 90, "exact": true}, "max_length": 20,
             "kinds": [{"kind": {"type": "phone"}, "share": 0.9, "repaired": 0.0}]},
        ]},
    })
}

on_both! {
    /// A correction is kept with evidence, and the next proposal of the same office follows it; another office is not bound by it.
    async fn corrections_are_kept(world: World) {
        let (status, first) = world.send(Some(&world.operator()), "POST", "/api/v1/proposals", table()).await;
        assert_eq!(status, StatusCode::OK, "{first}");
        assert_eq!(first["columns"][0]["element"], "person.id");
        assert_eq!(first["columns"][0]["confidence"], "sure");
        assert_eq!(first["resource"]["keys"], json!(["resident_id"]));
        let column = &first["columns"][1];
        assert_ne!(column["confidence"], "sure", "{column}");
        let decisions = json!({"table": "T_RY", "decisions": [{"column": "QTHM3",
            "lesson_key": column["lesson_key"], "proposed": column["element"], "chosen": "person.phone"}]});
        let path = "/api/v1/proposals/decisions";
        let (status, kept) = world.send(Some(&world.operator()), "POST", path, decisions.clone()).await;
        assert_eq!(status, StatusCode::OK, "{kept}");
        assert_eq!((&kept["kept"], &kept["corrected"]), (&json!(1), &json!(1)));
        // Twice the same decision is one lesson that counts more.
        world.send(Some(&world.operator()), "POST", path, decisions).await;
        let (_, again) = world.send(Some(&world.operator()), "POST", "/api/v1/proposals", table()).await;
        assert_eq!(again["columns"][1]["element"], "person.phone");
        assert_eq!(again["columns"][1]["confidence"], "sure");
        let other = world.user(Role::DepartmentOperator, &world.welfare);
        let (_, other) = world.send(Some(&other), "POST", "/api/v1/proposals", table()).await;
        assert_eq!(other["columns"][1]["element"], "person.phone");
        assert_eq!(other["columns"][1]["confidence"], "likely");
        let evidence = world.evidence().await;
        assert_eq!(evidence.iter().filter(|kind| *kind == "catalog.proposal.decided").count(), 2);
    }

    /// Unknown elements and empty requests are refused by field; people without a department's role are refused.
    async fn wrong_decisions_are_refused(world: World) {
        let path = "/api/v1/proposals/decisions";
        let body = json!({"table": "T", "decisions": [
            {"column": "A", "lesson_key": "a||", "chosen": "person.name"},
            {"column": "B", "lesson_key": "", "chosen": "no.such"},
        ]});
        let (status, answer) = world.send(Some(&world.operator()), "POST", path, body.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "decisions[1].chosen", "catalog.item.unknown_element"), "{answer}");
        assert!(has(&answer, "decisions[1].lesson_key", "field.required"), "{answer}");
        let auditor = world.user(Role::SecurityAuditor, &world.police);
        let (status, answer) = world.send(Some(&auditor), "POST", path, body).await;
        assert_eq!((status, code(&answer)), (StatusCode::FORBIDDEN, "actor.role"));
        let empty = json!({"table": {"name": "T", "columns": []}});
        let (status, answer) = world.send(Some(&world.operator()), "POST", "/api/v1/proposals", empty).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "table.columns", "catalog.proposal.columns"), "{answer}");
    }
}
