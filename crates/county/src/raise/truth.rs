//! The truth as files, kept aside for scoring.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::table::{Table, Truth};
use crate::truth::County;

#[derive(Serialize)]
struct TruthRow<'t> {
    department: &'t str,
    table: &'t str,
    row: &'t str,
    kind: &'t str,
    truth: usize,
    dirt: String,
}

/// Writes `persons.json`, `households.json`, `enterprises.json`, `marriages.json`, `homes.json`, `vehicles.json` and
/// `lands.json` (arrays; the place in the array is the index that others refer to) and `rows.csv`, which says for each
/// row of each department what it is really about and which mistakes it holds.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_truth(county: &County, dir: &Path) -> anyhow::Result<()> {
    write_facts(county, dir)?;
    let rows = county.departments().into_iter().map(|one| row_truths(one.key, &county.tables_of(one.key)));
    std::fs::write(dir.join("rows.csv"), rows.collect::<anyhow::Result<Vec<_>>>()?.concat())?;
    Ok(())
}

/// The files of [`write_truth`] but `rows.csv`.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_facts(county: &County, dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    json(&county.persons, &dir.join("persons.json"))?;
    json(&county.households, &dir.join("households.json"))?;
    json(&county.enterprises, &dir.join("enterprises.json"))?;
    json(&county.marriages, &dir.join("marriages.json"))?;
    json(&county.homes, &dir.join("homes.json"))?;
    json(&county.vehicles, &dir.join("vehicles.json"))?;
    json(&county.lands, &dir.join("lands.json"))
}

/// A department's part of `rows.csv`; the head stands over the first department's.
///
/// # Errors
/// When the rows cannot be written as CSV.
pub fn row_truths(department: &str, tables: &[Table]) -> anyhow::Result<Vec<u8>> {
    let mut rows = csv::WriterBuilder::new().has_headers(department == "police").from_writer(Vec::new());
    for table in tables {
        for row in &table.rows {
            let (kind, truth) = match row.truth {
                Truth::Person(at) => ("person", at),
                Truth::Household(at) => ("household", at),
                Truth::Enterprise(at) => ("enterprise", at),
            };
            let dirt: Vec<String> = row.dirt.iter().map(|dirt| format!("{dirt:?}")).collect();
            rows.serialize(TruthRow {
                department,
                table: table.name,
                row: row.cells.first().and_then(Option::as_deref).unwrap_or_default(),
                kind,
                truth,
                dirt: dirt.join(" "),
            })?;
        }
    }
    Ok(rows.into_inner()?)
}

fn json<T: Serialize>(values: &[T], path: &Path) -> anyhow::Result<()> {
    let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    serde_json::to_writer(std::io::BufWriter::new(file), values)?;
    Ok(())
}
