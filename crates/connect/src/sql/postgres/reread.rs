//! Reading from the table what the change log does not tell: long values that an update left as they were.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use sqlx::{Arguments as _, postgres::PgArguments};

use super::{Postgres, values::Form};
use crate::{
    error::SourceError,
    sql::{
        database::Core,
        engine::Engine,
        images::Image,
        reading::select,
        schema::{Column, Table},
    },
};

/// Fills the untold cells of images with what the table holds now. That may be newer than the image; then the log tells
/// of the newer state soon after. An image whose row is gone by now is left out: its end follows in the log.
pub(super) async fn fill(
    source: &Core<Postgres>,
    table: &Table,
    columns: &[Column],
    key: &[Column],
    images: &mut Vec<Image>,
) -> Result<(), SourceError> {
    let keys: Vec<&Vec<String>> = images.iter().filter_map(|image| image.untold.as_ref()).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let read: Vec<&Column> = key.iter().chain(columns).collect();
    let mut sql = select(read.iter().map(|column| column.select.as_str()), &table.quoted);
    let names: Vec<&str> = key.iter().map(|column| column.quoted.as_str()).collect();
    let _ = write!(sql, " WHERE ({}) IN (SELECT * FROM unnest(", names.join(", "));
    for (at, column) in key.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        let _ = write!(sql, "{comma}${}::text[]::{}[]", at + 1, column.info.declared);
    }
    sql.push_str("))");
    let args = || {
        let mut args = PgArguments::default();
        for at in 0..key.len() {
            let values: Vec<String> = keys.iter().filter_map(|key| key.get(at).cloned()).collect();
            args.add(values).map_err(|error| source.error(sqlx::Error::Encode(error)))?;
        }
        Ok(args)
    };
    let rows = source.rows(Arc::from(sql), args).await?;
    let mut found: HashMap<Vec<String>, Vec<Option<String>>> = HashMap::with_capacity(rows.len());
    for row in &rows {
        let mut cells = Vec::with_capacity(read.len());
        for (at, column) in read.iter().enumerate() {
            let cell =
                Postgres::cell(row, at, column).map_err(|error| source.error(sqlx::Error::Decode(error)))?;
            let mut text = String::new();
            let written = cell.write(&mut text).is_ok();
            cells.push((written && cell != crate::text::Cell::Null).then_some(text));
        }
        let rest = cells.split_off(key.len());
        found.insert(cells.into_iter().flatten().collect(), rest);
    }
    images.retain_mut(|image| {
        let Some(raw) = image.untold.take() else { return true };
        let canonical: Vec<String> = key
            .iter()
            .zip(&raw)
            .map(|(column, text)| Form::of(column).text(&column.info.declared, text))
            .collect();
        match found.get(&canonical) {
            Some(cells) => {
                image.cells.clone_from(cells);
                true
            }
            None => false,
        }
    });
    Ok(())
}
