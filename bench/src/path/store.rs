//! The department's store: the household register of the fictional county, in two engines.

use std::path::Path;

use anyhow::Context as _;
use county::{County, Plan, Resource, Size, Truth};
use testbed::{Postgres, PostgresOptions};

/// The register in one engine.
pub struct Store {
    /// For the report.
    pub name: &'static str,
    /// Name of the source in the agent's configuration.
    pub source: &'static str,
    /// Catalogue code of the resource that is mounted on it.
    pub code: &'static str,
    /// As sqlx takes it.
    pub url: String,
}

/// Both stores, with the subjects that are asked about.
pub struct Stores {
    /// SQLite, then PostgreSQL.
    pub each: Vec<Store>,
    /// The county, for the description of resource and grants.
    pub county: County,
    /// Identity numbers with exactly one clean row.
    pub ids: Vec<String>,
    /// The server.
    pub postgres: Postgres,
}

impl Stores {
    /// Writes the register into both engines.
    ///
    /// # Errors
    /// When PostgreSQL does not start or an engine refuses the rows.
    pub async fn raise(residents: usize, dir: &Path) -> anyhow::Result<Self> {
        let size = Size { residents, enterprises: residents.div_ceil(20) };
        let county = Plan { seed: 2025, size }.generate();
        let file = dir.join("register.db");
        let mut tables = county.tables_of("police");
        tables.truncate(2);
        county::raise_sqlite(&tables, &file).await?;
        let settings = vec![("shared_buffers".to_owned(), "128MB".to_owned())];
        let options = PostgresOptions { durable: true, settings, ..PostgresOptions::default() };
        let postgres = testbed::postgres(options).await?;
        county::raise_postgres(&tables, &postgres.url(), None).await?;
        postgres.psql("vacuum analyze").await?;
        let ids = clean_ids(&county)?;
        let each = vec![
            Store {
                name: "SQLite",
                source: "file",
                code: "GA-HKRK-001",
                url: format!("sqlite://{}?mode=ro", file.display()),
            },
            Store { name: "PostgreSQL", source: "server", code: "GA-HKRK-002", url: postgres.url() },
        ];
        Ok(Self { each, county, ids, postgres })
    }

    /// The register as the department describes it.
    ///
    /// # Errors
    /// When the county has no such resource.
    pub fn register(&self) -> anyhow::Result<Resource> {
        let departments = self.county.departments();
        let all = departments
            .iter()
            .flat_map(|department| &department.systems)
            .flat_map(|system| &system.resources);
        all.clone().find(|resource| resource.table == "HKRK").cloned().context("no household register")
    }
}

/// Every caller asks about somebody who stands in the register once and without mistakes, so that all ways give the
/// same answers. The order is shuffled by a fixed stride, so that the index is hit all over.
fn clean_ids(county: &County) -> anyhow::Result<Vec<String>> {
    let tables = county.tables_of("police");
    let table = tables.iter().find(|table| table.name == "HKRK").context("no table HKRK")?;
    let clean: Vec<&String> = table
        .rows
        .iter()
        .filter(|row| row.dirt.is_empty())
        .filter_map(|row| match row.truth {
            Truth::Person(at) => county.persons.get(at).map(|person| &person.id),
            _ => None,
        })
        .collect();
    let count = clean.len();
    let ids: Vec<String> = (0..count)
        .filter_map(|at| clean.get(at.wrapping_mul(7_919) % count.max(1)).map(|id| (*id).clone()))
        .collect();
    anyhow::ensure!(!ids.is_empty(), "no clean rows");
    Ok(ids)
}
