//! What can go wrong at a source or a target, told so that a clerk knows whose system it is and what to do.

use std::{error::Error as StdError, fmt, sync::Arc};

use crate::{source::SourceKind, watch::Obstacle};

/// What went wrong, as a stable dotted code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceCode {
    /// The system cannot be reached or broke the connection.
    Down,
    /// The system is reachable but did not answer in time.
    Timeout,
    /// Every connection of this source is in use.
    Busy,
    /// The system refused the user or the right to read.
    Permission,
    /// There is no such table, view, file or sheet.
    TableUnknown,
    /// There is no such column.
    ColumnUnknown,
    /// The column cannot be asked by key.
    KeyUnsupported,
    /// A file cannot be read as what its name says.
    BadFile,
    /// Bytes are not of the encoding of the file.
    Encoding,
    /// The HTTP interface answered with a status that is no answer.
    HttpStatus,
    /// The HTTP interface answered something that is not the agreed JSON.
    BadAnswer,
    /// A value does not fit the declared type of its column.
    Value,
    /// The system reported an error in the statement.
    Query,
    /// The configuration of the source is wrong.
    Config,
    /// The agent's own folder for indexes and comparisons cannot be read or written.
    Index,
    /// The table at the target does not fit what is to be delivered.
    TargetMisfit,
    /// Somebody else holds a lock at the target: another delivery, or a writer of the department.
    TargetBusy,
    /// The target refuses to be written: no right, read-only, a constraint or a trigger.
    TargetRefused,
    /// The target has no room left.
    TargetFull,
    /// A value is none of its column's kind, or the column cannot hold it.
    TargetValue,
    /// This kind of target cannot do that.
    TargetUnsupported,
    /// A portion is not made as the table is described.
    TargetPortion,
    /// The column cannot tell what has changed, or holds something that cannot be compared.
    Watermark,
    /// This source cannot tell by itself what changes.
    WatchUnsupported,
    /// What changed since the position is no longer to be had.
    PositionLost,
    /// The watched table was emptied at once, so that its rows are not told one by one.
    Truncated,
    /// The watched table no longer has the columns asked for.
    SchemaChanged,
    /// Something stands in the way of watching.
    WatchRefused,
    /// There is no such document.
    DocumentUnknown,
    /// The document was changed while it was handed over.
    DocumentChanged,
    /// The virus scan found it infected.
    DocumentInfected,
    /// The virus scan gave no result.
    DocumentScan,
    /// What arrived is not what was sent.
    DocumentDamaged,
}

impl SourceCode {
    /// The stable code, for example `source.down`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Down => "source.down",
            Self::Timeout => "source.timeout",
            Self::Busy => "source.busy",
            Self::Permission => "source.permission",
            Self::TableUnknown => "source.table_unknown",
            Self::ColumnUnknown => "source.column_unknown",
            Self::KeyUnsupported => "source.key_unsupported",
            Self::BadFile => "source.bad_file",
            Self::Encoding => "source.encoding",
            Self::HttpStatus => "source.http_status",
            Self::BadAnswer => "source.bad_answer",
            Self::Value => "source.value",
            Self::Query => "source.query",
            Self::Config => "source.config",
            Self::Index => "source.index",
            Self::TargetMisfit => "target.misfit",
            Self::TargetBusy => "target.busy",
            Self::TargetRefused => "target.refused",
            Self::TargetFull => "target.full",
            Self::TargetValue => "target.value",
            Self::TargetUnsupported => "target.unsupported",
            Self::TargetPortion => "target.portion",
            Self::Watermark => "source.watermark",
            Self::WatchUnsupported => "watch.unsupported",
            Self::PositionLost => "watch.position_lost",
            Self::Truncated => "watch.truncated",
            Self::SchemaChanged => "watch.schema_changed",
            Self::WatchRefused => "watch.refused",
            Self::DocumentUnknown => "document.unknown",
            Self::DocumentChanged => "document.changed",
            Self::DocumentInfected => "document.infected",
            Self::DocumentScan => "document.scan_failed",
            Self::DocumentDamaged => "document.damaged",
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Down | Self::Timeout | Self::Busy | Self::TargetBusy)
    }
}

impl fmt::Display for SourceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure at a source. `Display` gives the English sentence; neither sentence ever holds a
/// credential or a value of a row. The inner cause is for the department's own log.
#[derive(Debug, Clone)]
pub struct SourceError(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: SourceCode,
    zh: String,
    en: String,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

impl SourceError {
    /// A failure with its sentences.
    pub fn new(code: SourceCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Box::new(Inner { code, zh: zh.into(), en: en.into(), cause: None }))
    }

    /// The same failure with its inner cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(Arc::from(cause.into()));
        self
    }

    /// What went wrong.
    pub fn code(&self) -> SourceCode {
        self.0.code
    }

    /// The sentence in Chinese.
    pub fn zh(&self) -> &str {
        &self.0.zh
    }

    /// The sentence in English.
    pub fn en(&self) -> &str {
        &self.0.en
    }

    pub(crate) fn table_unknown(source: &str, table: &str) -> Self {
        Self::new(
            SourceCode::TableUnknown,
            format!(
                "数据源“{source}”中没有表或文件“{table}”；请在目录挂接中改选现有的表，或请该部门恢复它。"
            ),
            format!(
                "source \"{source}\" has no table or file \"{table}\"; choose an existing one in the mount, \
                 or ask the department to restore it"
            ),
        )
    }

    pub(crate) fn column_unknown(source: &str, table: &str, column: &str) -> Self {
        Self::new(
            SourceCode::ColumnUnknown,
            format!("数据源“{source}”的表“{table}”中没有列“{column}”；请核对挂接的列名。"),
            format!(
                "table \"{table}\" of source \"{source}\" has no column \"{column}\"; check the column in the mount"
            ),
        )
    }

    pub(crate) fn key_unsupported(source: &str, table: &str, column: &str, declared: &str) -> Self {
        Self::new(
            SourceCode::KeyUnsupported,
            format!(
                "数据源“{source}”的表“{table}”的列“{column}”（类型 {declared}）不能用作查询键；请改用文本、整数、数值、日期或 UUID 列。"
            ),
            format!(
                "column \"{column}\" ({declared}) of table \"{table}\" in source \"{source}\" cannot be a key; \
                 use a text, integer, decimal, date or UUID column"
            ),
        )
    }

    pub(crate) fn watermark(source: &str, table: &str, column: &str, declared: &str) -> Self {
        Self::new(
            SourceCode::Watermark,
            format!(
                "数据源“{source}”的表“{table}”的列“{column}”（类型 {declared}）不能用作增量字段；请改用随每次修改增大的数值、日期或时间列。"
            ),
            format!(
                "column \"{column}\" ({declared}) of table \"{table}\" in source \"{source}\" cannot tell what has changed; \
                 use a number, date or time column that grows with every change"
            ),
        )
    }

    pub(crate) fn watermark_value(source: &str, table: &str, column: &str, declared: &str) -> Self {
        Self::new(
            SourceCode::Watermark,
            format!(
                "数据源“{source}”的表“{table}”的增量字段“{column}”（类型 {declared}）的值无法比较大小；请核对该列是否改过类型、是否混有其他内容，或重新全量读取。"
            ),
            format!(
                "values of the watermark column \"{column}\" ({declared}) of table \"{table}\" in source \"{source}\" cannot be \
                 compared; check whether the column changed its type or holds other things too, or read the whole table again"
            ),
        )
    }

    pub(crate) fn watch_unsupported(kind: SourceKind) -> Self {
        Self::new(
            SourceCode::WatchUnsupported,
            format!("种类为 {kind} 的数据源没有可供读取的变更日志；请改用增量字段或定期全量比对。"),
            format!(
                "sources of kind {kind} have no log of changes to be read; use a watermark column, or compare the whole \
                 table from time to time"
            ),
        )
    }

    pub(crate) fn watch_refused(source: &str, obstacle: &Obstacle) -> Self {
        Self::new(
            SourceCode::WatchRefused,
            format!("数据源“{source}”尚不能捕获变更：{}", obstacle.zh),
            format!("changes of source \"{source}\" cannot be captured yet: {}", obstacle.en),
        )
    }

    pub(crate) fn position_lost(source: &str, name: &str) -> Self {
        Self::new(
            SourceCode::PositionLost,
            format!("数据源“{source}”已不再保留监视“{name}”所需的变更日志；请重新全量读取后再继续捕获。"),
            format!(
                "source \"{source}\" no longer holds the changes that watcher \"{name}\" needs; read the whole table \
                 again and go on from there"
            ),
        )
    }

    pub(crate) fn truncated(source: &str, table: &str) -> Self {
        Self::new(
            SourceCode::Truncated,
            format!("数据源“{source}”的表“{table}”被整表清空（TRUNCATE）；请重新全量读取。"),
            format!(
                "table \"{table}\" of source \"{source}\" was emptied at once (TRUNCATE); read the whole table again"
            ),
        )
    }

    pub(crate) fn schema_changed(source: &str, table: &str) -> Self {
        Self::new(
            SourceCode::SchemaChanged,
            format!("数据源“{source}”的表“{table}”的列已经改变；请核对挂接后重新全量读取。"),
            format!(
                "the columns of table \"{table}\" in source \"{source}\" have changed; check the mount and read the whole \
                 table again"
            ),
        )
    }

    pub(crate) fn down(source: &str) -> Self {
        Self::new(
            SourceCode::Down,
            format!(
                "连接不上数据源“{source}”；请该部门检查系统是否运行、网络与地址是否正确，恢复后会自动重连。"
            ),
            format!(
                "source \"{source}\" cannot be reached; its department should check that the system runs and that \
                 network and address are right; the connection comes back by itself"
            ),
        )
    }

    pub(crate) fn timeout(source: &str, millis: u128) -> Self {
        Self::new(
            SourceCode::Timeout,
            format!("数据源“{source}”在 {millis} 毫秒内没有答复；请检查该系统的负载以及查询键上是否有索引。"),
            format!(
                "source \"{source}\" did not answer within {millis} ms; check the load of the system and whether the \
                 key column has an index"
            ),
        )
    }

    pub(crate) fn busy(source: &str) -> Self {
        Self::new(
            SourceCode::Busy,
            format!("数据源“{source}”的连接全部在用；请稍后重试，或调高 max_connections。"),
            format!(
                "every connection of source \"{source}\" is in use; retry later or raise max_connections"
            ),
        )
    }

    pub(crate) fn permission(source: &str) -> Self {
        Self::new(
            SourceCode::Permission,
            format!("数据源“{source}”拒绝了登录或读取；请该部门核对前置机账号的密码与只读权限。"),
            format!(
                "source \"{source}\" refused the login or the right to read; its department should check the \
                 password and the read rights of the agent's account"
            ),
        )
    }

    pub(crate) fn config(source: &str, zh: impl fmt::Display, en: impl fmt::Display) -> Self {
        Self::new(
            SourceCode::Config,
            format!("数据源“{source}”的配置有误：{zh}"),
            format!("the configuration of source \"{source}\" is wrong: {en}"),
        )
    }

    pub(crate) fn bad_file(file: &str, zh: impl fmt::Display, en: impl fmt::Display) -> Self {
        Self::new(SourceCode::BadFile, format!("文件“{file}”：{zh}"), format!("file \"{file}\": {en}"))
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.en)
    }
}

impl StdError for SourceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}
