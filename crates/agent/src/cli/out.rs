//! Where commands write for people.

use std::io::Write as _;

use crate::fault::Fault;

/// Standard output and error. A closed pipe is not an error: `| head` is a fair wish.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out;

impl Out {
    pub(super) fn line(&self, text: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
    }

    pub(super) fn json<T: serde::Serialize>(&self, value: &T) {
        match serde_json::to_string(value) {
            Ok(text) => self.line(&text),
            Err(error) => drop(writeln!(std::io::stderr().lock(), "{error}")),
        }
    }

    pub(super) fn fault(&self, fault: &Fault) {
        let _ = writeln!(std::io::stderr().lock(), "{}\n{}\n[{}]", fault.zh, fault.en, fault.code);
    }
}
