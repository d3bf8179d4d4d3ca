//! A refusal (拒绝) in the form people and programs can both use.

use std::borrow::Cow;

use bytes::Bytes;
use prost::Message;
use tonic::{Code, Status};

use crate::proto;

/// Why something was refused: a stable code and one sentence in each language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {en}")]
pub struct Refusal {
    /// Stable dotted code, for example `link.agent_disabled`.
    pub code: Cow<'static, str>,
    /// Sentence in Chinese that names place and remedy.
    pub zh: Cow<'static, str>,
    /// The same sentence in English.
    pub en: Cow<'static, str>,
}

impl Refusal {
    /// Puts code and sentences together.
    pub fn new(
        code: impl Into<Cow<'static, str>>,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code: code.into(), zh: zh.into(), en: en.into() }
    }

    /// As a gRPC status. The details carry both languages, which a status message cannot.
    pub(crate) fn into_status(self, code: Code) -> Status {
        let message = self.to_string();
        let details = proto::Refused::from(self).encode_to_vec();
        Status::with_details(code, message, Bytes::from(details))
    }

    /// Reads what [`Refusal::into_status`] wrote; `None` when the status came from somewhere else.
    pub(crate) fn from_status(status: &Status) -> Option<Self> {
        let refused = proto::Refused::decode(status.details()).ok()?;
        if refused.code.is_empty() {
            return None;
        }
        Some(Self::new(refused.code, refused.zh, refused.en))
    }
}

impl From<Refusal> for proto::Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code.into_owned(),
            zh: refusal.zh.into_owned(),
            en: refusal.en.into_owned(),
            source: String::new(),
            since_ms: 0,
        }
    }
}
