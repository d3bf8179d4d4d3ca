//! What a check or an import answers.

use kernel::ids::ResourceId;
use serde::Serialize;

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CellFault {
    /// Sheet.
    pub sheet: String,
    /// Row, from 1, as the spreadsheet counts; 0 for the sheet as a whole.
    pub row: u32,
    /// Letters of the column; empty for the row as a whole.
    pub column: String,
    /// Header of the column.
    pub header: String,
    /// What stands there, its beginning.
    pub value: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// A resource that was imported.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Imported {
    /// Row in the sheet of resources.
    pub row: u32,
    /// Id.
    pub id: ResourceId,
    /// Catalogue code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// Report on a file.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// Names the file as it was checked; sent back with what is accepted.
    pub token: String,
    /// Resources in the file.
    pub resources: usize,
    /// Items in the file.
    pub items: usize,
    /// Everything that is wrong, in the order of sheets, rows and columns.
    pub faults: Vec<CellFault>,
    /// Faults beyond those listed.
    pub more_faults: usize,
    /// Rows of the sheet of resources that, with their items, are without fault.
    pub faultless_rows: Vec<u32>,
    /// What was imported; empty after a check.
    pub imported: Vec<Imported>,
}
