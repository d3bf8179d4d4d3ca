//! The shape of a value: what stands where, without what it is.

use std::collections::HashMap;

use super::Pattern;

/// Characters of a shape before it is cut.
const LONGEST: usize = 24;
/// Different shapes counted for one column; a column with more has no shape worth naming.
const MOST: usize = 2_000;

/// The shape of a text: digits become `9`, Latin letters `A` or `a`, Han characters `汉`, other letters
/// `字`; punctuation stays. A shape longer than 24 characters ends in `…`.
pub fn shape_of(text: &str) -> String {
    let mut shape = String::new();
    write_shape(text, &mut shape);
    shape
}

fn write_shape(text: &str, shape: &mut String) {
    shape.clear();
    for (at, c) in text.chars().enumerate() {
        if at == LONGEST {
            shape.push('…');
            return;
        }
        shape.push(match c {
            '0'..='9' => '9',
            'A'..='Z' => 'A',
            'a'..='z' => 'a',
            ' '..='~' => c,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇' => '汉',
            c if c.is_control() => '␣',
            c if c.is_numeric() => '９',
            c if c.is_alphabetic() => '字',
            c => c,
        });
    }
}

/// Counts shapes in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    counts: HashMap<Box<str>, u64>,
    buffer: String,
}

impl Shapes {
    /// Takes one value.
    pub(crate) fn add(&mut self, text: &str) {
        write_shape(text, &mut self.buffer);
        if let Some(count) = self.counts.get_mut(self.buffer.as_str()) {
            *count += 1;
        } else if self.counts.len() < MOST {
            self.counts.insert(self.buffer.as_str().into(), 1);
        }
    }

    /// The most frequent shapes among `values` values.
    pub(crate) fn top(&self, most: usize, values: u64) -> Vec<Pattern> {
        let mut all: Vec<(&str, u64)> = self.counts.iter().map(|(shape, rows)| (&**shape, *rows)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all.truncate(most);
        all.into_iter()
            .map(|(shape, rows)| Pattern {
                shape: shape.to_owned(),
                rows,
                share: rows as f64 / values.max(1) as f64,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits, letters, Han characters and punctuation are told apart and nothing else shows.
    #[test]
    fn shapes() {
        assert_eq!(shape_of("4401-0A x"), "9999-9A a");
        assert_eq!(shape_of("阿依古丽·买买提"), "汉汉汉汉·汉汉汉");
        assert_eq!(shape_of("𠮷"), "汉");
        assert_eq!(shape_of("１２\t"), "９９␣");
        assert_eq!(shape_of(&"1".repeat(30)), format!("{}…", "9".repeat(24)));
    }
}
