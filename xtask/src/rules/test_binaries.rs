//! One integration-test binary per crate, `tests/it/main.rs`: each further one is linked again with all its
//! dependencies.

/// Violations among all paths of the repository.
pub fn check<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    paths
        .into_iter()
        .filter(|path| {
            let Some((owner, rest)) = path.split_once("/tests/") else { return false };
            let is_crate = owner.starts_with("crates/") || ["xtask", "bench"].contains(&owner);
            let is_binary = match rest.split_once('/') {
                None => rest.ends_with(".rs"),
                Some((folder, file)) => file == "main.rs" && folder != "it",
            };
            is_crate && is_binary
        })
        .map(|path| format!("{path}: make it a module of tests/it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A second binary is found, as a file or as a folder; modules are not.
    #[test]
    fn second_binaries_are_found() {
        let bad = ["crates/a/tests/other.rs", "crates/a/tests/other/main.rs", "xtask/tests/x.rs"];
        assert_eq!(check(bad).len(), 3);
        assert!(
            check(["crates/a/tests/it/main.rs", "crates/a/tests/it/more.rs", "crates/a/src/main.rs"])
                .is_empty()
        );
    }
}
