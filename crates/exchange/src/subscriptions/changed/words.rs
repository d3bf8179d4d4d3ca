//! Which failures speak of a changed source, and what either side is told of them.

use kernel::{Error, Result};

use super::super::model::Notice;

/// Code under which a subscription waits for its provider to mend the mount.
pub(in super::super) const CHANGED: &str = "run.source_changed";

/// Failures after which the mount must be held against the source as it is now.
const FOUND: &[&str] = &[
    "watch.schema_changed",
    "plan.column_gone",
    "plan.column_type",
    "source.table_unknown",
    "source.column_unknown",
    "source.key_unsupported",
    "source.watermark",
];

/// Parts what a run failed of into what both sides are told, and what only the provider is: the agent's words name tables and
/// columns of its department.
pub(in super::super) fn told_apart<T>(done: Result<T>) -> (Result<T>, Option<Notice>) {
    match done {
        Err(error) if FOUND.contains(&error.code()) => (Err(changed()), Some(Notice::from(&error))),
        other => (other, None),
    }
}

fn changed() -> Error {
    Error::upstream(
        CHANGED,
        "提供部门的系统有变更，订阅已暂停。平台已把情况和建议的新挂接告知提供部门；确认生效后订阅会自动继续，已写入的数据不受影响。",
        "The provider's system was changed and the subscription waits. The provider was told, with a proposed new mount; the \
         subscription goes on by itself once that is in force. What was written stands.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words for both sides never hold what the agent said of its table; the provider's keep it.
    #[test]
    fn names_stay_with_the_provider() {
        let error =
            Error::forbidden("plan.column_gone", "数据源未返回已挂接的列“XM”", "column \"XM\" is gone");
        let (done, found) = told_apart::<()>(Err(error));
        let told = Notice::from(&done.expect_err("failed"));
        assert_eq!(told.code, CHANGED);
        assert!(!told.zh.contains("XM") && !told.en.contains("XM"));
        assert!(found.is_some_and(|found| found.zh.contains("XM")));
        let other = Error::unavailable("source.down", "连接不上", "cannot be reached");
        let (done, found) = told_apart::<()>(Err(other));
        assert_eq!(done.expect_err("failed").code(), "source.down");
        assert!(found.is_none());
    }
}
