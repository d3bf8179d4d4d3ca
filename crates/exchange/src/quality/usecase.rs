//! Looking at a resource's data, and reading what was seen.

use std::time::Duration;

use catalog::model::{Mount, Resource};
use kernel::evidence::Leaf;
use kernel::ids::ResourceId;
use kernel::{Actor, Error, Result, Role};
use wire::proto::{ProfileTable, metadata_request::What};

use super::derive;
use super::model::QualityReport;
use super::profile::Profile;
use super::schedule::{Turn, next_look};
use super::store;
use crate::Exchange;

/// Rows of the sample.
const SAMPLE_ROWS: u32 = 1_000;

/// What there is to look at.
pub(super) struct Subject {
    pub resource: Resource,
    pub mount: Mount,
}

impl Exchange {
    /// The newest report on a resource, for whoever may see the resource.
    ///
    /// # Errors
    /// `resource.not_found`, `quality.not_taken`.
    pub async fn quality(&self, actor: &Actor, id: &ResourceId) -> Result<QualityReport> {
        let resource = self.catalog.read_resource(actor, id).await?;
        let row = store::find(&self.kernel.db, id).await?;
        let report = row.as_ref().map(store::report).transpose()?.flatten().ok_or_else(not_taken)?;
        Ok(derive::as_of_today(report, &resource))
    }

    /// Looks at a resource's data now, and keeps the report in place of the last one.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `quality.not_mounted`, `link.*`, and why the agent refused.
    pub async fn take_quality(&self, actor: &Actor, id: &ResourceId) -> Result<QualityReport> {
        let known = self.catalog.read_resource(actor, id).await?;
        // Only the department's own people look into its tables; nobody of the platform does.
        actor.require_in(&known.organisation_id, &[Role::DepartmentOperator, Role::DepartmentHead])?;
        let subject = self.quality_subject(id).await?.ok_or_else(not_mounted)?;
        let due_ms = store::find(&self.kernel.db, id).await?.map(|row| row.due_ms);
        let seen = self.look(&subject, crate::agents::metadata::PATIENCE).await?;
        self.keep(actor, &subject.resource, &seen, due_ms).await?;
        Ok(seen)
    }

    /// The resource with the mount in force, if it has one.
    pub(super) async fn quality_subject(&self, id: &ResourceId) -> Result<Option<Subject>> {
        let Some(resource) = self.catalog.resource(id).await? else { return Ok(None) };
        let mount = resource.mount.as_ref().map(|view| view.mount.clone());
        Ok(mount.map(|mount| Subject { resource, mount }))
    }

    /// Asks the agent and derives the report.
    pub(super) async fn look(&self, subject: &Subject, patience: Duration) -> Result<QualityReport> {
        let Subject { resource, mount } = subject;
        let agent = crate::store::find(&self.kernel.db, &mount.agent_id).await?;
        // A mount on another department's agent was never accepted; it is not looked at either.
        let agent = agent
            .filter(|agent| agent.organisation_id == resource.organisation_id)
            .ok_or_else(|| Error::missing(&mount.agent_id))?;
        let what = What::Profile(ProfileTable { table: mount.table.clone(), sample_rows: SAMPLE_ROWS });
        let json = self.ask_agent(&agent, &mount.source, what, patience).await?;
        let profile: Profile = serde_json::from_value(json).map_err(|error| {
            Error::upstream(
                "agent.metadata",
                "前置机给出的探查结果无法读取，请联系该部门升级前置机后重试。",
                "The agent's profile cannot be read; ask the department to update its agent, then try again.",
            )
            .caused_by(error)
        })?;
        Ok(derive::report(resource, mount, &profile, self.kernel.now_ms()))
    }

    /// Keeps a report, with evidence that somebody looked and of how much, and leaves the next look, unless one was planned
    /// since the last was due at `due_ms`: the mount may have changed under the eyes of this one.
    pub(super) async fn keep(
        &self,
        actor: &Actor,
        resource: &Resource,
        report: &QualityReport,
        due_ms: Option<i64>,
    ) -> Result<()> {
        let next_ms = next_look(&self.kernel, report.taken_ms, report.taken_ms).await?;
        let leaf = Leaf {
            provider: Some(resource.organisation_credit_code.clone()),
            resource: Some(resource.code.clone()),
            ..Leaf::of("exchange.quality.reported")
        };
        let detail = format!("{} items, {} rows looked at", report.items.len(), report.sampled_rows);
        let tx = self.kernel.begin().await?;
        let planned = store::find(tx.connection(), &resource.id).await?.map(|row| row.due_ms);
        if let Some(planned_ms) = planned.filter(|_| planned != due_ms) {
            store::replace(tx.connection(), report, planned_ms).await?;
        } else {
            store::replace(tx.connection(), report, next_ms).await?;
            Turn { id: resource.id.clone(), due_ms: next_ms, again: true }.leave(&tx).await?;
        }
        tx.record(actor, leaf, None, Some(detail)).await?;
        tx.commit().await
    }
}

fn not_taken() -> Error {
    Error::not_found(
        "quality.not_taken",
        "这个资源还没有数据质量报告：发布并挂接后由前置机自动抽样生成，也可请提供部门现在检查。",
        "There is no quality report on this resource yet: it is taken by itself once the resource is published and \
         mounted, or when its department looks.",
    )
}

fn not_mounted() -> Error {
    Error::conflict(
        "quality.not_mounted",
        "这个资源还没有生效的挂接，没有数据可以检查。请先挂接，审核通过后再试。",
        "No mount of this resource is in force, so there is no data to look at; mount it and have the mount approved first.",
    )
}
