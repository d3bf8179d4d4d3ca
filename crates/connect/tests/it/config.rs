//! Configuration and secrets.

use connect::{Secret, SourceConfig, SourceKind};

use crate::support::{shown, source};

/// Every kind of source is told by its `kind`, MariaDB also by its own name, and opening connects nowhere.
#[tokio::test]
async fn kinds() {
    for (toml, kind) in [
        (
            "kind='postgres'\nurl='postgres://u:p@127.0.0.1:1/d'\nschemas=['a']\nstatement_timeout_ms=5",
            SourceKind::Postgres,
        ),
        ("kind='mysql'\nurl='mysql://u:p@127.0.0.1:1/d'", SourceKind::Mysql),
        ("kind='mariadb'\nurl='mysql://u@127.0.0.1:1/d'\npassword='p'", SourceKind::Mysql),
        ("kind='sqlite'\npath='/nowhere/x.db'", SourceKind::Sqlite),
        ("kind='files'\ndir='/nowhere'\nindex_dir='/nowhere'", SourceKind::Files),
        ("kind='http'\nbase_url='http://127.0.0.1:1'\n[tables.t]\nlist_path='t'", SourceKind::Http),
    ] {
        let source = source(toml);
        assert_eq!(source.kind(), kind);
        assert!(source.ping().await.is_err());
    }
}

/// A misspelt setting is refused instead of being silently without effect.
#[test]
fn unknown_settings_are_refused() {
    for toml in [
        "kind='sqlite'\npath='x'\nbusy_timeout=5",
        "kind='mysql'\nurl='mysql://h/d'\nstatement_timeout=5",
        "kind='oracle'\nurl='x'",
    ] {
        assert!(toml::from_str::<SourceConfig>(toml).is_err(), "{toml}");
    }
}

/// A secret shows nowhere: not in debug output, not in text, not when serialised, and an address that
/// cannot be understood is not repeated in the error.
#[tokio::test]
async fn secrets_never_show() {
    let secret = Secret::new("s3cr3t");
    assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    for toml in [
        "kind='postgres'\nurl='postgres://u:s3cr3t@127.0.0.1:notaport/d'",
        "kind='mysql'\nurl='mysql://u:s3cr3t@127.0.0.1:99999/d'",
        "kind='postgres'\nurl='postgres://u:s3cr3t@127.0.0.1:1/d'\nconnect_timeout_ms=300",
        "kind='mysql'\nurl='mysql://u:s3cr3t@127.0.0.1:1/d'\nconnect_timeout_ms=300",
        "kind='http'\nbase_url='ftp://u:s3cr3t@h/'\n[tables]",
        "kind='http'\nbase_url='http://u:s3cr3t@127.0.0.1:1/?token=s3cr3t'\n[headers]\nAuthorization='s3cr3t'\n[tables]",
        "kind='http'\nbase_url='http://h/'\n[headers]\nAuthorization=\"s3cr3t\\n\"\n[tables]",
    ] {
        let config: SourceConfig = toml::from_str(toml).unwrap();
        assert!(!format!("{config:?}").contains("s3cr3t"));
        assert!(!toml::to_string(&config).unwrap().contains("s3cr3t"));
        let error = match connect::open("test", &config) {
            Ok(source) => source.ping().await.unwrap_err(),
            Err(error) => error,
        };
        assert!(!shown(&error).contains("s3cr3t"), "{}", shown(&error));
    }
}
