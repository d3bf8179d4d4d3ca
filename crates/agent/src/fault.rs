//! What the agent says when it cannot or will not: a stable code, a sentence in both languages.

use std::borrow::Cow;

use wire::proto;

/// A failure or refusal in a form that people and programs can both use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {en}")]
pub struct Fault {
    /// Stable dotted code, for example `source.down`.
    pub code: Cow<'static, str>,
    /// Sentence in Chinese that names place and remedy.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Source that is down or slow; empty otherwise.
    pub at_source: String,
    /// Since when the source is down, Unix milliseconds; 0 otherwise.
    pub since_ms: i64,
}

impl Fault {
    /// A fault with its two sentences.
    pub fn new(code: impl Into<Cow<'static, str>>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: code.into(), zh: zh.into(), en: en.into(), at_source: String::new(), since_ms: 0 }
    }

    /// The same fault, about a source that has been in this state since then.
    #[must_use]
    pub fn of_source(self, name: &str, since_ms: i64) -> Self {
        Self { at_source: name.to_owned(), since_ms, ..self }
    }

    /// A file or folder of the agent cannot be read or written.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::new(
            "agent.file",
            format!("无法读写 {path}（{error}）；请检查路径和权限"),
            format!("Cannot read or write {path} ({error}); check the path and its rights"),
        )
    }

    /// As it travels to the hub.
    pub fn to_wire(&self) -> proto::Refused {
        proto::Refused {
            code: self.code.clone().into_owned(),
            zh: self.zh.clone(),
            en: self.en.clone(),
            source: self.at_source.clone(),
            since_ms: self.since_ms,
        }
    }
}

impl From<plan::Refusal> for Fault {
    fn from(refusal: plan::Refusal) -> Self {
        Self::new(refusal.code, refusal.zh, refusal.en)
    }
}

impl From<plan::Invalid> for Fault {
    fn from(invalid: plan::Invalid) -> Self {
        Self::new("pin.invalid", invalid.zh(), invalid.en())
    }
}

impl From<wire::agent::LinkFault> for Fault {
    fn from(fault: wire::agent::LinkFault) -> Self {
        Self::new(fault.code().to_owned(), fault.zh(), fault.en())
    }
}

impl From<ledger::Error> for Fault {
    fn from(error: ledger::Error) -> Self {
        Self::new(error.code(), error.zh(), error.en())
    }
}
