//! The repository's own rules. Each is a pure function over a file, so that a test can feed it a bad
//! sample and see it fail; the integration test feeds them the repository.

pub mod architecture;
pub mod clock;
pub mod direction;
pub mod length;
pub mod places;
pub mod sql;
pub mod test_binaries;

/// The lines of a Rust file that are code: numbered from 1, without comments and without what follows
/// `#[cfg(test)]` (unit tests stand at the end of their file).
pub(crate) fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

/// The part of a path after `crates/`, split into crate name and rest.
pub(crate) fn in_crate(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("crates/")?.split_once('/')
}
