//! What the desk shows.

use kernel::notice;
use kernel::settings::{self, Setting, SettingKind};
use kernel::todo::Todo;
use kernel::working_time;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that waits, with its clock read.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TodoView {
    /// What waits.
    #[serde(flatten)]
    pub todo: Todo,
    /// True when its time has run out.
    pub overdue: bool,
    /// Working days left, 0 on the last day, negative when overdue; absent without a clock.
    pub working_days_left: Option<i64>,
}

impl TodoView {
    /// Reads the clock at a time.
    pub fn at(todo: Todo, now_ms: i64) -> Self {
        Self {
            overdue: todo.due_ms.is_some_and(|due| due < now_ms),
            working_days_left: todo.due_ms.map(|due| working_time::working_days_between(now_ms, due)),
            todo,
        }
    }
}

/// A notice as its reader sees it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NoticeView {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
    /// Page of the console where it is dealt with.
    pub link: String,
    /// When, Unix milliseconds.
    pub created_ms: i64,
    /// When the reader read it, Unix milliseconds.
    pub read_ms: Option<i64>,
}

impl From<(notice::Model, Option<i64>)> for NoticeView {
    fn from((row, read_ms): (notice::Model, Option<i64>)) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            zh: row.zh,
            en: row.en,
            link: row.link,
            created_ms: row.created_ms,
            read_ms,
        }
    }
}

/// A setting as it stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SettingView {
    /// Key.
    pub key: String,
    /// What it is, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// `days`, `number`, `flag` or `choices`.
    pub kind: &'static str,
    /// Least, for days and numbers.
    pub min: Option<i64>,
    /// Most, for days and numbers; for days the limit that the law sets.
    pub max: Option<i64>,
    /// National value.
    pub default: Value,
    /// Value that holds.
    pub value: Value,
    /// When it was last set, Unix milliseconds; absent while the default holds.
    pub changed_ms: Option<i64>,
    /// Who set it.
    pub changed_by: Option<String>,
}

impl SettingView {
    /// A setting with what was stored for it.
    pub fn new(setting: &Setting, row: Option<&settings::Model>) -> Self {
        let (kind, min, max) = match setting.kind {
            SettingKind::Days { min, max, .. } => ("days", Some(min.into()), Some(max.into())),
            SettingKind::Number { min, max, .. } => ("number", Some(min), Some(max)),
            SettingKind::Flag { .. } => ("flag", None, None),
            SettingKind::Choices { .. } => ("choices", None, None),
        };
        Self {
            key: setting.key.to_owned(),
            zh: setting.zh.to_owned(),
            en: setting.en.to_owned(),
            kind,
            min,
            max,
            default: setting.default_value(),
            value: settings::effective(setting, row),
            changed_ms: row.map(|row| row.changed_ms),
            changed_by: row.map(|row| row.changed_by.clone()),
        }
    }
}

/// A value to be set.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingInput {
    /// The value: a number, true or false, or a list of `{code, zh, en}`.
    pub value: Value,
    /// Why.
    pub reason: String,
}
