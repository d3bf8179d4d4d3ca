//! Quality reports with a real agent behind them: taken by themselves, read by everybody who may see the resource, without a
//! value of the source.

use serde_json::{Value, json};
use sqlx::Executor as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::world::{Backing, CLEAN, PASSWORD, Session, Who, World, resident_id, run, until};

/// What stands in the source, and how the source calls it; nothing of it is for other departments.
const RAW: [&str; 17] = [
    "张三",
    "李四",
    "李  四",
    "王五",
    "赵六",
    "1990-03-07",
    "1985",
    "13912342233",
    "1391234",
    "景山",
    "北河沿",
    "荔湾",
    "rkxx",
    "sfzh",
    "sjh",
    "register",
    "公安局前置机",
];

fn path(world: &World) -> String {
    format!("/api/v1/resources/{}/quality", world.resource)
}

/// The first report, which nobody asked for.
async fn by_itself(world: &World) -> Value {
    until("the first report", async || {
        let answer = world.as_(Who::StrangerOperator).get(&path(world)).await;
        answer.status.is_success().then_some(answer.body)
    })
    .await
}

fn item<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["items"].as_array().unwrap().iter().find(|one| one["item"] == name).unwrap()
}

fn no_raw_value(report: &Value) {
    let text = report.to_string();
    for raw in RAW.iter().copied().chain([resident_id(CLEAN).as_str()]) {
        // The year of a date is what its mask shows.
        let shown =
            raw == "1985" && item(report, "birth_date")["examples"].to_string().contains("1985-**-**");
        assert!(shown || !text.contains(raw), "{raw} in {text}");
    }
}

/// A table of so many more people, all of one name.
async fn more_people(world: &World, how_many: usize) {
    let file = world.hub.data_dir.with_file_name("provider.db");
    let pool = sqlx::SqlitePool::connect_with(SqliteConnectOptions::new().filename(file)).await.unwrap();
    for place in 0..how_many {
        let head = format!("11010119900307{:03}", 500 + place);
        let row = format!(
            "insert into rkxx values ('{}', '孙七', '1', '1990-03-07', '1391234{:04}', '北京市东城区', '110101', '2026-01-02 03:04:05')",
            resident_id(&head),
            5_000 + place
        );
        pool.execute(sqlx::AssertSqlSafe(row)).await.unwrap();
    }
    pool.close().await;
}

macro_rules! on_both {
    ($($(#[doc = $doc:literal])+ async fn $name:ident($world:ident, $raise:ident) $body:block)+) => {
        $($(#[doc = $doc])+ async fn $name($world: &World) $body)+
        /// On a hub with SQLite.
        mod sqlite {
            use std::borrow::Borrow as _;
            $(#[test] fn $name() { super::run(async { super::$name(super::World::$raise(super::Backing::Sqlite).await.borrow()).await }) })+
        }
        /// On a hub with PostgreSQL.
        mod postgres {
            use std::borrow::Borrow as _;
            $(#[test] fn $name() { super::run(async { super::$name(super::World::$raise(super::Backing::Postgres).await.borrow()).await }) })+
        }
    };
}

on_both! {
    /// Once the resource is published and mounted there is a report, which other departments and the bureau read: how much
    /// is filled, how much fits, masked examples, and none of an item that is sensitive.
    async fn everybody_who_sees_the_resource_reads_the_report(world, shared) {
        by_itself(world).await;
        for who in [Who::ConsumerOperator, Who::ConsumerHead, Who::StrangerDeveloper, Who::Business, Who::ConsumerClient] {
            let report = world.as_(who).get(&path(world)).await.ok();
            assert_eq!((&report["rows"], &report["rows_exact"], &report["sampled_rows"]), (&json!(4), &json!(true), &json!(4)));
            assert!(report["taken_ms"].is_i64());
            let name = item(&report, "name");
            assert_eq!((&name["examples"], &name["invalid"], &name["missing"]), (&json!(["张*", "李*", "王*"]), &Value::Null, &json!(0.0)));
            let mobile = item(&report, "mobile");
            assert_eq!(mobile["invalid"], json!(0.25), "one of four is too short: {mobile}");
            assert_eq!(mobile["repaired"], json!(0.25), "one of four has spaces: {mobile}");
            let id = item(&report, "resident_id");
            assert_eq!((&id["examples"], &id["withheld"]), (&json!([]), &json!(true)), "{id}");
            let born = item(&report, "birth_date");
            let shown = json!(["1985-**-**", "1990-**-**"]);
            assert_eq!((&born["examples"], &born["withheld"]), (&shown, &json!(false)), "{born}");
            no_raw_value(&report);
        }
    }

    /// Only operator and head of the department look anew; somebody of another department changes nothing. A new look
    /// stands in place of the old one, with evidence, and a source that changed is seen.
    async fn a_new_look_replaces_the_old(world, raise) {
        let first = by_itself(world).await;
        more_people(world, 16).await;
        for (who, why) in [
            (Who::ConsumerOperator, "actor.organisation"),
            (Who::StrangerHead, "actor.organisation"),
            (Who::Business, "actor.role"),
            (Who::ProviderDeveloper, "actor.role"),
        ] {
            world.as_(who).post(&path(world), &Value::Null).await.refused(403, why);
        }
        assert_eq!(by_itself(world).await, first);
        let second = world.as_(Who::ProviderOperator).post(&path(world), &Value::Null).await.ok();
        assert!(second["taken_ms"].as_i64() > first["taken_ms"].as_i64());
        assert_eq!(second["rows"], json!(20));
        no_raw_value(&second);
        assert_eq!(item(&second, "mobile")["examples"], json!(["99999999999"]), "taken for numbers, shown as a shape");
        assert!(!second.to_string().contains("孙七"));
        assert_eq!(by_itself(world).await, second);
        world.index_is_complete().await;
        let list = world.as_(Who::Auditor).get("/api/v1/evidence?kind=exchange.quality.reported").await.ok();
        assert_eq!(list["total"], 2, "{list}");
        // What the entry of the second look opens names neither tables nor values.
        let index = list["items"][0]["index"].as_u64().unwrap();
        let opened = world.as_(Who::Auditor).get(&format!("/api/v1/evidence/{index}")).await.ok();
        assert!(opened["opening"].to_string().contains("20 rows"), "{opened}");
        assert!(RAW.iter().all(|raw| !opened["opening"].to_string().contains(raw)), "{opened}");
    }

    /// After the days that the node has set it is taken again by itself.
    async fn an_old_report_is_taken_again(world, raise) {
        let first = by_itself(world).await;
        more_people(world, 16).await;
        world.hub.clock.advance_ms(31 * 86_400_000);
        let reader = Session::log_in(&world.url, "wj-operator", PASSWORD).await;
        let second = until("the next report", async || {
            let report = reader.get(&path(world)).await.ok();
            (report["taken_ms"] != first["taken_ms"]).then_some(report)
        })
        .await;
        assert_eq!(second["rows"], json!(20), "{second}");
    }
}

/// An entry that becomes stricter takes its examples back at once, before anybody looks again.
#[test]
fn what_is_no_longer_shared_shows_no_examples() {
    run(async {
        let world = World::raise(Backing::Sqlite).await;
        by_itself(&world).await;
        let path_of = |verb: &str| format!("/api/v1/resources/{}{verb}", world.resource);
        let entry = world.as_(Who::ProviderOperator).get(&path_of("")).await.ok();
        let mut body =
            crate::world::resource_body(crate::world::RESOURCE, &world.provider, Some(&world.system));
        body["items"][1]["share_type"] = json!("none");
        body["items"][1]["no_share_basis"] = json!("《中华人民共和国个人信息保护法》第二十八条");
        body["updated_ms"] = entry["updated_ms"].clone();
        world.as_(Who::ProviderOperator).put(&path_of(""), &body).await.ok();
        world.as_(Who::ProviderOperator).post(&path_of("/submit"), &json!({})).await.ok();
        world.as_(Who::ProviderHead).post(&path_of("/sign"), &crate::world::assessments()).await.ok();
        world.as_(Who::Business).post(&path_of("/approve"), &json!({})).await.ok();
        let before = by_itself(&world).await;
        assert_eq!(item(&before, "name")["withheld"], json!(false), "the revision is not in force yet");
        world.as_(Who::Business).post(&path_of("/publish"), &json!({})).await.ok();
        let after = by_itself(&world).await;
        let name = item(&after, "name");
        assert_eq!((&name["examples"], &name["withheld"]), (&json!([]), &json!(true)), "{name}");
    });
}
