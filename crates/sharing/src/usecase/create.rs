//! Give a grant (授权).

use catalog::model::{ResourceState, ShareType};
use kernel::error::{Error, Fields, Result};
use kernel::evidence::Leaf;
use kernel::ids::GrantId;
use kernel::{Actor, Role};

use crate::model::{GrantInput, GrantView, KnownItem, check};
use crate::store::{self, Grant};
use crate::{PIN_CHANGED, Sharing};

/// Roles that may give, suspend and revoke grants.
pub(crate) const GRANTORS: &[Role] = &[Role::DepartmentHead, Role::BusinessOperator];

impl Sharing {
    /// Gives a grant on a published, mounted resource of the actor's department.
    ///
    /// # Errors
    /// `grant.*`, every gap at once; `actor.*` when the actor is not the provider's head.
    pub async fn create(&self, actor: &Actor, mut input: GrantInput) -> Result<GrantView> {
        actor.require(GRANTORS)?;
        // PostgreSQL cannot take the null character, not even to look for it.
        let texts =
            [Some(input.consumer_id.as_str()), Some(input.resource_id.as_str()), input.condition.as_deref()];
        let mut fields = Fields::default();
        for (path, text) in ["consumer_id", "resource_id", "condition"].into_iter().zip(texts) {
            fields.check(
                !text.is_some_and(|text| text.contains('\0')),
                path,
                "field.control_character",
                "此项含有不可见的控制字符，请删除后重填。",
                "Contains invisible control characters; remove them.",
            );
        }
        fields.finish()?;
        let Some(resource) = self.catalog.resource(&input.resource_id).await? else {
            return Err(Error::missing(&input.resource_id));
        };
        actor.require_in(&resource.organisation_id, GRANTORS)?;
        let known: Vec<_> = resource
            .items
            .iter()
            .map(|item| KnownItem { name: &item.item, withheld: item.share_type == Some(ShareType::None) })
            .collect();
        let now_ms = self.kernel.now_ms();
        check(&input, &known, now_ms)?;
        if resource.state != ResourceState::Published {
            return Err(Error::conflict(
                "grant.not_published",
                "资源尚未发布，不能授权。请先发布该资源。",
                "The resource is not published; publish it first.",
            ));
        }
        if resource.share_type == ShareType::None {
            return Err(Error::conflict(
                "grant.not_shared",
                "该资源属不予共享，不能授权。",
                "The resource is not shared and cannot be granted.",
            ));
        }
        if resource.mount.is_none() {
            return Err(Error::conflict(
                "grant.not_mounted",
                "资源尚未挂接到业务库，授权后也查不到数据。请先完成挂接。",
                "The resource is not mounted on a department's table; mount it first.",
            ));
        }
        let consumer = self.catalog.organisation(&input.consumer_id).await?;
        if consumer.is_none_or(|consumer| consumer.disabled) {
            return Err(Error::missing(&input.consumer_id));
        }
        for item in &mut input.items {
            item.zh = resource.item(&item.item).map(|known| known.zh.clone()).unwrap_or_default();
        }
        let id: GrantId = self.kernel.new_id();
        // Compiled before it is written: a grant that cannot be pinned or whose condition is wrong is refused here.
        let draft = Grant::draft(&id, &resource.organisation_id, &input, now_ms);
        self.compile(draft, &resource).await?;

        let tx = self.kernel.begin().await?;
        store::insert(tx.connection(), &id, &resource.organisation_id, &input, now_ms).await?;
        let organisations = self.catalog.organisations().await?;
        let code = |id| organisations.get(id).map(|o| o.credit_code.clone());
        let leaf = Leaf {
            consumer: code(&input.consumer_id),
            provider: code(&resource.organisation_id),
            resource: Some(resource.code.clone()),
            grant: Some(id.0.clone()),
            grant_version: Some(1),
            items: input.items.iter().map(|item| item.item.clone()).collect(),
            matter: input.purposes.first().map(|purpose| purpose.matter.clone()),
            basis: input.purposes.first().map(|purpose| purpose.basis.clone()),
            ..Leaf::of("sharing.grant.created")
        };
        tx.record(actor, leaf, None, serde_json::to_string(&input).ok()).await?;
        tx.follow_up(PIN_CHANGED, id.as_str()).await?;
        tx.commit().await?;
        self.grant(actor, &id).await
    }
}
