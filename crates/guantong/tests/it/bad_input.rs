//! Bad input of every kind, at every operation that takes a body: a clear refusal, never a fault of ours, nothing stored.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{
    Answer, Backing, CLEAN, PASSWORD, Session, Who, World, fitting_code, resource_body, run, until,
};

/// A form that people or programs fill in: who, how, where, and with what it would be right.
struct Form {
    who: Who,
    method: Method,
    path: String,
    right: Value,
}

fn form(who: Who, method: Method, path: impl Into<String>, right: Value) -> Form {
    Form { who, method, path: path.into(), right }
}

async fn forms(world: &World) -> Vec<Form> {
    let grant = world.grant(|_| {}).await;
    let question = world.question(&grant, CLEAN);
    let mut claims = question.clone();
    claims["claims"] = json!({"name": "张三"});
    let organisation = json!({"name": "某局", "credit_code": fitting_code("1151342800000050"), "kind": "department",
        "region": "513428"});
    let user = json!({"username": "somebody", "role": "department_head", "organisation_id": world.provider,
        "password": PASSWORD});
    let new = resource_body("GA-BAD-001", &world.provider, Some(&world.system));
    let mount = format!("/api/v1/resources/{}/mount", world.resource);
    let (post, put) = (Method::POST, Method::PUT);
    vec![
        form(Who::Nobody, post.clone(), "/api/v1/session", json!({"username": "admin", "password": "x"})),
        form(Who::Platform, post.clone(), "/api/v1/organisations", organisation),
        form(Who::Platform, post.clone(), "/api/v1/users", user),
        form(
            Who::Platform,
            post.clone(),
            "/api/v1/agents",
            json!({"name": "机", "organisation_id": world.provider}),
        ),
        form(Who::ProviderOperator, post.clone(), "/api/v1/systems", json!({"name": "系统"})),
        form(Who::ProviderOperator, post.clone(), "/api/v1/resources", new),
        form(Who::ProviderOperator, put, mount, world.mount_body("register")),
        form(Who::ProviderHead, post.clone(), "/api/v1/grants", world.grant_body()),
        form(
            Who::ProviderHead,
            post.clone(),
            format!("/api/v1/grants/{grant}/suspend"),
            json!({"cause": "abnormal_use", "reason": "因故"}),
        ),
        form(
            Who::ConsumerDeveloper,
            post.clone(),
            "/api/v1/clients",
            json!({"client_id": "mz-bad", "name": "系统"}),
        ),
        form(Who::ConsumerClient, post.clone(), "/api/v1/query", question),
        form(Who::ConsumerClient, post, "/api/v1/verify", claims),
    ]
}

/// A refusal in our form; what it says is put into one text.
#[track_caller]
fn clear(place: &str, answer: &Answer) -> String {
    assert!(answer.status.is_client_error(), "{place}: {} {}", answer.status, answer.body);
    let error = &answer.body["error"];
    for lang in ["zh", "en"] {
        let sentence = error[lang].as_str().unwrap_or_default();
        assert!(sentence.chars().count() > 8, "{place}: no sentence in {lang}: {}", answer.body);
    }
    assert!(answer.code().contains('.'), "{place}: {}", answer.body);
    answer.body.to_string()
}

/// Bodies that are no JSON, too large, in another encoding, of another type, or of another shape are refused by every form.
#[test]
fn bodies_that_cannot_be_read() {
    run(async {
        let world = World::shared(Backing::Sqlite).await;
        let json = "application/json";
        for form in forms(&world).await {
            let session = world.as_(form.who);
            let send = async |kind: &str, bytes: Vec<u8>| {
                session.raw(form.method.clone(), &form.path, Some((kind, bytes))).await
            };
            let place = format!("{} {}", form.method, form.path);
            for bytes in ["", "{", "[]", "null", "7", "\"text\"", "{}"] {
                clear(&format!("{place} with {bytes}"), &send(json, bytes.as_bytes().to_vec()).await);
            }
            let right = form.right.to_string();
            let (gbk, _, _) = encoding_rs::GB18030.encode("{\"name\": \"张三\"}");
            clear(&format!("{place} in GB18030"), &send(json, gbk.into_owned()).await);
            let utf16: Vec<u8> = right.encode_utf16().flat_map(u16::to_le_bytes).collect();
            clear(&format!("{place} in UTF-16"), &send(json, utf16).await);
            let answer = send("text/plain", right.clone().into_bytes()).await;
            answer.refused(400, "input.content_type");
            // The hub answers before everything was sent and closes, which some clients notice before the answer.
            let answer = until("the answer to a large body", async || {
                let body = Some((json, vec![b' '; (1 << 20) + 1]));
                session.try_raw(form.method.clone(), &form.path, body).await.ok()
            })
            .await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{place}");
            clear(&place, &answer);
            let deep = "[".repeat(100_000);
            clear(&format!("{place}, deeply nested"), &send(json, deep.into_bytes()).await);
        }
    });
}

/// Each field of each form with something of another type, far too long, or with control characters is refused by name, or
/// the whole body is; nothing of it is stored.
#[test]
fn fields_that_are_wrong() {
    run(async {
        let world = World::raise(Backing::Sqlite).await;
        let forms = forms(&world).await;
        let before = stored(&world).await;
        for form in &forms {
            let fields: Vec<_> = form.right.as_object().unwrap().keys().cloned().collect();
            for field in fields {
                let is_text = form.right[&field].is_string();
                let mut wrong = vec![json!({"a": {"b": []}}), json!([[[]]]), json!(-7.5), json!(true)];
                if is_text {
                    wrong.extend([json!("长".repeat(20_000)), json!("a\u{0}b\u{7}c")]);
                }
                for value in wrong {
                    let mut body = form.right.clone();
                    body[&field] = value.clone();
                    let answer = world.as_(form.who).send(form.method.clone(), &form.path, Some(&body)).await;
                    let short: String = value.to_string().chars().take(30).collect();
                    clear(&format!("{} {} {field} = {short}", form.method, form.path), &answer);
                }
            }
            // A mistyped name of a field that may be left out, such as the row filter, must not pass as left out.
            let mut more = form.right.clone();
            more["surprise"] = json!(1);
            let answer = world.as_(form.who).send(form.method.clone(), &form.path, Some(&more)).await;
            let said = clear(&format!("{} with an unknown field", form.path), &answer);
            assert!(said.contains("surprise"), "{said}");
        }
        for (path, seen) in before {
            assert_eq!(seen, stored(&world).await[&path], "{path}");
        }
    });
}

async fn stored(world: &World) -> std::collections::BTreeMap<String, Value> {
    let mut all = std::collections::BTreeMap::new();
    for (path, who) in [
        ("/api/v1/users?page_size=200", Who::Platform),
        ("/api/v1/organisations?page_size=200", Who::Platform),
        ("/api/v1/agents?page_size=200", Who::Platform),
        ("/api/v1/systems?page_size=200", Who::Business),
        ("/api/v1/resources?page_size=200", Who::Business),
        ("/api/v1/grants?page_size=200", Who::Business),
        ("/api/v1/clients?page_size=200", Who::ConsumerDeveloper),
    ] {
        all.insert(path.to_owned(), world.as_(who).get(path).await.ok());
    }
    all
}

/// Wrong check characters, duplicates and dangling references are told by name with what to do.
#[test]
fn values_that_break_a_rule() {
    run(async {
        let world = World::shared(Backing::Sqlite).await;
        let platform = world.as_(Who::Platform);
        let code = fitting_code("1151342800000060");
        let mut wrong = code.clone();
        let last = wrong.pop().unwrap();
        wrong.push(if last == '1' { '2' } else { '1' });
        let body = |code: &str| json!({"name": "甲局", "credit_code": code, "kind": "department", "region": "513428"});
        let answer = platform.post("/api/v1/organisations", &body(&wrong)).await;
        assert!(clear("check character", &answer).contains("credit_code"), "{}", answer.body);
        platform.post("/api/v1/organisations", &body(&code)).await.ok();
        let answer = platform.post("/api/v1/organisations", &body(&code)).await;
        assert!(
            clear("duplicate organisation", &answer).contains("catalog.organisation.duplicate"),
            "{}",
            answer.body
        );

        let user = |organisation: &str| {
            json!({"username": "ga-head", "role": "department_head",
            "organisation_id": organisation, "password": PASSWORD})
        };
        let answer = platform.post("/api/v1/users", &user(&world.provider)).await;
        assert!(clear("duplicate user", &answer).contains("username"), "{}", answer.body);
        clear("user of nobody", &platform.post("/api/v1/users", &user("no-such-organisation")).await);
        let operator = world.as_(Who::ProviderOperator);
        let same = resource_body(crate::world::RESOURCE, &world.provider, Some(&world.system));
        let answer = operator.post("/api/v1/resources", &same).await;
        assert!(clear("duplicate resource", &answer).contains("code"), "{}", answer.body);

        let grant = world.grant(|_| {}).await;
        let mut question = world.question(&grant, CLEAN);
        let right = question["subject"]["resident_id"].as_str().unwrap().to_owned();
        let flipped = format!("{}{}", &right[..17], if right.ends_with('1') { '2' } else { '1' });
        question["subject"]["resident_id"] = json!(flipped);
        let said = clear("check character of a subject", &world.query(&question).await);
        assert!(!said.contains(&flipped), "an answer repeats a person's number: {said}");
        for path in [
            "/api/v1/resources/none",
            "/api/v1/grants/none",
            "/api/v1/agents/none",
            "/api/v1/evidence/999999",
        ] {
            assert_eq!(world.as_(Who::ProviderHead).get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let auditor = world.as_(Who::Auditor);
        for path in [
            "/api/v1/evidence/-1",
            "/api/v1/evidence/x",
            "/api/v1/grants?page=x",
            "/api/v1/users?page_size=-1",
        ] {
            clear(path, &auditor.get(path).await);
        }
    });
}

/// SQL, HTML and spreadsheet formulas are text like any other: they do nothing, come back as they were, or are refused.
#[test]
fn injections_do_nothing() {
    run(async {
        let world = World::raise(Backing::Sqlite).await;
        let grant = world.grant(|_| {}).await;
        let count = async |path: &str, who: Who| world.as_(who).get(path).await.ok()["total"].clone();
        let users = count("/api/v1/users", Who::Platform).await;
        for text in [
            "'; drop table users; --",
            "x' or '1'='1",
            "<script>alert(1)</script>",
            "=cmd|' /C calc'!A1",
            "${jndi:ldap://x}",
            "%00%27",
            "{{7*7}}",
        ] {
            let mut question = world.question(&grant, CLEAN);
            question["subject"]["resident_id"] = json!(text);
            let answer = world.query(&question).await;
            assert!(!answer.status.is_server_error(), "{text}: {}", answer.body);
            assert_ne!(answer.body["rows"].as_array().map_or(0, Vec::len), 1, "{text}: {}", answer.body);
            let mut question = world.question(&grant, CLEAN);
            question["resource"] = json!(text);
            clear(text, &world.query(&question).await);
            question = world.question(&grant, CLEAN);
            question["items"] = json!([text]);
            clear(text, &world.query(&question).await);
            question = world.question(&grant, CLEAN);
            question["case_no"] = json!(text);
            world.query(&question).await.ok();
            let claims = world.verify(&world.question(&grant, CLEAN), json!({"name": text})).await;
            assert!(!claims.status.is_server_error(), "{text}: {}", claims.body);
            assert_ne!(claims.body["verdicts"]["name"], "yes", "{text}");

            let made = json!({"name": text, "purpose": text});
            let operator = world.as_(Who::ProviderOperator);
            let made = operator.post("/api/v1/systems", &made).await;
            assert!(!made.status.is_server_error(), "{text}: {}", made.body);
            if made.status.is_success() {
                assert_eq!(made.body["name"], text);
            }
            let encoded = url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            for list in ["users", "organisations", "systems", "resources", "agents", "grants", "evidence"] {
                for query in ["q", "sort", "state", "kind", "resource"] {
                    let path = format!("/api/v1/{list}?{query}={encoded}");
                    let who = if list == "evidence" { Who::Auditor } else { Who::Platform };
                    let answer = world.as_(who).get(&path).await;
                    assert!(!answer.status.is_server_error(), "{path}: {}", answer.body);
                }
            }
            let answer = Session::nobody(&world.url)
                .post("/api/v1/session", &json!({"username": text, "password": text}))
                .await;
            assert!(answer.status.is_client_error(), "{}", answer.body);
        }
        assert_eq!(count("/api/v1/users", Who::Platform).await, users);
        world.query(&world.question(&grant, CLEAN)).await.ok();
    });
}
