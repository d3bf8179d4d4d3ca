//! The provider asks for more time to reply (延期), once.

use kernel::Actor;
use kernel::error::{Error, Fields, Result};

use super::step::{STAFF, To, Written};
use crate::Sharing;
use crate::model::{Extension, ExtensionInput, RequestId, RequestView, Stage};
use crate::settings;

impl Sharing {
    /// Asks the data authority for an extension of the reply to a conditional request, before it is due.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.no_extension`, `request.extension_once`, `input.invalid`.
    pub async fn ask_extension(
        &self,
        actor: &Actor,
        id: &RequestId,
        input: ExtensionInput,
    ) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require_in(&request.provider_id, STAFF)?;
        let now_ms = self.kernel.now_ms();
        if request.extension.is_some() {
            return Err(Error::conflict(
                "request.extension_once",
                "每件申请只能申请延期一次，此件已申请过。",
                "A request can be extended once only, which was asked for already.",
            ));
        }
        let running = request.clock.stage == Some(Stage::Reply) && now_ms <= request.clock.due_ms;
        if request.unconditional || !running {
            return Err(Error::conflict(
                "request.no_extension",
                "只有尚未到期的有条件共享申请可以申请延期。",
                "Only the reply to a conditional request that is not yet due can be extended.",
            ));
        }
        let most = self.kernel.days(&settings::EXTENSION).await?;
        let mut fields = Fields::default();
        if !(1..=most).contains(&input.days) {
            fields.push(
                "days",
                "request.extension_days",
                format!("延期须为 1 至 {most} 个工作日。"),
                format!("An extension lasts 1 to {most} working days."),
            );
        }
        fields.text("reason", &input.reason, 500);
        fields.finish()?;
        request.extension = Some(Extension {
            days: input.days,
            reason: input.reason.clone(),
            agreed: None,
            asked_ms: now_ms,
        });
        let (_, provider) = self.names(&request).await?;
        let detail = Some(serde_json::json!({"days": input.days}));
        let tx = self.kernel.begin().await?;
        let what = Written { kind: "sharing.request.extension_asked", text: Some(&input.reason), detail };
        self.write_request(&tx, actor, &mut request, what).await?;
        let words = (
            format!(
                "{provider}对“{}”的申请请求延期 {} 个工作日：{}",
                request.resource_name, input.days, input.reason
            ),
            format!(
                "{provider} asks for {} more working days on “{}”: {}",
                input.days, request.resource_name, input.reason
            ),
        );
        self.tell(&tx, &request, To::Authority, "sharing.request.extension", words).await?;
        tx.commit().await?;
        self.view_request(actor, id).await
    }
}
