//! Servers that refuse, lock, freeze and die in the middle of a delivery.

use std::{sync::Arc, time::Duration};

use connect::{Load, Target, TargetType};

use super::support::{
    applying, by_key, content, counts, described, everything, hard, line, lines, replace, rows, target,
};
use crate::support::{Outcome, code};

const LIMITS: &str =
    "connect_timeout_ms=1500\nstatement_timeout_ms=1500\nload_timeout_ms=4000\nlock_timeout_ms=300";

/// Many rows, so that pieces of them are on their way when something happens.
fn many() -> Vec<super::support::Line> {
    let all = (0..3_000).map(|n: u32| {
        let name = "名".repeat(200);
        line(&["k", &n.to_string(), &name, "2024-01-05", "2024-01-05T08:30:00", "1.5", "7", "true"])
    });
    all.collect()
}

/// A server that dies in the middle of a replacement or of applying is told as down within the limits, also when it is
/// only noticed at the end; afterwards the old rows stand there with their position, and the next delivery succeeds.
#[tokio::test]
async fn postgres_dies() -> Outcome {
    let server = testbed::postgres(testbed::PostgresOptions::default()).await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='postgres'\nurl='{}'\n{LIMITS}", database.url()));
    let table = everything("dies");
    replace(&*target, &table, "r1", &hard(), 2).await?;
    let before = (content(&*target, &table).await?, target.stored(&table).await?);
    for load in [Load::Replace, Load::Apply] {
        for at_finish in [false, true] {
            let mut delivery = target.begin(&table, "broken", load).await?;
            if load == Load::Replace {
                delivery.write(rows(&table, 1, &many())).await?;
            }
            server.kill().await?;
            let error = if at_finish {
                delivery.finish("p").await
            } else {
                // What is written first may still be taken by the buffers on the way.
                let mut seq = 2;
                loop {
                    match delivery.write(rows(&table, seq, &many())).await {
                        Ok(_) => seq += 1,
                        failed => break failed,
                    }
                }
            };
            assert_eq!(code(error), "source.down");
            assert_eq!(code(target.begin(&table, "r", load).await.map(drop)), "source.down");
            server.start().await?;
            assert_eq!((content(&*target, &table).await?, target.stored(&table).await?), before);
        }
    }
    assert_eq!(counts(replace(&*target, &table, "r2", &hard(), 2).await?), [0, 0, 0, 5, 0]);
    Ok(())
}

/// The same for MariaDB.
#[tokio::test]
async fn mariadb_dies() -> Outcome {
    let server = testbed::mariadb(testbed::MariadbOptions::default()).await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='mysql'\nurl='{}'\n{LIMITS}", database.url()));
    let table = everything("dies");
    replace(&*target, &table, "r1", &hard(), 2).await?;
    let before = (content(&*target, &table).await?, target.stored(&table).await?);
    for load in [Load::Replace, Load::Apply] {
        let mut delivery = target.begin(&table, "broken", load).await?;
        if load == Load::Replace {
            delivery.write(rows(&table, 1, &hard()[2..])).await?;
        }
        server.stop().await?;
        assert_eq!(code(delivery.write(rows(&table, 2, &hard()[..1])).await), "source.down");
        assert_eq!(code(target.begin(&table, "r", load).await.map(drop)), "source.down");
        server.start().await?;
        assert_eq!((content(&*target, &table).await?, target.stored(&table).await?), before);
    }
    assert_eq!(counts(replace(&*target, &table, "r2", &hard(), 2).await?), [0, 0, 0, 5, 0]);
    Ok(())
}

/// A frozen server is a timeout, not a hang, whatever the delivery was doing; thawed, the old rows are there.
#[tokio::test]
async fn postgres_freezes() -> Outcome {
    let server = testbed::postgres(testbed::PostgresOptions::default()).await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='postgres'\nurl='{}'\n{LIMITS}", database.url()));
    let table = everything("freezes");
    replace(&*target, &table, "r1", &hard(), 2).await?;
    let mut merging = target.begin(&table, "r2", Load::Replace).await?;
    merging.write(rows(&table, 1, &hard()[1..])).await?;
    let other = everything("other");
    let mut small = applying(&*target, &other, "r1").await?;
    server.pause().await?;
    assert_eq!(code(small.write(rows(&other, 1, &hard())).await), "source.timeout");
    assert_eq!(code(merging.finish("p").await), "source.timeout");
    assert_eq!(code(target.stored(&table).await), "source.down");
    server.resume().await?;
    assert_eq!(content(&*target, &table).await?, by_key(&table, &hard()));
    // The server notices the lost session by itself and lets go of its lock.
    let again = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            match replace(&*target, &table, "r3", &hard(), 2).await {
                Err(error) if error.code().is_transient() => {}
                done => break done,
            }
        }
    });
    assert_eq!(counts(again.await??), [0, 0, 0, 5, 0]);
    Ok(())
}

async fn limited(role: &str, grants: &str) -> anyhow::Result<(testbed::Database, Arc<dyn Target>)> {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let sql = format!("CREATE ROLE {role} LOGIN PASSWORD 'geheim'; {grants}");
    server.psql_in(database.name(), &sql).await?;
    let url = format!("postgres://{role}:geheim@127.0.0.1:{}/{}", server.port(), database.name());
    Ok((database, target(&format!("kind='postgres'\nurl='{url}'\nlock_timeout_ms=300"))))
}

/// Rights that the account lacks are named before anything is moved, and one that is taken away in the middle refuses
/// the portion and leaves everything as it was.
#[tokio::test]
async fn missing_rights_are_named() -> Outcome {
    let sql = "CREATE TABLE t (id text PRIMARY KEY, n int); GRANT SELECT ON t TO poor";
    let (_database, poor) = limited("poor", sql).await?;
    let table = described("t", &[("id", TargetType::Text), ("n", TargetType::Integer)], &["id"]);
    let said: Vec<String> = poor.fit(&table).await?.misfits.into_iter().map(|one| one.en).collect();
    for right in ["INSERT", "UPDATE", "DELETE", "gt_delivery"] {
        assert!(said.iter().any(|text| text.contains(right)), "{right} {said:?}");
    }
    let sql = "CREATE TABLE t (id text PRIMARY KEY, n int); GRANT ALL ON t TO able; GRANT CREATE ON SCHEMA public TO able";
    let (database, able) = limited("able", sql).await?;
    let good = lines(&[&["a", "1"]]);
    replace(&*able, &table, "r1", &good, 9).await?;
    let mut delivery = applying(&*able, &table, "r2").await?;
    let server = testbed::shared_postgres().await?;
    server.psql_in(database.name(), "REVOKE INSERT ON t FROM able").await?;
    assert_eq!(code(delivery.write(rows(&table, 1, &lines(&[&["b", "1"]]))).await), "target.refused");
    drop(delivery);
    let expected = (content(&*able, &table).await?, able.stored(&table).await?.map(|stored| stored.run));
    assert_eq!(expected, (by_key(&table, &good), Some("r1".to_owned())));
    assert_eq!(code(able.begin(&table, "r3", Load::Replace).await.map(drop)), "target.misfit");
    server
        .psql_in(
            database.name(),
            "GRANT INSERT ON t TO able; ALTER ROLE able SET default_transaction_read_only = on",
        )
        .await?;
    let mut delivery = match applying(&*able, &table, "r4").await {
        Ok(delivery) => delivery,
        Err(error) => panic!("{error} {error:?}"),
    };
    assert_eq!(code(delivery.write(rows(&table, 1, &good)).await), "target.refused");
    let wrong =
        target(&format!("kind='postgres'\nurl='postgres://able:wrong@127.0.0.1:{}/x'", server.port()));
    assert_eq!(code(wrong.stored(&table).await), "source.permission");
    Ok(())
}

/// A trigger's refusal is told as one, without the words of the trigger, which may hold values.
#[tokio::test]
async fn triggers_refuse() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let sql = "CREATE TABLE t (id text PRIMARY KEY);
        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret %', NEW.id; END $$;
        CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()";
    server.psql_in(database.name(), sql).await?;
    let target = target(&format!("kind='postgres'\nurl='{}'", database.url()));
    let table = described("t", &[("id", TargetType::Text)], &["id"]);
    let error = replace(&*target, &table, "r1", &lines(&[&["a"]]), 9).await.unwrap_err();
    assert_eq!(error.code().as_str(), "target.refused");
    assert!(!error.en().contains("secret") && error.en().contains("trigger"), "{error}");
    Ok(())
}

/// A table that the department's own program has locked is told as busy within the limit.
#[tokio::test]
async fn locks_are_not_waited_for() -> Outcome {
    use sqlx::{Connection as _, Executor as _};
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='postgres'\nurl='{}'\nlock_timeout_ms=200", database.url()));
    let table = everything("locked");
    replace(&*target, &table, "r1", &hard(), 2).await?;
    let mut delivery = applying(&*target, &table, "r2").await?;
    let mut theirs = sqlx::PgConnection::connect(database.url()).await?;
    theirs.execute("BEGIN; LOCK TABLE locked IN EXCLUSIVE MODE").await?;
    assert_eq!(code(delivery.write(rows(&table, 1, &hard()[..1])).await), "target.busy");
    theirs.execute("COMMIT").await?;
    let mut delivery = applying(&*target, &table, "r3").await?;
    assert_eq!(counts(delivery.write(rows(&table, 1, &hard())).await?), [0, 0, 0, 5, 0]);
    Ok(())
}

/// Types of the department that hold the same values take them and give them back in the same form.
#[tokio::test]
async fn kindred_types_hold_the_same() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let sql = "CREATE DOMAIN idno AS varchar(20);
        CREATE TABLE kin (\"编号\" idno, no smallint, \"name \"\"x\"\"\" char(40), born varchar(10), seen timestamptz,
                          amount double precision, many numeric(20), ok text, PRIMARY KEY (\"编号\", no))";
    server.psql_in(database.name(), sql).await?;
    let target = target(&format!("kind='postgres'\nurl='{}'", database.url()));
    let table = everything("kin");
    let all = hard();
    // Fifteen digits are what floating point keeps, and eighteen what these columns were made for.
    let fits = [all[0].clone(), all[1].clone(), all[2].clone(), all[4].clone()];
    for (run, size) in [("r1", 2), ("r2", 1)] {
        replace(&*target, &table, run, &fits, size).await?;
        assert_eq!(content(&*target, &table).await?, by_key(&table, &fits));
    }
    let mut delivery = applying(&*target, &table, "r3").await?;
    assert_eq!(counts(delivery.write(rows(&table, 1, &fits)).await?), [0, 0, 0, 4, 0]);
    assert_eq!(code(delivery.write(rows(&table, 2, &all)).await), "target.value");
    let seen =
        server.psql_in(database.name(), "SET timezone = 'UTC'; SELECT seen FROM kin WHERE no = 1").await?;
    assert_eq!(seen, "2024-01-05 00:30:00+00");
    Ok(())
}

/// A portion that is not made as the table is described is refused before anything is written.
#[tokio::test]
async fn portions_must_be_made_right() -> Outcome {
    let server = testbed::shared_postgres().await?;
    let database = server.create_database().await?;
    let target = target(&format!("kind='postgres'\nurl='{}'", database.url()));
    let table = everything("portions");
    let mut delivery = target.begin(&table, "r1", Load::Replace).await?;
    let other = described("x", &[("a", TargetType::Text)], &["a"]);
    assert_eq!(code(delivery.write(rows(&other, 1, &lines(&[&["a"]]))).await), "target.portion");
    let mut long = rows(&table, 1, &hard());
    long.position = "x".repeat(65 * 1024);
    assert_eq!(code(delivery.write(long).await), "target.portion");
    delivery.write(rows(&table, 1, &hard())).await?;
    assert_eq!(delivery.finish("p").await?.inserted, 5);
    Ok(())
}

/// MariaDB tells of missing rights when it is written to: the account is refused, everything stays as it was.
#[tokio::test]
async fn mariadb_refuses() -> Outcome {
    let server = testbed::shared_mariadb().await?;
    let database = server.create_database().await?;
    let name = database.name();
    let sql = format!(
        "CREATE TABLE t (id varchar(20) PRIMARY KEY, n int); CREATE USER 'u_{name}'@'127.0.0.1' IDENTIFIED BY 'geheim';
         GRANT ALL ON {name}.* TO 'u_{name}'@'127.0.0.1'"
    );
    server.sql_in(name, &sql).await?;
    let url = format!("mysql://u_{name}:geheim@127.0.0.1:{}/{name}", server.port());
    let able = target(&format!("kind='mysql'\nurl='{url}'"));
    let table = described("t", &[("id", TargetType::Text), ("n", TargetType::Integer)], &["id"]);
    let good = lines(&[&["a", "1"]]);
    replace(&*able, &table, "r1", &good, 9).await?;
    let grants = format!(
        "REVOKE ALL ON {name}.* FROM 'u_{name}'@'127.0.0.1';
         GRANT SELECT, CREATE TEMPORARY TABLES ON {name}.* TO 'u_{name}'@'127.0.0.1'"
    );
    server.sql_in(name, &grants).await?;
    let next = lines(&[&["b", "1"]]);
    assert_eq!(code(replace(&*able, &table, "r2", &next, 9).await), "target.refused");
    let mut delivery = applying(&*able, &table, "r3").await?;
    assert_eq!(code(delivery.write(rows(&table, 1, &next)).await), "target.refused");
    assert_eq!(content(&*able, &table).await?, by_key(&table, &good));
    assert_eq!(able.stored(&table).await?.map(|stored| stored.run), Some("r1".to_owned()));
    let wrong =
        target(&format!("kind='mysql'\nurl='mysql://u_{name}:wrong@127.0.0.1:{}/{name}'", server.port()));
    assert_eq!(code(wrong.stored(&table).await), "source.permission");
    Ok(())
}

/// What names a delivery is checked before anything is asked of the target, which need not even be there.
#[tokio::test]
async fn descriptions_are_checked() -> Outcome {
    let nowhere = target("kind='postgres'\nurl='postgres://u@127.0.0.1:1/x'");
    let good = everything("t");
    assert_eq!(code(nowhere.fit(&good).await), "source.down");
    for run in ["", "a b", "批", &"x".repeat(129)] {
        assert_eq!(code(nowhere.begin(&good, run, Load::Apply).await.map(drop)), "source.config", "{run}");
    }
    let named =
        |subscription: &str| connect::TargetTable { subscription: subscription.to_owned(), ..good.clone() };
    let keyed = |key: &[&str]| described("t", &[("a", TargetType::Text), ("b", TargetType::Text)], key);
    let twice = described("t", &[("a", TargetType::Text), ("A", TargetType::Text)], &["a"]);
    for table in [
        named(""),
        named("A"),
        named("a/b"),
        named(&"a".repeat(65)),
        keyed(&[]),
        keyed(&["c"]),
        keyed(&["a", "a"]),
        twice,
    ] {
        assert_eq!(code(nowhere.fit(&table).await), "source.config", "{table:?}");
    }
    Ok(())
}
