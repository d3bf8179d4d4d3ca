//! The canonical text of a value (规范文本): one way to write each value, so that standardising,
//! comparing and hashing do not depend on the engine it came from.
//!
//! - text: as it is; the padding of a fixed-length `char(n)` is removed
//! - whole numbers: digits with an optional minus; decimals: plain, with the scale of the column, never
//!   with an exponent
//! - booleans: `true`, `false`
//! - dates: `2024-01-05`; date and time: `2024-01-05T08:30:00`, with a fraction only if there is one;
//!   an instant ends in `Z`
//! - bytes: `\x` and lower-case hexadecimal digits
//! - a value that its own type cannot express (`0000-00-00`, `infinity`) as the engine writes it

use std::fmt::{Display, Write};

/// One value as a driver gives it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'r> {
    Null,
    Text(&'r str),
    Owned(String),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Bool(bool),
    Bytes(&'r [u8]),
}

impl Cell<'_> {
    /// Writes the canonical text; nothing for null.
    pub(crate) fn write(&self, out: &mut impl Write) -> std::fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => out.write_str(text),
            Self::Owned(text) => out.write_str(text),
            Self::Int(value) => write!(out, "{value}"),
            Self::Unsigned(value) => write!(out, "{value}"),
            Self::Float(value) => write_float(*value, out),
            Self::Bool(value) => out.write_str(if *value { "true" } else { "false" }),
            Self::Bytes(bytes) => {
                out.write_str("\\x")?;
                bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
            }
        }
    }
}

/// A binary floating-point number in plain digits, the shortest that read back as the same number of its own width.
pub(crate) fn write_float(value: impl Into<f64> + Display + Copy, out: &mut impl Write) -> std::fmt::Result {
    let wide: f64 = value.into();
    if wide.is_nan() {
        out.write_str("NaN")
    } else if wide.is_infinite() {
        out.write_str(if wide > 0.0 { "Infinity" } else { "-Infinity" })
    } else if wide == 0.0 {
        out.write_char('0')
    } else {
        write!(out, "{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: &Cell<'_>) -> String {
        let mut out = String::new();
        cell.write(&mut out).unwrap();
        out
    }

    /// Each kind of value has the one form that the module promises.
    #[test]
    fn canonical_forms() {
        assert_eq!(text(&Cell::Float(1e20)), "100000000000000000000");
        assert_eq!(text(&Cell::Float(3.0)), "3");
        assert_eq!(text(&Cell::Float(-0.0)), "0");
        assert_eq!(text(&Cell::Float(0.1)), "0.1");
        assert_eq!(text(&Cell::Bytes(&[0, 255])), "\\x00ff");
        assert_eq!(text(&Cell::Bool(true)), "true");
    }
}
