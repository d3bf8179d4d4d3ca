//! What a verification tells.

use serde::Serialize;

use crate::hash::Hash;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The content of an entry is not what was recorded.
    Changed,
    /// Entries are gone.
    Missing,
    /// An entry stands in another entry's place.
    Reordered,
    /// An entry stands where none was recorded.
    Inserted,
    /// Entries cannot be read any more.
    Unreadable,
    /// The entry is as recorded, but its private part is not: damaged, or not what the entry commits to.
    Sidecar,
    /// The entry is as recorded, but the number written beside it is not.
    Renumbered,
    /// A file of hashes differs, while the entries are as recorded.
    HashFile,
    /// The entries do not give the signed root.
    Root,
    /// The signature on the checkpoint does not hold.
    Signature,
    /// The log has fewer entries than a checkpoint saved earlier.
    Rollback,
    /// The log is another one than a checkpoint saved earlier describes.
    Fork,
}

/// One finding of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// Stable code, such as `ledger.entry-changed`.
    pub code: &'static str,
    /// The (first) entry concerned, where it can be told.
    pub index: Option<u64>,
    /// Number of entries concerned, from `index` on.
    pub count: u64,
    /// For a reordered entry: the index of the entry that stands in its place.
    pub other: Option<u64>,
    /// The file and place.
    pub place: String,
    /// The hash that should be found.
    pub expected: Option<Hash>,
    /// The hash that was found.
    pub found: Option<Hash>,
    /// Sentence in Chinese.
    pub zh: String,
    /// Sentence in English.
    pub en: String,
}

impl Finding {
    pub(super) fn new(kind: FindingKind, place: String) -> Self {
        Self {
            kind,
            code: kind.code(),
            index: None,
            count: 0,
            other: None,
            place,
            expected: None,
            found: None,
            zh: String::new(),
            en: String::new(),
        }
        .worded()
    }

    pub(super) fn entries(mut self, index: u64, count: u64) -> Self {
        (self.index, self.count) = (Some(index), count);
        self.worded()
    }

    pub(super) fn other(mut self, other: u64) -> Self {
        self.other = Some(other);
        self.worded()
    }

    pub(super) fn hashes(mut self, expected: Option<Hash>, found: Option<Hash>) -> Self {
        (self.expected, self.found) = (expected, found);
        self.worded()
    }

    /// Writes the sentences anew from the facts.
    fn worded(mut self) -> Self {
        let place = &self.place;
        let (en_who, zh_who) = match (self.index, self.count) {
            (None, _) => ("the log".to_owned(), "日志".to_owned()),
            (Some(index), 0 | 1) => (format!("entry {index}"), format!("第 {index} 条")),
            (Some(index), count) => {
                let last = index + count - 1;
                (format!("entries {index} to {last}"), format!("第 {index} 至 {last} 条"))
            }
        };
        let other = self.other.map_or_else(|| "another".to_owned(), |other| other.to_string());
        let (en, zh) = match self.kind {
            FindingKind::Changed => (
                format!("{en_who} was changed after it was recorded ({place})"),
                format!("{zh_who}在记录之后被改动（{place}）"),
            ),
            FindingKind::Missing => (
                format!("missing: {en_who}, once recorded ({place})"),
                format!("{zh_who}曾被记录，现已缺失（{place}）"),
            ),
            FindingKind::Reordered => (
                format!("in the place of {en_who} stands entry {other} ({place})"),
                format!("{zh_who}的位置上是第 {other} 条，顺序被改动（{place}）"),
            ),
            FindingKind::Inserted => (
                format!("before {en_who} stands an entry that was never recorded ({place})"),
                format!("{zh_who}之前被插入了从未记录的条目（{place}）"),
            ),
            FindingKind::Unreadable => {
                (format!("unreadable: {en_who} ({place})"), format!("{zh_who}无法读取（{place}）"))
            }
            FindingKind::Sidecar => (
                format!(
                    "the private part of {en_who} was changed; the entry itself is as recorded ({place})"
                ),
                format!("{zh_who}的附属私有内容被改动，条目本身未变（{place}）"),
            ),
            FindingKind::Renumbered => (
                format!("the number written beside {en_who} was changed ({place})"),
                format!("{zh_who}旁记录的序号被改动（{place}）"),
            ),
            FindingKind::HashFile => (
                format!(
                    "the stored hash for {en_who} was changed or is missing, the entries are as recorded ({place})"
                ),
                format!("{zh_who}的存储哈希被改动或缺失，条目本身与记录一致（{place}）"),
            ),
            FindingKind::Root => (
                format!(
                    "{en_who} do not give the hash that was recorded, so at least one was changed ({place})"
                ),
                format!("由{zh_who}算出的哈希与记录不符，其中至少一条被改动（{place}）"),
            ),
            FindingKind::Signature => (
                format!("the signature on the checkpoint does not hold ({place})"),
                format!("检查点上的签名不成立（{place}）"),
            ),
            FindingKind::Rollback => (
                format!(
                    "missing: {en_who}, which a checkpoint saved earlier contains; the log was cut back ({place})"
                ),
                format!("此前保存的检查点含有{zh_who}，日志被截短（{place}）"),
            ),
            FindingKind::Fork => (
                format!("{en_who} differ from the checkpoint saved earlier; the log was rewritten ({place})"),
                format!("{zh_who}与此前保存的检查点不一致，日志被重写（{place}）"),
            ),
        };
        let remedy_en = match self.kind {
            FindingKind::HashFile => "the hash files can be made anew from the entries",
            FindingKind::Signature => "check the key, and compare with a checkpoint from another source",
            _ => "keep this copy as evidence and compare it with a backup",
        };
        let remedy_zh = match self.kind {
            FindingKind::HashFile => "哈希文件可由条目重新生成",
            FindingKind::Signature => "请核对公钥，并与其他来源的检查点比对",
            _ => "请保留此副本作为证据，并与备份比对",
        };
        self.en = format!("{en}; {remedy_en}");
        self.zh = format!("{zh}：{remedy_zh}");
        self
    }
}

impl FindingKind {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Changed => "ledger.entry-changed",
            Self::Missing => "ledger.entry-missing",
            Self::Reordered => "ledger.entry-reordered",
            Self::Inserted => "ledger.entry-inserted",
            Self::Unreadable => "ledger.entry-unreadable",
            Self::Sidecar => "ledger.sidecar-changed",
            Self::Renumbered => "ledger.entry-renumbered",
            Self::HashFile => "ledger.hash-file",
            Self::Root => "ledger.root",
            Self::Signature => "ledger.signature",
            Self::Rollback => "ledger.rollback",
            Self::Fork => "ledger.fork",
        }
    }

    /// Whether the finding rests on the comparison of an entry with its stored hash: then it accuses the hash
    /// file instead when the entries turn out to give the signed root.
    pub(super) fn rests_on_stored_hash(self) -> bool {
        matches!(self, Self::Changed | Self::Missing | Self::Reordered | Self::Inserted)
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// It holds.
    Passed,
    /// It does not hold; the findings say why.
    Failed,
    /// It could not be done, because something to compare with was not given.
    NotDone,
}

/// One step of a verification, for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable code: `signature`, `entries`, `root` or `saved`.
    pub code: &'static str,
    /// How it ended.
    pub state: CheckState,
    /// Sentence in Chinese.
    pub zh: String,
    /// Sentence in English.
    pub en: String,
}

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Entries that the checkpoint covers.
    pub size: u64,
    /// Root in the checkpoint.
    pub root: Hash,
    /// The signed checkpoint, to be saved for the next verification.
    pub checkpoint: String,
    /// Entries read and hashed.
    pub entries_checked: u64,
    /// What was checked, in order.
    pub checks: Vec<Check>,
    /// What is wrong; at most a thousand findings are kept.
    pub findings: Vec<Finding>,
    /// Number of all findings, the unlisted ones included.
    pub findings_total: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.findings_total == 0
    }
}

/// Findings as they come up, bounded in number.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub list: Vec<Finding>,
    pub total: u64,
}

impl Findings {
    /// More than this are counted but not kept.
    const KEPT: usize = 1000;

    pub fn push(&mut self, finding: Finding) {
        self.total += 1;
        if self.list.len() < Self::KEPT {
            self.list.push(finding);
        }
    }
}
