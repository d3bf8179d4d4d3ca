//! Each rule, fed with the whole repository.

use std::path::{Path, PathBuf};

use xtask::repo::{files, root};
use xtask::rules::{architecture, clock, direction, length, places, sql, test_binaries};

fn none(found: &[String]) {
    assert!(found.is_empty(), "{} violation(s):\n{}", found.len(), found.join("\n"));
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Feeds a rule with every file of these kinds.
fn each(folders: &[&str], extensions: &[&str], rule: impl Fn(&str, &str) -> Vec<String>) {
    let all: Vec<PathBuf> = folders.iter().flat_map(|folder| files(folder, extensions).unwrap()).collect();
    assert!(!all.is_empty(), "the rule saw no file");
    let found: Vec<String> = all.iter().flat_map(|path| rule(shown(path), &read(path))).collect();
    none(&found);
}

/// Dependencies between our crates point one way, as the table says.
#[test]
fn dependencies_point_down() {
    let manifests: Vec<PathBuf> = files(".", &["toml"])
        .unwrap()
        .into_iter()
        .filter(|path| path.ends_with("Cargo.toml") && path.components().count() > 1)
        .collect();
    assert!(manifests.len() > 10, "only {} manifests seen", manifests.len());
    let found: Vec<String> =
        manifests.iter().flat_map(|path| direction::check(&read(path)).unwrap()).collect();
    none(&found);
}

/// Nothing but the clocks reads the wall clock.
#[test]
fn time_comes_in_as_a_parameter() {
    each(&["crates"], &["rs"], clock::check);
}

/// Capability crates speak SQL in their stores only.
#[test]
fn sql_stands_in_stores() {
    each(&["crates"], &["rs"], sql::check);
}

/// No source file is longer than the limit.
#[test]
fn files_are_short() {
    each(&["crates", "xtask", "bench"], &["rs"], length::check);
    each(&["web/src", "web/e2e"], &["ts", "vue", "mjs"], length::check);
}

/// No file names a folder of the machine it was written on.
#[test]
fn files_name_no_local_place() {
    each(
        &["."],
        &["rs", "toml", "md", "ts", "vue", "mjs", "json", "yml", "proto", "css", "html"],
        places::check,
    );
}

/// Each crate has one integration-test binary.
#[test]
fn one_integration_binary_per_crate() {
    let all: Vec<PathBuf> = files(".", &["rs"]).unwrap();
    none(&test_binaries::check(all.iter().map(|path| shown(path))));
}

/// ARCHITECTURE.md tells what each crate is for.
#[test]
fn every_crate_is_told_of() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let manifests = files("crates", &["toml"]).unwrap();
    let names: Vec<&str> = manifests
        .iter()
        .filter(|path| path.ends_with("Cargo.toml"))
        .filter_map(|path| path.parent()?.file_name()?.to_str())
        .collect();
    none(&architecture::check(&text, names));
}
