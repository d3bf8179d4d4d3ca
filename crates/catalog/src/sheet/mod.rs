//! Import and export in the shape offices fill in 目录导入导出: a workbook with a sheet of resources and a sheet of items, or JSON.
//!
//! [`columns`] is the one list of columns. [`book`] reads a file into rows that know their cells, [`check`] tells every
//! fault by cell, [`import`] takes in what is accepted, all in one transaction; [`template`] and [`export`] write.

mod book;
mod cells;
mod check;
mod columns;
mod enter;
mod export;
mod identity;
mod import;
mod json;
mod report;
mod template;

pub mod routes;

pub use export::{ExportFormat, ExportQuery, Exported};
pub use import::Accept;
pub use report::{CellFault, ImportReport, Imported};
