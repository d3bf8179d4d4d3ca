//! What the doctor finds.

use serde::Serialize;

use crate::lang::Lang;
use crate::out;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In order.
    Ok,
    /// Works, but will not for long, or not as well as it should.
    Warning,
    /// Does not work, or is not safe.
    Fault,
    /// Could not be looked at.
    Skipped,
}

/// One finding: what was looked at, what was seen, how to mend it.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Stable name of the check.
    pub check: &'static str,
    /// How grave.
    pub state: State,
    /// What was seen, Chinese.
    pub zh: String,
    /// What was seen, English.
    pub en: String,
    /// How to mend it, Chinese.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mend_zh: String,
    /// How to mend it, English.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mend_en: String,
}

impl Finding {
    fn new(check: &'static str, state: State, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let (mend_zh, mend_en) = (String::new(), String::new());
        Self { check, state, zh: zh.into(), en: en.into(), mend_zh, mend_en }
    }
    /// In order.
    pub fn ok(check: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(check, State::Ok, zh, en)
    }
    /// To be mended soon.
    pub fn warning(check: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(check, State::Warning, zh, en)
    }
    /// To be mended now.
    pub fn fault(check: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(check, State::Fault, zh, en)
    }
    /// Not looked at, and why.
    pub fn skipped(check: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(check, State::Skipped, zh, en)
    }
    /// How to mend it.
    #[must_use]
    pub fn mend(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.mend_zh = zh.into();
        self.mend_en = en.into();
        self
    }

    /// Prints it.
    pub fn show(&self, lang: Lang) {
        let mark = match self.state {
            State::Ok => "✓",
            State::Warning => "!",
            State::Fault => "✗",
            State::Skipped => "–",
        };
        out::line(&format!("{mark} {}", lang.pick(&self.zh, &self.en)));
        let mend = lang.pick(&self.mend_zh, &self.mend_en);
        if !mend.is_empty() {
            out::line(&format!("    {} {mend}", lang.pick("处理：", "To mend:")));
        }
    }
}
