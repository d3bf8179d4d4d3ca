//! The department head signs an entry: he answers for the two assessments, and the review clock starts.

use kernel::ids::ResourceId;
use kernel::notice::Notice;
use kernel::working_time::due_ms;
use kernel::{Actor, Result, Role};
use serde::Deserialize;

use super::escalate::{Silence, watch};
use super::{expect_state, link, require_in};
use crate::model::{Resource, ResourceState, filled};
use crate::settings::REVIEW_DAYS;
use crate::{Catalog, store};

/// What the head adds when he signs.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Outcome of the secrecy assessment; what the entry says already when left out.
    #[serde(default)]
    pub secrecy_assessment: Option<String>,
    /// Outcome of the assessment of the impact on personal information; likewise.
    #[serde(default)]
    pub privacy_assessment: Option<String>,
}

impl Catalog {
    /// Signs an entry of the own department. From now on the data authority's clock runs.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.state`, or `input.invalid` with every gap, among them a
    /// missing assessment.
    pub async fn sign_resource(&self, actor: &Actor, id: &ResourceId, given: Signature) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentHead])?;
        let mut fields = kernel::error::Fields::default();
        for (path, text) in [
            ("secrecy_assessment", &given.secrecy_assessment),
            ("privacy_assessment", &given.privacy_assessment),
        ] {
            crate::model::optional_text(&mut fields, path, text.as_ref(), 1000);
        }
        fields.finish()?;
        let rules = self.rules().await?;
        let days = self.kernel.days(&REVIEW_DAYS).await?;
        let leaf = self.leaf("catalog.resource.signed", &known).await?;

        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        expect_state(&run, &[ResourceState::Signing])?;
        run.assess(filled(given.secrecy_assessment.as_ref()), filled(given.privacy_assessment.as_ref()));
        rules.check(&run.entry(), true)?;
        let now = self.kernel.now_ms();
        let due = due_ms(now, days);
        let flow = run.flow().clone().signed(actor, now, due);
        run.step(ResourceState::UnderReview, flow);
        watch(&tx, Silence::Entry, id, due, 0, due).await?;
        tx.notify(Notice {
            organisation: None,
            roles: &[Role::BusinessOperator],
            kind: "catalog.to_review",
            link: link(id),
            zh: format!("{}报送目录“{}”，请审核。", known.organisation_name, run.entry().name),
            en: format!("{} sent the entry \"{}\" for review.", known.organisation_name, run.entry().name),
        })
        .await?;
        store::run::save(tx.connection(), &mut run, now).await?;
        let entry = run.entry();
        let detail = serde_json::json!({
            "secrecy_assessment": entry.secrecy_assessment, "privacy_assessment": entry.privacy_assessment,
            "share_type": entry.share_type, "grade": entry.grade,
        });
        tx.record(actor, leaf, None, Some(detail.to_string())).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }
}
