//! Time comes in as a parameter; only the clocks read the wall clock. Measuring with `Instant` is allowed.

use super::{code_lines, in_crate};

/// Files that hold a clock.
const CLOCKS: [&str; 2] = ["crates/kernel/src/clock.rs", "crates/agent/src/clock.rs"];
/// Calls that read the wall clock.
const CALLS: [&str; 5] =
    ["SystemTime::now", "Utc::now", "Local::now", "OffsetDateTime::now", "Timestamp::now"];

/// Violations in one file.
pub fn check(path: &str, text: &str) -> Vec<String> {
    let Some((_, rest)) = in_crate(path) else { return Vec::new() };
    if !rest.starts_with("src/") || CLOCKS.contains(&path) {
        return Vec::new();
    }
    code_lines(text)
        .filter_map(|(number, line)| {
            let call = CALLS.iter().find(|call| line.contains(*call))?;
            Some(format!("{path}:{number}: {call} reads the wall clock; take the time as a parameter"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A wall-clock call in a library is found; in a comment, in the clock itself, in unit tests and as a
    /// measurement it is not.
    #[test]
    fn wall_clock_calls_are_found() {
        let bad = "fn f() {\n    let now = chrono::Utc::now();\n}\n";
        assert_eq!(check("crates/sharing/src/grant.rs", bad).len(), 1);
        assert!(check("crates/kernel/src/clock.rs", bad).is_empty());
        assert!(check("crates/sharing/tests/it/main.rs", bad).is_empty());
        assert!(check("crates/sharing/src/a.rs", "// not Utc::now\nlet a = Instant::now();\n").is_empty());
        assert!(
            check("crates/sharing/src/a.rs", "#[cfg(test)]\nmod t { fn f() { Utc::now(); } }\n").is_empty()
        );
    }
}
