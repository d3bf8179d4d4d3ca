//! What lies at rest: no secret, no token, no password in clear.

use kernel::Role;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::world::{PASSWORD, World, on_both};

on_both! {
    /// Whoever copies the database gets neither passwords nor sessions nor client secrets.
    async fn nothing_in_clear(world: World) {
        let (_, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let token = cookie.split_once('=').unwrap().1.to_owned();
        let (_, secret) = world.client("mz-dibao").await;
        let db = &world.kernel.db;
        let mut stored = String::new();
        for (table, column) in [
            ("console_user", "password_hash"),
            ("console_session", "token_hash"),
            ("client_system", "sealed_secret"),
        ] {
            let query = Statement::from_string(db.get_database_backend(), format!("SELECT {column} FROM {table}"));
            for row in db.query_all_raw(query).await.unwrap() {
                stored.push_str(&row.try_get::<String>("", column).unwrap());
                stored.push('\n');
            }
        }
        assert!(stored.contains("$argon2id$"), "{stored}");
        for clear in [PASSWORD, &token, &secret] {
            assert!(!stored.contains(clear));
        }
    }

    /// A sealed secret moved to another client's row opens nothing.
    async fn sealed_to_its_row(given: World) {
        let mut world = given;
        let (first, secret) = world.client("mz-first").await;
        let (second, _) = world.client("mz-second").await;
        let db = &world.kernel.db;
        let copy = format!(
            "UPDATE client_system SET sealed_secret = (SELECT sealed_secret FROM client_system WHERE id = '{first}') \
             WHERE id = '{second}'"
        );
        db.execute_unprepared(&copy).await.unwrap();
        world.restart();
        let answer = world
            .token(&[("grant_type", "client_credentials"), ("client_id", "mz-second"), ("client_secret", &secret)])
            .await;
        assert_eq!(answer.body["error"], "invalid_client");
        world.access_token("mz-first", &secret).await;
    }
}
