//! Registers an organisation.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::{Actor, Result, Role};
use standards::note::Parsed;

use crate::Catalog;
use crate::model::{Organisation, OrganisationInput};
use crate::store;

impl Catalog {
    /// Registers an organisation. Platform operators only.
    ///
    /// # Errors
    /// `actor.role`, or `input.invalid` with every wrong field, or `catalog.organisation.duplicate`.
    pub async fn create_organisation(&self, actor: &Actor, input: OrganisationInput) -> Result<Organisation> {
        if !matches!(actor, Actor::System) {
            actor.require(&[Role::PlatformOperator])?;
        }
        let known = self.organisations().await?;
        let mut fields = Fields::default();
        fields.text("name", &input.name, 100);
        let short_name = input.short_name.unwrap_or_else(|| input.name.clone());
        fields.text("short_name", &short_name, 100);
        let credit_code = match standards::credit_code::parse(&input.credit_code) {
            Parsed::Valid(code) | Parsed::Repaired(code, _) => code.as_str().to_owned(),
            Parsed::Invalid(notes) => {
                for note in notes {
                    fields.push("credit_code", note.code, note.zh, note.en);
                }
                String::new()
            }
        };
        let region = standards::region::parse(&input.region);
        if region.value().is_none() {
            for note in region.notes() {
                fields.push("region", note.code, note.zh.clone(), note.en.clone());
            }
        }
        if let Some(parent) = &input.parent_id {
            fields.check(
                known.get(parent).is_some(),
                "parent_id",
                "catalog.organisation.parent",
                "没有这个上级机构，请重新选择。",
                "No such organisation above; choose again.",
            );
        }
        // Characters 9 to 16 of a credit code are the organisation code, unique in the country.
        let from_credit = || credit_code.get(8..16).unwrap_or_default().to_owned();
        let short_code = input.short_code.unwrap_or_else(from_credit);
        fields.check(
            credit_code.is_empty()
                || ((2..=8).contains(&short_code.len())
                    && short_code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())),
            "short_code",
            "catalog.organisation.short_code",
            "机构简码须为2至8个大写字母或数字，例如 GA。",
            "A short code has 2 to 8 capitals or digits, for example GA.",
        );
        fields.finish()?;
        let organisation = Organisation {
            id: self.kernel.new_id(),
            name: input.name.trim().to_owned(),
            short_name: short_name.trim().to_owned(),
            short_code,
            credit_code,
            parent_id: input.parent_id,
            kind: input.kind,
            region: region.into_value().map(|code| code.to_string()).unwrap_or_default(),
            disabled: false,
        };
        let tx = self.kernel.begin().await?;
        let (same_credit, same_short) =
            store::organisation::exists(tx.connection(), &organisation.credit_code, &organisation.short_code)
                .await?;
        let mut fields = Fields::default();
        fields.check(
            !same_credit,
            "credit_code",
            "catalog.organisation.duplicate",
            "此统一社会信用代码的机构已登记，请打开原记录。",
            "An organisation with this credit code is registered already; open it.",
        );
        fields.check(
            !same_short,
            "short_code",
            "catalog.organisation.duplicate",
            "此机构简码已被使用，请换一个。",
            "This short code is taken; choose another.",
        );
        fields.finish()?;
        store::organisation::insert(tx.connection(), &organisation).await?;
        let leaf = Leaf {
            provider: Some(organisation.credit_code.clone()),
            ..Leaf::of("catalog.organisation.created")
        };
        tx.record(actor, leaf, None, Some(organisation.name.clone())).await?;
        tx.commit().await?;
        self.refresh_organisations().await?;
        Ok(organisation)
    }
}
