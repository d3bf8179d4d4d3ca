//! The county's tables as an agent tells of them. The values go through the agent's own profiler; comments, types and keys are
//! those that the department's engine keeps: a spreadsheet and an HTTP interface have none.

use std::path::Path;

use anyhow::Context as _;
use connect::{FilesConfig, Limits, ProfileOptions, SourceConfig};
use county::{ColumnType, County, Engine, Resource, Table};
use serde_json::{Value, json};

/// A table with what is known of it, and the truth.
pub struct Seen {
    /// Department, for the report.
    pub department: &'static str,
    /// As the agent lists it.
    pub table: Value,
    /// As the agent profiles it.
    pub profile: Value,
    /// What the department says of it; not shown to the proposal.
    pub truth: Resource,
}

/// Every table that a department describes.
pub async fn profiled(county: &County, dir: &Path) -> anyhow::Result<Vec<Seen>> {
    let mut all = Vec::new();
    let mut number = 0;
    for department in county.departments() {
        let tables = county.tables_of(department.key);
        for system in department.systems {
            for truth in system.resources {
                // What a department lists without a table behind it cannot be profiled.
                let Some(table) = tables.iter().find(|table| table.name == truth.table) else { continue };
                number += 1;
                let folder = dir.join(number.to_string());
                all.push(Seen {
                    department: department.key,
                    profile: profile(table, &folder).await.with_context(|| truth.table.to_owned())?,
                    table: listed(table, system.engine),
                    truth,
                });
            }
        }
    }
    Ok(all)
}

fn listed(table: &Table, engine: Engine) -> Value {
    let comments = matches!(engine, Engine::Postgres | Engine::Mariadb);
    let typed = comments || engine == Engine::Sqlite;
    let columns: Vec<Value> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let declared = match column.kind {
                _ if !typed => "text".to_owned(),
                ColumnType::Integer => "integer".to_owned(),
                ColumnType::Date => "date".to_owned(),
                ColumnType::Timestamp => "timestamp".to_owned(),
                ColumnType::Text(width) => format!("varchar({width})"),
            };
            json!({
                "name": column.name, "declared": declared, "nullable": true, "comment": comments.then_some(column.comment),
                "key": typed && at == 0, "indexed": typed && (at == 0 || table.indexes.contains(&column.name)),
            })
        })
        .collect();
    json!({"name": table.name, "form": "table", "comment": comments.then_some(table.comment), "columns": columns})
}

async fn profile(table: &Table, folder: &Path) -> anyhow::Result<Value> {
    std::fs::create_dir_all(folder.join("in"))?;
    let mut text = String::new();
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    text.push_str(&table.columns.iter().map(|column| cell(column.name)).collect::<Vec<_>>().join(","));
    for row in &table.rows {
        let cells = row.cells.iter().map(|one| one.as_deref().map_or_else(String::new, cell));
        text.push_str("\r\n");
        text.push_str(&cells.collect::<Vec<_>>().join(","));
    }
    std::fs::write(folder.join("in").join("table.csv"), text)?;
    let config = SourceConfig::Files(FilesConfig {
        dir: folder.join("in"),
        index_dir: folder.join("index"),
        encodings: std::iter::once(("table.csv".to_owned(), "utf-8".to_owned())).collect(),
        limits: Limits::default(),
    });
    let source = connect::open("county", &config).map_err(|error| anyhow::anyhow!("{error}"))?;
    let profile = source.profile("table.csv", ProfileOptions::default()).await;
    Ok(serde_json::to_value(profile.map_err(|error| anyhow::anyhow!("{error}"))?)?)
}
