//! Documents that are handed over: the archive of the real-estate register, asked for by the office for social assistance.

use std::path::Path;

use anyhow::{Context as _, ensure};
use county::Department;
use serde_json::{Value, json};

use super::super::Say;
use super::super::seed::{Seeded, until};
use super::super::stores;
use super::special::{Line, file};
use super::{Past, catalogue, id};

/// Documents in the archive.
const PAGES: usize = 240;
/// Of these, already handed over.
const HANDED_OVER: usize = 2;
const HOLDER: &str = "natural";
const SOURCE: &str = "dangan";
const TABLE: &str = "登记簿页";
const CODE: &str = "ZR-BDCDA-003";
const LINE: Line = (
    "civil",
    HOLDER,
    CODE,
    "MZ-SHJZ-001",
    "《社会救助暂行办法》（国务院令第649号）第五十八条",
    &["document", "size", "changed"],
);

/// The folder of documents of a department that has one, as a source of its agent.
pub fn archive(
    past: &Past<'_>,
    department: &Department,
    own: &Path,
) -> anyhow::Result<Option<(&'static str, toml::Value)>> {
    if department.key != HOLDER {
        return Ok(None);
    }
    let folder = own.join("archive");
    county::raise_archive(past.county, &folder.join(TABLE), PAGES)?;
    Ok(Some((SOURCE, stores::documents(&folder)?)))
}

/// Lists the archive, and carries a request for it to its grant.
pub async fn ask(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<String> {
    let holder = seeded.department(HOLDER)?;
    let items = [
        ("document", "登记簿页文件名", "document.name", "name"),
        ("size", "文件大小", "document.bytes", "bytes"),
        ("changed", "修改时间", "document.modified", "modified"),
    ];
    let body = json!({
        "code": CODE, "name": "不动产登记档案", "abstract": "不动产登记簿页的电子档案，按证号成册，可整份调取",
        "organisation_id": holder.organisation_id, "system_id": holder.systems.values().next(),
        "classification": "department", "format": "电子文件", "share_type": "conditional",
        "share_condition": "办理事项依法需要调取登记档案的部门，按事项申请", "share_method": "file",
        "update_cycle": "real_time", "open_to_society": false,
        "secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估：按授权最小化提供，逐份留痕",
        "items": items.map(|(item, zh, element, _)| json!({"item": item, "zh": zh, "element": element, "is_key": item == "document"})),
    });
    let resource = id(&holder.operator.post("/api/v1/resources", &body).await?)?;
    let path = format!("/api/v1/resources/{resource}");
    let mount = json!({
        "agent_id": holder.agent_id, "source": SOURCE, "table": TABLE, "keys": ["document"], "as_of_column": "modified",
        "columns": items.map(|(item, _, _, column)| json!({"item": item, "column": column})),
    });
    holder.operator.put(&format!("{path}/mount"), &mount).await?;
    seeded.business.post(&format!("{path}/mount/approve"), &json!({})).await?;
    holder.operator.post(&format!("{path}/submit"), &json!({})).await?;
    catalogue::carry(past, seeded, &[(holder, resource.as_str())]).await?;
    let filed = file(past, seeded, LINE, 2 * 365, |body| body["shapes"] = json!(["file"])).await?;
    filed.until(past, "delivered").await?;
    filed.grant().await?.context("a grant")
}

/// Two documents are asked for and received; a third is offered and waits for an answer.
pub async fn begin(seeded: &Seeded, grant: &str, say: &Say) -> anyhow::Result<()> {
    let (consumer, _, _, matter, basis, _) = LINE;
    let (consumer, holder) = (seeded.department(consumer)?, seeded.department(HOLDER)?);
    let listed = consumer.operator.get(&format!("/api/v1/documents?grant_id={grant}")).await?;
    let name = |row: usize| listed["rows"][row][0].as_str().map(str::to_owned).context("a document");
    let body = |document: String, case: &str| json!({"grant_id": grant, "document": document, "case_no": case, "purpose": {"matter": matter, "basis": basis}});
    for number in 0..HANDED_OVER {
        let mut body = body(name(number)?, &format!("MZ-2026-{:04}", 311 + number));
        body["to"] = json!({"agent_id": consumer.agent_id, "target": "inbox"});
        let made = id(&consumer.operator.post("/api/v1/handovers", &body).await?)?;
        let mut seen = Value::Null;
        let received = until("a document to be received", async || {
            seen = consumer.operator.get(&format!("/api/v1/handovers/{made}")).await?;
            ensure!(seen["state"] != "failed", "{}", seen["notice"]);
            Ok(seen["state"] == "received")
        });
        received.await.context(CODE)?;
    }
    let mut offer = body(name(HANDED_OVER)?, "MZ-2026-0320");
    offer["note"] = json!("来电所要的登记簿页，请查收。");
    holder.operator.post("/api/v1/handovers", &offer).await?;
    say.line(
        &format!("{HANDED_OVER} 份不动产登记档案已交接到民政局，另有一份等待其接收。"),
        &format!("{HANDED_OVER} documents of the real-estate archive were handed over; one more waits to be accepted."),
    );
    Ok(())
}
