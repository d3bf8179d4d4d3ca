//! The path: every movement of data takes it, and nothing else moves data.
//!
//! identify → authorise → fetch → standardise → minimise → record → deliver; see [`path`]. Beside it the agents it
//! reaches ([`agents`]), the pins they are offered ([`pins`]), the evidence as its parties read it ([`evidence`]), and how
//! good a resource's data is ([`quality`]).

pub mod agents;
mod breaker;
mod carriage;
pub mod copies;
pub mod documents;
pub mod evidence;
mod leave;
mod migration;
pub mod model;
pub mod overview;
pub mod path;
pub mod pins;
pub mod quality;
mod quota;
mod retries;
pub mod routes;
mod start;
pub mod store;
pub mod subscriptions;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use kernel::Kernel;
use kernel::error::{Error, Result};
use kernel::module::{EvidenceKind, Module};
use ledger::{NoteCache, VerifierKey};
pub use migration::migrations;
use parking_lot::RwLock;
use tokio::sync::{Semaphore, SemaphorePermit};
use wire::hub::{Agents, HubCa};

/// Kinds of evidence written here.
pub const EVIDENCE: &[EvidenceKind] = &[
    EvidenceKind { kind: "exchange.query", zh: "查询数据", en: "Data queried" },
    EvidenceKind { kind: "exchange.verify", zh: "核验数据", en: "Data verified" },
    EvidenceKind { kind: "exchange.retry", zh: "重试同一调用", en: "Same call retried" },
    EvidenceKind { kind: "exchange.refused", zh: "拒绝调用", en: "Call refused" },
    EvidenceKind { kind: "exchange.agent.created", zh: "登记前置机", en: "Agent registered" },
    EvidenceKind { kind: "exchange.agent.join_code", zh: "发放前置机接入码", en: "Join code given" },
    EvidenceKind { kind: "exchange.agent.joined", zh: "前置机接入", en: "Agent joined" },
    EvidenceKind { kind: "exchange.agent.disabled", zh: "停用前置机", en: "Agent disabled" },
    EvidenceKind { kind: "exchange.agent.enabled", zh: "启用前置机", en: "Agent enabled" },
    EvidenceKind { kind: "exchange.copy.taken", zh: "更新留存副本", en: "Held copy taken" },
    EvidenceKind { kind: "exchange.copy.deleted", zh: "删除留存副本", en: "Held copy deleted" },
    EvidenceKind { kind: "exchange.copy.counted", zh: "统计留存副本", en: "Held copy counted" },
    EvidenceKind { kind: "exchange.copy.compared", zh: "比对留存副本", en: "Held copies compared" },
    EvidenceKind { kind: "exchange.batch", zh: "投递数据块", en: "Chunk of a table delivered" },
    EvidenceKind {
        kind: "exchange.batch.ended", zh: "库表交换运行结束", en: "Run of a subscription ended"
    },
    EvidenceKind {
        kind: "exchange.batch.compared",
        zh: "比对源表与目标表",
        en: "Source and target compared",
    },
    EvidenceKind { kind: "exchange.subscription.created", zh: "新建订阅", en: "Subscription made" },
    EvidenceKind { kind: "exchange.subscription.paused", zh: "暂停订阅", en: "Subscription paused" },
    EvidenceKind { kind: "exchange.subscription.resumed", zh: "恢复订阅", en: "Subscription resumed" },
    EvidenceKind { kind: "exchange.subscription.ended", zh: "结束订阅", en: "Subscription ended" },
    EvidenceKind {
        kind: "exchange.subscription.started", zh: "手动运行订阅", en: "Run started by hand"
    },
    EvidenceKind { kind: "exchange.file", zh: "交接文件", en: "Document handed over" },
    EvidenceKind {
        kind: "exchange.file.resumed",
        zh: "接着交接文件",
        en: "Handover of a document gone on with",
    },
    EvidenceKind { kind: "exchange.file.listed", zh: "列出文件清单", en: "Documents listed" },
    EvidenceKind { kind: "exchange.file.offered", zh: "提供方递送文件", en: "Document offered" },
    EvidenceKind { kind: "exchange.file.asked", zh: "发起文件交接", en: "Document asked for" },
    EvidenceKind { kind: "exchange.file.received", zh: "文件送达回执", en: "Receipt of a document" },
    EvidenceKind {
        kind: "exchange.file.failed", zh: "文件交接失败", en: "Handover of a document failed"
    },
    EvidenceKind {
        kind: "exchange.file.cancelled",
        zh: "取消文件交接",
        en: "Handover of a document cancelled",
    },
    EvidenceKind {
        kind: "exchange.file.removed", zh: "文件到期清除", en: "Document removed at its end"
    },
    EvidenceKind {
        kind: "exchange.source.changed", zh: "发现源表结构变更", en: "Change of a source found"
    },
    EvidenceKind {
        kind: "exchange.source.mended",
        zh: "源表结构变更已处理",
        en: "Change of a source dealt with",
    },
    EvidenceKind {
        kind: "exchange.quality.reported", zh: "形成数据质量报告", en: "Quality report taken"
    },
];

/// The path and the agents; cheap to clone.
#[derive(Clone)]
pub struct Exchange(Arc<Inner>);

/// What [`Exchange`] points to.
pub struct Inner {
    pub(crate) kernel: Kernel,
    pub(crate) catalog: catalog::Catalog,
    pub(crate) identity: identity::Identity,
    pub(crate) sharing: sharing::Sharing,
    pub(crate) agents: Agents,
    pub(crate) ca: Arc<HubCa>,
    pub(crate) breakers: breaker::Breakers,
    pub(crate) quotas: Arc<quota::Quotas>,
    pub(crate) retries: retries::Retries,
    pub(crate) refusals: retries::Refusals,
    pub(crate) notes: NoteCache,
    pub(crate) live: agents::live::Live,
    pub(crate) going: subscriptions::Going,
    pub(crate) moving: documents::Moving,
    pub(crate) copies: copies::Copies,
    evidence_keys: RwLock<HashMap<String, VerifierKey>>,
    calls: Semaphore,
    link_address: OnceLock<String>,
}

impl std::ops::Deref for Exchange {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Exchange {
    /// The path over catalogue and grants. Call [`Exchange::restore`] before the first call.
    pub fn new(
        kernel: Kernel,
        catalog: catalog::Catalog,
        identity: identity::Identity,
        sharing: sharing::Sharing,
        agents: Agents,
        ca: Arc<HubCa>,
    ) -> Self {
        let limits = &kernel.config.limits;
        let quotas = Arc::new(quota::Quotas::default());
        let counted = quotas.clone();
        let clock = kernel.clock.clone();
        sharing.know_counters(Arc::new(move |grant| counted.used_today(grant, clock.now_ms())));
        let exchange = Self(Arc::new(Inner {
            breakers: breaker::Breakers::new(limits.breaker_failures, limits.breaker_pause_ms),
            calls: Semaphore::new(limits.concurrent_calls),
            quotas,
            retries: retries::Retries::default(),
            refusals: retries::Refusals::default(),
            notes: NoteCache::new(64),
            live: agents::live::Live::default(),
            going: subscriptions::Going::default(),
            moving: documents::Moving::default(),
            copies: copies::Copies::new(&kernel.config.data_dir),
            evidence_keys: RwLock::default(),
            link_address: OnceLock::new(),
            kernel,
            catalog: catalog.clone(),
            identity,
            sharing,
            agents,
            ca,
        }));
        catalog.know_agents(Arc::new(agents::Directory(exchange.kernel.clone())));
        exchange
    }

    /// Tells where agents are to dial, once the link listens.
    pub fn set_link_address(&self, address: String) {
        let _first_call_counts = self.link_address.set(address);
    }

    pub(crate) fn link_address(&self) -> String {
        self.link_address.get().cloned().unwrap_or_else(|| self.kernel.config.link_address())
    }

    /// A place among the calls in flight.
    pub(crate) fn admit_call(&self) -> Result<SemaphorePermit<'_>> {
        self.calls.try_acquire().map_err(|_full| {
            Error::unavailable(
                "call.too_many_in_flight",
                "平台正忙，请稍候几秒再试。",
                "The platform is busy; try again in a few seconds.",
            )
        })
    }

    /// Key of an agent's own evidence log.
    pub(crate) async fn evidence_key(&self, agent_id: &str) -> Result<Option<VerifierKey>> {
        if let Some(key) = self.evidence_keys.read().get(agent_id) {
            return Ok(Some(key.clone()));
        }
        let Some(agent) = store::find(&self.kernel.db, &agent_id.to_owned().into()).await? else {
            return Ok(None);
        };
        let Some(key) = agent.evidence_key.and_then(|text| VerifierKey::parse(&text).ok()) else {
            return Ok(None);
        };
        self.evidence_keys.write().insert(agent_id.to_owned(), key.clone());
        Ok(Some(key))
    }

    pub(crate) fn forget_evidence_key(&self, agent_id: &str) {
        self.evidence_keys.write().remove(agent_id);
    }

    /// Whether a text is a catalogue code rather than something a caller typed.
    pub(crate) async fn knows_resource(&self, code: &str) -> bool {
        matches!(self.catalog.resource_by_code(code).await, Ok(Some(_)))
    }
}

/// This capability as the server sees it.
pub fn module(exchange: &Exchange) -> Module {
    Module {
        name: "exchange",
        routes: routes::router(exchange.clone()),
        handlers: pins::handlers(exchange),
        evidence: EVIDENCE,
        todos: vec![subscriptions::changed::todos(exchange)],
        settings: &[quality::LOOK_DAYS, copies::LEAST],
    }
}
