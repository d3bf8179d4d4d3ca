//! Values that need a check character, and small pieces of configuration.

use std::path::Path;

use standards::value::{Status, ValueKind, standardise};

/// A unified social credit code (GB 32100) from its first 16 characters: the check characters of the organisation and
/// of the whole are found by trying.
pub fn fitting_code(head: &str) -> String {
    const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let pairs = CHARACTERS.chars().flat_map(|own| CHARACTERS.chars().map(move |check| (own, check)));
    pairs
        .map(|(own, check)| format!("{head}{own}{check}"))
        .find(|code| standardise(&ValueKind::CreditCode, code).status == Status::Valid)
        .unwrap()
}

fn text(value: &str) -> toml::Value {
    toml::Value::String(value.to_owned())
}

/// A SQLite source.
pub fn sqlite_source(path: &Path) -> toml::Table {
    toml::Table::from_iter([
        ("kind".to_owned(), text("sqlite")),
        ("path".to_owned(), text(&path.display().to_string())),
    ])
}

/// A database server as source, with connection and statement limits short enough for tests.
pub fn server_source(kind: &str, url: &str) -> toml::Table {
    toml::Table::from_iter([
        ("kind".to_owned(), text(kind)),
        ("url".to_owned(), text(url)),
        ("connect_timeout_ms".to_owned(), toml::Value::Integer(1_000)),
        ("statement_timeout_ms".to_owned(), toml::Value::Integer(1_500)),
    ])
}
