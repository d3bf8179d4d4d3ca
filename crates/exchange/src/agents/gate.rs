//! What the link asks the hub: who may join and connect, and where to put what agents report.

use std::net::SocketAddr;

use async_trait::async_trait;
use kernel::Actor;
use kernel::evidence::{Leaf, index};
use kernel::ids::{AgentId, GrantId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use wire::Refusal;
use wire::hub::{AgentGate, DisconnectReason, Enrolled, EvidencePage, IssuedCertificate};
use wire::proto::{EnrolRequest, EvidenceLine, Hello, PinState, SourceHealth};

use super::manage::secret_hash;
use crate::{Exchange, store};

/// The hub behind the link.
pub struct Gate(pub Exchange);

pub(crate) fn disabled() -> Refusal {
    Refusal::new(
        "link.agent_disabled",
        "该前置机已被平台停用，请联系平台运维。",
        "This agent was disabled by the platform; contact the platform operator.",
    )
}

fn internal(error: impl std::fmt::Debug) -> Refusal {
    tracing::error!(error = ?error, "exchange.gate");
    Refusal::new("link.hub_failed", "平台内部出错，请稍后重试。", "The hub failed; try again later.")
}

fn wrong_code() -> Refusal {
    Refusal::new(
        "link.join_code_wrong",
        "接入码不对，或已经用过。请向平台运维要一个新的接入码。",
        "The join code is wrong or was used already; ask the platform operator for a new one.",
    )
}

impl Gate {
    async fn join(&self, request: &EnrolRequest) -> Result<Enrolled, Refusal> {
        let kernel = &self.0.kernel;
        let hash = secret_hash(&request.join_secret);
        let agent = store::by_join_hash(&kernel.db, &hash).await.map_err(internal)?.ok_or_else(wrong_code)?;
        if agent.join_expires_ms.is_none_or(|until| kernel.now_ms() >= until) {
            return Err(Refusal::new(
                "link.join_code_expired",
                "接入码已过期，请向平台运维要一个新的接入码。",
                "The join code has expired; ask the platform operator for a new one.",
            ));
        }
        if agent.disabled {
            return Err(disabled());
        }
        if ledger::VerifierKey::parse(&request.evidence_key).is_err() {
            return Err(Refusal::new(
                "link.evidence_key",
                "前置机没有给出有效的存证公钥，请升级前置机程序。",
                "The agent gave no valid evidence key; update its program.",
            ));
        }
        let organisation = self
            .0
            .catalog
            .organisation(&agent.organisation_id)
            .await
            .map_err(internal)?
            .ok_or_else(|| internal("organisation of the agent is gone"))?;
        let version: String = request.agent_version.chars().take(40).collect();
        let tx = kernel.begin().await.map_err(internal)?;
        let first = store::consume_join(
            tx.connection(),
            &agent.id,
            &hash,
            &request.evidence_key,
            &version,
            kernel.now_ms(),
        )
        .await
        .map_err(internal)?;
        if !first {
            return Err(wrong_code());
        }
        let leaf = Leaf {
            agent: Some(agent.id.0.clone()),
            provider: Some(organisation.credit_code.clone()),
            ..Leaf::of("exchange.agent.joined")
        };
        tx.record(&Actor::System, leaf, None, Some(request.evidence_key.clone())).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        self.0.forget_evidence_key(agent.id.as_str());
        Ok(Enrolled {
            agent_id: agent.id.0,
            agent_name: agent.name,
            organisation: organisation.credit_code,
            organisation_name: organisation.name,
        })
    }
}

#[async_trait]
impl AgentGate for Gate {
    async fn enrol(&self, request: &EnrolRequest, _peer: Option<SocketAddr>) -> Result<Enrolled, Refusal> {
        self.join(request).await
    }

    async fn certificate_issued(
        &self,
        agent_id: &str,
        certificate: &IssuedCertificate,
    ) -> Result<(), Refusal> {
        let id = AgentId(agent_id.to_owned());
        store::set_certificate(&self.0.kernel.db, &id, &certificate.serial, certificate.not_after_ms)
            .await
            .map_err(internal)
    }

    async fn admit(&self, agent_id: &str, certificate_serial: &str) -> Result<(), Refusal> {
        let id = AgentId(agent_id.to_owned());
        let agent = store::find(&self.0.kernel.db, &id).await.map_err(internal)?.ok_or_else(wrong_code)?;
        if agent.disabled {
            return Err(disabled());
        }
        if agent.certificate_serial.as_deref() != Some(certificate_serial) {
            return Err(Refusal::new(
                "link.certificate_replaced",
                "这张证书已被新的证书取代。若不是本部门重新接入所致，请立即联系平台运维。",
                "This certificate was replaced by a newer one. If your department did not join again, call the \
                 platform operator at once.",
            ));
        }
        Ok(())
    }

    async fn evidence(&self, agent_id: &str, from_index: u64, limit: u32) -> Result<EvidencePage, Refusal> {
        index::catch_up(&self.0.kernel).await.map_err(internal)?;
        let limit = u64::from(limit.clamp(1, 1_000));
        let rows = index::Entity::find()
            .filter(index::Column::Agent.eq(agent_id))
            .filter(index::Column::Idx.gte(i64::try_from(from_index).unwrap_or(i64::MAX)))
            .order_by_asc(index::Column::Idx)
            .limit(limit)
            .all(&self.0.kernel.db)
            .await
            .map_err(internal)?;
        let mut page = EvidencePage::default();
        for row in &rows {
            let index = u64::try_from(row.idx).unwrap_or(0);
            let leaf = self.0.kernel.evidence.log().entry(index).map_err(internal)?;
            page.lines.push(EvidenceLine { index, leaf: leaf.into() });
        }
        let full = u64::try_from(rows.len()).is_ok_and(|count| count == limit);
        page.next_index = page.lines.last().filter(|_| full).map_or(0, |line| line.index + 1);
        Ok(page)
    }

    async fn on_hello(&self, agent_id: &str, hello: Hello) {
        tracing::info!(agent_id, version = hello.agent_version, "exchange.agent.connected");
        self.0.live.set(agent_id, hello.sources, hello.targets);
        let held: Vec<_> =
            hello.pins.iter().filter(|pin| pin.state != "revoked").map(|pin| pin.grant.clone()).collect();
        for state in hello.pins {
            self.note(state).await;
        }
        let told = async {
            crate::pins::revoke_stale(&self.0, agent_id, &held).await?;
            crate::pins::offer_all(&self.0, agent_id).await
        };
        if let Err(error) = told.await {
            tracing::error!(agent_id, error = ?error, "exchange.pins.offer");
        }
    }

    async fn on_source_health(&self, agent_id: &str, health: SourceHealth) {
        if health.up {
            self.0.breakers.succeeded(agent_id, &health.name);
        }
        self.0.live.update(agent_id, health);
    }

    async fn on_pin_state(&self, _agent_id: &str, state: PinState) {
        self.note(state).await;
    }

    async fn on_disconnect(&self, agent_id: &str, reason: DisconnectReason) {
        tracing::info!(agent_id, ?reason, "exchange.agent.disconnected");
    }
}

impl Gate {
    async fn note(&self, state: PinState) {
        let grant = GrantId(state.grant);
        if let Err(error) = self.0.sharing.note_pin(&grant, &state.digest, &state.state, &state.reason).await
        {
            tracing::error!(grant = grant.as_str(), error = ?error, "exchange.pins.note");
        }
        if state.state == "accepted"
            && let Err(error) = self.0.pinned_anew(&grant).await
        {
            tracing::error!(grant = grant.as_str(), error = ?error, "exchange.pins.waiting");
        }
    }
}
