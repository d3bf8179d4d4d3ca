//! Returns an entry with reasons: the head before he signs, the data authority after.

use kernel::error::Fields;
use kernel::ids::ResourceId;
use kernel::notice::Notice;
use kernel::settings::{ChoiceValue, Setting};
use kernel::{Actor, Result, Role};
use serde::Deserialize;

use super::{expect_state, link, require_in};
use crate::model::{Resource, ResourceState};
use crate::settings::RETURN_REASONS;
use crate::{Catalog, store};

/// Why something is returned.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnInput {
    /// Codes out of the list of reasons, at least one.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// What is to be mended, in words.
    #[serde(default)]
    pub text: String,
}

impl Catalog {
    /// Reasons that are in the list, and a text.
    pub(super) async fn checked_return(&self, given: ReturnInput) -> Result<(Vec<ChoiceValue>, String)> {
        let mut fields = Fields::default();
        fields.text("text", &given.text, 500);
        let chosen = self.chosen(&RETURN_REASONS, &given.reasons, "reasons", &mut fields).await?;
        fields.finish()?;
        Ok((chosen, given.text.trim().to_owned()))
    }

    /// The entries of a list with these codes; at least one, and none that is not there.
    pub(super) async fn chosen(
        &self,
        list: &Setting,
        codes: &[String],
        path: &str,
        fields: &mut Fields,
    ) -> Result<Vec<ChoiceValue>> {
        let known = self.kernel.choices(list).await?;
        let chosen: Vec<_> = known.iter().filter(|one| codes.contains(&one.code)).cloned().collect();
        let strange = codes.iter().any(|code| !known.iter().any(|one| one.code == *code));
        if chosen.is_empty() || strange {
            let zh: Vec<_> = known.iter().map(|one| format!("{}（{}）", one.zh, one.code)).collect();
            let en: Vec<_> = known.iter().map(|one| format!("{} ({})", one.en, one.code)).collect();
            fields.push(
                path,
                "catalog.reason.not_listed",
                format!("请从列表中选择：{}。", zh.join("、")),
                format!("Choose from the list: {}.", en.join("; ")),
            );
        }
        Ok(chosen)
    }

    /// Returns an entry to the department's operator.
    ///
    /// # Errors
    /// `resource.not_found`, `actor.*`, `catalog.resource.state`, or `input.invalid` without listed reason and text.
    pub async fn return_resource(
        &self,
        actor: &Actor,
        id: &ResourceId,
        given: ReturnInput,
    ) -> Result<Resource> {
        let known = self.known(actor, id).await?;
        require_in(actor, &known.organisation_id, &[Role::DepartmentHead, Role::BusinessOperator])?;
        let (reasons, text) = self.checked_return(given).await?;
        let leaf = self.leaf("catalog.resource.returned", &known).await?;

        let tx = self.kernel.begin().await?;
        let mut run = store::run::load(tx.connection(), id).await?;
        // The head judges before his signature, the authority after it.
        let states: &[ResourceState] = if actor.has_role(&[Role::DepartmentHead]) {
            &[ResourceState::Signing]
        } else {
            &[ResourceState::UnderReview, ResourceState::AwaitingPublication]
        };
        expect_state(&run, states)?;
        let now = self.kernel.now_ms();
        let codes = reasons.iter().map(|one| one.code.clone()).collect();
        let words: Vec<_> = reasons.iter().map(|one| one.zh.as_str()).collect();
        let flow = run.flow().clone().returned(actor, now, codes, text.clone());
        run.step(ResourceState::Returned, flow);
        tx.notify(Notice {
            organisation: Some(&known.organisation_id),
            roles: &[Role::DepartmentOperator, Role::DepartmentHead],
            kind: "catalog.returned",
            link: link(id),
            zh: format!("目录“{}”已退回（{}）：{text}", run.entry().name, words.join("、")),
            en: format!("The entry \"{}\" was returned: {text}", run.entry().name),
        })
        .await?;
        store::run::save(tx.connection(), &mut run, now).await?;
        tx.record(actor, leaf, Some(&text), Some(words.join("、"))).await?;
        tx.commit().await?;
        self.read_resource(actor, id).await
    }
}
