//! The negative list 负面清单: everybody reads it, the business operator keeps it.

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::page::{ListQuery, Page};
use kernel::{Actor, Error, Result, Role};

use crate::model::{NegativeEntry, NegativeId, NegativeInput, NegativeScope, check_negative};
use crate::{Catalog, store};

impl Catalog {
    /// The list.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_negative_entries(
        &self,
        _actor: &Actor,
        query: &ListQuery,
    ) -> Result<Page<NegativeEntry>> {
        let search = query.search().map(|text| text.to_lowercase());
        let mut all = store::negative::all(&self.kernel.db).await?;
        all.retain(|one| {
            let fields = [Some(&one.name), one.pattern.as_ref(), one.element.as_ref(), Some(&one.basis)];
            search.as_ref().is_none_or(|text| {
                fields.into_iter().flatten().any(|field| field.to_lowercase().contains(text))
            })
        });
        match query.order() {
            Some(("name", down)) => all.sort_by(|a, b| ordered(a.name.cmp(&b.name), down)),
            Some(("updated_ms", down)) => all.sort_by(|a, b| ordered(a.updated_ms.cmp(&b.updated_ms), down)),
            _ => {}
        }
        Ok(Page::cut(all, query))
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// `actor.role` or `input.invalid`.
    pub async fn create_negative_entry(&self, actor: &Actor, input: NegativeInput) -> Result<NegativeEntry> {
        actor.require(&[Role::BusinessOperator])?;
        let mut entry = NegativeEntry {
            id: self.kernel.new_id(),
            name: String::new(),
            pattern: None,
            element: None,
            basis: String::new(),
            scope: NegativeScope::Share,
            note: None,
            active: true,
            updated_ms: self.kernel.now_ms(),
        };
        input.put(&mut entry);
        let mut fields = Fields::default();
        check_negative(&entry, &mut fields);
        fields.finish()?;
        let tx = self.kernel.begin().await?;
        store::negative::insert(tx.connection(), &entry).await?;
        tx.record(actor, Leaf::of("catalog.negative.created"), None, Some(detail(&entry))).await?;
        tx.commit().await?;
        Ok(entry)
    }

    /// Changes an entry, or lets it rest.
    ///
    /// # Errors
    /// `actor.role`, `negative_entry.not_found` or `input.invalid`.
    pub async fn change_negative_entry(
        &self,
        actor: &Actor,
        id: &NegativeId,
        input: NegativeInput,
    ) -> Result<NegativeEntry> {
        actor.require(&[Role::BusinessOperator])?;
        let tx = self.kernel.begin().await?;
        let found = store::negative::by_id(tx.connection(), id).await?;
        let mut entry = found.ok_or_else(|| Error::missing(id))?;
        input.put(&mut entry);
        let mut fields = Fields::default();
        check_negative(&entry, &mut fields);
        fields.finish()?;
        entry.updated_ms = self.kernel.now_ms();
        store::negative::update(tx.connection(), &entry).await?;
        tx.record(actor, Leaf::of("catalog.negative.changed"), None, Some(detail(&entry))).await?;
        tx.commit().await?;
        Ok(entry)
    }
}

fn ordered(order: std::cmp::Ordering, down: bool) -> std::cmp::Ordering {
    if down { order.reverse() } else { order }
}

fn detail(entry: &NegativeEntry) -> String {
    let what = entry.pattern.as_ref().or(entry.element.as_ref()).map_or("", String::as_str);
    format!("{} ({what}) {} active={}: {}", entry.name, entry.scope.as_str(), entry.active, entry.basis)
}
