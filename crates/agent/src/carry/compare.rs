//! Source and target held against each other 比对: what comes is compared with what stands in the table; nothing is written.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use connect::{Target, TargetTable, normal};
use futures::StreamExt as _;
use plan::batch::{Compared, Delivery, Written};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use wire::agent::AgentCarrier;
use wire::proto::{Receipt, parcel};

use super::receive::{broken, receipt, take};
use crate::agent::Agent;
use crate::fault::Fault;
use crate::record::Received;
use crate::sources::fault;

/// Keys that are named, at most.
const NAMED: usize = 200;

/// 16 bytes of a SHA-256 of what they stand for.
type Short = [u8; 16];

/// Compares.
pub(super) async fn compare(
    agent: &Arc<Agent>,
    delivery: &Delivery,
    target: Arc<dyn Target>,
    table: TargetTable,
    carrier: &mut AgentCarrier,
) -> Result<(), Fault> {
    let name = &delivery.to.target;
    let shape = Shape::of(&table);
    let mut own: HashMap<Short, Short> = HashMap::new();
    let mut rows = target.rows(&table).await.map_err(|error| fault(name, &error, 0))?;
    while let Some(batch) = rows.next().await {
        let batch = batch.map_err(|error| fault(name, &error, 0))?;
        for row in 0..batch.num_rows() {
            own.insert(shape.key(&batch, row), shape.row(&batch, row));
        }
    }
    carrier.send(parcel::Body::ReadyJson(b"{}".as_slice().into())).await?;
    let (to, mut chunks) = mpsc::channel::<super::receive::Taken>(1);
    let sender = carrier.sender();
    let comparing = async {
        let mut compared = Compared::default();
        let mut met: HashMap<Short, ()> = HashMap::new();
        while let Some(taken) = chunks.recv().await {
            if let Some(batch) = &taken.chunk.rows {
                for row in 0..batch.num_rows() {
                    let key = shape.key(batch, row);
                    // Of rows with the same key the target holds the first and keeps the others apart.
                    if met.insert(key, ()).is_some() {
                        continue;
                    }
                    let found = own.remove(&key);
                    let (count, sign) = match found {
                        None => (&mut compared.only_source, '+'),
                        Some(there) if there == shape.row(batch, row) => (&mut compared.same, '='),
                        Some(_) => (&mut compared.different, '~'),
                    };
                    *count += 1;
                    if sign != '=' && compared.keys.len() < NAMED {
                        compared.keys.push(format!("{sign}{}", shape.key_text(batch, row)));
                    }
                }
            }
            let receipt =
                Receipt { seq: taken.seq, written_json: written(&taken.digest, None)?, ..Receipt::default() };
            sender.send(parcel::Body::Receipt(receipt)).await?;
        }
        Ok::<_, Fault>((compared, own))
    };
    let taking = async {
        let taken = take(&delivery.run, carrier, &to).await;
        drop(to);
        taken
    };
    let (taken, compared) = tokio::join!(taking, comparing);
    taken?;
    let (mut compared, left) = compared?;
    compared.only_target = left.len() as u64;
    if !left.is_empty() && compared.keys.len() < NAMED {
        let mut rows = target.rows(&table).await.map_err(|error| fault(name, &error, 0))?;
        while let Some(batch) = rows.next().await {
            let batch = batch.map_err(|error| fault(name, &error, 0))?;
            for row in (0..batch.num_rows()).filter(|row| left.contains_key(&shape.key(&batch, *row))) {
                if compared.keys.len() < NAMED {
                    compared.keys.push(format!("-{}", shape.key_text(&batch, row)));
                }
            }
        }
    }
    let received = Received {
        run: &delivery.run,
        subscription: &delivery.to.subscription,
        seq: 0,
        digest: "",
        hub_index: 0,
        rows: compared.same + compared.only_source + compared.different,
    };
    let evidence = agent.recorder.received(received).await?;
    let done = Written { compared: Some(compared), ..Written::default() };
    carrier.send(parcel::Body::Finished(receipt(0, &done, evidence)?)).await?;
    while let Ok(Some(_)) = carrier.next().await {}
    Ok(())
}

fn written(digest: &str, compared: Option<Compared>) -> Result<bytes::Bytes, Fault> {
    let written = Written { digest: digest.to_owned(), compared, ..Written::default() };
    Ok(serde_json::to_vec(&written).map_err(|error| broken(&error.to_string()))?.into())
}

/// Which columns are keys, and what each holds.
struct Shape {
    holds: Vec<connect::TargetType>,
    keys: Vec<usize>,
}

impl Shape {
    fn of(table: &TargetTable) -> Self {
        let place = |name: &String| table.columns.iter().position(|column| &column.name == name);
        Self {
            holds: table.columns.iter().map(|column| column.holds).collect(),
            keys: table.key.iter().filter_map(place).collect(),
        }
    }

    fn key(&self, batch: &RecordBatch, row: usize) -> Short {
        self.digest(batch, row, self.keys.iter().copied())
    }

    fn row(&self, batch: &RecordBatch, row: usize) -> Short {
        self.digest(batch, row, 0..self.holds.len())
    }

    /// Values in their normal form, so that `5.0` and `5` are one number however a database writes it.
    fn digest(&self, batch: &RecordBatch, row: usize, columns: impl Iterator<Item = usize>) -> Short {
        let mut hash = Sha256::new();
        for at in columns {
            match text(batch, at, row) {
                None => hash.update([0]),
                Some(value) => {
                    let holds = self.holds.get(at).copied().unwrap_or(connect::TargetType::Text);
                    let value = normal(holds, value).unwrap_or(value.into());
                    hash.update([1]);
                    hash.update((value.len() as u64).to_be_bytes());
                    hash.update(value.as_bytes());
                }
            }
        }
        let full: [u8; 32] = hash.finalize().into();
        std::array::from_fn(|at| full.get(at).copied().unwrap_or_default())
    }

    fn key_text(&self, batch: &RecordBatch, row: usize) -> String {
        let values = self.keys.iter().map(|&at| text(batch, at, row).unwrap_or_default());
        values.collect::<Vec<_>>().join("|")
    }
}

fn text(batch: &RecordBatch, at: usize, row: usize) -> Option<&str> {
    let column = batch.columns().get(at)?.as_string_opt::<i32>()?;
    column.is_valid(row).then(|| column.value(row))
}
