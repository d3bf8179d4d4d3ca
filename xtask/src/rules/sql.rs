//! In capability crates, SQL stands in `store` modules only.

use super::{code_lines, in_crate};

/// Crates with tables of their own.
const CAPABILITIES: [&str; 6] = ["kernel", "identity", "catalog", "sharing", "exchange", "projects"];
/// How statements begin.
const STATEMENTS: [&str; 4] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];

/// Violations in one file.
pub fn check(path: &str, text: &str) -> Vec<String> {
    let Some((name, rest)) = in_crate(path) else { return Vec::new() };
    let in_store = rest.split('/').any(|part| part.starts_with("store"));
    if !CAPABILITIES.contains(&name) || !rest.starts_with("src/") || in_store {
        return Vec::new();
    }
    code_lines(text)
        .filter(|(_, line)| STATEMENTS.iter().any(|statement| line.contains(statement)))
        .map(|(number, _)| format!("{path}:{number}: SQL outside a store module"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;

    /// SQL in a handler is found; in a store module, in a connector and in a comment it is not.
    #[test]
    fn stray_sql_is_found() {
        let bad = "let rows = query(\"SELECT a FROM b\");\n";
        assert_eq!(check("crates/sharing/src/routes.rs", bad).len(), 1);
        assert!(check("crates/sharing/src/store.rs", bad).is_empty());
        assert!(check("crates/sharing/src/store/grants.rs", bad).is_empty());
        assert!(check("crates/connect/src/postgres.rs", bad).is_empty());
        assert!(check("crates/sharing/src/routes.rs", "/// SELECT is not said here.\n").is_empty());
    }
}
