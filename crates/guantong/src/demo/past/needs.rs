//! The board of supply and demand: data that nobody listed, and what became of the need.

use serde_json::json;

use super::super::seed::Seeded;
use super::{Past, id};

/// A need: who, title, description, elements, basis; who answers that it holds the data; how far it went.
type Line = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    Option<&'static str>,
    Way,
);

/// How far a need went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    Committed,
    Listed,
    Designated,
    Closed,
}

const NEEDS: &[Line] = &[
    (
        "civil",
        "住房公积金缴存信息",
        "低保家庭成员的公积金缴存状态和余额，用于核对家庭财产",
        &["person.id", "person.name"],
        "《社会救助暂行办法》（国务院令第649号）第五十八条",
        None,
        Way::Closed,
    ),
    (
        "medical",
        "高龄津贴发放信息",
        "医疗救助对象是否享受高龄津贴",
        &["person.id", "benefit.kind", "benefit.amount"],
        "《社会救助暂行办法》（国务院令第649号）第三十条",
        Some("civil"),
        Way::Listed,
    ),
    (
        "urban",
        "渣土运输车辆卫星定位",
        "查处未覆盖运输、偏离线路的渣土车",
        &["vehicle.plate", "place.longitude", "place.latitude"],
        "《城市道路管理条例》第二十七条",
        Some("transport"),
        Way::Committed,
    ),
    (
        "education",
        "流动儿童居住信息",
        "随迁子女入学核验居住年限",
        &["person.id", "address.residence"],
        "《中华人民共和国义务教育法》第十二条",
        Some("police"),
        Way::Committed,
    ),
    (
        "emergency",
        "企业用电异常信息",
        "停产企业擅自复工的线索",
        &["enterprise.credit_code"],
        "《中华人民共和国安全生产法》第六十五条",
        None,
        Way::Designated,
    ),
    (
        "agriculture",
        "高标准农田地块边界",
        "核对补贴面积与实际耕种面积",
        &["land.area", "place.longitude", "place.latitude"],
        "《中华人民共和国土地管理法》第四条",
        None,
        Way::Open,
    ),
    (
        "disabled",
        "特殊教育学生在校信息",
        "残疾儿童入学情况跟踪",
        &["person.id", "education.school"],
        "《残疾人教育条例》第十三条",
        None,
        Way::Open,
    ),
];

/// Posts the needs that were settled long ago: one was met by an entry, one nobody in the county could meet.
pub async fn settled(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
    for line in NEEDS.iter().filter(|line| matches!(line.6, Way::Listed | Way::Closed)) {
        past.later(8).await?;
        let need = post_one(seeded, line).await?;
        let path = |verb: &str| format!("/api/v1/needs/{need}/{verb}");
        past.later(3).await?;
        let Some(holder) = line.5 else {
            let body = json!({"reason": "公积金由州级管理中心管理，已向上级提出需求，本县部门不掌握。"});
            seeded.business.post(&path("close"), &body).await?;
            continue;
        };
        answer(seeded, &need, holder).await?;
        let holder = seeded.department(holder)?;
        let all = holder.operator.get("/api/v1/resources?page_size=200").await?;
        let listed = all["items"].as_array().into_iter().flatten().find(|one| one["code"] == "MZ-GLBT-006");
        if let Some(resource) = listed.and_then(|one| one["id"].as_str()) {
            past.later(5).await?;
            holder.operator.post(&path("link"), &json!({"resource_id": resource})).await?;
        }
    }
    Ok(())
}

/// The needs that are on the board now: open, promised by a department, or given to one by the data authority.
pub async fn on_the_board(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
    for line in NEEDS.iter().filter(|line| !matches!(line.6, Way::Listed | Way::Closed)) {
        let need = post_one(seeded, line).await?;
        past.later(1).await?;
        match (line.5, line.6) {
            (Some(holder), _) => answer(seeded, &need, holder).await?,
            (None, Way::Designated) => {
                let responsible = &seeded.department("market")?.organisation_id;
                let reason = "市场监管部门负责企业登记和经营状况监管，牵头与供电企业对接。";
                let body = json!({"organisation_id": responsible, "reason": reason});
                seeded.business.post(&format!("/api/v1/needs/{need}/designate"), &body).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn answer(seeded: &Seeded, need: &str, holder: &str) -> anyhow::Result<()> {
    let answer = json!({"holds": true, "reason": "本部门掌握该数据，将按时编目。"});
    let path = format!("/api/v1/needs/{need}/answers");
    seeded.department(holder)?.operator.post(&path, &answer).await?;
    Ok(())
}

async fn post_one(
    seeded: &Seeded,
    (who, title, description, elements, basis, ..): &Line,
) -> anyhow::Result<String> {
    let body = json!({
        "title": title, "description": description, "elements": elements, "basis": basis,
        "scenario": format!("业务办理中需要核对“{title}”，目前只能要求当事人提交材料。"),
    });
    id(&seeded.department(who)?.operator.post("/api/v1/needs", &body).await?)
}
