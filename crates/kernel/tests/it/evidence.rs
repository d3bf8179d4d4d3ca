//! State changes and their evidence stand or fall together, and each stands in the log once.

use kernel::Actor;
use kernel::evidence::{Leaf, index, outbox};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use crate::node::both;

fn leaf(kind: &str) -> Leaf {
    Leaf::of(kind.to_owned())
}

/// A committed change has its entry in the log before `commit` returns; a dropped one has none.
#[tokio::test]
async fn evidence_follows_the_commit() {
    for (engine, node) in both().await {
        let kernel = &node.kernel;
        let dropped = kernel.begin().await.expect("begin");
        dropped.record(&Actor::System, leaf("test.dropped"), None, None).await.expect("record");
        drop(dropped);
        assert_eq!(kernel.evidence.log().size(), 0, "{engine}");

        let revision = kernel.revision();
        let tx = kernel.begin().await.expect("begin");
        tx.record(&Actor::System, leaf("test.done"), Some("a reason"), None).await.expect("record");
        tx.commit().await.expect("commit");
        assert_eq!(kernel.evidence.log().size(), 1, "{engine}");
        assert!(kernel.revision() > revision, "{engine}: memory is told that something changed");
        let bytes = kernel.evidence.log().entry(0).expect("entry");
        let text = String::from_utf8(bytes).expect("JSON");
        assert!(text.contains("test.done") && !text.contains("a reason"), "{engine}: {text}");
        assert_eq!(outbox::Entity::find().count(&kernel.db).await.expect("count"), 0, "{engine}");
    }
}

/// A crash after the commit and before the append leaves the row; the next start appends it, once. A crash after
/// the append and before the row is deleted leaves both; the next start drops the row.
#[tokio::test]
async fn a_crash_neither_loses_nor_doubles() {
    for (engine, node) in both().await {
        let kernel = &node.kernel;
        let tx = kernel.begin().await.expect("begin");
        tx.record(&Actor::System, leaf("test.first"), None, None).await.expect("record");
        tx.commit().await.expect("commit");
        // The row as it stood before it was deleted, put back: the crash after the append.
        let bytes = kernel.evidence.log().entry(0).expect("entry");
        let done: Leaf = serde_json::from_slice(&bytes).expect("leaf");
        let sidecar = kernel.evidence.log().sidecar(0).expect("read").expect("opening");
        let row = |id: &str, leaf: &Leaf| outbox::ActiveModel {
            id: sea_orm::ActiveValue::Set(id.to_owned()),
            leaf: sea_orm::ActiveValue::Set(serde_json::to_string(leaf).expect("JSON")),
            opening: sea_orm::ActiveValue::Set(String::from_utf8(sidecar.to_vec()).expect("JSON")),
        };
        let again = row(done.outbox.as_deref().expect("id"), &done);
        // And one that never reached the log: the crash before the append.
        let lost = Leaf { outbox: Some("ffff".into()), ..leaf("test.lost") };
        let rows = vec![again, row("ffff", &lost)];
        outbox::Entity::insert_many(rows).exec_without_returning(&kernel.db).await.expect("rows");

        let node = node.reopen().await;
        node.kernel.recover_outbox().await.expect("recover");
        node.kernel.recover_outbox().await.expect("recover again");
        index::catch_up(&node.kernel).await.expect("index");
        let kinds: Vec<_> = index::Entity::find()
            .all(&node.kernel.db)
            .await
            .expect("rows")
            .into_iter()
            .map(|row| row.kind)
            .collect();
        assert_eq!(kinds, ["test.first", "test.lost"], "{engine}");
        assert_eq!(node.kernel.evidence.log().size(), 2, "{engine}");
    }
}

/// Many writers at once wait for each other; every change gets its entry.
#[tokio::test]
async fn writers_at_once_all_get_their_entry() {
    for (engine, node) in both().await {
        let writers = (0..16).map(|i| {
            let kernel = node.kernel.clone();
            tokio::spawn(async move {
                let tx = kernel.begin().await.expect("begin");
                tx.record(&Actor::System, leaf(&format!("test.{i}")), None, None).await.expect("record");
                tx.commit().await.expect("commit");
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("no panic");
        }
        assert_eq!(node.kernel.evidence.log().size(), 16, "{engine}");
    }
}
