//! Silence on a need escalates by itself, as with requests.

use async_trait::async_trait;
use kernel::error::Result;
use kernel::follow_up::Handler;
use kernel::ids::OrganisationId;
use kernel::{Actor, Role};

use crate::model::{NeedId, Step};
use crate::store;
use crate::store::need::Need;
use crate::usecase::request::{STAFF, escalate};
use crate::{NEED_CLOCK, Sharing};

/// Climbs the ladder of needs.
pub(crate) struct NeedClock(pub Sharing);

#[async_trait]
impl Handler for NeedClock {
    fn kind(&self) -> &'static str {
        NEED_CLOCK
    }
    async fn run(&self, work: &str) -> Result<()> {
        let Some((id, number, step)) = escalate::parse(work) else { return Ok(()) };
        let Some(need) = store::need::find(&self.0.kernel.db, &NeedId(id.to_owned())).await? else {
            return Ok(());
        };
        let clock = &need.clock;
        if clock.number != number || clock.stage.is_none() || clock.step >= step.number() {
            return Ok(());
        }
        self.0.climb_need(need, step).await
    }
}

impl Sharing {
    async fn climb_need(&self, mut need: Need, step: Step) -> Result<()> {
        need.clock.step = step.number();
        let stage = need.clock.stage.map_or(("", ""), |stage| (stage.zh(), stage.en()));
        let due = kernel::working_time::day_of(need.clock.due_ms);
        let title = need.content.title.clone();
        let (kind, zh, en) = match step {
            Step::None => return Ok(()),
            Step::Reminded => (
                "sharing.need.reminded",
                format!("数据需求“{title}”须在 {due} 前{}。", stage.0),
                format!("The need “{title}”: {} is due on {due}.", stage.1),
            ),
            Step::Head => (
                "sharing.need.head_told",
                format!("数据需求“{title}”已于 {due} 到期，尚未{}，请督办。", stage.0),
                format!("The need “{title}”: {} was due on {due}; see to it.", stage.1),
            ),
            Step::Authority => (
                "sharing.need.authority_told",
                format!("数据需求“{title}”逾期未{}，请指定责任单位或者督办。", stage.0),
                format!("The need “{title}” is late: {} was due on {due}.", stage.1),
            ),
            Step::Overdue => {
                need.clock.overdue += 1;
                (
                    "sharing.need.overdue",
                    format!("数据需求“{title}”已记为超期（应于 {due} {}）。", stage.0),
                    format!("The need “{title}” was marked overdue ({} was due on {due}).", stage.1),
                )
            }
        };
        let tx = self.kernel.begin().await?;
        self.write_need(&tx, &Actor::System, &mut need, kind, None).await?;
        // While nobody is responsible every department is asked.
        let responsible: Option<&OrganisationId> = need.responsible_id.as_ref();
        let (to, roles): (_, &[Role]) = match step {
            Step::None | Step::Reminded => (responsible, STAFF),
            Step::Head => (responsible, &[Role::DepartmentHead]),
            Step::Authority | Step::Overdue => (None, &[Role::BusinessOperator]),
        };
        self.tell_need(&tx, &need, to, roles, kind, (zh, en)).await?;
        tx.commit().await
    }
}
