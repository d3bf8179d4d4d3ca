//! The way of a plan.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{DAY_MS, World, code, has, id, on_both, plan};

on_both! {
    /// Filed, signed, matched by the product itself, replied to once, decided, entered in the inventory; each step is
    /// evidence, the right people are told, and what exists is shown with its holder and the way to have it.
    async fn goes_its_way(world: World) {
        let (system, resource) = world.register().await;
        let made = world.ok(&world.operator(), "POST", "/api/v1/plans", plan()).await;
        let path = format!("/api/v1/plans/{}", id(&made));
        assert_eq!((&made["state"], &made["actions"]), (&json!("draft"), &json!(["change", "submit"])));
        assert_eq!(world.todos(&world.operator()).await.len(), 1);
        let seen = world.ok(&world.operator(), "GET", &format!("{path}/preview"), Value::Null).await;
        assert_eq!(seen["overlapping"], json!({"numerator": 1, "denominator": 2}), "{seen}");

        world.ok(&world.operator(), "POST", &format!("{path}/submit"), Value::Null).await;
        assert_eq!(world.todos(&world.head()).await, [("projects.plan.sign".to_owned(), "智慧养老平台".to_owned())]);
        let (status, _) = world.send(Some(&world.business()), "GET", &path, Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "what the head has not signed is the department's own matter");
        let signed = world.ok(&world.head(), "POST", &format!("{path}/sign"), Value::Null).await;
        assert_eq!(signed["state"], "matching");
        world.work().await;

        let open = world.ok(&world.business(), "GET", &path, Value::Null).await;
        assert_eq!((&open["state"], &open["actions"]), (&json!("under_review"), &json!(["return", "decide"])));
        assert!(open["due_ms"].as_i64().unwrap() > open["signed_ms"].as_i64().unwrap() + 9 * DAY_MS);
        let found = &open["report"]["resources"][0];
        assert_eq!((&found["overlaps"], &found["advice"]), (&json!(true), &json!("share")));
        assert_eq!(found["hits"][0]["holding"]["organisation_name"], world.police.name);
        assert_eq!(found["hits"][0]["holding"]["way"], "request");
        assert_eq!(found["exists"], json!({"numerator": 4, "denominator": 5}), "{found}");
        assert_eq!(open["report"]["resources"][1]["overlaps"], false, "{open}");
        let moved_out = &open["report"]["resources"][1]["items"][2];
        assert_eq!(moved_out["exists"], false, "迁出日期 is not 迁入日期: {moved_out}");
        assert_eq!(open["report"]["systems"][0]["id"], system);

        let reply = json!({"reason": "探望频次无处可取，请予保留"});
        world.ok(&world.head(), "POST", &format!("{path}/reply"), reply.clone()).await;
        let (status, answer) = world.send(Some(&world.operator()), "POST", &format!("{path}/reply"), reply).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "plan.replied"));

        let decision = json!({"outcome": "cut", "reason": "人口信息共享取得", "granted_yuan": 1_500_000, "resources": [
            {"place": 0, "decision": "share", "resource_ids": [resource], "reason": "公安已有"},
            {"place": 1, "decision": "build", "reason": "没有来源"},
        ]});
        let decided = world.ok(&world.business(), "POST", &format!("{path}/decide"), decision.clone()).await;
        let target = &decided["decision"]["resources"][0]["targets"][0];
        let link = format!("/requests/new?resource={resource}&items=name,resident_id,birth_date,register_address&plan={}", id(&made));
        assert_eq!(target["request_link"], link);
        world.work().await;
        let ended = world.ok(&world.operator(), "GET", &path, Value::Null).await;
        let systems = world.ok(&world.head(), "GET", "/api/v1/systems?q=智慧养老", Value::Null).await;
        assert_eq!((&systems["items"][0]["state"], &systems["items"][0]["cost_yuan"]), (&json!("planned"), &json!(1_500_000)));
        assert_eq!(ended["system_id"], systems["items"][0]["id"]);
        let (status, answer) = world.send(Some(&world.business()), "POST", &format!("{path}/decide"), decision).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "plan.state"));

        let kinds: Vec<_> = world.evidence().await.into_iter().filter(|kind| kind.starts_with("projects.")).collect();
        let expected = ["filed", "submitted", "signed", "matched", "replied", "decided", "entered"];
        assert_eq!(kinds, expected.map(|kind| format!("projects.plan.{kind}")));
        let told = world.notices("projects.plan.decided").await;
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|(_, organisation)| *organisation == world.welfare.id.to_string()));
    }

    /// Given back by the head or by the authority a plan is a draft again with the reason; the next round is matched anew and
    /// the reminder of the first finds nothing to do.
    async fn is_given_back(world: World) {
        let made = world.ok(&world.operator(), "POST", "/api/v1/plans", plan()).await;
        let path = format!("/api/v1/plans/{}", id(&made));
        world.ok(&world.operator(), "POST", &format!("{path}/submit"), Value::Null).await;
        let (status, answer) = world.send(Some(&world.head()), "POST", &format!("{path}/return"), json!({"reason": " "})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "reason", "field.required"), "{answer}");
        let back = world.ok(&world.head(), "POST", &format!("{path}/return"), json!({"reason": "费用偏高"})).await;
        assert_eq!((&back["state"], &back["returned_reason"]), (&json!("draft"), &json!("费用偏高")));
        let mut cheaper = plan();
        cheaper["cost_yuan"] = json!(900_000);
        cheaper["updated_ms"] = json!(1);
        let (status, answer) = world.send(Some(&world.operator()), "PUT", &path, cheaper.clone()).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "plan.stale"));
        cheaper["updated_ms"] = back["updated_ms"].clone();
        let changed = world.ok(&world.operator(), "PUT", &path, cheaper).await;
        assert_eq!(changed["cost_yuan"], 900_000);
        for (who, step) in [(world.operator(), "submit"), (world.head(), "sign")] {
            world.ok(&who, "POST", &format!("{path}/{step}"), Value::Null).await;
        }
        world.work().await;
        world.ok(&world.business(), "POST", &format!("{path}/return"), json!({"reason": "清单不全：缺工单明细"})).await;
        let (status, _) = world.send(Some(&world.business()), "GET", &path, Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        world.clock.advance_ms(40 * DAY_MS);
        world.work().await;
        assert!(world.notices("projects.plan.overdue").await.is_empty());
        assert!(world.notices("projects.plan.due_soon").await.is_empty());
    }

    /// Silence escalates by itself: the authority is reminded before the due day, and afterwards the auditor and the department
    /// that waits are told, once.
    async fn silence_escalates(world: World) {
        let plan = world.under_review(plan()).await;
        let due = world.ok(&world.business(), "GET", &format!("/api/v1/plans/{plan}"), Value::Null).await["due_ms"].as_i64().unwrap();
        let now = world.kernel.now_ms();
        world.clock.advance_ms(due - now - DAY_MS / 2);
        world.work().await;
        assert_eq!(world.notices("projects.plan.due_soon").await.len(), 1);
        assert!(world.notices("projects.plan.overdue").await.is_empty());
        world.clock.advance_ms(DAY_MS);
        world.work().await;
        let told: Vec<_> = world.notices("projects.plan.overdue").await.into_iter().map(|(role, _)| role).collect();
        assert_eq!(told, ["business_operator", "security_auditor", "department_head"]);
        world.work().await;
        assert_eq!(world.evidence().await.iter().filter(|kind| *kind == "projects.plan.overdue").count(), 1);
    }

    /// Every gap of a plan and of a decision is told at once.
    async fn every_gap_is_told(world: World) {
        let bad = json!({"name": " ", "purpose": "", "functions": [], "cost_yuan": -1, "starts_on": "2027-02-01",
            "ends_on": "2027-01-01", "resources": [
                {"name": "甲", "items": []},
                {"name": "甲", "items": [{"name": "姓名"}, {"name": "姓名", "element": "no.such"}]},
            ]});
        let (status, answer) = world.send(Some(&world.operator()), "POST", "/api/v1/plans", bad).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        for (path, code) in [
            ("name", "field.required"),
            ("purpose", "field.required"),
            ("functions", "plan.functions"),
            ("cost_yuan", "plan.cost"),
            ("ends_on", "plan.period"),
            ("resources[0].items", "plan.no_items"),
            ("resources[1].name", "plan.resource_twice"),
            ("resources[1].items[1].name", "plan.item_twice"),
            ("resources[1].items[1].element", "catalog.item.unknown_element"),
        ] {
            assert!(has(&answer, path, code), "{path} {code} in {answer}");
        }
        let plan = world.under_review(plan()).await;
        let path = format!("/api/v1/plans/{plan}/decide");
        let bad = json!({"outcome": "cut", "reason": "", "granted_yuan": 9_000_000, "resources": [
            {"place": 0, "decision": "reuse", "reason": "有"},
            {"place": 7, "decision": "share", "reason": ""},
        ]});
        let (status, answer) = world.send(Some(&world.business()), "POST", &path, bad).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        for (path, code) in [
            ("reason", "field.required"),
            ("granted_yuan", "plan.granted"),
            ("resources[0].system_id", "plan.decision_system"),
            ("resources[1].place", "plan.decision_place"),
            ("resources[1].reason", "field.required"),
            ("resources[1].resource_ids", "plan.decision_resource"),
            ("resources", "plan.decision_incomplete"),
        ] {
            assert!(has(&answer, path, code), "{path} {code} in {answer}");
        }
        let unknown = json!({"outcome": "cut", "reason": "核减", "granted_yuan": 0, "resources": [
            {"place": 0, "decision": "share", "resource_ids": ["nowhere"], "reason": "有"},
            {"place": 1, "decision": "build", "reason": "新"},
        ]});
        let (status, answer) = world.send(Some(&world.business()), "POST", &path, unknown).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "resources[0].resource_ids", "plan.decision_target"), "{answer}");
        let refused = json!({"outcome": "refuse", "reason": "公安已有", "resources": []});
        world.ok(&world.business(), "POST", &path, refused).await;
        world.work().await;
        let systems = world.ok(&world.head(), "GET", "/api/v1/systems", Value::Null).await;
        assert_eq!(systems["total"], 0, "a refused plan becomes no system");
    }

    /// Another department sees neither a plan nor its list; what others have not listed yet is shown to the authority only.
    async fn others_see_nothing(world: World) {
        let body = json!({"code": "GA-X-001", "name": "养老服务工单", "classification": "department",
            "share_type": "unconditional", "items": [
                {"item": "work_order", "zh": "工单编号", "element": "case.number", "is_key": true},
                {"item": "service", "zh": "服务项目", "element": "project.name"},
                {"item": "rating", "zh": "满意度", "element": "permit.level"},
            ]});
        world.resource(&world.police, body, false).await;
        let plan = world.under_review(plan()).await;
        let path = format!("/api/v1/plans/{plan}");
        let stranger = world.user(Role::DepartmentHead, &world.police);
        let (status, _) = world.send(Some(&stranger), "GET", &path, Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let list = world.ok(&stranger, "GET", "/api/v1/plans", Value::Null).await;
        assert_eq!(list["total"], 0);
        let (status, _) = world.send(Some(&world.user(Role::DepartmentDeveloper, &world.welfare)), "GET", "/api/v1/plans", Value::Null).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let all = world.ok(&world.business(), "GET", &path, Value::Null).await;
        assert!(all["report"].to_string().contains("GA-X-001"), "{all}");
        let own = world.ok(&world.head(), "GET", &path, Value::Null).await;
        assert!(!own["report"].to_string().contains("GA-X-001"), "{own}");
        let auditor = world.user(Role::SecurityAuditor, &world.authority);
        let list = world.ok(&auditor, "GET", "/api/v1/plans?state=under_review&q=养老&sort=-cost_yuan", Value::Null).await;
        assert_eq!((&list["total"], &list["items"][0]["overlapping"]["denominator"]), (&json!(1), &json!(2)));
    }
}
