//! A newcomer finds every crate in ARCHITECTURE.md.

/// Crates, by folder name below `crates/`, that the text does not name in backquotes.
pub fn check<'a>(text: &str, crates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    crates
        .into_iter()
        .filter(|name| !text.contains(&format!("`{name}`")) && !text.contains(&format!("`crates/{name}`")))
        .map(|name| format!("ARCHITECTURE.md does not tell what `{name}` is for"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A crate that is not named is found; one named in backquotes, alone or with its folder, is not.
    #[test]
    fn untold_crates_are_found() {
        let text = "`ledger` keeps evidence; `crates/plan` decides. The wire is fast.";
        assert_eq!(
            check(text, ["ledger", "plan", "wire"]),
            ["ARCHITECTURE.md does not tell what `wire` is for"]
        );
    }
}
