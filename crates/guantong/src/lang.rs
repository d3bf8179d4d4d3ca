//! Words of commands in one language: Chinese, or English when asked.

use crate::out;

/// Language of what a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// 中文.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The text of that language.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// One line on standard output.
    pub fn line(self, zh: &str, en: &str) {
        out::line(self.pick(zh, en));
    }
}
