//! How targets are configured.

use connect::TargetConfig;

/// Each kind is read from its text, limits beside it, and nothing shows a credential.
#[test]
fn kinds_are_read() {
    for (text, kind) in [
        (
            "kind='postgres'\nurl='postgres://u:geheim@h/d'\npassword='geheim'\nschema='ods'\nlock_timeout_ms=7",
            "postgres",
        ),
        ("kind='mariadb'\nurl='mysql://u:geheim@h/d'", "mysql"),
        ("kind='sqlite'\npath='/x/y.db'", "sqlite"),
        ("kind='files'\ndir='/x'", "files"),
        ("kind='http'\nurl='https://h/in?t=geheim'\nheaders={a='geheim'}\nca_file='/x.pem'", "http"),
    ] {
        let config: TargetConfig = toml::from_str(text).unwrap();
        let shown = format!("{config:?} {}", serde_json::to_string(&config).unwrap());
        assert!(!shown.contains("geheim"), "{shown}");
        assert_eq!(serde_json::to_value(&config).unwrap()["kind"], kind);
        if let TargetConfig::Postgres(server) = &config {
            assert_eq!((server.limits.lock_timeout_ms, server.limits.connect_timeout_ms), (7, 5_000));
        }
    }
    assert!(toml::from_str::<TargetConfig>("kind='files'\ndir='/x'\nurl='y'").is_err());
    assert!(toml::from_str::<TargetConfig>("kind='postgres'\nurl='x'\nschemas=['a']").is_err());
    for wrong in [
        "kind='postgres'\nurl='geheim'",
        "kind='mysql'\nurl='mysql://geheim@h'",
        "kind='http'\nurl='ftp://geheim'",
    ] {
        let error = connect::open_target("t", &toml::from_str(wrong).unwrap()).map(drop).unwrap_err();
        assert_eq!(error.code().as_str(), "source.config");
        assert!(!crate::support::shown(&error).contains("geheim"));
    }
}
