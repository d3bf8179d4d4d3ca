//! A table that is changed at its source: what runs stops, the provider is shown a mount that most likely fits, and when it is in
//! force what stopped goes on.

use serde_json::{Value, json};

use super::stage::{Stage, number};
use crate::world::{Who, resident_id, run, server_source, until};

impl Stage {
    fn proposal_path(&self) -> String {
        format!("/api/v1/resources/{}/mount/proposal", self.seeded.resource)
    }

    /// Waits until a subscription stands still and a mount is proposed; the proposal.
    async fn proposed(&self, id: &str) -> Value {
        let path = format!("/api/v1/subscriptions/{id}");
        until("a mount to be proposed", async || {
            let seen = self.operator().get(&path).await.ok();
            (seen["state"] == "halted" && seen["source_change"]["stage"] == "proposed").then_some(())
        })
        .await;
        self.seeded.as_(Who::ProviderOperator).get(&self.proposal_path()).await.ok()
    }

    /// Waits until a subscription runs again.
    async fn active(&self, id: &str) {
        let path = format!("/api/v1/subscriptions/{id}");
        until("the subscription to go on", async || {
            let seen = self.operator().get(&path).await.ok();
            (seen["state"] == "active" && seen["notice"].is_null()).then_some(())
        })
        .await;
    }

    /// Everything the consumer can read of a subscription.
    async fn consumer_sees(&self, id: &str) -> String {
        let path = format!("/api/v1/subscriptions/{id}");
        let one = self.operator().get(&path).await.ok();
        let runs = self.operator().get(&format!("{path}/runs")).await.ok();
        let notices = self.operator().get("/api/v1/notices").await.ok();
        format!("{one}{runs}{notices}")
    }
}

fn continuous(body: &mut Value) {
    body["method"] = json!("changes");
    body["schedule"] = json!({"kind": "continuous"});
}

fn line<'a>(seen: &'a Value, item: &str) -> &'a Value {
    let items = seen["proposal"]["items"].as_array().unwrap();
    items.iter().find(|one| one["item"] == item).unwrap()
}

/// A column that is renamed while its changes are followed: the run stops, the provider is proposed the new column with a reason and
/// has it to do, the consumer reads no name of it; confirmed, approved and accepted at the department, it goes on and the rows
/// are equal.
#[test]
fn a_renamed_column_is_proposed() {
    run(async {
        let stage = Stage::raise(300).await;
        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        let id = stage.subscribe("live", continuous).await;
        stage.equal("live").await;
        let operator = stage.seeded.as_(Who::ProviderOperator);
        assert!(operator.get(&stage.proposal_path()).await.ok().is_null());

        stage.at_source("ALTER TABLE rkxx RENAME xm TO xingming").await;
        stage.at_source(&format!("UPDATE rkxx SET xingming = '王五' WHERE sfzh = '{}'", number(3))).await;
        let seen = stage.proposed(&id).await;
        let name = line(&seen, "name");
        assert_eq!((&name["before"], &name["state"]), (&json!("xm"), &json!("gone")), "{seen}");
        assert_eq!((&name["after"], &name["confidence"]), (&json!("xingming"), &json!("sure")), "{seen}");
        assert!(name["reason_zh"].as_str().unwrap().contains("姓名"), "{seen}");
        assert_eq!(line(&seen, "birth_date")["state"], "kept", "{seen}");
        assert_eq!(seen["waiting"], 1, "{seen}");
        let sees = stage.consumer_sees(&id).await;
        assert!(!sees.contains("xingming") && !sees.contains("rkxx"), "{sees}");
        stage.operator().get(&stage.proposal_path()).await.refused(403, "actor.organisation");
        let todos = operator.get("/api/v1/todos").await.ok();
        assert!(todos.to_string().contains("exchange.source_changed"), "{todos}");

        stage.remount(&seen["proposal"]["mount"]).await;
        stage.active(&id).await;
        stage.equal_to("live", "SELECT sfzh, xingming, csrq FROM rkxx ORDER BY 1").await;
        stage.at_source(&format!("UPDATE rkxx SET xingming = '赵六' WHERE sfzh = '{}'", number(4))).await;
        stage.equal_to("live", "SELECT sfzh, xingming, csrq FROM rkxx ORDER BY 1").await;
        assert!(operator.get(&stage.proposal_path()).await.ok().is_null());
        let todos = operator.get("/api/v1/todos").await.ok();
        assert!(!todos.to_string().contains("exchange.source_changed"), "{todos}");
    });
}

/// A table that is renamed is found again by its columns; what a person must decide, the hub does not: a column that was dropped
/// without a successor is left open, and when the department puts it back, everything goes on without anybody.
#[test]
fn a_renamed_table_and_a_dropped_column() {
    run(async {
        let stage = Stage::raise(50).await;
        let id = stage.subscribe("people", |_| {}).await;
        assert_eq!(stage.run(&id, "run").await["state"], "succeeded");
        stage.at_source("ALTER TABLE rkxx RENAME TO t_rkxx2026").await;
        let failed = stage.run(&id, "run").await;
        assert_eq!(failed["notice"]["code"], "run.source_changed", "{failed}");
        let seen = stage.proposed(&id).await;
        assert!(seen["proposal"]["table"].as_str().unwrap().ends_with("t_rkxx2026"), "{seen}");
        assert!(seen["found"]["zh"].as_str().unwrap().contains("rkxx"), "{seen}");
        let sees = stage.consumer_sees(&id).await;
        assert!(!sees.contains("rkxx"), "{sees}");
        stage.remount(&seen["proposal"]["mount"]).await;
        stage.active(&id).await;
        let source = "SELECT sfzh, xm, csrq FROM t_rkxx2026 ORDER BY 1";
        stage.equal_to("people", source).await;
        let path = format!("/api/v1/subscriptions/{id}");
        until("the run that began by itself to end", async || {
            let seen = stage.operator().get(&path).await.ok();
            (seen["last_run"]["state"] == "succeeded").then_some(())
        })
        .await;

        stage.at_source("ALTER TABLE t_rkxx2026 DROP csrq").await;
        stage.run(&id, "run").await;
        let seen = stage.proposed(&id).await;
        let born = line(&seen, "birth_date");
        assert_eq!((&born["state"], &born["after"]), (&json!("gone"), &Value::Null), "{seen}");
        stage.at_source("ALTER TABLE t_rkxx2026 ADD csrq varchar(30) DEFAULT '1991-01-02'").await;
        let again =
            stage.seeded.as_(Who::ProviderOperator).post(&stage.proposal_path(), &json!({})).await.ok();
        assert!(again.is_null(), "{again}");
        stage.active(&id).await;
        stage.equal_to("people", source).await;
    });
}

/// A change that leaves the mount as good as it was - another type, one more column - needs nobody: the table is read anew and the
/// subscription goes on.
#[test]
fn a_harmless_change_needs_nobody() {
    run(async {
        let stage = Stage::raise(50).await;
        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        let id = stage.subscribe("live", continuous).await;
        stage.equal("live").await;
        let path = format!("/api/v1/subscriptions/{id}");
        until("the changes to be followed", async || {
            let seen = stage.operator().get(&path).await.ok();
            (seen["last_run"]["mode"] == "apply" && seen["last_run"]["as_of_ms"].is_i64()).then_some(())
        })
        .await;
        stage.at_source("ALTER TABLE rkxx ALTER xm TYPE text, ADD bz text").await;
        stage.at_source(&format!("UPDATE rkxx SET xm = '王五' WHERE sfzh = '{}'", number(3))).await;
        stage.equal("live").await;
        let provider = stage.seeded.as_(Who::ProviderHead);
        until("the change to be over", async || {
            let list = provider.get("/api/v1/evidence?kind=exchange.source.mended").await.ok();
            (list["total"].as_u64() >= Some(1)).then_some(())
        })
        .await;
    });
}

/// The same at another engine, read whole: the column is renamed to another word for it, and its codes stay mapped.
#[test]
fn at_mariadb_too() {
    run(async {
        let maria = testbed::shared_mariadb().await.unwrap();
        let database = maria.create_database().await.unwrap();
        let pool = sqlx::MySqlPool::connect(database.url()).await.unwrap();
        let at = async |statement: String| {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.unwrap();
        };
        at("CREATE TABLE rkxx (sfzh varchar(30) PRIMARY KEY, xm varchar(60), xb varchar(10), csrq varchar(30), \
            sjh varchar(30), dz varchar(200), qh varchar(12), gxsj datetime NOT NULL DEFAULT '2026-01-02 03:04:05')"
            .to_owned())
        .await;
        for row in 0..40 {
            let sex = if row % 2 == 0 { "M" } else { "F" };
            let number =
                resident_id(&format!("1101011990{:02}{:02}{:03}", row / 28 % 12 + 1, row % 28 + 1, 1));
            at(format!(
                "INSERT INTO rkxx (sfzh, xm, xb, csrq) VALUES ('{number}', '张三', '{sex}', '1990-03-07')"
            ))
            .await;
        }
        let stage = Stage::beside(1, &[("maria", server_source("mysql", database.url()))]).await;
        let mut mount = stage.seeded.mount_body("maria");
        for column in mount["columns"].as_array_mut().unwrap() {
            if column["item"] == "sex" {
                column["code_map"] = json!({"M": "1", "F": "2"});
            }
        }
        stage.remount(&mount).await;
        let id = stage.subscribe("people", |_| {}).await;
        let first = stage.run(&id, "run").await;
        assert_eq!(first["figures"]["inserted"].as_u64(), Some(40), "{first}");
        at("ALTER TABLE rkxx CHANGE xb sex_code varchar(10), CHANGE csrq chushengriqi varchar(30)"
            .to_owned())
        .await;
        stage.run(&id, "run").await;
        let seen = stage.proposed(&id).await;
        assert_eq!(line(&seen, "sex")["after"], "sex_code", "{seen}");
        assert_eq!(line(&seen, "birth_date")["after"], "chushengriqi", "{seen}");
        let sees = stage.consumer_sees(&id).await;
        assert!(!sees.contains("sex_code") && !sees.contains("chushengriqi"), "{sees}");
        at("UPDATE rkxx SET sex_code = 'F'".to_owned()).await;
        stage.remount(&seen["proposal"]["mount"]).await;
        stage.active(&id).await;
        until("the rows to be equal", async || {
            let wrong: i64 = sqlx::query_scalar("SELECT count(*) FROM people WHERE sex IS DISTINCT FROM '2'")
                .fetch_one(&stage.target)
                .await
                .unwrap();
            (wrong == 0).then_some(())
        })
        .await;
    });
}
