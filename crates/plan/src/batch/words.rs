//! Why a row is held back, in words, beside the remarks on values that the standards have. The console takes them from here.

/// Code, Chinese and English of each reason that is about the row and not about one value.
pub const REASONS: &[(&str, &str, &str)] = &[
    (
        "key.missing",
        "主键没有值或不正确，分不清是哪一行",
        "the key is missing or invalid, so the row cannot be told apart",
    ),
    (
        "key.duplicate",
        "同一个主键来了不止一行，请提供部门核对",
        "the same key came more than once; the provider should check",
    ),
];
