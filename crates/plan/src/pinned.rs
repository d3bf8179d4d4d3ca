//! A pin made ready for use: validated once, so that each call costs only look-ups.

use std::collections::HashMap;

use crate::digest::digest;
use crate::filter::Test;
use crate::model::{GrantedItem, MountItem, Pin};
use crate::validate::Invalid;

/// A validated pin with its digest and indexes.
#[derive(Debug, Clone)]
pub struct Pinned {
    pin: Pin,
    digest: String,
    mounted: HashMap<String, usize>,
    granted: HashMap<String, usize>,
    tests: Vec<Test>,
}

impl Pinned {
    /// Validates a pin and prepares it.
    ///
    /// # Errors
    /// Everything that is wrong with the pin, each with its place.
    pub fn new(pin: Pin) -> Result<Self, Invalid> {
        pin.validate()?;
        let mounted: HashMap<_, _> =
            pin.mount.items.iter().enumerate().map(|(i, m)| (m.item.clone(), i)).collect();
        let granted = pin.grant.items.iter().enumerate().map(|(i, g)| (g.item.clone(), i)).collect();
        let tests = pin
            .grant
            .row_filter
            .all
            .iter()
            .filter_map(|condition| {
                let at = *mounted.get(&condition.item)?;
                Test::compile(condition, at, &pin.mount.items.get(at)?.kind)
            })
            .collect::<Vec<_>>();
        // `validate` has refused every condition that does not compile. Were one dropped all the same, rows would become
        // visible that the grant hides; so the count is compared and the pin refused.
        if tests.len() != pin.grant.row_filter.all.len() {
            return Err(Invalid::one(
                "pin.filter",
                "grant.row_filter",
                "行过滤条件无法编译；请在授权中改正后重新下发",
                "A row condition cannot be compiled; correct it in the grant and send the pin again",
            ));
        }
        Ok(Self { digest: digest(&pin), pin, mounted, granted, tests })
    }

    /// The pin as it was agreed to.
    pub fn pin(&self) -> &Pin {
        &self.pin
    }

    /// SHA-256 of the pin's canonical bytes, hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Position and binding of a mounted item.
    pub(crate) fn mounted(&self, item: &str) -> Option<(usize, &MountItem)> {
        let at = *self.mounted.get(item)?;
        Some((at, self.pin.mount.items.get(at)?))
    }

    /// The grant of an item.
    pub(crate) fn granted(&self, item: &str) -> Option<&GrantedItem> {
        self.pin.grant.items.get(*self.granted.get(item)?)
    }

    /// The grant's own row conditions.
    pub(crate) fn tests(&self) -> &[Test] {
        &self.tests
    }
}
