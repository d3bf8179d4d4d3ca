//! Targets that refuse to be written: told clearly, nothing half-written, and delivered once that is mended.

use serde_json::json;

use super::stage::{Stage, number, server_target};
use crate::world::run;

/// A database of the consumer, written under an account of few rights.
enum Office {
    Postgres(&'static testbed::Postgres, testbed::Database),
    Mariadb(&'static testbed::Mariadb, testbed::Database),
}

impl Office {
    async fn postgres() -> (Self, toml::Table) {
        let server = testbed::shared_postgres().await.unwrap();
        let database = server.create_database().await.unwrap();
        let name = database.name();
        let sql =
            format!("CREATE ROLE {name} LOGIN PASSWORD 'geheim'; GRANT CREATE ON SCHEMA public TO {name}");
        server.psql_in(name, &sql).await.unwrap();
        let url = format!("postgres://{name}:geheim@127.0.0.1:{}/{name}", server.port());
        (Self::Postgres(server, database), server_target("postgres", &url))
    }

    async fn mariadb() -> (Self, toml::Table) {
        let server = testbed::shared_mariadb().await.unwrap();
        let database = server.create_database().await.unwrap();
        let name = database.name();
        let sql = format!(
            "CREATE USER '{name}'@'127.0.0.1' IDENTIFIED BY 'geheim'; \
             GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, CREATE TEMPORARY TABLES \
             ON {name}.* TO '{name}'@'127.0.0.1'"
        );
        server.sql(&sql).await.unwrap();
        let url = format!("mysql://{name}:geheim@127.0.0.1:{}/{name}", server.port());
        (Self::Mariadb(server, database), server_target("mysql", &url))
    }

    fn name(&self) -> &str {
        match self {
            Self::Postgres(_, database) | Self::Mariadb(_, database) => database.name(),
        }
    }

    /// Runs statements as the administrator.
    async fn sql(&self, sql: &str) -> Vec<String> {
        let told = match self {
            Self::Postgres(server, database) => server.psql_in(database.name(), sql).await,
            Self::Mariadb(server, database) => server.sql_in(database.name(), sql).await,
        };
        told.unwrap().lines().map(|line| line.replace('\t', "|")).collect()
    }

    /// The rows, and where the delivery stands.
    async fn content(&self, table: &str) -> (Vec<String>, Vec<String>) {
        let rows = self.sql(&format!("SELECT resident_id, xm, birth_date FROM {table} ORDER BY 1")).await;
        let stands = self.sql("SELECT * FROM gt_delivery ORDER BY 1").await;
        (rows, stands)
    }

    /// What spoils the target, and what mends it; what the notice names. The constraint refuses the row of that key.
    fn cases(&self, table: &str, key: &str) -> [(String, String, &'static str); 3] {
        let name = self.name();
        let constraint = (
            format!("ALTER TABLE {table} ADD CONSTRAINT not_this CHECK (resident_id <> '{key}')"),
            format!("ALTER TABLE {table} DROP CONSTRAINT not_this"),
            "not_this",
        );
        match self {
            Self::Postgres(..) => [
                constraint,
                (
                    format!("REVOKE INSERT ON {table} FROM {name}"),
                    format!("GRANT INSERT ON {table} TO {name}"),
                    "INSERT",
                ),
                (
                    format!("ALTER ROLE {name} SET default_transaction_read_only = on"),
                    format!("ALTER ROLE {name} RESET default_transaction_read_only"),
                    "read-only",
                ),
            ],
            Self::Mariadb(..) => [
                constraint,
                (
                    format!("REVOKE INSERT ON {name}.* FROM '{name}'@'127.0.0.1'"),
                    format!("GRANT INSERT ON {name}.* TO '{name}'@'127.0.0.1'"),
                    "permission denied",
                ),
                ("SET GLOBAL read_only = 1".to_owned(), "SET GLOBAL read_only = 0".to_owned(), "read-only"),
            ],
        }
    }
}

/// A constraint that refuses one row of hundreds, a right that is withdrawn, and a server that becomes read-only, in PostgreSQL and in
/// MariaDB, for whole tables and for changes: the run fails and says what to do, rows and position stay as they were, and
/// once that is mended the next run brings everything.
#[test]
fn a_target_that_refuses_is_told_and_mended() {
    run(async {
        let ((postgres, by_postgres), (mariadb, by_mariadb)) =
            (Office::postgres().await, Office::mariadb().await);
        let stage = Stage::towards(300, &[("office", by_postgres), ("other", by_mariadb)]).await;
        stage.at_source("CREATE PUBLICATION guantong FOR TABLE rkxx").await;
        let mut next = 300;
        for (office, target) in [(&postgres, "office"), (&mariadb, "other")] {
            for method in ["full", "changes"] {
                let table = format!("people_{method}");
                let id = stage
                    .subscribe(&table, |body| {
                        body["target"] = json!(target);
                        body["method"] = json!(method);
                    })
                    .await;
                assert_eq!(stage.run(&id, "run").await["state"], "succeeded");
                for (spoil, mend, named) in office.cases(&table, &number(next + 20)) {
                    let what = format!("{target} {method}: {spoil}");
                    stage.fill(next, next + 40).await;
                    let change = format!("UPDATE rkxx SET xm = '王五' WHERE sfzh = '{}'", number(next + 20));
                    stage.at_source(&change).await;
                    stage.at_source(&format!("DELETE FROM rkxx WHERE sfzh = '{}'", number(next - 1))).await;
                    next += 40;
                    let before = office.content(&table).await;
                    office.sql(&spoil).await;
                    let failed = stage.run(&id, "run").await;
                    assert_eq!(failed["state"], "failed", "{what}: {failed}");
                    let code = failed["notice"]["code"].as_str().unwrap();
                    assert!(["target.refused", "target.misfit"].contains(&code), "{what}: {failed}");
                    let (zh, en) = (&failed["notice"]["zh"], &failed["notice"]["en"]);
                    assert!(
                        zh.as_str().unwrap().contains("请") && en.as_str().unwrap().contains(named),
                        "{what}: {failed}"
                    );
                    assert_eq!(office.content(&table).await, before, "{what}");
                    office.sql(&mend).await;
                    stage.mended(&id).await;
                    assert_eq!(office.content(&table).await.0, stage.register().await, "{what}");
                }
            }
        }
    });
}
