//! The one error type of the crate. Every variant has a stable dotted code and a sentence in Chinese and in English
//! which names the place and the remedy; the inner cause stays in `source`.

use std::io;
use std::sync::Arc;

use crate::hash::Hash;
use crate::policy::PolicyFault;

/// Result with the error of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in a log. Cloneable, because one failed batch answers many callers.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An operation on a file failed. Entries of the batch were not acknowledged.
    #[error(
        "the ledger could not {action} {path}; check the disk and the rights of the folder, then try again"
    )]
    Io {
        /// What was tried, as a verb, such as `write`.
        action: &'static str,
        /// The file or folder.
        path: String,
        /// What the operating system said.
        #[source]
        source: Arc<io::Error>,
    },
    /// The disk is full. Nothing was acknowledged; the log goes on as soon as there is room.
    #[error("the disk under {path} is full; nothing was recorded, free some space and try again")]
    DiskFull {
        /// The file that could not grow.
        path: String,
        /// What the operating system said.
        #[source]
        source: Arc<io::Error>,
    },
    /// An entry is larger than the format allows.
    #[error("the {part} of a ledger entry has {len} bytes, at most {max} are allowed; make it smaller")]
    TooLarge {
        /// `leaf` or `sidecar`.
        part: &'static str,
        /// Its length in bytes.
        len: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// The log was closed while the entry waited; it was not recorded.
    #[error("the ledger is closed; the entry was not recorded, try again when the service is up")]
    Closed,
    /// Another process has the log open.
    #[error("the ledger folder {path} is in use by another process; stop that process first")]
    Locked {
        /// The log's folder.
        path: String,
    },
    /// The folder was written in a format that this version does not know, or is no log at all.
    #[error(
        "{path} is not a ledger of a known format (found: {found}); use the version that wrote it, or newer"
    )]
    Format {
        /// The folder or file.
        path: String,
        /// What was found instead.
        found: String,
    },
    /// The folder belongs to a log of another origin.
    #[error(
        "the ledger in {path} belongs to \"{found}\", not to \"{expected}\"; check the configured folder"
    )]
    Origin {
        /// The log's folder.
        path: String,
        /// The origin asked for.
        expected: String,
        /// The origin found.
        found: String,
    },
    /// A segment is damaged in the middle: before records that were acknowledged.
    #[error(
        "segment {segment} is damaged at byte {offset} (entry {index}): {what}; restore the folder from a backup and \
         run the verifier on both"
    )]
    Corrupt {
        /// Name of the segment file.
        segment: String,
        /// Byte offset in it.
        offset: u64,
        /// The entry that should stand there.
        index: u64,
        /// What is wrong, in English, for the log.
        what: String,
    },
    /// Acknowledged entries are gone: the hash files know more entries than the segments hold.
    #[error(
        "the ledger in {path} holds {size} entries but had already acknowledged {acknowledged}; restore the missing \
         segments, or remove the folder `hashes` to accept the loss knowingly"
    )]
    Rollback {
        /// The log's folder.
        path: String,
        /// Entries found.
        size: u64,
        /// Entries once acknowledged.
        acknowledged: u64,
    },
    /// An index or size beyond the log's end was asked for.
    #[error("entry {index} does not exist in a ledger of {size} entries; ask for a smaller number")]
    OutOfRange {
        /// The index or size asked for.
        index: u64,
        /// The number of entries there are.
        size: u64,
    },
    /// The text is not a signed note with a valid signature of the expected key.
    #[error(
        "the signed note is not acceptable: {0}; fetch it again and compare the key with the published one"
    )]
    Note(NoteFault),
    /// The key text or key file is not usable.
    #[error("the key is not acceptable: {0}; use the text as it was generated, in one line")]
    Key(&'static str),
    /// The text of a checkpoint breaks the format.
    #[error("the checkpoint is malformed: {0}; fetch it again from the log")]
    Checkpoint(&'static str),
    /// A proof does not lead to the expected root.
    #[error("the proof does not hold: {0}; the entry or the log was changed, keep this answer as evidence")]
    Proof(ProofFault),
    /// A tile path or tile content breaks the format.
    #[error("the tile is malformed: {0}; fetch it again from the log")]
    Tile(&'static str),
    /// A policy file breaks the format.
    #[error("line {line} of the policy is not acceptable: {fault}; correct the line")]
    Policy {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        fault: PolicyFault,
    },
    /// Too few witnesses of the policy cosigned the checkpoint.
    #[error(
        "the checkpoint of \"{origin}\" with {size} entries lacks the quorum, missing are {}; wait for them or ask \
         for a newer checkpoint",
        missing.join(", ")
    )]
    Quorum {
        /// The log.
        origin: String,
        /// Its size in the checkpoint.
        size: u64,
        /// The witnesses asked for who did not cosign.
        missing: Vec<String>,
    },
    /// A proof file breaks the format.
    #[error("the proof file is malformed: {0}; fetch it again from the log")]
    ProofFile(&'static str),
    /// A request to a witness breaks the format.
    #[error("the request is malformed: {0}; compare it with the tlog-witness format")]
    Request(&'static str),
    /// A witness did not take up a log from a checkpoint.
    #[error("the checkpoint was not adopted: {0}; look at how the witness stands to this log")]
    Adopt(&'static str),
    /// A file of a witness is lost or damaged. It does not sign what it cannot compare.
    #[error(
        "the witness's file {path} is not usable: {what}; restore it from a backup that is not older, or adopt the \
         newest checkpoint that others cosigned"
    )]
    WitnessState {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Why a signed note was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// The text is not built like a note.
    #[error("malformed ({0})")]
    Malformed(&'static str),
    /// No signature line of the expected key.
    #[error("no signature by the key {0}")]
    NoSignature(String),
    /// The signature line of the expected key does not fit the text.
    #[error("the signature by {0} is invalid")]
    BadSignature(String),
    /// The first line is not the name of the key.
    #[error("it speaks for another log, {0}")]
    Origin(String),
}

/// Why a proof was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// More hashes than the sizes call for.
    #[error("too many hashes")]
    TooLong,
    /// Fewer hashes than the sizes call for.
    #[error("too few hashes")]
    TooShort,
    /// The computed root is not the expected one.
    #[error("root is {found}, expected {expected}")]
    Root {
        /// The root in the checkpoint.
        expected: Hash,
        /// The root computed from the proof.
        found: Hash,
    },
}

impl Error {
    /// Wraps an error of the operating system, with a variant of its own for a full disk.
    pub(crate) fn io(action: &'static str, path: &str, source: io::Error) -> Self {
        let path = path.to_owned();
        let full = matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let source = Arc::new(source);
        if full { Self::DiskFull { path, source } } else { Self::Io { action, path, source } }
    }

    /// Stable code for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "ledger.io",
            Self::DiskFull { .. } => "ledger.disk-full",
            Self::TooLarge { .. } => "ledger.too-large",
            Self::Closed => "ledger.closed",
            Self::Locked { .. } => "ledger.locked",
            Self::Format { .. } => "ledger.format",
            Self::Origin { .. } => "ledger.origin",
            Self::Corrupt { .. } => "ledger.corrupt",
            Self::Rollback { .. } => "ledger.rollback",
            Self::OutOfRange { .. } => "ledger.out-of-range",
            Self::Note(_) => "ledger.note",
            Self::Key(_) => "ledger.key",
            Self::Checkpoint(_) => "ledger.checkpoint",
            Self::Proof(_) => "ledger.proof",
            Self::Tile(_) => "ledger.tile",
            Self::Policy { .. } => "ledger.policy",
            Self::Quorum { .. } => "ledger.quorum",
            Self::ProofFile(_) => "ledger.proof-file",
            Self::Request(_) => "ledger.request",
            Self::Adopt(_) => "ledger.adopt",
            Self::WitnessState { .. } => "ledger.witness-state",
        }
    }

    /// The sentence for the user in English.
    pub fn en(&self) -> String {
        self.to_string()
    }

    /// The sentence for the user in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Io { path, .. } => format!("存证日志无法读写 {path}：请检查磁盘与目录权限后重试"),
            Self::DiskFull { path, .. } => format!("{path} 所在磁盘已满，本次未记录：请清理空间后重试"),
            Self::TooLarge { part, len, max } => {
                format!("存证条目的 {part} 部分有 {len} 字节，上限为 {max} 字节：请缩小内容")
            }
            Self::Closed => "存证日志已关闭，本条未记录：请在服务恢复后重试".to_owned(),
            Self::Locked { path } => format!("存证目录 {path} 正被另一进程使用：请先停止该进程"),
            Self::Format { path, found } => {
                format!("{path} 不是可识别的存证格式（实际为：{found}）：请使用写入它的版本或更新的版本")
            }
            Self::Origin { path, expected, found } => {
                format!("{path} 中的存证日志属于“{found}”，而不是“{expected}”：请检查配置的目录")
            }
            Self::Corrupt { segment, offset, index, what } => format!(
                "存证分段 {segment} 在第 {offset} 字节处（第 {index} 条）损坏（{what}）：请从备份恢复并对两份数据运行核验"
            ),
            Self::Rollback { path, size, acknowledged } => format!(
                "{path} 中只有 {size} 条存证，而此前已确认 {acknowledged} 条：请恢复缺失的分段；若确认接受丢失，请删除 hashes 目录"
            ),
            Self::OutOfRange { index, size } => {
                format!("第 {index} 条不存在，日志共有 {size} 条：请使用更小的序号")
            }
            Self::Note(fault) => format!("签名文本不可接受（{fault}）：请重新获取并核对公布的公钥"),
            Self::Key(what) => format!("密钥不可用（{what}）：请使用生成时的整行文本"),
            Self::Checkpoint(what) => format!("检查点格式有误（{what}）：请从日志重新获取"),
            Self::Proof(fault) => format!("证明不成立（{fault}）：条目或日志已被改动，请保存此答复作为证据"),
            Self::Tile(what) => format!("哈希分片格式有误（{what}）：请从日志重新获取"),
            Self::Policy { line, fault } => format!("策略文件第 {line} 行不可接受（{fault}）：请改正该行"),
            Self::Quorum { origin, size, missing } => format!(
                "日志“{origin}”共 {size} 条的检查点见证不足，尚缺 {}：请等待其见证或索取更新的检查点",
                missing.join("、")
            ),
            Self::Request(what) => format!("请求格式有误（{what}）：请对照 tlog-witness 格式检查"),
            Self::Adopt(what) => format!("检查点未被采信（{what}）：请先查看见证方对该日志的状态"),
            Self::WitnessState { path, what } => format!(
                "见证方文件 {path} 不可用（{what}）：请用不更旧的备份恢复，或采信由其他见证方联署的最新检查点"
            ),
            Self::ProofFile(what) => format!("证明文件格式有误（{what}）：请从日志重新获取"),
        }
    }
}
