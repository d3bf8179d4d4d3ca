//! Deliveries into PostgreSQL, a real server.

use std::sync::Arc;

use connect::{Target, TargetType};

use super::{
    model,
    support::{by_key, content, counts, described, everything, hard, lines, replace, target},
    tables::Sql,
};
use crate::support::Outcome;

/// A target of its own, and the place behind it.
pub async fn fresh() -> anyhow::Result<(testbed::Database, Arc<dyn Target>)> {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='postgres'\nurl='{}'\nlock_timeout_ms=300", database.url()));
    Ok((database, target))
}

impl Sql for testbed::Database {
    async fn sql(&self, sql: &str) -> anyhow::Result<String> {
        if self.url().starts_with("mysql") {
            testbed::shared_mariadb().await?.sql_in(self.name(), sql).await
        } else {
            testbed::shared_postgres().await?.psql_in(self.name(), sql).await
        }
    }

    fn shows_made(&self) -> bool {
        self.url().starts_with("mysql")
    }
}

/// Names for people become comments.
#[tokio::test]
async fn comments_are_kept() -> Outcome {
    let (database, target) = fresh().await?;
    replace(&*target, &everything("人口 t"), "r1", &hard(), 2).await?;
    let sql = "SELECT obj_description('\"人口 t\"'::regclass), col_description('\"人口 t\"'::regclass, 1)";
    assert_eq!(database.sql(sql).await?, "家庭 'x'|编号的说明 it's");
    Ok(())
}

/// Numbers, dates and times of any size come back as they went in, by COPY and by arrays alike.
#[tokio::test]
async fn any_number_is_carried() -> Outcome {
    let (_place, target) = fresh().await?;
    model::any_number_is_carried(&*target).await
}

/// A department may have rules of its own: that no two rows share a telephone holds for what was delivered, not for what a delivery
/// passes through, so a number may move from a row that goes to one that comes.
#[tokio::test]
async fn a_unique_value_moves_to_a_new_row() -> Outcome {
    let (database, target) = fresh().await?;
    database.sql("CREATE TABLE phones (id text PRIMARY KEY, phone text UNIQUE)").await?;
    let table = described("phones", &[("id", TargetType::Text), ("phone", TargetType::Text)], &["id"]);
    replace(&*target, &table, "r1", &lines(&[&["1", "139"], &["2", "138"]]), 2).await?;
    let next = lines(&[&["3", "139"], &["2", "138"]]);
    assert_eq!(counts(replace(&*target, &table, "r2", &next, 1).await?), [1, 0, 1, 1, 0]);
    assert_eq!(content(&*target, &table).await?, by_key(&table, &next));
    Ok(())
}
