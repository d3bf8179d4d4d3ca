//! Writing a table in: every chunk is recomputed, written with its position, and receipted.

use std::sync::Arc;

use bytes::Bytes;
use connect::{Counts, Delivery as Writing, Load, Portion};
use plan::batch::{Delivery, Mode, Written};
use tokio::sync::mpsc;
use wire::agent::{AgentCarrier, ParcelSender};
use wire::proto::{Receipt, parcel};

use super::{compare, ended};
use crate::agent::Agent;
use crate::fault::Fault;
use crate::record::{Evidence, Received};
use crate::sources::fault;

/// A chunk that was recomputed and taken apart.
pub(super) struct Taken {
    pub seq: u64,
    pub hub_index: u64,
    pub digest: String,
    pub chunk: plan::batch::Chunk,
}

/// Carries out a delivery.
///
/// # Errors
/// `target.*`, `plan.chunk`, or the end of the connection.
pub(super) async fn receive(
    agent: &Arc<Agent>,
    delivery: Delivery,
    carrier: &mut AgentCarrier,
) -> Result<(), Fault> {
    let (target, table) = agent.targets.find(&delivery.to)?;
    let name = delivery.to.target.clone();
    let load = match delivery.mode {
        Mode::Compare => return compare::compare(agent, &delivery, target, table, carrier).await,
        Mode::Replace => Load::Replace,
        Mode::Apply => Load::Apply,
    };
    let begun = target.begin(&table, &delivery.run, load).await;
    let writing = begun.map_err(|error| fault(&name, &error, 0))?;
    carrier.send(parcel::Body::ReadyJson(Bytes::from_static(b"{}"))).await?;
    let (to, chunks) = mpsc::channel(1);
    let writer = Writer {
        agent: Arc::clone(agent),
        delivery: delivery.clone(),
        schema: Arc::new(arrow::datatypes::Schema::new(
            table
                .columns
                .iter()
                .map(|column| {
                    arrow::datatypes::Field::new(&column.name, arrow::datatypes::DataType::Utf8, true)
                })
                .collect::<Vec<_>>(),
        )),
        sender: carrier.sender(),
        sum: Counts::default(),
    };
    let mut written = tokio::spawn(writer.run(writing, chunks));
    let abort = written.abort_handle();
    let taken = tokio::select! {
        taken = take(&delivery.run, carrier, &to) => taken,
        // It ends before the connection only when it could not go on.
        over = &mut written => return Err(over_early(over)),
    };
    drop(to);
    let position = match taken {
        Ok(position) => position,
        Err(fault) => {
            abort.abort();
            return Err(fault);
        }
    };
    let (writing, writer) = written.await.map_err(|error| broken(&error.to_string()))??;
    // The end may take long, a merge of millions of rows; a run that is stopped meanwhile leaves nothing behind.
    let finished = tokio::select! {
        biased;
        finished = writing.finish(&position) => finished.map_err(|error| fault(&name, &error, 0))?,
        said = carrier.next() => return Err(ended(said?)),
    };
    let mut sum = writer.sum;
    sum += finished;
    let receipt = writer.receipt(0, String::new(), 0, sum, position.len() as u64).await?;
    carrier.send(parcel::Body::Finished(receipt)).await?;
    // The hub closes when it has it.
    while let Ok(Some(_)) = carrier.next().await {}
    Ok(())
}

/// Takes chunks in until the provider is done; gives the position.
pub(super) async fn take(
    run: &str,
    carrier: &mut AgentCarrier,
    to: &mpsc::Sender<Taken>,
) -> Result<String, Fault> {
    let mut last = 0;
    loop {
        match carrier.next().await? {
            Some(parcel::Body::Chunk(chunk)) => {
                let payload = chunk.payload.clone();
                let opened = tokio::task::spawn_blocking(move || {
                    let digest = plan::sha256_hex(&payload);
                    plan::batch::open(payload).map(|chunk| (digest, chunk))
                });
                let opened = opened.await.map_err(|error| broken(&error.to_string()))?;
                let (digest, opened) = opened.map_err(|error| not_ours(&error.to_string()))?;
                if opened.head.run != run || opened.head.seq != chunk.seq || chunk.seq <= last {
                    return Err(not_ours("run or number"));
                }
                last = chunk.seq;
                let taken = Taken { seq: chunk.seq, hub_index: chunk.hub_index, digest, chunk: opened };
                if to.send(taken).await.is_err() {
                    return Err(broken("the writer has ended"));
                }
            }
            Some(parcel::Body::Done(position)) => return Ok(position),
            other => return Err(ended(other)),
        }
    }
}

struct Writer {
    agent: Arc<Agent>,
    delivery: Delivery,
    schema: arrow::datatypes::SchemaRef,
    sender: ParcelSender,
    sum: Counts,
}

type Writes = (Box<dyn Writing>, Writer);

impl Writer {
    async fn run(
        mut self,
        mut writing: Box<dyn Writing>,
        mut chunks: mpsc::Receiver<Taken>,
    ) -> Result<Writes, Fault> {
        while let Some(taken) = chunks.recv().await {
            let plan::batch::Chunk { head, rows, deleted, held } = taken.chunk;
            let rows = match rows {
                Some(rows) if rows.num_columns() == self.schema.fields().len() => rows,
                Some(_) => return Err(not_ours("columns")),
                None => arrow::array::RecordBatch::new_empty(Arc::clone(&self.schema)),
            };
            let size = rows.num_rows() as u64;
            let portion = Portion { seq: taken.seq, position: head.position, rows, deleted, held };
            let counts = writing.write(portion).await;
            let counts = counts.map_err(|error| fault(&self.delivery.to.target, &error, 0))?;
            self.sum += counts;
            let receipt = self.receipt(taken.seq, taken.digest, taken.hub_index, counts, size).await?;
            self.sender.send(parcel::Body::Receipt(receipt)).await?;
        }
        Ok((writing, self))
    }

    async fn receipt(
        &self,
        seq: u64,
        digest: String,
        hub_index: u64,
        counts: Counts,
        rows: u64,
    ) -> Result<Receipt, Fault> {
        let received = Received {
            run: &self.delivery.run,
            subscription: &self.delivery.to.subscription,
            seq,
            digest: &digest,
            hub_index,
            rows,
        };
        let evidence = self.agent.recorder.received(received).await?;
        let written = Written {
            inserted: counts.inserted,
            updated: counts.updated,
            deleted: counts.deleted,
            unchanged: counts.unchanged,
            held: counts.held,
            digest,
            compared: None,
        };
        receipt(seq, &written, evidence)
    }
}

/// A receipt as it travels.
pub(super) fn receipt(seq: u64, written: &Written, evidence: Evidence) -> Result<Receipt, Fault> {
    let json = serde_json::to_vec(written).map_err(|error| broken(&error.to_string()))?;
    let proof = evidence.appended.proof.iter();
    Ok(Receipt {
        seq,
        written_json: json.into(),
        entry: evidence.leaf,
        index: evidence.appended.index,
        proof: proof.map(|hash| Bytes::copy_from_slice(hash.as_bytes())).collect(),
        checkpoint: evidence.appended.checkpoint.note_text.clone(),
    })
}

fn over_early(over: Result<Result<Writes, Fault>, tokio::task::JoinError>) -> Fault {
    match over {
        Ok(Err(fault)) => fault,
        Ok(Ok(_)) => broken("the writer ended early"),
        Err(error) => broken(&error.to_string()),
    }
}

pub(super) fn broken(why: &str) -> Fault {
    Fault::new(
        "agent.batch",
        format!("投递中断（{why}）；请把前置机日志交给平台运维"),
        format!("The delivery broke off ({why}); give the agent's log to the platform operator"),
    )
}

fn not_ours(why: &str) -> Fault {
    Fault::new(
        "plan.chunk",
        format!("收到的数据块不完整或与本次投递不符（{why}），没有写入；平台会重新发起"),
        format!(
            "The chunk is damaged or not of this delivery ({why}) and was not written; the hub starts again"
        ),
    )
}
