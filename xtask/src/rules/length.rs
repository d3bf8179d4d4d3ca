//! Files stay short enough to be read at one sitting.

/// Lines a source file may have.
pub const MOST: usize = 500;
/// Files that a generator writes and nobody reads from top to bottom.
const GENERATED: [&str; 1] = ["web/src/api/schema.d.ts"];

/// Violations in one file.
pub fn check(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines <= MOST || GENERATED.contains(&path) {
        return Vec::new();
    }
    vec![format!("{path}: {lines} lines, more than {MOST}; split it by subject")]
}

#[cfg(test)]
mod tests {
    use super::{MOST, check};

    /// The limit itself passes, one line more does not, unless a generator wrote it.
    #[test]
    fn long_files_are_found() {
        assert!(check("crates/a/src/b.rs", &"x\n".repeat(MOST)).is_empty());
        assert_eq!(check("crates/a/src/b.rs", &"x\n".repeat(MOST + 1)).len(), 1);
        assert!(check("web/src/api/schema.d.ts", &"x\n".repeat(MOST + 1)).is_empty());
    }
}
