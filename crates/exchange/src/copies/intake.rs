//! The hub as the receiving end of a run: what comes is written as another department's agent would write it, and receipted alike.

use std::io;

use kernel::evidence::Leaf;
use kernel::ids::GrantId;
use kernel::{Actor, Error, Result};
use plan::batch::{BatchCall, Destination, FLAGS_COLUMN, Written};
use sharing::book::Usable;
use tokio::sync::mpsc;
use wire::proto::{Receipt, Refused, parcel};

use super::files::Writer;
use super::model::{CopyColumn, HeldCopy, terms};
use super::{Copies, KEPT, store};
use crate::Exchange;
use crate::subscriptions::{RunId, SubscriptionId};

/// What is to be held.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    copy: HeldCopy,
    consumer: String,
    provider: String,
    resource: String,
    /// Columns of the file, the companion column included.
    items: Vec<String>,
    /// Items that subjects are looked up by.
    lookup: Vec<String>,
}

impl Order {
    /// The order of a run.
    pub(crate) fn of(
        usable: &Usable,
        call: &BatchCall,
        to: &Destination,
        run: &RunId,
        as_of_ms: i64,
    ) -> Self {
        let column = |column: &plan::batch::Column| CopyColumn {
            item: column.out.item.clone(),
            masked: column.out.masked,
        };
        let columns: Vec<_> = to.columns.iter().map(column).collect();
        let companion = to.flags.then(|| FLAGS_COLUMN.to_owned());
        let copy = HeldCopy {
            run: run.clone(),
            subscription: SubscriptionId(to.subscription.clone()),
            grant: GrantId(call.grant.clone()),
            terms: terms(&usable.pin),
            as_of_ms,
            taken_ms: 0,
            rows: 0,
            bytes: 0,
            digest: String::new(),
            columns,
            keys: call.keys.clone(),
            narrowed: !call.narrow.all.is_empty(),
        };
        let mut lookup = usable.pin.mount.keys.clone();
        lookup.extend(call.keys.iter().cloned());
        lookup.retain(|item| copy.clear(item));
        lookup.sort();
        lookup.dedup();
        Self {
            items: to.columns.iter().map(|column| column.out.item.clone()).chain(companion).collect(),
            consumer: usable.pin.grant.consumer.clone(),
            provider: usable.provider.credit_code.clone(),
            resource: usable.resource_code.clone(),
            lookup,
            copy,
        }
    }
}

/// The receiving end. What it has not made whole is gone when it is dropped.
pub(crate) struct Intake {
    to: mpsc::Sender<parcel::Body>,
    from: mpsc::UnboundedReceiver<parcel::Body>,
}

impl Intake {
    /// Begins a file.
    ///
    /// # Errors
    /// `target.copy` when it cannot be written.
    pub(crate) async fn begin(exchange: &Exchange, order: Order) -> Result<Self> {
        let (places, begun) = (exchange.copies.places.clone(), order.clone());
        let writer = blocking(move || {
            Writer::begin(&places, &begun.copy.subscription, &begun.copy.run, &begun.items, &begun.lookup)
        });
        let writer = writer.await?;
        let (to, bodies) = mpsc::channel(1);
        // As many as there are chunks on the way, which the provider bounds; a bound of its own could hold both ends up.
        let (replies, from) = mpsc::unbounded_channel();
        let exchange = exchange.clone();
        tokio::spawn(async move {
            let taken = take(&exchange, order, writer, bodies, &replies).await;
            if let Err(error) = taken {
                tracing::warn!(error = ?error, "exchange.copy.intake");
                let refused = Refused {
                    code: error.code().to_owned(),
                    zh: error.zh().to_owned(),
                    en: error.en().to_owned(),
                    ..Refused::default()
                };
                let _ = replies.send(parcel::Body::Refused(refused));
            }
        });
        Ok(Self { to, from })
    }

    /// What it says next; `None` when it has ended.
    pub(crate) async fn next(&mut self) -> Option<parcel::Body> {
        self.from.recv().await
    }

    /// Hands something over; `false` when it has ended.
    pub(crate) async fn send(&self, body: parcel::Body) -> bool {
        self.to.send(body).await.is_ok()
    }
}

async fn take(
    exchange: &Exchange,
    order: Order,
    mut writer: Writer,
    mut bodies: mpsc::Receiver<parcel::Body>,
    replies: &mpsc::UnboundedSender<parcel::Body>,
) -> Result<()> {
    let mut sum = Written::default();
    while let Some(body) = bodies.recv().await {
        let reply = match body {
            parcel::Body::Chunk(chunk) => {
                let (back, written) = blocking(move || {
                    let digest = plan::sha256_hex(&chunk.payload);
                    let opened = plan::batch::open(chunk.payload).map_err(io::Error::other)?;
                    let mut written = Written { digest, ..Written::default() };
                    if let Some(rows) = &opened.rows {
                        writer.rows(rows)?;
                        written.inserted = rows.num_rows() as u64;
                    }
                    if let Some(held) = &opened.held {
                        writer.held_back(held)?;
                        written.held = held.num_rows() as u64;
                    }
                    Ok((writer, written))
                })
                .await?;
                writer = back;
                sum.inserted += written.inserted;
                sum.held += written.held;
                parcel::Body::Receipt(receipt(chunk.seq, &written)?)
            }
            parcel::Body::Done(_) => {
                let (rows, whole) = blocking(move || writer.finish()).await?;
                let taken_ms = exchange.kernel.now_ms();
                let copy = HeldCopy {
                    taken_ms,
                    rows,
                    bytes: whole.bytes,
                    digest: whole.digest,
                    ..order.copy.clone()
                };
                if let Err(error) = exchange.stand(&order, copy.clone()).await {
                    let places = exchange.copies.places.clone();
                    // What no row names would stay until the next start.
                    let _ = blocking(move || places.remove(&copy)).await;
                    return Err(error);
                }
                let _ = replies.send(parcel::Body::Finished(receipt(0, &sum)?));
                return Ok(());
            }
            // The hub gave the run up; the file goes with the writer.
            _ => return Ok(()),
        };
        if replies.send(reply).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn receipt(seq: u64, written: &Written) -> Result<Receipt> {
    let json = serde_json::to_vec(written).map_err(|error| Error::internal("exchange.receipt", error))?;
    Ok(Receipt { seq, written_json: json.into(), ..Receipt::default() })
}

impl Exchange {
    /// A copy that is whole takes the place of the one before, with evidence; what is older than that goes.
    async fn stand(&self, order: &Order, copy: HeldCopy) -> Result<()> {
        let leaf = Leaf {
            copy: Some(copy.run.0.clone()),
            consumer: Some(order.consumer.clone()),
            provider: Some(order.provider.clone()),
            resource: Some(order.resource.clone()),
            grant: Some(copy.grant.0.clone()),
            items: copy.columns.iter().map(|column| column.item.clone()).collect(),
            rows: Some(u32::try_from(copy.rows).unwrap_or(u32::MAX)),
            ..Leaf::of("exchange.copy.taken")
        };
        let tx = self.kernel.begin().await?;
        store::insert(tx.connection(), &copy).await?;
        tx.record(&Actor::System, leaf, None, Some(copy.digest.clone())).await?;
        tx.commit().await?;
        let subscription = copy.subscription.clone();
        self.copies.stand(copy);
        for old in self.copies.of(&subscription).into_iter().skip(KEPT) {
            self.delete_copy(&old, "copy.superseded").await?;
        }
        Ok(())
    }
}

/// Work on a file, away from the threads that carry the links.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal("exchange.copy", error))?.map_err(failed)
}

fn failed(error: io::Error) -> Error {
    Error::unavailable(
        "target.copy",
        "平台上的留存副本读写失败（磁盘可能已满或文件损坏）；已有的副本不受影响。请平台运维检查数据目录所在磁盘，之后重新运行该订阅。",
        "The held copy at the hub could not be read or written (the disk may be full or the file damaged); the copy that stands is untouched. \
         Have the platform operator check the disk of the data folder, then run the subscription again.",
    )
    .caused_by(error)
}

impl Copies {
    /// Rows that were held back by the newest run, at most `limit`.
    ///
    /// # Errors
    /// `target.copy`.
    pub(crate) async fn held_rows(
        &self,
        subscription: &SubscriptionId,
        limit: usize,
    ) -> Result<Vec<plan::batch::HeldRow>> {
        let Some(copy) = self.newest(subscription) else { return Ok(Vec::new()) };
        let path = self.places.held_back(subscription, &copy.run);
        blocking(move || {
            if !path.exists() {
                return Ok(Vec::new());
            }
            let names = ["row_key", "reasons", "row"];
            let mut found = Vec::new();
            for rows in super::read::scan(&path, &names)? {
                let rows = rows.map_err(io::Error::other)?;
                let columns = super::read::texts(&rows, &names)?;
                for row in 0..rows.num_rows().min(limit - found.len()) {
                    let text = |at: usize| {
                        columns
                            .get(at)
                            .and_then(|column| super::read::value(column, row))
                            .unwrap_or_default()
                            .to_owned()
                    };
                    found.push(plan::batch::HeldRow { key: text(0), reasons: text(1), row: text(2) });
                }
                if found.len() == limit {
                    break;
                }
            }
            Ok(found)
        })
        .await
    }
}
