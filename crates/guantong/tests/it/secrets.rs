//! Secrets leave neither in answers nor in logs.

use reqwest::Method;
use serde_json::json;

use crate::world::{
    AgentProcess, CLEAN, HubOptions, HubProcess, PASSWORD, Who, resident_id, run, seed, server_source, sql,
    write_config,
};

/// After a day's work with every log at its most talkative, neither the logs nor any answer hold a client secret, a
/// password, the database's password or the subject, nor do logs hold any value of the answer.
#[test]
fn nothing_secret_is_said() {
    run(async {
        let postgres = testbed::shared_postgres().await.unwrap();
        let database = postgres.create_database().await.unwrap();
        for statement in sql() {
            postgres.psql_in(database.name(), &statement).await.unwrap();
        }
        let database_password =
            database.url().split(':').nth(2).unwrap().split('@').next().unwrap().to_owned();

        let dir = tempfile::tempdir().unwrap();
        let (hub, admin) = HubProcess::start(dir.path(), HubOptions::default()).await;
        let county = seed(&hub.url, admin).await;
        let source = server_source("postgres", database.url());
        let config = write_config(&dir.path().join("agent"), &hub.url, &source);
        let agent = AgentProcess::join(&config, &county.join_code);
        county.wait_connected(true).await;
        county.mount_and_publish("register").await;
        let grant = county.grant(|_| {}).await;

        let question = county.question(&grant, CLEAN);
        let answer = county.query(&question).await.ok();
        assert_eq!(answer["rows"][0]["items"]["name"]["value"], "张三");
        county.verify(&question, json!({"address": "北京市东城区景山前街4号"})).await.ok();
        // Failures are talkative; these hold a subject, a password, a secret and a broken body.
        let mut elsewhere = question.clone();
        elsewhere["purpose"]["matter"] = json!("QT-001");
        assert!(!county.query(&elsewhere).await.status.is_success());
        let nobody = county.as_(Who::Nobody);
        nobody.post("/api/v1/session", &json!({"username": "admin", "password": "Falsch-2026-xy"})).await;
        let (id, secret) = &county.client;
        let form =
            [("grant_type", "password"), ("client_id", id.as_str()), ("client_secret", secret.as_str())];
        nobody.form("/api/v1/oauth/token", &form).await;
        let broken =
            format!("{{\"resource\": 7, \"subject\": {{\"resident_id\": \"{}\"}}", resident_id(CLEAN));
        let broken = Some(("application/json", broken.into_bytes()));
        assert!(
            county
                .as_(Who::ConsumerClient)
                .raw(Method::POST, "/api/v1/query", broken)
                .await
                .status
                .is_client_error()
        );
        // The source goes away while somebody asks.
        let mut bodies = Vec::new();
        for who in Who::ALL {
            for path in [
                "/api/v1/session",
                "/api/v1/users",
                "/api/v1/clients",
                "/api/v1/agents",
                "/api/v1/grants",
                "/api/v1/resources?page_size=200",
                "/api/v1/evidence?page_size=200",
                "/api/v1/overview",
                "/api/v1/calls/grants",
                "/api/v1/openapi.json",
                "/metrics",
                "/readyz",
            ] {
                bodies.push((format!("{who:?} {path}"), county.as_(who).get(path).await.body.to_string()));
            }
            let path = format!("/api/v1/agents/{}", county.agent_id);
            bodies.push((format!("{who:?} agent"), county.as_(who).get(&path).await.body.to_string()));
            let path = format!("/api/v1/agents/{}/sources/register/tables", county.agent_id);
            bodies.push((format!("{who:?} tables"), county.as_(who).get(&path).await.body.to_string()));
        }
        let secrets =
            [secret.as_str(), &county.other_client.1, PASSWORD, &database_password, "Falsch-2026-xy"];
        for (place, body) in &bodies {
            for secret in secrets {
                assert!(!body.contains(secret), "a secret in {place}");
            }
            assert!(!body.contains(&resident_id(CLEAN)), "the subject in {place}");
        }
        let token_kept = resident_id(CLEAN);
        let values = ["张三", "13912342233", "景山前街", "2026-0001"];
        for log in [&hub.log, &agent.log] {
            let text = std::fs::read_to_string(log).unwrap();
            assert!(
                text.contains("DEBUG"),
                "{} must be talkative for this test to prove anything",
                log.display()
            );
            for secret in secrets.iter().chain(&values).chain([&token_kept.as_str()]) {
                let line = text.lines().find(|line| line.contains(secret));
                assert!(line.is_none(), "{secret} in {}: {line:?}", log.display());
            }
        }
    });
}
