//! Dependencies between our crates point one way only.

/// Which of our crates each crate may use, bottom up: a crate stands below every crate that uses it.
/// `standards` and `ledger` know nothing of ours and could be published alone.
pub const ALLOWED: &[(&str, &[&str])] = &[
    ("standards", &[]),
    ("ledger", &[]),
    ("testbed", &[]),
    ("kernel", &["ledger", "standards"]),
    ("plan", &["standards"]),
    ("connect", &["standards"]),
    ("wire", &["plan", "standards"]),
    ("desk", &["kernel"]),
    ("catalog", &["kernel", "standards"]),
    ("identity", &["catalog", "kernel", "ledger", "standards"]),
    ("sharing", &["identity", "catalog", "plan", "kernel", "standards"]),
    ("exchange", &["sharing", "identity", "catalog", "wire", "plan", "kernel", "ledger", "standards"]),
    ("projects", &["catalog", "kernel", "standards"]),
    ("agent", &["wire", "connect", "plan", "ledger", "standards"]),
    (
        "server",
        &[
            "agent",
            "desk",
            "projects",
            "exchange",
            "sharing",
            "identity",
            "catalog",
            "wire",
            "plan",
            "kernel",
            "ledger",
            "standards",
        ],
    ),
    ("county", &["plan", "standards"]),
    (
        "guantong",
        &[
            "server",
            "county",
            "agent",
            "exchange",
            "sharing",
            "identity",
            "catalog",
            "wire",
            "connect",
            "plan",
            "kernel",
            "ledger",
            "standards",
        ],
    ),
    ("xtask", &["testbed"]),
    ("guantong-fuzz", &["standards"]),
    (
        "guantong-bench",
        &[
            "guantong",
            "server",
            "county",
            "agent",
            "exchange",
            "sharing",
            "identity",
            "catalog",
            "wire",
            "connect",
            "plan",
            "kernel",
            "ledger",
            "standards",
            "testbed",
        ],
    ),
];

/// Crates that tests of any crate may use beside what the crate itself may use.
const FOR_TESTS: [&str; 2] = ["testbed", "county"];

/// Violations in one `Cargo.toml`.
///
/// # Errors
/// When it is not TOML.
pub fn check(manifest: &str) -> anyhow::Result<Vec<String>> {
    let manifest: toml::Table = toml::from_str(manifest)?;
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let Some(name) = name else { return Ok(vec!["a crate without a name".to_owned()]) };
    let Some((_, allowed)) = ALLOWED.iter().find(|(one, _)| *one == name) else {
        return Ok(vec![format!("{name} is not in the table of xtask/src/rules/direction.rs")]);
    };
    let mut found = Vec::new();
    for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
        let Some(used) = manifest.get(section).and_then(toml::Value::as_table) else { continue };
        for other in used.keys().filter(|other| ALLOWED.iter().any(|(one, _)| one == other)) {
            let tests = section == "dev-dependencies" && FOR_TESTS.contains(&other.as_str());
            if !tests && !allowed.contains(&other.as_str()) {
                found.push(format!("{name} must not depend on {other} ([{section}])"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, check};

    /// The table itself points one way: a crate only uses crates that stand before it.
    #[test]
    fn the_table_is_ordered() {
        for (index, (name, uses)) in ALLOWED.iter().enumerate() {
            for used in *uses {
                assert!(
                    ALLOWED[..index].iter().any(|(one, _)| one == used),
                    "{name} uses {used}, which is not below it"
                );
            }
        }
    }

    /// A bottom crate that uses the product, an unknown crate and an upward dev-dependency are found.
    #[test]
    fn upward_edges_are_found() {
        let upward =
            "[package]\nname = \"standards\"\n[dependencies]\nkernel.workspace = true\nserde = \"1\"\n";
        assert_eq!(check(upward).unwrap(), ["standards must not depend on kernel ([dependencies])"]);
        let for_tests = "[package]\nname = \"plan\"\n[dev-dependencies]\nserver.workspace = true\n";
        assert_eq!(check(for_tests).unwrap(), ["plan must not depend on server ([dev-dependencies])"]);
        assert_eq!(check("[package]\nname = \"stranger\"\n").unwrap().len(), 1);
    }

    /// Allowed edges and test servers pass.
    #[test]
    fn allowed_edges_pass() {
        let good = "[package]\nname = \"connect\"\n[dependencies]\nstandards.workspace = true\n\
                    [dev-dependencies]\ntestbed.workspace = true\n";
        assert!(check(good).unwrap().is_empty());
    }
}
