//! The node's own database: there, up to date, and nothing stuck in it.

use std::collections::BTreeSet;

use kernel::config::Config;
use kernel::evidence::{index, outbox};
use kernel::{Role, follow_up};
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use super::finding::Finding;
use crate::backup::store;

/// After this many failures a row is left for a person; see the worker.
const GIVEN_UP: i32 = 20;
/// Work that has been due for so long is stuck.
const LATE_MS: i64 = 15 * 60_000;

/// What was seen of the database.
#[derive(Default)]
pub struct Database {
    /// Findings.
    pub findings: Vec<Finding>,
    /// Agents that are registered and not disabled.
    pub agents: Option<u64>,
    /// Time of the last evidence.
    pub last_evidence_ms: Option<i64>,
}

/// Looks at the database.
pub async fn look(config: &Config, now_ms: i64, hub_runs: bool) -> Database {
    let url = config.database_url();
    let file = url.strip_prefix("sqlite://").map(std::path::Path::new);
    // Opening would make an empty file where none is.
    if let Some(file) = file.filter(|file| !file.exists()) {
        let shown = file.display();
        let missing =
            Finding::fault("database", format!("数据库文件 {shown} 不存在"), format!("{shown} is not there"))
                .mend(
                    "新建节点请运行 guantong init；已有节点请从备份恢复：guantong restore",
                    "For a new node run guantong init; else restore a backup: guantong restore",
                );
        return Database { findings: vec![missing], ..Database::default() };
    }
    let db = match kernel::db::open(&url).await {
        Ok(db) => db,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            let fault =
                Finding::fault("database", format!("数据库连不上：{cause}"), format!("No database: {cause}"))
                    .mend(error.zh(), error.en());
            return Database { findings: vec![fault], ..Database::default() };
        }
    };
    let mut seen = Database::default();
    match migrations(&db).await {
        Ok((finding, up_to_date)) => {
            seen.findings.push(finding);
            if !up_to_date {
                return seen;
            }
        }
        Err(error) => {
            seen.findings.push(unreadable(&error));
            return seen;
        }
    }
    if let Err(error) = rows(&db, &mut seen, now_ms, hub_runs).await {
        seen.findings.push(unreadable(&error));
    }
    seen
}

fn unreadable(error: &kernel::Error) -> Finding {
    Finding::fault(
        "database",
        format!("数据库读取失败：{error:?}"),
        format!("The database cannot be read: {error:?}"),
    )
    .mend("检查数据库服务与磁盘，必要时从备份恢复", "Check service and disk; restore from a backup if needed")
}

async fn migrations(db: &DatabaseConnection) -> kernel::Result<(Finding, bool)> {
    let applied: BTreeSet<String> = server::applied_migrations(db).await?.into_iter().collect();
    let known: BTreeSet<String> = server::known_migrations().into_iter().collect();
    let newer = applied.difference(&known).count();
    if newer > 0 {
        let finding = Finding::fault(
            "database",
            "数据库由更新版本的程序写成",
            "The database was written by a newer program",
        )
        .mend("换用不低于原来版本的程序", "Use a program that is not older");
        return Ok((finding, false));
    }
    let missing = known.difference(&applied).count();
    if applied.is_empty() {
        let finding = Finding::fault("database", "数据库是空的", "The database is empty")
            .mend("新建节点请运行 guantong init", "For a new node run guantong init");
        return Ok((finding, false));
    }
    if missing > 0 {
        let finding = Finding::warning(
            "database",
            format!("数据库差 {missing} 步升级"),
            format!("The database is {missing} migration(s) behind"),
        )
        .mend(
            "先备份（guantong backup），再运行 guantong migrate；启动平台时也会自动升级",
            "Back up (guantong backup), then guantong migrate; a start does it too",
        );
        return Ok((finding, false));
    }
    Ok((Finding::ok("database", "数据库可用，版本最新", "The database is there and up to date"), true))
}

async fn rows(
    db: &DatabaseConnection,
    seen: &mut Database,
    now_ms: i64,
    hub_runs: bool,
) -> kernel::Result<()> {
    let last = index::Entity::find().order_by_desc(index::Column::Idx).one(db).await?;
    seen.last_evidence_ms = last.map(|row| row.time_ms);
    seen.agents = Some(store::count_agents(db).await?);
    seen.findings.push(follow_ups(db, now_ms, hub_runs).await?);
    let waiting = outbox::Entity::find().count(db).await?;
    if waiting > 0 && !hub_runs {
        seen.findings.push(
            Finding::warning(
                "outbox",
                format!("有 {waiting} 条存证等待写入日志"),
                format!("{waiting} piece(s) of evidence wait for the log"),
            )
            .mend("启动平台时会自动补写", "A start of the hub appends them"),
        );
    }
    for role in Role::PARTED {
        if store::count_active(db, role.as_str()).await? == 0 {
            let (zh, en) = (role.zh(), role.as_str());
            seen.findings.push(
                Finding::fault("roles", format!("没有可用的{zh}账号"), format!("There is no active {en}"))
                    .mend(
                        format!("guantong user --role {en} --username … --organisation …"),
                        format!("guantong user --role {en} --username … --organisation …"),
                    ),
            );
        }
    }
    Ok(())
}

async fn follow_ups(db: &DatabaseConnection, now_ms: i64, hub_runs: bool) -> kernel::Result<Finding> {
    let given_up =
        follow_up::Entity::find().filter(follow_up::Column::Attempts.gte(GIVEN_UP)).all(db).await?;
    if let Some(first) = given_up.first() {
        let (kind, code) = (&first.kind, first.last_error.as_deref().unwrap_or_default());
        let count = given_up.len();
        return Ok(Finding::fault(
            "follow_ups",
            format!("有 {count} 项后续工作多次失败后停下，例如 {kind}（{code}）"),
            format!("{count} follow-up(s) were given up after many failures, for example {kind} ({code})"),
        )
        .mend(
            "在日志中查找 follow_up.failed 的原因，排除后重启平台；仍不行请联系实施人员",
            "Find the cause of follow_up.failed in the log, mend it and restart; else ask for help",
        ));
    }
    let late =
        follow_up::Entity::find().filter(follow_up::Column::DueMs.lt(now_ms - LATE_MS)).count(db).await?;
    if late > 0 && hub_runs {
        return Ok(Finding::warning(
            "follow_ups",
            format!("有 {late} 项后续工作逾期超过 15 分钟"),
            format!("{late} follow-up(s) have been due for more than 15 minutes"),
        )
        .mend("在日志中查找 follow_up.failed 的原因", "Find the cause of follow_up.failed in the log"));
    }
    Ok(Finding::ok("follow_ups", "后续工作没有积压", "No follow-up is stuck"))
}
