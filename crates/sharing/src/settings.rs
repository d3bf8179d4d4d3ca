//! Clocks and lists of sharing that a node may set. The values of Decree 809 are the defaults and the ceilings.

use kernel::settings::{Choice, REMIND_DAYS, Setting, SettingKind};
use kernel::{Kernel, Result};

use crate::model::Ladder;

const fn days(
    key: &'static str,
    zh: &'static str,
    en: &'static str,
    default: u32,
    min: u32,
    max: u32,
) -> Setting {
    Setting { key, zh, en, kind: SettingKind::Days { default, min, max } }
}

const fn list(key: &'static str, zh: &'static str, en: &'static str, default: &'static [Choice]) -> Setting {
    Setting { key, zh, en, kind: SettingKind::Choices { default } }
}

const fn choice(code: &'static str, zh: &'static str, en: &'static str) -> Choice {
    Choice { code, zh, en }
}

/// Reply to an unconditional request.
pub const REPLY_UNCONDITIONAL: Setting = days(
    "sharing.reply_unconditional_days",
    "无条件共享申请答复时限（工作日）",
    "Reply to an unconditional request (working days)",
    1,
    0,
    1,
);
/// Reply to a conditional request.
pub const REPLY_CONDITIONAL: Setting = days(
    "sharing.reply_conditional_days",
    "有条件共享申请答复时限（工作日）",
    "Reply to a conditional request (working days)",
    10,
    1,
    10,
);
/// Longest extension.
pub const EXTENSION: Setting = days(
    "sharing.extension_days",
    "有条件共享申请最长延期（工作日）",
    "Longest extension of a conditional reply (working days)",
    10,
    1,
    10,
);
/// Delivery after consent.
pub const DELIVERY: Setting = days(
    "sharing.delivery_days",
    "同意后交付时限（工作日）",
    "Delivery after consent (working days)",
    20,
    1,
    20,
);
/// Filling the gaps of the one notice. The law names no number of days.
pub const COMPLETION: Setting = days(
    "sharing.completion_days",
    "一次性告知后补正时限（工作日），逾期视为撤回申请",
    "Filling the gaps of the notice (working days); then the request is taken as withdrawn",
    10,
    1,
    30,
);
/// Until the data authority is told.
pub const AUTHORITY: Setting = days(
    "sharing.escalate_authority_days",
    "到期后报数据主管部门（工作日）",
    "Data authority is told after the due day (working days)",
    1,
    0,
    5,
);
/// Until it is marked overdue.
pub const OVERDUE: Setting = days(
    "sharing.escalate_overdue_days",
    "报主管部门后记为超期（工作日）",
    "Marked overdue after the data authority was told (working days)",
    2,
    0,
    5,
);
/// Reminder before a grant expires, in calendar days.
pub const EXPIRY: Setting = days(
    "sharing.expiry_reminder_days",
    "授权到期前提醒（自然日）",
    "Reminder before a grant expires (calendar days)",
    30,
    1,
    90,
);
/// Report of rectification after a suspension for breach.
pub const RECTIFY: Setting = days(
    "sharing.rectify_days",
    "违规中止后提交整改报告时限（工作日）",
    "Report of rectification after a suspension (working days)",
    10,
    1,
    20,
);
/// Departments' answers to a need.
pub const ANSWER: Setting = days(
    "sharing.need_answer_days",
    "数据需求应答时限（工作日）",
    "Answers to a need (working days)",
    10,
    1,
    10,
);
/// Listing of what a department promised.
pub const LISTING: Setting = days(
    "sharing.need_listing_days",
    "承诺或指定后编目时限（工作日）",
    "Listing after a promise or designation (working days)",
    20,
    1,
    20,
);

/// Reasons of a refusal (不予同意理由).
pub const REFUSAL_REASONS: Setting = list(
    "sharing.refusal_reasons",
    "不予同意的理由",
    "Reasons of a refusal",
    &[
        choice(
            "law_forbids",
            "法律、行政法规或者国务院决定不予共享",
            "A law or State Council decision forbids it",
        ),
        choice("no_duty", "申请用途不属于申请部门的法定职责", "The use is no duty of the requesting office"),
        choice("condition_unmet", "不符合目录载明的共享条件", "The stated condition of sharing is not met"),
        choice("beyond_need", "申请的数据超出办理事项所需", "More is asked than the matter needs"),
        choice("measures_weak", "安全保护措施不足以保护所申请的数据", "The security measures do not suffice"),
        choice("not_held", "本部门不掌握所申请的数据", "The office does not hold the data"),
        choice("other_source", "应向该数据的数源部门申请", "Another office is the source of the data"),
    ],
);
/// Breaches for which a grant may be suspended and ended (违规情形).
pub const BREACH_CAUSES: Setting = list(
    "sharing.breach_causes",
    "违规中止的情形",
    "Breaches for which a grant is suspended",
    &[
        choice("beyond_purpose", "超出授权用途使用数据", "Data used beyond the purpose"),
        choice("third_party", "未经同意向第三方提供数据", "Data given to a third party"),
        choice("leak", "发生数据泄露或者有泄露风险", "Data leaked or about to leak"),
        choice("weak_security", "未落实承诺的安全保护措施", "Promised security measures not taken"),
        choice("records_missing", "未按规定留存使用记录", "Records of use not kept"),
    ],
);
/// Other causes for which a service may be stopped (停止共享的正当理由).
pub const STOP_CAUSES: Setting = list(
    "sharing.stop_causes",
    "停止共享的正当理由",
    "Causes for which sharing may be stopped",
    &[
        choice("law_changed", "法律、行政法规调整", "A law changed"),
        choice("duty_changed", "部门职能调整", "The duties of the office changed"),
        choice("abnormal_use", "调用异常，需要核查", "Abnormal calls that have to be looked into"),
        choice("source_stopped", "业务系统停用或者数据停止更新", "The source system stopped"),
        choice("emergency", "处置网络安全事件", "A security incident is being dealt with"),
        choice("consumer_asked", "使用方不再需要", "The consumer no longer needs it"),
    ],
);

/// Everything of sharing that a node may set.
pub const SETTINGS: &[Setting] = &[
    REPLY_UNCONDITIONAL,
    REPLY_CONDITIONAL,
    EXTENSION,
    DELIVERY,
    COMPLETION,
    AUTHORITY,
    OVERDUE,
    EXPIRY,
    RECTIFY,
    ANSWER,
    LISTING,
    REFUSAL_REASONS,
    BREACH_CAUSES,
    STOP_CAUSES,
];

/// The ladder as set at this node.
pub(crate) async fn ladder(kernel: &Kernel) -> Result<Ladder> {
    Ok(Ladder {
        remind: kernel.days(&REMIND_DAYS).await?,
        authority: kernel.days(&AUTHORITY).await?,
        overdue: kernel.days(&OVERDUE).await?,
    })
}
