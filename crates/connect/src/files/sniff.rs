//! Recognising the delimiter of a text file.

use std::collections::HashMap;

use super::{
    bytes::{Translate, UNIT},
    encoding::Encoding,
};

/// Records looked at.
const RECORDS: usize = 100;

/// The delimiter under which most records have the same number of fields, more than one. A file of one
/// column has none; then the comma serves. `complete` tells that the sample is the whole file.
pub(super) fn delimiter(sample: &[u8], encoding: Encoding, complete: bool) -> u8 {
    let mut best = (b',', 0.0, 1_usize);
    for candidate in [b',', b'\t', b';', b'|'] {
        let (agreement, fields) = agreement(sample, encoding, candidate, complete);
        if fields > 1 && (agreement > best.1 + 0.05 || (agreement > best.1 - 0.05 && fields > best.2)) {
            best = (candidate, agreement, fields);
        }
    }
    best.0
}

/// The share of records with the most frequent number of fields, and that number.
fn agreement(sample: &[u8], encoding: Encoding, delimiter: u8, complete: bool) -> (f64, usize) {
    let translate = Translate::needed(encoding, delimiter);
    let parsed_as = if translate.is_some() { UNIT } else { delimiter };
    let mut bytes = sample.to_vec();
    if let Some(mut translate) = translate {
        translate.apply(&mut bytes);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(parsed_as)
        .from_reader(bytes.as_slice());
    let mut counts: Vec<usize> = Vec::new();
    let mut record = csv::ByteRecord::new();
    while counts.len() < RECORDS && matches!(reader.read_byte_record(&mut record), Ok(true)) {
        counts.push(record.len());
    }
    // The last record of a sample is most likely cut.
    if !complete && counts.len() > 1 && counts.len() < RECORDS {
        counts.pop();
    }
    let mut frequency: HashMap<usize, usize> = HashMap::new();
    for count in &counts {
        *frequency.entry(*count).or_default() += 1;
    }
    let (fields, records) = frequency.into_iter().max_by_key(|(f, n)| (*n, *f)).unwrap_or((1, 0));
    (records as f64 / counts.len().max(1) as f64, fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> u8 {
        delimiter(text.as_bytes(), Encoding::Utf8, true)
    }

    /// Each delimiter is recognised, also when the others occur in the values.
    #[test]
    fn recognises_each() {
        assert_eq!(sniffed("a,b\n1,2\n"), b',');
        assert_eq!(sniffed("a;b\n1,5;2\n3,5;4\n"), b';');
        assert_eq!(sniffed("a\tb\nx,y\tz\n"), b'\t');
        assert_eq!(sniffed("a|b|c\n1|2|3\n"), b'|');
        assert_eq!(sniffed("姓名\n张三\n"), b',');
        assert_eq!(sniffed("a;b\n\"x\ny;z\";2\n"), b';');
    }
}
