//! A copy goes as soon as nothing allows it any more, and that it went is evidence.

use std::collections::HashSet;
use std::fs;

use kernel::evidence::Leaf;
use kernel::{Actor, Error, Result};
use sharing::book::Book;
use sharing::model::{GrantState, ShapeView};

use super::model::{HeldCopy, terms};
use super::store;
use crate::Exchange;
use crate::subscriptions::{SubscriptionId, ended_of, run_soon};

/// The grant still stands, but on other terms.
const TERMS_CHANGED: &str = "copy.terms_changed";

impl Exchange {
    /// Learns which copies stand, and removes files that belong to none: those of runs that were cut off.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn restore_copies(&self) -> Result<()> {
        let standing = store::all(&self.kernel.db).await?;
        let places = self.copies.places.clone();
        let mut known = HashSet::new();
        for copy in &standing {
            known.insert(places.rows(copy));
            known.insert(places.held_back(&copy.subscription, &copy.run));
        }
        let (found, lost): (Vec<_>, Vec<_>) =
            standing.into_iter().partition(|copy| places.rows(copy).exists());
        for copy in found {
            self.copies.stand(copy);
        }
        for copy in lost {
            // A node that was restored from a backup has no copies: they can be read again.
            self.delete_copy(&copy, "copy.lost").await?;
            run_soon(&self.kernel.db, &copy.subscription, self.kernel.now_ms()).await?;
        }
        let Ok(folders) = fs::read_dir(places.root()) else { return Ok(()) };
        for folder in folders.flatten() {
            for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
                if !known.contains(&file.path()) {
                    let removed = fs::remove_file(file.path());
                    tracing::info!(file = ?file.path(), removed = removed.is_ok(), "exchange.copy.left_over");
                }
            }
        }
        Ok(())
    }

    /// Deletes what nothing allows any more; called in short intervals.
    pub(crate) async fn sweep_copies(&self) -> Result<()> {
        let every = self.copies.every();
        if every.is_empty() {
            return Ok(());
        }
        let book = self.sharing.book().await?;
        let subscriptions: Vec<SubscriptionId> = every.iter().map(|copy| copy.subscription.clone()).collect();
        let ended = ended_of(&self.kernel.db, subscriptions).await?;
        let now_ms = self.kernel.now_ms();
        for copy in every {
            let over = ended.contains(&copy.subscription).then_some("subscription.ended");
            let Some(reason) = over.or_else(|| not_allowed(&book, &copy, now_ms)) else { continue };
            self.delete_copy(&copy, reason).await?;
            if reason == TERMS_CHANGED {
                run_soon(&self.kernel.db, &copy.subscription, now_ms).await?;
                self.going.wake();
            }
        }
        Ok(())
    }

    /// Deletes a copy with evidence.
    pub(super) async fn delete_copy(&self, copy: &HeldCopy, reason: &str) -> Result<()> {
        // Nobody begins to use it from here on.
        self.copies.forget(copy);
        let (places, gone) = (self.copies.places.clone(), copy.clone());
        let removed = tokio::task::spawn_blocking(move || places.remove(&gone)).await;
        let removed = removed.map_err(|error| Error::internal("exchange.copy", error))?;
        if let Err(error) = removed {
            // It is tried again at the next look.
            self.copies.stand(copy.clone());
            return Err(Error::internal("exchange.copy.remove", error));
        }
        let leaf = Leaf {
            copy: Some(copy.run.0.clone()),
            grant: Some(copy.grant.0.clone()),
            rows: Some(u32::try_from(copy.rows).unwrap_or(u32::MAX)),
            code: Some(reason.to_owned()),
            ..self.parties(copy).await?
        };
        let tx = self.kernel.begin().await?;
        if store::remove(tx.connection(), &copy.run).await? {
            tx.record(&Actor::System, leaf, Some(reason), Some(copy.digest.clone())).await?;
        }
        tx.commit().await
    }

    /// Whose resource was held for whom, so that both find the deletion in their evidence.
    async fn parties(&self, copy: &HeldCopy) -> Result<Leaf> {
        let leaf = Leaf::of("exchange.copy.deleted");
        let Some(grant) = self.sharing.stored(&copy.grant).await? else { return Ok(leaf) };
        let organisations = self.catalog.organisations().await?;
        let code = |id| organisations.get(id).map(|one| one.credit_code.clone());
        let resource = self.catalog.resource(&grant.resource_id).await?;
        Ok(Leaf {
            consumer: code(&grant.consumer_id),
            provider: code(&grant.provider_id),
            resource: resource.map(|one| one.code),
            ..leaf
        })
    }
}

/// Why a copy may not be held any more. A grant that is only suspended may be resumed: the copy stays, and is of no use meanwhile.
fn not_allowed(book: &Book, copy: &HeldCopy, now_ms: i64) -> Option<&'static str> {
    let Some(usable) = book.get(&copy.grant) else { return Some("authorise.no_grant") };
    let grant = &usable.grant;
    match grant.state.at(grant.valid_until_ms, now_ms) {
        GrantState::Active | GrantState::Suspended => {}
        GrantState::Revoked | GrantState::GivenBack | GrantState::Expired => {
            return Some("authorise.expired");
        }
    }
    if !grant.shapes.contains(&ShapeView::Hold) {
        return Some("authorise.shape");
    }
    (terms(&usable.pin) != copy.terms).then_some(TERMS_CHANGED)
}
