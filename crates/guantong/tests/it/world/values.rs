//! Values that need a check character, and small pieces of configuration.

use std::path::Path;

/// A unified social credit code (GB 32100) from its first 16 characters.
pub fn fitting_code(head: &str) -> String {
    standards::credit_code::complete(&head[..2], &head[2..8], &head[8..]).unwrap()
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
