//! The one error type of the hub: a stable code, a sentence for the user in Chinese and English, and an
//! inner cause that is logged and never shown.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// What went wrong in one field of the input.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Path in the input, for example `items[2].item`.
    pub path: String,
    /// Stable code.
    pub code: String,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
}

/// Class of an error; decides the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The input cannot be read.
    BadInput,
    /// Nobody is logged in, or the proof of identity is wrong.
    Unauthenticated,
    /// Logged in, but not allowed.
    Forbidden,
    /// Not there, or not to be known of.
    NotFound,
    /// Contradicts the present state.
    Conflict,
    /// Larger than allowed.
    TooLarge,
    /// Readable input that breaks a rule.
    Invalid,
    /// A quota is used up.
    Quota,
    /// A department's system answered nonsense.
    Upstream,
    /// A department's system or a part of ours is down.
    Unavailable,
    /// A department's system did not answer in time.
    Timeout,
    /// Our fault.
    Internal,
}

/// Error of a use case.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    code: Cow<'static, str>,
    zh: String,
    en: String,
    fields: Vec<FieldError>,
    extra: Map<String, Value>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident;)+) => {$(
        $(#[$doc])*
        pub fn $name(code: impl Into<Cow<'static, str>>, zh: impl Into<String>, en: impl Into<String>) -> Self {
            Self::new(Kind::$kind, code, zh, en)
        }
    )+};
}

impl Error {
    /// An error of the given class.
    pub fn new(
        kind: Kind,
        code: impl Into<Cow<'static, str>>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            code: code.into(),
            zh: zh.into(),
            en: en.into(),
            fields: Vec::new(),
            extra: Map::new(),
            source: None,
        }))
    }

    constructors! {
        /// Unreadable input (400).
        bad_input => BadInput;
        /// No or wrong proof of identity (401).
        unauthenticated => Unauthenticated;
        /// Not allowed (403).
        forbidden => Forbidden;
        /// Not there (404).
        not_found => NotFound;
        /// Contradicts the present state (409).
        conflict => Conflict;
        /// Too large (413).
        too_large => TooLarge;
        /// Breaks a rule (422).
        invalid => Invalid;
        /// Quota used up (429).
        quota => Quota;
        /// The department's system answered nonsense (502).
        upstream => Upstream;
        /// Down (503).
        unavailable => Unavailable;
        /// No answer in time (504).
        timeout => Timeout;
    }

    /// Our own fault (500); the user sees a general sentence, the log sees the cause.
    pub fn internal(
        code: impl Into<Cow<'static, str>>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::new(
            Kind::Internal,
            code,
            "系统内部出错，本次操作没有生效。请稍后重试；若仍出错，请把下方追踪号告诉平台运维。",
            "Something failed inside the platform and nothing was changed. Try again later; if it \
             persists, give the trace number below to the platform operator.",
        )
        .caused_by(source)
    }

    /// The thing with that id is not there.
    pub fn missing<I: crate::ids::TypedId + fmt::Display>(id: &I) -> Self {
        Self::not_found(
            format!("{}.not_found", I::WHAT),
            format!("找不到编号为 {id} 的记录，或您无权查看。请从列表重新打开。"),
            format!("No {} with id {id}, or you may not see it. Open it from the list again.", I::WHAT),
        )
    }

    /// Adds the inner cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }
    /// Adds an error of one field.
    #[must_use]
    pub fn field(
        mut self,
        path: impl Into<String>,
        code: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        self.0.fields.push(FieldError { path: path.into(), code: code.into(), zh: zh.into(), en: en.into() });
        self
    }
    /// Adds a fact for the caller, such as the source that is down.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.extra.insert(key.to_owned(), value.into());
        self
    }
    /// Class.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }
    /// Stable code.
    pub fn code(&self) -> &str {
        &self.0.code
    }
    /// Chinese sentence.
    pub fn zh(&self) -> &str {
        &self.0.zh
    }
    /// English sentence.
    pub fn en(&self) -> &str {
        &self.0.en
    }
    /// Errors of single fields.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }
    /// Facts for the caller.
    pub fn extra(&self) -> &Map<String, Value> {
        &self.0.extra
    }
}

/// Collects errors of single fields, so that one answer lists every gap.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Adds one.
    pub fn push(
        &mut self,
        path: impl Into<String>,
        code: &str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.0.push(FieldError { path: path.into(), code: code.to_owned(), zh: zh.into(), en: en.into() });
    }
    /// Adds one unless `ok`.
    pub fn check(&mut self, ok: bool, path: &str, code: &str, zh: &str, en: &str) {
        if !ok {
            self.push(path, code, zh, en);
        }
    }
    /// Text that must not be blank and must not exceed `max` characters.
    pub fn text(&mut self, path: &str, value: &str, max: usize) {
        if value.trim().is_empty() {
            self.push(path, "field.required", "此项必填，请填写。", "This field is required.");
        } else if value.chars().count() > max {
            self.push(
                path,
                "field.too_long",
                format!("此项最多 {max} 个字，请缩短。"),
                format!("At most {max} characters; shorten it."),
            );
        } else if value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.push(
                path,
                "field.control_character",
                "此项含有不可见的控制字符，请删除后重填。",
                "Contains invisible control characters; remove them.",
            );
        }
    }
    /// `Ok` when nothing was collected.
    ///
    /// # Errors
    /// `input.invalid` with everything that was collected.
    pub fn finish(self) -> Result<()> {
        let Some(first) = self.0.first() else { return Ok(()) };
        let mut error = Error::invalid(
            "input.invalid",
            format!("有 {} 处需要修改。{}：{}", self.0.len(), first.path, first.zh),
            format!("{} place(s) need correction. {}: {}", self.0.len(), first.path, first.en),
        );
        error.0.fields = self.0;
        Err(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.en)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("code", &self.0.code)
            .field("en", &self.0.en)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match error.sql_err() {
            Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Self::conflict(
                "database.duplicate",
                "已有相同的记录，请勿重复提交；如需修改，请打开原记录。",
                "The same record exists already; open it to change it.",
            )
            .caused_by(error),
            Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_)) => Self::conflict(
                "database.reference",
                "所引用的记录不存在或仍被使用，请刷新后重选。",
                "A record referred to does not exist or is still in use; refresh and choose again.",
            )
            .caused_by(error),
            _ => Self::internal("database.failed", error),
        }
    }
}
