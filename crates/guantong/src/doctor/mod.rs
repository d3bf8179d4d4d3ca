//! `guantong doctor`: says what is wrong with a node and how to mend it. Looks only; may be run beside a running hub.

mod database;
mod evidence;
mod files;
mod finding;
mod machine;
mod running;

use std::process::ExitCode;

use clap::Args;
use kernel::clock::{Clock as _, SystemClock};
use kernel::config::Config;

use self::finding::{Finding, State};
use crate::lang::Lang;
use crate::{ConfigArgs, node, out};

/// Flags of `guantong doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Findings as JSON.
    #[arg(long)]
    json: bool,
    /// Language of the findings.
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Looks at everything. Exit code 0: nothing to mend now; 1: a fault was found; 2: the doctor itself failed.
pub async fn run(args: &DoctorArgs) -> ExitCode {
    let findings = match node::config(&args.config) {
        Ok(config) => look(args, &config).await,
        Err(error) => vec![configuration_fault(&error)],
    };
    if args.json {
        match serde_json::to_string_pretty(&findings) {
            Ok(text) => out::line(&text),
            Err(error) => return out::exit(Err(error.into())),
        }
    } else {
        show(&findings, args.lang);
    }
    if findings.iter().any(|one| one.state == State::Fault) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn look(args: &DoctorArgs, config: &Config) -> Vec<Finding> {
    let now_ms = SystemClock.now_ms();
    let mut all = vec![Finding::ok("configuration", "配置有效", "The configuration is valid")];
    all.extend(files::look(args.config.config.as_deref(), config));
    let exists = config.data_dir.is_dir();
    if exists {
        all.push(machine::disk(&config.data_dir));
    }
    let hub = running::look(config).await;
    let database = database::look(config, now_ms, hub.answers).await;
    all.extend(database.findings);
    if exists {
        all.push(evidence::look(config).await);
        all.extend(files::certificates(config, now_ms));
    }
    all.extend(hub.findings);
    all.push(running::agents(hub.connected, database.agents));
    all.push(machine::clock(database.last_evidence_ms, now_ms));
    all.push(machine::calendar(now_ms));
    all
}

fn configuration_fault(error: &kernel::Error) -> Finding {
    let list = |pick: fn(&kernel::error::FieldError) -> &str| {
        let fields = error.fields().iter();
        fields.map(|field| format!("{}：{}", field.path, pick(field))).collect::<Vec<_>>().join("；")
    };
    let (zh, en) = (list(|field| &field.zh), list(|field| &field.en));
    let zh = if zh.is_empty() { error.zh().to_owned() } else { zh };
    let en = if en.is_empty() { error.en().to_owned() } else { en };
    Finding::fault("configuration", format!("配置有误：{zh}"), format!("Wrong configuration: {en}")).mend(
        "按上述说明修改配置文件或环境变量，再运行 guantong config check",
        "Correct the file or the environment variable, then run guantong config check",
    )
}

fn show(findings: &[Finding], lang: Lang) {
    for finding in findings {
        finding.show(lang);
    }
    let count = |state| findings.iter().filter(|one| one.state == state).count();
    let (faults, warnings) = (count(State::Fault), count(State::Warning));
    lang.line(
        &format!("\n共检查 {} 项：故障 {faults}，提醒 {warnings}。", findings.len()),
        &format!("\n{} checks: {faults} fault(s), {warnings} warning(s).", findings.len()),
    );
}
