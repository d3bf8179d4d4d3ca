//! Identifiers as they stand in cells, brought to plain upper-case ASCII without allocating.

use crate::text;

/// Up to `N` ASCII characters.
pub(crate) struct Compact<const N: usize> {
    bytes: [u8; N],
    len: usize,
    /// White space, hyphens, quotation marks or invisible characters were left out.
    pub(crate) separators: bool,
    /// A full-width or look-alike character was brought to ASCII.
    pub(crate) width: bool,
    /// A lower-case letter was raised.
    pub(crate) case: bool,
}

impl<const N: usize> Compact<N> {
    /// `None` when a character is not ASCII even in half width, or there are more than `N`.
    pub(crate) fn read(raw: &str) -> Option<Self> {
        let mut out = Self { bytes: [0; N], len: 0, separators: false, width: false, case: false };
        for c in raw.chars() {
            let half = match c {
                // Multiplication sign, Cyrillic and Greek capitals, Roman numeral ten: all typed for the check character X.
                '×' | '✕' | 'Х' | 'х' | 'Χ' | 'Ⅹ' | 'ⅹ' => 'X',
                _ => text::half_width(c),
            };
            out.width |= half != c && half != ' ';
            let dash =
                matches!(half, '-' | '‐' | '‑' | '–' | '—' | '－' | '\'' | '"' | '`' | '’' | '‘' | '_');
            if half.is_whitespace() || dash || text::is_invisible(half) {
                out.separators = true;
                continue;
            }
            if !half.is_ascii_graphic() {
                return None;
            }
            out.case |= half.is_ascii_lowercase();
            *out.bytes.get_mut(out.len)? = half.to_ascii_uppercase() as u8;
            out.len += 1;
        }
        Some(out)
    }

    /// The characters.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// The characters as text, for identifiers that keep their own bytes.
pub(crate) fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// The value of a run of ASCII digits; `None` when any is not a digit.
pub(crate) fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |sum, d| {
        d.is_ascii_digit().then(|| sum.checked_mul(10)?.checked_add(u32::from(d - b'0'))).flatten()
    })
}
