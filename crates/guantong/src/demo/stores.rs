//! The departments' own stores: each system's tables in its own engine.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use county::{Api, County, Department, Engine, System, Table};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A change of the household register in so long.
const STIR: Duration = Duration::from_secs(4);
/// Token of the departments' HTTP interfaces.
const TOKEN: &str = "demo-department-token";

/// The servers that can be had; SQLite takes the place of those that cannot.
#[derive(Debug, Clone, Default)]
pub struct Servers {
    /// PostgreSQL database.
    pub postgres: Option<String>,
    /// MariaDB database.
    pub mariadb: Option<String>,
}

/// One system's store, and how an agent reaches it.
enum Store {
    /// Address, and schema unless it is the first system on the server.
    Postgres(String, Option<&'static str>),
    Mariadb(String),
    Sqlite(PathBuf),
    Files(PathBuf),
    /// The interface, and by table its comment and the columns it looks up by.
    Http(Api, Vec<(&'static str, &'static str, &'static [&'static str])>),
}

/// What was raised, by source.
pub struct Stores(HashMap<&'static str, Store>);

/// Writes every system's tables into its engine, the departments side by side, and the truth aside.
pub async fn raise(county: &Arc<County>, dir: &Path, servers: &Servers) -> anyhow::Result<Stores> {
    let mut work = JoinSet::new();
    for (place, department) in county.departments().into_iter().enumerate() {
        let (county, dir, servers) = (Arc::clone(county), dir.join("stores"), servers.clone());
        work.spawn(async move {
            let (truths, stores) = raise_department(county, department, &dir, &servers).await?;
            anyhow::Ok((place, truths, stores))
        });
    }
    let facts = {
        let (county, dir) = (Arc::clone(county), dir.join("truth"));
        tokio::task::spawn_blocking(move || county::write_facts(&county, &dir))
    };
    let (mut truths, mut all) = (BTreeMap::new(), HashMap::new());
    while let Some(done) = work.join_next().await {
        let (place, truth, stores) = done??;
        truths.insert(place, truth);
        all.extend(stores);
    }
    facts.await??;
    let rows: Vec<Vec<u8>> = truths.into_values().collect();
    tokio::fs::write(dir.join("truth").join("rows.csv"), rows.concat()).await?;
    Ok(Stores(all))
}

async fn raise_department(
    county: Arc<County>,
    department: Department,
    dir: &Path,
    servers: &Servers,
) -> anyhow::Result<(Vec<u8>, Vec<(&'static str, Store)>)> {
    let key = department.key;
    let (tables, truths) = tokio::task::spawn_blocking(move || {
        let tables = county.tables_of(key);
        let truths = county::row_truths(key, &tables);
        (tables, truths)
    })
    .await?;
    let mut stores = Vec::new();
    for (system, tables) in department.by_system(tables) {
        let store = raise_system(system, tables, dir, servers).await;
        stores.push((system.source, store.with_context(|| format!("{} {}", department.zh, system.zh))?));
    }
    Ok((truths?, stores))
}

async fn raise_system(
    system: &System,
    tables: Vec<Table>,
    dir: &Path,
    servers: &Servers,
) -> anyhow::Result<Store> {
    let source = system.source;
    match (system.engine, &servers.postgres, &servers.mariadb) {
        (Engine::Postgres, Some(url), _) => {
            let schema = (source != "hukou").then_some(source);
            county::raise_postgres(&tables, url, schema).await?;
            if schema.is_none() {
                county::publish_postgres(url, "HKRK").await?;
            }
            Ok(Store::Postgres(url.clone(), schema))
        }
        (Engine::Mariadb, _, Some(url)) => {
            let own = if source == "minzheng" {
                url.clone()
            } else {
                county::mariadb_database(url, source).await?
            };
            county::raise_mariadb(&tables, &own).await?;
            Ok(Store::Mariadb(own))
        }
        (Engine::Files, ..) => {
            let folder = dir.join(source);
            let made = folder.clone();
            tokio::task::spawn_blocking(move || county::raise_files(&tables, &made)).await??;
            Ok(Store::Files(folder))
        }
        (Engine::Http, ..) => {
            let served = tables.iter().map(|table| (table.name, table.comment, table.indexes)).collect();
            let api = county::serve_api(tables, SocketAddr::from(([127, 0, 0, 1], 0)), TOKEN).await?;
            Ok(Store::Http(api, served))
        }
        (Engine::Sqlite | Engine::Postgres | Engine::Mariadb, ..) => {
            let path = dir.join(format!("{source}.db"));
            county::raise_sqlite(&tables, &path).await?;
            Ok(Store::Sqlite(path))
        }
    }
}

fn text(value: &str) -> toml::Value {
    toml::Value::String(value.to_owned())
}

fn path(value: &Path) -> toml::Value {
    text(&value.display().to_string())
}

fn table<const N: usize>(pairs: [(&str, toml::Value); N]) -> toml::Value {
    toml::Value::Table(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

impl Store {
    fn config(&self, source: &str, agent_dir: &Path) -> toml::Value {
        match self {
            Self::Postgres(url, None) => table([("kind", text("postgres")), ("url", text(url))]),
            Self::Postgres(url, Some(schema)) => table([
                ("kind", text("postgres")),
                ("url", text(url)),
                ("schemas", toml::Value::Array(vec![text(schema)])),
            ]),
            Self::Mariadb(url) => table([("kind", text("mysql")), ("url", text(url))]),
            Self::Sqlite(file) => table([("kind", text("sqlite")), ("path", path(file))]),
            Self::Files(folder) => table([
                ("kind", text("files")),
                ("dir", path(folder)),
                ("index_dir", path(&agent_dir.join("index").join(source))),
            ]),
            Self::Http(api, served) => interface(api, served),
        }
    }

    const fn engine(&self) -> &'static str {
        match self {
            Self::Postgres(..) => "PostgreSQL",
            Self::Mariadb(_) => "MariaDB",
            Self::Sqlite(_) => "SQLite",
            Self::Files(_) => "CSV/XLSX",
            Self::Http(..) => "HTTP",
        }
    }
}

fn interface(api: &Api, served: &[(&str, &str, &[&str])]) -> toml::Value {
    let tables = served.iter().map(|(name, comment, columns)| {
        let page = table([("page_param", text("page")), ("size_param", text("size"))]);
        let lookups = columns
            .iter()
            .map(|column| ((*column).to_owned(), table([("path", text(name)), ("param", text(column))])));
        let listing = table([
            ("comment", text(comment)),
            ("list_path", text(name)),
            ("rows", text("/data")),
            ("page", page),
            ("lookups", toml::Value::Table(lookups.collect())),
        ]);
        ((*name).to_owned(), listing)
    });
    table([
        ("kind", text("http")),
        ("base_url", text(&api.base_url())),
        ("headers", table([(Api::TOKEN_HEADER, text(api.token()))])),
        ("tables", toml::Value::Table(tables.collect())),
    ])
}

/// A folder of documents, as a source or as a place that takes them in.
pub fn documents(folder: &Path) -> anyhow::Result<toml::Value> {
    std::fs::create_dir_all(folder)?;
    Ok(table([("kind", text("documents")), ("dir", path(folder))]))
}

impl Stores {
    /// Configuration of one source for the agent of its department.
    pub fn source(&self, source: &str, agent_dir: &Path) -> anyhow::Result<toml::Value> {
        let store = self.0.get(source).with_context(|| format!("no store {source}"))?;
        Ok(store.config(source, agent_dir))
    }

    /// Where a department takes deliveries: a database of its own for what comes from others, a folder of table
    /// files, and one of documents.
    pub fn targets(&self, agent_dir: &Path) -> anyhow::Result<toml::Table> {
        let folder = agent_dir.join("deliveries");
        std::fs::create_dir_all(&folder)?;
        Ok(toml::Table::from_iter([
            (
                "hall".to_owned(),
                table([("kind", text("sqlite")), ("path", path(&agent_dir.join("hall.db")))]),
            ),
            ("files".to_owned(), table([("kind", text("files")), ("dir", path(&folder))])),
            ("inbox".to_owned(), documents(&agent_dir.join("inbox"))?),
        ]))
    }

    /// Changes the household register now and then, as its own clerks would, until told to stop.
    pub async fn stir(&self, stop: &CancellationToken) {
        let Some(Store::Postgres(url, _)) = self.0.get("hukou") else { return };
        let mut pace = tokio::time::interval(STIR);
        let mut number = 57_110_000;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = pace.tick() => {}
            }
            number += 7_919;
            if let Err(error) = county::stir_postgres(url, number).await {
                tracing::warn!(%error, "demo.stir");
            }
        }
    }

    /// For people: how many stores of each kind.
    pub fn describe(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for store in self.0.values() {
            *counts.entry(store.engine()).or_default() += 1;
        }
        let parts: Vec<String> = counts.iter().map(|(engine, count)| format!("{engine} × {count}")).collect();
        parts.join(" · ")
    }

    /// Ends what runs in this process.
    pub async fn stop(self) {
        for store in self.0.into_values() {
            if let Store::Http(api, _) = store
                && let Err(error) = api.stop().await
            {
                tracing::warn!(%error, "demo.department_api");
            }
        }
    }
}
