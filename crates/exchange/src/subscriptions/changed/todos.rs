//! Changed sources wait for their department's operator.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::todo::{Todo, TodoSource};
use kernel::{Actor, Result, Role};

use super::model::ChangeStage;
use super::resume::stage;
use super::store;
use crate::Exchange;

struct Todos(Exchange);

#[async_trait]
impl TodoSource for Todos {
    async fn todos(&self, actor: &Actor) -> Result<Vec<Todo>> {
        let Some(own) = actor.organisation().filter(|_| actor.has_role(&[Role::DepartmentOperator])) else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        for change in store::of_provider(&self.0.kernel.db, &own.id).await? {
            let Some(resource) = self.0.catalog.resource(&change.resource_id).await? else { continue };
            if !matches!(stage(&change, &resource)?, ChangeStage::Looking | ChangeStage::Proposed) {
                continue;
            }
            all.push(Todo {
                kind: "exchange.source_changed".to_owned(),
                zh: "核对变更后的挂接".to_owned(),
                en: "Check the mount after a change".to_owned(),
                title: resource.name,
                link: format!("/catalogue/{}", change.resource_id),
                organisation: None,
                since_ms: change.since_ms,
                due_ms: None,
            });
        }
        Ok(all)
    }
}

/// What waits here for people.
pub(crate) fn todos(exchange: &Exchange) -> Arc<dyn TodoSource> {
    Arc::new(Todos(exchange.clone()))
}
