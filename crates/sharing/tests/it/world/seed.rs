//! What is in the county, and the road of a request as tests walk it.

use kernel::Actor;
use serde_json::{Value, json};

use super::{DAY, MONDAY, World, id};

impl World {
    /// A published resource of the police, mounted or not.
    pub async fn resource(&self, body: &Value, mounted: bool) -> String {
        let made = self.ok(&self.clerk(), "POST", "/api/v1/resources", body.clone()).await;
        let path = format!("/api/v1/resources/{}", id(&made));
        if mounted {
            self.mount(&id(&made), body).await;
        }
        let outcome = json!({"secrecy_assessment": "不涉及国家秘密", "privacy_assessment": "已评估"});
        self.ok(&self.clerk(), "POST", &format!("{path}/submit"), Value::Null).await;
        self.ok(&self.head_of(&self.police), "POST", &format!("{path}/sign"), outcome).await;
        self.ok(&self.business(), "POST", &format!("{path}/approve"), json!({})).await;
        self.ok(&self.business(), "POST", &format!("{path}/publish"), json!({})).await;
        id(&made)
    }

    /// Mounts a resource of the police with a column for each item.
    pub async fn mount(&self, resource: &str, body: &Value) {
        let items = body["items"].as_array().unwrap();
        let columns: Vec<_> =
            items.iter().map(|item| json!({"item": item["item"], "column": item["item"]})).collect();
        let mount = json!({"agent_id": "agent-police-1", "source": "hk", "table": "T", "keys": [items[0]["item"]],
            "columns": columns});
        let path = format!("/api/v1/resources/{resource}/mount");
        self.ok(&self.clerk(), "PUT", &path, mount).await;
        self.ok(&self.business(), "POST", &format!("{path}/approve"), json!({})).await;
    }

    /// A complete request on the conditional resource, as a form fills it.
    pub fn body(&self) -> Value {
        json!({
            "resource_id": self.residents, "basis": "《社会救助暂行办法》第十一条", "matters": ["MZ-DB-001"],
            "scenario": "受理低保申请时核对申请人的户籍和联系信息", "items": [{"item": "name"}, {"item": "mobile", "masked": true}],
            "shapes": ["query", "verify"], "valid_until_ms": MONDAY + 365 * DAY, "calls_per_day": 500,
            "calls_per_second": 5, "measures": "仅救助科经办可见，办结后三十日内删除", "contact": "救助科 0571-12345678",
        })
    }

    /// A complete request on the unconditional resource.
    pub fn simple_body(&self) -> Value {
        let mut body = self.body();
        body["resource_id"] = json!(self.stations);
        body["items"] = json!([{"item": "station_name"}]);
        body["shapes"] = json!(["query"]);
        body
    }

    /// Drafts a request of the welfare office; its id.
    pub async fn draft(&self, body: Value) -> String {
        id(&self.ok(&self.asker(), "POST", "/api/v1/requests", body).await)
    }

    /// Does something to a request, successfully.
    #[track_caller]
    pub fn act<'a>(
        &'a self,
        actor: &'a Actor,
        request: &'a str,
        verb: &'a str,
        body: Value,
    ) -> impl Future<Output = Value> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let path = format!("/api/v1/requests/{request}/{verb}");
            let (status, answer) = self.send(actor, "POST", &path, &body).await;
            assert!(status.is_success(), "{place}: {verb}: {status} {answer}");
            answer
        }
    }

    /// A request that the consumer's head has signed.
    pub async fn signed(&self, body: Value) -> String {
        let request = self.draft(body).await;
        self.act(&self.asker(), &request, "submit", Value::Null).await;
        self.act(&self.head_of(&self.welfare), &request, "sign", Value::Null).await;
        request
    }

    /// A request that is being decided.
    pub async fn accepted(&self, body: Value) -> String {
        let request = self.signed(body).await;
        self.act(&self.clerk(), &request, "accept", Value::Null).await;
        request
    }

    /// A request that was approved in full.
    pub async fn approved(&self, body: Value) -> Value {
        let request = self.accepted(body).await;
        self.act(&self.clerk(), &request, "decision", json!({"outcome": "approve"})).await;
        self.act(&self.head_of(&self.police), &request, "decision/sign", Value::Null).await
    }

    /// A request as somebody sees it.
    pub async fn seen(&self, actor: &Actor, request: &str) -> Value {
        self.get(actor, &format!("/api/v1/requests/{request}")).await
    }

    /// Kinds of the events on a time line.
    pub async fn line(&self, actor: &Actor, path: &str) -> Vec<String> {
        let line = self.get(actor, &format!("{path}/timeline")).await;
        line["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
    }
}

/// Residents, shared under a condition.
pub fn residents() -> Value {
    json!({
        "name": "常住人口信息", "abstract": "辖区常住人口基本信息", "classification": "base",
        "share_type": "conditional", "share_condition": "用于社会救助审核，限民政部门使用", "update_cycle": "daily",
        "items": [
            {"item": "resident_id", "element": "person.id", "required": true, "is_key": true},
            {"item": "name", "element": "person.name", "required": true},
            {"item": "mobile", "element": "person.mobile", "sensitive": true},
            {"item": "sex", "element": "person.sex", "share_type": "none",
             "no_share_basis": "《中华人民共和国保守国家秘密法》第十三条"},
        ],
    })
}

/// Police stations, shared unconditionally.
pub fn stations() -> Value {
    json!({
        "name": "派出所名录", "abstract": "辖区派出所名称和地址", "classification": "department",
        "share_type": "unconditional", "update_cycle": "yearly",
        "items": [
            {"item": "station_code", "element": "enterprise.credit_code", "required": true, "is_key": true},
            {"item": "station_name", "element": "enterprise.name", "required": true},
        ],
    })
}
