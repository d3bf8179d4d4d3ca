//! Watching a table of MySQL or MariaDB: what stands in the way, where the log stands, and how it is reached.

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures::{FutureExt as _, StreamExt as _, future::BoxFuture};
use mysql_async::{BinlogStreamRequest, Conn, Opts, OptsBuilder, SslOpts, prelude::Queryable as _};
use sqlx::{
    Arguments as _, Executor as _, Row as _,
    mysql::{MySqlArguments, MySqlConnection, MySqlRow, MySqlSslMode},
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Mysql,
    binlog::{Decoder, Place, Tail},
    layout::{self, Laid},
};
use crate::{
    error::{SourceCode, SourceError},
    hash::hash64,
    source::TableForm,
    sql::{
        database::Core,
        watching::{Given, Watching, bad_position},
    },
    watch::{Obstacle, Watch, Watchable},
};

/// Changes that wait for the consumer.
const AHEAD: usize = 2;
/// A transaction may stand in the log for a moment before readers see it. MariaDB tells a place without that moment;
/// other servers are given this time.
const MOMENT: Duration = Duration::from_millis(500);

const SETTINGS: &str = "SHOW GLOBAL VARIABLES WHERE variable_name IN
     ('log_bin', 'binlog_format', 'binlog_row_image', 'log_bin_compress', 'version')";

/// A column of a row of `SHOW`, which some servers give as bytes.
fn shown(row: &MySqlRow, at: usize) -> String {
    let bytes: Vec<u8> = row.try_get_unchecked(at).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The columns of a table as they are now.
pub(super) async fn layout(source: &Core<Mysql>, table: &str) -> Result<Vec<Laid>, SourceError> {
    let args = || {
        let mut args = MySqlArguments::default();
        args.add(table).map_err(|error| source.error(sqlx::Error::Encode(error)))?;
        Ok(args)
    };
    let rows = source.rows(Arc::from(layout::LAYOUT), args).await?;
    rows.iter().map(layout::laid).collect::<Result<_, _>>().map_err(|error| source.error(error))
}

async fn show(source: &Core<Mysql>, sql: &str) -> Result<Vec<MySqlRow>, SourceError> {
    Ok(source.rows(Arc::from(sql), || Ok(MySqlArguments::default())).await?)
}

fn obstacle(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Obstacle {
    Obstacle { code: code.to_owned(), zh: zh.into(), en: en.into() }
}

async fn obstacles(source: &Arc<Core<Mysql>>, watch: &Watch<'_>) -> Result<Watchable, SourceError> {
    let mut names: Vec<&str> = watch.columns.iter().map(String::as_str).collect();
    names.extend(watch.key_columns.iter().map(String::as_str));
    // What was just altered on our advice must not be judged by an older picture.
    source.read_schema().await?;
    let table = source.table(watch.table, &names).await?;
    for name in &names {
        source.column(&table, name)?;
    }
    let settings: Vec<(String, String)> = show(source, SETTINGS)
        .await?
        .iter()
        .map(|row| (shown(row, 0).to_ascii_lowercase(), shown(row, 1)))
        .collect();
    let setting = |name: &str| settings.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
    let mut found = Vec::new();
    if setting("log_bin") != Some("ON") {
        found.push(obstacle(
            "watch.log_bin",
            "数据库没有开启二进制日志；请在 my.cnf 的 [mysqld] 下写入 log_bin = mysql-bin、server_id = 1、binlog_format = ROW、\
             binlog_row_image = FULL，然后重启数据库。",
            "the server writes no binary log; put log_bin = mysql-bin, server_id = 1, binlog_format = ROW and \
             binlog_row_image = FULL under [mysqld] of my.cnf and restart the server",
        ));
    }
    for (code, name, wanted) in [
        ("watch.binlog_format", "binlog_format", "ROW"),
        ("watch.binlog_row_image", "binlog_row_image", "FULL"),
        ("watch.binlog_compressed", "log_bin_compress", "OFF"),
    ] {
        if let Some(value) = setting(name).filter(|value| !value.eq_ignore_ascii_case(wanted)) {
            found.push(obstacle(
                code,
                format!(
                    "数据库的 {name} 是 {value}；请执行 SET GLOBAL {name} = '{wanted}'; 并写入 my.cnf，然后让业务程序重新连接。"
                ),
                format!(
                    "{name} of the server is {value}; run SET GLOBAL {name} = '{wanted}'; put it into my.cnf too, and let \
                     the department's programs connect again"
                ),
            ));
        }
    }
    let mariadb = setting("version").is_some_and(|version| version.to_ascii_lowercase().contains("mariadb"));
    if let Some(missing) = right(source, mariadb).await? {
        found.push(missing);
    }
    of_table(source, &table.info.form, watch, &mut found).await?;
    Ok(Watchable { obstacles: found })
}

/// The right to read the log, when it is missing.
async fn right(source: &Core<Mysql>, mariadb: bool) -> Result<Option<Obstacle>, SourceError> {
    let grants: Vec<String> =
        show(source, "SHOW GRANTS").await?.iter().map(|row| shown(row, 0).to_ascii_uppercase()).collect();
    let has = |right: &str| {
        let gives = |grant: &String| {
            let rights = grant.split(" ON *.* ").next().unwrap_or_default();
            grant.contains(" ON *.* ") && (rights.contains(right) || rights.contains("ALL PRIVILEGES"))
        };
        grants.iter().any(gives)
    };
    if has("REPLICATION SLAVE") && (mariadb || has("REPLICATION CLIENT")) {
        return Ok(None);
    }
    let user =
        show(source, "SELECT CURRENT_USER()").await?.first().map(|row| shown(row, 0)).unwrap_or_default();
    let (name, host) = user.rsplit_once('@').unwrap_or((&user, "%"));
    let sql = format!("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO '{name}'@'{host}';");
    Ok(Some(obstacle(
        "watch.replication_right",
        format!("前置机的账号没有读取二进制日志的权限；请执行 {sql}"),
        format!("the agent's account has not the right to read the binary log; run {sql}"),
    )))
}

async fn of_table(
    source: &Core<Mysql>,
    form: &TableForm,
    watch: &Watch<'_>,
    found: &mut Vec<Obstacle>,
) -> Result<(), SourceError> {
    let table = watch.table;
    if *form != TableForm::Table {
        found.push(obstacle(
            "watch.not_a_table",
            format!("“{table}”不是普通表，视图没有变更日志；请改为监视其背后的表，或定期全量比对。"),
            format!("\"{table}\" is no ordinary table, and views have no log of changes; watch the table behind it, or compare \
                     the whole from time to time"),
        ));
        return Ok(());
    }
    for column in layout(source, table).await? {
        // What is compressed cannot even be passed over.
        let watched = watch.columns.contains(&column.name) || watch.key_columns.contains(&column.name);
        if (watched && column.kind.is_none()) || column.declared.contains("COMPRESSED") {
            let (name, declared) = (&column.name, &column.declared);
            found.push(obstacle(
                "watch.column_unsupported",
                format!("列“{name}”（{declared}）在变更日志中的形式不能读取；请不选此列，或改用增量字段、定期全量比对。"),
                format!("column \"{name}\" ({declared}) cannot be read from the log; leave it out, or use a watermark column \
                         or a comparison of the whole table"),
            ));
        }
    }
    Ok(())
}

/// Where the log stands, so that everything before it is seen by whoever reads from now on.
async fn place(source: &Core<Mysql>) -> Result<(String, u64), SourceError> {
    let mut lane = source.live_lane().await?;
    let place = source
        .within(async {
            let conn = lane.conn()?;
            conn.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT").await?;
            let rows = sqlx::query("SHOW STATUS LIKE 'binlog_snapshot_%'").fetch_all(&mut *conn).await?;
            conn.execute("COMMIT").await?;
            let value = |name: &str| {
                rows.iter().find(|row| shown(row, 0).eq_ignore_ascii_case(name)).map(|row| shown(row, 1))
            };
            match (value("binlog_snapshot_file"), value("binlog_snapshot_position")) {
                (Some(file), Some(at)) if !file.is_empty() => Ok((file, at)),
                _ => written(conn).await,
            }
        })
        .await?;
    lane.done();
    let (file, at) = place;
    at.parse().map(|at| (file, at)).map_err(|_| malformed(&source.name))
}

/// Where the log stands on servers other than MariaDB.
async fn written(conn: &mut MySqlConnection) -> Result<(String, String), sqlx::Error> {
    let row = match sqlx::query("SHOW MASTER STATUS").fetch_optional(&mut *conn).await {
        Ok(row) => row,
        Err(_) => sqlx::query("SHOW BINARY LOG STATUS").fetch_optional(&mut *conn).await?,
    };
    let row = row.ok_or(sqlx::Error::RowNotFound)?;
    let bytes: Vec<u8> = row.try_get_unchecked(0).unwrap_or_default();
    let at: u64 = row.try_get_unchecked(1)?;
    tokio::time::sleep(MOMENT).await;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), at.to_string()))
}

/// How the driver of the log reaches the server: as the other one does.
async fn options(source: &Core<Mysql>) -> Result<Opts, SourceError> {
    let engine = source.lanes.engine();
    let wrong = || {
        SourceError::config(
            &source.name,
            "url 不能用于读取二进制日志；请用 mysql://用户:密码@主机:端口/库 的形式。",
            "url cannot serve for reading the binary log; use mysql://user:password@host:port/database",
        )
    };
    let mut url = reqwest::Url::parse(engine.config.url.reveal()).map_err(|_| wrong())?;
    let authority = url.query_pairs().find(|(name, _)| matches!(name.as_ref(), "ssl-ca" | "sslca"));
    let authority = authority.map(|(_, path)| PathBuf::from(path.as_ref()));
    url.set_query(None);
    url.set_scheme("mysql").map_err(|()| wrong())?;
    // The driver's own error may repeat the address with the password in it, so it is not kept.
    let opts = Opts::from_url(url.as_str()).map_err(|_| wrong())?;
    let mut builder = OptsBuilder::from_opts(opts)
        .prefer_socket(false)
        .max_allowed_packet(Some(1 << 30))
        .wait_timeout(Some(28_800));
    if let Some(password) = &engine.config.password {
        builder = builder.pass(Some(password.reveal()));
    }
    let mode = engine.options.get_ssl_mode();
    // Where the other driver may choose, this one does what it chose.
    let chosen = show(source, "SHOW STATUS LIKE 'Ssl_cipher'").await?;
    if !matches!(mode, MySqlSslMode::Disabled) && chosen.first().is_some_and(|row| !shown(row, 1).is_empty())
    {
        let mut ssl = SslOpts::default();
        if let Some(path) = authority {
            ssl = ssl.with_root_certs(vec![path.into()]);
        }
        ssl = match mode {
            MySqlSslMode::VerifyIdentity => ssl,
            MySqlSslMode::VerifyCa => ssl.with_danger_skip_domain_validation(true),
            _ => ssl.with_danger_accept_invalid_certs(true),
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        builder = builder.ssl_opts(ssl);
    }
    Ok(builder.into())
}

/// A connection that is about to be sent the log.
async fn dial(source: &Core<Mysql>) -> Result<Conn, SourceError> {
    let opts = options(source).await?;
    let work = async {
        let mut conn = Conn::new(opts).await?;
        // A sign of life each second while nothing happens; and a consumer that takes its time must not make the
        // server hang up.
        conn.query_drop("SET @master_heartbeat_period = 1000000000, @source_heartbeat_period = 1000000000")
            .await?;
        conn.query_drop("SET SESSION net_write_timeout = 3600").await?;
        Ok(conn)
    };
    match tokio::time::timeout(source.limits.connect() * 2, work).await {
        Ok(result) => result.map_err(|error| failure(source, "", error)),
        Err(_) => Err(SourceError::down(&source.name)),
    }
}

pub(super) fn malformed(source: &str) -> SourceError {
    SourceError::new(
        SourceCode::BadAnswer,
        format!("数据源“{source}”的二进制日志不合约定；请核对该数据库的种类与版本。"),
        format!(
            "the binary log of source \"{source}\" has not the agreed form; check kind and version of the database"
        ),
    )
}

/// An error of the driver of the log as ours.
pub(super) fn failure(source: &Core<Mysql>, name: &str, error: mysql_async::Error) -> SourceError {
    let known = match &error {
        mysql_async::Error::Server(server) => match server.code {
            // The file or the place in it is no longer there.
            1236 => SourceError::position_lost(&source.name, name),
            1044 | 1045 | 1142 | 1227 | 1698 => SourceError::permission(&source.name),
            1040 | 1203 | 1226 => SourceError::busy(&source.name),
            _ => SourceError::down(&source.name),
        },
        mysql_async::Error::Url(_) => malformed(&source.name),
        _ => SourceError::down(&source.name),
    };
    known.because(error)
}

impl Watching for Mysql {
    fn watchable<'a>(
        source: &'a Arc<Core<Self>>,
        watch: &'a Watch<'a>,
    ) -> BoxFuture<'a, Result<Watchable, SourceError>> {
        obstacles(source, watch).boxed()
    }

    fn watch_from_now<'a>(
        source: &'a Arc<Core<Self>>,
        watch: &'a Watch<'a>,
    ) -> BoxFuture<'a, Result<String, SourceError>> {
        async move {
            let (file, offset) = place(source).await?;
            let print = layout::print(&layout(source, watch.table).await?);
            Ok(Place { file, offset, print }.text())
        }
        .boxed()
    }

    fn changes<'a>(
        source: &'a Arc<Core<Self>>,
        watch: &'a Watch<'a>,
        from: &'a str,
    ) -> BoxFuture<'a, Result<Given, SourceError>> {
        async move {
            let place = Place::read(from).ok_or_else(|| bad_position(&source.name, from))?;
            let laid = layout(source, watch.table).await?;
            if layout::print(&laid) != place.print {
                return Err(SourceError::schema_changed(&source.name, watch.table));
            }
            if let Some(obstacle) = obstacles(source, watch).await?.obstacles.first() {
                return Err(SourceError::watch_refused(&source.name, obstacle));
            }
            let database = source.lanes.engine().options.get_database().unwrap_or_default().to_owned();
            let decoder = Decoder::new(source, watch, database, laid, place.clone())?;
            let conn = dial(source).await?;
            // Two readers of one number would throw each other out. The highest bit keeps away from real servers.
            let number = (hash64(watch.name.as_bytes()) >> 33) as u32 | 0x8000_0000;
            let request =
                BinlogStreamRequest::new(number).with_filename(place.file.as_bytes()).with_pos(place.offset);
            let stream = tokio::time::timeout(source.limits.statement(), conn.get_binlog_stream(request))
                .await
                .map_err(|_| SourceError::timeout(&source.name, source.limits.statement().as_millis()))?
                .map_err(|error| failure(source, watch.name, error))?;
            let tail = Tail::new(stream, decoder);
            let (sender, receiver) = mpsc::channel(AHEAD);
            tokio::spawn(async move {
                tokio::select! {
                    biased;
                    () = sender.closed() => {}
                    error = tail.run(&sender) => {
                        let _ = sender.send(Err(error)).await;
                    }
                }
            });
            Ok(ReceiverStream::new(receiver).boxed())
        }
        .boxed()
    }

    /// The server keeps its log for as long as it is told to keep it, whoever reads it.
    fn confirm<'a>(
        _source: &'a Arc<Core<Self>>,
        _watch: &'a Watch<'a>,
        _position: &'a str,
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        futures::future::ready(Ok(())).boxed()
    }

    fn unwatch<'a>(_source: &'a Arc<Core<Self>>, _name: &'a str) -> BoxFuture<'a, Result<(), SourceError>> {
        futures::future::ready(Ok(())).boxed()
    }
}
