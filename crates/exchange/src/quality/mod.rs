//! Quality of a resource's data (数据质量): what whoever considers asking for it may know of its values beforehand.
//!
//! The department's agent profiles a sample of the mounted table ([`profile`]); the report is derived from it item by item
//! ([`model`]), without a name of a table or column, and with masked examples only. It is taken by itself when a resource
//! is published with a mount or gets another one, again every so many days ([`schedule`]), and whenever the department wants.

mod derive;
mod examples;
mod migration;
pub mod model;
mod profile;
pub mod routes;
mod schedule;
mod store;
mod usecase;

use kernel::settings::{Setting, SettingKind};
pub(crate) use migration::QualityReports;
pub(crate) use schedule::handler;

/// Follow-up work: look at a resource's data.
pub const QUALITY_LOOK: &str = "exchange.quality_look";

/// Days after which a report is taken again by itself; 0 when none is to be taken by itself.
pub const LOOK_DAYS: Setting = Setting {
    key: "exchange.quality_days",
    zh: "数据质量报告自动更新间隔（天，0 为不自动检查）",
    en: "Days after which a quality report is taken again by itself (0: none is taken by itself)",
    kind: SettingKind::Number { default: 30, min: 0, max: 365 },
};
