//! The columns of a table in the order in which the binary log tells them, which names none.

use encoding_rs::Encoding;
use sqlx::{Row as _, mysql::MySqlRow};

use crate::hash::hash64;

/// How the bytes of a column become text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Int { unsigned: bool },
    Single,
    Double,
    Decimal,
    Date,
    Datetime,
    Timestamp,
    Time { digits: usize },
    Year,
    Text(Charset),
    Bytes { width: usize },
    Enum(Vec<String>),
    Set(Vec<String>),
}

/// A character set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Charset {
    Utf8,
    Other(&'static Encoding),
}

impl Charset {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "utf8mb4" | "utf8mb3" | "utf8" | "ascii" => Self::Utf8,
            "gbk" | "gb2312" => Self::Other(encoding_rs::GBK),
            "gb18030" => Self::Other(encoding_rs::GB18030),
            "big5" => Self::Other(encoding_rs::BIG5),
            // What MySQL calls so is the one of Windows.
            "latin1" => Self::Other(encoding_rs::WINDOWS_1252),
            _ => return None,
        })
    }

    /// The text of bytes; `None` when they are not of this set.
    pub(super) fn text(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Other(encoding) => encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .map(std::borrow::Cow::into_owned),
        }
    }
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Laid {
    pub(super) name: String,
    /// The declared type.
    pub(super) declared: String,
    /// `None` when the log tells it in a way that is not read here.
    pub(super) kind: Option<Kind>,
    charset: String,
}

/// Reads the columns, with what is needed to read their bytes.
pub(super) const LAYOUT: &str = "
    SELECT CAST(column_name AS CHAR), CAST(data_type AS CHAR), CAST(column_type AS CHAR),
           CAST(COALESCE(character_set_name, '') AS CHAR), CAST(extra AS CHAR)
      FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position";

/// One column of [`LAYOUT`].
pub(super) fn laid(row: &MySqlRow) -> Result<Laid, sqlx::Error> {
    let (name, base): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let (declared, charset): (String, String) = (row.try_get(2)?, row.try_get(3)?);
    let extra: String = row.try_get(4)?;
    // What is computed when it is read is not in the log; what is compressed lies there in a form of its own.
    let absent = extra.to_ascii_uppercase().contains("VIRTUAL") || declared.contains("COMPRESSED");
    let kind = if absent { None } else { kind(&base.to_ascii_lowercase(), &declared, &charset) };
    Ok(Laid { name, declared, kind, charset })
}

fn kind(base: &str, declared: &str, charset: &str) -> Option<Kind> {
    let number = || {
        let inner = declared.split_once('(')?.1.split_once(')')?.0;
        inner.parse::<usize>().ok()
    };
    Some(match base {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => {
            Kind::Int { unsigned: declared.contains("unsigned") }
        }
        "float" => Kind::Single,
        "double" => Kind::Double,
        "decimal" => Kind::Decimal,
        "date" => Kind::Date,
        "datetime" => Kind::Datetime,
        "timestamp" => Kind::Timestamp,
        "time" => Kind::Time { digits: number().unwrap_or(0) },
        "year" => Kind::Year,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => {
            Kind::Text(Charset::named(charset)?)
        }
        "binary" => Kind::Bytes { width: number().unwrap_or(1) },
        "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" => Kind::Bytes { width: 0 },
        "enum" => Kind::Enum(words(declared)),
        "set" => Kind::Set(words(declared)),
        _ => return None,
    })
}

/// The words of `enum('a','b''c')`.
fn words(declared: &str) -> Vec<String> {
    let inner = declared
        .split_once('(')
        .map_or("", |(_, rest)| rest.rsplit_once(')').map_or(rest, |(inner, _)| inner));
    let mut words = Vec::new();
    let mut chars = inner.chars().peekable();
    while chars.next_if_eq(&'\'').is_some() {
        let mut word = String::new();
        while let Some(c) = chars.next() {
            if c == '\'' && chars.next_if_eq(&'\'').is_none() {
                break;
            }
            word.push(c);
        }
        words.push(word);
        chars.next_if_eq(&',');
    }
    words
}

/// A number that differs when the columns do.
pub(super) fn print(layout: &[Laid]) -> u64 {
    let mut text = String::new();
    for column in layout {
        for part in [&column.name, &column.declared, &column.charset] {
            text.push_str(part);
            text.push('\0');
        }
    }
    hash64(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of an enumeration are read with their quotes, commas and brackets.
    #[test]
    fn enumerations() {
        assert_eq!(words("enum('甲','b''c','d,e','(f)','')"), ["甲", "b'c", "d,e", "(f)", ""]);
        assert!(words("enum").is_empty());
    }

    /// Texts of the common character sets are read; bytes of another are refused.
    #[test]
    fn character_sets() {
        let gbk = Charset::named("gbk").unwrap();
        assert_eq!(gbk.text(b"\xba\xba\xd7\xd6").as_deref(), Some("汉字"));
        assert_eq!(Charset::named("latin1").unwrap().text(b"\xe9").as_deref(), Some("é"));
        assert_eq!(Charset::Utf8.text(b"\xff"), None);
        assert_eq!(Charset::named("sjis"), None);
    }
}
