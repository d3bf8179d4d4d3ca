//! Join codes (接入码): what an administrator hands to a department so that its agent can join.
//!
//! `gt1-<secret>-<fingerprint>-<check>`: 20 random bytes, the first 20 bytes of the SHA-256 of the hub's
//! root certificate, and the first 20 bits of the SHA-256 over the text before them, each in lower-case
//! base32 (RFC 4648, no padding). The fingerprint pins the hub at the very first connection; the check
//! tells a mistyped code from an expired one.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};
use sha2::{Digest, Sha256};

/// Bytes of randomness in a join secret, and of a root's fingerprint.
pub const JOIN_BYTES: usize = 20;

const PREFIX: &str = "gt1";
/// 20 bytes are exactly 32 characters of base32.
const PART_LEN: usize = 32;
const CHECK_LEN: usize = 4;

static BASE32: std::sync::LazyLock<Encoding> = std::sync::LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    // The specification is constant, so the fallback is never taken; it keeps this free of panics.
    spec.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
});

/// Fingerprint (指纹) of a hub's root certificate: base32 of the first 20 bytes of the SHA-256 over its DER.
pub fn fingerprint(root_der: &[u8]) -> String {
    let digest = Sha256::digest(root_der);
    BASE32.encode(digest.as_slice().get(..JOIN_BYTES).unwrap_or_default())
}

/// A join code. Works once and expires; both are the hub's business.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinCode {
    secret: String,
    fingerprint: String,
}

impl JoinCode {
    /// Makes a code from 20 random bytes and the hub's [`fingerprint`].
    ///
    /// # Errors
    /// The fingerprint is not one.
    pub fn new(secret: [u8; JOIN_BYTES], fingerprint: &str) -> Result<Self, JoinCodeError> {
        check_part(fingerprint, Part::Fingerprint)?;
        Ok(Self { secret: BASE32.encode(&secret), fingerprint: fingerprint.to_owned() })
    }

    /// The secret in base32: what `EnrolRequest.join_secret` carries. A hub stores only its hash.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Fingerprint of the hub's root.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn body(&self) -> String {
        format!("{PREFIX}-{}-{}", self.secret, self.fingerprint)
    }
}

impl fmt::Display for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body();
        write!(f, "{body}-{}", check_of(&body))
    }
}

// A secret does not belong into logs, where Debug output ends up.
impl fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinCode(gt1-…-{})", self.fingerprint)
    }
}

impl FromStr for JoinCode {
    type Err = JoinCodeError;

    /// Accepts what people paste: line breaks and blanks inside, capitals, and the dashes and full-width
    /// letters that word processors and input methods put in place of plain ones.
    fn from_str(text: &str) -> Result<Self, JoinCodeError> {
        let tidy: String = text.chars().filter(|c| !is_blank(*c)).map(plain).collect();
        if tidy.is_empty() {
            return Err(JoinCodeError::Empty);
        }
        let parts: Vec<&str> = tidy.split('-').collect();
        let &[prefix, secret, fingerprint, check] = parts.as_slice() else {
            return Err(if parts.first() == Some(&PREFIX) {
                JoinCodeError::Parts { found: parts.len() }
            } else {
                JoinCodeError::NotAJoinCode
            });
        };
        if prefix != PREFIX {
            return Err(JoinCodeError::NotAJoinCode);
        }
        check_part(secret, Part::Secret)?;
        check_part(fingerprint, Part::Fingerprint)?;
        let code = Self { secret: secret.to_owned(), fingerprint: fingerprint.to_owned() };
        if check_of(&code.body()) != check {
            return Err(JoinCodeError::Check);
        }
        Ok(code)
    }
}

/// Zero-width marks come along when a code is copied out of a chat or a web page.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

fn plain(c: char) -> char {
    let narrow = match c {
        // Full-width ASCII stands at a fixed distance from ASCII.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    };
    narrow.to_ascii_lowercase()
}

fn check_of(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    let mut text = BASE32.encode(digest.as_slice().get(..5).unwrap_or_default());
    text.truncate(CHECK_LEN);
    text
}

fn check_part(text: &str, part: Part) -> Result<(), JoinCodeError> {
    if let Some((index, found)) = text.chars().enumerate().find(|(_, c)| !matches!(c, 'a'..='z' | '2'..='7'))
    {
        return Err(JoinCodeError::Alphabet { part, position: index + 1, found });
    }
    let found = text.len();
    if found != PART_LEN {
        return Err(JoinCodeError::Length { part, found });
    }
    Ok(())
}

/// One of the two long parts of a join code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The one-time secret.
    Secret,
    /// The fingerprint of the hub's root.
    Fingerprint,
}

impl Part {
    fn zh(self) -> &'static str {
        match self {
            Self::Secret => "第二段（密钥）",
            Self::Fingerprint => "第三段（平台指纹）",
        }
    }

    fn en(self) -> &'static str {
        match self {
            Self::Secret => "the second part (secret)",
            Self::Fingerprint => "the third part (fingerprint)",
        }
    }
}

/// What is wrong with the text of a join code. All have the code `join.code_invalid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoinCodeError {
    /// Nothing was given.
    #[error("empty join code")]
    Empty,
    /// Does not begin with `gt1-`.
    #[error("not a join code")]
    NotAJoinCode,
    /// Too few or too many parts between dashes.
    #[error("join code has {found} parts")]
    Parts {
        /// Parts found; four are right.
        found: usize,
    },
    /// A long part has the wrong number of characters.
    #[error("join code part has {found} characters")]
    Length {
        /// Which part.
        part: Part,
        /// Characters found; 32 are right.
        found: usize,
    },
    /// A character that never occurs in a join code.
    #[error("join code holds an impossible character")]
    Alphabet {
        /// Which part.
        part: Part,
        /// Position in that part, counted from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// All characters are possible, but they do not fit together: a typing mistake.
    #[error("join code check mismatch")]
    Check,
}

impl JoinCodeError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        "join.code_invalid"
    }

    /// Sentence in Chinese: where it is wrong and what to do.
    pub fn zh(self) -> String {
        let what = match self {
            Self::Empty => "接入码为空".to_owned(),
            Self::NotAJoinCode => "这不是接入码，接入码以 gt1- 开头".to_owned(),
            Self::Parts { found } => format!("接入码应有 4 段（以短横线分隔），实为 {found} 段"),
            Self::Length { part, found } => format!("接入码{}应为 32 个字符，实为 {found} 个", part.zh()),
            Self::Alphabet { part, position, found } => {
                format!("接入码{}第 {position} 个字符“{found}”不可能出现，只用 a-z 和 2-7", part.zh())
            }
            Self::Check => "接入码校验不符，可能抄错了某个字符".to_owned(),
        };
        format!("{what}。请从平台“前置机”页面重新完整复制接入码。")
    }

    /// Sentence in English: where it is wrong and what to do.
    pub fn en(self) -> String {
        let what = match self {
            Self::Empty => "The join code is empty".to_owned(),
            Self::NotAJoinCode => "This is not a join code; a join code begins with gt1-".to_owned(),
            Self::Parts { found } => format!("A join code has 4 parts between dashes, this one has {found}"),
            Self::Length { part, found } => {
                format!("In the join code, {} must have 32 characters, it has {found}", part.en())
            }
            Self::Alphabet { part, position, found } => format!(
                "In the join code, character {position} of {}, {found:?}, cannot occur; only a-z and 2-7 do",
                part.en()
            ),
            Self::Check => "The join code does not check; a character may be mistyped".to_owned(),
        };
        format!("{what}. Copy the whole code again from the hub's agents page.")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> JoinCode {
        JoinCode::new([7; 20], &fingerprint(b"root")).unwrap()
    }

    /// A code read back is the code that was written, also after what chat programs do to it.
    #[test]
    fn survives_pasting() {
        let code = sample();
        let text = code.to_string();
        assert_eq!(text.parse::<JoinCode>().unwrap(), code);
        let mangled = format!(" {}\n", text.to_uppercase().replace('-', "－"));
        assert_eq!(mangled.parse::<JoinCode>().unwrap(), code);
        let (left, right) = text.split_at(20);
        assert_eq!(format!("{left}\r\n  {right}").parse::<JoinCode>().unwrap(), code);
    }

    /// Each kind of damage is named by its own error, with the place.
    #[test]
    fn names_the_mistake() {
        let text = sample().to_string();
        assert_eq!("".parse::<JoinCode>().unwrap_err(), JoinCodeError::Empty);
        assert_eq!("hello".parse::<JoinCode>().unwrap_err(), JoinCodeError::NotAJoinCode);
        assert_eq!("gt1-abc".parse::<JoinCode>().unwrap_err(), JoinCodeError::Parts { found: 2 });
        let short = text.replacen("gt1-a", "gt1-", 1);
        assert_eq!(
            short.parse::<JoinCode>().unwrap_err(),
            JoinCodeError::Length { part: Part::Secret, found: 31 }
        );
        let zero = text.replacen("gt1-a", "gt1-0", 1);
        assert_eq!(
            zero.parse::<JoinCode>().unwrap_err(),
            JoinCodeError::Alphabet { part: Part::Secret, position: 1, found: '0' }
        );
        assert!(zero.parse::<JoinCode>().unwrap_err().zh().contains("第 1 个字符"));
    }

    /// The secret never shows in debug output.
    #[test]
    fn debug_hides_the_secret() {
        let code = sample();
        assert!(!format!("{code:?}").contains(code.secret()));
    }

    proptest! {
        /// Arbitrary bytes never panic and never parse to something that prints differently.
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = String::from_utf8_lossy(&bytes);
            if let Err(error) = text.parse::<JoinCode>() {
                prop_assert!(error.zh().contains("接入码") && !error.en().is_empty());
            }
        }

        /// Near-codes (right shape, any characters) never panic either.
        #[test]
        fn near_codes_never_panic(text in "[gG]t1[-－—][a-z0-9]{30,34}-.{30,34}-[a-z2-7]{3,5}") {
            let _ = text.parse::<JoinCode>();
        }

        /// One changed character is noticed.
        #[test]
        fn one_typo_is_noticed(secret in any::<[u8; 20]>(), at in 4usize..70, to in "[a-z2-7]") {
            let code = JoinCode::new(secret, &fingerprint(b"root")).unwrap();
            let mut text = code.to_string();
            if text.get(at..=at) == Some("-") || text.get(at..=at) == Some(to.as_str()) {
                return Ok(());
            }
            text.replace_range(at..=at, &to);
            prop_assert!(text.parse::<JoinCode>().is_err());
        }
    }
}
