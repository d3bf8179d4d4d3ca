//! Post a need for data that nobody lists yet.

use kernel::error::{Error, Result};
use kernel::{Actor, Role};

use crate::Sharing;
use crate::model::{Clock, NeedInput, NeedState, NeedView, Stage, check_need};
use crate::settings;
use crate::store;
use crate::store::need::Need;
use crate::usecase::request::STAFF;

impl Sharing {
    /// Posts a need; every department is asked whether it holds the data.
    ///
    /// # Errors
    /// `actor.*`, `input.invalid`.
    pub async fn post_need(&self, actor: &Actor, input: NeedInput) -> Result<NeedView> {
        actor.require(STAFF)?;
        check_need(&input)?;
        let Some(consumer) = actor.organisation() else {
            return Err(Error::forbidden(
                "actor.organisation",
                "只能以本部门名义发布需求。",
                "A need is posted in the name of a department.",
            ));
        };
        let now_ms = self.kernel.now_ms();
        let mut clock = Clock::default();
        clock.start(Stage::Answer, self.kernel.days(&settings::ANSWER).await?, now_ms);
        let need = Need {
            id: self.kernel.new_id(),
            state: NeedState::Open,
            consumer_id: consumer.id.clone(),
            responsible_id: None,
            resource_id: None,
            content: input,
            closing: None,
            created_ms: now_ms,
            revision: 1,
            clock,
        };
        let tx = self.kernel.begin().await?;
        store::need::insert(tx.connection(), &need).await?;
        self.note_need(&tx, actor, &need, "sharing.need.posted", None).await?;
        self.schedule_need(&tx, &need).await?;
        let words = (
            format!("{}需要“{}”，请应答是否掌握。", consumer.name, need.content.title),
            format!("{} needs “{}”; answer whether you hold it.", consumer.name, need.content.title),
        );
        let roles = [Role::DepartmentOperator, Role::BusinessOperator];
        self.tell_need(&tx, &need, None, &roles, "sharing.need.posted", words).await?;
        tx.commit().await?;
        self.view_need(actor, &need.id).await
    }
}
