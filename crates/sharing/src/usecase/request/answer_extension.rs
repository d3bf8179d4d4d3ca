//! The data authority consents to an extension or not; the consumer is told with the reason.

use kernel::error::{Error, Result};
use kernel::{Actor, Role};

use super::sign::worded;
use super::step::{STAFF, To, Written};
use crate::Sharing;
use crate::model::{ExtensionConsent, RequestId, RequestView, Stage};

impl Sharing {
    /// Consents to an extension, or declines it.
    ///
    /// # Errors
    /// `request.not_found`, `actor.*`, `request.no_extension_asked`, `input.invalid`.
    pub async fn answer_extension(
        &self,
        actor: &Actor,
        id: &RequestId,
        input: ExtensionConsent,
    ) -> Result<RequestView> {
        let mut request = self.open_request(actor, id).await?;
        actor.require(&[Role::BusinessOperator])?;
        worded("reason", &input.reason)?;
        let waits = request.clock.stage == Some(Stage::Reply);
        let Some(extension) = request.extension.as_mut().filter(|one| one.agreed.is_none() && waits) else {
            return Err(Error::conflict(
                "request.no_extension_asked",
                "没有待审定的延期申请。",
                "No extension waits for consent.",
            ));
        };
        extension.agreed = Some(input.agree);
        let (days, why) = (extension.days, extension.reason.clone());
        if input.agree {
            request.clock.extend(days);
        }
        let name = request.resource_name.clone();
        let (kind, zh, en) = if input.agree {
            (
                "sharing.request.extension_agreed",
                format!("“{name}”的答复经同意延期 {days} 个工作日，原因：{why}"),
                format!("The reply on “{name}” was extended by {days} working days: {why}"),
            )
        } else {
            (
                "sharing.request.extension_declined",
                format!("“{name}”的延期未获同意：{}", input.reason),
                format!("The extension on “{name}” was declined: {}", input.reason),
            )
        };
        let detail = Some(serde_json::json!({"days": days, "due_ms": request.clock.due_ms}));
        let tx = self.kernel.begin().await?;
        let what = Written { kind, text: Some(&input.reason), detail };
        self.write_request(&tx, actor, &mut request, what).await?;
        self.tell(&tx, &request, To::Provider(STAFF), "sharing.request.extension", (zh.clone(), en.clone()))
            .await?;
        if input.agree {
            self.tell(&tx, &request, To::Consumer(STAFF), "sharing.request.extension", (zh, en)).await?;
        }
        tx.commit().await?;
        self.view_request(actor, id).await
    }
}
