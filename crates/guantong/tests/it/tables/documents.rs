//! Documents that go from one office's folder into another's, through two agents and the hub.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::world::{
    AgentProcess, AgentTask, Backing, HubTask, Seeded, Who, assessments, run, seed, until, write_agent,
};

/// A folder of deeds at the provider, an inbox at the consumer.
struct Offices {
    seeded: Seeded,
    hub: HubTask,
    consumer_agent: String,
    resource: String,
    consumer_config: PathBuf,
    join_code: String,
    dir: tempfile::TempDir,
    _provider: AgentTask,
}

/// The scanner of an office: what holds the word is infected.
fn scanner(word: &str) -> toml::Value {
    let words = ["sh", "-c", &format!("if grep -q {word} \"$0\"; then exit 1; fi")];
    toml::Value::Array(words.iter().map(|&one| one.into()).collect())
}

fn folder(dir: &Path, scan: &str) -> toml::Table {
    std::fs::create_dir_all(dir).unwrap();
    toml::Table::from_iter([
        ("kind".to_owned(), "documents".into()),
        ("dir".to_owned(), dir.to_str().unwrap().into()),
        ("scan".to_owned(), scanner(scan)),
    ])
}

const ITEMS: [(&str, &str, &str); 3] = [
    ("document", "document.name", "name"),
    ("size", "document.bytes", "bytes"),
    ("changed", "document.modified", "modified"),
];

impl Offices {
    async fn raise(backing: Backing) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let hub = HubTask::start(dir.path(), backing).await;
        let admin = hub.first_user().await;
        let seeded = seed(&hub.url, admin).await;
        let archive = folder(&dir.path().join("archive"), "EICAR");
        let config = write_agent(&dir.path().join("provider"), &hub.url, &[("archive", archive)], &[]);
        std::fs::create_dir_all(dir.path().join("archive/deeds/2026")).unwrap();
        let provider = AgentTask::join(&config, &seeded.join_code).await;
        seeded.wait_connected(true).await;
        let agent = json!({"name": "民政局前置机", "organisation_id": seeded.consumer});
        let made = seeded.as_(Who::Platform).post("/api/v1/agents", &agent).await.ok();
        let inbox = folder(&dir.path().join("inbox"), "TROJAN");
        let consumer_config = write_agent(&dir.path().join("consumer"), &hub.url, &[], &[("inbox", inbox)]);
        let mut offices = Self {
            consumer_agent: made["agent"]["id"].as_str().unwrap().to_owned(),
            join_code: made["join_code"].as_str().unwrap().to_owned(),
            seeded,
            hub,
            resource: String::new(),
            consumer_config,
            dir,
            _provider: provider,
        };
        offices.publish().await;
        offices
    }

    async fn publish(&mut self) {
        let (operator, head, business) = (
            self.seeded.as_(Who::ProviderOperator),
            self.seeded.as_(Who::ProviderHead),
            self.seeded.as_(Who::Business),
        );
        let items = ITEMS.map(
            |(item, element, _)| json!({"item": item, "element": element, "is_key": item == "document"}),
        );
        let body = json!({
            "code": "BDC-DA-001", "name": "不动产登记档案", "abstract": "登记档案扫描件",
            "organisation_id": self.seeded.provider, "system_id": self.seeded.system, "classification": "theme",
            "share_type": "conditional", "share_condition": "办理社会救助需要核对不动产时使用",
            "update_cycle": "real_time", "items": items,
        });
        let made = operator.post("/api/v1/resources", &body).await.ok();
        self.resource = made["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/resources/{}", self.resource);
        let columns = ITEMS.map(|(item, _, column)| json!({"item": item, "column": column}));
        let mount = json!({"agent_id": self.seeded.agent_id, "source": "archive", "table": "deeds",
            "keys": ["document"], "columns": columns});
        operator.put(&format!("{path}/mount"), &mount).await.ok();
        business.post(&format!("{path}/mount/approve"), &json!({})).await.ok();
        operator.post(&format!("{path}/submit"), &json!({})).await.ok();
        head.post(&format!("{path}/sign"), &assessments()).await.ok();
        business.post(&format!("{path}/approve"), &json!({})).await.ok();
        business.post(&format!("{path}/publish"), &json!({})).await.ok();
    }

    /// A grant of the documents whose names begin with `2026/`.
    async fn grant(&self) -> String {
        let grant = self.seeded.grant(|body| {
            body["resource_id"] = json!(self.resource);
            body["shapes"] = json!(["file"]);
            body["items"] = json!([{"item": "document"}, {"item": "size"}]);
            body["row_filter"] = json!({"all": [{"item": "document", "op": "prefix", "values": ["2026/"]}]});
        });
        grant.await
    }

    async fn consumer(&self) -> AgentTask {
        let task = AgentTask::join(&self.consumer_config, &self.join_code).await;
        self.consumer_connected().await;
        task
    }

    async fn consumer_connected(&self) {
        let path = format!("/api/v1/agents/{}", self.consumer_agent);
        until("the consumer's agent to connect", async || {
            let agent = self.seeded.as_(Who::Platform).get(&path).await.ok();
            (agent["connected"] == true && agent["targets"][0]["kind"] == "documents").then_some(())
        })
        .await;
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.dir.path().join("archive/deeds").join(name), bytes).unwrap();
    }

    fn inbox(&self) -> PathBuf {
        self.dir.path().join("inbox")
    }

    /// Every file that people would see in the inbox.
    fn seen(&self) -> Vec<PathBuf> {
        let mut seen: Vec<PathBuf> = std::fs::read_dir(self.inbox().join("BDC-DA-001"))
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
            .unwrap_or_default();
        seen.sort();
        seen
    }

    fn body(&self, grant: &str, document: &str) -> Value {
        json!({
            "grant_id": grant, "document": document, "to": {"agent_id": self.consumer_agent, "target": "inbox"},
            "purpose": {"matter": "MZ-DB-001", "basis": "社会救助暂行办法 第十一条"}, "case_no": "2026-0007",
        })
    }

    async fn ask(&self, body: &Value) -> String {
        let made = self.seeded.as_(Who::ConsumerOperator).post("/api/v1/handovers", body).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }

    async fn show(&self, who: Who, id: &str) -> Value {
        self.seeded.as_(who).get(&format!("/api/v1/handovers/{id}")).await.ok()
    }

    async fn until_state(&self, id: &str, state: &str) -> Value {
        until(&format!("the handover to be {state}"), async || {
            let seen = self.show(Who::ConsumerOperator, id).await;
            (seen["state"] == state).then_some(seen)
        })
        .await
    }
}

fn pattern(bytes: usize, seed: u8) -> Vec<u8> {
    (0..bytes).map(|at| (at as u64).wrapping_mul(2_654_435_761).to_le_bytes()[3] ^ seed).collect()
}

async fn arrives(backing: Backing) {
    let offices = Offices::raise(backing).await;
    let _consumer = offices.consumer().await;
    let deed = pattern(5_000_000, 1);
    offices.put("2026/契约（一）.pdf", &deed);
    offices.put("2026/other.pdf", b"other");
    offices.put("older.pdf", b"not granted");
    let grant = offices.grant().await;
    let operator = offices.seeded.as_(Who::ConsumerOperator);

    // The list holds what the grant covers, and nothing else.
    let list = operator.get(&format!("/api/v1/documents?grant_id={grant}")).await.ok();
    assert_eq!(list["name_item"], "document", "{list}");
    assert_eq!(list["rows"], json!([["2026/other.pdf", "5"], ["2026/契约（一）.pdf", "5000000"]]), "{list}");
    let stranger = offices.seeded.as_(Who::StrangerOperator);
    stranger.get(&format!("/api/v1/documents?grant_id={grant}")).await.refused(403, "authorise.no_grant");

    let mut body = offices.body(&grant, "2026/契约（一）.pdf");
    let soon = kernel::clock::Clock::now_ms(&kernel::clock::SystemClock) + 25_000;
    body["expires_ms"] = json!(soon);
    let id = offices.ask(&body).await;
    let done = offices.until_state(&id, "received").await;
    assert_eq!(done["path"], "BDC-DA-001/契约（一）.pdf", "{done}");
    assert_eq!((&done["provider_clean"], &done["receiver_clean"]), (&json!(true), &json!(true)));
    assert_eq!(done["digest"], plan::sha256_hex(&deed));
    assert_eq!(std::fs::read(offices.inbox().join("BDC-DA-001/契约（一）.pdf")).unwrap(), deed);
    // The provider sees that it was received, not where it lies.
    let theirs = offices.show(Who::ProviderHead, &id).await;
    assert_eq!((&theirs["state"], &theirs["path"]), (&json!("received"), &Value::Null));
    stranger.get(&format!("/api/v1/handovers/{id}")).await.refused(404, "handover.not_found");

    // The proof, and no name of a document in it.
    for kind in ["exchange.file.received", "exchange.file.listed"] {
        let list = format!("/api/v1/evidence?kind={kind}&grant={grant}");
        until("the list of evidence to follow", async || {
            let seen = offices.seeded.as_(Who::ProviderHead).get(&list).await.ok();
            (seen["total"] == 1).then_some(())
        })
        .await;
    }
    let entry = format!("/api/v1/evidence/{}", done["first_index"]);
    let seen = offices.seeded.as_(Who::Auditor).get(&entry).await.ok();
    assert!(!seen["leaf"].to_string().contains("契约"), "{seen}");
    // What is not covered is not handed over, whatever its name.
    for document in ["older.pdf", "2026/none.pdf", "2026/../older.pdf", "../../hub.toml"] {
        let id = offices.ask(&offices.body(&grant, document)).await;
        let failed = offices.until_state(&id, "failed").await;
        assert_eq!(failed["notice"]["code"], "document.unknown", "{failed}");
    }
    let mut other = offices.body(&grant, "2026/other.pdf");
    other["purpose"]["matter"] = json!("MZ-DB-999");
    operator.post("/api/v1/handovers", &other).await.refused(403, "authorise.purpose");

    // Its time runs out, and it is removed.
    let removed = offices.until_state(&id, "removed").await;
    assert_eq!(removed["removed"], "deleted", "{removed}");
    assert_eq!(offices.seen(), Vec::<PathBuf>::new());
    assert!(offices.hub.log_dir().exists());
}

/// A document arrives as it is, only when the grant covers it; scanned on both sides, proved, receipted, and removed when its time is
/// over. With the hub on SQLite.
#[test]
fn a_document_arrives() {
    run(arrives(Backing::Sqlite));
}

/// The same with the hub on PostgreSQL.
#[test]
fn a_document_arrives_on_postgres() {
    run(arrives(Backing::Postgres));
}

/// An offer goes on only when the consumer says where to; what is infected on either side is not handed over; what was declined is
/// over.
#[test]
fn offers_and_viruses() {
    run(async {
        let offices = Offices::raise(Backing::Sqlite).await;
        let _consumer = offices.consumer().await;
        offices.put("2026/a.pdf", b"clean");
        offices.put("2026/sent.bin", b"an EICAR test");
        offices.put("2026/taken.bin", b"a TROJAN that only the receiver's scanner knows");
        let grant = offices.grant().await;
        let provider = offices.seeded.as_(Who::ProviderOperator);
        let consumer = offices.seeded.as_(Who::ConsumerHead);
        let mut offer = offices.body(&grant, "2026/a.pdf");
        offer.as_object_mut().unwrap().remove("to");
        let offered = provider.post("/api/v1/handovers", &offer).await.ok();
        assert_eq!((&offered["state"], &offered["offered"]), (&json!("offered"), &json!(true)));
        let path = format!("/api/v1/handovers/{}", offered["id"].as_str().unwrap());
        let to = json!({"agent_id": offices.consumer_agent, "target": "inbox"});
        provider.post(&format!("{path}/accept"), &to).await.refused(403, "actor.role");
        let foreign = json!({"agent_id": offices.seeded.agent_id, "target": "inbox"});
        consumer.post(&format!("{path}/accept"), &foreign).await.refused(404, "agent.not_found");
        consumer.post(&format!("{path}/accept"), &to).await.ok();
        offices.until_state(offered["id"].as_str().unwrap(), "received").await;
        consumer.post(&format!("{path}/decline"), &json!({})).await.refused(409, "handover.state");

        let again = provider.post("/api/v1/handovers", &offer).await.ok();
        let path = format!("/api/v1/handovers/{}", again["id"].as_str().unwrap());
        let declined = consumer.post(&format!("{path}/decline"), &json!({"reason": "已有"})).await.ok();
        assert_eq!(declined["state"], "declined");

        for document in ["2026/sent.bin", "2026/taken.bin"] {
            let id = offices.ask(&offices.body(&grant, document)).await;
            let failed = offices.until_state(&id, "failed").await;
            assert_eq!(failed["notice"]["code"], "document.infected", "{failed}");
        }
        assert_eq!(offices.seen().len(), 1, "only the clean one");
        let parts = std::fs::read_dir(offices.inbox().join(".gt")).unwrap();
        let parts =
            parts.filter(|one| one.as_ref().unwrap().path().extension().is_some_and(|end| end == "part"));
        assert_eq!(parts.count(), 0, "what is infected is thrown away");
    });
}

/// A large document whose receiver is killed again and again goes on where it stood, and arrives whole. A grant that is revoked
/// in the middle stops it within a second, and nothing of it stays.
#[test]
fn a_large_document_goes_on_and_stops() {
    run(async {
        let offices = Offices::raise(Backing::Sqlite).await;
        let large = pattern(160_000_000, 7);
        offices.put("2026/large.zip", &large);
        let grant = offices.grant().await;
        let mut consumer = AgentProcess::join(&offices.consumer_config, &offices.join_code);
        offices.consumer_connected().await;
        let id = offices.ask(&offices.body(&grant, "2026/large.zip")).await;
        let part = offices.inbox().join(format!(".gt/{id}.part"));
        let length = || part.metadata().map(|meta| meta.len()).unwrap_or(0);
        let mut stood = 0;
        for round in 1..=3_u64 {
            until("some more of it to arrive", async || (length() > stood + 20_000_000).then_some(())).await;
            consumer.kill().await;
            assert!(length() >= stood, "round {round}: what was there is kept");
            stood = length();
            assert_eq!(offices.seen(), Vec::<PathBuf>::new(), "nothing is seen before it is whole");
            consumer.up();
            offices.consumer_connected().await;
        }
        let done = offices.until_state(&id, "received").await;
        assert_eq!(done["digest"], plan::sha256_hex(&large));
        assert_eq!(std::fs::read(offices.seen().first().unwrap()).unwrap(), large);
        let resumed = format!("/api/v1/evidence?kind=exchange.file.resumed&grant={grant}");
        let seen = offices.seeded.as_(Who::Auditor).get(&resumed).await.ok();
        assert!(seen["total"].as_u64().unwrap() >= 3, "{seen}");

        let id = offices.ask(&offices.body(&grant, "2026/large.zip")).await;
        let part = offices.inbox().join(format!(".gt/{id}.part"));
        let arriving = || part.metadata().is_ok_and(|meta| meta.len() > 8_000_000);
        until("it to be on its way", async || arriving().then_some(())).await;
        // Called off, it does not begin again.
        let called_off = offices.ask(&offices.body(&grant, "2026/large.zip")).await;
        let its_part = offices.inbox().join(format!(".gt/{called_off}.part"));
        until("the other to be on its way", async || its_part.exists().then_some(())).await;
        let operator = offices.seeded.as_(Who::ConsumerOperator);
        operator.post(&format!("/api/v1/handovers/{called_off}/cancel"), &json!({})).await.ok();
        until("what had arrived of it to be thrown away", async || (!its_part.exists()).then_some(())).await;
        offices.seeded.change(&grant, "revoke").await;
        let since = std::time::Instant::now();
        let failed = offices.until_state(&id, "failed").await;
        assert!(since.elapsed() < std::time::Duration::from_secs(2), "{:?}", since.elapsed());
        assert!(failed["notice"]["code"].as_str().unwrap().starts_with("authorise."), "{failed}");
        until("what had arrived to be thrown away", async || (!part.exists()).then_some(())).await;
        assert_eq!(offices.show(Who::ConsumerOperator, &called_off).await["state"], "cancelled");
        assert_eq!(offices.seen().len(), 1, "the one that was received before stays");
    });
}
