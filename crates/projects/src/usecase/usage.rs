//! Counts of use, brought up to the evidence before they are read.

use kernel::evidence::index;
use kernel::{Error, Result};

use crate::Projects;
use crate::model::Month;
use crate::store::usage;

/// Months of a period, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First month.
    pub from: Month,
    /// Last month.
    pub until: Month,
}

impl Projects {
    /// Counts what came since the last count. Only what is new is read.
    ///
    /// # Errors
    /// When the evidence or the database cannot be read or written.
    pub async fn count_use(&self) -> Result<()> {
        let _turn = self.counting.lock().await;
        index::catch_up(&self.kernel).await?;
        let counted = usage::count(&self.kernel.db).await?;
        if counted > 0 {
            tracing::debug!(counted, "projects.use");
        }
        Ok(())
    }

    /// A period as asked for; the last twelve months when nothing was.
    ///
    /// # Errors
    /// `input.query` for what is no month.
    pub(super) fn period(&self, from: Option<&str>, until: Option<&str>) -> Result<Period> {
        let wrong = || {
            Error::bad_input(
                "input.query",
                "月份须写成 2026-11 的形式，起始月不得晚于截止月。",
                "Months are written as 2026-11; the first must not lie after the last.",
            )
        };
        let month = |text: Option<&str>| text.map(|text| Month::parse(text).ok_or_else(wrong)).transpose();
        let until = month(until)?.unwrap_or_else(|| Month::of(self.kernel.now_ms()));
        let from = month(from)?.unwrap_or(Month(until.0 - 11));
        if from > until { Err(wrong()) } else { Ok(Period { from, until }) }
    }
}

/// Counts in the background as the evidence grows, so that the first reader need not wait for a large count.
pub async fn follow(projects: Projects) {
    let mut every = tokio::time::interval(std::time::Duration::from_secs(60));
    loop {
        every.tick().await;
        if let Err(error) = projects.count_use().await {
            tracing::warn!(error = ?error, "projects.use");
        }
    }
}
