//! The truth as files, kept aside for scoring.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::table::Truth;
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

/// Writes `persons.json`, `households.json`, `enterprises.json`, `marriages.json` (arrays; the place in the
/// array is the index that others refer to) and `rows.csv`, which says for each row of each department what it is
/// really about and which mistakes it holds.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_truth(county: &County, dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    json(&county.persons, &dir.join("persons.json"))?;
    json(&county.households, &dir.join("households.json"))?;
    json(&county.enterprises, &dir.join("enterprises.json"))?;
    json(&county.marriages, &dir.join("marriages.json"))?;
    let mut rows = csv::Writer::from_path(dir.join("rows.csv"))?;
    for department in county.departments() {
        for table in county.tables_of(department.key) {
            for row in &table.rows {
                let (kind, truth) = match row.truth {
                    Truth::Person(at) => ("person", at),
                    Truth::Household(at) => ("household", at),
                    Truth::Enterprise(at) => ("enterprise", at),
                };
                let dirt: Vec<String> = row.dirt.iter().map(|dirt| format!("{dirt:?}")).collect();
                rows.serialize(TruthRow {
                    department: department.key,
                    table: table.name,
                    row: row.cells.first().and_then(Option::as_deref).unwrap_or_default(),
                    kind,
                    truth,
                    dirt: dirt.join(" "),
                })?;
            }
        }
    }
    rows.flush()?;
    Ok(())
}

fn json<T: Serialize>(values: &[T], path: &Path) -> anyhow::Result<()> {
    let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    serde_json::to_writer(std::io::BufWriter::new(file), values)?;
    Ok(())
}
