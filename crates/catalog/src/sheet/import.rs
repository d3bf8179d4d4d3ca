//! Checks a file and, when it is accepted, imports it as drafts in one transaction.

use std::collections::{BTreeSet, HashMap, HashSet};

use kernel::ids::{OrganisationId, SystemId};
use kernel::{Actor, Error, Result, Role};
use sha2::{Digest as _, Sha256};

use super::book::{self, Book};
use super::cells::rows_named;
use super::check::{Checked, Known, Ready, check};
use super::report::{ImportReport, Imported};
use super::template;
use crate::Catalog;
use crate::store;

/// What of a checked file is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accept {
    /// Nothing yet: check only.
    Nothing,
    /// The whole file, which must be without fault.
    All,
    /// These rows of the sheet of resources, each of which must be without fault.
    Rows(BTreeSet<u32>),
}

impl Accept {
    /// From the form: `all`, or rows such as `2,5-9`.
    ///
    /// # Errors
    /// `input.invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        match text.trim() {
            "" => Ok(Self::Nothing),
            "all" => Ok(Self::All),
            rows => rows_named(rows).map(Self::Rows).map_err(|part| {
                Error::invalid(
                    "sheet.accept",
                    format!("“{part}”不是行号。接受全部请填 all，接受部分请填行号，例如 2,5-9。"),
                    format!("\"{part}\" is no row. Say all, or rows such as 2,5-9."),
                )
            }),
        }
    }
}

fn token(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Catalog {
    /// The empty workbook to fill in.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn template(&self, actor: &Actor) -> Result<Vec<u8>> {
        actor.require(&[Role::DepartmentOperator, Role::DepartmentHead, Role::BusinessOperator])?;
        let organisations = self.organisations().await?;
        tokio::task::spawn_blocking(move || template::workbook(&organisations, &[], &[]))
            .await
            .map_err(|error| Error::internal("sheet.write", error))?
    }

    /// Checks a file. With what is accepted, and the token of the check, imports it.
    ///
    /// # Errors
    /// `actor.role`; `sheet.*` when the file cannot be read; `sheet.other_file` when it is not the one that was
    /// checked; `sheet.faults` when what is accepted has faults: then nothing is imported.
    pub async fn import_resources(
        &self,
        actor: &Actor,
        bytes: Vec<u8>,
        accept: &Accept,
        checked_token: Option<&str>,
    ) -> Result<ImportReport> {
        actor.require(&[Role::DepartmentOperator])?;
        let token = token(&bytes);
        if *accept != Accept::Nothing && checked_token != Some(token.as_str()) {
            return Err(Error::conflict(
                "sheet.other_file",
                "这不是检查过的那个文件，没有导入。请先重新检查，再确认导入。",
                "This is not the file that was checked; nothing was imported. Check it again first.",
            ));
        }
        let organisations = self.organisations().await?;
        let systems = self.systems_by_name().await?;
        let own = actor.organisation().map(|own| own.id.clone());
        let (codes, names) = store::sheet::taken(&self.kernel.db).await?;
        let (book, checked) = tokio::task::spawn_blocking(move || -> Result<(Book, Checked)> {
            let book = book::read(&bytes)?;
            let known = Known {
                organisations: &organisations,
                only: own.as_ref(),
                own: own.as_ref(),
                systems: &systems,
                codes: &codes,
                names: &names,
            };
            let checked = check(&book, &known);
            Ok((book, checked))
        })
        .await
        .map_err(|error| Error::internal("sheet.read", error))??;
        let mut report = ImportReport {
            token,
            resources: book.resources.len(),
            items: book.items.len(),
            faultless_rows: checked.ready.iter().map(|ready| ready.row).collect(),
            faults: checked.faults,
            more_faults: checked.more,
            imported: Vec::new(),
        };
        let accepted = accepted(accept, checked.ready, &report)?;
        if !accepted.is_empty() {
            report.imported = self.import(actor, accepted).await?;
        }
        Ok(report)
    }

    async fn import(&self, actor: &Actor, accepted: Vec<Ready>) -> Result<Vec<Imported>> {
        let mut imported = Vec::with_capacity(accepted.len());
        let tx = self.kernel.begin().await?;
        for ready in accepted {
            let resource = self.import_one(&tx, actor, ready.input).await?;
            imported.push(Imported {
                row: ready.row,
                id: resource.id,
                code: resource.code,
                name: resource.name,
            });
        }
        tx.commit().await?;
        Ok(imported)
    }

    /// Information systems by office and name.
    pub(super) async fn systems_by_name(&self) -> Result<HashMap<(OrganisationId, String), SystemId>> {
        store::sheet::systems(&self.kernel.db).await
    }
}

fn accepted(accept: &Accept, ready: Vec<Ready>, report: &ImportReport) -> Result<Vec<Ready>> {
    match accept {
        Accept::Nothing => Ok(Vec::new()),
        Accept::All if report.faults.is_empty() => Ok(ready),
        Accept::All => Err(faulty(report)),
        Accept::Rows(rows) => {
            let known: HashSet<u32> = ready.iter().map(|one| one.row).collect();
            if rows.is_empty() || !rows.iter().all(|row| known.contains(row)) {
                return Err(faulty(report));
            }
            Ok(ready.into_iter().filter(|one| rows.contains(&one.row)).collect())
        }
    }
}

fn faulty(report: &ImportReport) -> Error {
    let count = report.faults.len() + report.more_faults;
    let error = Error::invalid(
        "sheet.faults",
        format!(
            "所接受的行有问题（全文件 {count} 处），没有导入任何内容。请按单元格改正后重新检查，或只接受没有问题的行。"
        ),
        format!(
            "What was accepted has faults ({count} in the whole file); nothing was imported. Correct the cells and check again, or accept faultless rows only."
        ),
    );
    report.faults.iter().take(200).fold(error, |error, fault| {
        let path = format!("{}!{}{}", fault.sheet, fault.column, fault.row);
        error.field(path, fault.code.clone(), fault.zh.clone(), fault.en.clone())
    })
}
