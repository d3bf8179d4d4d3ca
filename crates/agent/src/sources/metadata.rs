//! What the hub may learn about sources for mounting: tables, columns and profiles, without what the deny list names.

use connect::ProfileOptions;
use wire::proto::{MetadataRequest, metadata_request::What};

use super::{Sources, fault};
use crate::deny::DenyList;
use crate::fault::Fault;

/// Rows that a profile looks at, at most.
const MAX_SAMPLE: u32 = 100_000;

impl Sources {
    /// Answers a question about a source as JSON.
    ///
    /// # Errors
    /// `source.*`, or `agent.denied` for a table on the deny list.
    pub async fn describe(&self, deny: &DenyList, request: &MetadataRequest) -> Result<Vec<u8>, Fault> {
        let name = request.source.as_str();
        let Some(slot) = self.get(name) else {
            let names = self.names().join(", ");
            return Err(Fault::new(
                "source.unknown",
                format!("前置机没有名为“{name}”的数据源；现有：{names}"),
                format!("The agent has no source named \"{name}\"; it has: {names}"),
            ));
        };
        let failed = |error: connect::SourceError| fault(name, &error, 0);
        let json = match &request.what {
            Some(What::Profile(profile)) => {
                let table = profile.table.as_str();
                if deny.denies_table(name, table) {
                    return Err(Fault::new(
                        "agent.denied",
                        format!("表“{table}”在本部门的拒绝清单中，不能探查"),
                        format!("Table \"{table}\" is on this department's deny list and cannot be profiled"),
                    ));
                }
                let sample = profile.sample_rows.clamp(1, MAX_SAMPLE);
                let options = ProfileOptions { sample_rows: sample as usize };
                let mut profile = slot.source().profile(table, options).await.map_err(failed)?;
                profile.columns.retain(|column| !deny.denies_column(name, table, &column.name));
                serde_json::to_vec(&profile)
            }
            Some(What::Tables(_) | What::Target(_)) | None => {
                let mut tables = slot.source().tables().await.map_err(failed)?;
                tables.retain(|table| !deny.denies_table(name, &table.name));
                for table in &mut tables {
                    let listed = table.name.clone();
                    table.columns.retain(|column| !deny.denies_column(name, &listed, &column.name));
                }
                serde_json::to_vec(&tables)
            }
        };
        json.map_err(|error| {
            Fault::new(
                "agent.metadata",
                format!("无法生成答复：{error}"),
                format!("The reply could not be written: {error}"),
            )
        })
    }
}
