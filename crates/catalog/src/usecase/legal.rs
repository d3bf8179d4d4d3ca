//! The legal checks that an entry passes before it is signed, reviewed and published.

use kernel::Result;
use kernel::error::Fields;
use kernel::settings::ChoiceValue;

use crate::model::conditions::check_condition;
use crate::model::{NegativeEntry, Resource, check_against, check_assessments, check_publication};
use crate::settings::SHARE_CONDITIONS;
use crate::{Catalog, store};

/// The rules as this node keeps them now.
pub(super) struct Rules {
    admissible: Vec<ChoiceValue>,
    negative: Vec<NegativeEntry>,
}

impl Catalog {
    /// Reads the negative list and the admissible conditions.
    pub(super) async fn rules(&self) -> Result<Rules> {
        Ok(Rules {
            admissible: self.kernel.choices(&SHARE_CONDITIONS).await?,
            negative: store::negative::all(&self.kernel.db).await?,
        })
    }
}

impl Rules {
    /// Checks an entry; from the signature on also that both assessments were made.
    pub(super) fn check(&self, entry: &Resource, signed: bool) -> Result<()> {
        let mut fields = Fields::default();
        check_publication(entry, &mut fields);
        let _kinds = check_condition(entry, &self.admissible, &mut fields);
        check_against(&self.negative, entry, &mut fields);
        if signed {
            check_assessments(entry, &mut fields);
        }
        fields.finish()
    }
}
