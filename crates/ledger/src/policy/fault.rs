//! What can be wrong with a line of a policy.

/// Why a policy was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// A byte that a policy cannot hold, such as a carriage return.
    #[error("the byte {0:#04x} is not allowed; lines end in a line feed alone")]
    Character(u8),
    /// The line begins with none of the known words.
    #[error("\"{0}\" is none of log, witness, group and quorum")]
    Keyword(String),
    /// Too few or too many items.
    #[error("the line has the form `{0}`")]
    Form(&'static str),
    /// The key is not usable.
    #[error("the key {text} is not acceptable: {what}")]
    Key {
        /// The key as it stands there.
        text: String,
        /// What is wrong with it.
        what: String,
    },
    /// The same public key stands on an earlier line, perhaps under another name.
    #[error("the same public key stands on line {0}; a log or witness is listed once, and none is both")]
    SameKey(usize),
    /// The name `none` means "no quorum" and nothing else.
    #[error("the name `none` is taken: it stands for no witness at all")]
    Reserved,
    /// The name is defined on an earlier line.
    #[error("\"{name}\" is defined on line {line} already")]
    SameName {
        /// The name.
        name: String,
        /// Where it was defined.
        line: usize,
    },
    /// A name that no earlier line defines.
    #[error("\"{0}\" is not defined on a line before this one")]
    Unknown(String),
    /// A name that is a member already.
    #[error("\"{name}\" is a member of the group on line {line} already; each name counts once")]
    Member {
        /// The name.
        name: String,
        /// The line of the group which it is in.
        line: usize,
    },
    /// The threshold is no number, or none that the group can reach.
    #[error("\"{text}\" is none of all, any and the numbers from 1 to {of}")]
    Threshold {
        /// What stands there.
        text: String,
        /// How many members the group has.
        of: usize,
    },
    /// A second quorum.
    #[error("the quorum is defined on line {0} already")]
    SecondQuorum(usize),
    /// No quorum in the whole file.
    #[error("the file ends without a quorum; write `quorum none` when none is wanted")]
    NoQuorum,
    /// The file is larger than any policy that makes sense.
    #[error("the file is too large: at most a mebibyte and {0} logs, witnesses and groups each")]
    TooLarge(usize),
}
