//! What arrives is what left, standardised, proved on both sides, and nothing else.

use serde_json::json;

use super::stage::{Stage, number};
use crate::world::{Who, run, until};

/// A whole table arrives: standardised, masked, flagged where wrong, held back where it has no key; entry and receipts are there; a
/// second run changes nothing; a changed source is followed; the comparison names what was changed behind the back.
#[test]
fn a_table_arrives_and_stays_true() {
    run(async {
        let stage = Stage::raise(20_000).await;
        // Repairable, wrong, and without a key.
        for statement in [
            format!(
                "UPDATE rkxx SET csrq = '1985/3/18', xb = '女', xm = ' 李  四 ' WHERE sfzh = '{}'",
                number(1)
            ),
            format!("UPDATE rkxx SET csrq = '1979-02-30' WHERE sfzh = '{}'", number(2)),
            "INSERT INTO rkxx (sfzh, xm) VALUES ('11010119900307', '无号')".to_owned(),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&stage.source).await.unwrap();
        }
        let id = stage.subscribe("households", |_| {}).await;
        let done = stage.run(&id, "run").await;
        assert_eq!(done["state"], "succeeded", "{done}");
        let figures = &done["figures"];
        assert_eq!(
            (figures["read"].as_u64(), figures["delivered"].as_u64()),
            (Some(20_001), Some(20_000)),
            "{done}"
        );
        assert_eq!(
            (figures["inserted"].as_u64(), figures["held"].as_u64()),
            (Some(20_000), Some(1)),
            "{done}"
        );
        assert_eq!((figures["flagged"].as_u64(), figures["repaired"].as_u64()), (Some(1), Some(1)), "{done}");

        type Row = (
            String,
            Option<String>,
            Option<String>,
            Option<chrono::NaiveDate>,
            Option<String>,
            Option<String>,
        );
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT resident_id, xm, sex, birth_date, mobile, gt_flags FROM households ORDER BY resident_id",
        )
        .fetch_all(&stage.target)
        .await
        .unwrap();
        assert_eq!(rows.len(), 20_000);
        let of = |row: u32| rows.iter().find(|one| one.0 == number(row)).unwrap();
        let repaired = of(1);
        assert_eq!((repaired.1.as_deref(), repaired.2.as_deref()), (Some("李四"), Some("2")));
        assert_eq!(repaired.3, chrono::NaiveDate::from_ymd_opt(1985, 3, 18));
        assert_eq!(repaired.4.as_deref(), Some("139****2233"));
        let wrong = of(2);
        assert_eq!(wrong.3, None);
        assert!(wrong.5.as_deref().unwrap().contains("1979-02-30"));
        assert_eq!(of(3).5, None);

        // The proof: one entry for each chunk, the same digest in the provider's record, readable by both parties.
        let (first, last) = (done["first_index"].as_u64().unwrap(), done["last_index"].as_u64().unwrap());
        assert!(last > first, "{done}");
        let list = format!("/api/v1/evidence?kind=exchange.batch&grant={}", stage.grant);
        until("the index of the evidence to follow", async || {
            let seen = stage.seeded.as_(Who::ProviderHead).get(&list).await.ok();
            (seen["total"].as_u64() == figures["chunks"].as_u64()).then_some(())
        })
        .await;

        // Nothing has changed, so nothing is written.
        let again = stage.run(&id, "run").await;
        assert_eq!(
            (again["figures"]["unchanged"].as_u64(), again["figures"]["inserted"].as_u64()),
            (Some(20_000), Some(0)),
            "{again}"
        );
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM rkxx WHERE sfzh = '{}'", number(7))))
            .execute(&stage.source)
            .await
            .unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE rkxx SET xm = '王五' WHERE sfzh = '{}'", number(8))))
            .execute(&stage.source)
            .await
            .unwrap();
        let changed = stage.run(&id, "run").await;
        let figures = &changed["figures"];
        assert_eq!(
            (figures["deleted"].as_u64(), figures["updated"].as_u64(), figures["unchanged"].as_u64()),
            (Some(1), Some(1), Some(19_998)),
            "{changed}"
        );

        let same = stage.run(&id, "compare").await;
        assert_eq!(same["compared"]["same"].as_u64(), Some(19_999), "{same}");
        sqlx::query("UPDATE households SET xm = '假的' WHERE resident_id = $1")
            .bind(number(9))
            .execute(&stage.target)
            .await
            .unwrap();
        sqlx::query("DELETE FROM households WHERE resident_id = $1")
            .bind(number(10))
            .execute(&stage.target)
            .await
            .unwrap();
        let differs = stage.run(&id, "compare").await;
        let keys: Vec<&str> =
            differs["compared"]["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        let (changed, gone) = (format!("~{}", number(9)), format!("+{}", number(10)));
        assert!(
            keys.len() == 2 && keys.contains(&changed.as_str()) && keys.contains(&gone.as_str()),
            "{differs}"
        );
        let held = stage.operator().get(&format!("/api/v1/subscriptions/{id}/held")).await.ok();
        assert!(held[0]["reasons"].as_str().unwrap().contains("key.missing"), "{held}");
    });
}

/// What the grant does not cover, and what does not fit the target, is told before anything is moved.
#[test]
fn what_does_not_fit_is_told_first() {
    run(async {
        let stage = Stage::raise(10).await;
        let operator = stage.operator();
        let path = "/api/v1/subscriptions";
        let mut body = stage.body("t");
        body["columns"] = json!([{"item": "resident_id"}, {"item": "address"}]);
        operator.post(path, &body).await.refused(403, "plan.verify_only");
        let mut body = stage.body("t");
        body["keys"] = json!(["mobile"]);
        operator.post(path, &body).await.refused(403, "plan.batch_key");
        let mut body = stage.body("t");
        body["schedule"] = json!({"kind": "cron", "cron": "每天"});
        operator.post(path, &body).await.refused(422, "subscription.cron");
        let mut body = stage.body("t");
        body["schedule"] = json!({"kind": "continuous"});
        operator.post(path, &body).await.refused(422, "input.invalid");
        sqlx::query("CREATE TABLE t (resident_id text PRIMARY KEY, xm integer, other text NOT NULL)")
            .execute(&stage.target)
            .await
            .unwrap();
        let answer = operator.post(path, &stage.body("t")).await;
        let refused = answer.refused(409, "target.misfit");
        let columns: Vec<&str> = refused["misfits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["column"].as_str().unwrap())
            .collect();
        assert!(columns.contains(&"xm") && columns.contains(&"other"), "{refused}");
        // Those who are not party see nothing of it.
        let id = stage.subscribe("fits", |_| {}).await;
        let stranger = stage.seeded.as_(Who::StrangerOperator);
        stranger.get(&format!("{path}/{id}")).await.refused(404, "subscription.not_found");
        let provider = stage.seeded.as_(Who::ProviderOperator);
        assert_eq!(provider.get(&format!("{path}/{id}")).await.ok()["may_change"], false);
        provider.post(&format!("{path}/{id}/run"), &json!({})).await.refused(403, "actor.role");
    });
}

/// A grant that is taken back in the middle of a run stops it, and nothing of the run is seen at the target.
#[test]
fn a_revoked_grant_stops_a_run() {
    run(async {
        let stage = Stage::raise(60_000).await;
        let id = stage.subscribe("people", |_| {}).await;
        let run = stage.start(&id, "run").await;
        until("the run to move", async || {
            let seen = stage.operator().get(&format!("/api/v1/runs/{run}")).await.ok();
            (seen["figures"]["chunks"].as_u64() > Some(0) || seen["state"] != "running").then_some(())
        })
        .await;
        stage.seeded.change(&stage.grant, "revoke").await;
        let ended = stage.ended(&run).await;
        if ended["state"] == "succeeded" {
            // The machine was quicker than the revocation; then everything is there.
            return;
        }
        assert_eq!(ended["state"], "failed", "{ended}");
        let code = ended["notice"]["code"].as_str().unwrap();
        assert!(
            ["authorise.no_grant", "authorise.expired", "plan.grant_not_pinned"].contains(&code),
            "{ended}"
        );
        let there: bool = sqlx::query_scalar("SELECT to_regclass('people') IS NOT NULL")
            .fetch_one(&stage.target)
            .await
            .unwrap();
        let rows: i64 = if there {
            sqlx::query_scalar("SELECT count(*) FROM people").fetch_one(&stage.target).await.unwrap()
        } else {
            0
        };
        assert_eq!(rows, 0);
    });
}
