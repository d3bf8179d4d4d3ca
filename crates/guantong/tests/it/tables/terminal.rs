//! `guantong exchange` from a script.

use super::stage::{Stage, number};
use crate::world::{Who, run, run_program};

/// A script of the consumer runs a subscription, sees how all stand, and is told which rows differ; its exit codes say how it went.
#[test]
fn a_script_runs_and_checks() {
    run(async {
        let stage = Stage::raise(700).await;
        stage.subscribe("people", |body| body["name"] = "夜间入库".into()).await;
        let (client, secret) = stage.seeded.client.clone();
        let url = stage.seeded.url.clone();
        let ask = async |args: &[&str]| {
            let args: Vec<String> = ["exchange"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
            let (client, secret, url) = (client.clone(), secret.clone(), url.clone());
            tokio::task::spawn_blocking(move || {
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                let environment = [
                    ("GUANTONG_URL", &*url),
                    ("GUANTONG_CLIENT_ID", &*client),
                    ("GUANTONG_CLIENT_SECRET", &*secret),
                ];
                let output = run_program(&args, &environment);
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                (output.status.code(), text + &String::from_utf8_lossy(&output.stderr))
            })
            .await
            .unwrap()
        };
        let (code, text) = ask(&["run", "夜间入库"]).await;
        assert!(code == Some(0) && text.contains("新增 700"), "{text}");
        let (code, text) = ask(&["status"]).await;
        assert!(code == Some(0) && text.contains("云澜县公安局 → 云澜县民政局"), "{text}");
        let (code, text) = ask(&["verify", "夜间入库"]).await;
        assert!(code == Some(0) && text.contains("存证完整") && text.contains("相同 700"), "{text}");
        sqlx::query("DELETE FROM people WHERE resident_id = $1")
            .bind(number(3))
            .execute(&stage.target)
            .await
            .unwrap();
        let (code, text) = ask(&["verify", "夜间入库", "--lang", "en"]).await;
        assert!(code == Some(1) && text.contains(&format!("+{}", number(3))), "{text}");
        let (code, text) = ask(&["run", "没有"]).await;
        assert!(code == Some(2) && text.contains("没有名称或编号为"), "{text}");
        // A run that fails says why.
        let head = stage.seeded.as_(Who::ProviderHead);
        let body = serde_json::json!({"cause": "abnormal_use", "reason": "例行检查，暂停使用"});
        head.post(&format!("/api/v1/grants/{}/suspend", stage.grant), &body).await.ok();
        let (code, text) = ask(&["run", "夜间入库"]).await;
        assert!(code == Some(1) && text.contains("authorise.suspended"), "{text}");
    });
}
