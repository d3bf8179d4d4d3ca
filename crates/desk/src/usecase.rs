//! What people do at the desk.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::page::{ListQuery, Page};
use kernel::settings;
use kernel::{Actor, Error, Result, Role};

use crate::Desk;
use crate::model::{SettingInput, SettingView, TodoView};

impl Desk {
    /// What waits for somebody: what is due first stands first, what has no clock last.
    ///
    /// # Errors
    /// `actor.user` for anyone but a console user; when the database cannot be read.
    pub async fn todos(&self, actor: &Actor, query: &ListQuery) -> Result<Page<TodoView>> {
        actor.require_user()?;
        let now_ms = self.kernel.now_ms();
        let mut all = Vec::new();
        for source in &self.sources {
            all.extend(source.todos(actor).await?);
        }
        if let Some(text) = query.search() {
            all.retain(|todo| {
                todo.title.contains(&text) || todo.zh.contains(&text) || todo.en.contains(&text)
            });
        }
        all.sort_by_key(|todo| (todo.due_ms.unwrap_or(i64::MAX), todo.since_ms));
        Ok(Page::cut(all, query).map(|todo| TodoView::at(todo, now_ms)))
    }

    /// Every setting, by key.
    ///
    /// # Errors
    /// `actor.user` for anyone but a console user; when the database cannot be read.
    pub async fn settings(&self, actor: &Actor) -> Result<Vec<SettingView>> {
        actor.require_user()?;
        let rows = self.kernel.settings_rows().await?;
        let mut views: Vec<_> = self
            .settings
            .iter()
            .map(|setting| SettingView::new(setting, rows.iter().find(|row| row.key == setting.key)))
            .collect();
        views.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(views)
    }

    /// Sets a value; it holds for whatever starts afterwards.
    ///
    /// # Errors
    /// `actor.role` but for the business operator, `setting.unknown`, `setting.value`.
    pub async fn set(&self, actor: &Actor, key: &str, input: SettingInput) -> Result<SettingView> {
        actor.require(&[Role::BusinessOperator])?;
        let Some(setting) = self.settings.iter().find(|setting| setting.key == key) else {
            return Err(Error::not_found(
                "setting.unknown",
                format!("没有名为“{key}”的设置，请从设置列表中选择。"),
                format!("There is no setting “{key}”; choose one from the list."),
            ));
        };
        let mut fields = Fields::default();
        fields.text("reason", &input.reason, 500);
        fields.finish()?;
        setting.check(&input.value)?;
        let row = settings::Model {
            key: key.to_owned(),
            value: input.value.to_string(),
            changed_ms: self.kernel.now_ms(),
            changed_by: actor.label(),
        };
        let tx = self.kernel.begin().await?;
        settings::put(tx.connection(), row.clone()).await?;
        let detail = serde_json::json!({"key": key, "value": input.value}).to_string();
        tx.record(actor, Leaf::of("desk.setting.changed"), Some(&input.reason), Some(detail)).await?;
        tx.commit().await?;
        Ok(SettingView::new(setting, Some(&row)))
    }
}
