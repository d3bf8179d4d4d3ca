//! Clocks and lists of the catalogue that a node may set.

use kernel::settings::{Choice, Setting, SettingKind};

/// Everything below, for the server.
pub const SETTINGS: &[Setting] = &[
    SIGN_DAYS,
    REVIEW_DAYS,
    MOUNT_REVIEW_DAYS,
    ESCALATION_DAYS,
    OFFLINE_GRACE_DAYS,
    RETURN_REASONS,
    OFFLINE_CAUSES,
    SHARE_CONDITIONS,
];

const fn days(key: &'static str, zh: &'static str, en: &'static str, range: (u32, u32, u32)) -> Setting {
    let (min, default, max) = range;
    Setting { key, zh, en, kind: SettingKind::Days { default, min, max } }
}

/// Working days a department head has to sign an entry.
pub const SIGN_DAYS: Setting = days(
    "catalog.sign_days",
    "目录签发时限（工作日）",
    "Days for the department head to sign a catalogue entry",
    (1, 3, 10),
);
/// Working days the data authority has to review and publish.
pub const REVIEW_DAYS: Setting = days(
    "catalog.review_days",
    "目录审核发布时限（工作日）",
    "Days to review and publish a catalogue entry",
    (1, 2, 2),
);
/// Working days the data authority has to review a mount.
pub const MOUNT_REVIEW_DAYS: Setting =
    days("catalog.mount_review_days", "挂接审核时限（工作日）", "Days to review a mount", (1, 2, 5));
/// Working days between one step of escalation and the next.
pub const ESCALATION_DAYS: Setting = days(
    "catalog.escalation_days",
    "逾期逐级提醒间隔（工作日）",
    "Days between one step of escalation and the next",
    (1, 1, 5),
);
/// Working days between the notice that a resource goes offline and the day it does.
pub const OFFLINE_GRACE_DAYS: Setting = days(
    "catalog.offline_grace_days",
    "下线预告期（工作日）",
    "Days between the offline notice and going offline",
    (1, 10, 60),
);

/// Why an entry or a mount is returned.
pub const RETURN_REASONS: Setting = Setting {
    key: "catalog.return_reasons",
    zh: "目录与挂接退回原因",
    en: "Reasons for returning an entry or a mount",
    kind: SettingKind::Choices {
        default: &[
            Choice { code: "incomplete", zh: "要素不全", en: "incomplete" },
            Choice { code: "unclear", zh: "名称或摘要不清楚", en: "name or abstract unclear" },
            Choice {
                code: "items", zh: "信息项与数据元不对应", en: "items do not fit their data elements"
            },
            Choice {
                code: "share_type", zh: "共享类型或依据不当", en: "share type or its basis not right"
            },
            Choice { code: "grade", zh: "分类分级不当", en: "classification or grade not right" },
            Choice { code: "assessment", zh: "风险评估不充分", en: "assessments do not suffice" },
            Choice { code: "duplicate", zh: "与已有资源重复", en: "the resource exists already" },
            Choice {
                code: "mount",
                zh: "挂接的表或列与信息项不符",
                en: "table or columns do not fit the items",
            },
            Choice { code: "other", zh: "其他", en: "other" },
        ],
    },
};

/// Why a resource is taken offline.
pub const OFFLINE_CAUSES: Setting = Setting {
    key: "catalog.offline_causes",
    zh: "资源下线原因",
    en: "Causes for taking a resource offline",
    kind: SettingKind::Choices {
        default: &[
            Choice { code: "law_changed", zh: "法律法规调整", en: "law changed" },
            Choice { code: "duty_changed", zh: "部门职责调整", en: "duties of the department changed" },
            Choice { code: "system_retired", zh: "信息系统停用", en: "information system given up" },
            Choice { code: "replaced", zh: "由其他资源替代", en: "replaced by another resource" },
            Choice { code: "wrong", zh: "数据存在重大错误", en: "grave errors in the data" },
            Choice { code: "security", zh: "存在安全风险", en: "a risk to security" },
            Choice { code: "other", zh: "其他", en: "other" },
        ],
    },
};

/// Conditions that conditional sharing may have.
pub const SHARE_CONDITIONS: Setting = Setting {
    key: "catalog.share_conditions",
    zh: "有条件共享可以列明的条件",
    en: "Conditions that conditional sharing may have",
    kind: SettingKind::Choices {
        default: &[
            Choice { code: "users", zh: "限定使用部门或层级", en: "who may use it" },
            Choice {
                code: "purpose", zh: "限定使用用途或办理事项", en: "for which purpose or matter"
            },
            Choice {
                code: "consent", zh: "须当事人授权或同意", en: "consent of the person concerned"
            },
            Choice {
                code: "security", zh: "须具备相应安全保护条件", en: "measures of protection"
            },
            Choice { code: "period", zh: "限定使用期限", en: "for which time" },
            Choice {
                code: "law", zh: "法律法规规定的其他条件", en: "another condition laid down by law"
            },
        ],
    },
};
