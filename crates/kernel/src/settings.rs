//! What a node may set for itself: legal clocks, limits and lists. The national value is the default, and for
//! clocks the ceiling: an office may promise to be quicker than the law, never slower.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Kernel;
use crate::error::{Error, Result};

/// Most entries of a list.
const MOST_CHOICES: usize = 100;

/// Something a node may set.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Key, `<crate>.<what>`.
    pub key: &'static str,
    /// What it is, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// Values it takes.
    pub kind: SettingKind,
}

/// Values a setting takes.
#[derive(Debug, Clone, Copy)]
pub enum SettingKind {
    /// Days of a clock.
    Days {
        /// National value.
        default: u32,
        /// Least.
        min: u32,
        /// Most.
        max: u32,
    },
    /// A whole number.
    Number {
        /// Value when nothing was set.
        default: i64,
        /// Least.
        min: i64,
        /// Most.
        max: i64,
    },
    /// Yes or no.
    Flag {
        /// Value when nothing was set.
        default: bool,
    },
    /// A list people choose from.
    Choices {
        /// Entries when nothing was set.
        default: &'static [Choice],
    },
}

/// An entry of a built-in list.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// Stable code.
    pub code: &'static str,
    /// Chinese words.
    pub zh: &'static str,
    /// English words.
    pub en: &'static str,
}

/// An entry of a list as it now stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceValue {
    /// Stable code.
    pub code: String,
    /// Chinese words.
    pub zh: String,
    /// English words.
    pub en: String,
}

impl Setting {
    /// The value when nothing was set.
    pub fn default_value(&self) -> Value {
        match self.kind {
            SettingKind::Days { default, .. } => default.into(),
            SettingKind::Number { default, .. } => default.into(),
            SettingKind::Flag { default } => default.into(),
            SettingKind::Choices { default } => default
                .iter()
                .map(|one| serde_json::json!({"code": one.code, "zh": one.zh, "en": one.en}))
                .collect(),
        }
    }

    /// Checks a value somebody wants to set.
    ///
    /// # Errors
    /// `setting.value`, with the values that are allowed.
    pub fn check(&self, value: &Value) -> Result<()> {
        let wrong = |zh: String, en: String| Err(Error::invalid("setting.value", zh, en));
        let between = |min: i64, max: i64| {
            if value.as_i64().is_some_and(|number| (min..=max).contains(&number)) {
                return Ok(());
            }
            wrong(
                format!("“{}”须为 {min} 至 {max} 的整数，请修改。", self.zh),
                format!("“{}” must be a whole number from {min} to {max}.", self.en),
            )
        };
        match self.kind {
            SettingKind::Days { min, max, .. } => between(min.into(), max.into()),
            SettingKind::Number { min, max, .. } => between(min, max),
            SettingKind::Flag { .. } if value.is_boolean() => Ok(()),
            SettingKind::Flag { .. } => wrong(
                format!("“{}”须为是或否（true / false）。", self.zh),
                format!("“{}” must be true or false.", self.en),
            ),
            SettingKind::Choices { .. } => self.check_choices(value),
        }
    }

    fn check_choices(&self, value: &Value) -> Result<()> {
        let wrong = || {
            Error::invalid(
                "setting.value",
                format!(
                    "“{}”须为 1 至 {MOST_CHOICES} 项的列表，每项有编码、中文和英文，编码不重复，文字不超过 200 字。",
                    self.zh
                ),
                format!(
                    "“{}” must be a list of 1 to {MOST_CHOICES} entries with code, zh and en; codes differ, texts have at \
                     most 200 characters.",
                    self.en
                ),
            )
        };
        let entries: Vec<ChoiceValue> =
            serde_json::from_value(value.clone()).map_err(|error| wrong().caused_by(error))?;
        let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= 200;
        let mut codes = std::collections::BTreeSet::new();
        let good = entries
            .iter()
            .all(|one| codes.insert(&one.code) && fits(&one.code) && fits(&one.zh) && fits(&one.en));
        if good && (1..=MOST_CHOICES).contains(&entries.len()) { Ok(()) } else { Err(wrong()) }
    }
}

/// How many working days before a clock runs out people are reminded; shared by every capability.
pub const REMIND_DAYS: Setting = Setting {
    key: "desk.remind_days",
    zh: "到期前提醒（工作日）",
    en: "Reminder before a due date (working days)",
    kind: SettingKind::Days { default: 2, min: 1, max: 5 },
};

/// Row of table `setting`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "setting")]
pub struct Model {
    /// Key of the setting.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Value, JSON.
    pub value: String,
    /// When it was set, Unix milliseconds.
    pub changed_ms: i64,
    /// Label of who set it.
    pub changed_by: String,
}

impl ActiveModelBehavior for ActiveModel {}

/// Stores a value that was checked.
///
/// # Errors
/// When the row cannot be written.
pub async fn put<C: ConnectionTrait>(connection: &C, row: Model) -> Result<()> {
    let row = ActiveModel {
        key: Set(row.key),
        value: Set(row.value),
        changed_ms: Set(row.changed_ms),
        changed_by: Set(row.changed_by),
    };
    let columns = [Column::Value, Column::ChangedMs, Column::ChangedBy];
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Key).update_columns(columns).to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

impl Kernel {
    /// Everything that was set at this node.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings_rows(&self) -> Result<Vec<Model>> {
        Ok(Entity::find().all(&self.db).await?)
    }

    /// The value of a setting. A stored value that this program no longer allows counts as not set.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn setting(&self, setting: &Setting) -> Result<Value> {
        let row = Entity::find_by_id(setting.key).one(&self.db).await?;
        Ok(effective(setting, row.as_ref()))
    }

    /// Days of a clock.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn days(&self, setting: &Setting) -> Result<u32> {
        Ok(self.setting(setting).await?.as_u64().and_then(|days| u32::try_from(days).ok()).unwrap_or(0))
    }

    /// A whole number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn number(&self, setting: &Setting) -> Result<i64> {
        Ok(self.setting(setting).await?.as_i64().unwrap_or(0))
    }

    /// Yes or no.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn flag(&self, setting: &Setting) -> Result<bool> {
        Ok(self.setting(setting).await?.as_bool().unwrap_or(false))
    }

    /// Entries of a list.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn choices(&self, setting: &Setting) -> Result<Vec<ChoiceValue>> {
        serde_json::from_value(self.setting(setting).await?)
            .map_err(|error| Error::internal("setting.decode", error))
    }
}

/// What holds: the stored value if it is allowed, else the default.
pub fn effective(setting: &Setting, row: Option<&Model>) -> Value {
    row.and_then(|row| serde_json::from_str(&row.value).ok())
        .filter(|value| setting.check(value).is_ok())
        .unwrap_or_else(|| setting.default_value())
}

#[cfg(test)]
mod tests {
    use super::{Choice, Setting, SettingKind};
    use serde_json::json;

    const REPLY: Setting = Setting {
        key: "test.reply",
        zh: "答复时限",
        en: "Reply",
        kind: SettingKind::Days { default: 10, min: 1, max: 10 },
    };
    const CAUSES: Setting = Setting {
        key: "test.causes",
        zh: "理由",
        en: "Causes",
        kind: SettingKind::Choices { default: &[Choice { code: "law", zh: "法律规定", en: "Law" }] },
    };

    /// A node may be quicker than the law, not slower, and not of another type.
    #[test]
    fn the_national_value_is_the_ceiling() {
        assert!(REPLY.check(&json!(3)).is_ok());
        for wrong in [json!(11), json!(0), json!("3"), json!(null), json!(2.5)] {
            assert!(REPLY.check(&wrong).is_err(), "{wrong}");
        }
    }

    /// Lists with gaps or doubles are refused; the built-in list itself passes.
    #[test]
    fn lists_are_whole() {
        assert!(CAUSES.check(&CAUSES.default_value()).is_ok());
        let one = json!({"code": "a", "zh": "甲", "en": "A"});
        for wrong in [json!([]), json!([one, one]), json!([{"code": "a", "zh": " ", "en": "A"}]), json!({})] {
            assert!(CAUSES.check(&wrong).is_err(), "{wrong}");
        }
    }
}
