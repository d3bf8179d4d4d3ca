//! The responsible department has listed the data: the need is linked to the resource.

use catalog::model::{ResourceState, ShareType};
use kernel::Actor;
use kernel::error::{Error, Result};

use crate::Sharing;
use crate::model::{LinkInput, NeedId, NeedState, NeedView};
use crate::store;
use crate::usecase::request::STAFF;

impl Sharing {
    /// Links the resource that meets a need.
    ///
    /// # Errors
    /// `need.not_found`, `actor.*`, `need.state`, `resource.not_found`, `need.not_listed`.
    pub async fn link_need(&self, actor: &Actor, id: &NeedId, input: LinkInput) -> Result<NeedView> {
        let mut need = self.open_need(actor, id).await?;
        let roles = [STAFF, &[kernel::Role::BusinessOperator]].concat();
        actor.require(&roles)?;
        Self::need_in(&need, &[NeedState::Committed, NeedState::Designated])?;
        let responsible = need.responsible_id.clone().ok_or_else(|| Error::missing(id))?;
        actor.require_in(&responsible, &roles)?;
        let found = if store::storable(input.resource_id.as_str()) {
            self.catalog.resource(&input.resource_id).await?
        } else {
            None
        };
        let resource = found
            .filter(|one| one.organisation_id == responsible)
            .ok_or_else(|| Error::missing(&input.resource_id))?;
        if resource.state != ResourceState::Published || resource.share_type == ShareType::None {
            return Err(Error::conflict(
                "need.not_listed",
                "所选资源尚未发布或者不予共享，需发布后再关联。",
                "The resource is not published or not shared; publish it first.",
            ));
        }
        need.state = NeedState::Listed;
        need.resource_id = Some(resource.id.clone());
        need.clock.stop();
        let title = need.content.title.clone();
        let tx = self.kernel.begin().await?;
        let text = format!("{} {}", resource.code, resource.name);
        self.write_need(&tx, actor, &mut need, "sharing.need.listed", Some(&text)).await?;
        let words = (
            format!("您需要的“{title}”已编目为“{}”，可以申请使用。", resource.name),
            format!("“{title}”, which you need, is listed as “{}”; you can request it.", resource.name),
        );
        self.tell_need(&tx, &need, Some(&need.consumer_id), STAFF, "sharing.need.listed", words).await?;
        tx.commit().await?;
        self.view_need(actor, id).await
    }
}
