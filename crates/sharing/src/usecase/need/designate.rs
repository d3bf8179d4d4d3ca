//! The data authority names the responsible department (责任单位) of a need.

use kernel::error::{Error, Result};
use kernel::{Actor, Role};

use crate::Sharing;
use crate::model::{DesignateInput, NeedId, NeedState, NeedView, Stage};
use crate::settings;
use crate::usecase::request::{STAFF, worded};

impl Sharing {
    /// Names the responsible department; it then has to list the data.
    ///
    /// # Errors
    /// `need.not_found`, `actor.*`, `need.state`, `organisation.not_found`, `need.own`, `input.invalid`.
    pub async fn designate(&self, actor: &Actor, id: &NeedId, input: DesignateInput) -> Result<NeedView> {
        let mut need = self.open_need(actor, id).await?;
        actor.require(&[Role::BusinessOperator])?;
        worded("reason", &input.reason)?;
        Self::need_in(&need, &[NeedState::Open, NeedState::Committed, NeedState::Designated])?;
        let organisations = self.catalog.organisations().await?;
        let known = organisations.get(&input.organisation_id).filter(|one| organisations.is_active(&one.id));
        let known = known.ok_or_else(|| Error::missing(&input.organisation_id))?;
        if known.id == need.consumer_id {
            return Err(Error::forbidden(
                "need.own",
                "责任单位不能是提出需求的部门。",
                "The department that needs the data cannot be responsible for it.",
            ));
        }
        need.state = NeedState::Designated;
        need.responsible_id = Some(known.id.clone());
        let days = self.kernel.days(&settings::LISTING).await?;
        need.clock.start(Stage::Listing, days, self.kernel.now_ms());
        let title = need.content.title.clone();
        let tx = self.kernel.begin().await?;
        self.write_need(&tx, actor, &mut need, "sharing.need.designated", Some(&input.reason)).await?;
        let words = (
            format!("本单位被指定为“{title}”的责任单位，请按期编目：{}", input.reason),
            format!("Your department is responsible for “{title}”; list it in time: {}", input.reason),
        );
        self.tell_need(&tx, &need, Some(&known.id), STAFF, "sharing.need.designated", words).await?;
        let words = (
            format!("“{title}”的责任单位为{}。", known.name),
            format!("{} is responsible for “{title}”.", known.name),
        );
        self.tell_need(&tx, &need, Some(&need.consumer_id), STAFF, "sharing.need.designated", words).await?;
        tx.commit().await?;
        self.view_need(actor, id).await
    }
}
