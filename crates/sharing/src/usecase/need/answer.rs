//! A department answers a need: we hold it and will list it, or we do not hold it.

use kernel::Actor;
use kernel::error::{Error, Fields, Result};

use crate::Sharing;
use crate::model::{AnswerInput, NeedId, NeedState, NeedView, Stage};
use crate::settings;
use crate::store;
use crate::usecase::request::STAFF;

impl Sharing {
    /// Answers a need, once for each department. The first that holds the data becomes responsible for listing it.
    ///
    /// # Errors
    /// `need.not_found`, `actor.*`, `need.state`, `need.own`, `need.answered`, `input.invalid`.
    pub async fn answer_need(&self, actor: &Actor, id: &NeedId, input: AnswerInput) -> Result<NeedView> {
        let mut need = self.open_need(actor, id).await?;
        actor.require(STAFF)?;
        let Some(own) = actor.organisation() else { return Err(Error::missing(id)) };
        if own.id == need.consumer_id {
            return Err(Error::forbidden(
                "need.own",
                "不能应答本部门发布的需求。",
                "A department does not answer its own need.",
            ));
        }
        Self::need_in(&need, &[NeedState::Open, NeedState::Committed])?;
        let now_ms = self.kernel.now_ms();
        let days = self.listing_days(input.list_by_ms, &input, now_ms).await?;
        let answers = store::need::answers(&self.kernel.db, std::slice::from_ref(id)).await?;
        if answers.iter().any(|answer| answer.organisation_id == own.id) {
            return Err(Error::conflict(
                "need.answered",
                "本部门已经应答过此需求。",
                "Your department has answered this need already.",
            ));
        }
        let commits = input.holds && need.state == NeedState::Open;
        if commits {
            need.state = NeedState::Committed;
            need.responsible_id = Some(own.id.clone());
            need.clock.start(Stage::Listing, days, now_ms);
        }
        let kind = if input.holds { "sharing.need.answered_yes" } else { "sharing.need.answered_no" };
        let (zh, en) = if input.holds {
            (format!("{}掌握并承诺编目", own.name), format!("{} holds it and will list it", own.name))
        } else {
            (format!("{}不掌握：{}", own.name, input.reason), format!("{} does not hold it", own.name))
        };
        let tx = self.kernel.begin().await?;
        let row = store::need::answer::Model {
            need_id: id.clone(),
            organisation_id: own.id.clone(),
            holds: input.holds,
            reason: input.reason.clone(),
            time_ms: now_ms,
        };
        store::need::put_answer(tx.connection(), row).await?;
        if commits {
            self.write_need(&tx, actor, &mut need, kind, Some(&input.reason)).await?;
        } else {
            self.note_need(&tx, actor, &need, kind, Some(&input.reason)).await?;
        }
        if input.holds {
            let title = &need.content.title;
            let words = (format!("“{title}”：{zh}。"), format!("“{title}”: {en}."));
            let to = Some(&need.consumer_id);
            self.tell_need(&tx, &need, to, STAFF, "sharing.need.answered", words).await?;
        }
        tx.commit().await?;
        self.view_need(actor, id).await
    }

    /// Working days until the promised day, within what is allowed.
    async fn listing_days(&self, by_ms: Option<i64>, input: &AnswerInput, now_ms: i64) -> Result<u32> {
        let most = self.kernel.days(&settings::LISTING).await?;
        let mut fields = Fields::default();
        fields.text("reason", &input.reason, 500);
        let asked =
            by_ms.map(|by| kernel::working_time::working_days_between(now_ms, by.min(now_ms + YEAR_MS)));
        let days = asked.map_or(Some(most), |days| u32::try_from(days).ok().filter(|days| *days <= most));
        if days.is_none() {
            fields.push(
                "list_by_ms",
                "need.list_by",
                format!("承诺编目的日期须在今后 {most} 个工作日之内。"),
                format!("The promised day must lie within {most} working days."),
            );
        }
        fields.finish()?;
        Ok(days.unwrap_or(most))
    }
}

/// Days are not counted further than this, whatever time somebody names.
const YEAR_MS: i64 = 366 * 86_400_000;
