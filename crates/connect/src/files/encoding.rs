//! Which encoding a text file has, and decoding its fields.

use std::{borrow::Cow, io::Read};

/// Encodings that are read. UTF-16 is copied to UTF-8 first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// By its name in configuration.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "gb18030" | "gbk" | "gb2312" => Some(Self::Gb18030),
            "utf-16le" => Some(Self::Utf16Le),
            "utf-16be" => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// By the mark at the start of a file, with the length of the mark.
    pub(super) fn marked(head: &[u8]) -> Option<(Self, u64)> {
        match head {
            [0xef, 0xbb, 0xbf, ..] => Some((Self::Utf8, 3)),
            [0xff, 0xfe, ..] => Some((Self::Utf16Le, 2)),
            [0xfe, 0xff, ..] => Some((Self::Utf16Be, 2)),
            [0x84, 0x31, 0x95, 0x33, ..] => Some((Self::Gb18030, 4)),
            _ => None,
        }
    }

    /// A field as text, and whether every byte was of the encoding. Others become U+FFFD.
    pub(super) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        if let (true, Ok(text)) = (bytes.is_ascii() || self == Self::Utf8, std::str::from_utf8(bytes)) {
            return (Cow::Borrowed(text), true);
        }
        let (text, errors) = self.table().decode_without_bom_handling(bytes);
        (text, !errors)
    }

    pub(super) fn table(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gb18030 => encoding_rs::GB18030,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
        }
    }
}

/// What a file looks like when it is taken for UTF-8.
#[derive(Debug, Default)]
struct Evidence {
    /// Characters of three bytes in the rows where Chinese characters and punctuation stand.
    chinese: u64,
    /// Other characters of several bytes. Pairs of GB18030 often look like these.
    other: u64,
    /// Places that are no UTF-8.
    bad: u64,
    /// Whether the whole file can be GB18030.
    gb_bad: bool,
}

impl Evidence {
    /// Chinese text in UTF-8 is nearly all characters of three bytes. A few bad places among many of them
    /// are damage; without any of them even sound UTF-8 is more likely GB18030 (as is `联通`).
    fn verdict(&self) -> Encoding {
        let utf8 = if self.bad == 0 {
            self.chinese > 0 || self.other == 0 || self.gb_bad
        } else {
            self.bad * 10 <= self.chinese
        };
        if utf8 { Encoding::Utf8 } else { Encoding::Gb18030 }
    }

    fn count(&mut self, valid: &[u8]) {
        let chinese = valid.iter().filter(|byte| matches!(byte, 0xe3..=0xe9 | 0xef)).count() as u64;
        let leading = valid.iter().filter(|byte| **byte >= 0xc0).count() as u64;
        self.chinese += chinese;
        self.other += leading - chinese;
    }
}

/// Reads to the end of a file without a mark and tells UTF-8 from GB18030. The whole file counts, because
/// the first Chinese character may stand far down.
pub(super) fn recognise(mut reader: impl Read) -> std::io::Result<Encoding> {
    let mut block = vec![0_u8; 1 << 20];
    let mut gb = encoding_rs::GB18030.new_decoder_without_bom_handling();
    let mut scratch = String::new();
    let (mut kept, mut evidence) = (0_usize, Evidence::default());
    loop {
        let length = reader.read(block.get_mut(kept..).unwrap_or_default())?;
        if length == 0 {
            evidence.bad += u64::from(kept > 0);
            break;
        }
        let end = kept + length;
        if evidence.chinese == 0 && !evidence.gb_bad {
            let new = block.get(kept..end).unwrap_or_default();
            scratch.clear();
            scratch.reserve(gb.max_utf8_buffer_length(new.len()).unwrap_or(4 * new.len()));
            evidence.gb_bad = gb.decode_to_string(new, &mut scratch, false).2;
        }
        let mut at = 0;
        kept = 0;
        while let Some(rest) = block.get(at..end).filter(|rest| !rest.is_empty()) {
            let (valid, skip) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), 0),
                Err(error) => (error.valid_up_to(), error.error_len().unwrap_or(0)),
            };
            evidence.count(rest.get(..valid).unwrap_or_default());
            if valid < rest.len() && skip == 0 {
                kept = rest.len() - valid;
                block.copy_within(end - kept..end, 0);
                break;
            }
            evidence.bad += u64::from(skip > 0);
            at += valid + skip;
            if evidence.bad > 100 && evidence.bad * 10 > evidence.chinese {
                return Ok(Encoding::Gb18030);
            }
        }
    }
    Ok(evidence.verdict())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(bytes: &[u8]) -> Encoding {
        recognise(bytes).unwrap()
    }

    /// The encoding is told from the bytes, also when the first Chinese text stands far down.
    #[test]
    fn recognises() {
        assert_eq!(recognised(b""), Encoding::Utf8);
        assert_eq!(recognised(b"a,b\n1,2\n"), Encoding::Utf8);
        assert_eq!(recognised("姓名\n张三\n".as_bytes()), Encoding::Utf8);
        let (gb, _, _) = encoding_rs::GB18030.encode("姓名\n张三\n");
        assert_eq!(recognised(&gb), Encoding::Gb18030);
        // Pairs of GB18030 that happen to be characters of two bytes in UTF-8.
        let (gb_pairs, _, _) = encoding_rs::GB18030.encode("联通\n");
        assert_eq!(recognised(&gb_pairs), Encoding::Gb18030);
        let (one_value, _, _) = encoding_rs::GB18030.encode("编号\n");
        assert_eq!(
            recognised(&[&one_value, "\u{5b5}\n".repeat(5000).as_bytes()].concat()),
            Encoding::Gb18030
        );
        let mut late = vec![b'x'; 3 << 20];
        late.extend_from_slice(&gb);
        assert_eq!(recognised(&late), Encoding::Gb18030);
    }

    /// A few damaged bytes in much UTF-8 do not make it another encoding.
    #[test]
    fn tolerates_damage() {
        let mut bytes = "户籍地址".repeat(100).into_bytes();
        bytes.extend_from_slice(b"\xff,\n");
        assert_eq!(recognised(&bytes), Encoding::Utf8);
    }

    /// A character that is cut by the end of a block is not taken for damage.
    #[test]
    fn blocks_may_cut_characters() {
        let text = "字".repeat((1 << 20) / 3 + 10);
        assert_eq!(recognised(text.as_bytes()), Encoding::Utf8);
    }

    /// Bytes outside the encoding show and are reported.
    #[test]
    fn decodes() {
        assert_eq!(Encoding::Gb18030.decode(b"\xd5\xc5\xc8\xfd"), (Cow::Borrowed("张三"), true));
        let (text, good) = Encoding::Utf8.decode(b"a\xff");
        assert!(!good && text.contains('\u{fffd}'));
    }
}
