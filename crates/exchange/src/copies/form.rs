//! What a subscription must say for its rows to be held at the hub.

use kernel::Error;
use kernel::error::Fields;
use plan::batch::Standing;

use super::Copies;
use crate::subscriptions::SubscriptionId;
use crate::subscriptions::model::{InvalidView, MethodView, SubscriptionInput};

/// Where rows are held, in sentences about a place of delivery.
pub(crate) const PLACE: &str = "平台留存副本";

/// Rules on the form of a subscription that the hub itself holds.
pub(crate) fn check_form(fields: &mut Fields, input: &SubscriptionInput) {
    fields.check(
        input.agent_id.is_none() && input.target.is_empty() && input.table.is_empty(),
        "hold",
        "subscription.hold_place",
        "留存副本存放在平台上，请不要再填前置机、投递目标和表名。",
        "A held copy stands at the hub; leave out agent, target and table.",
    );
    fields.check(
        input.method == MethodView::Full,
        "method",
        "subscription.hold_full",
        "留存副本只支持“全量”：请把读取方式改为全量，并设定定时更新。",
        "A held copy is always read in full; choose the method “full” and a schedule.",
    );
    fields.check(
        input.invalid == InvalidView::Flag,
        "invalid",
        "subscription.hold_flag",
        "留存副本要能统计全部记录：请把不合规数据的处理方式改为“标记”。",
        "A held copy counts every row; choose to flag what is not valid rather than hold it back.",
    );
}

/// A run that compares with the source would need the copy as a table of an agent.
pub(crate) fn compare_by_copies() -> Error {
    Error::conflict(
        "copy.compare",
        "留存副本不与源表逐条比对：请先运行一次更新，再用“与上一次留存比对”查看变化。",
        "A held copy is not compared with its source; run the subscription, then compare the copy with its state before.",
    )
}

impl Copies {
    /// How the copy of a subscription stands, as a target's agent would tell it.
    pub(crate) fn standing(&self, subscription: &str) -> Standing {
        let newest = self.newest(&SubscriptionId(subscription.to_owned()));
        Standing {
            creates: newest.is_none(),
            rows: newest.as_ref().map_or(0, |copy| copy.rows),
            run: newest.map(|copy| copy.run.0.clone()),
            ..Standing::default()
        }
    }
}
