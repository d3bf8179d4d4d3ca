//! `guantong exchange`: run, watch and check subscriptions from a terminal or a script, as a client system of the consumer.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::lang::Lang;
use crate::{out, verify};

/// How often a run is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Entries in one bundle of the log (C2SP tlog-tiles).
const BUNDLE: u64 = 256;

#[derive(Debug, Args)]
pub struct ExchangeArgs {
    #[command(subcommand)]
    command: ExchangeCommand,
    /// Address of the hub 平台地址.
    #[arg(long, env = "GUANTONG_URL", default_value = "http://127.0.0.1:8080", global = true)]
    url: String,
    /// Client system of the consumer 应用系统.
    #[arg(long, env = "GUANTONG_CLIENT_ID", global = true)]
    client_id: Option<String>,
    /// Its secret; better given in the environment 密钥.
    #[arg(long, env = "GUANTONG_CLIENT_SECRET", hide_env_values = true, global = true)]
    client_secret: Option<String>,
    /// Language of what is printed.
    #[arg(long, value_enum, default_value = "zh", global = true)]
    lang: Lang,
}

#[derive(Debug, Subcommand)]
enum ExchangeCommand {
    /// Run a subscription now and wait for its end 立即运行.
    Run {
        /// Id or name of the subscription.
        subscription: String,
    },
    /// Say how every subscription stands 查看状态.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Compare source, evidence and target, and name the rows that differ 比对核验.
    Verify {
        /// Id or name of the subscription.
        subscription: String,
    },
}

/// Exit code 0: as it should be; 1: the run failed or something differs; 2: it could not be done.
pub async fn run(args: &ExchangeArgs) -> ExitCode {
    match carried_out(args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => out::exit(Err(error)),
    }
}

async fn carried_out(args: &ExchangeArgs) -> anyhow::Result<bool> {
    let hub = Hub::log_in(args).await?;
    match &args.command {
        ExchangeCommand::Status { json } => hub.status(*json).await,
        ExchangeCommand::Run { subscription } => {
            let id = hub.find(subscription).await?;
            let done = hub.to_end(&id, "run").await?;
            hub.tell(&done);
            Ok(done["state"] == "succeeded")
        }
        ExchangeCommand::Verify { subscription } => {
            let id = hub.find(subscription).await?;
            hub.verify(&id).await
        }
    }
}

struct Hub {
    client: Client,
    url: String,
    token: String,
    lang: Lang,
}

impl Hub {
    async fn log_in(args: &ExchangeArgs) -> anyhow::Result<Self> {
        let (Some(id), Some(secret)) = (&args.client_id, &args.client_secret) else {
            bail!(
                "请用环境变量 GUANTONG_CLIENT_ID 和 GUANTONG_CLIENT_SECRET 给出本部门的应用系统及其密钥。\n\
                 Give a client system of your department in GUANTONG_CLIENT_ID and GUANTONG_CLIENT_SECRET."
            );
        };
        let client = Client::builder().build()?;
        let url = args.url.trim_end_matches('/').to_owned();
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let answer = client.post(format!("{url}/api/v1/oauth/token")).form(&form).send().await;
        let answer: Value = answer.with_context(|| url.clone())?.json().await.with_context(|| url.clone())?;
        let Some(token) = answer["access_token"].as_str() else { bail!("{answer}") };
        Ok(Self { client, url, token: token.to_owned(), lang: args.lang })
    }

    async fn ask(&self, method: Method, path: &str) -> anyhow::Result<Value> {
        let asked = self.client.request(method.clone(), format!("{}/api/v1/{path}", self.url));
        let asked = asked.bearer_auth(&self.token);
        let asked = if method == Method::POST { asked.json(&json!({})) } else { asked };
        let answer = asked.send().await?;
        let ok = answer.status().is_success();
        let body: Value = answer.json().await?;
        if !ok {
            let error = &body["error"];
            let text = |key: &str| error[key].as_str().unwrap_or_default();
            bail!("[{}]\n{}\n{}", text("code"), text("zh"), text("en"));
        }
        Ok(body)
    }

    async fn all(&self) -> anyhow::Result<Vec<Value>> {
        let list = self.ask(Method::GET, "subscriptions?page_size=200").await?;
        Ok(list["items"].as_array().cloned().unwrap_or_default())
    }

    async fn find(&self, wanted: &str) -> anyhow::Result<String> {
        let all = self.all().await?;
        let fits = |one: &&Value| one["id"] == wanted || one["input"]["name"] == wanted;
        let found: Vec<&Value> = all.iter().filter(fits).collect();
        match found[..] {
            [one] => Ok(one["id"].as_str().unwrap_or_default().to_owned()),
            [] => bail!("没有名称或编号为“{wanted}”的订阅 / no subscription “{wanted}”"),
            _ => bail!("有多个订阅名为“{wanted}”，请用编号 / several subscriptions “{wanted}”; use the id"),
        }
    }

    async fn status(&self, as_json: bool) -> anyhow::Result<bool> {
        let all = self.all().await?;
        if as_json {
            out::line(&serde_json::to_string_pretty(&all)?);
        }
        let mut well = true;
        for one in &all {
            let failed = one["last_run"]["state"] == "failed" || one["state"] == "halted";
            well &= !failed;
            if as_json {
                continue;
            }
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let lag = one["lag_ms"].as_i64().map(|ms| format!("  {ms} ms")).unwrap_or_default();
            out::line(&format!(
                "{}  {:<8}  {} → {}  {}  {}{lag}",
                text(&one["id"]),
                text(&one["state"]),
                text(&one["provider_name"]),
                text(&one["consumer_name"]),
                text(&one["input"]["name"]),
                text(&one["last_run"]["state"]),
            ));
            if failed {
                let notice = &one["notice"];
                out::line(&format!("    {}", self.lang.pick(&text(&notice["zh"]), &text(&notice["en"]))));
            }
        }
        Ok(well)
    }

    /// Starts a run or a comparison, and shows its progress until it ends.
    async fn to_end(&self, id: &str, verb: &str) -> anyhow::Result<Value> {
        let begun = self.ask(Method::POST, &format!("subscriptions/{id}/{verb}")).await?;
        let run = begun["run_id"].as_str().context("run_id")?.to_owned();
        let bar = ProgressBar::no_length();
        bar.set_style(ProgressStyle::with_template("{spinner} {pos} {msg}")?);
        loop {
            let seen = self.ask(Method::GET, &format!("runs/{run}")).await?;
            if let Some(expected) = seen["expected"].as_u64() {
                bar.set_style(ProgressStyle::with_template("[{bar:40}] {pos}/{len} {msg}")?);
                bar.set_length(expected);
            }
            bar.set_position(seen["figures"]["read"].as_u64().unwrap_or(0));
            let (rate, bytes) = (&seen["rows_per_second"], &seen["figures"]["bytes"]);
            bar.set_message(format!("{} · {rate}/s · {bytes} B", self.lang.pick("行", "rows")));
            if seen["state"] != "running" {
                bar.finish_and_clear();
                return Ok(seen);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn tell(&self, run: &Value) {
        let figures = &run["figures"];
        let line = self.lang.pick(
            "读取 {read}，新增 {inserted}，更新 {updated}，删除 {deleted}，未变 {unchanged}，修复 {repaired}，标记 {flagged}，隔离 {held}",
            "read {read}, inserted {inserted}, updated {updated}, deleted {deleted}, unchanged {unchanged}, repaired {repaired}, flagged {flagged}, held back {held}",
        );
        let names = ["read", "inserted", "updated", "deleted", "unchanged", "repaired", "flagged", "held"];
        let line = names.iter().fold(line.to_owned(), |line, name| {
            line.replace(&format!("{{{name}}}"), &figures[*name].to_string())
        });
        out::line(&format!("{}  {line}", run["state"].as_str().unwrap_or_default()));
        if let Some(notice) = run["notice"].as_object() {
            let text = |key: &str| notice.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            out::line(&format!("[{}] {}", text("code"), self.lang.pick(&text("zh"), &text("en"))));
        }
    }

    async fn verify(&self, id: &str) -> anyhow::Result<bool> {
        let runs = self.ask(Method::GET, &format!("subscriptions/{id}/runs?page_size=200")).await?;
        let runs = runs["items"].as_array().cloned().unwrap_or_default();
        let delivered = runs.iter().find(|run| run["kind"] == "deliver" && run["first_index"].is_u64());
        let proved = match delivered {
            Some(run) => self.proved(run).await?,
            None => true,
        };
        let done = self.to_end(id, "compare").await?;
        let compared = &done["compared"];
        if !compared.is_object() {
            self.tell(&done);
            return Ok(false);
        }
        let line = self.lang.pick(
            "源表与目标表：相同 {s}，仅源表有 {a}，仅目标表有 {b}，不同 {d}",
            "source and target: {s} the same, {a} only at the source, {b} only at the target, {d} different",
        );
        let line = [("{s}", "same"), ("{a}", "only_source"), ("{b}", "only_target"), ("{d}", "different")]
            .iter()
            .fold(line.to_owned(), |line, (mark, name)| line.replace(mark, &compared[*name].to_string()));
        out::line(&line);
        for key in compared["keys"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            out::line(&format!("  {key}"));
        }
        let differ = ["only_source", "only_target", "different"];
        Ok(proved && differ.iter().all(|name| compared[*name] == 0))
    }

    /// Whether the log is sound and holds an entry for each chunk of the run, with the rows that were delivered.
    async fn proved(&self, run: &Value) -> anyhow::Result<bool> {
        let report = verify::of_node(&self.url).await?;
        let (first, last) = (
            run["first_index"].as_u64().context("first_index")?,
            run["last_index"].as_u64().context("last_index")?,
        );
        let name = format!("{}:", run["id"].as_str().context("id")?);
        let (mut chunks, mut rows) = (0, 0);
        for bundle in first / BUNDLE..=last / BUNDLE {
            for leaf in verify::bundle(&self.client, &self.url, bundle, report.size).await? {
                let leaf: Value = serde_json::from_slice(&leaf).unwrap_or_default();
                if leaf["kind"] == "exchange.batch"
                    && leaf["call"].as_str().is_some_and(|call| call.starts_with(&name))
                {
                    chunks += 1;
                    rows += leaf["rows"].as_u64().unwrap_or(0);
                }
            }
        }
        let told = (run["figures"]["chunks"].as_u64(), run["figures"]["delivered"].as_u64());
        let whole = report.is_ok() && told == (Some(chunks), Some(rows));
        let (zh, en) = if whole {
            ("存证完整", "the evidence is complete")
        } else {
            ("存证不符", "the evidence does not fit")
        };
        out::line(&format!(
            "{}：{} {chunks}，{} {rows}",
            self.lang.pick(zh, en),
            self.lang.pick("数据块", "chunks"),
            self.lang.pick("行", "rows")
        ));
        Ok(whole)
    }
}
