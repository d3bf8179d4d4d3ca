//! What does not go its straight way: grants that are suspended, revoked and expired, and requests that are under way now, one
//! in each state.

use county::SampleGrant;
use kernel::clock::Clock as _;
use plan::{GrantedItem, Purpose, RowFilter, Shape};
use serde_json::{Value, json};

use super::super::seed::{Seeded, SeededDepartment, until};
use super::{Past, catalogue, id, needs, plans, requests, revisions};

/// Days before the present in which today's open requests were filed.
pub const RECENT_DAYS: i64 = 72;

/// A request beside the sample grants: consumer, provider, resource, matter, basis, items.
pub type Line =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

pub fn asked(line: Line) -> SampleGrant {
    let (consumer, provider, resource, matter, basis, items) = line;
    let open = |item: &&str| GrantedItem { item: (*item).to_owned(), masked: false, verify_only: false };
    SampleGrant {
        consumer,
        provider,
        resource,
        clients: Vec::new(),
        items: items.iter().map(open).collect(),
        row_filter: RowFilter::default(),
        purposes: vec![Purpose { matter: matter.to_owned(), basis: basis.to_owned() }],
        shapes: vec![Shape::Query],
        quota_per_day: 500,
        quota_per_second: 5,
    }
}

pub struct Filed<'s> {
    request: String,
    pub consumer: &'s SeededDepartment,
    provider: &'s SeededDepartment,
}

impl Filed<'_> {
    /// Carries the request on until it stands in a state.
    pub async fn until(&self, past: &Past<'_>, wanted: &str) -> anyhow::Result<()> {
        for _ in 0..8 {
            let state = requests::state(self.consumer, &self.request).await?;
            if state == wanted || !requests::step(&state, &self.request, self.consumer, self.provider).await?
            {
                break;
            }
            past.later(1).await?;
        }
        if wanted == "delivered" {
            // The provider's agent is a program of its own: it accepts the grant when it gets to it.
            let accepted = until("an agent to accept a grant", async || {
                Ok(requests::state(self.consumer, &self.request).await? == wanted)
            });
            accepted.await?;
        }
        Ok(())
    }

    pub fn path(&self, verb: &str) -> String {
        format!("/api/v1/requests/{}/{verb}", self.request).trim_end_matches('/').to_owned()
    }

    pub async fn grant(&self) -> anyhow::Result<Option<String>> {
        let view = self.consumer.operator.get(&format!("/api/v1/requests/{}", self.request)).await?;
        Ok(view["grant_id"].as_str().map(str::to_owned))
    }
}

pub async fn file<'s>(
    past: &Past<'_>,
    seeded: &'s Seeded,
    line: Line,
    days: i64,
    change: impl FnOnce(&mut Value),
) -> anyhow::Result<Filed<'s>> {
    let grant = asked(line);
    let mut body = requests::body(past, seeded, &grant, days).await?;
    change(&mut body);
    let consumer = seeded.department(line.0)?;
    let made = consumer.operator.post("/api/v1/requests", &body).await?;
    Ok(Filed { request: id(&made)?, consumer, provider: seeded.department(line.1)? })
}

const CITED: &str = "《社会救助暂行办法》（国务院令第649号）第五十八条";

/// What changed: entries that are revised; grants that ended (one expires, one is revoked, one is given back, one is suspended
/// for a breach and reported on); requests that were refused, withdrawn, or lapsed because nobody filled their gaps.
pub async fn changes(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
    revisions::publish(past, seeded, 1).await?;
    let expiring: Line =
        ("urban", "police", "GA-HKRK-001", "CG-ZXXD-001", "《城市道路管理条例》第二十七条", &["name"]);
    let revoked: Line = (
        "tax",
        "insurance",
        "RS-CBXX-001",
        "SW-SBZS-001",
        "《中华人民共和国社会保险法》第五十九条",
        &["contribution_base", "paid_until"],
    );
    let breach: Line = (
        "transport",
        "police",
        "GA-HKRK-001",
        "JT-CYZG-001",
        "《中华人民共和国道路运输条例》第二十二条",
        &["name", "register_address"],
    );
    let ended: Line = (
        "agriculture",
        "market",
        "SG-QYDJ-001",
        "NY-XMSB-001",
        "《中华人民共和国农民专业合作社法》第六十四条",
        &["enterprise_name", "status"],
    );
    let mut grants = Vec::new();
    for (line, days) in [(expiring, 90), (revoked, 700), (breach, 1_400), (ended, 900)] {
        let filed = file(past, seeded, line, days, |_| {}).await?;
        filed.until(past, "delivered").await?;
        grants.push((filed.grant().await?, filed));
    }
    let lapsing = noticed(past, seeded, LAPSING).await?;
    past.later(8).await?;
    revisions::publish(past, seeded, 2).await?;
    past.later(9).await?;
    let state = requests::state(lapsing.consumer, &lapsing.request).await?;
    anyhow::ensure!(state == "lapsed", "a request whose gaps nobody filled is {state}");
    if let Some((Some(grant), filed)) = grants.get(1) {
        let body =
            json!({"cause": "duty_changed", "reason": "社会保险费征收职责已划转，数据由税务系统直接产生。"});
        filed.provider.head.post(&format!("/api/v1/grants/{grant}/revoke"), &body).await?;
    }
    if let Some((Some(grant), filed)) = grants.get(3) {
        let body = json!({"reason": "项目申报已结束，不再需要查询市场主体登记信息。"});
        filed.consumer.operator.post(&format!("/api/v1/grants/{grant}/give-back"), &body).await?;
    }
    if let Some((Some(grant), filed)) = grants.get(2) {
        let body = json!({"cause": "beyond_purpose", "reason": "抽查发现将户籍地址用于催收营运费用，超出授权用途。"});
        filed.provider.head.post(&format!("/api/v1/grants/{grant}/suspend"), &body).await?;
        past.later(6).await?;
        let report = json!({"text": "已停用催收功能，收回两名经办人的查询权限，组织培训并补签保密承诺，今后按月自查。"});
        filed.consumer.operator.post(&format!("/api/v1/grants/{grant}/rectification"), &report).await?;
    }
    refused(past, seeded).await?;
    Ok(())
}

async fn refused(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
    let wide: Line = (
        "urban",
        "insurance",
        "RS-CBXX-001",
        "CG-XZCF-001",
        "《中华人民共和国行政处罚法》第五十四条",
        &["name", "contribution_base", "phone"],
    );
    let filed = file(past, seeded, wide, 365, |_| {}).await?;
    filed.until(past, "deciding").await?;
    let refusal = json!({
        "outcome": "refuse", "reasons": ["beyond_need", "no_duty"],
        "text": "查处占道经营无需掌握当事人缴费基数，建议改为申请市场主体登记信息。",
    });
    filed.provider.operator.post(&filed.path("decision"), &refusal).await?;
    past.later(1).await?;
    filed.provider.head.post(&filed.path("decision/sign"), &json!({})).await?;
    let withdrawn: Line = (
        "emergency",
        "natural",
        "ZR-BDCQ-001",
        "YJ-AQJC-001",
        "《中华人民共和国安全生产法》第六十五条",
        &["address", "usage"],
    );
    let filed = file(past, seeded, withdrawn, 365, |_| {}).await?;
    filed.until(past, "checking").await?;
    let body = json!({"reason": "改用企业住所信息即可，不再申请。"});
    filed.consumer.operator.post(&filed.path("withdraw"), &body).await?;
    Ok(())
}

/// Requests, entries and needs that are under way now.
pub async fn open_requests(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
    let days = 365;
    // Filed weeks ago; nobody acted, and the clock climbs its ladder.
    let silent: Line = (
        "housing",
        "veterans",
        "TY-YFDX-001",
        "ZJ-ZFBZ-001",
        "《退役军人保障法》第二十六条",
        &["veteran_category", "veteran_certificate"],
    );
    let silent = file(past, seeded, silent, days, |_| {}).await?;
    silent.until(past, "deciding").await?;
    for _ in 0..7 {
        past.later(2).await?;
    }
    let extended: Line =
        ("civil", "tax", "SW-NSR-001", "MZ-SHJZ-001", CITED, &["enterprise_name", "tax_status"]);
    let extended = file(past, seeded, extended, days, |_| {}).await?;
    extended.until(past, "deciding").await?;
    past.later(2).await?;
    let ask = json!({"days": 5, "reason": "需与州局确认涉税信息提供口径。"});
    extended.provider.operator.post(&extended.path("extension"), &ask).await?;
    let consent = json!({"agree": true, "reason": "理由成立，同意延长。"});
    seeded.business.post(&extended.path("extension/consent"), &consent).await?;
    narrowed(past, seeded).await?;
    needs::on_the_board(past, seeded).await?;
    let signing: Line = (
        "education",
        "civil",
        "MZ-DBDX-002",
        "JY-XSZZ-001",
        "《中华人民共和国义务教育法》第四十四条",
        &["low_income"],
    );
    let deciding: Line = (
        "disabled",
        "medical",
        "YB-CBRY-001",
        "CL-FJSP-001",
        "《中华人民共和国残疾人保障法》第二十二条",
        &["insurance_kind", "medical_status"],
    );
    let checking: Line = (
        "veterans",
        "civil",
        "MZ-HYDJ-001",
        "TY-YFSH-001",
        "《军人抚恤优待条例》第四十八条",
        &["marriage", "spouse_name"],
    );
    let draft: Line = (
        "transport",
        "market",
        "SG-QYDJ-001",
        "JT-YSXK-001",
        "《中华人民共和国道路运输条例》第八条",
        &["enterprise_name", "legal_representative"],
    );
    let proposed: Line = (
        "market",
        "insurance",
        "RS-LDHT-002",
        "SG-SSJC-001",
        "《优化营商环境条例》第五十四条",
        &["employer", "position"],
    );
    // Approved, and not mounted: nobody can use it before the provider has mounted it.
    let delivering: Line =
        ("civil", "insurance", "RS-DYFF-004", "MZ-SHJZ-001", CITED, &["name", "benefit_amount", "paid"]);
    for (line, state) in [(delivering, "delivering"), (proposed, "provider_signing")] {
        file(past, seeded, line, days, |_| {}).await?.until(past, state).await?;
    }
    // A desk has late work on it, and work that is in time: what follows came in the last two weeks.
    plans::under_way(past, seeded).await?;
    for (line, state) in
        [(deciding, "deciding"), (checking, "checking"), (signing, "signing"), (draft, "draft")]
    {
        file(past, seeded, line, days, |_| {}).await?.until(past, state).await?;
    }
    // Last, so that there are days left in which to fill the gaps.
    noticed(past, seeded, INCOMPLETE).await?;
    catalogue::under_way(seeded).await?;
    Ok(())
}

/// Approved with less than was asked for; the consumer has yet to accept.
async fn narrowed(past: &Past<'_>, seeded: &Seeded) -> anyhow::Result<()> {
    let line: Line = (
        "tax",
        "police",
        "GA-JDC-003",
        "SW-CCSS-001",
        "《中华人民共和国车船税法》第十条",
        &["plate", "brand", "vin", "registered"],
    );
    let filed = file(past, seeded, line, 365, |_| {}).await?;
    filed.until(past, "deciding").await?;
    let item = |name: &str| json!({"item": name, "masked": false, "verify_only": false});
    let scope = json!({
        "items": [item("plate"), item("registered")], "shapes": ["query"],
        "valid_until_ms": past.clock.now_ms() + 180 * super::DAY_MS, "calls_per_day": 200, "calls_per_second": 5,
    });
    let decision =
        json!({"outcome": "approve", "scope": scope, "text": "征收车船税用不到车辆识别代号和品牌。"});
    filed.provider.operator.post(&filed.path("decision"), &decision).await?;
    past.later(1).await?;
    filed.provider.head.post(&filed.path("decision/sign"), &json!({})).await?;
    Ok(())
}

/// Gaps that are being filled now.
const INCOMPLETE: Line = (
    "agriculture",
    "civil",
    "MZ-TKGY-003",
    "NY-FPJC-001",
    "有关文件",
    &["extreme_poverty", "benefit_amount"],
);
/// Gaps that nobody filled in time.
const LAPSING: Line =
    ("education", "insurance", "RS-CBXX-001", "JY-RXBM-001", "工作安排", &["name", "paid_until"]);

/// Sent back with one notice that lists every gap.
async fn noticed<'s>(past: &Past<'_>, seeded: &'s Seeded, line: Line) -> anyhow::Result<Filed<'s>> {
    let filed = file(past, seeded, line, 365, |body| {
        body["scenario"] = json!("工作需要");
    })
    .await?;
    filed.until(past, "checking").await?;
    let gaps = json!({"gaps": [{"path": "matters", "text": "请补充办理该事项的依据文件。"}]});
    filed.provider.operator.post(&filed.path("gaps"), &gaps).await?;
    Ok(filed)
}
