//! Exports the catalogue in the shape in which it is imported.

use std::collections::HashMap;

use kernel::page::ListQuery;
use kernel::{Actor, Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::columns::{Column, Holds, ITEM, RESOURCE, worded};
use super::template;
use crate::model::Resource;
use crate::{Catalog, ResourceFilter};

/// Resources in one export; more are narrowed down first.
const MOST: u64 = 20_000;
/// Resources read at once.
const PAGE: u64 = 200;

/// In which form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// A workbook.
    #[default]
    Xlsx,
    /// JSON.
    Json,
}

/// What an export takes beside the filters of the list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Form; a workbook when left out.
    #[serde(default)]
    #[param(inline)]
    pub format: ExportFormat,
}

/// A file.
pub struct Exported {
    /// Content.
    pub bytes: Vec<u8>,
    /// Media type.
    pub media: &'static str,
    /// Name to save it under.
    pub name: &'static str,
}

impl Catalog {
    /// Exports what the list would show, all its pages.
    ///
    /// # Errors
    /// `sheet.too_many` when there are too many for one file.
    pub async fn export_resources(
        &self,
        actor: &Actor,
        format: ExportFormat,
        filter: &ResourceFilter,
        query: &ListQuery,
    ) -> Result<Exported> {
        let mut all: Vec<Resource> = Vec::new();
        for page in 1.. {
            let query = ListQuery { page: Some(page), page_size: Some(PAGE), ..query.clone() };
            let part = self.list_resources(actor, filter, &query).await?;
            if part.total > MOST {
                return Err(Error::too_large(
                    "sheet.too_many",
                    format!(
                        "共 {} 个资源，超过一个文件的上限 {MOST}。请按部门等条件筛选后分批导出。",
                        part.total
                    ),
                    format!(
                        "{} resources are more than one file holds ({MOST}). Narrow them down and export in parts.",
                        part.total
                    ),
                ));
            }
            let last = part.items.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            all.extend(part.items);
            if last {
                break;
            }
        }
        let systems: HashMap<String, String> = self
            .systems_by_name()
            .await?
            .into_iter()
            .map(|((_, name), id)| (id.as_str().to_owned(), name))
            .collect();
        let organisations = self.organisations().await?;
        tokio::task::spawn_blocking(move || match format {
            ExportFormat::Json => as_json(&all, &systems),
            ExportFormat::Xlsx => {
                let mut items = Vec::new();
                let mut resources = Vec::with_capacity(all.len());
                for resource in &all {
                    let fields = fields(resource, &systems)?;
                    resources.push(RESOURCE.iter().map(|column| cell(column, &fields)).collect());
                    for item in fields.get("items").and_then(Value::as_array).into_iter().flatten() {
                        let Some(item) = item.as_object() else { continue };
                        let mut item = item.clone();
                        item.insert("resource".to_owned(), json!(resource.code));
                        items.push(ITEM.iter().map(|column| cell(column, &item)).collect());
                    }
                }
                Ok(Exported {
                    bytes: template::workbook(&organisations, &resources, &items)?,
                    media: XLSX,
                    name: "catalogue.xlsx",
                })
            }
        })
        .await
        .map_err(|error| Error::internal("sheet.export", error))?
    }
}

/// Media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A resource as the interface gives it, with names in the place of ids.
fn fields(resource: &Resource, systems: &HashMap<String, String>) -> Result<Map<String, Value>> {
    let value = serde_json::to_value(resource).map_err(|error| Error::internal("sheet.export", error))?;
    let Value::Object(mut fields) = value else { return Ok(Map::new()) };
    fields.insert("organisation_id".to_owned(), json!(resource.organisation_name));
    let system = resource.system_id.as_ref().and_then(|id| systems.get(id.as_str()));
    fields.insert("system_id".to_owned(), system.map_or(Value::Null, |name| json!(name)));
    Ok(fields)
}

fn cell(column: &Column, fields: &Map<String, Value>) -> String {
    match (fields.get(column.key), column.holds) {
        (None | Some(Value::Null), _) => String::new(),
        (Some(Value::Bool(yes)), _) => if *yes { "是" } else { "否" }.to_owned(),
        (Some(Value::String(code)), Holds::Words(words)) => worded(words, code).unwrap_or(code).to_owned(),
        (Some(Value::String(text)), _) => text.clone(),
        (Some(Value::Array(list)), _) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("；"),
        (Some(other), _) => other.to_string(),
    }
}

fn as_json(all: &[Resource], systems: &HashMap<String, String>) -> Result<Exported> {
    let keep = |columns: &[Column], fields: &Map<String, Value>| -> Map<String, Value> {
        let kept = columns.iter().filter_map(|column| {
            let value = fields.get(column.key).filter(|value| !value.is_null())?;
            Some((column.key.to_owned(), value.clone()))
        });
        kept.collect()
    };
    let mut resources = Vec::with_capacity(all.len());
    for resource in all {
        let fields = fields(resource, systems)?;
        let mut kept = keep(RESOURCE, &fields);
        let items: Vec<Value> = fields
            .get("items")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|item| Some(Value::Object(keep(ITEM, item.as_object()?))))
            .collect();
        kept.insert("items".to_owned(), Value::Array(items));
        resources.push(Value::Object(kept));
    }
    let bytes = serde_json::to_vec_pretty(&json!({"resources": resources}))
        .map_err(|error| Error::internal("sheet.export", error))?;
    Ok(Exported { bytes, media: "application/json", name: "catalogue.json" })
}
