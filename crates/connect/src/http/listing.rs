//! Reading a listed table page by page.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::{StreamExt as _, stream::BoxStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::Interface;
use crate::{
    batch::{BatchBuilder, text_schema},
    config::HttpTable,
    error::{SourceCode, SourceError},
    hash::hash64,
};

type Sender = mpsc::Sender<Result<RecordBatch, SourceError>>;

/// Starts reading in a task that ends with its consumer.
pub(super) fn stream(
    interface: Arc<Interface>,
    table: &str,
    columns: Vec<String>,
    batch_rows: usize,
) -> Result<BoxStream<'static, Result<RecordBatch, SourceError>>, SourceError> {
    let name = table.to_owned();
    let table = interface.table(table)?.clone();
    if table.list_path.is_none() {
        return Err(SourceError::config(
            &interface.name,
            format_args!("“{name}”没有 list_path，只能按键查询。"),
            format_args!("\"{name}\" has no list_path, so it can only be looked up by key"),
        ));
    }
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(async move {
        if let Err(error) = run(&interface, &name, &table, &columns, batch_rows.max(1), &sender).await {
            let _ = sender.send(Err(error)).await;
        }
    });
    Ok(ReceiverStream::new(receiver).boxed())
}

async fn run(
    interface: &Interface,
    name: &str,
    table: &HttpTable,
    columns: &[String],
    batch_rows: usize,
    sender: &Sender,
) -> Result<(), SourceError> {
    let mut batch = BatchBuilder::new(&text_schema(columns.iter().map(String::as_str)));
    let mut page = table.page.as_ref().map_or(0, |paging| paging.first);
    let mut before: Option<u64> = None;
    loop {
        let body = interface.list_page(name, table, page).await?;
        let digest = hash64(body.as_bytes());
        let repeated = before.replace(digest) == Some(digest);
        let mut full = Vec::new();
        let received = {
            let rows = interface.rows(name, &table.rows, &body)?;
            if repeated && table.page.as_ref().is_some_and(|paging| rows.len() >= paging.size as usize) {
                return Err(stuck(interface, name, page));
            }
            // Some interfaces answer a page beyond the end with their last, shorter one.
            let new = if repeated { &[] } else { rows.as_slice() };
            for row in new {
                interface.push(name, &mut batch, row, columns)?;
                if batch.rows() == batch_rows {
                    full.push(batch.finish().map_err(|error| interface.too_large(name).because(error))?);
                }
            }
            new.len()
        };
        for batch in full {
            if sender.send(Ok(batch)).await.is_err() {
                return Ok(());
            }
        }
        // A page shorter than asked for need not be the last: the interface may have a limit of its own.
        if table.page.is_none() || received == 0 {
            break;
        }
        page += 1;
    }
    if batch.rows() > 0 {
        let last = batch.finish().map_err(|error| interface.too_large(name).because(error))?;
        let _ = sender.send(Ok(last)).await;
    }
    Ok(())
}

/// The interface gives the same page for every number: reading on would never end.
fn stuck(interface: &Interface, table: &str, page: u32) -> SourceError {
    let name = &interface.name;
    SourceError::new(
        SourceCode::BadAnswer,
        format!("数据源“{name}”的接口“{table}”第 {page} 页与前一页完全相同；请核对分页参数的名称。"),
        format!(
            "page {page} of \"{table}\" in source \"{name}\" equals the one before; check the names of the paging parameters"
        ),
    )
}

impl Interface {
    /// One page of the list, or the whole list of a table without paging.
    pub(super) async fn list_page(
        &self,
        name: &str,
        table: &HttpTable,
        page: u32,
    ) -> Result<String, SourceError> {
        let path = table.list_path.as_deref().unwrap_or_default();
        let (number, size);
        let query: &[(&str, &str)] = match &table.page {
            Some(paging) => {
                (number, size) = (page.to_string(), paging.size.to_string());
                &[(&paging.page_param, &number), (&paging.size_param, &size)]
            }
            None => &[],
        };
        Ok(self.client.get(name, path, query, false).await?.unwrap_or_default())
    }
}
