//! The line between agent and hub breaks while an answer is awaited.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use super::proxy::Proxy;
use super::{Site, intact};
use crate::world::{CLEAN, HubOptions, run, server_source, sql, until};

/// The caller learns at once that the line broke and nothing was delivered; the agent dials again by itself and the same
/// question is answered.
#[test]
fn a_cut_in_mid_answer_is_told() {
    run(async {
        let server = testbed::postgres(Default::default()).await.unwrap();
        let database = server.create_database().await.unwrap();
        for statement in sql() {
            server.psql_in(database.name(), &statement).await.unwrap();
        }
        let target = Arc::new(Mutex::new(String::new()));
        let proxy = Proxy::to(Arc::clone(&target)).await;
        let dir = tempfile::tempdir().unwrap();
        let options = HubOptions { advertise: Some(proxy.address.clone()), ..HubOptions::default() };
        let site = Site::behind(dir, options, &server_source("postgres", database.url()), &target).await;
        let county = &site.county;
        let grant = county.grant(|_| {}).await;
        let question = county.question(&grant, CLEAN);
        county.query(&question).await.ok();

        // The database hangs, so the call is at the department when the line breaks.
        server.pause().await.unwrap();
        let before = proxy.to_agent.load(Ordering::SeqCst);
        let cut = async {
            until("the call to pass the line", async || {
                (proxy.to_agent.load(Ordering::SeqCst) > before + 200).then_some(())
            })
            .await;
            proxy.cut();
        };
        let (answer, ()) = tokio::join!(county.query(&question), cut);
        let error = answer.refused(503, "fetch.link_lost");
        assert_eq!(error["provider"], "云澜县公安局");
        server.resume().await.unwrap();
        until("an answer over the new line", async || {
            county.query(&question).await.status.is_success().then_some(())
        })
        .await;
        intact(&site.hub.log_dir());
        let path = format!("/api/v1/grants/{grant}");
        let shown = county.as_(crate::world::Who::ProviderHead).get(&path).await.ok();
        assert_eq!(shown["used_today"], 2, "what was lost is not charged");
    });
}
