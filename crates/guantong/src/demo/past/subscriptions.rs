//! Tables that some departments keep of others' in databases of their own, one of them continuously.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::super::Say;
use super::super::seed::{Seeded, until};
use super::special::{Line, file};
use super::{Past, id};

/// How one table is kept.
struct Kept {
    line: Line,
    name: &'static str,
    target: &'static str,
    table: &'static str,
    keys: &'static [&'static str],
    method: &'static str,
    schedule: fn() -> Value,
    invalid: &'static str,
    masked: &'static [&'static str],
}

fn by_hand() -> Value {
    json!({"kind": "manual"})
}

fn nightly() -> Value {
    json!({"kind": "cron", "cron": "0 2 * * *"})
}

fn hourly() -> Value {
    json!({"kind": "cron", "cron": "15 * * * *"})
}

fn mornings() -> Value {
    json!({"kind": "cron", "cron": "30 7 * * *", "working_days": true})
}

fn always() -> Value {
    json!({"kind": "continuous"})
}

const KEPT: &[Kept] = &[
    Kept {
        line: (
            "civil",
            "police",
            "GA-HKRK-001",
            "MZ-SHJZ-001",
            "《社会救助暂行办法》（国务院令第649号）第五十八条",
            &["resident_id", "name", "sex", "birth_date", "household_number", "marriage", "mobile"],
        ),
        name: "常住人口（随时更新）",
        target: "hall",
        table: "resident",
        keys: &["resident_id"],
        method: "changes",
        schedule: always,
        invalid: "flag",
        masked: &["mobile"],
    },
    Kept {
        line: (
            "medical",
            "police",
            "GA-HKRK-001",
            "YB-CBDJ-001",
            "《医疗保障基金使用监督管理条例》第九条",
            &["resident_id", "name", "sex", "birth_date"],
        ),
        name: "参保人口比对底册",
        target: "hall",
        table: "registered_person",
        keys: &["resident_id"],
        method: "full",
        schedule: nightly,
        invalid: "hold_back",
        masked: &[],
    },
    Kept {
        line: (
            "civil",
            "health",
            "WJ-SWDJ-003",
            "MZ-SHJZ-001",
            "《社会救助暂行办法》（国务院令第649号）第五十八条",
            &["resident_id", "name", "death_date"],
        ),
        name: "死亡人员（停发救助核对）",
        target: "hall",
        table: "deceased",
        keys: &["resident_id"],
        method: "changes",
        schedule: hourly,
        invalid: "flag",
        masked: &[],
    },
    Kept {
        line: (
            "insurance",
            "health",
            "WJ-SWDJ-003",
            "RS-YLJ-001",
            "《中华人民共和国社会保险法》第十七条",
            &["resident_id", "name", "death_date"],
        ),
        name: "死亡人员（停发养老金核对）",
        target: "hall",
        table: "deceased",
        keys: &["resident_id"],
        method: "full",
        schedule: mornings,
        invalid: "hold_back",
        masked: &[],
    },
    Kept {
        line: (
            "tax",
            "market",
            "SG-QYDJ-001",
            "SW-SBZS-001",
            "《中华人民共和国税收征收管理法》第十五条",
            &["credit_code", "enterprise_name", "status", "establishment_date", "registered_capital"],
        ),
        name: "市场主体登记",
        target: "hall",
        table: "enterprise",
        keys: &["credit_code"],
        method: "after",
        schedule: hourly,
        invalid: "flag",
        masked: &[],
    },
    Kept {
        line: (
            "emergency",
            "market",
            "SG-QYDJ-001",
            "YJ-AQJC-001",
            "《中华人民共和国安全生产法》第六十五条",
            &["credit_code", "enterprise_name", "status", "employees", "phone"],
        ),
        name: "安全检查企业名录",
        target: "files",
        table: "enterprises.xlsx",
        keys: &["credit_code"],
        method: "full",
        schedule: mornings,
        invalid: "flag",
        masked: &["phone"],
    },
    Kept {
        line: (
            "agriculture",
            "police",
            "GA-HKHB-002",
            "NY-HNBT-001",
            "《农业生产发展资金管理办法》第十七条",
            &["household_number", "head_name", "household_size", "register_region"],
        ),
        name: "惠农补贴户册",
        target: "files",
        table: "households.csv",
        keys: &["household_number"],
        method: "full",
        schedule: by_hand,
        invalid: "flag",
        masked: &[],
    },
    Kept {
        line: (
            "police",
            "civil",
            "MZ-HYDJ-001",
            "GA-HKDJ-001",
            "《中华人民共和国户口登记条例》第十七条",
            &["resident_id", "marriage", "marriage_date"],
        ),
        name: "婚姻登记（户口项目变更）",
        target: "hall",
        table: "marriage",
        keys: &["resident_id", "marriage_date"],
        method: "after",
        schedule: nightly,
        invalid: "flag",
        masked: &[],
    },
    Kept {
        line: (
            "disabled",
            "civil",
            "MZ-DBDX-002",
            "CL-BTFF-001",
            "《残疾人保障法》第四十八条",
            &["resident_id", "name", "low_income", "low_income_amount", "low_income_since"],
        ),
        name: "低保对象（两项补贴核对）",
        target: "files",
        table: "low_income.parquet",
        keys: &["resident_id"],
        method: "full",
        schedule: nightly,
        invalid: "hold_back",
        masked: &[],
    },
];

/// Requests the tables and carries the requests to their grants; gives the grants in the order of [`KEPT`].
pub async fn ask(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<Vec<String>> {
    let mut grants = Vec::new();
    for kept in KEPT {
        let filed = file(past, seeded, kept.line, 4 * 365, |body| {
            body["shapes"] = json!(["batch"]);
            for item in body["items"].as_array_mut().into_iter().flatten() {
                item["masked"] = json!(kept.masked.iter().any(|masked| item["item"] == *masked));
            }
        })
        .await?;
        filed.until(past, "delivered").await?;
        grants.push(filed.grant().await?.context("a grant")?);
    }
    Ok(grants)
}

/// Makes the subscriptions and waits until each has delivered once.
pub async fn begin(seeded: &Seeded, grants: &[String], say: &Say) -> anyhow::Result<()> {
    let mut made = Vec::new();
    for (kept, grant) in KEPT.iter().zip(grants) {
        let (consumer, _, _, matter, basis, items) = kept.line;
        let consumer = seeded.department(consumer)?;
        let columns: Vec<Value> = items.iter().map(|item| json!({"item": item})).collect();
        let body = json!({
            "name": kept.name, "grant_id": grant, "agent_id": consumer.agent_id, "target": kept.target, "table": kept.table,
            "columns": columns, "keys": kept.keys, "method": kept.method, "invalid": kept.invalid,
            "schedule": (kept.schedule)(), "purpose": {"matter": matter, "basis": basis},
        });
        let subscription = consumer.operator.post("/api/v1/subscriptions", &body).await;
        let subscription = id(&subscription.with_context(|| kept.name)?)?;
        if (kept.schedule)()["kind"] != "continuous" {
            let path = format!("/api/v1/subscriptions/{subscription}/run");
            consumer.operator.post(&path, &json!({})).await.with_context(|| kept.name)?;
        }
        made.push((kept, consumer, subscription));
    }
    let mut rows = 0;
    for (kept, consumer, subscription) in made {
        let path = format!("/api/v1/subscriptions/{subscription}");
        let mut seen = Value::Null;
        let delivered = until("a table to be delivered", async || {
            seen = consumer.operator.get(&path).await?;
            let failed = seen["last_run"]["state"] == "failed";
            ensure!(!failed, "{}: {}", kept.name, seen["notice"]);
            Ok(seen["last_success_ms"].is_i64())
        });
        delivered.await.with_context(|| kept.name)?;
        rows += seen["last_run"]["figures"]["delivered"].as_u64().unwrap_or(0);
    }
    say.line(
        &format!("{} 项库表订阅已首次投递，共 {rows} 行，其中一项随源库变化持续更新。", KEPT.len()),
        &format!(
            "{} subscriptions have delivered {rows} rows; one of them goes on with each change.",
            KEPT.len()
        ),
    );
    Ok(())
}
