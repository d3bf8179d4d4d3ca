//! From draft to publication: who does which step, what each demands, and what remains.

use axum::http::StatusCode;
use kernel::Role;
use kernel::working_time::due_ms;
use serde_json::{Value, json};

use crate::world::{World, assessments, code, has, household, id, on_both, returned};

on_both! {
    /// Operator, head and authority each take their step; each state, clock, evidence and to-do is as the law says.
    async fn goes_the_whole_way(world: World) {
        let resource = id(&world.draft().await);
        let (operator, head, business) = (world.operator(), world.head(), world.business());
        let stranger = world.user(Role::DepartmentOperator, &world.welfare);
        let path = format!("/api/v1/resources/{resource}");

        let submitted = world.step(&operator, &resource, "submit", json!({})).await;
        assert_eq!(submitted["state"], "signing");
        assert_eq!(submitted["flow"]["due_ms"], json!(due_ms(world.kernel.now_ms(), 3)));
        assert_eq!(world.todos(&head).await, ["catalog.sign 常住人口信息"]);
        assert_eq!(world.notices(&head).await, ["catalog.to_sign"]);

        let signed = world.step(&head, &resource, "sign", assessments()).await;
        assert_eq!((&signed["state"], &signed["secrecy_assessment"]), (&json!("under_review"), &json!("不涉及国家秘密")));
        assert_eq!(signed["flow"]["due_ms"], json!(due_ms(world.kernel.now_ms(), 2)));
        assert!(world.todos(&head).await.is_empty());
        assert_eq!(world.todos(&business).await, ["catalog.review 常住人口信息"]);

        let approved = world.step(&business, &resource, "approve", json!({})).await;
        assert_eq!(approved["state"], "awaiting_publication");
        assert_eq!(approved["flow"]["due_ms"], signed["flow"]["due_ms"], "one clock for review and publication");
        assert_eq!(world.todos(&business).await, ["catalog.publish 常住人口信息"]);
        assert_eq!(world.send(Some(&stranger), "GET", &path, Value::Null).await.0, StatusCode::NOT_FOUND);

        let published = world.step(&business, &resource, "publish", json!({})).await;
        assert_eq!((&published["state"], &published["version"]), (&json!("published"), &json!(1)));
        assert_eq!(published["signed_off_by"], json!(head.label()));
        assert_eq!(published["flow"]["due_ms"], json!(null));
        assert!(world.todos(&business).await.is_empty());
        assert_eq!(world.send(Some(&stranger), "GET", &path, Value::Null).await.0, StatusCode::OK);
        assert_eq!(world.mount_follow_ups(&resource).await, 1);

        let (_, list) = world.send(Some(&stranger), "GET", "/api/v1/announcements", Value::Null).await;
        assert_eq!((&list["total"], &list["items"][0]["kind"]), (&json!(1), &json!("published")), "{list}");
        assert_eq!(list["items"][0]["organisation_name"], world.police.name);
        let kinds = world.evidence().await;
        let steps = ["created", "submitted", "signed", "approved", "published"];
        assert_eq!(kinds[kinds.len() - 5..], steps.map(|step| format!("catalog.resource.{step}")));
    }

    /// Nothing half-finished is submitted, and every gap is told at once.
    async fn needs_items_and_a_key(world: World) {
        let mut input = household();
        input["items"] = json!([]);
        input["abstract"] = json!("");
        let (_, empty) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", input).await;
        let (status, answer) = world.refused(&world.operator(), &id(&empty), "submit", json!({})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        for (at, code) in [
            ("abstract", "field.required"),
            ("items", "catalog.publish.no_items"),
            ("items", "catalog.publish.no_key"),
        ] {
            assert!(has(&answer, at, code), "{at} {code} in {answer}");
        }
    }

    /// The head cannot sign without the two assessments; what the entry says already counts.
    async fn the_head_answers_for_the_assessments(world: World) {
        let resource = id(&world.draft().await);
        world.step(&world.operator(), &resource, "submit", json!({})).await;
        let half = json!({"secrecy_assessment": "不涉及国家秘密", "privacy_assessment": " "});
        let (status, answer) = world.refused(&world.head(), &resource, "sign", half).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(has(&answer, "privacy_assessment", "catalog.sign.no_privacy_assessment"), "{answer}");
        assert!(!has(&answer, "secrecy_assessment", "catalog.sign.no_secrecy_assessment"));
        assert_eq!(world.read(&world.head(), &resource).await["state"], "signing");
        let mut input = household();
        input["secrecy_assessment"] = json!("不涉及");
        input["privacy_assessment"] = json!("影响可控");
        let (_, made) = world.send(Some(&world.operator()), "POST", "/api/v1/resources", input).await;
        world.step(&world.operator(), &id(&made), "submit", json!({})).await;
        assert_eq!(world.step(&world.head(), &id(&made), "sign", json!({})).await["state"], "under_review");
    }

    /// Each step has its role; nobody of another department knows of the entry.
    async fn each_step_has_its_role(world: World) {
        let resource = id(&world.draft().await);
        let (operator, head, business) = (world.operator(), world.head(), world.business());
        let strange = world.user(Role::DepartmentHead, &world.welfare);
        let roles = [("submit", &operator), ("sign", &head), ("approve", &business), ("publish", &business)];
        for (verb, right) in roles {
            for wrong in [&operator, &head, &business].into_iter().filter(|actor| actor.label() != right.label()) {
                let (status, _) = world.refused(wrong, &resource, verb, json!({})).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{verb} by {}", wrong.label());
            }
            let (status, _) = world.refused(&strange, &resource, verb, json!({})).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
        }
    }

    /// No step is left out, and none is taken twice.
    async fn no_step_is_left_out(world: World) {
        let resource = id(&world.draft().await);
        for (verb, actor) in [("sign", world.head()), ("approve", world.business()), ("publish", world.business())] {
            let (status, answer) = world.refused(&actor, &resource, verb, json!({})).await;
            assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.state"), "{verb}");
        }
        world.publish(&resource).await;
        let (_, answer) = world.refused(&world.business(), &resource, "publish", json!({})).await;
        assert_eq!(code(&answer), "catalog.resource.state");
        assert!(answer["error"]["zh"].as_str().unwrap().contains("已发布"), "{answer}");
    }

    /// The head before, the authority after the signature returns an entry with listed reasons and words; it is
    /// mended, submitted again, and the reasons are gone. What is being judged is not changed.
    async fn returns_with_reasons(world: World) {
        let resource = id(&world.draft().await);
        let path = format!("/api/v1/resources/{resource}");
        world.step(&world.operator(), &resource, "submit", json!({})).await;
        let (status, answer) = world.send(Some(&world.operator()), "PUT", &path, household()).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "catalog.resource.under_way"));
        let wrong = json!({"reasons": ["unclear", "mood"], "text": ""});
        let (_, answer) = world.refused(&world.head(), &resource, "return", wrong).await;
        assert!(has(&answer, "reasons", "catalog.reason.not_listed"), "{answer}");
        assert!(has(&answer, "text", "field.required"), "{answer}");
        let (_, answer) = world.refused(&world.business(), &resource, "return", returned()).await;
        assert_eq!(code(&answer), "catalog.resource.state", "the authority's turn comes after the signature");
        let back = world.step(&world.head(), &resource, "return", returned()).await;
        assert_eq!((&back["state"], &back["state_reason"]), (&json!("returned"), &json!("摘要太短")));
        assert_eq!((&back["flow"]["reasons"], &back["flow"]["due_ms"]), (&json!(["unclear"]), &json!(null)));
        assert_eq!(world.todos(&world.operator()).await, ["catalog.returned 常住人口信息"]);
        let mut input = household();
        input["abstract"] = json!("辖区内常住人口的姓名、性别和身份号码");
        let (status, mended) = world.send(Some(&world.operator()), "PUT", &path, input).await;
        assert_eq!((status, &mended["state"]), (StatusCode::OK, &json!("returned")), "{mended}");
        let signed = world.signed(&resource).await;
        assert_eq!(signed["flow"]["reasons"], json!([]));
        let back = world.step(&world.business(), &resource, "return", returned()).await;
        assert_eq!((&back["state"], &back["flow"]["returned_by"]), (&json!("returned"), &json!(world.business().label())));
    }
}
