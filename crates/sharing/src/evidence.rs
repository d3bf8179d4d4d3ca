//! Kinds of evidence that sharing writes; the same words stand in the time lines.

use kernel::module::EvidenceKind;

const fn kind(kind: &'static str, zh: &'static str, en: &'static str) -> EvidenceKind {
    EvidenceKind { kind, zh, en }
}

/// Kinds of evidence written here.
pub const EVIDENCE: &[EvidenceKind] = &[
    kind("sharing.grant.created", "授予使用权限", "Grant given"),
    kind("sharing.grant.suspended", "中止授权", "Grant suspended"),
    kind("sharing.grant.rectified", "提交整改报告", "Report of rectification handed in"),
    kind("sharing.grant.resumed", "恢复授权", "Grant resumed"),
    kind("sharing.grant.revoked", "撤销授权", "Grant revoked"),
    kind("sharing.grant.given_back", "使用方归还授权", "Grant given back by the consumer"),
    kind("sharing.grant.terminated", "因违规终止授权", "Grant ended for breach"),
    kind("sharing.grant.expiring", "授权临近到期提醒", "Expiry reminded of"),
    kind("sharing.grant.expired", "授权到期", "Grant expired"),
    kind("sharing.request.drafted", "起草共享申请", "Request drafted"),
    kind("sharing.request.changed", "修改共享申请", "Request changed"),
    kind("sharing.request.submitted", "送本部门负责人签发", "Request given to the head"),
    kind("sharing.request.returned", "负责人退回修改", "Request given back by the head"),
    kind("sharing.request.signed", "使用方负责人签发", "Request signed by the consumer's head"),
    kind("sharing.request.accepted", "受理申请", "Request accepted as complete"),
    kind("sharing.request.gaps_notified", "一次性告知补正", "Consumer told of all gaps"),
    kind("sharing.request.completed", "补正后送签", "Gaps filled"),
    kind("sharing.request.completion_reminded", "补正临期提醒", "Reminded to fill the gaps"),
    kind("sharing.request.lapsed", "逾期未补正，视为撤回", "Gaps not filled in time, taken as withdrawn"),
    kind("sharing.request.decision_proposed", "提出办理意见", "Decision proposed"),
    kind("sharing.request.decision_returned", "负责人退回办理意见", "Proposal given back by the head"),
    kind("sharing.request.approved", "提供方负责人签批同意", "Approved"),
    kind("sharing.request.approved_by_rule", "无条件共享，按规则自动同意", "Approved by rule"),
    kind("sharing.request.refused", "提供方负责人签批不予同意", "Refused"),
    kind("sharing.request.scope_accepted", "使用方确认批准的范围", "Narrower scope accepted"),
    kind("sharing.request.grant_given", "建立授权，等待前置机确认", "Grant given, the agent is told"),
    kind("sharing.request.delivered", "交付完成", "Delivered"),
    kind("sharing.request.withdrawn", "撤回申请", "Request withdrawn"),
    kind("sharing.request.extension_asked", "申请延期答复", "Extension asked for"),
    kind("sharing.request.extension_agreed", "同意延期答复", "Extension consented to"),
    kind("sharing.request.extension_declined", "不同意延期答复", "Extension declined"),
    kind("sharing.request.reminded", "临期提醒承办人", "Reminded before the due day"),
    kind("sharing.request.head_told", "到期未办，报部门负责人", "Due, the provider's head is told"),
    kind("sharing.request.authority_told", "逾期未办，报数据主管部门", "Late, the data authority is told"),
    kind("sharing.request.overdue", "记为超期", "Marked overdue"),
    kind("sharing.need.posted", "发布数据需求", "Need posted"),
    kind("sharing.need.answered_yes", "应答：掌握该数据并承诺编目", "Answered: held, will be listed"),
    kind("sharing.need.answered_no", "应答：不掌握该数据", "Answered: not held"),
    kind("sharing.need.designated", "指定责任单位", "Responsible department named"),
    kind("sharing.need.listed", "完成编目", "Listed"),
    kind("sharing.need.closed", "办结数据需求", "Need closed"),
    kind("sharing.need.reminded", "临期提醒", "Reminded before the due day"),
    kind("sharing.need.head_told", "到期未办，报部门负责人", "Due, the head is told"),
    kind("sharing.need.authority_told", "逾期未办，报数据主管部门", "Late, the data authority is told"),
    kind("sharing.need.overdue", "记为超期", "Marked overdue"),
];
