//! The sentences of failures at a target.

use std::fmt::Display;

use super::Misfit;
use crate::error::{SourceCode, SourceError};

pub(super) fn down(target: &str) -> SourceError {
    SourceError::new(
        SourceCode::Down,
        format!(
            "连接不上投递目标“{target}”；请该部门检查系统是否运行、网络与地址是否正确，恢复后投递会从断点继续。"
        ),
        format!(
            "target \"{target}\" cannot be reached; its department should check that the system runs and that network \
             and address are right; the delivery then goes on where it stopped"
        ),
    )
}

pub(super) fn timeout(target: &str, millis: u128) -> SourceError {
    SourceError::new(
        SourceCode::Timeout,
        format!("投递目标“{target}”在 {millis} 毫秒内没有答复；请检查该系统的负载，必要时调高时限。"),
        format!(
            "target \"{target}\" did not answer within {millis} ms; check the load of the system, and raise the limit if \
             it needs the time"
        ),
    )
}

pub(super) fn takes_documents(target: &str) -> SourceError {
    SourceError::new(
        SourceCode::TargetUnsupported,
        format!("“{target}”是接收文件的文件夹，不接收数据表；请选择数据库或表格文件类的投递目标。"),
        format!("\"{target}\" takes documents, not tables; choose a database or a folder of table files"),
    )
}

pub(super) fn permission(target: &str) -> SourceError {
    SourceError::new(
        SourceCode::Permission,
        format!("投递目标“{target}”拒绝了登录；请该部门核对投递账号的用户名与密码。"),
        format!(
            "target \"{target}\" refused the login; its department should check user and password of the account for \
             deliveries"
        ),
    )
}

pub(super) fn connections(target: &str) -> SourceError {
    SourceError::new(
        SourceCode::Busy,
        format!("投递目标“{target}”的连接已用满；请稍后重试，或由该部门调高连接数上限。"),
        format!("target \"{target}\" has no connection left; retry later, or let its department allow more"),
    )
}

pub(super) fn delivering(target: &str, subscription: &str) -> SourceError {
    SourceError::new(
        SourceCode::TargetBusy,
        format!("订阅“{subscription}”正在向“{target}”投递；请等它结束后再试。"),
        format!(
            "subscription \"{subscription}\" is being delivered into \"{target}\"; try again when that has ended"
        ),
    )
}

pub(super) fn locked(target: &str, table: &str) -> SourceError {
    SourceError::new(
        SourceCode::TargetBusy,
        format!("“{target}”的表“{table}”被其他程序锁定；投递会稍后重试，若持续出现请该部门检查长事务。"),
        format!(
            "table \"{table}\" in \"{target}\" is locked by somebody else; the delivery will be tried again; if this goes \
             on, its department should look for long transactions"
        ),
    )
}

/// `what` is the name of a constraint or trigger, or what the system says that holds no value of a row.
pub(super) fn refused(target: &str, table: &str, what: &str) -> SourceError {
    SourceError::new(
        SourceCode::TargetRefused,
        format!(
            "“{target}”的表“{table}”拒绝写入（{what}）；原有数据未变。请该部门为投递账号授予写权限，或调整约束与触发器。"
        ),
        format!(
            "table \"{table}\" in \"{target}\" refuses to be written ({what}); it is as it was. Its department should \
             grant the account for deliveries the right to write, or change the constraint or trigger"
        ),
    )
}

pub(super) fn full(target: &str) -> SourceError {
    SourceError::new(
        SourceCode::TargetFull,
        format!("投递目标“{target}”的磁盘空间不足；原有数据未变。请该部门清理或扩容后重试。"),
        format!("target \"{target}\" has no disk space left; its data is as it was; make room and try again"),
    )
}

pub(super) fn failed(target: &str, table: &str) -> SourceError {
    SourceError::new(
        SourceCode::Query,
        format!("向“{target}”的表“{table}”投递时系统报错；原有数据未变，详细原因见前置机日志。"),
        format!(
            "the system reported an error while delivering into table \"{table}\" of \"{target}\"; it is as it was; the \
             agent's log has the cause"
        ),
    )
}

pub(super) fn misfits(target: &str, table: &str, misfits: &[Misfit]) -> SourceError {
    let join = |of: fn(&Misfit) -> &str, with: &str| misfits.iter().map(of).collect::<Vec<_>>().join(with);
    SourceError::new(
        SourceCode::TargetMisfit,
        format!("“{target}”的表“{table}”接收不了投递：{}", join(|one| &one.zh, "")),
        format!("table \"{table}\" in \"{target}\" cannot take the delivery: {}", join(|one| &one.en, "; ")),
    )
}

pub(super) fn portion(target: &str, zh: impl Display, en: impl Display) -> SourceError {
    SourceError::new(
        SourceCode::TargetPortion,
        format!("投递到“{target}”的批次有误：{zh}；请升级或重启前置机，并报告此问题。"),
        format!("a portion for \"{target}\" is wrong: {en}; upgrade or restart the agent and report this"),
    )
}

pub(super) fn unsupported(target: &str, zh: impl Display, en: impl Display) -> SourceError {
    SourceError::new(
        SourceCode::TargetUnsupported,
        format!("投递目标“{target}”不支持此操作：{zh}"),
        format!("target \"{target}\" cannot do that: {en}"),
    )
}

/// One thing that does not fit.
pub(super) fn misfit(code: &str, column: &str, zh: impl Into<String>, en: impl Into<String>) -> Misfit {
    Misfit { code: format!("target.{code}"), column: column.to_owned(), zh: zh.into(), en: en.into() }
}
