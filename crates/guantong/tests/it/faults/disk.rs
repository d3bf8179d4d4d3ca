//! The hub's disk is full.

use std::io::Write as _;

use super::{Site, intact};
use crate::world::{CLEAN, DIRTY, HubOptions, run, until};

/// Without room for evidence there are no data: calls are refused clearly, nothing recorded before is lost, and calls are
/// served again once there is room, without a restart.
#[test]
fn no_evidence_no_data() {
    run(async {
        let site = Site::plain(HubOptions { disk_kib: Some(24 * 1024), ..HubOptions::default() }).await;
        let county = &site.county;
        let grant = county.grant(|_| {}).await;
        let question = county.question(&grant, CLEAN);
        let first = county.query(&question).await.ok();
        let size = intact(&site.hub.log_dir());

        let ballast = site.hub.seen_dir().join("ballast");
        let mut file = std::fs::File::create(&ballast).unwrap();
        // Fills the disk to the last byte.
        for piece in [64 * 1024, 1024, 1] {
            while file.write_all(&vec![0; piece]).is_ok() {}
        }
        // What the file system had set aside for the log may still take a few entries.
        let refused = until("the disk to be full", async || {
            let answer = county.query(&question).await;
            (!answer.status.is_success()).then_some(answer)
        })
        .await;
        let error = refused.refused(503, "evidence.unavailable");
        assert_eq!(error["station"], "record");
        assert!(!refused.body.to_string().contains("张三"), "{}", refused.body);
        county
            .verify(&question, serde_json::json!({"name": "张三"}))
            .await
            .refused(503, "evidence.unavailable");

        drop(file);
        std::fs::remove_file(&ballast).unwrap();
        until("calls to be served again", async || {
            county.query(&county.question(&grant, DIRTY)).await.status.is_success().then_some(())
        })
        .await;
        assert!(intact(&site.hub.log_dir()) > size);
        let path = format!("/api/v1/evidence/{}", first["evidence"]["index"]);
        let entry = county.as_(crate::world::Who::Auditor).get(&path).await.ok();
        assert_eq!(entry["entry"]["call"], first["call"]);
    });
}
