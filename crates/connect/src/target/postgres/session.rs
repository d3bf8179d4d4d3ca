//! Connections to the target, and what its errors mean.

use std::{future::Future, sync::Arc, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _,
    postgres::{PgConnectOptions, PgDatabaseError},
};

use super::pipe::{Trouble, within};
use crate::{
    error::{SourceCode, SourceError},
    target::{config::TargetLimits, errors},
};

/// What a target and its deliveries share.
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) options: PgConnectOptions,
    pub(super) schema: String,
    pub(super) limits: TargetLimits,
}

/// The oldest server that knows all that is said to it.
const OLDEST: u32 = 120_000;

/// How often a server that works on something long is asked whether it still lives.
const PULSE: Duration = Duration::from_secs(10);

impl Shared {
    /// A session. Its dates are ISO, its zone is that of local times, and whatever dies, it or we, is noticed.
    pub(super) async fn connect(&self, statement: Duration) -> Result<PgConnection, SourceError> {
        let setup = format!(
            "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = 0;
             SET DateStyle = 'ISO, YMD'; SET TimeZone = 'Asia/Shanghai'; SET standard_conforming_strings = on;
             SET plan_cache_mode = force_custom_plan; SET client_min_messages = warning;
             SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;
             SELECT set_config(name, CASE name WHEN 'idle_session_timeout' THEN '0' ELSE '10s' END, false)
               FROM pg_settings WHERE name IN ('idle_session_timeout', 'client_connection_check_interval')",
            statement.as_millis(),
            self.limits.lock().as_millis()
        );
        let opened = within(self.limits.connect(), async {
            let mut conn = self.options.connect().await?;
            let version = conn.server_version_num();
            if version.is_none_or(|version| version >= OLDEST) {
                conn.execute(AssertSqlSafe(setup)).await?;
            }
            Ok((conn, version))
        });
        let (conn, version) = opened.await.map_err(|trouble| match trouble {
            Trouble::Late(_) => errors::down(&self.name).because("no connection in time"),
            Trouble::Sql(error) => match &error {
                sqlx::Error::Database(inner) => match inner.code().as_deref() {
                    Some("53300" | "53400") => errors::connections(&self.name).because(error),
                    Some(code) if code.starts_with("28") || code == "42501" || code == "3D000" => {
                        errors::permission(&self.name).because(error)
                    }
                    _ => errors::down(&self.name).because(error),
                },
                _ => errors::down(&self.name).because(error),
            },
        })?;
        match version {
            Some(version) if version < OLDEST => Err(errors::unsupported(
                &self.name,
                format_args!(
                    "数据库的 PostgreSQL 版本号为 {version}，投递需要 12 及以上；请升级，或改投文件或接口。"
                ),
                format_args!(
                    "the database is PostgreSQL {version}, and deliveries need 12 or later; upgrade it, or deliver into a \
                     file or to an endpoint"
                ),
            )),
            _ => Ok(conn),
        }
    }

    /// A step that should be short.
    pub(super) async fn step<T>(
        &self,
        table: &str,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, SourceError> {
        // The server, which was told the limit, is given the time to say so itself.
        let limit = self.limits.statement();
        within(limit + (limit / 10).max(Duration::from_millis(200)), work)
            .await
            .map_err(|trouble| self.trouble(table, trouble))
    }

    /// A step that may take long. Meanwhile the server is asked over another connection whether it still works for
    /// us, so that one that died or froze is not waited for.
    pub(super) async fn patient<T>(
        self: &Arc<Self>,
        table: &str,
        pid: i32,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, SourceError> {
        let limited = within(self.limits.load(), work);
        tokio::pin!(limited);
        loop {
            tokio::select! {
                done = &mut limited => return done.map_err(|trouble| self.trouble(table, trouble)),
                () = tokio::time::sleep(PULSE) => {
                    tokio::select! {
                        done = &mut limited => return done.map_err(|trouble| self.trouble(table, trouble)),
                        alive = self.alive(pid) => if !alive {
                            return Err(errors::down(&self.name).because("the server lost the session"));
                        }
                    }
                }
            }
        }
    }

    async fn alive(&self, pid: i32) -> bool {
        let asked = within(self.limits.connect() + self.limits.statement(), async {
            let mut conn = self.options.connect().await?;
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
            let found: i64 = sqlx::query(sql).bind(pid).fetch_one(&mut conn).await?.try_get(0)?;
            let _ = conn.close().await;
            Ok(found > 0)
        });
        match asked.await {
            Ok(found) => found,
            // Whoever refuses us a second connection is alive.
            Err(Trouble::Sql(sqlx::Error::Database(error))) => {
                error.code().is_some_and(|code| code != "57P03")
            }
            Err(_) => false,
        }
    }

    /// What went wrong, in words.
    pub(super) fn trouble(&self, table: &str, trouble: Trouble) -> SourceError {
        match trouble {
            Trouble::Late(limit) => errors::timeout(&self.name, limit.as_millis()),
            Trouble::Sql(error) => self.error(table, error),
        }
    }

    /// An error of the server, in words.
    pub(super) fn error(&self, table: &str, error: sqlx::Error) -> SourceError {
        let name = &self.name;
        let Some(inner) = error.as_database_error().and_then(|e| e.try_downcast_ref::<PgDatabaseError>())
        else {
            return match error {
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => {
                    errors::failed(name, table).because(error)
                }
                error => errors::down(name).because(error),
            };
        };
        let ours = match inner.code() {
            "57014" => errors::timeout(name, self.limits.statement().as_millis()),
            "55P03" | "40001" | "40P01" => errors::locked(name, table),
            "53100" => errors::full(name),
            "53300" | "53400" => errors::connections(name),
            "42501" => errors::refused(name, table, "permission denied"),
            "25006" => errors::refused(name, table, "read-only"),
            "P0001" => errors::refused(name, table, "trigger"),
            "22001" | "22003" | "22008" | "54000" => value(name, table, inner.message()),
            code if code.starts_with("23") => {
                let what = inner.constraint().or(inner.column()).unwrap_or("constraint");
                errors::refused(name, inner.table().unwrap_or(table), what)
            }
            code if code.starts_with("08") || code.starts_with("57P") => errors::down(name),
            code if code.starts_with("28") => errors::permission(name),
            _ => errors::failed(name, table),
        };
        ours.because(error)
    }
}

/// A value that only the server could find too large. Its messages of these kinds name types, no values.
fn value(target: &str, table: &str, message: &str) -> SourceError {
    SourceError::new(
        SourceCode::TargetValue,
        format!("有值写不进“{target}”的表“{table}”（{message}）；请该部门放宽相应列的类型。"),
        format!(
            "a value cannot be written into table \"{table}\" of \"{target}\" ({message}); its department should widen the \
             column"
        ),
    )
}
