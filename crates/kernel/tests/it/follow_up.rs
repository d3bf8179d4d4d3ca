//! Follow-up work is done at least once, retried with growing pauses, and put aside after too many failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use kernel::follow_up::{self, Handler, run_due};
use kernel::{Error, Result};
use sea_orm::EntityTrait as _;

use crate::node::{Node, both};

struct Stubborn {
    fails: usize,
    tried: AtomicUsize,
}

#[async_trait]
impl Handler for Stubborn {
    fn kind(&self) -> &'static str {
        "test.work"
    }
    async fn run(&self, key: &str) -> Result<()> {
        assert_eq!(key, "what");
        if self.tried.fetch_add(1, Ordering::SeqCst) < self.fails {
            return Err(Error::unavailable("test.not_yet", "还不行", "not yet"));
        }
        Ok(())
    }
}

async fn leave(node: &Node) {
    let tx = node.kernel.begin().await.expect("begin");
    tx.follow_up("test.work", "what").await.expect("row");
    tx.commit().await.expect("commit");
}

/// Two failures, two pauses, then it is done and gone.
#[tokio::test]
async fn work_is_retried_until_done() {
    for (engine, node) in both().await {
        leave(&node).await;
        let stubborn = Arc::new(Stubborn { fails: 2, tried: AtomicUsize::new(0) });
        let handlers: Vec<Arc<dyn Handler>> = vec![stubborn.clone()];
        assert_eq!(run_due(&node.kernel, &handlers).await.expect("run"), 0, "{engine}");
        assert_eq!(run_due(&node.kernel, &handlers).await.expect("run"), 0, "{engine}: it pauses");
        assert_eq!(stubborn.tried.load(Ordering::SeqCst), 1, "{engine}");
        node.clock.advance_ms(1_000);
        run_due(&node.kernel, &handlers).await.expect("run");
        node.clock.advance_ms(2_000);
        assert_eq!(run_due(&node.kernel, &handlers).await.expect("run"), 1, "{engine}");
        assert_eq!(stubborn.tried.load(Ordering::SeqCst), 3, "{engine}");
        assert!(follow_up::Entity::find().one(&node.kernel.db).await.expect("read").is_none(), "{engine}");
    }
}

struct Counts {
    kind: &'static str,
    done: AtomicUsize,
}

#[async_trait]
impl Handler for Counts {
    fn kind(&self) -> &'static str {
        self.kind
    }
    async fn run(&self, _key: &str) -> Result<()> {
        self.done.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// However much waits for others, one's own work is found.
#[tokio::test]
async fn work_of_others_is_passed_over() {
    for (engine, node) in both().await {
        for _ in 0..60 {
            leave(&node).await;
        }
        let tx = node.kernel.begin().await.expect("begin");
        tx.follow_up("test.own", "what").await.expect("row");
        tx.commit().await.expect("commit");
        let own = Arc::new(Counts { kind: "test.own", done: AtomicUsize::new(0) });
        let handlers: Vec<Arc<dyn Handler>> = vec![own.clone()];
        assert_eq!(run_due(&node.kernel, &handlers).await.expect("run"), 1, "{engine}");
        assert_eq!(own.done.load(Ordering::SeqCst), 1, "{engine}");
    }
}

struct Endless;

#[async_trait]
impl Handler for Endless {
    fn kind(&self) -> &'static str {
        "test.work"
    }
    async fn run(&self, _key: &str) -> Result<()> {
        std::future::pending().await
    }
    fn slow(&self) -> bool {
        true
    }
}

/// Slow work that hangs holds up nothing but slow work.
#[tokio::test]
async fn nothing_waits_behind_slow_work() {
    for (engine, node) in both().await {
        leave(&node).await;
        let own = Arc::new(Counts { kind: "test.own", done: AtomicUsize::new(0) });
        let handlers: Vec<Arc<dyn Handler>> = vec![Arc::new(Endless), own.clone()];
        let working = tokio::spawn(follow_up::work(node.kernel.clone(), handlers));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let tx = node.kernel.begin().await.expect("begin");
        tx.follow_up("test.own", "what").await.expect("row");
        tx.commit().await.expect("commit");
        let done = async {
            while own.done.load(Ordering::SeqCst) == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        let done = tokio::time::timeout(std::time::Duration::from_secs(20), done).await;
        assert!(done.is_ok(), "{engine}: it waits behind the slow one");
        working.abort();
    }
}

/// Work whose claim ran out while it is still being done is not begun a second time beside it.
#[tokio::test]
async fn nothing_is_done_twice_at_once() {
    struct Slow {
        begun: AtomicUsize,
        go_on: tokio::sync::Notify,
    }
    #[async_trait]
    impl Handler for Slow {
        fn kind(&self) -> &'static str {
            "test.work"
        }
        async fn run(&self, _key: &str) -> Result<()> {
            self.begun.fetch_add(1, Ordering::SeqCst);
            self.go_on.notified().await;
            Ok(())
        }
    }
    for (engine, node) in both().await {
        leave(&node).await;
        let slow = Arc::new(Slow { begun: AtomicUsize::new(0), go_on: tokio::sync::Notify::new() });
        let handlers: Vec<Arc<dyn Handler>> = vec![slow.clone()];
        let (kernel, its) = (node.kernel.clone(), handlers.clone());
        let first = tokio::spawn(async move { run_due(&kernel, &its).await });
        while slow.begun.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        // Longer than any claim.
        node.clock.advance_ms(86_400_000);
        let second =
            tokio::time::timeout(std::time::Duration::from_secs(20), run_due(&node.kernel, &handlers)).await;
        assert_eq!(second.expect("it waits for nobody").expect("run"), 0, "{engine}");
        slow.go_on.notify_one();
        assert_eq!(first.await.expect("ends").expect("run"), 1, "{engine}");
        assert_eq!(slow.begun.load(Ordering::SeqCst), 1, "{engine}");
    }
}

/// What fails for ever is put aside with its last error, for a person to see.
#[tokio::test]
async fn what_never_succeeds_is_put_aside() {
    for (engine, node) in both().await {
        leave(&node).await;
        let hopeless = Arc::new(Stubborn { fails: usize::MAX, tried: AtomicUsize::new(0) });
        let handlers: Vec<Arc<dyn Handler>> = vec![hopeless.clone()];
        for _ in 0..40 {
            run_due(&node.kernel, &handlers).await.expect("run");
            node.clock.advance_ms(1_000_000);
        }
        assert_eq!(hopeless.tried.load(Ordering::SeqCst), 20, "{engine}");
        let row = follow_up::Entity::find().one(&node.kernel.db).await.expect("read").expect("row stays");
        assert_eq!(row.last_error.as_deref(), Some("test.not_yet"), "{engine}");
    }
}
