//! The two engines between which changes travel.

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, Row as _};
use testbed::{Database, Mariadb, MariadbOptions, Postgres, PostgresOptions};

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL, followed through a logical replication slot.
    Postgres,
    /// MariaDB, followed through its binary log.
    Mariadb,
}

/// A server with an empty database.
pub struct Server {
    running: Running,
    /// The database.
    pub database: Database,
}

enum Running {
    Postgres(Postgres),
    Mariadb(Mariadb),
}

impl Engine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::Mariadb];

    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Mariadb => "MariaDB",
        }
    }

    /// Kind in the configuration of an agent.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mariadb => "mysql",
        }
    }

    /// A server that writes through at each commit and keeps its log in the form from which changes can be read.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn raise(self) -> anyhow::Result<Server> {
        match self {
            Self::Postgres => {
                let settings = [("wal_level", "logical"), ("shared_buffers", "128MB")];
                let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
                let options = PostgresOptions { durable: true, settings, ..PostgresOptions::default() };
                let server = testbed::postgres(options).await?;
                let database = server.create_database().await?;
                Ok(Server { running: Running::Postgres(server), database })
            }
            Self::Mariadb => {
                let args = [
                    "--log-bin=mysql-bin",
                    "--binlog-format=ROW",
                    "--binlog-row-image=FULL",
                    "--server-id=1",
                ];
                let args = args.map(str::to_owned).to_vec();
                let server =
                    testbed::mariadb(MariadbOptions { durable: true, args, ..MariadbOptions::default() })
                        .await?;
                let database = server.create_database().await?;
                Ok(Server { running: Running::Mariadb(server), database })
            }
        }
    }
}

impl Server {
    /// Process id of the server.
    ///
    /// # Errors
    /// When it is gone.
    pub fn pid(&self) -> anyhow::Result<u32> {
        match &self.running {
            Running::Postgres(server) => server.pid(),
            Running::Mariadb(server) => server.pid(),
        }
        .context("a server is gone")
    }

    /// A connection to the database.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn connect(&self) -> anyhow::Result<Connection> {
        let url = self.database.url();
        Ok(match &self.running {
            Running::Postgres(_) => Connection::Postgres(PgConnection::connect(url).await?),
            Running::Mariadb(_) => Connection::Mariadb(MySqlConnection::connect(url).await?),
        })
    }
}

/// A connection.
pub enum Connection {
    /// To PostgreSQL.
    Postgres(PgConnection),
    /// To MariaDB.
    Mariadb(MySqlConnection),
}

impl Connection {
    /// Runs statements, parted by semicolons, in one message.
    ///
    /// # Errors
    /// With what the server said.
    pub async fn run(&mut self, sql: String) -> anyhow::Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        match self {
            Self::Postgres(connection) => sql.execute(connection).await.map(|_| ())?,
            Self::Mariadb(connection) => sql.execute(connection).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Rows of two columns of text.
    ///
    /// # Errors
    /// With what the server said.
    pub async fn pairs(&mut self, sql: String) -> anyhow::Result<Vec<(String, String)>> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        Ok(match self {
            Self::Postgres(connection) => {
                let rows = sql.fetch_all(connection).await?;
                rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<sqlx::Result<_>>()?
            }
            Self::Mariadb(connection) => {
                let rows = sql.fetch_all(connection).await?;
                rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<sqlx::Result<_>>()?
            }
        })
    }
}
