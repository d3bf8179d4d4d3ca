//! Proposes for a table, and learns from what people decide.

use std::collections::HashSet;

use kernel::error::Fields;
use kernel::evidence::Leaf;
use kernel::ids::OrganisationId;
use kernel::{Actor, Error, Result, Role};
use serde::{Deserialize, Serialize};
use standards::elements;

use super::answer::Proposal;
use super::facts::{TableFacts, TableShape};
use super::lessons::{self, Lesson, Lessons};
use super::remount::{self, Remount};
use crate::Catalog;
use crate::model::{Mount, Resource};
use crate::store;

/// Columns of one table that are looked at.
const MOST_COLUMNS: usize = 500;
/// Decisions in one request.
const MOST_DECISIONS: usize = 500;

/// A table to propose for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct ProposalInput {
    /// The table, as the agent's list of tables gives it.
    pub table: TableFacts,
    /// Its profile, as the agent gives it. Without one nothing is proposed as sure.
    #[serde(default)]
    pub profile: Option<TableShape>,
}

/// What a person decided for one column.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecidedColumn {
    /// The column, for the record.
    pub column: String,
    /// Key under which the column is remembered, as the proposal gave it.
    pub lesson_key: String,
    /// Element that was proposed, if any.
    #[serde(default)]
    pub proposed: Option<String>,
    /// Element that the person chose; none when the column is not to be catalogued.
    #[serde(default)]
    pub chosen: Option<String>,
}

/// Decisions on the columns of a table.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionsInput {
    /// The table, for the record.
    pub table: String,
    /// Decisions.
    pub decisions: Vec<DecidedColumn>,
}

/// What was learned.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DecisionsTaken {
    /// Decisions kept.
    pub kept: usize,
    /// Of them, those that confirm what was proposed.
    pub confirmed: usize,
    /// Of them, those that correct it.
    pub corrected: usize,
}

impl Catalog {
    /// Proposes items for a table of the own department.
    ///
    /// # Errors
    /// `actor.role`, `input.invalid`.
    pub async fn propose_items(&self, actor: &Actor, input: ProposalInput) -> Result<Proposal> {
        actor.require(&[Role::DepartmentOperator, Role::DepartmentHead, Role::BusinessOperator])?;
        let shape = input.profile.unwrap_or_default();
        let mut fields = Fields::default();
        fields.text("table.name", &input.table.name, 300);
        fields.check(
            !input.table.columns.is_empty() && input.table.columns.len() <= MOST_COLUMNS,
            "table.columns",
            "catalog.proposal.columns",
            "请给出 1 至 500 列。列数更多的表请分批提交。",
            "Give 1 to 500 columns; submit a wider table in parts.",
        );
        fields.finish()?;
        let lessons = self.lessons(actor.organisation().map(|own| &own.id), &input.table, &shape).await?;
        // A wide table takes long enough to hold up others.
        tokio::task::spawn_blocking(move || super::propose(&input.table, &shape, &lessons))
            .await
            .map_err(|error| Error::internal("catalog.proposal", error))
    }

    /// The table of a mount after the department changed it, else the one that most likely took its place.
    pub fn remounted_table<'a>(&self, mount: &Mount, tables: &'a [TableFacts]) -> Option<&'a TableFacts> {
        remount::find_table(tables, &mount.table)
            .or_else(|| remount::successor(tables, mount).map(|(table, _)| table))
    }

    /// Proposes a mount of the same items on a table as it is now; `table` is one of `tables`, with its profile. `chosen` says
    /// that a person chose it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn propose_remount(
        &self,
        resource: &Resource,
        mount: &Mount,
        tables: Vec<TableFacts>,
        table: Option<(TableFacts, TableShape)>,
        chosen: bool,
    ) -> Result<Remount> {
        let Some((table, shape)) = table else {
            return Ok(remount::remount(mount, &resource.items, &tables, None, chosen));
        };
        let lessons = self.lessons(Some(&resource.organisation_id), &table, &shape).await?;
        let (mount, items) = (mount.clone(), resource.items.clone());
        tokio::task::spawn_blocking(move || {
            let proposal = super::propose(&table, &shape, &lessons);
            let now = remount::Present { table: &table, shape: &shape, proposal: &proposal };
            remount::remount(&mount, &items, &tables, Some(&now), chosen)
        })
        .await
        .map_err(|error| Error::internal("catalog.proposal", error))
    }

    async fn lessons(
        &self,
        own: Option<&OrganisationId>,
        table: &TableFacts,
        shape: &TableShape,
    ) -> Result<Lessons> {
        let of = |name: &str| shape.columns.iter().find(|one| one.name == name);
        let keys: HashSet<String> =
            table.columns.iter().map(|column| lessons::key(column, of(&column.name))).collect();
        let mut lessons = Lessons::new();
        for row in store::lesson::of_keys(&self.kernel.db, keys).await? {
            let lesson = Lesson {
                own: own == Some(&row.organisation_id),
                element: Some(row.element).filter(|code| !code.is_empty()),
                times: u32::try_from(row.times).unwrap_or(0),
                last_ms: row.last_ms,
            };
            lessons.entry(row.lesson_key).or_default().push(lesson);
        }
        Ok(lessons)
    }

    /// Keeps what people of a department decided, so that the next proposal is better.
    ///
    /// # Errors
    /// `actor.role`, `input.invalid` with every gap.
    pub async fn learn_decisions(&self, actor: &Actor, input: DecisionsInput) -> Result<DecisionsTaken> {
        actor.require(&[Role::DepartmentOperator, Role::DepartmentHead])?;
        let own = actor.organisation().ok_or_else(|| {
            Error::invalid("input.invalid", "请以部门身份办理。", "Act for an organisation.")
        })?;
        check(&input)?;
        let now = self.kernel.now_ms();
        let mut taken = DecisionsTaken { kept: 0, confirmed: 0, corrected: 0 };
        let tx = self.kernel.begin().await?;
        let mut seen = HashSet::new();
        for decision in input.decisions.iter().filter(|one| seen.insert(one.lesson_key.as_str())) {
            let element = decision.chosen.as_deref().unwrap_or_default();
            store::lesson::learn(tx.connection(), &own.id, &decision.lesson_key, element, now).await?;
            taken.kept += 1;
            if decision.chosen == decision.proposed {
                taken.confirmed += 1;
            } else {
                taken.corrected += 1;
            }
        }
        let leaf = Leaf { provider: Some(own.credit_code.clone()), ..Leaf::of("catalog.proposal.decided") };
        let detail = format!("{}: {} kept, {} corrected", input.table.trim(), taken.kept, taken.corrected);
        tx.record(actor, leaf, None, Some(detail)).await?;
        tx.commit().await?;
        Ok(taken)
    }
}

fn check(input: &DecisionsInput) -> Result<()> {
    let mut fields = Fields::default();
    fields.text("table", &input.table, 300);
    fields.check(
        !input.decisions.is_empty() && input.decisions.len() <= MOST_DECISIONS,
        "decisions",
        "catalog.proposal.decisions",
        "请给出 1 至 500 条决定。",
        "Give 1 to 500 decisions.",
    );
    for (place, decision) in input.decisions.iter().enumerate().take(MOST_DECISIONS) {
        fields.text(&format!("decisions[{place}].column"), &decision.column, 200);
        fields.text(&format!("decisions[{place}].lesson_key"), &decision.lesson_key, 250);
        fields.check(
            decision.chosen.as_deref().is_none_or(|code| elements::by_code(code).is_some()),
            &format!("decisions[{place}].chosen"),
            "catalog.item.unknown_element",
            "没有这个数据元，请从数据元目录中选择；不编目的列请留空。",
            "No such data element; choose one from the register, or leave it empty when the column is not catalogued.",
        );
    }
    fields.finish()
}
