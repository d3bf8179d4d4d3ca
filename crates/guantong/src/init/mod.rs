//! `guantong init`: sets up an empty node. Asks little, chooses the rest, overwrites nothing, and ends by saying what to do
//! next.

mod answers;
mod ask;
mod make;
mod systemd;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::lang::Lang;

/// Flags of `guantong init`; what is missing is asked at a terminal.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Configuration file to write 配置文件 [default: /etc/guantong/hub.toml for root, else ./hub.toml].
    #[arg(long, short)]
    config: Option<PathBuf>,
    /// Data folder to make 数据目录 [default: /var/lib/guantong for root, else ./guantong-data].
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Database of the node: postgres://… ; a SQLite file in the data folder when left out 数据库.
    #[arg(long, env = "GUANTONG_INIT_DATABASE")]
    database: Option<String>,
    /// Name of the data authority that runs the node 数据主管部门名称.
    #[arg(long, env = "GUANTONG_INIT_NAME")]
    name: Option<String>,
    /// Its unified social credit code 统一社会信用代码.
    #[arg(long, env = "GUANTONG_INIT_CREDIT_CODE")]
    credit_code: Option<String>,
    /// Its region, six digits (GB/T 2260) 行政区划代码.
    #[arg(long, env = "GUANTONG_INIT_REGION")]
    region: Option<String>,
    /// Address of console and interface 控制台监听地址 [default: 127.0.0.1:8080].
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Address at which people reach the console, for example https://share.example.gov.cn 对外地址.
    #[arg(long, env = "GUANTONG_INIT_PUBLIC_URL")]
    public_url: Option<String>,
    /// Address on which agents are awaited 前置机接入地址 [default: 0.0.0.0:8443].
    #[arg(long)]
    link: Option<SocketAddr>,
    /// host:port that agents dial 前置机拨入地址 [default: the host of the public address].
    #[arg(long)]
    advertise: Option<String>,
    /// Staff numbers of the holders of the first three accounts (platform operator, business operator, auditor), in
    /// that order, separated by commas 三个账号的人员编号.
    #[arg(long, value_delimiter = ',')]
    persons: Vec<String>,
    /// Ask nothing, take the defaults 不提问.
    #[arg(long, short)]
    yes: bool,
    /// Also write systemd units into that folder 写出 systemd 单元.
    #[arg(long, num_args = 0..=1, default_missing_value = "/etc/systemd/system")]
    systemd: Option<PathBuf>,
    /// Language of questions and answers.
    #[arg(long, value_enum, default_value = "zh")]
    lang: Lang,
}

/// Sets the node up.
pub async fn run(args: &InitArgs) -> anyhow::Result<()> {
    let answers = ask::answers(args)?;
    answers.check_untouched()?;
    let accounts = make::node(&answers).await?;
    if let Some(folder) = &args.systemd {
        systemd::write(folder, &answers, args.lang)?;
    }
    make::report(&answers, &accounts, args);
    Ok(())
}
