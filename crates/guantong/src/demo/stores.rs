//! The departments' own stores, each in its engine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use county::{County, Engine, InsuranceApi};

/// What was raised, and how the agents reach it.
pub struct Stores {
    police: (Engine, String),
    civil: (Engine, String),
    market: PathBuf,
    files: PathBuf,
    insurance: InsuranceApi,
}

/// Writes every department's tables into its engine.
pub async fn raise(
    county: &County,
    dir: &Path,
    postgres: Option<&str>,
    mariadb: Option<&str>,
) -> anyhow::Result<Stores> {
    let stores = dir.join("stores");
    std::fs::create_dir_all(&stores)?;
    let police = match postgres {
        Some(url) => {
            county::raise_postgres(county, url).await?;
            (Engine::Postgres, url.to_owned())
        }
        None => {
            let path = stores.join("police.db");
            county::raise_police_sqlite(county, &path).await?;
            (Engine::Sqlite, path.display().to_string())
        }
    };
    let civil = match mariadb {
        Some(url) => {
            county::raise_mariadb(county, url).await?;
            (Engine::Mariadb, url.to_owned())
        }
        None => {
            let path = stores.join("civil.db");
            county::raise_civil_sqlite(county, &path).await?;
            (Engine::Sqlite, path.display().to_string())
        }
    };
    let market = stores.join("market.db");
    county::raise_sqlite(county, &market).await?;
    let files = stores.join("health");
    std::fs::create_dir_all(&files)?;
    county::raise_files(county, &files)?;
    let token = "demo-insurance-token";
    let insurance = county::insurance_api(county, SocketAddr::from(([127, 0, 0, 1], 0)), token).await?;
    county::write_truth(county, &dir.join("truth"))?;
    Ok(Stores { police, civil, market, files, insurance })
}

fn text(value: &str) -> toml::Value {
    toml::Value::String(value.to_owned())
}

fn table<const N: usize>(pairs: [(&str, toml::Value); N]) -> toml::Value {
    toml::Value::Table(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

impl Stores {
    /// Configuration of one source for the agent of a department.
    pub fn source(&self, department: &str, agent_dir: &Path) -> toml::Value {
        let sql = |(engine, place): &(Engine, String)| match engine {
            Engine::Postgres => table([("kind", text("postgres")), ("url", text(place))]),
            Engine::Mariadb => table([("kind", text("mysql")), ("url", text(place))]),
            _ => table([("kind", text("sqlite")), ("path", text(place))]),
        };
        match department {
            "police" => sql(&self.police),
            "civil" => sql(&self.civil),
            "market" => table([("kind", text("sqlite")), ("path", text(&self.market.display().to_string()))]),
            "health" => table([
                ("kind", text("files")),
                ("dir", text(&self.files.display().to_string())),
                ("index_dir", text(&agent_dir.join("index").display().to_string())),
            ]),
            _ => self.insurance(),
        }
    }

    fn insurance(&self) -> toml::Value {
        let lookup = table([("path", text("insured")), ("param", text("idCard"))]);
        let page = table([("page_param", text("page")), ("size_param", text("size"))]);
        let insured = table([
            ("comment", text("参保人员")),
            ("list_path", text("insured")),
            ("rows", text("/data")),
            ("page", page),
            ("lookups", table([("idCard", lookup)])),
        ]);
        table([
            ("kind", text("http")),
            ("base_url", text(&self.insurance.base_url())),
            ("headers", table([(InsuranceApi::TOKEN_HEADER, text(self.insurance.token()))])),
            ("tables", table([("insured", insured)])),
        ])
    }

    fn engine_name(engine: Engine) -> &'static str {
        match engine {
            Engine::Postgres => "PostgreSQL",
            Engine::Mariadb => "MariaDB",
            _ => "SQLite",
        }
    }

    /// For people.
    pub fn describe_zh(&self) -> String {
        format!(
            "公安 {}，民政 {}，市场监管 SQLite，卫健 CSV（GB18030）与 XLSX 文件，人社 HTTP 接口",
            Self::engine_name(self.police.0),
            Self::engine_name(self.civil.0)
        )
    }

    /// For people.
    pub fn describe_en(&self) -> String {
        format!(
            "police {}, civil affairs {}, market supervision SQLite, health CSV (GB18030) and XLSX files, social security HTTP",
            Self::engine_name(self.police.0),
            Self::engine_name(self.civil.0)
        )
    }

    /// Ends what runs in this process.
    pub async fn stop(self) {
        if let Err(error) = self.insurance.stop().await {
            tracing::warn!(%error, "demo.insurance_api");
        }
    }
}
