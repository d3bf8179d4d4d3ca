//! Return flow 数据回流: which registers of offices above hold rows of the own region, with request and subscription filled in.

use catalog::ResourceFilter;
use catalog::model::{Item, MountState, Organisation, Resource, ResourceState, ShareType};
use kernel::ids::{GrantId, OrganisationId, ResourceId};
use kernel::page::ListQuery;
use kernel::{Actor, Error, Result, Role};
use serde::Serialize;
use sharing::book::Usable;
use sharing::model::return_flow::{self, Template};
use sharing::model::{
    FilterView, GrantState, ItemView, Method, PurposeView, RequestId, RequestInput, RequestState, ShapeView,
};
use standards::kind::ValueKind;

use super::model::{ColumnInput, InvalidView, MethodView, Schedule, SubscriptionInput};
use crate::Exchange;

/// Who asks for a return flow.
const ASKS: &[Role] = &[Role::DepartmentOperator, Role::DepartmentDeveloper, Role::DepartmentHead];
/// Validity that is filled in.
const VALID_MS: i64 = 2 * 365 * 86_400_000;
/// Calls that are filled in; a table needs hardly any.
const CALLS_PER_DAY: u64 = 100;
const CALLS_PER_SECOND: u32 = 1;
/// Resources of one page.
const PAGE: u64 = 200;

/// A register that can flow back.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReturnFlowView {
    /// Resource.
    pub resource_id: ResourceId,
    /// Its code.
    pub resource_code: String,
    /// Its name.
    pub resource_name: String,
    /// Provider.
    pub provider_id: OrganisationId,
    /// Its name.
    pub provider_name: String,
    /// Item that tells the region of a row.
    pub item: String,
    /// Its Chinese name.
    pub item_zh: String,
    /// Its English name.
    pub item_en: String,
    /// Code of the own region.
    pub region: String,
    /// Digits with which the region of each row begins.
    pub prefix: String,
    /// Request as it is filled in.
    pub request: RequestInput,
    /// Request that is on its way.
    pub request_id: Option<RequestId>,
    /// Grant that is in force.
    pub grant_id: Option<GrantId>,
    /// Subscription as it is filled in, once there is a grant; agent and target are the reader's to choose.
    pub subscription: Option<SubscriptionInput>,
}

impl Exchange {
    /// What can flow back to the actor's own office.
    ///
    /// # Errors
    /// `actor.role`; when the database cannot be read.
    pub async fn return_flows(&self, actor: &Actor) -> Result<Vec<ReturnFlowView>> {
        actor.require(ASKS)?;
        let organisations = self.catalog.organisations().await?;
        let Some(own) = actor.organisation().and_then(|own| organisations.get(&own.id)) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for page in 1.. {
            let filter =
                ResourceFilter { state: Some(ResourceState::Published), ..ResourceFilter::default() };
            let query = ListQuery { page: Some(page), page_size: Some(PAGE), ..ListQuery::default() };
            let resources = self.catalog.list_resources(actor, &filter, &query).await?;
            for resource in &resources.items {
                let mounted = !matches!(
                    resource.mount_state,
                    MountState::Unmounted | MountState::Pending | MountState::Returned
                );
                let above = organisations
                    .get(&resource.organisation_id)
                    .is_some_and(|provider| return_flow::stands_above(provider, own));
                if mounted && above && resource.share_type != ShareType::None {
                    for item in return_flow::region_items(resource) {
                        found.extend(self.return_flow(actor, resource, item, own).await?);
                    }
                }
            }
            if page * PAGE >= resources.total {
                break;
            }
        }
        Ok(found)
    }

    async fn return_flow(
        &self,
        actor: &Actor,
        resource: &Resource,
        item: &Item,
        own: &Organisation,
    ) -> Result<Option<ReturnFlowView>> {
        let Some(condition) = return_flow::condition(&item.item, own) else { return Ok(None) };
        let Some(prefix) = condition.values.first().cloned() else { return Ok(None) };
        let filter = FilterView { all: vec![condition] };
        let book = self.sharing.book().await?;
        let now = self.kernel.now_ms();
        let fits = |usable: &&std::sync::Arc<Usable>| {
            let grant = &usable.grant;
            grant.row_filter == filter
                && grant.shapes.contains(&ShapeView::Batch)
                && grant.state.at(grant.valid_until_ms, now) == GrantState::Active
        };
        let usable = book.of(&own.id, &resource.code).iter().find(fits).cloned();
        let request_id = match (&usable, actor) {
            (None, Actor::User { .. }) => self.asked_for(actor, resource, &filter, &own.id).await?,
            _ => None,
        };
        Ok(Some(ReturnFlowView {
            resource_id: resource.id.clone(),
            resource_code: resource.code.clone(),
            resource_name: resource.name.clone(),
            provider_id: resource.organisation_id.clone(),
            provider_name: resource.organisation_name.clone(),
            item: item.item.clone(),
            item_zh: item.zh.clone(),
            item_en: item.en.clone(),
            region: own.region.clone(),
            prefix,
            request: request(resource, filter, own, now + VALID_MS),
            request_id,
            grant_id: usable.as_ref().map(|usable| usable.grant.id.clone()),
            subscription: usable.map(|usable| subscription(resource, &usable)),
        }))
    }

    /// The request for this that is on its way, if there is one.
    async fn asked_for(
        &self,
        actor: &Actor,
        resource: &Resource,
        filter: &FilterView,
        own: &OrganisationId,
    ) -> Result<Option<RequestId>> {
        let of = sharing::usecase::request::RequestFilter {
            side: Some("consumer".to_owned()),
            resource_id: Some(resource.id.0.clone()),
            ..sharing::usecase::request::RequestFilter::default()
        };
        let query = ListQuery { page_size: Some(PAGE), ..ListQuery::default() };
        let all = self.sharing.requests(actor, &of, &query).await?.items;
        let over = [RequestState::Refused, RequestState::Withdrawn, RequestState::Delivered];
        let mut mine = all.into_iter().filter(|one| {
            one.consumer_id == *own
                && one.content.template == Some(Template::ReturnFlow)
                && one.content.row_filter == *filter
                && !over.contains(&one.state)
        });
        Ok(mine.next().map(|one| one.id))
    }

    /// Holds a subscription that says it is a return flow to what its grant gives.
    ///
    /// # Errors
    /// `return_flow.grant`.
    pub(super) async fn check_return_flow(&self, input: &SubscriptionInput, usable: &Usable) -> Result<()> {
        let Some(Template::ReturnFlow) = input.template else { return Ok(()) };
        let organisations = self.catalog.organisations().await?;
        let is_region = |item: &str| {
            usable.pin.mount.items.iter().any(|one| one.item == item && one.kind == ValueKind::Region)
        };
        let own = organisations.get(&usable.grant.consumer_id);
        let exact =
            own.and_then(|own| return_flow::own_rows(&usable.grant.row_filter, own, is_region)).is_some();
        if exact {
            return Ok(());
        }
        Err(Error::forbidden(
            "return_flow.grant",
            "这项授权的范围不是本单位所在的区域，不能按数据回流订阅；请从“数据回流”中重新申请，或改为普通订阅。",
            "This grant is not of the rows of the own region; ask for a return flow anew, or subscribe without the template.",
        ))
    }
}

fn request(resource: &Resource, filter: FilterView, own: &Organisation, until_ms: i64) -> RequestInput {
    let shared = |item: &&Item| item.share_type != Some(ShareType::None);
    RequestInput {
        resource_id: resource.id.clone(),
        basis: String::new(),
        scenario: format!("上级部门掌握的“{}”中属于本区域的数据回流，用于本级核对和服务。", resource.name),
        matters: Vec::new(),
        items: resource
            .items
            .iter()
            .filter(shared)
            .map(|item| ItemView {
                item: item.item.clone(),
                zh: item.zh.clone(),
                masked: item.sensitive && !item.is_key,
                verify_only: false,
            })
            .collect(),
        row_filter: filter,
        region: Some(own.region.clone()),
        method: Method::Batch,
        shapes: vec![ShapeView::Batch],
        template: Some(Template::ReturnFlow),
        valid_until_ms: until_ms,
        calls_per_day: CALLS_PER_DAY,
        calls_per_second: CALLS_PER_SECOND,
        client_ids: Vec::new(),
        measures: String::new(),
        contact: String::new(),
    }
}

fn subscription(resource: &Resource, usable: &Usable) -> SubscriptionInput {
    let granted: Vec<&ItemView> = usable.grant.items.iter().filter(|item| !item.verify_only).collect();
    let key = |item: &&&ItemView| !item.masked && resource.item(&item.item).is_some_and(|known| known.is_key);
    let purpose = usable.grant.purposes.first().cloned();
    SubscriptionInput {
        name: format!("{}（回流）", resource.name),
        grant_id: usable.grant.id.clone(),
        hold: false,
        agent_id: None,
        target: String::new(),
        table: resource.code.to_lowercase().replace('-', "_"),
        columns: granted
            .iter()
            .map(|item| ColumnInput { item: item.item.clone(), column: None, masked: false })
            .collect(),
        keys: granted.iter().filter(key).map(|item| item.item.clone()).take(1).collect(),
        row_filter: FilterView::default(),
        method: MethodView::Changes,
        watermark: None,
        invalid: InvalidView::Flag,
        schedule: Schedule::Continuous,
        purpose: purpose.unwrap_or_else(|| PurposeView { matter: String::new(), basis: String::new() }),
        adopt: false,
        ends_ms: None,
        template: Some(Template::ReturnFlow),
    }
}
