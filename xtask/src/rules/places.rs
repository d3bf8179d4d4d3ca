//! No file names a place of the machine it was written on.

/// Folders that exist on the writer's machine only. Put together, so that this file does not hold them.
const PLACES: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

/// Violations in one file.
pub fn check(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for place in PLACES {
            // Only where a path begins: an address may have such a folder further on.
            let begins = line.match_indices(place).any(|(at, _)| {
                line[..at]
                    .chars()
                    .next_back()
                    .is_none_or(|before| !before.is_alphanumeric() && !"./}_-".contains(before))
            });
            if begins {
                found.push(format!("{path}:{}: names {place}, which is nowhere else", index + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{PLACES, check};

    /// A path of the writer's machine is found; the same word inside another path is not.
    #[test]
    fn local_paths_are_found() {
        for place in PLACES {
            assert_eq!(check("a.md", &format!("see {place}main for it")).len(), 1);
            assert_eq!(check("a.md", &format!("{place}main")).len(), 1);
            assert!(check("a.md", &format!("see web{place}index")).is_empty());
        }
    }
}
