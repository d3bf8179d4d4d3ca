//! Give a grant (授权): by the provider's head without a request (主动授权), or out of an approved request.

use catalog::model::{Resource, ResourceState, ShareType};
use kernel::error::{Error, Fields, Result};
use kernel::evidence::Leaf;
use kernel::ids::GrantId;
use kernel::{Actor, Role, Tx};

use super::expire;
use super::record::{Happening, Subject};
use super::request::ReadyGrant;
use crate::model::{GrantInput, GrantView, KnownItem, RequestId, check};
use crate::store::{self, Grant};
use crate::{PIN_CHANGED, Sharing};

/// Roles that may give, suspend and revoke grants.
pub(crate) const GRANTORS: &[Role] = &[Role::DepartmentHead, Role::BusinessOperator];

/// The resource hangs on no table.
pub(crate) fn not_mounted() -> Error {
    Error::conflict(
        "grant.not_mounted",
        "资源尚未挂接到业务库，授权后也查不到数据。请先完成挂接。",
        "The resource is not mounted on a department's table; mount it first.",
    )
}

impl Sharing {
    /// Gives a grant on a published, mounted resource of the actor's department.
    ///
    /// # Errors
    /// `grant.*`, every gap at once; `actor.*` when the actor is not the provider's head.
    pub async fn create(&self, actor: &Actor, input: GrantInput) -> Result<GrantView> {
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
        let ready = self.prepare_grant(input, resource).await?;
        let tx = self.kernel.begin().await?;
        self.write_grant(&tx, actor, &ready, None).await?;
        tx.commit().await?;
        self.grant(actor, &ready.id).await
    }

    /// The rules of a grant on a resource.
    ///
    /// # Errors
    /// `input.invalid` with every gap.
    pub(crate) fn check_grant(&self, input: &GrantInput, resource: &Resource) -> Result<()> {
        let known: Vec<_> = resource
            .items
            .iter()
            .map(|item| KnownItem { name: &item.item, withheld: item.share_type == Some(ShareType::None) })
            .collect();
        check(input, &known, self.kernel.now_ms())
    }

    /// Checks everything about a grant, so that writing it cannot fail for a reason of its own.
    ///
    /// # Errors
    /// `grant.*`; `organisation.not_found` for a consumer that is not there or may not act.
    pub(crate) async fn prepare_grant(
        &self,
        mut input: GrantInput,
        resource: Resource,
    ) -> Result<ReadyGrant> {
        self.check_grant(&input, &resource)?;
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
            return Err(not_mounted());
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
        let draft = Grant::draft(&id, &resource.organisation_id, &input, self.kernel.now_ms());
        self.compile(draft, &resource).await?;
        Ok(ReadyGrant { id, input, resource })
    }

    /// Writes a grant that was prepared, with its evidence, the work of telling the agent and the reminders.
    pub(crate) async fn write_grant(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        ready: &ReadyGrant,
        request: Option<&RequestId>,
    ) -> Result<()> {
        let ReadyGrant { id, input, resource } = ready;
        let now_ms = self.kernel.now_ms();
        let provider = &resource.organisation_id;
        store::grant::insert(tx.connection(), id, provider, input, request, now_ms).await?;
        let leaf = Leaf {
            grant: Some(id.0.clone()),
            grant_version: Some(1),
            items: input.items.iter().map(|item| item.item.clone()).collect(),
            matter: input.purposes.first().map(|purpose| purpose.matter.clone()),
            basis: input.purposes.first().map(|purpose| purpose.basis.clone()),
            ..self
                .leaf_between(
                    "sharing.grant.created",
                    &input.consumer_id,
                    Some(provider),
                    Some(&resource.code),
                )
                .await?
        };
        let mut subjects = vec![Subject::Grant(id)];
        subjects.extend(request.map(Subject::Request));
        let detail = serde_json::to_value(input).ok();
        self.happened(tx, actor, &subjects, Happening { leaf, text: None, detail }).await?;
        expire::leave_work(&self.kernel, tx, id, input.valid_until_ms).await?;
        tx.follow_up(PIN_CHANGED, id.as_str()).await
    }
}
