use std::path::Path;

use super::*;

fn parse(text: &str) -> Result<Config, Fault> {
    let environment =
        |name: &str| matches!(name, "MZ_PASSWORD" | "HALL_PASSWORD").then(|| "geheim".to_owned());
    read::parse(text, Path::new("/etc/guantong/agent.toml"), &environment)
}

/// The example that we hand out is itself valid, its secrets are filled in and its paths lie beside the file.
#[test]
fn the_example_is_valid() {
    let config = parse(EXAMPLE).unwrap();
    assert_eq!(config.accept, Accept::Manual);
    assert_eq!(config.limits, AgentLimits::default());
    assert_eq!(config.state_dir, Path::new("/etc/guantong/state"));
    assert!(config.deny.denies_table("mz", "gz_2024"));
    let SourceConfig::Mysql(mysql) = &config.sources["mz"] else { panic!("mz is MySQL") };
    assert_eq!(mysql.password.as_ref().map(|password| password.reveal()), Some("geheim"));
    assert_eq!(config.targets["hall"].kind(), "postgres");
    assert!(!format!("{config:?}").contains("geheim"));
}

/// Each mistake is told with its file and key, and no message repeats a secret.
#[test]
fn mistakes_name_file_and_key() {
    let head = "hub = \"http://h\"\nstate_dir = \"s\"\n";
    let cases = [
        ("state_dir = \"s\"".to_owned(), "hub"),
        ("hub = \"10.1.2.3\"\nstate_dir = \"s\"".to_owned(), "hub"),
        (format!("{head}acept = \"auto\""), "line 3"),
        (format!("{head}accept = \"sometimes\""), "line 3"),
        (format!("{head}[limits]\nrows = 0"), "limits.rows"),
        (format!("{head}[sources.\"a b\"]\nkind = \"sqlite\"\npath = \"x\""), "sources.a b"),
        (format!("{head}[sources.a]\nkind = \"oracle\""), "sources.a"),
        (format!("{head}[sources.a]\nkind = \"mysql\"\nurl = \"u\"\npasswrod = \"s3cret\""), "sources.a"),
        (
            format!("{head}[sources.a]\nkind = \"mysql\"\nurl = \"u\"\npassword_env = \"NOPE\""),
            "sources.a.password_env",
        ),
        (
            format!("{head}[sources.a]\nkind = \"mysql\"\nurl = \"u\"\npassword_file = \"/nope\""),
            "sources.a.password_file",
        ),
        (
            format!(
                "{head}[sources.a]\nkind = \"mysql\"\nurl = \"u\"\npassword = \"s3cret\"\npassword_env = \"X\""
            ),
            "sources.a.password",
        ),
        (format!("{head}password = s3cret"), "line 3"),
    ];
    for (text, key) in cases {
        let fault = parse(&text).unwrap_err();
        assert!(fault.code.starts_with("config."), "{fault}");
        assert!(fault.en.contains(key) && fault.zh.contains("agent.toml"), "{text}: {fault}");
        assert!(!fault.en.contains("s3cret") && !fault.zh.contains("s3cret"), "{fault}");
    }
}

/// Headers may come from files and the environment too; file paths are meant from the folder of the configuration.
#[test]
fn headers_are_secrets() {
    let text = "hub = \"http://h\"\nstate_dir = \"s\"\n[sources.a]\nkind = \"http\"\nbase_url = \"http://x\"\n\
                headers = { Authorization_env = \"MZ_PASSWORD\" }\n[sources.a.tables.t]\nlist_path = \"t\"\n\
                [sources.b]\nkind = \"sqlite\"\npath = \"b.db\"\n";
    let config = parse(text).unwrap();
    let SourceConfig::Http(http) = &config.sources["a"] else { panic!("a is HTTP") };
    assert_eq!(http.headers["Authorization"].reveal(), "geheim");
    let SourceConfig::Sqlite(sqlite) = &config.sources["b"] else { panic!("b is SQLite") };
    assert_eq!(sqlite.path, Path::new("/etc/guantong/b.db"));
}
