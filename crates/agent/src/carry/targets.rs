//! The places of delivery of this department 投递目标.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect::{Target, TargetColumn, TargetConfig, TargetTable, TargetType};
use plan::batch::{Column, Destination, FLAGS_COLUMN, HeldRow, Misfit, Standing, TargetQuestion};
use standards::value::ValueKind;

use super::encode;
use crate::deny::DenyList;
use crate::fault::Fault;
use crate::sources::fault;

/// Rows held back that are shown at once, at most.
const MOST_HELD: usize = 500;

/// Targets by name.
pub struct Targets {
    all: BTreeMap<String, (String, Arc<dyn Target>)>,
    deny: DenyList,
}

impl Targets {
    /// Opens the targets of a configuration. Nothing is reached yet.
    ///
    /// # Errors
    /// `source.config` when a target can never work as configured.
    pub fn open(targets: &BTreeMap<String, TargetConfig>, deny: &DenyList) -> Result<Self, Fault> {
        let mut all = BTreeMap::new();
        for (name, config) in targets {
            // Folders that take documents in are no place for tables.
            if matches!(config, TargetConfig::Documents(_)) {
                continue;
            }
            let target = connect::open_target(name, config).map_err(|error| fault(name, &error, 0))?;
            all.insert(name.clone(), (config.kind().to_owned(), target));
        }
        Ok(Self { all, deny: deny.clone() })
    }

    /// Names and kinds, as the hub is told.
    pub fn list(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all.iter().map(|(name, (kind, _))| (name.as_str(), kind.as_str()))
    }

    /// A target, and the table as it is described to it.
    ///
    /// # Errors
    /// `target.unknown`, or `agent.denied` for a table on the deny list.
    pub fn find(&self, to: &Destination) -> Result<(Arc<dyn Target>, TargetTable), Fault> {
        let name = &to.target;
        let Some((_, target)) = self.all.get(name) else {
            let names = self.all.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(Fault::new(
                "target.unknown",
                format!("本前置机没有名为“{name}”的投递目标；现有：{names}"),
                format!("The agent has no target named \"{name}\"; it has: {names}"),
            ));
        };
        if self.deny.denies_table(name, &to.table) {
            return Err(Fault::new(
                "agent.denied",
                format!("表“{}”在本部门的拒绝清单中，不接收投递", to.table),
                format!("Table \"{}\" is on this department's deny list and takes no delivery", to.table),
            ));
        }
        Ok((Arc::clone(target), table(to)))
    }

    /// Answers a question about a target as JSON.
    ///
    /// # Errors
    /// `target.*`, `source.*`.
    pub async fn answer(&self, question: TargetQuestion) -> Result<Vec<u8>, Fault> {
        match question {
            TargetQuestion::Standing(to) => encode(&self.standing(&to).await?),
            // What concerns sources and documents is answered before it comes here.
            TargetQuestion::Forget { .. }
            | TargetQuestion::Documents(_)
            | TargetQuestion::DiscardDocument { .. }
            | TargetQuestion::RemoveDocument { .. } => encode(&()),
            TargetQuestion::Held { to, limit } => {
                let (target, table) = self.find(&to)?;
                let held = target.held(&table, limit.min(MOST_HELD)).await;
                let held = held.map_err(|error| fault(&to.target, &error, 0))?;
                let rows = held.into_iter();
                let rows = rows.map(|row| HeldRow { key: row.key, reasons: row.reasons, row: row.row });
                encode(&rows.collect::<Vec<_>>())
            }
        }
    }

    async fn standing(&self, to: &Destination) -> Result<Standing, Fault> {
        let (target, table) = self.find(to)?;
        let failed = |error: connect::SourceError| fault(&to.target, &error, 0);
        let fit = target.fit(&table).await.map_err(failed)?;
        let stored = target.stored(&table).await.map_err(failed)?;
        let misfits = fit.misfits.into_iter();
        let misfits =
            misfits.map(|one| Misfit { code: one.code, column: one.column, zh: one.zh, en: one.en });
        let (run, position) = stored.map(|stored| (stored.run, stored.position)).unzip();
        Ok(Standing { creates: fit.creates, rows: fit.rows, misfits: misfits.collect(), run, position })
    }
}

fn table(to: &Destination) -> TargetTable {
    let mut columns: Vec<TargetColumn> = to
        .columns
        .iter()
        .map(|column| TargetColumn {
            name: column.column.clone(),
            holds: holds(column),
            comment: column.title.clone(),
            companion: false,
        })
        .collect();
    if to.flags {
        columns.push(TargetColumn {
            name: FLAGS_COLUMN.to_owned(),
            holds: TargetType::Text,
            comment: "不合规的数据项及原因".to_owned(),
            companion: true,
        });
    }
    let key = |item: &String| to.columns.iter().find(|column| &column.out.item == item);
    TargetTable {
        subscription: to.subscription.clone(),
        table: to.table.clone(),
        comment: to.title.clone(),
        columns,
        key: to.keys.iter().filter_map(key).map(|column| column.column.clone()).collect(),
        adopt: to.adopt,
    }
}

/// What a column holds. A masked value is a text, whatever it was before.
fn holds(column: &Column) -> TargetType {
    if column.out.masked {
        return TargetType::Text;
    }
    match column.out.kind {
        ValueKind::Date => TargetType::Date,
        ValueKind::DateTime => TargetType::Timestamp,
        ValueKind::Money | ValueKind::Decimal => TargetType::Decimal,
        ValueKind::Integer => TargetType::Integer,
        ValueKind::Boolean => TargetType::Boolean,
        ValueKind::ResidentId
        | ValueKind::CreditCode
        | ValueKind::Region
        | ValueKind::Code { .. }
        | ValueKind::Mobile
        | ValueKind::Landline
        | ValueKind::Phone
        | ValueKind::PersonName
        | ValueKind::EnterpriseName
        | ValueKind::Address
        | ValueKind::Text => TargetType::Text,
    }
}
